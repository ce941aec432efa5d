/**
 * The relying party's question: may this claim be relied on under these regimes, at this instant, and why? A pure function of what was
 * admitted and of the party's own policy (docs/trust.md); no clock, no network, no store.
 */
import { type Finding, failed, undetermined, verdictOf } from '../base/finding.ts';
import { isObject } from '../base/json.ts';
import type { ProblemCode } from '../base/problem.ts';
import { isShownWhole } from '../credentials/link.ts';
import { readDate } from '../formats/date-time.ts';
import { isDecimal, isNegative } from '../formats/decimal.ts';
import { assertAdmitted } from './admitted.ts';
import { type Candidate, CLAIM_TYPES } from './candidate.ts';
import { pricesPaid, priceValues } from './carbon-price.ts';
import type {
  Evaluation,
  EvaluationInput,
  ImportedGoods,
  RefusedCredential,
  RegimeResult,
  Result,
  RuleResult,
} from './evaluation.ts';
import { Evidence } from './evidence.ts';
import { describePath, findNearestMiss } from './explain.ts';
import { Judge } from './judge.ts';
import { isBetter, type Judgement } from './judgement.ts';
import { objectsAt, textAt } from './member.ts';
import type { MessageKey } from './messages/message.ts';
import { sortedSet } from './order.ts';
import type { Regime } from './regimes/regime.ts';
import { createReport } from './report.ts';
import { valuesOf } from './values.ts';
import { worksheetsByClaim } from './worksheets.ts';

/**
 * Evaluate under each regime asked for, or under all of the policy. Never throws for what stands in a document; what `admit` did not make is no
 * document, and throws (TypeError).
 * What cannot be judged at all (no such claim, more credentials than the limit, a regime the policy does not have) gives a result
 * without a path, and a finding that says why.
 */
export function evaluate(input: EvaluationInput): Evaluation {
  assertAdmitted(input.admitted);
  const evidence = new Evidence(input.admitted, input.refused, input.policy.compromisedKeys);
  const asked = sortedSet(input.regimes ?? input.policy.regimes.map((regime) => regime.id));
  const subject = chooseClaims(evidence, input);
  const judge = new Judge({
    evidence,
    policy: input.policy,
    at: input.at,
    import: input.import,
    worksheetOf: worksheetsByClaim(evidence, input.worksheets ?? []),
  });
  const judged = asked.map((id) => {
    const regime = input.policy.regimes.find((known) => known.id === id);
    if (regime === undefined) return [id, unjudged(NO_REGIME)] as const;
    return [id, subject.ok ? judgeRegime(judge, evidence, subject.claims, regime) : unjudged(subject.problem)] as const;
  });
  // Only after all searches is it known whether one of them was cut short.
  const results = Object.fromEntries(judged.map(([id, result]) => [id, judge.exhausted ? limited(result) : result]));
  const findings = [...aboutRefused(evidence), ...(subject.ok ? [] : [asFinding(subject.problem)])];
  if (judge.exhausted) findings.push(asFinding(LINKS_EXCEEDED));
  return { results, findings, report: createReport(input, evidence, asked, results, findings) };
}

/** Why nothing could be judged. */
type Problem = RuleResult & { readonly outcome: 'failed' | 'undetermined'; readonly code: ProblemCode };

type Subject =
  | { readonly ok: true; readonly claims: readonly Candidate[] }
  | { readonly ok: false; readonly problem: Problem };

/** The claim asked about, in each form in which it was shown, or the one that nothing else here is built from. */
function chooseClaims(evidence: Evidence, input: EvaluationInput): Subject {
  const refuse = (problem: Problem): Subject => ({ ok: false, problem });
  if (input.admitted.length + input.refused.length > input.policy.limits.credentials) {
    return refuse(about('limits.credentials', 'undetermined', 'LIMIT_EXCEEDED'));
  }
  const claims = evidence.admitted.filter((credential) => CLAIM_TYPES.includes(credential.type));
  if (input.import !== undefined && !isSoundImport(input.import)) {
    return refuse(about('import.malformed', 'undetermined', 'BAD_REQUEST'));
  }
  if (input.claim !== undefined) {
    const named = claims.filter((claim) => claim.id === input.claim);
    return named.length > 0 ? { ok: true, claims: wholeFirst(named) } : refuse(noSuchClaim(evidence, input.claim));
  }
  // A claim that was refused may be the one that is meant; another must not quietly take its place.
  const unusable = evidence.refused.find(({ type }) => type === undefined || CLAIM_TYPES.includes(type));
  if (unusable !== undefined) return refuse(aboutRefusedClaim(unusable));
  const inputs = idsOfInputs(evidence, claims);
  const tops = claims.filter((claim) => !inputs.has(claim.id));
  const ids = new Set(tops.map((claim) => claim.id));
  if (ids.size === 1) return { ok: true, claims: wholeFirst(tops) };
  return refuse(ids.size === 0 ? NO_CLAIM : about('claim.ambiguous', 'undetermined', 'BAD_REQUEST'));
}

