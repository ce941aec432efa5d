/**
 * One claim under one regime: every statement on it, every path to each statement, every rule on each path; the best result wins
 * (docs/trust.md, section 5). Property 6 of that page holds by construction: `resultOf` is the only way to a result, and it accepts
 * nothing but passed findings and those that the regime lets be skipped.
 */

import type { Outcome } from '../base/finding.ts';
import type { Candidate } from './candidate.ts';
import type { Case, NestedJudgement, PathCase, StatementCase } from './case.ts';
import type { ImportedGoods, RuleResult, Worksheet } from './evaluation.ts';
import type { Evidence, LinkEnd } from './evidence.ts';
import { finish, inOrder, isBetter, type Judgement } from './judgement.ts';
import { sortedSet } from './order.ts';
import { openConditions, scopeOfPath } from './path-case.ts';
import type { Policy } from './policy.ts';
import type { Regime } from './regimes/regime.ts';
import type { Rule, RuleFinding } from './rule.ts';
import { rulesOf } from './rules/rule-table.ts';
import { LinkBudget, type PathSearch, searchAccreditations, searchDecisions, type TrustPath } from './trust-path.ts';

export interface JudgeInput {
  readonly evidence: Evidence;
  readonly policy: Policy;
  readonly at: number;
  readonly import: ImportedGoods | undefined;
  readonly worksheetOf: (claim: Candidate) => Worksheet | undefined;
}

/** What alone is to be judged of a claim: one statement on it, one decision on that. All of them unless given. */
export interface Focus {
  readonly statement?: Candidate;
  readonly decision?: Candidate;
}

/**
 * Rules that count when a statement is only what another claim builds on: domain.md, B7, and what these rules presuppose. B7 itself is
 * one of them: a precursor that was made from an inadmissible one is itself inadmissible, however far up.
 */
const UPSTREAM_RULES = new Set([
  ...[
    'S1',
    'L1',
    'L2',
    'L4',
    'I1',
    'I2',
    'time.claim',
    'time.statement',
    'time.arrangement',
    'V1',
    'V2',
    'V3',
    'V4',
    'V5',
  ],
  ...['V6', 'V7', 'C1', 'C2', 'C3', 'C4', 'C5', 'R1', 'R2', 'R3', 'R5', 'B7', 'B8'],
]);

export class Judge {
  readonly #input: JudgeInput;
  readonly #budget: LinkBudget;
  readonly #searches = new Map<string, PathSearch>();
  readonly #upstream = new Map<string, NestedJudgement>();
  readonly #scopes = new Map<TrustPath, Pick<PathCase, 'layers' | 'scope'>>();
  #exhausted = false;

  constructor(input: JudgeInput) {
    this.#input = input;
    this.#budget = new LinkBudget(input.policy.limits.links);
  }

  /** Whether some search stopped at the limit of links, so that not everything was looked at. */
  get exhausted(): boolean {
    return this.#exhausted;
  }

  /** The case of a claim before any statement, as the rules see it. */
  caseOf(claim: Candidate, regime: Regime): Case {
    return this.#caseOf(claim, regime, new Set());
  }

  /** The best judgement of a claim: by result, for refusals by how near they came, then by shortest path and by id. */
  judge(claim: Candidate, regime: Regime, focus: Focus = {}): Judgement {
    const upstream = new Set<string>();
    const best = this.#judgeClaim(this.#caseOf(claim, regime, upstream), claim, regime, focus);
    return { ...best, rules: inOrder(best.rules), restsOn: sortedSet([...best.restsOn, ...upstream]) };
  }

  /** What the rules find in a claim by itself, before any statement on it. */
  judgeAlone(claim: Candidate, regime: Regime): Judgement {
    const given = this.caseOf(claim, regime);
    const { evidence, policy } = this.#input;
    const rules = rulesOf(regime.kind);
    const onClaim = runAll(rules, regime, (rule) => rule.onClaim?.(given));
    const onLink = runAll(rules, regime, (rule) => rule.onLink?.({ evidence, policy, regime, link: claim }));
    return finish(claim, undefined, undefined, inOrder([...onClaim, ...onLink]), []);
  }

  /** What the rules find in an accreditation or arrangement by itself, before any statement rests on it. */
  judgeLink(link: Candidate, regime: Regime): readonly RuleResult[] {
    const { evidence, policy } = this.#input;
    return runAll(rulesOf(regime.kind), regime, (rule) => rule.onLink?.({ evidence, policy, regime, link }));
  }

