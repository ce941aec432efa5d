/**
 * Token Status Lists (draft-ietf-oauth-status-list-20): ours written, anybody's read. One status for each token, in place of one list for each
 * purpose; without reasons and dates, so that what a list shows as revoked is revoked from the start.
 */
import { type Finding, failed, type Read, readFailed, readOk } from '../base/finding.ts';
import { isObject, type JsonLimits, type JsonObject, type JsonValue, REQUEST_LIMITS } from '../base/json.ts';
import { readNumericDate, readToken, type TokenParts } from '../credentials/token.ts';
import { readDidUrl } from '../formats/did-url.ts';
import { digestOfJson } from '../formats/digest.ts';
import { decodeBase64url, encodeBase64url } from '../formats/multibase.ts';
import { MAX_LENGTH, type StatusList, type StatusListExpectation, TTL_MS } from './status-list.ts';
import { deflate, inflate } from './zlib.ts';

/** Characters of a Status List Token, and of `lst` in it. */
export const LONGEST_STATUS_TOKEN = 1_572_864;
export const STATUS_TOKEN_TYPE = 'application/statuslist+jwt';
const STATUS_LIST_TOKEN = 'StatusListToken';
const LIMITS: JsonLimits = { ...REQUEST_LIMITS, maxBytes: 2 * 1024 * 1024, longMembers: { lst: LONGEST_STATUS_TOKEN } };

/** Section 7.1. */
const INVALID = 1;
const SUSPENDED = 2;
/** Of ours: as many as it takes to say suspended too. */
const BITS = 2;

/** A token as a document: under the address it was had from, so that it can be passed on as evidence. */
export function createStatusListToken(url: string, token: string): JsonObject {
  return { id: url, type: STATUS_LIST_TOKEN, statusListToken: token };
}

export const isStatusListToken = (document: JsonObject): boolean => document['type'] === STATUS_LIST_TOKEN;

interface Draft {
  readonly url: string;
  readonly issuer: string;
  /** The Bitstring list of revocations, which the places are those of. */
  readonly revoked: StatusList['bits'];
  /** Places in it of what is suspended. */
  readonly suspended: readonly number[];
  /** Milliseconds since the epoch; written as whole seconds. */
  readonly validFrom: number;
  readonly validUntil: number;
}

/** The claims of one of our own lists. What is both revoked and suspended is revoked. Errors: RangeError for a place that is none. */
export function statusListClaims({ url, issuer, revoked, suspended, validFrom, validUntil }: Draft): JsonObject {
  const bytes = new Uint8Array(Math.ceil((revoked.length * BITS) / 8));
  const write = (place: number, status: number): void => {
    const shift = (place % 4) * BITS;
    bytes[place >> 2] = ((bytes[place >> 2] ?? 0) & ~(3 << shift)) | (status << shift);
  };
  for (const place of suspended) {
    if (!Number.isSafeInteger(place) || place < 0 || place >= revoked.length) throw new RangeError('no such place');
    write(place, SUSPENDED);
  }
  for (let place = 0; place < revoked.length; place += 1)
    if (revoked.get(place, 'revocation') === true) write(place, INVALID);
  return {
    iss: issuer,
    sub: url,
    iat: Math.floor(validFrom / 1000),
    exp: Math.floor(validUntil / 1000),
    ttl: TTL_MS / 1000,
    status_list: { bits: BITS, lst: encodeBase64url(deflate(bytes)) },
  };
}

/** The parts of a token that is carried as a document. Errors (as findings): PARSING_ERROR, LIMIT_EXCEEDED, STATUS_VERIFICATION_ERROR. */
export function readStatusToken(document: JsonObject): Read<TokenParts & { readonly token: string }> {
  const { id, type, statusListToken: token, ...more } = document;
  if (typeof id !== 'string' || typeof token !== 'string' || type !== STATUS_LIST_TOKEN || Object.keys(more).length > 0)
    return bad('', 'not a Status List Token under its address');
  const read = readToken(token, { maxChars: LONGEST_STATUS_TOKEN, limits: LIMITS });
  return read.ok ? readOk({ ...read.value, token }) : read;
}

