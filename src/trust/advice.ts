/**
 * What advice on a draft says, and how it reads what rules find: a document that is not at hand yet speaks neither for nor against the
 * draft, and without a policy nobody's trust can be judged.
 */
import type { Outcome } from '../base/finding.ts';
import type { Draft } from './draft.ts';
import type { Result, RuleResult } from './evaluation.ts';
import type { Evidence } from './evidence.ts';
import { objectsAt, textAt } from './member.ts';
import type { Policy } from './policy.ts';
import type { Regime } from './regimes/regime.ts';

/** Why a finding is open: a document was not at hand, comes only after this one, or the relying party's policy was not given. */
export type OpenFor = 'absent' | 'later' | 'policy';

/** `assumed`: can be judged only once it is signed, and is taken to hold. */
export interface AdvisedRule extends Omit<RuleResult, 'outcome' | 'causes'> {
  readonly outcome: Outcome | 'assumed';
  /** JSON Pointer into the draft: the member to look at. */
  readonly pointer?: string;
  readonly open?: OpenFor;
  readonly causes?: readonly AdvisedRule[];
}

/** What would have to be at hand to tell more. */
export interface Missing {
  /** A credential type, `claim`, or `policy`. */
  readonly what: string;
  /** The credential, DID or CN code that it is about, or the id under which it is linked. */
  readonly of?: string;
  readonly why: OpenFor;
}

export interface RegimeAdvice {
  /** What an evaluation would come to by what could be judged; `UNDETERMINED`: cannot be told yet. */
  readonly wouldBe: Result;
  readonly rules: readonly AdvisedRule[];
  readonly missing: readonly Missing[];
  readonly conditions?: readonly string[];
}

/** By regime; a type that no regime speaks of gets none. */
export type Advice = Readonly<Record<string, RegimeAdvice>>;

export interface AdviceCase {
  readonly draft: Draft;
  readonly evidence: Evidence;
  readonly policy: Policy;
  /** Whether the policy is a relying party's, or only stands in for one. */
  readonly neutral: boolean;
  readonly regime: Regime;
}

/** How one finding counts as advice. */
export function soften(given: AdviceCase, result: RuleResult): AdvisedRule {
  const { causes: found, ...row } = result;
  const causes = found?.map((cause) => soften(given, cause));
  const more = causes === undefined ? {} : { causes };
  if (row.id === 'S1' && row.subject === given.draft.id) return { ...row, ...more, outcome: 'assumed' };
  if (row.outcome !== 'failed') return { ...row, ...more };
  const open = openFor(given, row) ?? openCauses(causes);
  if (open === undefined) return { ...row, ...more };
  return { ...row, ...more, outcome: open === 'absent' ? 'undetermined' : 'skipped', open };
}

/** A failure that rests on nothing but open findings is as open as these. */
function openCauses(causes: readonly AdvisedRule[] = []): OpenFor | undefined {
  if (causes.some((cause) => cause.outcome === 'failed')) return undefined;
  return (causes.find((cause) => cause.open === 'absent') ?? causes[0])?.open;
}

function openFor(given: AdviceCase, row: Pick<RuleResult, 'message' | 'params'>): OpenFor | undefined {
  const { draft, policy, neutral, regime } = given;
  switch (row.message) {
    case 'L1.absent':
    case 'R1.no-accreditation':
    case 'R1.no-basis':
      return 'absent';
    case 'R4.none':
      return draft.type === 'VerificationStatement' ? 'later' : 'absent';
    case 'I1.unknown':
      if (neutral) return 'policy';
      return policy.anchors.some((anchor) => anchor.role === 'register') ? 'absent' : undefined;
    case 'R1.no-path':
    case 'I2.no-anchor':
      if (neutral) return 'policy';
      // Where the regime admits no arrangement, none that could still be shown would help.
      return regime.decision || regime.arrangementKinds.length > 0 ? 'absent' : undefined;
    case 'R4.direction':
      return neutral ? 'policy' : undefined;
    case 'B7.no-statement':
      return isStatementAbsent(given, row.params['cnCode']) ? 'absent' : undefined;
    default:
      return undefined;
  }
}

/** Whether a precursor names a statement of its own that is only not at hand. */
function isStatementAbsent({ draft, evidence }: AdviceCase, cnCode: string | undefined): boolean {
  const claims = [draft, evidence.targetOf(draft.subject['claim'])];
  return claims.some((claim) =>
    objectsAt(claim?.subject, 'precursors').some(
      (entry) =>
        entry['statement'] !== undefined &&
        textAt(entry, 'cnCode') === cnCode &&
        evidence.follow(entry['statement']).state === 'absent',
    ),
  );
}

const LINKED_TYPES: Readonly<Record<string, string>> = {
  accreditation: 'VerifierAccreditation',
  statement: 'VerificationStatement',
  basis: 'RecognitionArrangement',
  'precursors/statement': 'VerificationStatement',
};

const ABSENT_TYPES: Readonly<Record<string, string>> = {
  'R1.no-accreditation': 'VerifierAccreditation',
  'R1.no-basis': 'RecognitionArrangement',
  'R1.no-path': 'RecognitionArrangement',
  'I2.no-anchor': 'RecognitionArrangement',
  'R4.none': 'RecognitionDecision',
  'I1.unknown': 'IdentityAnchor',
  'B7.no-statement': 'VerificationStatement',
};

/** What the open findings wait for, each once. */
export function missingFor(draft: Draft, rows: readonly AdvisedRule[]): readonly Missing[] {
  const all = rows.flatMap((row) => missingOf(draft, row));
  return [...new Map(all.map((entry) => [JSON.stringify(entry), entry])).values()];
}

function missingOf(draft: Draft, row: AdvisedRule): readonly Missing[] {
  const below = (row.causes ?? []).flatMap((cause) => missingOf(draft, cause));
  if (row.open === undefined || below.length > 0) return below;
  if (row.open === 'policy') return [{ what: 'policy', why: 'policy' }];
  const member = row.message === 'L1.absent' ? row.params['member'] : undefined;
  const what = member === undefined ? ABSENT_TYPES[row.message] : (LINKED_TYPES[member] ?? member);
  const linked = member !== undefined && row.subject === draft.id ? textAt(draft.subject, member, 'target') : undefined;
  const of = linked ?? row.params['did'] ?? row.params['cnCode'] ?? row.subject;
  return [{ what: what ?? row.id, ...(of === undefined ? {} : { of }), why: row.open }];
}
