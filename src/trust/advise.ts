/**
 * The same rules before a signature as after it (docs/trust.md, section 8): what would a relying party make of this draft, under each
 * regime? A pure function of the draft, of credentials that were admitted, and of a policy where one is given. It answers in words of
 * its own; nothing here makes a value that an evaluation takes.
 */

import type { JsonObject } from '../base/json.ts';
import { type Admitted, assertAdmitted } from './admitted.ts';
import { type Advice, type AdviceCase, type AdvisedRule, missingFor, type RegimeAdvice, soften } from './advice.ts';
import { pointerFor } from './advice-pointers.ts';
import { adviseOnScope } from './advice-scope.ts';
import { type Candidate, CLAIM_TYPES } from './candidate.ts';
import { type Draft, draftOf } from './draft.ts';
import type { RefusedCredential, RuleResult, Worksheet } from './evaluation.ts';
import { Evidence } from './evidence.ts';
import { Judge } from './judge.ts';
import { type Judgement, resultOf } from './judgement.ts';
import { objectsAt, textAt, textsAt, wordAt } from './member.ts';
import { byText } from './order.ts';
import type { Policy } from './policy.ts';
import { BUILT_IN_REGIMES, type Regime, resolveRegime } from './regimes/regime.ts';
import { worksheetsByClaim } from './worksheets.ts';

export interface AdviceInput {
  /** The complete unsecured credential, status entries and schema reference included. */
  readonly draft: JsonObject;
  readonly admitted: readonly Admitted[];
  readonly refused: readonly RefusedCredential[];
  /** The instant asked about, milliseconds since the epoch. */
  readonly at: number;
  /** The relying party's; without it the built-in regimes are taken as they are, and nobody's trust is judged. */
  readonly policy?: Policy | undefined;
  /** Those that the draft is meant for, as far as it says so, unless given. */
  readonly regimes?: readonly string[] | undefined;
  readonly worksheets?: readonly Worksheet[] | undefined;
}

/** Advice for each regime, in the order of their ids. Errors: TypeError for a supporting value that `admit` did not make. */
export function advise(input: AdviceInput): Advice {
  assertAdmitted(input.admitted);
  const draft = draftOf(input.draft);
  if (draft === undefined) return {};
  const policy = input.policy ?? NEUTRAL;
  const evidence = new Evidence([...input.admitted, draft], input.refused, policy.compromisedKeys);
  const worksheetOf = worksheetsByClaim(evidence, input.worksheets ?? []);
  const judge = new Judge({ evidence, policy, at: input.at, import: undefined, worksheetOf });
  const { regimes: asked } = input;
  const regimes =
    asked === undefined ? regimesOf(draft, evidence, policy) : policy.regimes.filter(({ id }) => asked.includes(id));
  const advised = [...regimes]
    .sort((a, b) => byText(a.id, b.id))
    .map((regime) => {
      const given = { draft, evidence, policy, neutral: input.policy === undefined, regime };
      return [regime.id, adviseUnder(given, judge)] as const;
    });
  return Object.fromEntries(advised);
}

/** The regimes that advice can be asked about: those of the policy, or the built-in ones. */
export function regimesFor(policy: Policy | undefined): readonly string[] {
  return (policy ?? NEUTRAL).regimes.map(({ id }) => id);
}

/** Stands in where no policy is given. It has no anchors, so that no evaluation could accept anything under it; none is made. */
const NEUTRAL: Policy = {
  anchors: [],
  trustedOrganisations: [],
  regimes: BUILT_IN_REGIMES.map((id) => resolveRegime({ id })),
  limits: { credentials: 64, pathLength: 5, links: 256 },
  defaultValues: [],
  compromisedKeys: [],
  digest: '',
};

/** The regimes that a draft is meant for, by its type and by the programmes it names. */
function regimesOf(draft: Draft, evidence: Evidence, policy: Policy): readonly Regime[] {
  const { type, subject } = draft;
  if (CLAIM_TYPES.includes(type)) return policy.regimes.filter(({ claimType }) => claimType === type);
  const recognised = policy.regimes.filter((regime) => regime.statement);
  if (type === 'RecognitionDecision') return recognised.filter((regime) => regime.decision);
  const programmes = programmesOf(draft);
  const named = recognised.filter((regime) => regime.programmes.some((programme) => programmes.includes(programme)));
  if (type === 'RecognitionArrangement') {
    const kind = wordAt(subject, 'kind');
    return recognised.filter((regime) => (regime.arrangementKinds as readonly string[]).includes(kind));
  }
  if (type === 'VerifierAccreditation') return named;
  if (type !== 'VerificationStatement') return [];
  const arranged = evidence
    .ofType('RecognitionArrangement')
    .some((arrangement) => textsAt(arrangement.subject, 'programmes').some((one) => programmes.includes(one)));
  return [...named, ...recognised.filter((regime) => regime.decision && arranged && !named.includes(regime))];
}

