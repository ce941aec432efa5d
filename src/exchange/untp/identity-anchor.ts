/** IdentityAnchor and UNTP Digital Identity Anchor 0.7.0, both ways (docs/domain.md, section 3.1; docs/exchange.md, section 3). */
import { type Finding, failed, type Read, readFailed, readOk } from '../../base/finding.ts';
import { isObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import { PROOFPRINT_CONTEXT, V2_CONTEXT } from '../../credentials/contexts.ts';
import { issuerOf, subjectOf, typeOf, typesOf } from '../../credentials/credential.ts';
import { profileOfType } from '../../credentials/profiles/profile-table.ts';
import { carry, evidenceOf, type Loss, lossOf, ownTerm, type Rendering, renderingId } from '../rendering.ts';
import { fromUntpStatus, party, toUntpEnvelope, UNTP_CONTEXTS } from './envelope.ts';

const TYPE = 'IdentityAnchor';
const SUFFIX = '#untp-dia';
/** Registers whose entries have a role here; UNTP also knows product, trademark and land. */
const REGISTERS = ['business', 'facility', 'accreditation'];
const PLAIN = [
  'registeredName',
  'registeredId',
  'registeredDate',
  'publicInformation',
  'registerType',
  'registrationScope',
];

/** Nothing for a credential of another type. */
export function toDigitalIdentityAnchor(credential: JsonObject): Rendering | undefined {
  const subject = subjectOf(credential);
  const issuer = issuerOf(credential);
  if (typeOf(credential) !== TYPE || subject === undefined || issuer === undefined) return undefined;
  const { idScheme, registrar } = subject;
  const scheme = isObject(idScheme) ? { idScheme: { type: ['IdentifierScheme'], ...idScheme } } : {};
  const named = isObject(registrar) && registrar['id'] === issuer ? textOf(registrar['name']) : undefined;
  const { members, losses } = toUntpEnvelope(credential);
  const document: JsonObject = {
    '@context': [...UNTP_CONTEXTS],
    id: renderingId(credential, 'untp-dia'),
    type: ['DigitalIdentityAnchor', 'VerifiableCredential'],
    name: `${String(subject['registeredName'])} (${String(subject['registeredId'])})`,
    issuer: party('CredentialIssuer', issuer, named),
    ...members,
    credentialSubject: {
      type: ['RegisteredIdentity'],
      ...copied(subject, ['id', ...PLAIN]),
      ...scheme,
      ...(isObject(registrar) ? { registrar: { type: ['Party'], ...registrar } } : {}),
      ...carry(subject, ['supersedes']),
    },
    ...evidenceOf([credential]),
  };
  const undated = subject['registeredDate'] === undefined;
  const found: readonly Loss[] = [
    { key: 'unsigned', members: ['/proof'], carried: false },
    ...(named === undefined ? [{ key: 'names-by-did', members: ['/issuer'], carried: false } as const] : []),
    ...(undated
      ? [{ key: 'dia.registered-date', members: ['/credentialSubject/registeredDate'], carried: false } as const]
      : []),
    ...lossOf('dia.supersedes', subject, ['supersedes'], true),
    ...losses,
  ];
  return { document, losses: found };
}

/**
 * A Digital Identity Anchor of version 0.7.0 or 0.6.1, or with the published samples' `schemeId`, as the draft of an IdentityAnchor
 * that a register may issue itself. A rendering of ours comes back whole; of anybody else's only what the register entry says. It is a
 * draft: unsigned, nobody's word.
 * Codes: MALFORMED_VALUE_ERROR, MANDATORY_CLAIM_MISSING, with pointers into the document that was read.
 */
export function readDigitalIdentityAnchor(document: JsonObject): Read<Rendering> {
  const subject = subjectOf(document);
  if (!typesOf(document).includes('DigitalIdentityAnchor') || subject === undefined) {
    return readFailed(
      failed('untp.type', 'MALFORMED_VALUE_ERROR', 'not one Digital Identity Anchor', { pointer: '/type' }),
    );
  }
  const scheme = subject['idScheme'] ?? subject['schemeId'];
  const registerType = textOf(subject['registerType'])?.toLowerCase();
  const registrationScope = subject['registrationScope'] ?? subject['registrationScopeList'];
  const registrar = isObject(subject['registrar']) ? subject['registrar'] : undefined;
  const keeps = textOf(registrar?.['id'])?.startsWith('did:') === true;
  const read: JsonObject = {
    ...copied(subject, ['id']),
    ...member('registeredName', subject['registeredName'] ?? subject['name']),
    ...copied(subject, ['registeredId', 'registeredDate', 'publicInformation']),
    ...(isObject(scheme) ? { idScheme: copied(scheme, ['id', 'name']) } : {}),
    ...member('registerType', registerType),
    ...(Array.isArray(registrationScope) && registrationScope.length > 0 ? { registrationScope } : {}),
    ...(registrar !== undefined && keeps ? { registrar: copied(registrar, ['id', 'name']) } : {}),
    ...member('supersedes', fromOwnTerms(subject[ownTerm('supersedes')])),
  };
  const findings = problemsOf(read);
  if (findings.length > 0) return readFailed(...findings);
  const losses: Loss[] = [{ key: 'unsigned', members: ['/proof'], carried: false }];
  if (registrar !== undefined && !keeps) {
    losses.push({ key: 'dia.registrar', members: ['/credentialSubject/registrar'], carried: false });
  }
  const more = Object.keys(subject).filter((name) => !KNOWN.has(name));
  if (more.length > 0) {
    losses.push({ key: 'dia.more', members: more.map((name) => `/credentialSubject/${name}`), carried: false });
  }
  return readOk({ document: draftOf(document, read), losses });
}

const KNOWN: ReadonlySet<string> = new Set([
  ...[
    'id',
    'type',
    'name',
    'idScheme',
    'schemeId',
    'registrar',
    'registrationScopeList',
    ownTerm('supersedes'),
    ...PLAIN,
  ],
]);

function draftOf(document: JsonObject, subject: JsonObject): JsonObject {
  const own = textOf(document['id'])?.endsWith(SUFFIX) ? String(document['id']).slice(0, -SUFFIX.length) : undefined;
  const profile = profileOfType(TYPE);
  const status = own === undefined ? undefined : fromUntpStatus(document['credentialStatus']);
  const schema = { id: profile?.schemaUrl ?? '', type: 'JsonSchema', digestMultibase: profile?.schemaDigest ?? '' };
  return {
    '@context': [V2_CONTEXT, PROOFPRINT_CONTEXT],
    ...member('id', own),
    type: ['VerifiableCredential', TYPE],
    ...member('issuer', issuerOf(document)),
    ...copied(document, ['validFrom', 'validUntil']),
    ...member('credentialStatus', status),
    ...(own === undefined ? {} : { credentialSchema: schema }),
    credentialSubject: subject,
  };
}

function problemsOf(subject: JsonObject): Finding[] {
  const missing = ['id', 'registeredName', 'registeredId', 'idScheme', 'registerType'].filter(
    (name) => subject[name] === undefined,
  );
  const found = missing.map((name) =>
    failed('untp.members', 'MANDATORY_CLAIM_MISSING', `${name} is missing`, { pointer: `/credentialSubject/${name}` }),
  );
  const scheme = subject['idScheme'];
  if (isObject(scheme) && (textOf(scheme['id']) === undefined || textOf(scheme['name']) === undefined)) {
    const more = { pointer: '/credentialSubject/idScheme' };
    found.push(failed('untp.members', 'MANDATORY_CLAIM_MISSING', 'a scheme needs id and name', more));
  }
  const register = subject['registerType'];
  if (register !== undefined && !REGISTERS.includes(String(register))) {
    const more = { pointer: '/credentialSubject/registerType' };
    found.push(failed('untp.register', 'MALFORMED_VALUE_ERROR', 'a register whose entries have no role here', more));
  }
  if (subject['id'] !== undefined && textOf(subject['id'])?.startsWith('did:') !== true) {
    found.push(failed('untp.subject', 'MALFORMED_VALUE_ERROR', 'not a DID', { pointer: '/credentialSubject/id' }));
  }
  return found;
}

function fromOwnTerms(value: JsonValue | undefined): JsonObject | undefined {
  if (!isObject(value)) return undefined;
  const start = ownTerm('').length;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.slice(start), inner]));
}

function copied(from: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = from[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function member(name: string, value: JsonValue | undefined): JsonObject {
  return value === undefined ? {} : { [name]: value };
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
