/** What goes into an evaluation and what comes out of it. Plain values on both sides (docs/trust.md, sections 5 and 6). */
import type { Finding, Outcome } from '../base/finding.ts';
import type { JsonObject } from '../base/json.ts';
import type { ProblemCode } from '../base/problem.ts';
import type { MerkleStep } from '../formats/merkle.ts';
import type { Admitted } from './admitted.ts';
import type { MessageKey } from './messages/message.ts';
import type { Policy } from './policy.ts';

/** A credential that came along and was not admitted. Nothing in it is believed; it only says that something could not be used. */
export interface RefusedCredential {
  readonly id?: string;
  readonly digest: string;
  readonly findings: readonly Finding[];
  /** The type it claims, where its shape could be read. */
  readonly type?: string;
  /** Digest over its core, where its shape could be read: what a LinkRef to it would carry. */
  readonly linkDigest?: string;
}

/** A worksheet as its holder hands it over: all leaves, or some with the paths that prove them. */
export interface Worksheet {
  readonly leaves: readonly JsonObject[];
  readonly root?: string;
  /** For single leaves: the way from the leaf of the same position to the root. */
  readonly paths?: readonly (readonly MerkleStep[])[];
}

export interface ImportedGoods {
  /** `^\d{8}$` */
  readonly cnCode: string;
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly netMass: { readonly value: string; readonly unit: string };
}

export interface EvaluationInput {
  readonly admitted: readonly Admitted[];
  readonly refused: readonly RefusedCredential[];
  /** Id of the claim asked about. May be left out when the evidence holds exactly one claim that no other rests on. */
  readonly claim?: string;
  /** Regimes of the policy; all of them unless given. */
  readonly regimes?: readonly string[];
  /** The instant asked about, milliseconds since the epoch. */
  readonly at: number;
  readonly import?: ImportedGoods;
  readonly worksheets?: readonly Worksheet[];
  readonly policy: Policy;
}

export type Result = 'ACCEPT' | 'ACCEPT_WITH_CONDITIONS' | 'REVIEW' | 'REJECT' | 'UNDETERMINED';

/** `E` refuses, `W` asks a person to look, `N` only tells. */
export type Severity = 'E' | 'W' | 'N';

export interface RuleResult {
  readonly id: string;
  readonly severity: Severity;
  readonly outcome: Outcome;
  /** Id of the credential, CN code or other thing the rule judged. */
  readonly subject?: string;
  readonly code?: ProblemCode;
  readonly message: MessageKey;
  readonly params: Readonly<Record<string, string>>;
  /** What failed in a nested judgement. */
  readonly causes?: readonly RuleResult[];
}

/** One party of a trust path, from the anchor down to the verification body. */
export interface PathParty {
  readonly did: string;
  readonly role: string;
  /** Names of the policy, by language; absent for a party that only a credential vouches for. */
  readonly name?: Readonly<Record<string, string>>;
  /** The credential by which the party above vouches for this one. */
  readonly credential?: { readonly id: string; readonly type: string; readonly digest: string };
  /** What that credential grants beyond what was there to be granted; it does not count. */
  readonly excess?: readonly { readonly dimension: string; readonly values: readonly string[] }[];
}

/** The path that came nearest, and the first link that broke it. */
export interface NearestMiss {
  readonly statement?: string;
  readonly path: readonly PathParty[];
  readonly link: {
    readonly from?: string;
    readonly to: string;
    readonly credential?: string;
  };
  readonly rule: string;
  readonly code?: ProblemCode;
  readonly message: MessageKey;
  readonly params: Readonly<Record<string, string>>;
  /** What broke further down, where the rule judged another claim's chain. */
  readonly cause?: Pick<RuleResult, 'id' | 'code' | 'message' | 'params'>;
}

export interface RegimeResult {
  readonly result: Result;
  readonly claim?: string;
  readonly statement?: string;
  readonly rules: readonly RuleResult[];
  readonly path: readonly PathParty[];
  readonly nearestMiss?: NearestMiss;
  /** Conditions that are still open, in the issuer's words. */
  readonly conditions?: readonly string[];
  /** Figures by name, decimal strings and identifiers. */
  readonly values: Readonly<Record<string, string>>;
  /** Ids of the credentials this result rests on. */
  readonly restsOn: readonly string[];
}

export interface Evaluation {
  readonly results: Readonly<Record<string, RegimeResult>>;
  readonly findings: readonly Finding[];
  /** Deterministic: the same inputs give the same bytes through RFC 8785. */
  readonly report: JsonObject;
}
