/** From a DID to its document. Every answer is a value: a host that is down is *undetermined*, never the same as a forged key. */
import { type DIDDocument, type DIDResolutionResult, type DIDResolver, Resolver } from 'did-resolver';
import type { Clock } from '../base/clock.ts';
import { type Finding, type Read, readFailed, undetermined } from '../base/finding.ts';
import type { JsonObject } from '../base/json.ts';
import type { ProblemCode } from '../base/problem.ts';
import { readDid } from '../formats/did-url.ts';
import { sha256Hex } from '../formats/digest.ts';
import type { FetchJson } from '../net/safe-fetch.ts';
import { type DidDocument, readDidDocument } from './did-document.ts';
import { resolveDidJwk } from './methods/jwk.ts';
import { resolveDidKey } from './methods/key.ts';
import { resolveDidWeb } from './methods/web.ts';
import { type LogHeads, resolveLog } from './methods/webvh/resolve-log.ts';
import {
  documentOfVersion,
  findVersion,
  metadataOf,
  type VerifiedLog,
  type VersionQuery,
  verifyLog,
} from './methods/webvh/verify-log.ts';
import { readWebvhDid } from './methods/webvh/webvh-did.ts';
import { ResolutionCache } from './resolution-cache.ts';

/** Longest time a fetched document, and longest time a failure to fetch one, is kept (docs/threats.md 5.7, rule 8). Milliseconds. */
export const MAX_POSITIVE_TTL = 300_000;
export const MAX_NEGATIVE_TTL = 60_000;
/** Documents and failures kept at a time. */
const CACHE_CAPACITY = 1000;
/** Logs kept at a time, and the largest that is kept, bytes. */
const LOG_CAPACITY = 100;
const LARGEST_KEPT_LOG = 256 * 1024;
/** DIDs that are their key: nobody else is asked about them. */
const SELF_PROVING: ReadonlySet<string> = new Set(['key', 'jwk']);

/** `self`: the DID proves itself; `own`: this node publishes it; `network`: fetched, at most five minutes ago; `pinned`: handed in. */
export type DidDocumentSource = 'self' | 'own' | 'network' | 'pinned';

export type Resolution =
  | {
      readonly outcome: 'resolved';
      readonly document: DidDocument;
      readonly source: DidDocumentSource;
      /** Of the version, where the method has versions (DID Resolution, `didDocumentMetadata`). */
      readonly metadata?: JsonObject;
      /** Further documents of the DID that count as much; only where documents were handed in. */
      readonly alternatives?: readonly DidDocument[];
    }
  | { readonly outcome: 'failed'; readonly code: ProblemCode; readonly detail: string }
  | { readonly outcome: 'undetermined'; readonly code: 'DID_RESOLUTION_ERROR'; readonly detail: string };

export interface DidResolver {
  /** Never throws. Only a did:webvh has versions to ask for; elsewhere a query is `FEATURE_NOT_SUPPORTED`. */
  resolve(did: string, query?: VersionQuery): Promise<Resolution>;
}

interface DidResolverDeps {
  readonly fetchJson: FetchJson;
  readonly clock: Clock;
  /** Documents that this node publishes itself: they are not fetched from ourselves. */
  readonly own?: (did: string) => Promise<DidDocument | undefined>;
  /** The did:webvh logs that this node publishes itself. */
  readonly ownLog?: (did: string) => Promise<string | undefined>;
  /** Remembers how far foreign logs had come. Without it a log that was cut or forked is not noticed. */
  readonly heads?: LogHeads;
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

  const logs = new ResolutionCache<Read<VerifiedLog>>(deps.clock, LOG_CAPACITY);

  // Without a prototype, or `did:constructor:x` would find a method.
  const methods: Record<string, DIDResolver> = Object.assign(Object.create(null), {
    key: register(resolveDidKey),
    jwk: register(resolveDidJwk),
    web: register((did) => resolveDidWeb(did, fetchJson)),
  });
  const registry = new Resolver(methods, {
    cache: (parsed, work) =>
      SELF_PROVING.has(parsed.method)
        ? work()
        : cache.through(parsed.did, work, (result) => (result.didDocument === null ? negativeTtl : positiveTtl)),
  });

  const readForeignLog = (did: string): Promise<Read<VerifiedLog>> =>
    logs.through(
      did,
      () => resolveLog(did, { fetchJson, now: deps.clock.now(), heads: deps.heads }).catch(() => readFailed(broken())),
      (read) => (read.ok ? Math.min(ttlOf(read.value), positiveTtl) : negativeTtl),
    );

  /** Verified like anybody's: what we publish is what others will see. */
  const readOwnLog = async (did: string): Promise<Read<VerifiedLog> | undefined> => {
    const parts = readWebvhDid(did);
    const log = parts === undefined ? undefined : await deps.ownLog?.(did);
    if (parts === undefined || log === undefined) return undefined;
    const work = (): Promise<Read<VerifiedLog>> => verifyLog(new TextEncoder().encode(log), parts, deps.clock.now());
    return logs.through(`${did} ${sha256Hex(log)}`, work, (read) => (read.ok ? positiveTtl : 0));
  };

  const resolveWebvh = async (did: string, query: VersionQuery): Promise<Resolution> => {
    const ours = await readOwnLog(did);
    const read = ours ?? (await readForeignLog(did));
    return read.ok
      ? fromLog(read.value, query, ours === undefined ? 'network' : 'own')
      : fromFinding(read.findings[0] ?? broken());
  };

  const resolve = async (text: string, query: VersionQuery): Promise<Resolution> => {
    const did = readDid(text);
    if (did === undefined) return { outcome: 'failed', code: 'INVALID_DID', detail: 'not a DID' };
    const asksForVersion = Object.values(query).some((value) => value !== undefined);
    if (asksForVersion && did.method !== 'webvh') {
      return { outcome: 'failed', code: 'FEATURE_NOT_SUPPORTED', detail: 'only a did:webvh has versions' };
    }
    // A key cannot be spoken for, not even by us.
    if (SELF_PROVING.has(did.method)) return fromResult(await registry.resolve(text), 'self');
    const ours = asksForVersion ? undefined : await own?.(text);
    if (ours !== undefined) return fromRead(readDidDocument(ours, text), 'own');
    const handed = asksForVersion ? undefined : pinned?.(text);
    if (handed !== undefined) return fromRead(readDidDocument(handed, text), 'pinned');
    return did.method === 'webvh' ? resolveWebvh(text, query) : fromResult(await registry.resolve(text), 'network');
  };

  return {
    resolve: (did, query = {}) => resolve(did, query).catch(() => fromFinding(broken())),
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

function fromLog(log: VerifiedLog, query: VersionQuery, source: DidDocumentSource): Resolution {
  const version = findVersion(log, query);
  if (version === undefined) return { outcome: 'failed', code: 'NOT_FOUND_DID', detail: 'the DID has no such version' };
  const isNewest = version.versionNumber === log.versions.length;
  if (isNewest && version.parameters.deactivated) {
    return { outcome: 'failed', code: 'DID_DEACTIVATED', detail: 'its log says that the DID is deactivated' };
  }
  const resolution = fromRead(documentOfVersion(log, version), source);
  return resolution.outcome === 'resolved' ? { ...resolution, metadata: metadataOf(log, version) } : resolution;
}

/** Milliseconds, as the log has it. */
function ttlOf(log: VerifiedLog): number {
  const seconds = log.versions.at(-1)?.parameters.ttl ?? 0;
  return log.bytes > LARGEST_KEPT_LOG ? 0 : seconds * 1000;
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
