import { cryptosuite as eddsaRdfc2022 } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import { verify as verifyEd25519 } from '../crypto/ed25519.ts';
import type { KeyType } from '../crypto/signer.ts';

/** Everything that differs between the cryptosuites spoken here. A new one is a new row. */
export interface Cryptosuite {
  /** `cryptosuite` of the proof. */
  readonly name: string;
  readonly keyType: KeyType;
  /** The library's own object: what is not replaced in library.ts stays as it is there. */
  readonly library: object;
  /** Longest `proofValue`, characters: judged before anything is decoded, since base58 is quadratic. */
  readonly longestProofValue: number;
  /** The one multibase header that the suite's specification allows. */
  readonly multibase: 'z' | 'u';
  readonly signatureBytes: number;
  verify(publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean;
}

const ROWS: readonly Cryptosuite[] = [
  {
    // Data Integrity EdDSA Cryptosuites 1.0, section 3.2
    name: 'eddsa-rdfc-2022',
    keyType: 'Ed25519',
    library: eddsaRdfc2022,
    longestProofValue: 128,
    multibase: 'z',
    signatureBytes: 64,
    verify: verifyEd25519,
  },
];

const BY_NAME: ReadonlyMap<string, Cryptosuite> = new Map(ROWS.map((row) => [row.name, row]));
const BY_KEY_TYPE: ReadonlyMap<KeyType, Cryptosuite> = new Map(ROWS.map((row) => [row.keyType, row]));

export function findCryptosuite(name: unknown): Cryptosuite | undefined {
  return typeof name === 'string' ? BY_NAME.get(name) : undefined;
}

/** The suite that a key of this type signs with. */
export function findCryptosuiteFor(keyType: KeyType): Cryptosuite | undefined {
  return BY_KEY_TYPE.get(keyType);
}
