/**
 * From the `verificationMethod` of a proof to the key, after Controlled Identifiers 1.0 section 3.3 and docs/threats.md 5.4.
 * The one place where a key comes from, and only ever out of its own controller's document.
 */
import { excerpt, type Finding, failed, undetermined } from '../base/finding.ts';
import { readDateTime } from '../formats/date-time.ts';
import { type DidUrl, readDid, readDidUrl } from '../formats/did-url.ts';
import { digestOfJson } from '../formats/digest.ts';
import type { DidDocument } from './did-document.ts';
import { type Fault, findEndOf, type KeyRequest, notThen, type RetrievedKey, readKey } from './listed-key.ts';
import type { DidDocumentSource, DidResolver, Resolution } from './resolver.ts';

type Resolved = Extract<Resolution, { outcome: 'resolved' }>;

/** Tolerated difference between the clock that dates a log and the one that dates a proof; the one of all dates (docs/threats.md 5.15). */
const LOG_SKEW_MS = 300_000;

/** The document a key was taken from: its DID, its digest over the RFC 8785 form, and how we came by it. */
interface SeenDidDocument {
  readonly did: string;
  readonly digest: string;
  readonly source: DidDocumentSource;
}

export type Retrieval =
  | { readonly ok: true; readonly key: RetrievedKey; readonly seen: SeenDidDocument }
  | { readonly ok: false; readonly finding: Finding; readonly seen?: SeenDidDocument };

interface RetrievalRequest extends KeyRequest {
  /** As it stands in the proof. */
  readonly method: unknown;
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
  const documents = await documentsFor(resolver, url, resolution, request);
  if (!('documents' in documents)) return documents;
  const retrieved = readFirst(documents.documents, url, request, resolution.source);
  // Nothing that was revoked, or has ended, comes back because an older version did not say so yet.
  if (!retrieved.ok) return retrieved;
  const fault = [resolution.document, ...(resolution.alternatives ?? [])]
    .map((document) => findEndOf(retrieved.key, document, request.now))
    .find((found) => found !== undefined);
  if (fault === undefined) return retrieved;
  return { ...refusal(fault, request.method), seen: retrieved.seen };
}

/** The documents of which any may list the key, at least one, the likeliest first; or why there is none. */
async function documentsFor(
  resolver: DidResolver,
  url: DidUrl,
  newest: Resolved,
  request: RetrievalRequest,
): Promise<{ readonly documents: readonly DidDocument[] } | Exclude<Retrieval, { ok: true }>> {
  if (newest.source === 'pinned') return { documents: [newest.document, ...(newest.alternatives ?? [])] };
  const instants = instantsOf(newest, request.madeAt);
  if (instants.length === 0) return { documents: [newest.document] };
  const documents: DidDocument[] = [];
  for (const versionTime of instants) {
    const resolution = await resolver.resolve(url.did, { versionTime });
    if (resolution.outcome === 'resolved') documents.push(resolution.document);
    else if (resolution.outcome === 'undetermined') {
      const finding = undetermined('proof.key', resolution.code, resolution.detail, params(request.method));
      return { ok: false, finding };
    }
  }
  // The proof claims to be older than the DID.
  return documents.length > 0 ? { documents } : refusal(notThen(request), request.method);
}

/**
 * The instants whose version of a DID may have the key: the one the proof names, and those up to the tolerated difference of clocks
 * away, since the log and the proof are dated by two. None where the newest version was in force all that time.
 */
function instantsOf({ metadata }: Resolved, madeAt: number | undefined): readonly number[] {
  const newestFrom = readDateTime(metadata?.['versionTime']);
  if (madeAt === undefined || newestFrom === undefined || newestFrom <= madeAt - LOG_SKEW_MS) return [];
  return [madeAt, madeAt + LOG_SKEW_MS, madeAt - LOG_SKEW_MS];
}

/** The key out of the first document that lists it; where none does, what is wrong with it in the first. */
function readFirst(
  documents: readonly DidDocument[],
  url: DidUrl,
  request: RetrievalRequest,
  source: DidDocumentSource,
): Retrieval {
  const [first] = documents;
  const read = documents.map((document) => ({ document, key: readKey(document, url, request) }));
  const found = read.find(({ key }) => !('code' in key)) ?? read.find(({ document }) => document === first);
  if (found === undefined) return refusal(notThen(request), request.method);
  const { document, key } = found;
  const seen: SeenDidDocument = { did: url.did, digest: digestOf(document), source };
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

const notUrl = (detail: string): Fault => ({ code: 'INVALID_VERIFICATION_METHOD_URL', detail });

function refusal({ code, detail }: Fault, method: unknown): { readonly ok: false; readonly finding: Finding } {
  return { ok: false, finding: failed('proof.key', code, detail, params(method)) };
}

function params(method: unknown): Partial<Finding> {
  return typeof method === 'string' ? { params: { verificationMethod: excerpt(method, 160) } } : {};
}
