/**
 * The members of a credential by their paths. The readers take any parsed document, answer `undefined` where a member is absent or of
 * another kind, and take both spellings that VCDM 2.0 leaves open.
 */
import { asArray, isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import { readDateTime } from '../formats/date-time.ts';

export const VERIFIABLE_CREDENTIAL = 'VerifiableCredential';

export function idOf(credential: JsonObject): string | undefined {
  return textOf(credential['id']);
}

/** All entries of `type`. */
export function typesOf(document: JsonObject): readonly string[] {
  return asArray(document['type'] as JsonValue).filter((type) => typeof type === 'string');
}

/** The type beside `VerifiableCredential`; `VerifiableCredential` itself for a bare one. Nothing when there is not exactly one. */
export function typeOf(credential: JsonObject): string | undefined {
  const types = typesOf(credential);
  if (!types.includes(VERIFIABLE_CREDENTIAL)) return undefined;
  const others = types.filter((type) => type !== VERIFIABLE_CREDENTIAL);
  return others.length > 1 ? undefined : (others[0] ?? VERIFIABLE_CREDENTIAL);
}

/** The identifier of the issuer, written as a string or as an object. */
export function issuerOf(credential: JsonObject): string | undefined {
  return identifierOf(credential['issuer']);
}

/** The one subject, as an object; nothing when there are several. */
export function subjectOf(credential: JsonObject): JsonObject | undefined {
  const subjects = asArray(credential['credentialSubject'] as JsonValue);
  const [subject] = subjects;
  return subjects.length === 1 && isObject(subject) ? subject : undefined;
}

/** Milliseconds since the epoch. */
export function validFromOf(credential: JsonObject): number | undefined {
  return readDateTime(credential['validFrom'] ?? credential['issuanceDate']);
}

/** Milliseconds since the epoch. */
export function validUntilOf(credential: JsonObject): number | undefined {
  return readDateTime(credential['validUntil'] ?? credential['expirationDate']);
}

/** The entries of `credentialStatus` that are objects. */
export function statusEntriesOf(credential: JsonObject): readonly JsonObject[] {
  return asArray(credential['credentialStatus'] as JsonValue).filter(isObject);
}

/** The document without its proof: what digests and links are made over. */
export function withoutProof(document: JsonObject): JsonObject {
  const { proof: _, ...unsecured } = document;
  return unsecured;
}

function identifierOf(value: JsonValue | undefined): string | undefined {
  return textOf(isObject(value) ? value['id'] : value);
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