function programmesOf({ type, subject }: Draft): readonly string[] {
  if (type === 'VerifierAccreditation')
    return objectsAt(subject, 'scopes').flatMap((scope) => textsAt(scope, 'programme'));
  return type === 'VerificationStatement' ? textsAt(subject, 'programme') : textsAt(subject, 'programmes');
}

function adviseUnder(given: AdviceCase, judge: Judge): RegimeAdvice {
  const { draft } = given;
  const { results, conditions } = judgeDraft(given, judge);
  const rules = results.map((result) => placed(draft, soften(given, result)));
  const counted = rules.map((rule) => (rule.outcome === 'assumed' ? { ...rule, outcome: 'passed' } : rule));
  const later = CLAIM_TYPES.includes(draft.type) && given.regime.statement;
  const missing = [
    ...missingFor(draft, rules),
    ...(later ? [{ what: 'VerificationStatement', of: draft.id, why: 'later' } as const] : []),
  ];
  return {
    // What was not looked at might have been the reason for it or against it.
    wouldBe: judge.exhausted ? 'UNDETERMINED' : resultOf(counted as readonly RuleResult[], conditions),
    rules,
    missing,
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}

function placed(draft: Draft, rule: AdvisedRule): AdvisedRule {
  const pointer = rule.outcome === 'passed' ? undefined : pointerFor(draft, rule);
  return pointer === undefined ? rule : { ...rule, pointer };
}

interface Found {
  readonly results: readonly RuleResult[];
  readonly conditions: readonly string[];
}

const foundIn = ({ rules, conditions }: Pick<Judgement, 'rules' | 'conditions'>): Found => ({
  results: rules,
  conditions,
});

function judgeDraft(given: AdviceCase, judge: Judge): Found {
  const { draft, evidence, regime } = given;
  if (CLAIM_TYPES.includes(draft.type)) return foundIn(judge.judgeAlone(draft, regime));
  if (draft.type === 'VerificationStatement') return judgeStatement(given, judge, draft, {});
  if (draft.type === 'RecognitionDecision') {
    const statement = endOf(evidence, draft, 'statement');
    return isRule(statement) ? open(statement) : judgeStatement(given, judge, statement, { decision: draft });
  }
  return { results: [...judge.judgeLink(draft, regime), ...adviseOnScope(given)], conditions: [] };
}

function judgeStatement(given: AdviceCase, judge: Judge, statement: Candidate, focus: { decision?: Draft }): Found {
  const claim = endOf(given.evidence, statement, 'claim');
  if (isRule(claim)) return open(claim);
  return foundIn(judge.judge(claim, given.regime, { ...focus, statement }));
}

const open = (result: RuleResult): Found => ({ results: [result], conditions: [] });
const isRule = (end: Candidate | RuleResult): end is RuleResult => 'outcome' in end;

/** What a link of one credential leads to, by digest or at least by name, so that the rules say what is wrong with it. */
function endOf(evidence: Evidence, source: Candidate, member: 'claim' | 'statement'): Candidate | RuleResult {
  const link = source.subject[member];
  const end = evidence.follow(link);
  if (end.state === 'resolved') return end.target;
  const named = evidence.admitted.find((candidate) => candidate.id === textAt(link, 'target'));
  if (named !== undefined) return named;
  const base = { id: 'L1', severity: 'E', subject: source.id, params: { member } } as const;
  if (end.state === 'absent') return { ...base, outcome: 'failed', code: 'CHAIN_BROKEN', message: 'L1.absent' };
  if (end.state === 'undetermined')
    return { ...base, outcome: 'undetermined', code: end.code, message: 'L1.undetermined' };
  return { ...base, outcome: 'failed', code: end.code, message: end.state === 'refused' ? 'L1.refused' : 'L1.digest' };
}
