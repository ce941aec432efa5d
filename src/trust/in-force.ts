/** Whether a credential or an anchor was in force at an instant: its interval and its status, told apart (docs/trust.md, section 4). */
import type { Finding } from '../base/finding.ts';
import type { ProblemCode } from '../base/problem.ts';
import { judgeStatus } from '../credentials/status-history.ts';
import { formatDateTime, readDate } from '../formats/date-time.ts';
import type { Candidate } from './candidate.ts';
import type { MessageKey } from './messages/message.ts';
import type { AnchorEntry } from './policy.ts';
import type { Regime } from './regimes/regime.ts';
import { broken, doubtful, noted, type RuleFinding } from './rule.ts';

interface Instant {
  /** When the credential has to be in force. */
  readonly at: number;
  /** The instant asked about, against which the newest status list is measured. */
  readonly now: number;
  readonly skew?: number;
  /** The code of an interval that does not hold; `EXPIRED` and `NOT_YET_VALID` unless given. */
  readonly code?: ProblemCode;
}

/** Nothing when it was in force; notes where it ended or changed only later. */
export function checkInForce(credential: Candidate, regime: Regime, instant: Instant): readonly RuleFinding[] {
  return [...checkInterval(credential, instant), ...checkStatus(credential, regime, instant)];
}

function checkInterval(credential: Candidate, { at, now, skew = 0, code }: Instant): readonly RuleFinding[] {
  const { id: subject, validFrom, validUntil } = credential;
  // Most credentials are in force, and then there is nothing to put into words.
  const params = () => ({ at: instantText(at), from: instantText(validFrom), until: instantText(validUntil) });
  if (at + skew < validFrom) {
    return [broken('time.not-yet-valid', { subject, params: params(), code: code ?? 'NOT_YET_VALID' })];
  }
  if (at - skew >= validUntil) return [broken('time.expired', { subject, params: params(), code: code ?? 'EXPIRED' })];
  return now >= validUntil && now > at ? [noted('time.expired-later', { subject, params: params() })] : [];
}

function checkStatus(credential: Candidate, regime: Regime, { at, now }: Instant): readonly RuleFinding[] {
  return judgeBoth(credential, at, { now, freshness: regime.statusFreshness }).flatMap((finding) => {
    const { code, outcome } = finding;
    const later = finding.params?.['laterFrom'];
    if (outcome === 'passed' && later === undefined) return [];
    const more = { subject: credential.id, params: { at: instantText(at) }, ...(code === undefined ? {} : { code }) };
    if (outcome === 'failed') return [broken(statusMessage(code), more)];
    if (outcome === 'undetermined') return [doubtful(doubtMessage(code), more)];
    return later === undefined ? [] : [noted('status.later', { ...more, params: { ...more.params, from: later } })];
  });
}

/**
 * Lists that a compromised key signed may speak against a credential and not for it: its status is judged with them and without, and
 * the worse answer counts.
 */
function judgeBoth(
  { status, compromise }: Candidate,
  at: number,
  options: Parameters<typeof judgeStatus>[2],
): readonly Finding[] {
  const all = judgeStatus(status, at, options);
  const lists = compromise?.lists;
  if (lists === undefined) return all;
  const without = status.map((entry) => ({
    ...entry,
    observations: entry.observations.filter(({ list }) => !lists.has(list.digest)),
  }));
  const rest = judgeStatus(without, at, options);
  return all.map((finding, place) => {
    const other = rest[place] ?? finding;
    if (finding.outcome === 'failed' || other.outcome === 'passed') return finding;
    if (other.outcome === 'failed' || finding.outcome !== 'passed') return other;
    return { ...other, code: 'KEY_COMPROMISED' };
  });
}

function doubtMessage(code: ProblemCode | undefined): MessageKey {
  return code === 'KEY_COMPROMISED' ? 'status.compromised' : 'status.unknown';
}

/** Anchors have no status: a policy that no longer trusts one drops it. */
export function checkAnchorInForce(anchor: AnchorEntry, at: number): readonly RuleFinding[] {
  const from = readDate(anchor.validFrom) ?? Number.POSITIVE_INFINITY;
  const until = readDate(anchor.validUntil) ?? Number.NEGATIVE_INFINITY;
  if (at >= from && at < until) return [];
  const params = { at: instantText(at), from: anchor.validFrom, until: anchor.validUntil };
  return [broken('I2.anchor-interval', { subject: anchor.did, code: 'POLICY_NOT_VALID_THEN', params })];
}

function statusMessage(code: ProblemCode | undefined): MessageKey {
  return code === 'SUSPENDED' ? 'status.suspended' : 'status.revoked';
}

/** An instant for people; a policy or a credential may name one that this form cannot write. */
export function instantText(ms: number): string {
  return ms > -2_208_988_800_000 && ms < 253_000_000_000_000 ? formatDateTime(ms) : String(ms);
}

/** Nothing unless a proof of the credential is by a key that counts as compromised. */
export function checkKeys({ id, compromise }: Candidate): readonly RuleFinding[] {
  if (compromise?.own === undefined) return [];
  return [broken('S1.compromised', { subject: id, code: 'KEY_COMPROMISED', params: compromise.own })];
}
