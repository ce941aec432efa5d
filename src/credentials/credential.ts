/** One credential as a document: the check of its form. The readers of its members stand in credential-members.ts. */
import { excerpt, type Finding, failed, passed } from '../base/finding.ts';
import { asArray, isObject, type JsonObject, type JsonValue, pointerOf } from '../base/json.ts';
import { readDid } from '../formats/did-url.ts';
import type { Contexts } from './contexts.ts';
import { issuerOf, statusEntriesOf, validFromOf, validUntilOf, withoutProof } from './credential-members.ts';
import { checkDataModel } from './data-model.ts';
import { withoutLegacyContext } from './legacy-context.ts';
import { findProfile, type Profile } from './profiles/profile-table.ts';
import { checkRelatedResources } from './related-resources.ts';
import { MISSING, type Schemas } from './schemas.ts';
import { checkWireShape } from './wire-shape.ts';

export {
  issuerOf,
  statusEntriesOf,
  subjectOf,
  typeOf,
  typesOf,
  withoutProof,
} from './credential-members.ts';

export interface FormDependencies {
  readonly contexts: Contexts;
  readonly schemas: Schemas;
  /** Whether the document is about to be signed here: text must then be in normal form C too (W12). */
  readonly signing?: boolean;
  /** Whether the document came out of an envelope of which a holder may have left something out (`isSdEnvelope`). */
  readonly shownInPart?: boolean;
  /** Whether the token that it came in says beside it where its status is kept (`statusListBeside`). */
  readonly statusBeside?: boolean;
}

const STATUS_ENTRY_TYPE = 'BitstringStatusListEntry';
/** Cryptosuites with which the holder decides what is shown. */
const SELECTIVE = new Set(['ecdsa-sd-2023', 'bbs-2023']);
const STATUS_PURPOSES = new Set(['revocation', 'suspension']);

/**
 * Everything about a credential's form: wire shape (W3 to W13), then the closed schema of its type and what the envelope must agree
 * on (W15). Result: only failures, or passed findings `shape` and `schema`. What a proof says, and whether there is one, is not
 * looked at; neither is what the claims mean.
 * Codes: those of the wire shape; MALFORMED_VALUE_ERROR, also for a type that is not taken and an end before the start; INVALID_DID
 * for the issuer; STATUS_UNSUPPORTED, SCHEMA_UNSUPPORTED, POLICY_STATUS_REQUIRED; MANDATORY_CLAIM_MISSING for a required member that a holder may have
 * withheld.
 */
export function checkCredentialForm(document: JsonObject, deps: FormDependencies): Finding[] {
  if (deps.contexts.intake === 'conformance') return checkOpenForm(document, deps);
  const shape = checkWireShape(document, { kind: 'credential', ...deps });
  if (shape.some(isFailure)) return shape;
  const plain = withoutLegacyContext(document);
  const profile = findProfile(plain);
  if (profile === undefined) {
    return [failed('schema', 'MALFORMED_VALUE_ERROR', 'not a type of credential that is taken', { pointer: '/type' })];
  }
  const selective = deps.shownInPart === true || isSelective(document);
  const unsupported = [...checkStatusTypes(document), ...checkSchemaTypes(document)];
  const schema = deps.schemas
    .validate(profile.schemaUrl, withoutMalformedProof(plain))
    .filter((finding) => isFailure(finding) && !unsupported.some(({ pointer }) => isBelow(finding, pointer)))
    .map((finding) => (selective ? asWithheld(finding) : finding));
  const failures = [
    ...checkIssuer(document),
    ...schema,
    ...unsupported,
    ...checkStatedSchema(document, profile),
    ...checkPeriodOrder(document),
    ...(deps.statusBeside === true ? [] : checkStatusPresence(document, profile, selective)),
  ];
  return failures.length > 0 ? failures : [...shape, passed('schema')];
}

/** A credential of any type and version, for conformance instances: the wire shape, and what the data model itself asks. */
function checkOpenForm(document: JsonObject, deps: FormDependencies): Finding[] {
  const shape = checkWireShape(document, { kind: 'credential', ...deps });
  if (shape.some(isFailure)) return shape;
  const model = [
    ...checkIssuer(document),
    ...checkDataModel(document),
    ...checkRelatedResources(document, hashesIn(deps.contexts)),
  ];
  return model.some(isFailure) ? model.filter(isFailure) : [...shape, ...model];
}

/** Contexts are the one kind of resource that is used here by its URL. */
const hashesIn =
  (contexts: Contexts) =>
  (url: string): ReturnType<Contexts['publisherHashes']> | 'unknown' =>
    contexts.publisherHashes(url) ?? (contexts.document(url) === undefined ? undefined : 'unknown');

/** Where a holder could withhold, a member that must be there and is not was withheld (docs/threats.md, section 5.6). */
function asWithheld(finding: Finding): Finding {
  return finding.detail === MISSING ? { ...finding, code: 'MANDATORY_CLAIM_MISSING' } : finding;
}

