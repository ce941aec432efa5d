/**
 * Enveloped credentials (VCDM 2.0, section 4.13; Securing Verifiable Credentials using JOSE and COSE 1.0, section 3.2.1): a data URL that
 * holds the whole credential in a signed token. Opened here strictly and without a key: what comes out is read by everybody as the
 * credential, and believed by nobody before its token was checked.
 */
import { type Finding, failed, type Read, readFailed, readOk } from '../base/finding.ts';
import {
  asArray,
  type JsonLimits,
  type JsonObject,
  type JsonValue,
  REQUEST_LIMITS,
  readJsonObject,
} from '../base/json.ts';
import { formatDateTime, readDateTime } from '../formats/date-time.ts';
import { decodeBase64url } from '../formats/multibase.ts';
import { V2_CONTEXT } from './contexts.ts';
import { typesOf } from './credential-members.ts';

export const ENVELOPED_CREDENTIAL = 'EnvelopedVerifiableCredential';
const DATA_URL = 'data:application/vc+jwt,';
/** Characters of one token (docs/threats.md, section 6). */
export const MAX_TOKEN = 262_144;
const HEADER_LIMITS: JsonLimits = { ...REQUEST_LIMITS, maxBytes: 4096, maxDepth: 4, maxNodes: 100 };
/** Claims that repeat a member of the credential, and the claim that says when the token was made. */
const CLAIMS = ['iss', 'sub', 'jti', 'nbf', 'exp', 'iat'] as const;

export interface OpenedEnvelope {
  /** The unsecured credential: what was signed, without the claims that say it a second time. */
  readonly document: JsonObject;
  /** Compact JWS. */
  readonly token: string;
  readonly header: JsonObject;
  /** When the token says that it was made, milliseconds since the epoch. */
  readonly issuedAt: number | undefined;
}

export function isEnveloped(document: JsonObject): boolean {
  return typesOf(document).includes(ENVELOPED_CREDENTIAL);
}

/** The envelope around a token. */
export function createEnvelope(token: string): JsonObject {
  return { '@context': V2_CONTEXT, id: `${DATA_URL}${token}`, type: ENVELOPED_CREDENTIAL };
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
 * credential, PARSING_ERROR for a token that is not three parts of strict base64url JSON, LIMIT_EXCEEDED.
 */
export function openEnvelope(envelope: JsonObject): Read<OpenedEnvelope> {
  const { '@context': contexts, id, type, ...more } = envelope;
  const shaped =
    Object.keys(more).length === 0 &&
    isOnly(contexts as JsonValue, V2_CONTEXT) &&
    isOnly(type as JsonValue, ENVELOPED_CREDENTIAL) &&
    typeof id === 'string' &&
    id.startsWith(DATA_URL);
  if (!shaped) {
    const detail = `an envelope has the context, the type and a ${DATA_URL} address and nothing else`;
    return readFailed(malformed(detail, '/id'));
  }
  const token = id.slice(DATA_URL.length);
  if (token.length > MAX_TOKEN) {
    return readFailed(failed('envelope', 'LIMIT_EXCEEDED', `more than ${MAX_TOKEN} characters`, { pointer: '/id' }));
  }
  return readToken(token);
}

function readToken(token: string): Read<OpenedEnvelope> {
  const parts = token.split('.');
  const [head, body, tail] = parts.map((part) => decodeBase64url(part, MAX_TOKEN));
  if (parts.length !== 3 || head === undefined || body === undefined || tail === undefined || parts.includes('')) {
    return readFailed(failed('envelope', 'PARSING_ERROR', 'not three parts of base64url', { pointer: '/id' }));
  }
  const header = readJsonObject(head, HEADER_LIMITS);
  if (!header.ok) return header;
  const payload = readJsonObject(body);
  if (!payload.ok) return payload;
  const faults = isEnveloped(payload.value)
    ? [malformed('an envelope holds a credential, not another envelope', '/id')]
    : checkClaims(payload.value);
  if (faults.length > 0) return readFailed(...faults);
  const members = Object.entries(payload.value).filter(([name]) => !(CLAIMS as readonly string[]).includes(name));
  const { iat } = payload.value;
  const issuedAt = typeof iat === 'number' ? iat * 1000 : undefined;
  return readOk({ document: Object.fromEntries(members), token, header: header.value, issuedAt });
}

/** VC-JOSE-COSE, section 3.1.3: a claim and a member that say the same thing must not differ. */
function checkClaims(payload: JsonObject): Finding[] {
  const faults: Finding[] = [];
  const { iss, sub, jti, nbf, exp, iat, issuer, id, credentialSubject, validFrom, validUntil } = payload;
  const agree = (name: string, claim: JsonValue | undefined, member: JsonValue | undefined): void => {
    if (claim !== undefined && claim !== member)
      faults.push(malformed('differs from what the credential says', `/${name}`));
  };
  for (const name of ['vc', 'vp', 'proof']) {
    if (payload[name] !== undefined) faults.push(malformed('has no place in an enveloped credential', `/${name}`));
  }
  agree('iss', iss, idOf(issuer));
  agree('sub', sub, idOf(credentialSubject));
  agree('jti', jti, id);
  for (const [name, seconds] of [
    ['nbf', nbf],
    ['exp', exp],
    ['iat', iat],
  ] as const) {
    if (seconds === undefined) continue;
    if (typeof seconds !== 'number' || !Number.isSafeInteger(seconds) || seconds <= 0 || seconds > 253_402_300_799) {
      faults.push(malformed('not a number of seconds', `/${name}`));
      continue;
    }
    const member = { nbf: validFrom, exp: validUntil, iat: undefined }[name];
    if (member !== undefined && readDateTime(member) !== seconds * 1000) {
      faults.push(malformed(`${formatDateTime(seconds * 1000)} is not what the credential says`, `/${name}`));
    }
    // A limit that only the token has would be read by nobody.
    if (member === undefined && name !== 'iat') faults.push(malformed('the credential does not say so', `/${name}`));
  }
  return faults;
}

function idOf(value: JsonValue | undefined): JsonValue | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject)['id'] : value;
}

function isOnly(value: JsonValue | undefined, text: string): boolean {
  const list = asArray(value as JsonValue);
  return list.length === 1 && list[0] === text;
}

function malformed(detail: string, pointer: string): Finding {
  return failed('envelope', 'MALFORMED_VALUE_ERROR', detail, { pointer });
}
