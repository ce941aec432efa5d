/**
 * Compact JWS as text (RFC 7515, section 7.1): three parts, read strictly and without a key. What comes out was said by somebody; who, is
 * for the check of the token.
 */
import { type Finding, failed, type Read, readFailed, readOk } from '../base/finding.ts';
import { type JsonLimits, type JsonObject, type JsonValue, REQUEST_LIMITS, readJsonObject } from '../base/json.ts';
import { decodeBase64url } from '../formats/multibase.ts';

/** Characters of one token (docs/threats.md, section 6). */
export const MAX_TOKEN = 262_144;
const HEADER_LIMITS: JsonLimits = { ...REQUEST_LIMITS, maxBytes: 4096, maxDepth: 4, maxNodes: 100 };
/** The end of the year 9999. */
const LAST_SECOND = 253_402_300_799;

export interface TokenParts {
  readonly header: JsonObject;
  readonly payload: JsonObject;
}

/** Errors (as findings): PARSING_ERROR for what is not three parts of strict base64url JSON, LIMIT_EXCEEDED. */
export function readToken(
  token: string,
  { maxChars = MAX_TOKEN, limits = REQUEST_LIMITS }: { readonly maxChars?: number; readonly limits?: JsonLimits } = {},
): Read<TokenParts> {
  if (token.length > maxChars) return readFailed(tooLong(maxChars));
  const parts = token.split('.');
  const [head, body, tail] = parts.map((part) => decodeBase64url(part, maxChars));
  if (parts.length !== 3 || head === undefined || body === undefined || tail === undefined || parts.includes('')) {
    return readFailed(failed('envelope', 'PARSING_ERROR', 'not three parts of base64url', { pointer: '/id' }));
  }
  const header = readJsonObject(head, HEADER_LIMITS);
  if (!header.ok) return header;
  const payload = readJsonObject(body, limits);
  return payload.ok ? readOk({ header: header.value, payload: payload.value }) : payload;
}

/** What is said of a token, or of one with its disclosures, that nobody reads. */
export const tooLong = (maxChars = MAX_TOKEN): Finding =>
  failed('envelope', 'LIMIT_EXCEEDED', `more than ${maxChars} characters`, { pointer: '/id' });

/** NumericDate (RFC 7519, section 2) as milliseconds; whole positive seconds only, and nothing for anything else. */
export function readNumericDate(value: JsonValue | undefined): number | undefined {
  const good = typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value <= LAST_SECOND;
  return good ? value * 1000 : undefined;
}

/** VC-JOSE-COSE 1.0, sections 3.1.3 and 3.1.4: a claim and a member that say the same thing must not differ. */
export function differing(
  pairs: readonly (readonly [claim: string, claimed: JsonValue | undefined, said: JsonValue | undefined])[],
): Finding[] {
  return pairs
    .filter(([, claimed, said]) => claimed !== undefined && claimed !== said)
    .map(([claim]) => malformedEnvelope('differs from what the document says', `/${claim}`));
}

export function malformedEnvelope(detail: string, pointer: string): Finding {
  return failed('envelope', 'MALFORMED_VALUE_ERROR', detail, { pointer });
}

/** The payload without the claims that say something about the token or say it a second time. */
export function withoutClaims(payload: JsonObject, claims: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(payload).filter(([name]) => !claims.includes(name)));
}

/** The identifier of a party or a subject, written as a text or as an object. */
export function idOf(value: JsonValue | undefined): JsonValue | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject)['id'] : value;
}
