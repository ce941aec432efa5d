import { carbonFootprintClaim } from './carbon-footprint-claim.ts';
import { carbonPricePaid, shipmentAllocation } from './composite.ts';
import { embeddedEmissionsClaim } from './embedded-emissions-claim.ts';
import { bareCredential, bareCredential11, foreignStatusList, presentation, statusList } from './envelope.ts';
import type { Schema } from './parts.ts';
import { identityAnchor, recognitionArrangement, recognitionDecision, verifierAccreditation } from './recognition.ts';
import { verificationReport } from './verification-report.ts';
import { verificationStatement } from './verification-statement.ts';

/** Every schema that is published, by the name of its file. */
export const SCHEMAS: readonly Schema[] = [
  identityAnchor,
  verifierAccreditation,
  recognitionArrangement,
  carbonFootprintClaim,
  embeddedEmissionsClaim,
  verificationStatement,
  recognitionDecision,
  carbonPricePaid,
  shipmentAllocation,
  verificationReport,
  bareCredential,
  bareCredential11,
  statusList,
  foreignStatusList,
  presentation,
];
