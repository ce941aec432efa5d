import type { JsonObject } from '../../src/base/json.ts';
import { ALGORITHMS } from '../../src/crypto/algorithms.ts';
import { encodeMultikey } from '../../src/crypto/multikey.ts';
import type { KeyType } from '../../src/crypto/signer.ts';

/** A fresh public key in Multikey form. */
export function makeMultikey(keyType: KeyType = 'Ed25519'): string {
  return encodeMultikey(keyType, ALGORITHMS[keyType].generate().publicKey);
}

/** An honest DID document with one Multikey, `#key-1`, listed for assertion and authentication; `changes` replace members. */
export function makeDidDocument(did: string, changes: JsonObject = {}): JsonObject {
  const id = `${did}#key-1`;
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did,
    verificationMethod: [{ id, type: 'Multikey', controller: did, publicKeyMultibase: makeMultikey() }],
    assertionMethod: [id],
    authentication: [id],
    ...changes,
  };
}