/** Whether a holder may have chosen what is shown of this credential. */
function isSelective(document: JsonObject): boolean {
  return asArray(document['proof'] as JsonValue).some(
    (proof) => isObject(proof) && SELECTIVE.has(String(proof['cryptosuite'])),
  );
}

/**
 * A proof that is no object, or a list without objects, is no matter of form: leave it to the check of proofs, which calls it what it
 * is, a credential without a proof.
 */
export function withoutMalformedProof(document: JsonObject): JsonObject {
  const proofs = document['proof'];
  const wellFormed = Array.isArray(proofs) ? proofs.length > 0 && proofs.every(isObject) : isObject(proofs);
  return wellFormed ? document : withoutProof(document);
}

function checkIssuer(document: JsonObject): Finding[] {
  const issuer = issuerOf(document);
  if (issuer === undefined || !issuer.startsWith('did:') || readDid(issuer) !== undefined) return [];
  return [failed('schema', 'INVALID_DID', `not a DID: ${excerpt(issuer)}`, { pointer: '/issuer' })];
}

/** A kind of status that we do not know how to read is not the same as a malformed one. */
function checkStatusTypes(document: JsonObject): Finding[] {
  const single = isObject(document['credentialStatus']);
  return asArray(document['credentialStatus'] as JsonValue).flatMap((entry, index) => {
    if (!isObject(entry) || isSupported(entry)) return [];
    const pointer = single ? '/credentialStatus' : pointerOf('credentialStatus', index);
    return [failed('status.type', 'STATUS_UNSUPPORTED', 'not a kind of status that is read here', { pointer })];
  });
}

/** What is missing or not text is malformed rather than unknown. */
function isSupported({ type, statusPurpose }: JsonObject): boolean {
  if (typeof type === 'string' && type !== STATUS_ENTRY_TYPE) return false;
  return typeof statusPurpose !== 'string' || STATUS_PURPOSES.has(statusPurpose) || /^\s*$/.test(statusPurpose);
}

/** The same of a kind of schema. */
function checkSchemaTypes(document: JsonObject): Finding[] {
  const stated = document['credentialSchema'];
  return asArray(stated as JsonValue).flatMap((entry, index) => {
    const type = isObject(entry) ? entry['type'] : undefined;
    if (typeof type !== 'string' || type === 'JsonSchema') return [];
    const pointer = isObject(stated) ? '/credentialSchema' : pointerOf('credentialSchema', index);
    return [failed('schema.type', 'SCHEMA_UNSUPPORTED', 'not a kind of schema that is read here', { pointer })];
  });
}

function checkStatedSchema(document: JsonObject, profile: Profile): Finding[] {
  const stated = document['credentialSchema'];
  if (!profile.statesSchema || !isObject(stated) || stated['digestMultibase'] === profile.schemaDigest) return [];
  const pointer = '/credentialSchema/digestMultibase';
  return [failed('schema', 'MALFORMED_VALUE_ERROR', 'not the schema that this type has here', { pointer })];
}

function checkPeriodOrder(document: JsonObject): Finding[] {
  const [from, until] = [validFromOf(document), validUntilOf(document)];
  if (from === undefined || until === undefined || from < until) return [];
  const pointer = document['validUntil'] === undefined ? '/expirationDate' : '/validUntil';
  return [failed('schema', 'MALFORMED_VALUE_ERROR', 'must be after the start', { pointer })];
}

/**
 * Where a status may be left out, nobody can tell one that was never given from one that its issuer let the holder withhold: a
 * credential of which a part may be shown always carries one, if its type has one at all.
 */
function checkStatusPresence(document: JsonObject, profile: Profile, selective: boolean): Finding[] {
  if (Object.hasOwn(document, 'credentialStatus')) return [];
  const at = { pointer: '/credentialStatus' };
  if (profile.statusPurposes.length > 0 && selective) {
    return [failed('schema', 'MANDATORY_CLAIM_MISSING', 'what may be shown in part must carry a status', at)];
  }
  return profile.statusRequired
    ? [failed('schema', 'POLICY_STATUS_REQUIRED', 'this type must carry a status', at)]
    : [];
}

/** Purposes that the type's issuers must allot an entry for and this credential has none for. For issuers, before they sign. */
export function missingStatusPurposes(document: JsonObject, profile: Profile): readonly string[] {
  const present = statusEntriesOf(document).map((entry) => entry['statusPurpose']);
  return profile.statusPurposes.filter((purpose) => !present.includes(purpose));
}

const isFailure = (finding: Finding): boolean => finding.outcome === 'failed';

const isBelow = ({ pointer }: Finding, above: string | undefined): boolean =>
  above !== undefined && pointer !== undefined && (pointer === above || pointer.startsWith(`${above}/`));
