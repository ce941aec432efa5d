/**
 * What verified status lists say about one credential, gathered into a history that is judged later, at whatever instant counts
 * (docs/threats.md, section 5.11). No library is asked: the one there is answers `verified: true` for a set bit.
 */
import { ServiceError } from '../base/error.ts';
import { type Finding, passed, readOk, skipped, verdictOf } from '../base/finding.ts';
import type { JsonObject } from '../base/json.ts';
import type { ProblemCode } from '../base/problem.ts';
import { issuerOf } from '../credentials/credential.ts';
import type { StatusListReference } from '../credentials/opened-envelope.ts';
import type { StatusEntryHistory, StatusHistory, StatusObservation } from '../credentials/status-history.ts';
import { CLOCK_SKEW_MS } from '../credentials/validity-period.ts';
import { readStatusEntries, type StatusListEntry } from './status-entry.ts';
import { readStatusList, type StatusList } from './status-list.ts';
import { readTokenStatusList } from './token-status-list.ts';

/** Stapled lists of one URL that are looked at: each costs the check of a credential. */
const MOST_STAPLED = 4;

export type LoadedList =
  | { readonly ok: true; readonly document: JsonObject }
  | { readonly ok: false; readonly code: ProblemCode; readonly detail: string };

export type ListForm = 'credential' | 'token';

export interface SeenList {
  readonly validFrom: number;
  readonly digest: string;
}

/** Where lists come from and how they are checked; wired by a service. Times are milliseconds since the epoch. */
export interface StatusSources {
  /** The list at a URL: the newest there is, or the one that was in force at `at`. A Status List Token comes as a document of its own. */
  load(url: string, at?: number, form?: ListForm): Promise<LoadedList>;
  /** Everything a credential is checked for on its own: form and proofs. */
  checkList(document: JsonObject): Promise<readonly Finding[]>;
  /** Lists that came along with what is verified; believed no more than any other. */
  readonly stapled: readonly JsonObject[];
  /** Who may issue a list beside the issuer of the credential. */
  readonly listIssuers?: readonly string[];
  /** Remember the newest list of a URL; answers the newest one remembered, before or after. Left out: rollback is not noticed. */
  rememberSeen?(url: string, seen: SeenList): Promise<SeenList | undefined>;
  readonly now: number;
}

export interface StatusReport {
  readonly history: StatusHistory;
  /** About the entries of the credential. What its lists say, or why they could not be had, is in the history. */
  readonly findings: readonly Finding[];
  /** Every list that was believed, once. */
  readonly lists: readonly { readonly url: string; readonly digest: string; readonly document: JsonObject }[];
}

type Problem = NonNullable<StatusEntryHistory['problem']>;
type Believed = { readonly ok: true; readonly list: StatusList } | { readonly ok: false; readonly problem: Problem };

/**
 * Observe every status entry of a credential now, and at each earlier instant that is named; `beside`: it has none, and its token says
 * where its status is. Throws only what
 * `rememberSeen` throws: a store that failed says nothing about the list.
 */
export async function observeStatus(
  credential: JsonObject,
  sources: StatusSources,
  instants: readonly number[] = [],
  beside?: StatusListReference,
): Promise<StatusReport> {
  const entries = beside === undefined ? readStatusEntries(credential) : readOk(entriesOf(beside));
  if (!entries.ok) return { history: [], findings: entries.findings, lists: [] };
  if (entries.value.length === 0) {
    return { history: [], findings: [skipped('status.entry', 'the credential carries no status')], lists: [] };
  }
  const issuer = issuerOf(credential);
  const issuers = [...(issuer === undefined ? [] : [issuer]), ...(sources.listIssuers ?? [])];
  const desk = new Desk(sources, issuers, beside === undefined ? 'credential' : 'token');
  const past = instants.filter((instant) => instant < sources.now);
  const urls = [...new Set(entries.value.map(({ statusListCredential }) => statusListCredential))];
  const gathered = new Map<string, Gathered>();
  for (const url of urls) gathered.set(url, await desk.gather(url, past));
  const history = entries.value.map((entry) =>
    observeEntry(entry, gathered.get(entry.statusListCredential) ?? { past: [] }),
  );
  return { history, findings: [passed('status.entry', { pointer: '/credentialStatus' })], lists: desk.believed() };
}

