import type { JsonObject } from '../../base/json.ts';
import { typeOf } from '../credential-members.ts';
import { bareCredential, bareCredential11, bareJsonCredential11 } from './bare-credential.ts';
import { carbonFootprintClaim } from './carbon-footprint-claim.ts';
import { carbonPricePaid } from './carbon-price-paid.ts';
import { embeddedEmissionsClaim } from './embedded-emissions-claim.ts';
import { identityAnchor } from './identity-anchor.ts';
import type { Profile } from './profile.ts';
import { recognitionArrangement } from './recognition-arrangement.ts';
import { recognitionDecision } from './recognition-decision.ts';
import { shipmentAllocation } from './shipment-allocation.ts';
import { foreignStatusListCredential, statusListCredential } from './status-list-credential.ts';
import { verificationReport } from './verification-report.ts';
import { verificationStatement } from './verification-statement.ts';
import { verifierAccreditation } from './verifier-accreditation.ts';

export type { Profile } from './profile.ts';

/** Every type that is taken. Two rows may share a type; then the contexts tell them apart, and the first is the rule. */
export const profiles: readonly Profile[] = [
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
  bareJsonCredential11,
  statusListCredential,
  foreignStatusListCredential,
];

/** The profile of a credential's type, or nothing when the type is not one that is taken. */
export function findProfile(credential: JsonObject): Profile | undefined {
  const type = typeOf(credential);
  const rows = profiles.filter((profile) => profile.type === type);
  return rows.find((profile) => isSameList(credential['@context'], profile.contexts)) ?? rows[0];
}

/** The profile of one of the types by its name; for a status list, the one we publish. */
export function profileOfType(type: string): Profile | undefined {
  return profiles.find((profile) => profile.type === type);
}

function isSameList(value: unknown, list: readonly string[]): boolean {
  return Array.isArray(value) && value.length === list.length && list.every((entry, index) => value[index] === entry);
}
