/**
 * The questions of a trust registry (Trust over IP, TRQP 2.0, sections *Authorization Query* and *Recognition Query*), answered from
 * credentials instead of a table: a statement that the body would make on that day is put at the end of the same search and the same
 * chain rules that judge real statements (docs/exchange.md, section 1). Pure: no clock, no network, no store.
 */
import type { ProblemCode } from '../base/problem.ts';
import { CLOCK_SKEW_MS } from '../credentials/validity-period.ts';
import { type Admitted, assertAdmitted } from './admitted.ts';
import type { AuthorityQuestion } from './authority-question.ts';
import type { PathCase } from './case.ts';
import type { PathParty, RefusedCredential } from './evaluation.ts';
import { Evidence } from './evidence.ts';
import { describePath } from './explain.ts';
import { imaginedAccreditation, imaginedClaim, imaginedStatement } from './imagined.ts';
import { instantText } from './in-force.ts';
import type { MessageKey } from './messages/message.ts';
import { openConditions, scopeOfPath } from './path-case.ts';
import type { Policy } from './policy.ts';
import type { Regime } from './regimes/regime.ts';
import { broken, doubtful, type RuleFinding } from './rule.ts';
import { outOfScope } from './rules/accreditation.ts';
import { rulesOf } from './rules/rule-table.ts';
import { covers, type Demand } from './scope.ts';
import { LinkBudget, searchAccreditations, type TrustPath } from './trust-path.ts';

export interface AuthorityInput {
  readonly admitted: readonly Admitted[];
  readonly refused: readonly RefusedCredential[];
  readonly policy: Policy;
  readonly question: AuthorityQuestion;
}

export interface AuthorityAnswer {
  /** Only `passed` is a yes; what could not be found out is no yes. */
  readonly outcome: 'passed' | 'failed' | 'undetermined';
  readonly code?: ProblemCode;
  readonly message: MessageKey;
  readonly params: Readonly<Record<string, string>>;
  /** From the anchor down; for a no, the path that came nearest. */
  readonly path: readonly PathParty[];
}

/** The rules that judge a chain; the others judge claim and statement. */
const CHAIN_RULES: ReadonlySet<string> = new Set(['S1', 'I2', 'time.arrangement', 'C2', 'C5', 'R1', 'R2', 'R3', 'R5']);
/** An accreditation that was only imagined has no status and no term. */
const OF_ACCREDITATION: ReadonlySet<string> = new Set(['C2', 'C5']);

/**
 * Answer one question. Errors: TypeError for evidence that was not admitted. Never yes where `evaluate` would find no path for a
 * statement of that scope: every path is judged by the rules that `evaluate` uses, and open conditions are no yes either.
 */
export function answerAuthority({ admitted, refused, policy, question }: AuthorityInput): AuthorityAnswer {
  assertAdmitted(admitted);
  const regime = policy.regimes.find(({ id }) => id === question.regime);
  if (regime === undefined) return answer(doubtful('regime.unknown', { code: 'BAD_REQUEST' }));
  if (admitted.length + refused.length > policy.limits.credentials) {
    return answer(doubtful('limits.credentials', { code: 'LIMIT_EXCEEDED' }));
  }
  if (question.at > question.now + CLOCK_SKEW_MS) {
    return answer(doubtful('query.future', { params: { at: instantText(question.at) } }));
  }
  const params = { regime: regime.id };
  if (regime.decision) return answer(broken('query.decision', { code: 'NO_TRUST_PATH', params }));
  if (!regime.statement) return answer(broken('query.no-verification', { code: 'NO_TRUST_PATH', params }));
  const programmes = question.programme === undefined ? regime.programmes : [question.programme];
  if (programmes.length === 0) return answer(broken('query.no-verification', { code: 'NO_TRUST_PATH', params }));
  const answers = programmes.map((programme) => {
    const imagined = question.kind === 'recognition' ? [imaginedAccreditation(question, programme, regime)] : [];
    return answerProgramme(
      new Evidence([...admitted, ...imagined], refused, policy.compromisedKeys),
      policy,
      question,
      regime,
      programme,
    );
  });
  return answers.reduce((worst, next) => (rank(next) > rank(worst) ? next : worst));
}

function rank({ outcome }: AuthorityAnswer): number {
  return ['passed', 'undetermined', 'failed'].indexOf(outcome);
}

