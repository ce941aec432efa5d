/**
 * `vc+sd-jwt` (Securing Verifiable Credentials using JOSE and COSE 1.0, section 3.2.1) and `dc+sd-jwt` (SD-JWT VC): which members of a credential become disclosures,
 * which of them a holder passes on, and that none of them is one that its type always shows. The format itself is in formats/sd-jwt.ts.
 */
import { randomBytes } from 'node:crypto';
import { refuse, ServiceError } from '../base/error.ts';
import { type Finding, failed, passed } from '../base/finding.ts';
import { isObject, type JsonObject, type JsonValue, pointerOf } from '../base/json.ts';
import { isCoveredBy } from '../credentials/core-pointers.ts';
import { createSdEnvelope, createSdJwtVcEnvelope, openEnvelope } from '../credentials/envelope.ts';
import { isShownWhole } from '../credentials/link.ts';
import type { OpenedEnvelope } from '../credentials/opened-envelope.ts';
import { findProfile } from '../credentials/profiles/profile-table.ts';
import { placeInClaims, sdJwtVcClaimsOf, type TokenWishes } from '../credentials/sd-jwt-vc.ts';
import { concealPlaces, hasReservedName, joinSdJwt, MAX_DISCLOSURES } from '../formats/sd-jwt.ts';

const SALT_BYTES = 16;

/** What says what an object is, and which; it comes along with any part of it. */
const IDENTITY = new Set(['@context', 'id', 'type']);
/** Without these no verifier could judge the credential (VC-JOSE-COSE 1.0, section 3.2.1), whatever its type. */
const JUDGED_BY = new Set([
  'issuer',
  'validFrom',
  'validUntil',
  'credentialStatus',
  'credentialSchema',
  'relatedResource',
]);

/**
 * That the credential can be signed as an SD-JWT at all.
 * Errors: ServiceError `PROOF_TRANSFORMATION_ERROR` for a member with a name that an SD-JWT keeps for itself.
 */
export function assertConcealable(unsecured: JsonObject): void {
  if (!hasReservedName(unsecured)) return;
  throw new ServiceError('PROOF_TRANSFORMATION_ERROR', 'a member has a name that an SD-JWT keeps for itself');
}

/**
 * The payload and the disclosures of a credential: whatever no mandatory pointer covers is hidden, each member as a whole.
 * Errors: as `assertConcealable`; LIMIT_EXCEEDED for more disclosures than anybody takes.
 */
export function concealCredential(
  unsecured: JsonObject,
  mandatoryPointers: readonly string[],
): ReturnType<typeof concealPlaces> {
  assertConcealable(unsecured);
  return concealPlaces(unsecured, placesToHide(unsecured, mandatoryPointers), newSalt);
}

/**
 * The same as the claims of an SD-JWT VC.
 * Errors: as `concealCredential` and `assertSdJwtVc`.
 */
export function concealSdJwtVc(
  unsecured: JsonObject,
  mandatoryPointers: readonly string[],
  wishes: TokenWishes,
): ReturnType<typeof concealPlaces> {
  assertConcealable(unsecured);
  assertSdJwtVc(unsecured);
  const claims = sdJwtVcClaimsOf(unsecured, wishes) ?? {};
  return concealPlaces(claims, placesToHide(unsecured, mandatoryPointers).map(placeInClaims), newSalt);
}

/** That the credential can be signed as an SD-JWT VC and comes back as it is. Errors: ServiceError `PROOF_TRANSFORMATION_ERROR`. */
export function assertSdJwtVc(unsecured: JsonObject): void {
  if (sdJwtVcClaimsOf(unsecured, {}) !== undefined) return;
  const detail = 'an SD-JWT VC has one type of ours, its issuer as a text and its validity in whole seconds';
  throw new ServiceError('PROOF_TRANSFORMATION_ERROR', detail);
}

const newSalt = (): Uint8Array => randomBytes(SALT_BYTES);

function placesToHide(unsecured: JsonObject, mandatoryPointers: readonly string[]): string[] {
  const places = Object.entries(unsecured).flatMap(([name, value]) =>
    JUDGED_BY.has(name) ? [] : placesIn(name, value, '', mandatoryPointers),
  );
  if (places.length <= MAX_DISCLOSURES) return places;
  throw new ServiceError('LIMIT_EXCEEDED', `more than ${MAX_DISCLOSURES} members to withhold`, { pointer: '' });
}

