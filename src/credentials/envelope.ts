/**
 * Enveloped credentials (VCDM 2.0, section 4.13; Securing Verifiable Credentials using JOSE and COSE 1.0, sections 3.1.1 and 3.2.1): a data
 * URL that holds the whole credential in a signed token, as it is or with disclosures (SD-JWT). Opened here strictly and without a key:
 * what comes out is read by everybody as the credential, and believed by nobody before its token was checked.
 */
import { type Finding, failed, type Read, readFailed, readOk } from '../base/finding.ts';
import { asArray, type JsonObject, type JsonValue } from '../base/json.ts';
import { formatDateTime, readDateTime } from '../formats/date-time.ts';
import { joinSdJwt, processDisclosures, type SdJwtParts, splitSdJwt } from '../formats/sd-jwt.ts';
import { V2_CONTEXT } from './contexts.ts';
import { typesOf } from './credential-members.ts';
import type { Disclosure, OpenedEnvelope, StatusListReference } from './opened-envelope.ts';
import { openSdJwtVc } from './sd-jwt-vc.ts';
import {
  differing,
  idOf,
  MAX_TOKEN,
  malformedEnvelope,
  readNumericDate,
  readToken,
  tooLong,
  withoutClaims,
} from './token.ts';

export const ENVELOPED_CREDENTIAL = 'EnvelopedVerifiableCredential';
const DATA_URL = 'data:application/vc+jwt,';
const SD_DATA_URL = 'data:application/vc+sd-jwt,';
/** A project's own way to carry an SD-JWT VC as a document (docs/decisions/0034-sd-jwt-vc-in-an-envelope.md). */
const DC_DATA_URL = 'data:application/dc+sd-jwt,';
/** Claims that repeat a member of the credential, and the claim that says when the token was made. */
const CLAIMS = ['iss', 'sub', 'jti', 'nbf', 'exp', 'iat'] as const;
/** Claims about the token, which nobody could rely on if a holder might leave them out (RFC 9901, section 9.7). */
const NEVER_WITHHELD = new Set([...CLAIMS, 'aud', 'cnf', 'nonce', 'vct', 'status'].map((name) => `/${name}`));

export function isEnveloped(document: JsonObject): boolean {
  return typesOf(document).includes(ENVELOPED_CREDENTIAL);
}

/** The envelope around a token. */
export function createEnvelope(token: string): JsonObject {
  return { '@context': V2_CONTEXT, id: `${DATA_URL}${token}`, type: ENVELOPED_CREDENTIAL };
}

/** The envelope around an SD-JWT. */
export function createSdEnvelope(parts: Omit<SdJwtParts, 'keyBinding'>): JsonObject {
  return { '@context': V2_CONTEXT, id: `${SD_DATA_URL}${joinSdJwt(parts)}`, type: ENVELOPED_CREDENTIAL };
}

/** The envelope around an SD-JWT VC, in its compact form, with a key binding or without. */
export function createSdJwtVcEnvelope(text: string): JsonObject {
  return { '@context': V2_CONTEXT, id: `${DC_DATA_URL}${text}`, type: ENVELOPED_CREDENTIAL };
}

/** Whether a document is an envelope of which a holder may have chosen what is shown. */
export function isSdEnvelope(document: JsonObject): boolean {
  return isEnvelopeOf(document, SD_DATA_URL) || isSdJwtVcEnvelope(document);
}

/** Whether that is an SD-JWT VC. */
export function isSdJwtVcEnvelope(document: JsonObject): boolean {
  return isEnvelopeOf(document, DC_DATA_URL);
}

function isEnvelopeOf(document: JsonObject, address: string): boolean {
  const { id } = document;
  return isEnveloped(document) && typeof id === 'string' && id.startsWith(address);
}

/** What the check of a credential's form has to know of the document that the credential came in. */
export function formOf(received: JsonObject): { readonly shownInPart: boolean; readonly statusBeside: boolean } {
  return { shownInPart: isSdEnvelope(received), statusBeside: statusListBeside(received) !== undefined };
}

/** The place in a Token Status List by which a credential is judged that has no status entries of its own. */
export function statusListBeside(received: JsonObject): StatusListReference | undefined {
  if (!isSdJwtVcEnvelope(received)) return undefined;
  const opened = openEnvelope(received);
  return opened.ok && opened.value.document['credentialStatus'] === undefined ? opened.value.vc?.statusList : undefined;
}

/** The credential that a document holds, or itself where it is no envelope. Errors (as findings): those of `openEnvelope`. */
export function contentOf(document: JsonObject): Read<JsonObject> {
  if (!isEnveloped(document)) return readOk(document);
  const opened = openEnvelope(document);
  return opened.ok ? readOk(opened.value.document) : opened;
}

/** What to read a document by before anything was checked: the credential inside an envelope that opens, else the document itself. */
export function readableOf(document: JsonObject): JsonObject {
  const content = contentOf(document);
  return content.ok ? content.value : document;
}

