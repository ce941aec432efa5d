/** did:key (method specification of the W3C CCG) for Ed25519, P-256, P-384 and BLS12-381 G2. The DID is the key, so the document proves itself. */
import { driver, Ed25519KeyPair } from '@transmute/did-key-ed25519';
import { failed, type Read, readFailed, readOk } from '../../base/finding.ts';
import { deepFreeze } from '../../base/json.ts';
import { readMultikey } from '../../crypto/multikey.ts';
import type { KeyType } from '../../crypto/signer.ts';
import { readDid } from '../../formats/did-url.ts';
import { decodeMultibase, encodeBase58btc } from '../../formats/multibase.ts';
import { createDidDocument, type DidDocument } from '../did-document.ts';

/** Longest did:key, characters: base58 is quadratic, so this is judged before it is decoded (docs/threats.md, section 6). */
export const MAX_DID_KEY = 152;

const CHECK = 'did.key';

/** The did:key of a public key in Multikey form. Errors: RangeError when it is not a usable key of that type. */
export function createDidKey(keyType: KeyType, publicKeyMultibase: string): string {
  const key = readMultikey(publicKeyMultibase);
  if (key?.keyType !== keyType) throw new RangeError(`not a ${keyType} public key in Multikey form`);
  if (keyType !== 'Ed25519') return `did:key:${publicKeyMultibase}`;
  const publicKeyBase58 = encodeBase58btc(key.bytes).slice(1);
  return `did:key:${Ed25519KeyPair.fingerprintFromPublicKey({ publicKeyBase58 })}`;
}

/** Documents of the names asked for last. A document follows from its name alone, so it never grows old. */
const known = new Map<string, Read<DidDocument>>();
const MOST_KNOWN = 256;

/**
 * The document of a did:key.
 * Errors: `INVALID_DID` when it is not base58btc of multicodec form or too long; `INVALID_VERIFICATION_METHOD` when it is a key of another
 * kind, of a wrong length, off its curve or of small order.
 */
export async function resolveDidKey(text: string): Promise<Read<DidDocument>> {
  const before = known.get(text);
  if (before !== undefined) return before;
  const read = await deriveDocument(text);
  if (read.ok) {
    deepFreeze(read.value);
    const [oldest] = known.size < MOST_KNOWN ? [] : known.keys();
    if (oldest !== undefined) known.delete(oldest);
    known.set(text, read);
  }
  return read;
}

async function deriveDocument(text: string): Promise<Read<DidDocument>> {
  const did = text.length > MAX_DID_KEY ? undefined : readDid(text);
  if (did?.method !== 'key' || !did.id.startsWith('z') || !isMulticodec(decodeMultibase(did.id, MAX_DID_KEY))) {
    return readFailed(failed(CHECK, 'INVALID_DID', 'not a did:key'));
  }
  const key = readMultikey(did.id);
  if (key === undefined) {
    return readFailed(
      failed(CHECK, 'INVALID_VERIFICATION_METHOD', 'not a usable Ed25519, P-256, P-384 or BLS12-381 G2 key'),
    );
  }
  const publicKeyMultibase = key.keyType === 'Ed25519' ? await throughDriver(text) : did.id;
  if (publicKeyMultibase !== did.id) return readFailed(failed(CHECK, 'INVALID_DID', 'not spelled as its own key'));
  return readOk(
    createDidDocument({
      did: text,
      methods: [
        {
          id: `${text}#${did.id}`,
          publicKeyMultibase,
          relationships: ['authentication', 'assertionMethod', 'capabilityInvocation', 'capabilityDelegation'],
        },
      ],
    }),
  );
}

/** At least a one-byte header and one byte of key. */
function isMulticodec(bytes: Uint8Array | undefined): boolean {
  return bytes !== undefined && bytes.length >= 2;
}

/**
 * The Multikey form of the key in the driver's document. The driver writes the shape of 2020 (`publicKey`, base58, ids relative to an
 * `@base`, an X25519 key that we leave out); only its one key is taken over.
 */
async function throughDriver(did: string): Promise<string | undefined> {
  const legacy = await driver.get({ did });
  const [entry] = legacy.publicKey;
  if (legacy.id !== did || entry === undefined || legacy.publicKey.length !== 1) return undefined;
  return Ed25519KeyPair.fingerprintFromPublicKey({ publicKeyBase58: entry.publicKeyBase58 });
}