/**
 * Read a Status List Token strictly (section 8.3). That its signature holds is not said here; the period is the one of `iat` and `exp`, and
 * without an end a list could be shown for ever.
 * Codes: STATUS_VERIFICATION_ERROR, LIMIT_EXCEEDED (too much to unpack), those of `readStatusToken`.
 */
export function readTokenStatusList(document: JsonObject, { url, issuers }: StatusListExpectation): Read<StatusList> {
  const read = readStatusToken(document);
  if (!read.ok) return read;
  const { header, payload } = read.value;
  const issuer = issuerOfToken(header, payload);
  if (issuer === undefined || !issuers.includes(issuer)) return bad('/iss', 'a list of another issuer');
  if (document['id'] !== url || payload['sub'] !== url) return bad('/sub', 'not the list that was asked for');
  if (payload['status'] !== undefined) return bad('/status', 'a list with a status of its own');
  const [validFrom, validUntil] = [readNumericDate(payload['iat']), readNumericDate(payload['exp'])];
  if (validFrom === undefined || validUntil === undefined || validFrom >= validUntil)
    return bad('/exp', 'not a period with an end');
  const { ttl } = payload;
  if (ttl !== undefined && !(typeof ttl === 'number' && ttl > 0)) return bad('/ttl', 'not a number of seconds');
  const statuses = readStatuses(payload['status_list']);
  if (!statuses.ok) return statuses;
  return readOk({
    url,
    issuer,
    purposes: ['revocation', 'suspension'],
    bits: statuses.value,
    notices: [],
    validFrom,
    validUntil,
    ttl: ttl === undefined ? undefined : ttl * 1000,
    digest: digestOfJson(payload),
  });
}

/** Who a token says that it is by: `iss`, or the party whose key it names. */
export function issuerOfToken(header: JsonObject, payload: JsonObject): string | undefined {
  const signer = readDidUrl(header['kid'])?.did;
  const { iss = signer } = payload;
  return typeof iss === 'string' && iss === signer ? iss : undefined;
}

function readStatuses(value: JsonValue | undefined): Read<StatusList['bits']> {
  const pointer = '/status_list/lst';
  if (!isObject(value)) return bad('/status_list', 'not a status list');
  const { bits, lst } = value;
  if (bits !== 1 && bits !== 2 && bits !== 4 && bits !== 8) return bad('/status_list/bits', 'not 1, 2, 4 or 8');
  const packed = decodeBase64url(lst, LONGEST_STATUS_TOKEN);
  if (packed === undefined) return bad(pointer, 'not base64url without padding');
  const unpacked = inflate(packed, MAX_LENGTH / 8);
  if (!unpacked.ok && unpacked.reason === 'too-large')
    return readFailed(failed('status.list', 'LIMIT_EXCEEDED', `unpacks to more than ${MAX_LENGTH} bits`, { pointer }));
  if (!unpacked.ok || unpacked.bytes.length === 0) return bad(pointer, 'not exactly one ZLIB stream');
  const { bytes } = unpacked;
  const perByte = 8 / bits;
  const statusAt = (place: number): number => {
    const byte = bytes[Math.floor(place / perByte)];
    if (byte === undefined || !Number.isSafeInteger(place) || place < 0) throw new RangeError('no such place');
    return (byte >> ((place % perByte) * bits)) & (2 ** bits - 1);
  };
  return readOk({ length: bytes.length * perByte, get: (place, purpose) => meaningOf(statusAt(place), purpose) });
}

/** Whether a status is set for a purpose; of one that is not known here nothing can be said. */
function meaningOf(status: number, purpose: string): boolean | undefined {
  if (status > SUSPENDED) return undefined;
  return status === (purpose === 'revocation' ? INVALID : SUSPENDED);
}

const fault = (pointer: string, detail: string): Finding =>
  failed('status.list', 'STATUS_VERIFICATION_ERROR', detail, { pointer });
const bad = (pointer: string, detail: string): Read<never> => readFailed(fault(pointer, detail));
