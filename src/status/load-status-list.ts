import type { Clock } from '../base/clock.ts';
import { type JsonLimits, REQUEST_LIMITS, readJsonObject } from '../base/json.ts';
import { formatDateTime } from '../formats/date-time.ts';
import type { FetchJson } from '../net/safe-fetch.ts';
import type { LoadedList } from './check-status.ts';

/** A status list credential, as it is or (`at`, milliseconds) as it was. */
export type LoadStatusList = (url: string, at?: number) => Promise<LoadedList>;

const MAX_LIST_BYTES = 2 * 1024 * 1024;
const LIST_LIMITS: JsonLimits = { ...REQUEST_LIMITS, maxBytes: MAX_LIST_BYTES };
/** Half the time within which a changed bit must be seen. */
const KEEP_MS = 30_000;
const MAX_KEPT = 128;

/** Status lists from the network, kept for half a minute; what failed is asked for again at once. */
export function createStatusListLoader(deps: { readonly fetchJson: FetchJson; readonly clock: Clock }): LoadStatusList {
  const kept = new Map<string, { readonly until: number; readonly loaded: Promise<LoadedList> }>();
  return async (url, at) => {
    const address = at === undefined ? url : withTimestamp(url, at);
    const now = deps.clock.now();
    const known = kept.get(address);
    if (known !== undefined && known.until > now && known.until - now <= KEEP_MS) return known.loaded;
    const loaded = load(deps.fetchJson, address);
    kept.delete(address);
    kept.set(address, { until: now + KEEP_MS, loaded });
    if (kept.size > MAX_KEPT) {
      const [oldest] = kept.keys();
      if (oldest !== undefined) kept.delete(oldest);
    }
    const outcome = await loaded;
    if (!outcome.ok) kept.delete(address);
    return outcome;
  };
}

async function load(fetchJson: FetchJson, url: string): Promise<LoadedList> {
  const outcome = await fetchJson(url, { maxBytes: MAX_LIST_BYTES, accept: 'application/vc, application/json' });
  switch (outcome.status) {
    case 'ok': {
      const read = readJsonObject(outcome.bytes, LIST_LIMITS);
      return read.ok
        ? { ok: true, document: read.value }
        : { ok: false, code: 'STATUS_RETRIEVAL_ERROR', detail: 'not a JSON document' };
    }
    case 'not-found':
      return { ok: false, code: 'STATUS_RETRIEVAL_ERROR', detail: 'the list is not there' };
    case 'blocked':
      return { ok: false, code: 'HOST_BLOCKED', detail: 'the host of the list is not a public address' };
    case 'too-large':
      return { ok: false, code: 'LIMIT_EXCEEDED', detail: `the list is larger than ${MAX_LIST_BYTES} bytes` };
    case 'invalid-url':
      return { ok: false, code: 'STATUS_RETRIEVAL_ERROR', detail: 'the list has no usable https address' };
    case 'unreachable':
      return { ok: false, code: 'STATUS_RETRIEVAL_ERROR', detail: `the list could not be read (${outcome.reason})` };
  }
}

function withTimestamp(url: string, at: number): string {
  return `${url}${url.includes('?') ? '&' : '?'}timestamp=${encodeURIComponent(formatDateTime(at))}`;
}
