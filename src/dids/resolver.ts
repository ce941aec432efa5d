/** From a DID to its document. Every answer is a value: a host that is down is *undetermined*, never the same as a forged key. */
import { type DIDDocument, type DIDResolutionResult, type DIDResolver, Resolver } from 'did-resolver';
import type { Clock } from '../base/clock.ts';
import { type Finding, type Read, readFailed, undetermined } from '../base/finding.ts';
import type { ProblemCode } from '../base/problem.ts';
import { readDid } from '../formats/did-url.ts';
import type { FetchJson } from '../net/safe-fetch.ts';
import { type DidDocument, readDidDocument } from './did-document.ts';
import { resolveDidKey } from './methods/key.ts';
import { resolveDidWeb } from './methods/web.ts';
import { ResolutionCache } from './resolution-cache.ts';

/** Longest time a fetched document, and longest time a failure to fetch one, is kept (docs/threats.md 5.7, rule 8). Milliseconds. */
export const MAX_POSITIVE_TTL = 300_000;
export const MAX_NEGATIVE_TTL = 60_000;
/** Documents and failures kept at a time. */
const CACHE_CAPACITY = 1000;

/** `self`: the DID proves itself; `own`: this node publishes it; `network`: fetched, at most five minutes ago; `pinned`: handed in. */
export type DidDocumentSource = 'self' | 'own' | 'network' | 'pinned';

export type Resolution =
  | { readonly outcome: 'resolved'; readonly document: DidDocument; readonly source: DidDocumentSource }
  | { readonly outcome: 'failed'; readonly code: ProblemCode; readonly detail: string }
  | { readonly outcome: 'undetermined'; readonly code: 'DID_RESOLUTION_ERROR'; readonly detail: string };

export interface DidResolver {
  /** Never throws. */
  resolve(did: string): Promise<Resolution>;
}

interface DidResolverDeps {
  readonly fetchJson: FetchJson;
  readonly clock: Clock;
  /** Documents that this node publishes itself: they are not fetched from ourselves. */
  readonly own?: (did: string) => Promise<DidDocument | undefined>;
  /** Documents handed in that count by the relying party's policy; whoever passes this has checked that. They count before the network. */
  readonly pinned?: (did: string) => DidDocument | undefined;
  /** Milliseconds, at most `MAX_POSITIVE_TTL`. */
  readonly positiveTtl?: number;
  /** Milliseconds, at most `MAX_NEGATIVE_TTL`. */
  readonly negativeTtl?: number;
}

type Method = (did: string) => Promise<Read<DidDocument>>;

export function createDidResolver(deps: DidResolverDeps): DidResolver {
  const { fetchJson, own, pinned } = deps;
  const positiveTtl = Math.min(deps.positiveTtl ?? MAX_POSITIVE_TTL, MAX_POSITIVE_TTL);
  const negativeTtl = Math.min(deps.negativeTtl ?? MAX_NEGATIVE_TTL, MAX_NEGATIVE_TTL);
  const cache = new ResolutionCache<DIDResolutionResult>(deps.clock, CACHE_CAPACITY);

  // Without a prototype, or `did:constructor:x` would find a method.
  const methods: Record<string, DIDResolver> = Object.assign(Object.create(null), {
    key: register(resolveDidKey),
    web: register((did) => resolveDidWeb(did, fetchJson)),
  });
  const registry = new Resolver(methods, {
    cache: (parsed, work) =>
      parsed.method === 'key'
        ? work()
        : cache.through(parsed.did, work, (result) => (result.didDocument === null ? negativeTtl : positiveTtl)),
  });

  const resolve = async (text: string): Promise<Resolution> => {
    const did = readDid(text);
    if (did === undefined) return { outcome: 'failed', code: 'INVALID_DID', detail: 'not a DID' };
    // A key cannot be spoken for, not even by us.
    if (did.method !== 'key') {
      const ours = await own?.(text);
      if (ours !== undefined) return fromRead(readDidDocument(ours, text), 'own');
      const handed = pinned?.(text);
      if (handed !== undefined) return fromRead(readDidDocument(handed, text), 'pinned');
    }
    return fromResult(await registry.resolve(text), did.method === 'key' ? 'self' : 'network');
  };

  return {
    resolve: (did) => resolve(did).catch(() => fromFinding(broken())),
  };
}

/** Make a method one of the registry's. An exception inside a method would pass through the registry, so it ends here. */
function register(method: Method): DIDResolver {
  return async (did) => {
    const read = await method(did).catch(() => readFailed(broken()));
    if (read.ok) {
      return {
        didResolutionMetadata: { contentType: 'application/did' },
        // The same JSON; the package's type has mutable lists.
        didDocument: read.value as unknown as DIDDocument,
        didDocumentMetadata: {},
      };
    }
    const [finding = broken()] = read.findings;
    return {
      didResolutionMetadata: { error: finding.code ?? 'internalError', finding },
      didDocument: null,
      didDocumentMetadata: {},
    };
  };
}

function fromResult(result: DIDResolutionResult, source: DidDocumentSource): Resolution {
  const { error } = result.didResolutionMetadata;
  // A document beside an error does not count.
  if (error === undefined && result.didDocument !== null) {
    return { outcome: 'resolved', document: result.didDocument as unknown as DidDocument, source };
  }
  if (error === 'invalidDid') return { outcome: 'failed', code: 'INVALID_DID', detail: 'not a DID' };
  if (error === 'unsupportedDidMethod') {
    return { outcome: 'failed', code: 'METHOD_NOT_SUPPORTED', detail: 'the DID method is not supported' };
  }
  return fromFinding((result.didResolutionMetadata['finding'] as Finding | undefined) ?? broken());
}

function fromRead(read: Read<DidDocument>, source: DidDocumentSource): Resolution {
  if (read.ok) return { outcome: 'resolved', document: read.value, source };
  return fromFinding(read.findings[0] ?? broken());
}

function fromFinding(finding: Finding): Resolution {
  const detail = finding.detail ?? 'the DID could not be resolved';
  return finding.outcome === 'failed' && finding.code !== undefined
    ? { outcome: 'failed', code: finding.code, detail }
    : { outcome: 'undetermined', code: 'DID_RESOLUTION_ERROR', detail };
}

function broken(): Finding {
  return undetermined('did.resolve', 'DID_RESOLUTION_ERROR', 'the DID could not be resolved');
}