  #judgeClaim(given: Case, claim: Candidate, regime: Regime, focus: Focus): Judgement {
    const rules = rulesOf(regime.kind);
    const onClaim = runAll(rules, regime, (rule) => rule.onClaim?.(given));
    const linked = regime.statement ? this.#input.evidence.linkedTo(claim, 'VerificationStatement', 'claim') : [];
    const statements = focus.statement === undefined ? linked : linked.filter((one) => one === focus.statement);
    if (statements.length === 0) {
      const absent = regime.statement ? [this.#noStatement(claim, regime)] : [];
      return finish(claim, undefined, undefined, [...onClaim, ...absent], []);
    }
    const judgements = statements.flatMap((statement) =>
      this.#judgeStatement({ ...given, statement }, rules, onClaim, focus),
    );
    return judgements.reduce((best, next) => (isBetter(next, best) ? next : best));
  }

  #judgeStatement(
    given: StatementCase,
    rules: readonly Rule[],
    onClaim: readonly RuleResult[],
    focus: Focus,
  ): readonly Judgement[] {
    const { claim, statement, regime } = given;
    const onStatement = runAll(rules, regime, (rule) => rule.onStatement?.(given));
    const paths = this.#pathsTo(statement, regime);
    const through = paths.filter((path) => path.decision === focus.decision);
    return (focus.decision === undefined || through.length === 0 ? paths : through).map((path) => {
      const pathCase = this.#pathCase(given, path);
      const onPath = runAll(rules, regime, (rule) => rule.onPath?.(pathCase));
      const conditions = openConditions(pathCase);
      return finish(claim, statement, pathCase, [...onClaim, ...onStatement, ...onPath], conditions);
    });
  }

  /** A statement of another claim, judged once for each regime; a decided statement's own upstream needs no decision of its own. */
  #judgeUpstream(statement: Candidate, regime: Regime): NestedJudgement {
    const key = `${regime.id} ${statement.digest}`;
    const known = this.#upstream.get(key);
    if (known !== undefined) return known;
    const end = this.#input.evidence.follow(statement.subject['claim']);
    const claim = end.state === 'resolved' ? end.target : undefined;
    // Links point backwards, so nothing comes round to itself; a forged circle finds this answer instead of no end.
    this.#upstream.set(key, { claim, failed: [circle(statement)], undetermined: [], restsOn: [] });
    const nested = claim === undefined ? withoutClaim(end) : this.#judgeNested(claim, statement, regime);
    this.#upstream.set(key, nested);
    return nested;
  }

  #judgeNested(claim: Candidate, statement: Candidate, regime: Regime): NestedJudgement {
    const further = new Set<string>();
    const given = { ...this.#caseOf(claim, regime, further), statement };
    const rules = rulesOf(regime.kind).filter((rule) => UPSTREAM_RULES.has(rule.id));
    const onClaim = runAll(rules, regime, (rule) => rule.onClaim?.(given));
    const onStatement = runAll(rules, regime, (rule) => rule.onStatement?.(given));
    const paths = regime.decision ? [] : this.#pathsTo(statement, regime);
    const judgements = paths.map((path) => {
      const pathCase = this.#pathCase(given, path);
      const onPath = runAll(rules, regime, (rule) => rule.onPath?.(pathCase));
      return finish(claim, statement, pathCase, [...onClaim, ...onStatement, ...onPath], []);
    });
    const best =
      judgements.length === 0
        ? finish(claim, statement, undefined, [...onClaim, ...onStatement], [])
        : judgements.reduce((left, right) => (isBetter(right, left) ? right : left));
    const told = inOrder(best.rules);
    return {
      claim,
      failed: told.filter((rule) => rule.outcome === 'failed' && rule.severity === 'E'),
      undetermined: told.filter((rule) => rule.outcome === 'undetermined'),
      restsOn: sortedSet([...best.restsOn, ...further]),
    };
  }

  #caseOf(claim: Candidate, regime: Regime, restsOn: Set<string>): Case {
    const { evidence, policy, at, worksheetOf } = this.#input;
    return {
      evidence,
      policy,
      regime,
      at,
      claim,
      import: regime.kind === 'eu-cbam' ? this.#input.import : undefined,
      worksheet: worksheetOf(claim),
      judgeUpstream: (statement) => {
        const nested = this.#judgeUpstream(statement, regime);
        for (const id of nested.restsOn) restsOn.add(id);
        return nested;
      },
      relyOn: (credentials) => {
        for (const { id } of credentials) restsOn.add(id);
      },
    };
  }

  #pathCase(given: StatementCase, path: TrustPath): PathCase {
    const known = this.#scopes.get(path) ?? scopeOfPath(path);
    this.#scopes.set(path, known);
    return { ...given, path, ...known };
  }

  /** At least one path, if only the verification body by itself. */
  #pathsTo(statement: Candidate, regime: Regime): readonly TrustPath[] {
    const { evidence, policy } = this.#input;
    const key = `${regime.decision} ${statement.digest}`;
    let search = this.#searches.get(key);
    if (search === undefined) {
      const find = regime.decision ? searchDecisions : searchAccreditations;
      search = find(evidence, policy, statement, this.#budget);
      this.#searches.set(key, search);
      if (search.exhausted) this.#exhausted = true;
    }
    if (search.paths.length > 0) return search.paths;
    // A decided statement still names its accreditation, which is judged whether or not a decision is here.
    const accreditation = regime.decision ? evidence.targetOf(statement.subject['accreditation']) : undefined;
    return [
      {
        anchor: undefined,
        end: 'no-anchor',
        parties: [statement.issuer],
        arrangements: [],
        accreditation,
        decision: undefined,
      },
    ];
  }

  #noStatement(claim: Candidate, regime: Regime): RuleResult {
    const doubt = this.#input.evidence.doubtAbout('VerificationStatement');
    const base = { id: 'L1', severity: 'E', subject: claim.id, params: { regime: regime.id } } as const;
    if (doubt !== undefined) return { ...base, outcome: 'undetermined', code: doubt, message: 'L1.undetermined' };
    return { ...base, outcome: 'failed', code: 'NO_TRUST_PATH', message: 'L1.no-statement' };
  }
}

