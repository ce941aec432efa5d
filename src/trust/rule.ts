/** What a rule is, and what it may say. Rules are pure: the same case gives the same findings, in the same order. */
import type { Outcome } from '../base/finding.ts';
import type { ProblemCode } from '../base/problem.ts';
import type { Case, LinkCase, PathCase, StatementCase } from './case.ts';
import type { RuleResult, Severity } from './evaluation.ts';
import type { MessageKey } from './messages/message.ts';
import type { BuiltInRegime } from './regimes/regime.ts';

export type RuleGroup =
  | 'structure'
  | 'links'
  | 'identity'
  | 'time'
  | 'arithmetic'
  | 'statement'
  | 'accreditation'
  | 'recognition'
  | 'cbam'
  | 'battery'
  | 'privacy';

/**
 * A rule looks at the claim alone, at the claim with a statement on it, or at these with a path from an anchor. What it finds without
 * a path is shared by all paths, so it is looked at once. A rule with nothing to judge finds nothing.
 */
export interface Rule {
  /** As in docs/domain.md, section 8; ids with a dot are this project's own, for what docs/trust.md demands beside it. */
  readonly id: MessageKey;
  readonly group: RuleGroup;
  readonly severity: Severity;
  /** Severities a finding may carry instead. */
  readonly also?: readonly Severity[];
  readonly regimes: readonly BuiltInRegime[] | 'all';
  /** Act, standard or specification with article or section. */
  readonly source: string;
  readonly onClaim?: (given: Case) => readonly RuleFinding[];
  readonly onStatement?: (given: StatementCase) => readonly RuleFinding[];
  readonly onPath?: (given: PathCase) => readonly RuleFinding[];
  /** What of `onPath` one link can break by itself. Only advice asks for it; an evaluation judges whole paths. */
  readonly onLink?: (given: LinkCase) => readonly RuleFinding[];
}

/** What one rule found about one subject. `missing`: the input is not there; the regime decides whether that is skipped or a doubt; a rule cannot skip. */
export interface RuleFinding {
  readonly outcome: Exclude<Outcome, 'skipped'> | 'missing';
  readonly message?: MessageKey | undefined;
  readonly severity?: Severity | undefined;
  readonly subject?: string | undefined;
  readonly code?: ProblemCode | undefined;
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly causes?: readonly RuleResult[] | undefined;
}

type More = Omit<RuleFinding, 'outcome' | 'message'>;

export const met = (more: More & { readonly message?: MessageKey } = {}): RuleFinding =>
  say('passed', more.message, more);
export const broken = (message: MessageKey, more: More = {}): RuleFinding =>
  say('failed', message, more, more.severity, more.code ?? 'RULE_FAILED');
export const doubtful = (message: MessageKey, more: More = {}): RuleFinding => say('undetermined', message, more);
export const missing = (message: MessageKey, more: More = {}): RuleFinding => say('missing', message, more);

/** A note never changes a result; it says what a reader may want to know. */
export const noted = (message: MessageKey, more: More = {}): RuleFinding => say('passed', message, more, 'N');

/** All findings have one shape, whatever they leave out: there are hundreds in an evaluation, and that makes them cheap to read. */
function say(
  outcome: RuleFinding['outcome'],
  message: MessageKey | undefined,
  more: More,
  severity = more.severity,
  code = more.code,
): RuleFinding {
  return { outcome, message, severity, subject: more.subject, code, params: more.params, causes: more.causes };
}

/** Passed when nothing was found wrong. */
export function metUnless(findings: readonly RuleFinding[], more: More = {}): readonly RuleFinding[] {
  return findings.length > 0 ? findings : [met(more)];
}

/** Values in a sentence; a dash where there is none, so that no sentence has a hole. */
export function enumerated(values: readonly string[]): string {
  return values.join(', ') || '–';
}

/** Causes that are told with one finding, those below them included. */
const MOST_CAUSES = 24;

/**
 * What stands behind a finding, as far as it is told. Precursors of precursors may share what is wrong with them, and a report writes it out
 * every time: without an end, a few documents would make a report that no machine can hold. The nearest causes go first; what does not fit is
 * left out below its finding, which stays.
 */
export function toldCauses(found: readonly RuleResult[]): readonly RuleResult[] {
  const nearest = found.slice(0, MOST_CAUSES);
  let left = MOST_CAUSES - nearest.length;
  return nearest.map((cause) => {
    const below = countBelow(cause);
    left -= below;
    if (left >= 0) return cause;
    left += below;
    const { causes: _untold, ...own } = cause;
    return own;
  });
}

function countBelow({ causes = [] }: RuleResult): number {
  return causes.reduce((count, cause) => count + 1 + countBelow(cause), 0);
}
