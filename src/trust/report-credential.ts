/**
 * What a relying party signs about its own evaluation: a `VerificationReport` (docs/domain.md, section 3.9). Identifiers, digests, rule
 * ids and results, and no figure of the claim, so that it can be shown to somebody who may not see the claim. Pure.
 */
import type { JsonObject, JsonValue } from '../base/json.ts';
import { typeOf } from '../credentials/credential-members.ts';
import { createLinkRef, isShownWhole } from '../credentials/link.ts';
import { verificationReport } from '../credentials/profiles/verification-report.ts';
import { digestOfJson } from '../formats/digest.ts';
import type { RegimeResult, Result, RuleResult } from './evaluation.ts';
import { objectsAt, valueAt, wordAt } from './member.ts';
import { sortedSet } from './order.ts';

/** Nothing here is ever called recognised: the authority, the scheme or the buyer decides. */
const WORDINGS: Readonly<Record<Result, string>> = {
  ACCEPT: 'meets the checks for',
  ACCEPT_WITH_CONDITIONS: 'meets the checks, with open conditions, for',
  REVIEW: 'needs a person to look before it meets the checks for',
  REJECT: 'does not meet the checks for',
  UNDETERMINED: 'could not be shown to meet the checks for',
};

/** An evaluation as it was kept, and what the envelope needs. Instants as `YYYY-MM-DDThh:mm:ssZ`. */
export interface ReportedEvaluation {
  /** `urn:uuid:…` of the evaluation. */
  readonly id: string;
  readonly evaluatedAt: string;
  readonly report: JsonObject;
  /** What was asked about, as it was received. */
  readonly credentials: readonly JsonObject[];
  /** DID of the relying party. */
  readonly issuer: string;
  readonly validFrom: string;
  readonly validUntil: string;
  /** The report credential that this one replaces. */
  readonly supersedes?: JsonObject;
}

/**
 * The unsecured credential, without `id`, status and schema reference, which the issuer adds. Nothing when no claim was judged: there is
 * then nothing to report about.
 */
export function createReportCredential(evaluation: ReportedEvaluation): JsonObject | undefined {
  const { report } = evaluation;
  const results = (report['results'] ?? {}) as unknown as Readonly<Record<string, RegimeResult>>;
  const judged = Object.values(results).map(({ claim }) => claim);
  const claim = linkToShown(
    evaluation,
    judged.find((id) => id !== undefined),
  );
  if (claim === undefined) return undefined;
  return {
    '@context': verificationReport.contexts,
    type: ['VerifiableCredential', verificationReport.type],
    issuer: evaluation.issuer,
    validFrom: evaluation.validFrom,
    validUntil: evaluation.validUntil,
    credentialSubject: {
      id: evaluation.id,
      claim,
      at: wordAt(report, 'at'),
      evaluatedAt: evaluation.evaluatedAt,
      policyDigest: wordAt(report, 'policy'),
      reportDigest: digestOfJson(report),
      results: Object.entries(results).map(([regime, result]) => resultOf(regime, result, evaluation)),
      ...(evaluation.supersedes === undefined ? {} : { supersedes: createLinkRef(evaluation.supersedes) }),
    },
  };
}

function resultOf(
  regime: string,
  { result, rules, statement }: RegimeResult,
  evaluation: ReportedEvaluation,
): JsonObject {
  const link = linkToShown(evaluation, statement);
  return {
    regime,
    result,
    wording: `${WORDINGS[result]} ${regime}`,
    ...(link === undefined ? {} : { statement: link }),
    ...ids('failedRules', rules, (rule) => rule.outcome === 'failed' && rule.severity === 'E'),
    ...ids('warnedRules', rules, (rule) => rule.outcome === 'failed' && rule.severity === 'W'),
    ...ids('undeterminedRules', rules, (rule) => rule.outcome === 'undetermined' && rule.severity !== 'N'),
    ...ids('uncheckedRules', rules, (rule) => rule.outcome === 'skipped'),
  };
}

/** An array without entries is left out (docs/domain.md, section 2). */
function ids(member: string, rules: readonly RuleResult[], which: (rule: RuleResult) => boolean): JsonObject {
  const found = sortedSet(rules.filter(which).map(({ id }) => id));
  return found.length === 0 ? {} : { [member]: found };
}

/** A link to a credential that came along and was admitted, in the form that shows most of it. */
function linkToShown({ report, credentials }: ReportedEvaluation, id: string | undefined): JsonObject | undefined {
  const admitted = new Set(
    objectsAt(valueAt(report, 'lookedAt'), 'credentials')
      .filter((entry) => entry['verdict'] === 'accepted')
      .map((entry): JsonValue | undefined => entry['digest']),
  );
  const shown = credentials.filter(
    (credential) =>
      credential['id'] === id && typeOf(credential) !== undefined && admitted.has(digestOfJson(credential)),
  );
  const best = shown.find(isShownWhole) ?? shown[0];
  return best === undefined ? undefined : createLinkRef(best);
}
