/**
 * What is known about the status of one credential, over time. Gathered by `status` (which reads and checks the lists), carried by an
 * admitted credential, judged here as a pure function of it and an instant (docs/architecture.md, time).
 */
import { type Finding, failed, passed, undetermined } from '../base/finding.ts';
import { readDate } from '../formats/date-time.ts';
import type { ProofKey } from './proof-key.ts';

/** One change of a bit, signed inside the status list credential. In force from 00:00 UTC of `effectiveDate`. */
export interface StatusNotice {
  readonly index: string;
  readonly statusPurpose: string;
  /** `withdrawn` works forward from its date, `annulled` back to the start; `suspended`, `reinstated`, or the issuer's own word. */
  readonly reason: string;
  /** `YYYY-MM-DD`. */
  readonly effectiveDate: string;
}

/** What one verified status list credential said about one entry. */
export interface StatusObservation {
  readonly list: {
    readonly url: string;
    /** Digest (multibase) of the list credential without its proof. */
    readonly digest: string;
    readonly issuer: string;
    /** Milliseconds since the epoch. */
    readonly validFrom: number;
    readonly validUntil: number | undefined;
    /** The keys by which it was signed. */
    readonly keys?: readonly ProofKey[];
  };
  readonly set: boolean;
  /** The notices of this index and purpose. */
  readonly notices: readonly StatusNotice[];
  /** Whether this is the newest list that could be had, rather than one stapled or archived for a past date. */
  readonly newest: boolean;
}

/** One `credentialStatus` entry and everything observed about it. */
export interface StatusEntryHistory {
  readonly purpose: string;
  readonly statusListCredential: string;
  readonly index: string;
  readonly observations: readonly StatusObservation[];
  /** Why the newest list could not be had or not be believed, when it could not. */
  readonly problem?: {
    readonly code:
      | 'STATUS_RETRIEVAL_ERROR'
      | 'STATUS_VERIFICATION_ERROR'
      | 'STATUS_LIST_LENGTH_ERROR'
      | 'STATUS_ROLLBACK'
      | 'RANGE_ERROR'
      | 'LIMIT_EXCEEDED'
      | 'HOST_BLOCKED';
    readonly detail: string;
  };
}

export type StatusHistory = readonly StatusEntryHistory[];

interface StatusMoment {
  /** The instant at which the status of the credential counts, milliseconds since the epoch. */
  readonly at: number;
  /** The instant against which the age of the newest list is measured. */
  readonly now: number;
  /** How old the newest list may be, milliseconds. Absent: the newest list must not have ended. */
  readonly freshness?: number | undefined;
}

/**
 * Judge what is known about a credential's status at one instant: one finding for each `credentialStatus` entry.
 *
 * A revocation works back to the start unless its notice says `withdrawn`, which works forward from its date. A suspension holds from
 * its notice to the next `reinstated`; without notices, a list whose own validity covers the instant decides. Where nothing covers the
 * instant, or no list is new enough to rule out an annulment, the answer is *undetermined*, never a pass (docs/trust.md, section 4).
 * Codes: `REVOKED`, `SUSPENDED`, `POLICY_STATUS_REQUIRED`, `STATUS_UNSUPPORTED`, `STATUS_RETRIEVAL_ERROR` or the entry's own problem.
 */
export function judgeStatus(
  history: StatusHistory,
  at: number,
  options: { readonly now: number; readonly freshness?: number | undefined },
): readonly Finding[] {
  if (history.length === 0) {
    return [
      undetermined('status', 'POLICY_STATUS_REQUIRED', 'nothing says where the status of this credential is kept'),
    ];
  }
  const moment: StatusMoment = { at, ...options };
  return history.map((entry) => judgeEntry(entry, moment));
}

function judgeEntry(entry: StatusEntryHistory, moment: StatusMoment): Finding {
  const check = `status.${entry.purpose}`;
  if (entry.purpose !== 'revocation' && entry.purpose !== 'suspension') {
    return undetermined('status', 'STATUS_UNSUPPORTED', 'a status purpose that is not judged here');
  }
  const since = entry.purpose === 'revocation' ? revokedFrom(entry) : undefined;
  const state = entry.purpose === 'revocation' ? revocationAt(entry, moment.at, since) : suspensionAt(entry, moment.at);
  if (state === 'set') {
    return entry.purpose === 'revocation'
      ? failed(check, 'REVOKED', 'revoked at the instant that counts')
      : failed(check, 'SUSPENDED', 'suspended at the instant that counts');
  }
  // A list that was tampered with or rolled back taints every list of that address; one that is only out of reach does not.
  const broken = entry.problem !== undefined && entry.problem.code !== 'STATUS_RETRIEVAL_ERROR';
  if (entry.problem !== undefined && (broken || !isRecent(entry, moment))) {
    return undetermined(check, entry.problem.code, entry.problem.detail);
  }
  if (state === 'unknown') {
    return undetermined(check, 'STATUS_RETRIEVAL_ERROR', 'no status list covers the instant that counts');
  }
  if (!isRecent(entry, moment)) {
    return undetermined(check, 'STATUS_RETRIEVAL_ERROR', 'the newest status list is older than may be relied on');
  }
  return passed(check, laterChange(entry, moment.at));
}