/** Pointers to what becomes a disclosure of this member: itself, or what is in it where some of that is mandatory. */
function placesIn(name: string | number, value: JsonValue, parent: string, mandatory: readonly string[]): string[] {
  const place = parent + pointerOf(name);
  if (IDENTITY.has(String(name)) || isCoveredBy(place, mandatory)) return [];
  const isOpen =
    place === '/credentialSubject' ||
    (typeof name === 'number' && isObject(value)) ||
    mandatory.some((pointer) => isCoveredBy(pointer, [place]));
  if (isOpen && Array.isArray(value)) {
    return (value as readonly JsonValue[]).flatMap((entry, index) => placesIn(index, entry, place, mandatory));
  }
  if (!isOpen || !isObject(value)) return [place];
  return Object.entries(value).flatMap(([inner, entry]) => placesIn(inner, entry, place, mandatory));
}

/**
 * The same token with the disclosures of what these pointers select. Each points at something in the credential.
 * Errors: the findings of an envelope that does not open; BAD_REQUEST for a part of what is shown as a whole or not at all.
 */
export function deriveSdEnvelope(envelope: JsonObject, selectivePointers: readonly string[]): JsonObject {
  const opened = openEnvelope(envelope);
  if (!opened.ok) return refuse(opened.findings);
  const { token, disclosure, vc } = opened.value;
  const { disclosed } = disclosure ?? { disclosed: [] };
  for (const [index, pointer] of selectivePointers.entries()) {
    const isOwn = disclosed.some((place) => place.pointer === pointer);
    const whole = disclosed.find((place) => isCoveredBy(pointer, [place.pointer]));
    if (whole === undefined || isOwn) continue;
    throw new ServiceError('BAD_REQUEST', `shown as a whole with ${whole.pointer}, or not at all`, {
      pointer: `/options/selectivePointers/${index}`,
    });
  }
  const chosen = disclosed.filter(({ pointer }) => isCoveredBy(pointer, selectivePointers));
  const disclosures = disclosed
    .filter(({ pointer }) => chosen.some((inner) => isCoveredBy(inner.pointer, [pointer])))
    .map((place) => place.disclosure)
    .sort();
  if (vc !== undefined) return createSdJwtVcEnvelope(joinSdJwt({ token, disclosures }));
  return createSdEnvelope({ token, disclosures });
}

/**
 * Whether an SD-JWT is as its issuer made it for the holder, everything in it shown. It cannot be told from one that a holder shows whole,
 * which takes the holder to say so again.
 */
export function isWholeSdJwt(envelope: JsonObject): boolean {
  const opened = openEnvelope(envelope);
  if (!opened.ok || opened.value.disclosure === undefined) return false;
  const { disclosed, concealing } = opened.value.disclosure;
  // Beside decoys something is hidden for ever; blinding is shown with everything else or not at all.
  return disclosed.length > 0 && (concealing.length === 0 || isShownWhole(opened.value.document));
}

const AT = { pointer: '/id' };

/**
 * That the issuer left nothing to the holder that its type always shows (docs/threats.md, section 5.6): neither what is shown out of a
 * disclosure, nor what may still be hidden in an object or array. With `takesAnyType` (conformance instances) a type without a profile has no core.
 */
export function checkCore({ document, disclosure }: OpenedEnvelope, takesAnyType: boolean): Finding {
  const { disclosed, concealing } = disclosure ?? { disclosed: [], concealing: [] };
  if (takesAnyType) return passed('proof.disclosure', AT);
  const patterns = (findProfile(document)?.sdMembers ?? []).map(tokensOf);
  const missing =
    disclosed.some(({ pointer }) => !patterns.some((pattern) => isWithin(tokensOf(pointer), pattern))) ||
    concealing.some((pointer) => !patterns.some((pattern) => mayConceal(tokensOf(pointer), pattern)));
  if (!missing) return passed('proof.disclosure', AT);
  const detail = 'a member that this type always shows was left for the holder to withhold';
  return failed('proof.disclosure', 'MANDATORY_CLAIM_MISSING', detail, AT);
}

const tokensOf = (pointer: string): readonly string[] => pointer.split('/').slice(1);

/** At or below what the pattern names; `*` is any entry of an array. */
function isWithin(place: readonly string[], pattern: readonly string[]): boolean {
  return (
    place.length >= pattern.length &&
    pattern.every((token, index) => token === place[index] || (token === '*' && /^\d+$/.test(place[index] ?? '')))
  );
}

/** Whether something hidden in this container may be what the pattern names, or is in it. */
const mayConceal = (container: readonly string[], pattern: readonly string[]): boolean =>
  isWithin(container, pattern) || isExactly(container, pattern.slice(0, -1));

const isExactly = (place: readonly string[], pattern: readonly string[]): boolean =>
  place.length === pattern.length && isWithin(place, pattern);