/**
 * Open an envelope.
 * Errors (as findings): MALFORMED_VALUE_ERROR for another form of envelope, for one in another and for claims that contradict the
 * credential, and those of `readToken`; of an SD-JWT also those of `splitSdJwt` and `processDisclosures`, and PROOF_VERIFICATION_ERROR for a
 * key binding and for claims about the token that were left to the holder; of an SD-JWT VC those of `openSdJwtVc`.
 */
export function openEnvelope(envelope: JsonObject): Read<OpenedEnvelope> {
  if (isSdJwtVcEnvelope(envelope)) {
    const text = tokenIn(envelope, { type: ENVELOPED_CREDENTIAL, address: DC_DATA_URL });
    return text.ok ? openSdJwtVc(text.value) : text;
  }
  const selective = isSdEnvelope(envelope);
  const held = tokenIn(envelope, { type: ENVELOPED_CREDENTIAL, address: selective ? SD_DATA_URL : DATA_URL });
  if (!held.ok) return held;
  const parts = selective ? readSdJwt(held.value) : readOk({ token: held.value, disclosures: [] });
  if (!parts.ok) return parts;
  const { token, disclosures } = parts.value;
  const read = readToken(token);
  if (!read.ok) return read;
  const { header, payload: signed } = read.value;
  const processed = selective
    ? processDisclosures(signed, disclosures)
    : readOk({ payload: signed, disclosed: [], concealing: [] });
  if (!processed.ok) return processed;
  const { payload, ...disclosure } = processed.value;
  const faults = isEnveloped(payload)
    ? [malformedEnvelope('an envelope holds a credential, not another envelope', '/id')]
    : [...checkClaims(payload), ...checkWithheld(disclosure)];
  if (faults.length > 0) return readFailed(...faults);
  return readOk({
    document: withoutClaims(payload, CLAIMS),
    token,
    header,
    issuedAt: readNumericDate(payload['iat']),
    ...(selective ? { disclosure } : {}),
  });
}

/** An SD-JWT as it is shown to a verifier or handed to a holder who was not asked for a key binding (RFC 9901, sections 7.2 and 7.3). */
function readSdJwt(text: string): Read<SdJwtParts> {
  if (text.length > MAX_TOKEN) return readFailed(tooLong());
  const parts = splitSdJwt(text);
  if (!parts.ok || parts.value.keyBinding === '') return parts;
  const detail = 'a key binding that nobody asked for';
  return readFailed(failed('envelope', 'PROOF_VERIFICATION_ERROR', detail, { pointer: '/id' }));
}

function checkWithheld({ disclosed }: Disclosure): Finding[] {
  const detail = 'a claim about the token is not left to the holder';
  return disclosed
    .filter(({ pointer }) => NEVER_WITHHELD.has(pointer))
    .map(({ pointer }) => failed('envelope', 'PROOF_VERIFICATION_ERROR', detail, { pointer }));
}

/** The token in an envelope that has its one form: context, type and data URL, and nothing else. Errors (as findings): MALFORMED_VALUE_ERROR. */
export function tokenIn(
  envelope: JsonObject,
  { type: expected, address }: { readonly type: string; readonly address: string },
): Read<string> {
  const { '@context': contexts, id, type, ...more } = envelope;
  const shaped =
    Object.keys(more).length === 0 &&
    isOnly(contexts as JsonValue, V2_CONTEXT) &&
    isOnly(type as JsonValue, expected) &&
    typeof id === 'string' &&
    id.startsWith(address);
  if (shaped) return readOk(id.slice(address.length));
  const detail = `an envelope has the context, the type and a ${address} address and nothing else`;
  return readFailed(malformedEnvelope(detail, '/id'));
}

function checkClaims(payload: JsonObject): Finding[] {
  const { iss, sub, jti, nbf, exp, iat, issuer, id, credentialSubject, validFrom, validUntil } = payload;
  const faults: Finding[] = ['vc', 'vp', 'proof']
    .filter((name) => payload[name] !== undefined)
    .map((name) => malformedEnvelope('has no place in an enveloped credential', `/${name}`));
  faults.push(
    ...differing([
      ['iss', iss, idOf(issuer)],
      ['sub', sub, idOf(credentialSubject)],
      ['jti', jti, id],
    ]),
  );
  for (const [name, seconds] of [
    ['nbf', nbf],
    ['exp', exp],
    ['iat', iat],
  ] as const) {
    if (seconds === undefined) continue;
    const instant = readNumericDate(seconds);
    if (instant === undefined) {
      faults.push(malformedEnvelope('not a number of seconds', `/${name}`));
      continue;
    }
    const member = { nbf: validFrom, exp: validUntil, iat: undefined }[name];
    if (member !== undefined && readDateTime(member) !== instant) {
      faults.push(malformedEnvelope(`${formatDateTime(instant)} is not what the credential says`, `/${name}`));
    }
    // A limit that only the token has would be read by nobody.
    if (member === undefined && name !== 'iat') {
      faults.push(malformedEnvelope('the credential does not say so', `/${name}`));
    }
  }
  return faults;
}

function isOnly(value: JsonValue | undefined, text: string): boolean {
  const list = asArray(value as JsonValue);
  return list.length === 1 && list[0] === text;
}
