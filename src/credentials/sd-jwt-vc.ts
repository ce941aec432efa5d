/**
 * SD-JWT VC (draft-ietf-oauth-sd-jwt-vc-19) with a JSON-LD credential in it (SD-JWT VCLD, OpenID4VP 1.0, appendix B.3.7): `vct`, `iss`, `nbf`, `exp`
 * and `status` stand for the members of the credential that say the same, everything else is in `ld`. Written and read here without a
 * key, so that the credential comes back as it was and links to it hold.
 */
import { type Finding, failed, type Read, readFailed, readOk } from '../base/finding.ts';
import { isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import { formatDateTime, readDateTime } from '../formats/date-time.ts';
import { jcs } from '../formats/jcs.ts';
import { joinSdJwt, type ProcessedPayload, processDisclosures, splitSdJwt } from '../formats/sd-jwt.ts';
import { isAbsoluteUrl } from '../formats/url.ts';
import type { Disclosure, OpenedEnvelope, StatusListReference } from './opened-envelope.ts';
import { differing, idOf, MAX_TOKEN, malformedEnvelope, readNumericDate, readToken, tooLong } from './token.ts';
import { integrityOf, typesOfVct, vctOf } from './type-metadata.ts';

const LD = '/ld';
/** Members of the credential that have a claim of their own (OpenID4VP 1.0, appendix B.3.7.1). */
const REPLACED = ['type', 'issuer', 'validFrom', 'validUntil', 'credentialStatus'];
/** All that is read of a payload; whatever else a token said would be signed and shown to nobody. */
const CLAIMS: ReadonlySet<string> = new Set([
  ...['iss', 'nbf', 'exp', 'iat', 'sub', 'jti'],
  ...['vct', 'vct#integrity', 'aka_vcts', 'cnf', 'status', 'ld'],
]);
/** Beside `status_list`, the status entries of the credential as VCDM has them: they tell reasons and dates. */
const OUR_STATUS = 'bitstring_status_list';

/** What is said in the token and nowhere in the credential. */
export interface TokenWishes {
  /** Public JWK of the key that may present it. */
  readonly holderKey?: JsonObject | undefined;
  readonly statusList?: StatusListReference | undefined;
}

/**
 * The claims of a credential, nothing hidden yet; nothing at all when the credential would not come back as it is: another type than
 * ours, an issuer that is no text, a time that is no whole second, a limit in another spelling.
 */
export function sdJwtVcClaimsOf(unsecured: JsonObject, { holderKey, statusList }: TokenWishes): JsonObject | undefined {
  const { type, issuer, validFrom, validUntil, credentialStatus, ...ld } = unsecured;
  const vct = vctOf(type);
  if (vct === undefined || typeof issuer !== 'string') return undefined;
  const status = {
    ...(statusList === undefined ? {} : { status_list: { idx: statusList.idx, uri: statusList.uri } }),
    ...(credentialStatus === undefined ? {} : { [OUR_STATUS]: credentialStatus }),
  };
  const claims: JsonObject = {
    iss: issuer,
    vct,
    'vct#integrity': integrityOf(vct),
    ...(validFrom === undefined ? {} : { nbf: secondsOf(validFrom) }),
    ...(validUntil === undefined ? {} : { exp: secondsOf(validUntil) }),
    ...(holderKey === undefined ? {} : { cnf: { jwk: holderKey } }),
    ...(Object.keys(status).length === 0 ? {} : { status }),
    ld,
  };
  const back = documentOf(claims);
  return isSame(back, unsecured) ? claims : undefined;
}

const secondsOf = (instant: JsonValue): number => (readDateTime(instant) ?? Number.NaN) / 1000;

/** Where a place of the credential is in the claims. */
export const placeInClaims = (pointer: string): string => LD + pointer;

/**
 * Open the text of an SD-JWT VC, with or without a key binding.
 * Errors (as findings): those of `splitSdJwt`, `readToken` and `processDisclosures`; PROOF_VERIFICATION_ERROR for claims about the token
 * that were left to the holder; MALFORMED_VALUE_ERROR for claims that are missing, of another form, or contradict the credential;
 * CONTEXT_NOT_ALLOWED for a type whose metadata is not at hand, or is not what the issuer meant.
 */
export function openSdJwtVc(text: string): Read<OpenedEnvelope> {
  if (text.length > MAX_TOKEN) return readFailed(tooLong());
  const parts = splitSdJwt(text);
  if (!parts.ok) return parts;
  const { token, disclosures, keyBinding } = parts.value;
  const read = readToken(token);
  if (!read.ok) return read;
  const processed = processDisclosures(read.value.payload, disclosures);
  if (!processed.ok) return processed;
  const { payload } = processed.value;
  if (payload['ld'] === undefined) return readFailed(malformedEnvelope('no JSON-LD credential in the token', LD));
  const faults = [...checkWithheld(processed.value), ...checkClaims(payload)];
  if (faults.length > 0) return readFailed(...faults);
  const document = documentOf(payload);
  return readOk({
    document,
    token,
    header: read.value.header,
    issuedAt: readNumericDate(payload['iat']),
    disclosure: placesInDocument(processed.value),
    vc: {
      shown: joinSdJwt({ token, disclosures }),
      confirmation: payload['cnf'],
      keyBinding,
      statusList: statusListIn(payload),
    },
  });
}

/** Only what is in the credential may be left to the holder, with all that is in a claim about the token (section 2.2.2.3). */
function checkWithheld({ disclosed, concealing }: ProcessedPayload): Finding[] {
  const outside = [
    ...disclosed.map(({ pointer }) => pointer).filter((pointer) => !pointer.startsWith(`${LD}/`)),
    // A digest beside the claims may be a decoy; that nothing was hidden there is said where the core of the type is known.
    ...concealing.filter((pointer) => pointer !== '' && pointer !== LD && !pointer.startsWith(`${LD}/`)),
  ];
  const detail = 'a claim about the token is not left to the holder';
  return outside.map((pointer) => failed('envelope', 'PROOF_VERIFICATION_ERROR', detail, { pointer }));
}

function placesInDocument({ disclosed, concealing }: ProcessedPayload): Disclosure {
  return {
    disclosed: disclosed.map(({ pointer, disclosure }) => ({ pointer: pointer.slice(LD.length), disclosure })),
    concealing: [...new Set(concealing.map((pointer) => pointer.slice(LD.length)))],
  };
}

function checkClaims(payload: JsonObject): Finding[] {
  const { iss, vct, ld, sub, jti } = payload;
  if (!isObject(ld)) return [malformedEnvelope('not a JSON-LD credential', LD)];
  if (typeof iss !== 'string') return [malformedEnvelope('the token names no issuer', '/iss')];
  if (typeof vct !== 'string') return [malformedEnvelope('the token says no type', '/vct')];
  const strangers = Object.keys(payload).filter((name) => !CLAIMS.has(name));
  const twice = [...REPLACED, 'proof'].filter((name) => ld[name] !== undefined);
  const times = ['nbf', 'exp', 'iat'].filter(
    (name) => payload[name] !== undefined && readNumericDate(payload[name]) === undefined,
  );
  return [
    ...strangers.map((name) => malformedEnvelope('not a claim that is read beside the credential', `/${name}`)),
    ...twice.map((name) => malformedEnvelope('has no place in the credential of a token', `${LD}/${name}`)),
    ...times.map((name) => malformedEnvelope('not a number of seconds', `/${name}`)),
    ...differing([
      ['sub', sub, idOf(ld['credentialSubject'])],
      ['jti', jti, ld['id']],
    ]),
    ...checkAlias(payload),
    ...checkStatus(payload['status']),
    ...checkType(payload),
  ];
}

/** Metadata is bundled, never loaded: of a type that is not here nobody knows what its issuer must show (docs/threats.md, section 5.10). */
function checkType(payload: JsonObject): Finding[] {
  const { vct, 'vct#integrity': integrity } = payload;
  if (typesOfVct(vct) === undefined) {
    return [failed('envelope', 'CONTEXT_NOT_ALLOWED', 'not a type of credential that is taken', { pointer: '/vct' })];
  }
  if (integrity === undefined || integrity === integrityOf(String(vct))) return [];
  const detail = 'another type metadata than is at hand here';
  return [failed('envelope', 'CONTEXT_NOT_ALLOWED', detail, { pointer: '/vct#integrity' })];
}

/** `aka_vcts` (section 2.2.2.2): its form is judged, and nothing is made of it. */
function checkAlias({ aka_vcts: others, vct }: JsonObject): Finding[] {
  if (others === undefined) return [];
  const good =
    Array.isArray(others) && others.length > 0 && others.every((one) => typeof one === 'string' && one !== vct);
  return good ? [] : [malformedEnvelope('not a list of further types', '/aka_vcts')];
}

function checkStatus(status: JsonValue | undefined): Finding[] {
  if (status === undefined) return [];
  const { status_list: list, [OUR_STATUS]: ours, ...others } = isObject(status) ? status : {};
  const [other] = Object.keys(others);
  if (other !== undefined) {
    const detail = 'not a kind of status that is read here';
    return [failed('envelope', 'STATUS_UNSUPPORTED', detail, { pointer: `/status/${other}` })];
  }
  if (list === undefined && ours === undefined) return [malformedEnvelope('says of no list', '/status')];
  if (list === undefined || readReference(list) !== undefined) return [];
  return [malformedEnvelope('not a place in a status list', '/status/status_list')];
}

function statusListIn({ status }: JsonObject): StatusListReference | undefined {
  return isObject(status) ? readReference(status['status_list']) : undefined;
}

function readReference(value: JsonValue | undefined): StatusListReference | undefined {
  if (!isObject(value)) return undefined;
  const { idx, uri } = value;
  const good = typeof idx === 'number' && Number.isSafeInteger(idx) && idx >= 0 && isAbsoluteUrl(uri);
  return good ? { idx, uri } : undefined;
}

/** The credential that claims stand for. */
function documentOf({ iss, vct, nbf, exp, status, ld }: JsonObject): JsonObject {
  const [validFrom, validUntil] = [instantOf(nbf), instantOf(exp)];
  const entries = isObject(status) ? status[OUR_STATUS] : undefined;
  return {
    ...(isObject(ld) ? ld : {}),
    type: typesOfVct(vct) ?? [],
    issuer: iss as JsonValue,
    ...(validFrom === undefined ? {} : { validFrom }),
    ...(validUntil === undefined ? {} : { validUntil }),
    ...(entries === undefined ? {} : { credentialStatus: entries }),
  };
}

function instantOf(seconds: JsonValue | undefined): string | undefined {
  const instant = readNumericDate(seconds);
  return instant === undefined ? undefined : formatDateTime(instant);
}

/** As RFC 8785 has it; what that cannot write is not the same as anything. */
function isSame(one: JsonObject, other: JsonObject): boolean {
  try {
    return jcs(one) === jcs(other);
  } catch {
    return false;
  }
}
