/**
 * How one credential names another (docs/domain.md, section 2): by identifier, type, and a digest over the target's core. The core is
 * the unsecured document without the selectively disclosable members of its type, so one digest serves whatever the securing
 * mechanism and whatever is withheld. Links join by digest, never by name, and point backwards in time only.
 */
import { type Finding, failed, passed } from '../base/finding.ts';
import { isObject, type JsonObject, type JsonValue, oncePerFrozen } from '../base/json.ts';
import { digestOfJson, readDigest } from '../formats/digest.ts';
import { encodeBase64urlMultibase } from '../formats/multibase.ts';
import { idOf, subjectOf, typeOf, withoutProof } from './credential-members.ts';
import { findProfile, type Profile } from './profiles/profile-table.ts';

/** A LinkRef: an object without `id`, so that two links to one target are two values. */
export interface LinkRef extends JsonObject {
  readonly target: string;
  readonly targetType: string;
  readonly digestMultibase: string;
}

/** Which list was in force at an instant: pins the status of another credential in a statement about it. */
export interface StatusSnapshot extends JsonObject {
  readonly statusListCredential: string;
  readonly at: string;
  readonly digestMultibase: string;
}

/** 128 bits (docs/domain.md, section 2). */
export const BLINDING_BYTES = 16;

/** The core of a credential: the document without its proof and without the sd members of its profile. */
export function coreOf(credential: JsonObject, profile: Pick<Profile, 'sdMembers'> | undefined): JsonObject {
  const paths = (profile?.sdMembers ?? []).map((pointer) => pointer.slice(1).split('/'));
  return paths.reduce<JsonObject>((core, path) => without(core, path) as JsonObject, withoutProof(credential));
}

/** The digest (multibase) of a link to this credential: over the RFC 8785 form of its core. Computed once for a frozen document. */
export const linkDigest: (credential: JsonObject) => string = oncePerFrozen((credential) =>
  digestOfJson(coreOf(credential, findProfile(credential))),
);

/** The same over the whole unsecured document, hidden members included: `baseDigestMultibase`, and the digest of a status list. */
export const baseDigest: (credential: JsonObject) => string = oncePerFrozen((credential) =>
  digestOfJson(withoutProof(credential)),
);

/** Whether a credential is shown whole, as far as its type can withhold anything. */
export function isShownWhole(credential: JsonObject): boolean {
  return subjectOf(credential)?.['blinding'] !== undefined;
}

/** A link to a credential. Errors: RangeError for one without `id` or type, which nothing can link to. */
export function createLinkRef(credential: JsonObject): LinkRef {
  const target = idOf(credential);
  const targetType = typeOf(credential);
  if (target === undefined || targetType === undefined) throw new RangeError('a link needs a target with id and type');
  return {
    target,
    targetType,
    digestMultibase: linkDigest(credential),
    ...(isShownWhole(credential) ? { baseDigestMultibase: baseDigest(credential) } : {}),
  };
}

/** A snapshot of the status list credential that was in force at `at` (`YYYY-MM-DDThh:mm:ssZ`). Errors: RangeError as above. */
export function createStatusSnapshot(list: JsonObject, at: string): StatusSnapshot {
  const statusListCredential = idOf(list);
  if (statusListCredential === undefined) throw new RangeError('a snapshot needs a list with id');
  return { statusListCredential, at, digestMultibase: baseDigest(list) };
}

/**
 * Whether a link names this very credential: identifier, type, digest of the core, and the digest of the whole where the target is
 * shown whole. A link without that last digest cannot be to a target that carries `blinding`.
 * Codes: MALFORMED_VALUE_ERROR (no LinkRef), CHAIN_BROKEN (another target), CHAIN_DIGEST_MISMATCH (the target is not as it was).
 */
export function checkLinkRef(link: JsonValue | undefined, target: JsonObject): Finding {
  if (!isLinkRef(link)) return failed('link', 'MALFORMED_VALUE_ERROR', 'not a link with a SHA-256 digest');
  if (link.target !== idOf(target)) return failed('link', 'CHAIN_BROKEN', 'the link names another credential');
  if (link.targetType !== typeOf(target)) return failed('link', 'CHAIN_BROKEN', 'the link names another type');
  if (link.digestMultibase !== linkDigest(target)) {
    return failed('link', 'CHAIN_DIGEST_MISMATCH', 'the target is not the document that was linked');
  }
  if (isShownWhole(target) && link['baseDigestMultibase'] !== baseDigest(target)) {
    return failed('link', 'CHAIN_DIGEST_MISMATCH', 'a member that may be withheld is not as it was when linked');
  }
  return passed('link');
}

export function isLinkRef(value: JsonValue | undefined): value is LinkRef {
  if (!isObject(value)) return false;
  const { target, targetType, digestMultibase, baseDigestMultibase } = value;
  if (typeof target !== 'string' || typeof targetType !== 'string' || readDigest(digestMultibase) === undefined)
    return false;
  return baseDigestMultibase === undefined || readDigest(baseDigestMultibase) !== undefined;
}

/** A new `blinding`: base64url, 22 characters. Errors: RangeError unless there are 16 bytes; they must come from a secure source. */
export function newBlinding(random: Uint8Array): string {
  if (random.length !== BLINDING_BYTES) throw new RangeError(`blinding takes ${BLINDING_BYTES} bytes`);
  return encodeBase64urlMultibase(random).slice(1);
}

/** A copy without the member at a path; `*` is any entry of an array. What is not there is left alone. */
function without(value: JsonValue, path: readonly string[]): JsonValue {
  const [token, ...rest] = path;
  if (token === undefined) return value;
  if (token === '*')
    return Array.isArray(value) ? (value as readonly JsonValue[]).map((entry) => without(entry, rest)) : value;
  if (!isObject(value) || !Object.hasOwn(value, token)) return value;
  const { [token]: inner, ...others } = value;
  return rest.length === 0 || inner === undefined ? others : { ...value, [token]: without(inner, rest) };
}
