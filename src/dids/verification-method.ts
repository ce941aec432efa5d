/**
 * From the `verificationMethod` of a proof to the key, after Controlled Identifiers 1.0 section 3.3 and docs/threats.md 5.4.
 * The one place where a key comes from, and only ever out of its own controller's document.
 */
import { excerpt, type Finding, failed, undetermined } from '../base/finding.ts';
import type { JsonObject } from '../base/json.ts';
import type { ProblemCode } from '../base/problem.ts';
import { readMultikey } from '../crypto/multikey.ts';
import { readPublicJwk } from '../crypto/public-jwk.ts';
import type { KeyType } from '../crypto/signer.ts';
import { readDateTime } from '../formats/date-time.ts';
import { type DidUrl, readDid, readDidUrl } from '../formats/did-url.ts';
import { digestOfJson } from '../formats/digest.ts';
import { type DidDocument, isListed, methodsOf } from './did-document.ts';
import type { DidDocumentSource, DidResolver } from './resolver.ts';

/** The document a key was taken from: its DID, its digest over the RFC 8785 form, and how we came by it. */
interface SeenDidDocument {
  readonly did: string;
  readonly digest: string;
  readonly source: DidDocumentSource;
}

interface RetrievedKey {
  /** The verification method, an absolute DID URL. */
  readonly id: string;
  /** The DID whose document it stands in. */
  readonly controller: string;
  readonly keyType: KeyType;
  /** Multikey form, whichever form the document has. */
  readonly publicKeyMultibase: string;
  /** 32 bytes for Ed25519, 33 for P-256, 49 for P-384. */
  readonly bytes: Uint8Array;
}

export type Retrieval =
  | { readonly ok: true; readonly key: RetrievedKey; readonly seen: SeenDidDocument }
  | { readonly ok: false; readonly finding: Finding; readonly seen?: SeenDidDocument };

interface RetrievalRequest {
  /** As it stands in the proof. */
  readonly method: unknown;
  readonly relationship: 'assertionMethod' | 'authentication';
  /**
   * Milliseconds; a method is not used from its `expires` or `revoked` on (Controlled Identifiers 1.0, section 2.2). Without it, a
   * method that has either is refused.
   */
  readonly now?: number;
}

/** A step that did not hold. */
interface Fault {
  readonly code: ProblemCode;
  readonly detail: string;
}

/** Retrieve a key. Never throws; the finding's check is `proof.key`. */
export async function retrieveVerificationMethod(resolver: DidResolver, request: RetrievalRequest): Promise<Retrieval> {
  const url = readMethodUrl(request.method);
  if ('code' in url) return refusal(url, request.method);
  const resolution = await resolver.resolve(url.did);
  if (resolution.outcome === 'undetermined') {
    return {
      ok: false,
      finding: undetermined('proof.key', resolution.code, resolution.detail, params(request.method)),
    };
  }
  if (resolution.outcome === 'failed') return refusal(resolution, request.method);
  const { document, source } = resolution;
  const seen: SeenDidDocument = { did: url.did, digest: digestOf(document), source };
  const key = readKey(document, url, request);
  return 'code' in key ? { ...refusal(key, request.method), seen } : { ok: true, key, seen };
}

/** One large document may be asked for by each proof of each credential of a presentation; it is digested once. */
const digests = new WeakMap<DidDocument, string>();

function digestOf(document: DidDocument): string {
  const digest = digests.get(document) ?? digestOfJson(document);
  // Only what cannot change any more keeps its digest.
  if (Object.isFrozen(document)) digests.set(document, digest);
  return digest;
}

/** Step 1: a DID URL with a fragment, and nothing between the DID and the fragment. */
function readMethodUrl(method: unknown): DidUrl | Fault {
  if (typeof method !== 'string') return notUrl('not a text');
  if (!method.startsWith('did:')) {
    // A stranger's document on the web may say that its key is the victim's, so such URLs are not even looked at.
    return URL.canParse(method)
      ? { code: 'INVALID_VERIFICATION_METHOD', detail: 'only DID URLs are dereferenced' }
      : notUrl('not an absolute URL');
  }
  if (readDid(method.split(/[/?#]/, 1)[0]) === undefined) return { code: 'INVALID_DID', detail: 'not a DID' };
  const url = readDidUrl(method);
  if (url === undefined) return notUrl('not a DID URL');
  if (url.path !== '' || url.query !== undefined) return notUrl('a path or query before the fragment');
  if (url.fragment === undefined || url.fragment === '') return notUrl('no fragment');
  return url;
}

/** Steps 3 to 5; step 2, the right document without an error, is the resolver's. */
function readKey(document: DidDocument, url: DidUrl, request: RetrievalRequest): RetrievedKey | Fault {
  const id = `${url.did}#${url.fragment}`;
  if (url.method === 'key' && url.fragment !== url.id) return unusable('the fragment is not the key');
  // A relative id is not accepted as a name, but it does count as a second claim to the same one.
  const candidates = methodsOf(document).filter((method) => method['id'] === id || method['id'] === `#${url.fragment}`);
  const [method] = candidates;
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
  if (key === undefined) return unusable('not a usable Ed25519, P-256 or P-384 key');
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

function findEnd(method: JsonObject, now: number | undefined): Fault | undefined {
  for (const member of ['expires', 'revoked']) {
    if (method[member] === undefined) continue;
    const end = readDateTime(method[member]);
    if (end === undefined || now === undefined || now >= end) return unusable(`the method has ${member}`);
  }
  return undefined;
}

const notUrl = (detail: string): Fault => ({ code: 'INVALID_VERIFICATION_METHOD_URL', detail });
const unusable = (detail: string): Fault => ({ code: 'INVALID_VERIFICATION_METHOD', detail });

function refusal({ code, detail }: Fault, method: unknown): { readonly ok: false; readonly finding: Finding } {
  return { ok: false, finding: failed('proof.key', code, detail, params(method)) };
}

function params(method: unknown): Partial<Finding> {
  return typeof method === 'string' ? { params: { verificationMethod: excerpt(method, 160) } } : {};
}
