/**
 * A VerificationStatement as a UNTP Digital Conformity Credential 0.7.0 (docs/exchange.md, section 3). Outward only: no conformity
 * credential ever becomes a statement, because it cannot say what a statement must.
 */
import { isObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import { issuerOf, subjectOf, typeOf } from '../../credentials/credential.ts';
import { checkLinkRef, linkDigest } from '../../credentials/link.ts';
import { evidenceOf, type Loss, ownTerm, type Rendering, renderingId } from '../rendering.ts';
import { party, toUntpEnvelope, UNTP_CONTEXTS } from './envelope.ts';
import { CARRIED, carriedMembers, lossesOfStatement } from './statement-members.ts';

const VOCABULARY = 'https://vocabulary.uncefact.org/';
const TOPIC: JsonObject = {
  type: ['ConformityTopic'],
  id: `${VOCABULARY}conformity-topic/greenhouse-gas-emissions`,
  name: 'Greenhouse Gas Emissions',
};
/** UN/ECE Recommendation 20: the mass of CO2 equivalents. */
const UNITS: Readonly<Record<string, string>> = { kgCO2e: 'KGM', tCO2e: 'TNE' };

/** The credentials in hand that belong to a statement, found by link and digest. */
interface Beside {
  readonly claim: JsonObject | undefined;
  readonly accreditation: JsonObject | undefined;
  /** Arrangements about the accreditation body, or that a decision on the statement rests on. */
  readonly arrangements: readonly JsonObject[];
  readonly decisions: readonly JsonObject[];
}

/** Nothing for a credential of another type. `others` are the credentials in hand; those that do not belong are left aside. */
export function toConformityCredential(statement: JsonObject, others: readonly JsonObject[]): Rendering | undefined {
  const subject = subjectOf(statement);
  const issuer = issuerOf(statement);
  if (typeOf(statement) !== 'VerificationStatement' || subject === undefined || issuer === undefined) return undefined;
  const beside = findBeside(statement, subject, others);
  const { members, losses } = toUntpEnvelope(statement);
  const verifier = nameIn(subject['verifier']);
  const holder = nameOfHolder(beside.claim);
  const used = [beside.claim, beside.accreditation, ...beside.arrangements, ...beside.decisions];
  const document: JsonObject = {
    '@context': [...UNTP_CONTEXTS],
    id: renderingId(statement, 'untp-dcc'),
    type: ['DigitalConformityCredential', 'VerifiableCredential'],
    name: `Verification statement of ${String(subject['statementDate'])}`,
    issuer: party('CredentialIssuer', issuer, verifier),
    ...members,
    credentialSubject: attestationOf(subject, beside, holder),
    ...evidenceOf([statement, ...used.filter((one) => one !== undefined)]),
  };
  return { document, losses: [...losses, ...lossesOf(subject, beside, verifier, holder)] };
}

function attestationOf(subject: JsonObject, beside: Beside, holder: string | undefined): JsonObject {
  const id = String(subject['id']);
  const criteria = textsIn(subject['criteria']);
  const report = isObject(subject['report']) ? subject['report'] : undefined;
  const [criterion] = criteria.length === 1 ? criteria : [];
  return {
    type: ['ConformityAttestation'],
    id,
    name: `Verification of ${String(subject['programme'])}`,
    assessorLevel: '3rdParty',
    assessmentLevel: levelOf(subject, beside),
    attestationType: subject['engagement'] ?? 'verification',
    issuedToParty: party('Party', String(subject['claimHolder']), holder),
    ...(beside.accreditation === undefined ? {} : { authorisation: [endorsementBy(beside.accreditation)] }),
    referenceScheme: { type: ['ConformityScheme'], ...named('programme', String(subject['programme'])) },
    ...(criterion === undefined
      ? {}
      : { referenceProfile: { type: ['ConformityProfile'], ...named('criterion', criterion) } }),
    ...(report === undefined ? {} : { auditableEvidence: reportLink(id, report) }),
    conformityAssessment: [assessmentOf(subject, id, criteria, beside)],
    ...carriedMembers(subject, CARRIED),
  };
}

function assessmentOf(subject: JsonObject, id: string, criteria: readonly string[], { claim }: Beside): JsonObject {
  const standard = String(subject['verificationStandard']);
  const product = productOf(claim);
  return {
    type: ['ConformityAssessment'],
    id: `${id}#assessment`,
    name: `Verification under ${standard}`,
    assessmentCriteria: criteria.map((criterion) => ({
      type: ['Criterion'],
      ...named('criterion', criterion),
      conformityTopic: TOPIC,
    })),
    assessmentDate: subject['statementDate'] ?? '',
    assessedPerformance: objectsIn(subject['checkedValues']).map((value) => performanceOf(value, claim)),
    ...(product === undefined ? {} : { assessedProduct: [{ product }] }),
    referenceStandard: [{ type: ['Standard'], ...named('standard', standard) }],
    conformityTopic: [TOPIC],
    // Required by the text of the specification, not by its schema.
    conformance: subject['conclusion'] === 'unmodified',
    ...carriedMembers(subject, ['checkedValues']),
  };
}

/** Only the footprint has a metric in UNTP's vocabulary; embedded emissions are another quantity and keep a name of ours. */
function performanceOf(value: JsonObject, claim: JsonObject | undefined): JsonObject {
  const metric = String(value['metric']);
  const footprint =
    metric === 'pcfExcludingBiogenicUptake' && (claim === undefined || typeOf(claim) === 'CarbonFootprintClaim');
  const unit = UNITS[String(value['unit'])];
  const goods = typeof value['cnCode'] === 'string' ? [metric, value['cnCode']] : [metric];
  const about = footprint
    ? { id: `${VOCABULARY}performance-metric/product-carbon-footprint`, name: 'Product carbon footprint' }
    : {
        id: ownTerm(goods.join('-')),
        name: [...goods, `${String(value['unit'])} per ${String(value['per'])}`].join(', '),
      };
  return {
    metric: { type: ['PerformanceMetric'], ...about },
    // The form wants a JSON number; the decimal string stands beside it, in the assessment.
    ...(unit === undefined ? {} : { measure: { value: Number(value['value']), unit } }),
  };
}

/** Who stands behind the body, by the credentials in hand: docs/exchange.md, section 3. */
function levelOf(subject: JsonObject, { accreditation, arrangements, decisions }: Beside): string {
  const accredited = accreditation === undefined ? undefined : subjectOf(accreditation);
  const statutory = subject['programme'] === 'eu-cbam';
  if (statutory && accredited?.['legalBasis'] === 'Reg-765/2008+DR-2025/2551') return 'authority-mandate';
  const kinds = arrangements.map((arrangement) => subjectOf(arrangement)?.['kind']);
  if (!statutory && accredited !== undefined && kinds.includes('mla-signatory')) return 'authority-globalmra';
  if (decisions.length > 0 || kinds.includes('scheme-mra')) return 'scheme-cab';
  return 'no-endorsement';
}

/** A hint for readers, no proof: the credential itself is in `evidence` and has to be checked. */
function endorsementBy(accreditation: JsonObject): JsonObject {
  const number = String(subjectOf(accreditation)?.['accreditationId']);
  return {
    name: `Accreditation ${number}`,
    issuingAuthority: party('Party', issuerOf(accreditation) ?? '', undefined),
    endorsementEvidence: {
      linkURL: String(accreditation['id']),
      linkName: `VerifierAccreditation ${number}`,
      digestMultibase: linkDigest(accreditation),
      mediaType: 'application/vc',
    },
  };
}

function reportLink(id: string, report: JsonObject): JsonObject {
  return {
    linkURL: `${id}#report`,
    linkName: 'Verification report',
    ...(typeof report['digest'] === 'string' ? { digestMultibase: report['digest'] } : {}),
    ...(typeof report['mediaType'] === 'string' ? { mediaType: report['mediaType'] } : {}),
  };
}

/** The product of a footprint claim; an id of its own only where it has exactly one. */
function productOf(claim: JsonObject | undefined): JsonObject | undefined {
  const footprint = claim === undefined ? undefined : subjectOf(claim)?.['footprint'];
  if (claim === undefined || !isObject(footprint)) return undefined;
  const ids = textsIn(footprint['productIds']);
  const [only] = ids.length === 1 ? ids : [];
  const name = String(footprint['productNameCompany'] ?? footprint['productDescription'] ?? claim['id']);
  return { type: ['Product'], id: only ?? String(subjectOf(claim)?.['id']), name };
}

/** Each once and in one order, however they were handed over. */
function findBeside(statement: JsonObject, subject: JsonObject, given: readonly JsonObject[]): Beside {
  const byDigest = new Map(given.map((other) => [linkDigest(other), other]));
  const others = [...byDigest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, other]) => other);
  const linked = (link: JsonValue | undefined): JsonObject | undefined =>
    others.find((other) => checkLinkRef(link, other).outcome === 'passed');
  const accreditation = linked(subject['accreditation']);
  const decisions = others.filter(
    (other) =>
      typeOf(other) === 'RecognitionDecision' &&
      checkLinkRef(subjectOf(other)?.['statement'], statement).outcome === 'passed' &&
      subjectOf(other)?.['decision'] !== 'refused',
  );
  const bases = decisions.map((decision) => linked(subjectOf(decision)?.['basis']));
  const body = accreditation === undefined ? undefined : issuerOf(accreditation);
  const arrangements = others.filter(
    (other) =>
      typeOf(other) === 'RecognitionArrangement' &&
      (bases.includes(other) || (body !== undefined && subjectOf(other)?.['id'] === body)),
  );
  return { claim: linked(subject['claim']), accreditation, arrangements, decisions };
}

