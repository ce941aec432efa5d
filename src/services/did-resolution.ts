import type { Clock } from '../base/clock.ts';
import { ServiceError } from '../base/error.ts';
import { asArray, isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import type { ProblemCode } from '../base/problem.ts';
import type { DidDocument } from '../dids/did-document.ts';
import type { VersionQuery } from '../dids/methods/webvh/verify-log.ts';
import type { DidResolver, Resolution } from '../dids/resolver.ts';
import { hasZone, readDateTime } from '../formats/date-time.ts';
import { type DidUrl, readDid, readDidUrl } from '../formats/did-url.ts';

/** DIDs of other hosts that one organisation may have resolved in a minute; each may cost requests to strangers. */
const MOST_FOREIGN = 60;
const MINUTE_MS = 60_000;

const VERSION_OPTIONS = ['versionId', 'versionTime', 'versionNumber'] as const;

interface DidResolutionDeps {
  readonly resolver: DidResolver;
  readonly clock: Clock;
  /** Where a did:web or did:webvh is published; nothing for what is neither. */
  readonly locate: (did: string) => Promise<'here' | 'missing' | 'elsewhere' | undefined>;
}

export interface DidQuestion {
  /** A DID or DID URL, as it came. */
  readonly text: string;
  /** `versionId`, `versionTime`, `versionNumber`; those in the DID URL count too. */
  readonly options: Readonly<Record<string, string>>;
  /** The organisation that asks; nothing for a stranger. */
  readonly organisation: string | undefined;
}

export interface DidError {
  readonly code: ProblemCode;
  readonly detail: string;
}

/** What came of a DID: a document with its metadata, or why there is none. A DID that was given up has neither document nor error. */
export interface DidAnswer {
  readonly document: DidDocument | undefined;
  readonly metadata: JsonObject;
  readonly error?: DidError;
}

/** What came of a DID URL: what it names in the document. */
export interface DereferencedAnswer {
  readonly content: JsonObject | undefined;
  readonly metadata: JsonObject;
  readonly error?: DidError;
}

/**
 * DID resolution for whoever asks (DID Resolution, W3C). Strangers get what costs no request to anybody: DIDs that are keys, and those
 * this node publishes. DIDs of other hosts are resolved for organisations of this node, so that nobody else can send it anywhere.
 */
export class DidResolution {
  readonly #deps: DidResolutionDeps;
  readonly #spent = new Map<string, { window: number; count: number }>();

  constructor(deps: DidResolutionDeps) {
    this.#deps = deps;
  }

  /** Errors: RATE_LIMITED when an organisation asks for too many DIDs of other hosts. Whatever is wrong with the DID is an answer. */
  async resolve({ text, options, organisation }: DidQuestion): Promise<DidAnswer> {
    const url = readDidUrl(text);
    if (url === undefined) return refused('INVALID_DID', 'not a DID');
    if (url.path !== '' || url.fragment !== undefined)
      return refused('INVALID_DID', 'a DID URL; it can be dereferenced');
    return this.#resolve(url, options, organisation);
  }

  /** As `resolve`, and what the fragment names: a verification method or service. Without a fragment it is the document. */
  async dereference({ text, options, organisation }: DidQuestion): Promise<DereferencedAnswer> {
    const url = readDidUrl(text);
    if (url === undefined) {
      const code = readDid(text.split(/[/?#]/, 1)[0]) === undefined ? 'INVALID_DID' : 'INVALID_DID_URL';
      return { content: undefined, metadata: {}, error: { code, detail: 'not a DID URL' } };
    }
    if (url.path !== '') {
      return {
        content: undefined,
        metadata: {},
        error: { code: 'FEATURE_NOT_SUPPORTED', detail: 'paths are not followed' },
      };
    }
    const { document, ...rest } = await this.#resolve(url, options, organisation);
    if (document === undefined || url.fragment === undefined) return { content: document, ...rest };
    const content = findByFragment(document, `#${url.fragment}`);
    if (content !== undefined) return { content, ...rest };
    return { content, metadata: {}, error: { code: 'NOT_FOUND_DID', detail: 'the document names nothing so' } };
  }

  async #resolve(
    url: DidUrl,
    options: Readonly<Record<string, string>>,
    organisation: string | undefined,
  ): Promise<DidAnswer> {
    const query = readQuery(url.query, options);
    if ('code' in query) return { document: undefined, metadata: {}, error: query };
    const place = await this.#deps.locate(url.did);
    if (place === 'missing') return refused('NOT_FOUND_DID', 'this node has no such DID');
    if (place === 'elsewhere') {
      if (organisation === undefined) {
        return refused(
          'FEATURE_NOT_SUPPORTED',
          'DIDs of other hosts are resolved for callers with an organisation token',
        );
      }
      this.#spend(organisation);
    }
    return answerOf(await this.#deps.resolver.resolve(url.did, query));
  }

  #spend(organisation: string): void {
    const window = Math.floor(this.#deps.clock.now() / MINUTE_MS);
    const before = this.#spent.get(organisation);
    const count = before?.window === window ? before.count + 1 : 1;
    this.#spent.set(organisation, { window, count });
    if (count <= MOST_FOREIGN) return;
    throw new ServiceError('RATE_LIMITED', 'too many DIDs of other hosts in a minute', { retryAfter: 60 });
  }
}

function answerOf(resolution: Resolution): DidAnswer {
  if (resolution.outcome === 'resolved') return { document: resolution.document, metadata: resolution.metadata ?? {} };
  const { code, detail } = resolution;
  return code === 'DID_DEACTIVATED' ? { document: undefined, metadata: { deactivated: true } } : refused(code, detail);
}

function refused(code: ProblemCode, detail: string): DidAnswer {
  return { document: undefined, metadata: {}, error: { code, detail } };
}

/** The version that is asked for, in the DID URL or beside it, each thing once. */
function readQuery(inUrl: string | undefined, beside: Readonly<Record<string, string>>): VersionQuery | DidError {
  const all = [...new URLSearchParams(inUrl ?? '').entries(), ...Object.entries(beside)];
  const options = new Map(all);
  if (options.size < all.length) return { code: 'INVALID_OPTIONS', detail: 'an option stands twice' };
  if (all.some(([name]) => name === 'service' || name === 'relativeRef')) {
    return { code: 'FEATURE_NOT_SUPPORTED', detail: 'services are not followed' };
  }
  const unknown = all.some(([name]) => !VERSION_OPTIONS.includes(name as (typeof VERSION_OPTIONS)[number]));
  if (unknown) return { code: 'INVALID_OPTIONS', detail: `the options are ${VERSION_OPTIONS.join(', ')}` };
  const time = options.get('versionTime');
  const versionTime = time !== undefined && hasZone(time) ? readDateTime(time) : undefined;
  if (time !== undefined && versionTime === undefined) {
    return { code: 'INVALID_OPTIONS', detail: 'versionTime is an instant such as 2027-04-15T00:00:00Z' };
  }
  const number = options.get('versionNumber');
  if (number !== undefined && !/^[1-9]\d{0,5}$/.test(number)) {
    return { code: 'INVALID_OPTIONS', detail: 'versionNumber is a whole number from one on' };
  }
  return {
    versionId: options.get('versionId'),
    versionTime,
    versionNumber: number === undefined ? undefined : Number(number),
  };
}

/** The one method or service with this fragment, absolute or relative; several are as good as none. */
function findByFragment(document: DidDocument, fragment: string): JsonObject | undefined {
  const entries = Object.values(document as Readonly<Record<string, JsonValue | undefined>>).flatMap((value) =>
    asArray(value).filter(isObject),
  );
  const found = entries.filter(({ id }) => id === fragment || id === `${document.id}${fragment}`);
  return found.length === 1 ? found[0] : undefined;
}