/** What was found under one URL. */
interface Gathered {
  /** Authentic, though perhaps out of date: then with the problem that says so. */
  readonly newest?: StatusList;
  readonly problem?: Problem;
  readonly past: readonly StatusList[];
}

/** Loads and judges the lists of one observation, each URL once, however many entries share it. */
class Desk {
  readonly #sources: StatusSources;
  readonly #issuers: readonly string[];
  readonly #form: ListForm;
  readonly #documents = new Map<string, { url: string; digest: string; document: JsonObject }>();

  constructor(sources: StatusSources, issuers: readonly string[], form: ListForm) {
    this.#sources = sources;
    this.#issuers = issuers;
    this.#form = form;
  }

  async gather(url: string, past: readonly number[]): Promise<Gathered> {
    const loaded = await this.#load(url);
    const newest = loaded.ok ? await this.#judgeNewest(url, loaded.list) : { problem: loaded.problem };
    const known: StatusList[] = loaded.ok ? [loaded.list] : [];
    for (const instant of past) {
      // One that covers that instant as well answers for both.
      if (!known.some((list) => covers(list, instant))) known.push(...(await this.#gatherPast(url, instant)));
    }
    return { ...newest, past: loaded.ok ? known.slice(1) : known };
  }

  believed() {
    return [...this.#documents.values()];
  }

  async #gatherPast(url: string, past: number): Promise<readonly StatusList[]> {
    const lists: StatusList[] = [];
    for (const document of this.#sources.stapled.filter(({ id }) => id === url).slice(0, MOST_STAPLED)) {
      const believed = await this.#believe(url, document);
      if (believed.ok && covers(believed.list, past)) lists.push(believed.list);
    }
    if (lists.length > 0) return lists;
    const loaded = await this.#load(url, past);
    return loaded.ok && covers(loaded.list, past) ? [loaded.list] : [];
  }

  async #load(url: string, at?: number): Promise<Believed> {
    let loaded: LoadedList;
    try {
      loaded = await this.#sources.load(url, at, this.#form);
    } catch {
      return { ok: false, ...problem('STATUS_RETRIEVAL_ERROR', 'the list could not be loaded') };
    }
    if (loaded.ok) return this.#believe(url, loaded.document);
    return { ok: false, ...problem(loaded.code, loaded.detail) };
  }

  /** A list is a credential like any other, and one more than that. */
  async #believe(url: string, document: JsonObject): Promise<Believed> {
    const expected = { url, issuers: this.#issuers };
    // The form is that of the entry: neither list can stand in for the other.
    const read = this.#form === 'token' ? readTokenStatusList(document, expected) : readStatusList(document, expected);
    if (!read.ok) return { ok: false, ...problemOf(read.findings) };
    const findings = await this.#checkList(document);
    const verdict = verdictOf(findings);
    if (verdict === 'undetermined') {
      // Its issuer's key could not be had: no worse than a list that could not be had.
      return { ok: false, ...problem('STATUS_RETRIEVAL_ERROR', 'the list could not be checked') };
    }
    if (verdict === 'rejected') return { ok: false, ...problemOf(findings) };
    this.#documents.set(read.value.digest, { url, digest: read.value.digest, document });
    return { ok: true, list: read.value };
  }

  async #checkList(document: JsonObject): Promise<readonly Finding[]> {
    try {
      return await this.#sources.checkList(document);
    } catch (error) {
      // Nobody looked at the list, so it is neither good nor bad: whoever asked is told to come back.
      if (error instanceof ServiceError && error.code === 'UNAVAILABLE') throw error;
      return [{ check: 'status.list', outcome: 'failed', code: 'STATUS_VERIFICATION_ERROR' }];
    }
  }

