/** Public keys as Multikey (Controlled Identifiers 1.0, section 2.2.2): multicodec header and key bytes in base58btc. */
import { decodeMultibase, encodeBase58btc } from '../formats/multibase.ts';
import { ALGORITHMS } from './algorithms.ts';
import type { KeyType } from './signer.ts';

/** Longest `publicKeyMultibase` looked at, characters (docs/threats.md, section 6). */
export const LONGEST_MULTIKEY = 144;

/** The multicodecs `ed25519-pub` 0xed, `p256-pub` 0x1200, `p384-pub` 0x1201 and `bls12_381-g2-pub` 0xeb, as variable-length integers. */
const HEADERS: readonly (readonly [KeyType, readonly [number, number]])[] = [
  ['Ed25519', [0xed, 0x01]],
  ['P-256', [0x80, 0x24]],
  ['P-384', [0x81, 0x24]],
  ['Bls12381G2', [0xeb, 0x01]],
];

export interface PublicKey {
  readonly keyType: KeyType;
  /** 32 bytes for Ed25519, 33 for P-256, 49 for P-384 and 96 for Bls12381G2 (compressed points), without the header. */
  readonly bytes: Uint8Array;
}

/**
 * The key, or nothing unless it is base58btc with a known header, of the exact length, and a point of its curve that may be used:
 * never one of small order, under which anybody's signature is good (docs/threats.md, section 5.4, step 5).
 */
export function readMultikey(publicKeyMultibase: unknown): PublicKey | undefined {
  // Controlled Identifiers allows a Multikey no other base; one key has one spelling.
  if (typeof publicKeyMultibase !== 'string' || !publicKeyMultibase.startsWith('z')) return undefined;
  const decoded = decodeMultibase(publicKeyMultibase, LONGEST_MULTIKEY);
  const row = HEADERS.find(([, header]) => header.every((byte, at) => decoded?.[at] === byte));
  if (decoded === undefined || row === undefined) return undefined;
  const [keyType, header] = row;
  const bytes = decoded.slice(header.length);
  return ALGORITHMS[keyType].isPublicKey(bytes) ? { keyType, bytes } : undefined;
}

/** `z6Mk…` for Ed25519, `zDn…` for P-256, `z82…` for P-384, `zUC7…` for Bls12381G2. Errors: RangeError for bytes that `readMultikey` would refuse. */
export function encodeMultikey(keyType: KeyType, bytes: Uint8Array): string {
  const row = HEADERS.find(([type]) => type === keyType);
  if (row === undefined || !ALGORITHMS[keyType].isPublicKey(bytes)) throw new RangeError('not a usable public key');
  return encodeBase58btc(Uint8Array.of(...row[1], ...bytes));
}