/** Asked from a file as well as over HTTP: what is not a mass of a good on a day is no import. */
function isSoundImport({ cnCode, date, netMass }: { readonly [Name in keyof ImportedGoods]: unknown }): boolean {
  if (typeof cnCode !== 'string' || readDate(date) === undefined || !isObject(netMass)) return false;
  return isDecimal(netMass['value']) && !isNegative(netMass['value']) && typeof netMass['unit'] === 'string';
}

function wholeFirst(claims: readonly Candidate[]): readonly Candidate[] {
  const whole = (claim: Candidate): number => Number(isShownWhole(claim.document));
  return [...claims].sort((a, b) => whole(b) - whole(a));
}

/** Claims that another claim or a statement on it builds on. */
function idsOfInputs(evidence: Evidence, claims: readonly Candidate[]): ReadonlySet<string | undefined> {
  const statements = [
    ...claims.flatMap((claim) => objectsAt(claim.subject, 'precursors').map((precursor) => precursor['statement'])),
    ...evidence
      .ofType('VerificationStatement')
      .flatMap((statement) => objectsAt(statement.subject, 'upstreamReliance')),
  ];
  return new Set(statements.map((link) => textAt(evidence.targetOf(link)?.subject, 'claim', 'target')));
}

function noSuchClaim(evidence: Evidence, id: string): Problem {
  const refused = evidence.refused.find((credential) => credential.id === id);
  return refused === undefined ? NO_CLAIM : aboutRefusedClaim(refused);
}

function aboutRefusedClaim({ findings }: RefusedCredential): Problem {
  const open = verdictOf(findings) === 'undetermined';
  const told = findings.find((finding) => finding.outcome === (open ? 'undetermined' : 'failed'));
  const rule = told?.check.startsWith('proof') ? 'S1' : 'S2';
  return { ...about('claim.refused', open ? 'undetermined' : 'failed', told?.code ?? 'NOTHING_PRESENTED'), id: rule };
}

/** A claim shown in several forms is judged in each; the best counts, the whole one first. */
function judgeRegime(judge: Judge, evidence: Evidence, claims: readonly Candidate[], regime: Regime): RegimeResult {
  const judgements = claims.map((claim) => judge.judge(claim, regime));
  const best = judgements.reduce((left, right) => (isBetter(right, left) ? right : left));
  return toResult(judge, evidence, best, regime);
}

function toResult(judge: Judge, evidence: Evidence, judgement: Judgement, regime: Regime): RegimeResult {
  const { claim, statement, result, rules, pathCase, conditions, restsOn } = judgement;
  const nearestMiss = findNearestMiss(evidence, judgement);
  const given = judge.caseOf(claim, regime);
  const prices = pricesPaid(given);
  return {
    result,
    claim: claim.id,
    ...(statement === undefined ? {} : { statement: statement.id }),
    rules,
    path: describePath(pathCase),
    ...(nearestMiss === undefined ? {} : { nearestMiss }),
    ...(conditions.length === 0 ? {} : { conditions }),
    values: { ...valuesOf(given, judgement), ...priceValues(prices) },
    restsOn: sortedSet([...restsOn, ...prices.map(({ id }) => id)]),
  };
}

function about(message: MessageKey, outcome: Problem['outcome'], code: ProblemCode): Problem {
  return { id: message, severity: 'E', outcome, code, message, params: {} };
}

const NO_REGIME = about('regime.unknown', 'undetermined', 'BAD_REQUEST');
const NO_CLAIM = about('claim.absent', 'failed', 'NOTHING_PRESENTED');
const LINKS_EXCEEDED = about('limits.links', 'undetermined', 'LIMIT_EXCEEDED');

function unjudged(problem: Problem): RegimeResult {
  const result: Result = problem.outcome === 'failed' ? 'REJECT' : 'UNDETERMINED';
  return { result, rules: [problem], path: [], values: {}, restsOn: [] };
}

/** What was not looked at might have been the accepted path or the reason against one, so neither can be said, nor what came nearest. */
function limited({ nearestMiss: _, ...result }: RegimeResult): RegimeResult {
  return { ...result, result: 'UNDETERMINED', rules: [...result.rules, LINKS_EXCEEDED] };
}

function asFinding({ id, outcome, code, message }: Problem): Finding {
  return outcome === 'failed' ? failed(id, code, message) : undetermined(id, code, message);
}

/** Why each credential that came along was not used, named by its digest. */
function aboutRefused(evidence: Evidence): Finding[] {
  return evidence.refused.flatMap((refused) =>
    refused.findings
      .filter((finding) => finding.outcome === 'failed' || finding.outcome === 'undetermined')
      .map((finding) => ({ ...finding, params: { ...finding.params, credential: refused.digest } })),
  );
}