type StatusState = 'set' | 'clear' | 'unknown';

/** From when a revocation works: minus infinity for back to the start, nothing when no list shows one. */
function revokedFrom(entry: StatusEntryHistory): number | undefined {
  const revoked = entry.observations.filter((observation) => observation.set);
  if (revoked.length === 0) return undefined;
  let from = Number.POSITIVE_INFINITY;
  for (const { notices } of revoked) {
    if (notices.length === 0) return Number.NEGATIVE_INFINITY;
    for (const notice of notices) {
      const day = readDate(notice.effectiveDate);
      if (notice.reason !== 'withdrawn' || day === undefined) return Number.NEGATIVE_INFINITY;
      from = Math.min(from, day);
    }
  }
  return from;
}

function revocationAt(entry: StatusEntryHistory, at: number, from: number | undefined): StatusState {
  if (from !== undefined) return at >= from ? 'set' : 'clear';
  return entry.observations.some((observation) => covers(observation, at)) ? 'clear' : 'unknown';
}

function suspensionAt(entry: StatusEntryHistory, at: number): StatusState {
  // A list with notices of its own is judged by their dates: a bit may be set ahead of the day on which it takes effect.
  const covering = entry.observations.filter((observation) => covers(observation, at));
  if (covering.some((observation) => observation.set && observation.notices.length === 0)) return 'set';
  const changes = changesIn(entry.observations);
  if (changes.length > 0) {
    const before = changes.filter((change) => change.from <= at).at(-1);
    // A history that opens with a reinstatement hides its beginning.
    if (before === undefined) return changes[0]?.suspends ? 'clear' : 'set';
    return isSuspendedSince(before, changes, covering, at) ? 'set' : 'clear';
  }
  return covering.length > 0 ? 'clear' : 'unknown';
}

/**
 * Whether the last change leaves the credential suspended. Its notice says so, unless a list that covers the instant and knows of the
 * change shows otherwise: notices have days and no order, so where one day carries both kinds the bit tells which came last; and a bit
 * that is set although the last notice lifted the suspension is believed rather than the notice.
 */
function isSuspendedSince(
  last: Change,
  changes: readonly Change[],
  covering: readonly StatusObservation[],
  at: number,
): boolean {
  const sameDay = changes.filter(({ from }) => from === last.from);
  const informed = covering.filter((observation) => {
    const known = changesIn([observation]);
    return sameDay.every((change) => known.some((one) => isSame(one, change))) && known.every(({ from }) => from <= at);
  });
  const latest = Math.max(...informed.map(({ list }) => list.validFrom));
  const bits = informed.filter(({ list }) => list.validFrom === latest).map(({ set }) => set);
  if (!last.suspends) return bits.includes(true);
  return sameDay.length === 1 || bits.length === 0 || bits.includes(true);
}

interface Change {
  readonly from: number;
  readonly suspends: boolean;
}

const isSame = (one: Change, other: Change): boolean => one.from === other.from && one.suspends === other.suspends;

/** Every change that the lists tell of, in the order of its date; on one and the same day the suspension comes last. */
function changesIn(observations: readonly StatusObservation[]): readonly Change[] {
  const changes: Change[] = [];
  for (const notice of observations.flatMap((observation) => observation.notices)) {
    const from = readDate(notice.effectiveDate) ?? Number.NEGATIVE_INFINITY;
    const suspends = notice.reason !== 'reinstated';
    if (!changes.some((known) => isSame(known, { from, suspends }))) changes.push({ from, suspends });
  }
  return changes.sort((a, b) => a.from - b.from || Number(a.suspends) - Number(b.suspends));
}

function covers(observation: StatusObservation, at: number): boolean {
  const { validFrom, validUntil } = observation.list;
  return validFrom <= at && (validUntil === undefined || at < validUntil);
}

function isRecent(entry: StatusEntryHistory, { now, freshness }: StatusMoment): boolean {
  return entry.observations.some(({ list }) =>
    freshness === undefined
      ? list.validUntil === undefined || now < list.validUntil
      : now - list.validFrom <= freshness,
  );
}

/** What the report notes: a change that takes effect only after the instant that counts. */
function laterChange(entry: StatusEntryHistory, at: number): Partial<Finding> {
  const later = entry.observations
    .flatMap((observation) => observation.notices)
    .filter(
      (notice) => (readDate(notice.effectiveDate) ?? Number.NEGATIVE_INFINITY) > at && notice.reason !== 'reinstated',
    )
    .map((notice) => notice.effectiveDate)
    .sort();
  return later[0] === undefined ? {} : { params: { laterFrom: later[0] } };
}
