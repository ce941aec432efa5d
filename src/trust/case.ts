/** What the rules see: one claim, one statement on it, one path to that statement, under one regime at one instant. */
import type { Candidate } from './candidate.ts';
import type { ImportedGoods, RuleResult, Worksheet } from './evaluation.ts';
import type { Evidence } from './evidence.ts';
import type { Policy } from './policy.ts';
import type { Regime } from './regimes/regime.ts';
import type { ScopeRecord } from './scope.ts';
import type { TrustPath } from './trust-path.ts';

/** How a statement stands that another claim or statement builds on, judged by the same steps. */
export interface NestedJudgement {
  readonly claim: Candidate | undefined;
  readonly failed: readonly RuleResult[];
  readonly undetermined: readonly RuleResult[];
  readonly restsOn: readonly string[];
}

export interface Case {
  readonly evidence: Evidence;
  readonly policy: Policy;
  readonly regime: Regime;
  /** The instant asked about. */
  readonly at: number;
  readonly claim: Candidate;
  readonly import: ImportedGoods | undefined;
  /** The worksheet of this claim, when its holder handed it over. */
  readonly worksheet: Worksheet | undefined;
  readonly judgeUpstream: (statement: Candidate) => NestedJudgement;
  /** Says that a finding rests on these too, so that the evaluation is found again when one of them falls. */
  readonly relyOn: (credentials: readonly Candidate[]) => void;
}

export interface StatementCase extends Case {
  readonly statement: Candidate;
}

/** One accreditation or arrangement before any statement rests on it: what can be said while its issuer has not signed it yet. */
export interface LinkCase {
  readonly evidence: Evidence;
  readonly policy: Policy;
  readonly regime: Regime;
  readonly link: Candidate;
}

/** One link of a path and what it grants. */
export interface ScopeLayer {
  /** Id of the credential, or the DID of the anchor. */
  readonly grantedBy: string;
  /** Whether CBAM groups are for this link to grant: only accreditations name them. */
  readonly speaksOfGroups: boolean;
  readonly records: readonly ScopeRecord[];
}

export interface PathCase extends StatementCase {
  /** May be no more than the verification body. */
  readonly path: TrustPath;
  /** From the anchor down. */
  readonly layers: readonly ScopeLayer[];
  /** What the layers grant together. */
  readonly scope: readonly ScopeRecord[];
}
