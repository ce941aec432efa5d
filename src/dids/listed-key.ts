/** A verification method in the document it stands in, steps 3 to 5 of docs/threats.md, section 5.4: pure, nothing is looked up. */
import type { JsonObject } from '../base/json.ts';
import type { ProblemCode } from '../base/problem.ts';
import { readMultikey } from '../crypto/multikey.ts';
import { readPublicJwk } from '../crypto/public-jwk.ts';
import type { KeyType } from '../crypto/signer.ts';
import { readDateTime } from '../formats/date-time.ts';
import type { DidUrl } from '../formats/did-url.ts';
import { type DidDocument, isListed, methodsOf } from './did-document.ts';

/** What a key is wanted for. */
export interface KeyRequest {
  readonly relationship: 'assertionMethod' | 'authentication';
  /**
   * Milliseconds; a method is not used from its `expires` or `revoked` on (Controlled Identifiers 1.0, section 2.2). Without it, a
   * method that has either is refused.
   */
  readonly now?: number;
  /**
   * When the proof says that it was made, milliseconds. Of a DID with a key history the key is then taken as it was listed at that time;
   * without it, and for every other DID, as it is listed now.
   */
  readonly madeAt?: number | undefined;
}

export interface RetrievedKey {
  /** The verification method, an absolute DID URL. */
  readonly id: string;
  /** The DID whose document it stands in. */
  readonly controller: string;
  readonly keyType: KeyType;
  /** Multikey form, whichever form the document has. */
  readonly publicKeyMultibase: string;
  /** 32 bytes for Ed25519, 33 for P-256, 49 for P-384, 96 for Bls12381G2. */
  readonly bytes: Uint8Array;
}

/** A step that did not hold. */
export interface Fault {
  readonly code: ProblemCode;
  readonly detail: string;
}

/** Steps 3 to 5; step 2, the right document without an error, is the resolver's. */
export function readKey(document: DidDocument, url: DidUrl, request: KeyRequest): RetrievedKey | Fault {
  const id = `${url.did}#${url.fragment}`;
  if (url.method === 'key' && url.fragment !== url.id) return unusable('the fragment is not the key');
  // A relative id is not accepted as a name, but it does count as a second claim to the same one.
  const candidates = methodsOf(document).filter((method) => method['id'] === id || method['id'] === `#${url.fragment}`);
  const [method] = candidates;
  // Of a key history it can be said that the name was not there yet, or any more.
  if (method === undefined && url.method === 'webvh' && request.madeAt !== undefined) return notThen(request);
  if (method === undefined || candidates.length > 1 || method['id'] !== id) {
    return { code: 'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT', detail: 'not exactly one method has this absolute id' };
  }
  if (method['controller'] !== url.did) return unusable('its controller is another one');
  const material = readMaterial(method);
  if (typeof material !== 'string') return material;
  const ended = findEnd(method, request.now);
  if (ended !== undefined) return ended;
  if (!isListed(document, request.relationship, id)) {
    return {
      code: 'INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD',
      detail: `the key is not listed under ${request.relationship}`,
    };
  }
  const key = readMultikey(material);
  if (key === undefined) return unusable('not a usable Ed25519, P-256, P-384 or BLS12-381 G2 key');
  return { id, controller: url.did, publicKeyMultibase: material, ...key };
}

/** The one form of key material, as Multikey text; the empty text for a JWK that is no usable key, which step 5 refuses. */
function readMaterial(method: JsonObject): string | Fault {
  const forms = Object.keys(method).filter((member) =>
    /^(?:publicKey|blockchainAccountId$|ethereumAddress$)/.test(member),
  );
  if (forms.length !== 1) return unusable('not exactly one form of key material');
  const { type, publicKeyMultibase: multikey, publicKeyJwk: jwk } = method;
  if (type === 'Multikey' && typeof multikey === 'string') return multikey;
  if (type === 'JsonWebKey' && jwk !== undefined) return readPublicJwk(jwk) ?? '';
  return unusable('neither a Multikey nor a JsonWebKey');
}

/** Whether the key has ended by what the document says, under its own name or another. */
export function findEndOf(key: RetrievedKey, document: DidDocument, now: number | undefined): Fault | undefined {
  return methodsOf(document)
    .filter((method) => method['id'] === key.id || readMaterial(method) === key.publicKeyMultibase)
    .map((method) => findEnd(method, now))
    .find((fault) => fault !== undefined);
}

export const notThen = ({ relationship }: Pick<KeyRequest, 'relationship'>): Fault => ({
  code: 'INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD',
  detail: `the key was not listed under ${relationship} when the proof says that it was made`,
});

function findEnd(method: JsonObject, now: number | undefined): Fault | undefined {
  for (const member of ['expires', 'revoked']) {
    if (method[member] === undefined) continue;
    const end = readDateTime(method[member]);
    if (end === undefined || now === undefined || now >= end) return unusable(`the method has ${member}`);
  }
  return undefined;
}

const unusable = (detail: string): Fault => ({ code: 'INVALID_VERIFICATION_METHOD', detail });
