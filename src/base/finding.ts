import type { ProblemCode } from './problem.ts';

/** What a check came to. `skipped` is never a pass: it says that the check had nothing to do or was not owed its data. */
export type Outcome = 'passed' | 'failed' | 'undetermined' | 'skipped';

/**
 * The result of one check on a document that somebody gave us to judge. A value, never thrown.
 * `check` is a dotted name such as `proof.signature` or a rule id such as `A6`; `pointer` is a JSON Pointer (RFC 6901) into the
 * document; `params` carry what a translated message needs, never a secret and never more than 200 characters of input each.
 */
export interface Finding {
  readonly check: string;
  readonly outcome: Outcome;
  readonly code?: ProblemCode;
  readonly pointer?: string;
  readonly detail?: string;
  readonly params?: Readonly<Record<string, string>>;
}

/** A failure outweighs a doubt, a doubt outweighs any number of passes. */
export type Verdict = 'accepted' | 'rejected' | 'undetermined';

/** No findings at all is *undetermined*: nothing was looked at, so nothing is accepted. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  if (findings.some((finding) => finding.outcome === 'failed')) return 'rejected';
  if (findings.some((finding) => finding.outcome === 'undetermined')) return 'undetermined';
  return findings.some((finding) => finding.outcome === 'passed') ? 'accepted' : 'undetermined';
}

export const passed = (check: string, more: Partial<Finding> = {}): Finding => ({ ...more, check, outcome: 'passed' });
export const skipped = (check: string, detail: string, more: Partial<Finding> = {}): Finding => ({
  ...more,
  check,
  outcome: 'skipped',
  detail,
});
export const failed = (check: string, code: ProblemCode, detail: string, more: Partial<Finding> = {}): Finding => ({
  ...more,
  check,
  outcome: 'failed',
  code,
  detail,
});
export const undetermined = (
  check: string,
  code: ProblemCode,
  detail: string,
  more: Partial<Finding> = {},
): Finding => ({
  ...more,
  check,
  outcome: 'undetermined',
  code,
  detail,
});

/**
 * The findings of a step that has to be made. One that found nothing was not made, and no verdict may rest on the other steps alone.
 */
export const owed = (check: string, code: ProblemCode, findings: readonly Finding[]): readonly Finding[] =>
  findings.length > 0 ? findings : [undetermined(check, code, 'this check was not made')];

/** Somebody else's document, read: either the value or everything that is wrong with it. */
export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly findings: readonly Finding[] };

export const readOk = <Value>(value: Value): Read<Value> => ({ ok: true, value });
export const readFailed = (...findings: Finding[]): Read<never> => ({ ok: false, findings });

/** Input is echoed in details at most this long, and never with control characters or half of a surrogate pair. */
export function excerpt(text: string, longest = 80): string {
  const start = text.length > longest ? `${text.slice(0, longest).toWellFormed()}…` : text.toWellFormed();
  return start.replace(/[\p{Cc}\p{Cf}]/gu, '\ufffd');
}
