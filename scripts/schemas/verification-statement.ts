/** Footprint verification, ISO 14064-3 and IR (EU) 2025/2546: docs/domain.md, section 3.6. */
import { credentialSchema } from './envelope.ts';
import {
  activityGroup,
  blinding,
  closed,
  cnCode,
  count,
  date,
  decimal,
  did,
  digest,
  flag,
  line,
  linkTo,
  matching,
  oneOf,
  period,
  setOf,
  statusSnapshot,
  text,
  urn,
  word,
} from './parts.ts';

const openFinding = closed({ kind: oneOf('misstatement', 'non-conformity', 'non-compliance'), material: flag, text });

const required = {
  id: urn,
  claim: linkTo('CarbonFootprintClaim', 'EmbeddedEmissionsClaim'),
  claimHolder: did,
  programme: word,
  verificationStandard: line,
  criteria: setOf(line),
  engagement: oneOf('verification', 'validation'),
  dataNature: oneOf('historical', 'projected', 'hypothetical'),
  period,
  levelOfAssurance: oneOf('limited', 'reasonable'),
  materiality: setOf(closed({ figure: line, percent: decimal }, { cnCode })),
  conclusion: oneOf('unmodified', 'modified', 'adverse', 'disclaimed'),
  uncorrectedCount: count,
  siteVisit: closed(
    { visitType: oneOf('physical', 'virtual', 'waived') },
    { date, days: decimal, lastPhysical: date, reason: text },
  ),
  checkedValues: setOf(closed({ metric: word, value: decimal, unit: line, per: line }, { cnCode })),
  independentReview: flag,
  signatory: closed({ name: line, role: line }),
  accreditation: linkTo('VerifierAccreditation'),
  statementDate: date,
};

const optional = {
  verifier: closed({ name: line, address: text, accreditationNumber: line }),
  objectives: text,
  scope: closed({}, { boundary: text, products: setOf(line), facilities: setOf(line) }, { minProperties: 1 }),
  scopeRequired: setOf(activityGroup),
  qualifications: setOf(text),
  opinionCode: oneOf('satisfactory', 'unsatisfactory-material', 'unsatisfactory-clarity', 'unsatisfactory-scope'),
  corrected: setOf(openFinding),
  uncorrected: setOf(openFinding),
  aggregation: closed({ reperformed: flag, leavesRoot: digest }),
  upstreamReliance: setOf(linkTo('VerificationStatement')),
  accreditationStatus: setOf(statusSnapshot),
  leadAuditor: line,
  reportLanguage: matching('^[a-z]{2}$'),
  report: closed({ digest, mediaType: word }),
  registryReportId: line,
  supersedes: linkTo('VerificationStatement'),
  blinding,
};

export const verificationStatement = credentialSchema(
  'verification-statement',
  'VerificationStatement',
  'A verification body says what it concluded about one claim',
  closed(required, optional),
);