function circle({ id }: Candidate): RuleResult {
  const base = { id: 'L4', severity: 'E', outcome: 'failed', code: 'CHAIN_CYCLE' } as const;
  return { ...base, message: 'L4.cycle', subject: id, params: {} };
}

/** A statement whose claim is not here: nothing can be said of it, unless something else stands in the claim's place. */
function withoutClaim(end: LinkEnd): NestedJudgement {
  const base = { id: 'L1', severity: 'E', params: { member: 'claim' } } as const;
  const none = { claim: undefined, failed: [], undetermined: [], restsOn: [] };
  if (end.state === 'mismatch' || end.state === 'refused') {
    return { ...none, failed: [{ ...base, outcome: 'failed', code: end.code, message: 'L1.other' }] };
  }
  return {
    ...none,
    undetermined: [{ ...base, outcome: 'undetermined', code: 'CHAIN_BROKEN', message: 'L1.absent' }],
  };
}

function runAll(
  rules: readonly Rule[],
  regime: Regime,
  run: (rule: Rule) => readonly RuleFinding[] | undefined,
): readonly RuleResult[] {
  const results: RuleResult[] = [];
  for (const rule of rules) {
    for (const finding of run(rule) ?? []) results.push(resultFor(rule, regime, finding));
  }
  return results;
}

function resultFor(rule: Rule, regime: Regime, finding: RuleFinding): RuleResult {
  const { outcome, message, severity, subject, code, params, causes } = finding;
  const result: { -readonly [Name in keyof RuleResult]: RuleResult[Name] } = {
    id: rule.id,
    severity: severity ?? rule.severity,
    outcome: outcome === 'missing' ? outcomeOfMissing(rule, regime) : outcome,
    message: message ?? rule.id,
    params: params ?? NO_PARAMS,
  };
  if (subject !== undefined) result.subject = subject;
  if (code !== undefined) result.code = code;
  if (causes !== undefined) result.causes = causes;
  return result;
}

const NO_PARAMS: RuleResult['params'] = Object.freeze({});

/** Missing input is skipped only where the regime says that this audience is not owed it; anywhere else it is a doubt. */
function outcomeOfMissing(rule: Rule, regime: Regime): Outcome {
  return regime.notOwed.includes(rule.id) ? 'skipped' : 'undetermined';
}