function lossesOf(
  subject: JsonObject,
  { claim, accreditation }: Beside,
  verifier: string | undefined,
  holder: string | undefined,
): readonly Loss[] {
  const values = objectsIn(subject['checkedValues']);
  const strange = values.some(({ unit }) => UNITS[String(unit)] === undefined);
  const nameless = [
    ...(verifier === undefined ? ['/issuer'] : []),
    ...(holder === undefined ? ['/credentialSubject/claimHolder'] : []),
    ...(accreditation === undefined ? [] : ['/credentialSubject/accreditation']),
  ];
  return [
    { key: 'unsigned', members: ['/proof'], carried: false },
    ...lossesOfStatement(subject),
    ...(strange ? [{ key: 'dcc.unit', members: ['/credentialSubject/checkedValues'], carried: true } as const] : []),
    ...(nameless.length === 0 ? [] : [{ key: 'names-by-did', members: nameless, carried: false } as const]),
    ...(claim === undefined
      ? [{ key: 'dcc.no-claim', members: ['/credentialSubject/claim'], carried: false } as const]
      : []),
    ...(accreditation === undefined
      ? [{ key: 'dcc.no-accreditation', members: ['/credentialSubject/accreditation'], carried: false } as const]
      : []),
  ];
}

function nameOfHolder(claim: JsonObject | undefined): string | undefined {
  const subject = claim === undefined ? undefined : subjectOf(claim);
  const footprint = subject?.['footprint'];
  const company = isObject(footprint) ? footprint['companyName'] : undefined;
  return nameIn(subject?.['operator']) ?? (typeof company === 'string' ? company : undefined);
}

function nameIn(value: JsonValue | undefined): string | undefined {
  const name = isObject(value) ? value['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** Our own identifier for a thing that credentials name by a text. */
function named(kind: string, name: string): JsonObject {
  return { id: ownTerm(`${kind}-${encodeURIComponent(name)}`), name };
}

function textsIn(value: JsonValue | undefined): readonly string[] {
  return (Array.isArray(value) ? (value as readonly JsonValue[]) : []).filter((one) => typeof one === 'string');
}

function objectsIn(value: JsonValue | undefined): readonly JsonObject[] {
  return (Array.isArray(value) ? (value as readonly JsonValue[]) : []).filter(isObject);
}
