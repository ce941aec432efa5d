/** One way in which a claim could be accepted, what came of it, and which of several is the best. */
import type { Candidate } from './candidate.ts';
import type { PathCase } from './case.ts';
import type { Result, RuleResult } from './evaluation.ts';
import { byText, sortedSet } from './order.ts';
import { orderOfRule } from './rules/rule-table.ts';
import type { TrustPath } from './trust-path.ts';

export interface Judgement {
  readonly claim: Candidate;
  readonly statement: Candidate | undefined;
  readonly path: TrustPath | undefined;
  readonly pathCase: PathCase | undefined;
  /** In the order in which they were found; `inOrder` is for telling them. */
  readonly rules: readonly RuleResult[];
  readonly conditions: readonly string[];
  readonly result: Result;
  readonly restsOn: readonly string[];
}

export function finish(
  claim: Candidate,
  statement: Candidate | undefined,
  pathCase: PathCase | undefined,
  rules: readonly RuleResult[],
  conditions: readonly string[],
): Judgement {
  const path = pathCase?.path;
  const links = [...(path?.arrangements ?? []), path?.accreditation, path?.decision];
  const used = [claim, statement, ...links].filter((credential) => credential !== undefined);
  return {
    claim,
    statement,
    path,
    pathCase,
    rules,
    conditions,
    result: resultOf(rules, conditions),
    restsOn: sortedSet(used.map((credential) => credential.id)),
  };
}

/** A copy in the order of reports: by rule, then by what it judged. */
export function inOrder(rules: readonly RuleResult[]): readonly RuleResult[] {
  return [...rules].sort(
    (a, b) =>
      orderOfRule(a.id) - orderOfRule(b.id) || byText(a.subject ?? '', b.subject ?? '') || byText(a.message, b.message),
  );
}

/** Docs/domain.md, section 7: a failed E refuses; then anything undetermined; then a failed W; then open conditions. */
export function resultOf(rules: readonly RuleResult[], conditions: readonly string[]): Result {
  const counted = rules.filter((rule) => rule.severity !== 'N');
  if (!counted.some((rule) => rule.outcome === 'passed' || rule.outcome === 'failed')) return 'UNDETERMINED';
  if (counted.some((rule) => rule.outcome === 'failed' && rule.severity === 'E')) return 'REJECT';
  if (counted.some((rule) => rule.outcome === 'undetermined')) return 'UNDETERMINED';
  if (counted.some((rule) => rule.outcome === 'failed')) return 'REVIEW';
  return conditions.length > 0 ? 'ACCEPT_WITH_CONDITIONS' : 'ACCEPT';
}

const RANK: readonly Result[] = ['ACCEPT', 'ACCEPT_WITH_CONDITIONS', 'REVIEW', 'UNDETERMINED', 'REJECT'];

/** The best result wins; of refusals, the one that came nearest; then the shortest path, then the lowest id. */
export function isBetter(next: Judgement, best: Judgement): boolean {
  return compareJudgements(next, best) < 0;
}

function compareJudgements(a: Judgement, b: Judgement): number {
  return (
    RANK.indexOf(a.result) - RANK.indexOf(b.result) ||
    distance(a) - distance(b) ||
    (a.path?.parties.length ?? 0) - (b.path?.parties.length ?? 0) ||
    byText(pathKey(a), pathKey(b))
  );
}

/** How far a refusal is from acceptance: a path without an anchor is farther than any that has one, then each broken rule counts. */
function distance({ result, rules, path }: Judgement): number {
  if (result !== 'REJECT') return 0;
  const failed = new Set(
    rules.filter((rule) => rule.outcome === 'failed' && rule.severity === 'E').map((rule) => rule.id),
  );
  return failed.size + (path?.anchor === undefined ? 1000 : 0);
}

function pathKey({ path, statement }: Judgement): string {
  const links = [...(path?.arrangements ?? []), path?.accreditation, path?.decision, statement];
  return JSON.stringify([
    ...links.map((link) => link?.id ?? ''),
    ...links.map((link) => link?.digest ?? ''),
    path?.anchor ?? null,
  ]);
}
