/**
 * Enveloped presentations (VCDM 2.0, section 4.13; Securing Verifiable Credentials using JOSE and COSE 1.0, section 3.1.2): a data URL
 * that holds the whole presentation in a signed token. Opened here strictly and without a key.
 */
import { type Finding, type Read, readFailed, readOk } from '../base/finding.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import { V2_CONTEXT } from './contexts.ts';
import { typesOf } from './credential-members.ts';
import { isEnveloped, tokenIn } from './envelope.ts';
import type { OpenedEnvelope } from './opened-envelope.ts';
import { differing, idOf, malformedEnvelope, readNumericDate, readToken, withoutClaims } from './token.ts';

const ENVELOPED_PRESENTATION = 'EnvelopedVerifiablePresentation';
const DATA_URL = 'data:application/vp+jwt,';
/** Claims of the token: whom it is for, its life, and what repeats a member of the presentation. */
const CLAIMS = ['iss', 'sub', 'aud', 'nonce', 'jti', 'nbf', 'exp', 'iat'] as const;

/** An opened presentation, and what its token says of the occasion it was made for. */
export interface OpenedPresentation extends OpenedEnvelope {
  /** `aud` and `nonce` as they stand there; nobody has compared them yet. */
  readonly audience: JsonValue | undefined;
  readonly nonce: JsonValue | undefined;
  /** `nbf` and `exp`, milliseconds since the epoch. */
  readonly notBefore: number | undefined;
  readonly expires: number | undefined;
}

export function isEnvelopedPresentation(document: JsonObject): boolean {
  return typesOf(document).includes(ENVELOPED_PRESENTATION);
}

export function createEnvelopedPresentation(token: string): JsonObject {
  return { '@context': V2_CONTEXT, id: `${DATA_URL}${token}`, type: ENVELOPED_PRESENTATION };
}

/** The presentation that a document holds, or itself where it is no envelope. Errors (as findings): those of `openPresentation`. */
export function presentationIn(document: JsonObject): Read<JsonObject> {
  if (!isEnvelopedPresentation(document)) return readOk(document);
  const opened = openPresentation(document);
  return opened.ok ? readOk(opened.value.document) : opened;
}

/** What to read a presentation by before anything was checked. */
export function readablePresentation(document: JsonObject): JsonObject {
  const content = presentationIn(document);
  return content.ok ? content.value : document;
}

/**
 * Open an envelope.
 * Errors (as findings): MALFORMED_VALUE_ERROR for another form of envelope, for one in another, for a second way of securing inside and
 * for claims that contradict the presentation, and those of `readToken`.
 */
export function openPresentation(envelope: JsonObject): Read<OpenedPresentation> {
  const token = tokenIn(envelope, { type: ENVELOPED_PRESENTATION, address: DATA_URL });
  if (!token.ok) return token;
  const read = readToken(token.value);
  if (!read.ok) return read;
  const { header, payload } = read.value;
  const faults = checkClaims(payload);
  if (faults.length > 0) return readFailed(...faults);
  return readOk({
    document: withoutClaims(payload, CLAIMS),
    token: token.value,
    header,
    issuedAt: readNumericDate(payload['iat']),
    audience: payload['aud'],
    nonce: payload['nonce'],
    notBefore: readNumericDate(payload['nbf']),
    expires: readNumericDate(payload['exp']),
  });
}

function checkClaims(payload: JsonObject): Finding[] {
  if (isEnvelopedPresentation(payload) || isEnveloped(payload)) {
    return [malformedEnvelope('an envelope holds a presentation, not another envelope', '/id')];
  }
  const secondWay = ['vc', 'vp', 'proof'].filter((name) => payload[name] !== undefined);
  const times = ['nbf', 'exp', 'iat'].filter(
    (name) => payload[name] !== undefined && readNumericDate(payload[name]) === undefined,
  );
  const holder = idOf(payload['holder']);
  return [
    ...secondWay.map((name) => malformedEnvelope('has no place in an enveloped presentation', `/${name}`)),
    ...differing([
      ['iss', payload['iss'], holder],
      ['sub', payload['sub'], holder],
      ['jti', payload['jti'], payload['id']],
    ]),
    ...times.map((name) => malformedEnvelope('not a number of seconds', `/${name}`)),
  ];
}
