import type { Clock } from '../base/clock.ts';
import { type JsonLimits, REQUEST_LIMITS, readJsonObject } from '../base/json.ts';
import { formatDateTime } from '../formats/date-time.ts';
import type { FetchJson, FetchOutcome } from '../net/safe-fetch.ts';
import type { ListForm, LoadedList } from './check-status.ts';
import { createStatusListToken, STATUS_TOKEN_TYPE } from './token-status-list.ts';

/** A status list credential, or a Status List Token, as it is or (`at`, milliseconds) as it was. */
export type LoadStatusList = (url: string, at?: number, form?: ListForm) => Promise<LoadedList>;

const MAX_LIST_BYTES = 2 * 1024 * 1024;
const LIST_LIMITS: JsonLimits = { ...REQUEST_LIMITS, maxBytes: MAX_LIST_BYTES };
/** Half the time within which a changed bit must be seen. */
const KEEP_MS = 30_000;
const MAX_KEPT = 128;

/** Status lists from the network, kept for half a minute; what failed is asked for again at once. */
export function createStatusListLoader(deps: { readonly fetchJson: FetchJson; readonly clock: Clock }): LoadStatusList {
  const kept = new Map<string, { readonly until: number; readonly loaded: Promise<LoadedList> }>();
  return async (url, at, form = 'credential') => {
    const address = at === undefined ? url : withInstant(url, at, form);
    const key = `${form} ${address}`;
    const now = deps.clock.now();
    const known = kept.get(key);
    if (known !== undefined && known.until > now && known.until - now <= KEEP_MS) return known.loaded;
    const loaded = form === 'token' ? loadToken(deps.fetchJson, address, url) : load(deps.fetchJson, address);
    kept.delete(key);
    kept.set(key, { until: now + KEEP_MS, loaded });
    if (kept.size > MAX_KEPT) {
      const [oldest] = kept.keys();
      if (oldest !== undefined) kept.delete(oldest);
    }
    const outcome = await loaded;
    if (!outcome.ok) kept.delete(key);
    return outcome;
  };
}

async function load(fetchJson: FetchJson, url: string): Promise<LoadedList> {
  const outcome = await fetchJson(url, { maxBytes: MAX_LIST_BYTES, accept: 'application/vc, application/json' });
  if (outcome.status !== 'ok') return failureOf(outcome);
  const read = readJsonObject(outcome.bytes, LIST_LIMITS);
  return read.ok
    ? { ok: true, document: read.value }
    : { ok: false, code: 'STATUS_RETRIEVAL_ERROR', detail: 'not a JSON document' };
}

/** Whatever is asked for, the token is kept under the address that the credential names. */
async function loadToken(fetchJson: FetchJson, address: string, url: string): Promise<LoadedList> {
  const outcome = await fetchJson(address, {
    maxBytes: MAX_LIST_BYTES,
    accept: STATUS_TOKEN_TYPE,
    mediaType: STATUS_TOKEN_TYPE,
  });
  if (outcome.status !== 'ok') return failureOf(outcome);
  return { ok: true, document: createStatusListToken(url, new TextDecoder().decode(outcome.bytes)) };
}

function failureOf(outcome: Exclude<FetchOutcome, { status: 'ok' }>): LoadedList {
  switch (outcome.status) {
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

/** Bitstring Status List 1.0, section 3.4; Token Status List, section 8.4: whole seconds. */
function withInstant(url: string, at: number, form: ListForm): string {
  const query =
    form === 'token' ? `time=${Math.floor(at / 1000)}` : `timestamp=${encodeURIComponent(formatDateTime(at))}`;
  return `${url}${url.includes('?') ? '&' : '?'}${query}`;
}