function answerProgramme(
  evidence: Evidence,
  policy: Policy,
  question: AuthorityQuestion,
  regime: Regime,
  programme: string,
): AuthorityAnswer {
  const statement = imaginedStatement(question, programme);
  const given = {
    evidence,
    policy,
    regime,
    at: question.now,
    claim: imaginedClaim(regime),
    statement,
    import: undefined,
    worksheet: undefined,
    judgeUpstream: () => ({ claim: undefined, failed: [], undetermined: [], restsOn: [] }),
    relyOn: () => undefined,
  };
  const search = searchAccreditations(evidence, policy, statement, new LinkBudget(policy.limits.links));
  if (search.exhausted) return answer(doubtful('limits.links', { code: 'LIMIT_EXCEEDED' }));
  const empty: TrustPath = {
    ...{ anchor: undefined, end: 'no-anchor', parties: [statement.issuer], arrangements: [] },
    ...{ accreditation: undefined, decision: undefined },
  };
  const under = search.paths.filter((path) => isUnder(path, question));
  if (search.paths.length > 0 && under.length === 0) return answer(notUnder(evidence, question));
  const judged = (under.length === 0 ? [empty] : under).map((path) => {
    const pathCase: PathCase = { ...given, path, ...scopeOfPath(path) };
    return { path, pathCase, findings: judgePath(pathCase, question, programme) };
  });
  const best = judged.reduce((left, right) => (distance(right) < distance(left) ? right : left));
  const [first] = best.findings;
  if (first !== undefined) return answer(first, described(best.pathCase, question));
  return {
    outcome: 'passed',
    message: question.kind === 'recognition' ? 'query.recognised' : 'query.authorised',
    params: { entity: question.entity, activity: question.activity, regime: regime.id, at: instantText(question.at) },
    path: described(best.pathCase, question),
  };
}

/** Everything that keeps this path from a yes, the chain first. */
function judgePath(given: PathCase, question: AuthorityQuestion, programme: string): readonly RuleFinding[] {
  const rules = rulesOf(given.regime.kind)
    .filter(({ id }) => CHAIN_RULES.has(id))
    .filter(({ id }) => question.kind === 'authorization' || !OF_ACCREDITATION.has(id));
  const found = rules.flatMap((rule) => rule.onPath?.(given) ?? []);
  const chain = found.filter(({ outcome, severity }) => outcome !== 'passed' && severity !== 'N');
  if (given.path.anchor === undefined) return chain;
  const scope = checkScope(given, question, programme);
  const open = openConditions(given);
  if (open.length === 0) return [...chain, ...scope];
  const conditions = broken('query.conditions', { params: { conditions: open.join(', ') } });
  return [...chain, ...scope, conditions];
}

/** What is asked about first, wherever it is and whatever the goods. */
const ANYWHERE = ['activity', 'programme', 'standard', 'sector'] as const;

function checkScope(given: PathCase, question: AuthorityQuestion, programme: string): readonly RuleFinding[] {
  const { scope, layers, regime, statement } = given;
  const demand: Demand = { activity: question.activity, programme, ...question.demand };
  const fitting = scope.filter((record) => covers(record, demand, ANYWHERE));
  if (fitting.length === 0) return [outOfScope(statement.id, layers, scope, demand, ANYWHERE)];
  // Where the country is left open, only what holds in every country can be a yes.
  const open = demand.territory === undefined ? fitting.filter((record) => record.territory === undefined) : fitting;
  if (open.length === 0) {
    return [doubtful('C3.territory-unknown', { subject: statement.id, params: { dimension: 'territory' } })];
  }
  if (regime.kind === 'eu-cbam' && question.kind === 'authorization' && demand.cbamActivityGroup === undefined) {
    return [doubtful('query.group-unsaid', { params: { regime: regime.id } })];
  }
  if (open.some((record) => covers(record, demand))) return [];
  const inPlace = open.filter((record) => covers(record, demand, [...ANYWHERE, 'territory']));
  const [records, dimension] =
    inPlace.length > 0 ? ([inPlace, 'cbamActivityGroup'] as const) : ([open, 'territory'] as const);
  return [outOfScope(statement.id, layers, records, { [dimension]: demand[dimension] ?? '' }, [dimension])];
}

/** Whether the authority stands above the entity on this path. */
function isUnder({ parties }: TrustPath, { kind, entity, authority }: AuthorityQuestion): boolean {
  const above = parties.slice(0, kind === 'recognition' ? -2 : -1);
  return authority === undefined || (authority !== entity && above.includes(authority));
}

function notUnder(evidence: Evidence, { entity, authority = '' }: AuthorityQuestion): RuleFinding {
  const params = { entity, authority };
  const doubt = evidence.doubtAbout('RecognitionArrangement') ?? evidence.doubtAbout('VerifierAccreditation');
  if (doubt !== undefined) return doubtful('R1.undetermined', { code: doubt, params: { did: entity } });
  return broken('query.not-under', { code: 'NO_TRUST_PATH', params });
}

/** A doubt is nearer than a refusal, a path with an anchor nearer than one without, then fewer findings. */
function distance({ path, findings }: { readonly path: TrustPath; readonly findings: readonly RuleFinding[] }): number {
  const refused = findings.some(({ outcome }) => outcome === 'failed') ? 1_000_000 : 0;
  return refused + (path.anchor === undefined ? 1000 : 0) + findings.length;
}

/** The parties without what was imagined below them. */
function described(given: PathCase, { kind }: AuthorityQuestion): readonly PathParty[] {
  const path = describePath(given);
  return kind === 'recognition' ? path.slice(0, -1) : path;
}

function answer(finding: RuleFinding, path: readonly PathParty[] = []): AuthorityAnswer {
  return {
    outcome: finding.outcome === 'failed' ? 'failed' : 'undetermined',
    ...(finding.code === undefined ? {} : { code: finding.code }),
    message: finding.message ?? 'R1',
    params: finding.params ?? {},
    path,
  };
}
