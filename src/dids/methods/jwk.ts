/** did:jwk (method specification by its authors, 2023) for Ed25519, P-256 and P-384. The DID is the key, so the document proves itself. */
import { failed, type Read, readFailed } from '../../base/finding.ts';
import { type JsonLimits, type JsonObject, REQUEST_LIMITS, readJsonObject } from '../../base/json.ts';
import { readMultikey } from '../../crypto/multikey.ts';
import { readPublicJwk, writePublicJwk } from '../../crypto/public-jwk.ts';
import { LONGEST_DID, readDid } from '../../formats/did-url.ts';
import { jcs } from '../../formats/jcs.ts';
import { decodeBase64url, encodeBase64url } from '../../formats/multibase.ts';
import { type DidDocument, readDidDocument } from '../did-document.ts';

const CHECK = 'did.jwk';
/** A JWK is flat: the lists in it are `key_ops` and the like. */
const JWK_LIMITS: JsonLimits = { ...REQUEST_LIMITS, maxBytes: LONGEST_DID, maxDepth: 4, maxNodes: 64 };
const SIGNING = ['assertionMethod', 'authentication', 'capabilityInvocation', 'capabilityDelegation'] as const;

/** The did:jwk of a public key in Multikey form; the JWK in it is in RFC 8785 form. Errors: RangeError when it is not a usable key. */
export function createDidJwk(publicKeyMultibase: string): string {
  const jwk = writePublicJwk(publicKeyMultibase);
  return `did:jwk:${encodeBase64url(Buffer.from(jcs({ ...jwk, use: 'sig' })))}`;
}

/**
 * The document of a did:jwk; its one method is `#0`, whatever `kid` the JWK has. Members of the JWK that we do not know are shown and
 * not used, as the method has it. The method's type is the current name of what its specification calls `JsonWebKey2020`.
 * Errors: `INVALID_DID` when it is not base64url of strict JSON; `INVALID_VERIFICATION_METHOD` when the JWK holds a private key, is of
 * another kind, not a point of its curve, or set aside for something else than signatures.
 */
export async function resolveDidJwk(text: string): Promise<Read<DidDocument>> {
  const did = readDid(text);
  const bytes = did?.method === 'jwk' ? decodeBase64url(did.id, LONGEST_DID) : undefined;
  if (bytes === undefined) return readFailed(failed(CHECK, 'INVALID_DID', 'not a did:jwk'));
  const read = readJsonObject(bytes, JWK_LIMITS);
  if (!read.ok) return readFailed(failed(CHECK, 'INVALID_DID', 'not the base64url form of a JSON object'));
  const jwk = read.value;
  const multikey = readPublicJwk(jwk);
  if (multikey === undefined) {
    return readFailed(failed(CHECK, 'INVALID_VERIFICATION_METHOD', 'not a usable Ed25519, P-256 or P-384 key'));
  }
  // The reader of documents is the one that knows what a private member is.
  return readDidDocument(documentOf(text, jwk, readMultikey(multikey)?.keyType !== 'Ed25519'), text);
}

function documentOf(did: string, jwk: JsonObject, mayAgree: boolean): JsonObject {
  const id = `${did}#0`;
  const relationships = mayAgree && jwk['use'] === undefined ? [...SIGNING, 'keyAgreement'] : SIGNING;
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/jwk/v1'],
    id: did,
    verificationMethod: [{ id, type: 'JsonWebKey', controller: did, publicKeyJwk: jwk }],
    ...Object.fromEntries(relationships.map((relationship) => [relationship, [id]])),
  };
}
