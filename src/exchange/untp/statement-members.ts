/** Where each member of a VerificationStatement goes in a UNTP conformity credential, and what is lost by it (docs/exchange.md, section 3). */
import type { JsonObject } from '../../base/json.ts';
import type { LossKey } from '../losses.ts';
import { carry, type Loss, lossOf } from '../rendering.ts';

/** Members that the form says in its own terms. */
export const MAPPED: readonly string[] = [
  ...['id', 'claim', 'claimHolder', 'programme', 'verificationStandard', 'criteria', 'engagement'],
  ...['accreditation', 'statementDate', 'report'],
];

interface Row {
  readonly key: LossKey;
  readonly members: readonly string[];
  readonly carried: boolean;
}

/** Everything else. A member in no row and not mapped would be lost in silence; a test compares with the schema. */
export const LOST: readonly Row[] = [
  { key: 'dcc.assurance', members: ['levelOfAssurance'], carried: true },
  { key: 'dcc.materiality', members: ['materiality'], carried: true },
  { key: 'dcc.conclusion', members: ['conclusion', 'qualifications', 'opinionCode'], carried: true },
  { key: 'dcc.findings', members: ['corrected', 'uncorrected', 'uncorrectedCount'], carried: true },
  { key: 'dcc.period', members: ['period'], carried: true },
  { key: 'dcc.data-nature', members: ['dataNature'], carried: true },
  { key: 'dcc.site-visit', members: ['siteVisit'], carried: true },
  { key: 'dcc.status-snapshot', members: ['accreditationStatus'], carried: true },
  { key: 'dcc.denominator', members: ['checkedValues'], carried: true },
  { key: 'dcc.decimals', members: ['checkedValues'], carried: true },
  {
    key: 'dcc.details',
    members: [
      ...['objectives', 'scope', 'scopeRequired', 'independentReview', 'verifier', 'reportLanguage'],
      ...['registryReportId', 'supersedes'],
    ],
    carried: true,
  },
  // Suppliers are theirs to name, people need not travel, and the blinding guards what is hidden.
  { key: 'dcc.reliance', members: ['upstreamReliance', 'aggregation'], carried: false },
  { key: 'dcc.people', members: ['signatory', 'leadAuditor'], carried: false },
  { key: 'dcc.blinding', members: ['blinding'], carried: false },
];

/** What goes along on the attestation; the figures go along on the assessment. */
export const CARRIED: readonly string[] = LOST.filter(({ carried }) => carried)
  .flatMap(({ members }) => members)
  .filter((name) => name !== 'checkedValues');

export function carriedMembers(subject: JsonObject, names: readonly string[]): JsonObject {
  return carry(subject, names);
}

export function lossesOfStatement(subject: JsonObject): readonly Loss[] {
  return LOST.flatMap(({ key, members, carried }) => lossOf(key, subject, members, carried));
}