  async #judgeNewest(url: string, list: StatusList): Promise<Omit<Gathered, 'past'>> {
    const { now, rememberSeen } = this.#sources;
    const { validFrom, validUntil, digest } = list;
    if (validFrom - CLOCK_SKEW_MS > now) return problem('STATUS_VERIFICATION_ERROR', 'the list is not yet valid');
    // A list that is out of date can still show that a bit was set; it cannot show that none is.
    if (validUntil !== undefined && now - CLOCK_SKEW_MS >= validUntil) {
      return { newest: list, ...problem('STATUS_VERIFICATION_ERROR', 'the list has expired') };
    }
    const highest = await rememberSeen?.call(this.#sources, url, { validFrom, digest });
    if (highest !== undefined && highest.validFrom > validFrom) {
      return { newest: list, ...problem('STATUS_ROLLBACK', 'a newer list was seen before') };
    }
    return { newest: list };
  }
}

/** A Token Status List has one status for every purpose. */
const entriesOf = ({ uri, idx }: StatusListReference): readonly StatusListEntry[] =>
  ['revocation', 'suspension'].map((purpose) => ({
    purpose,
    statusListCredential: uri,
    index: String(idx),
    position: idx,
  }));

function covers({ validFrom, validUntil }: StatusList, at: number): boolean {
  return validFrom <= at && (validUntil === undefined || at < validUntil);
}

function observeEntry(entry: StatusListEntry, { newest, problem: found, past }: Gathered): StatusEntryHistory {
  const { purpose, statusListCredential, index } = entry;
  const observations: StatusObservation[] = [];
  let fault = found;
  for (const list of newest === undefined ? past : [newest, ...past]) {
    const seen = observe(entry, list, list === newest && found === undefined);
    if (!('code' in seen)) observations.push(seen);
    else if (list === newest) fault ??= seen;
  }
  const about = { purpose, statusListCredential, index, observations };
  return fault === undefined ? about : { ...about, problem: fault };
}

function observe(entry: StatusListEntry, list: StatusList, newest: boolean): StatusObservation | Problem {
  const { purpose, position, index } = entry;
  if (!list.purposes.includes(purpose)) {
    return { code: 'STATUS_VERIFICATION_ERROR', detail: `the list is not one for ${purpose}` };
  }
  if (position >= list.bits.length) {
    return { code: 'RANGE_ERROR', detail: `the list ends at ${list.bits.length - 1}` };
  }
  const set = list.bits.get(position, purpose);
  if (set === undefined) return { code: 'STATUS_VERIFICATION_ERROR', detail: 'a status that is not known here' };
  const { url, digest, issuer, validFrom, validUntil, notices } = list;
  return {
    list: { url, digest, issuer, validFrom, validUntil },
    set,
    notices: notices.filter((notice) => notice.index === index && notice.statusPurpose === purpose),
    newest,
  };
}

function isProblemCode(code: ProblemCode | undefined): code is Problem['code'] {
  switch (code) {
    case 'STATUS_RETRIEVAL_ERROR':
    case 'STATUS_VERIFICATION_ERROR':
    case 'STATUS_LIST_LENGTH_ERROR':
    case 'STATUS_ROLLBACK':
    case 'RANGE_ERROR':
    case 'LIMIT_EXCEEDED':
    case 'HOST_BLOCKED':
      return true;
    default:
      return false;
  }
}

function problem(code: ProblemCode, detail: string): { readonly problem: Problem } {
  return { problem: { code: isProblemCode(code) ? code : 'STATUS_VERIFICATION_ERROR', detail } };
}

function problemOf(findings: readonly Finding[]) {
  const first = findings.find(({ outcome }) => outcome === 'failed');
  const code = isProblemCode(first?.code) ? first.code : 'STATUS_VERIFICATION_ERROR';
  return problem(code, `${first?.check ?? 'status.list'}: ${first?.detail ?? 'does not hold'}`);
}
