/**
 * Encrypted responses (OpenID4VP 1.0, section 8.3): a JWE to a key that is made for one request and is gone with it. One way to agree on a
 * key, two to encrypt, and no header member that would have the reader do anything else.
 */
import { generateKeyPairSync } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, importJWK } from 'jose';
import { ServiceError } from '../base/error.ts';
import { failed, type Read, readFailed } from '../base/finding.ts';
import { isObject, type JsonLimits, type JsonObject, readJsonObject } from '../base/json.ts';
import { decodeBase64url } from '../formats/multibase.ts';

const KEY_AGREEMENT = 'ECDH-ES';
const ENCRYPTIONS = ['A128GCM', 'A256GCM'] as const;
export const RESPONSE_ENCRYPTIONS: readonly string[] = ENCRYPTIONS;
const KEY_ID = 'response';
/** `apu` and `apv` are only worked into the key; every other member would change how the rest is read. */
const KNOWN_MEMBERS = new Set(['alg', 'enc', 'kid', 'epk', 'apu', 'apv', 'typ', 'cty']);
const HEADER_LIMITS: JsonLimits = { maxBytes: 4096, maxDepth: 4, maxNodes: 100, maxArray: 16, maxString: 1024 };

/** A fresh P-256 key: its public half as it stands in `client_metadata`, its private half as a JWK to be sealed. */
export function createResponseKey(): { readonly publicJwk: JsonObject; readonly privateJwk: JsonObject } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const privateJwk = privateKey.export({ format: 'jwk' }) as JsonObject;
  return { privateJwk, publicJwk: publicHalfOf(privateJwk) };
}

export function publicHalfOf(privateJwk: JsonObject): JsonObject {
  const { kty = '', crv = '', x = '', y = '' } = privateJwk;
  return { kty, crv, x, y, use: 'enc', alg: KEY_AGREEMENT, kid: KEY_ID };
}

/**
 * What is in a response to this key.
 * Errors (as findings, check `response.encryption`): BAD_REQUEST for what is no JWE, for other algorithms and for header members that are not
 * taken; CRYPTOGRAPHIC_SECURITY_ERROR for what does not open; those of strict JSON for what is inside.
 */
export async function decryptResponse(
  jwe: string,
  { privateJwk, limits }: { readonly privateJwk: JsonObject; readonly limits: JsonLimits },
): Promise<Read<JsonObject>> {
  const at = { pointer: '/response' };
  const refused = (detail: string): Read<never> => readFailed(failed('response.encryption', 'BAD_REQUEST', detail, at));
  const head = decodeBase64url(jwe.split('.', 1)[0], HEADER_LIMITS.maxBytes);
  const header = head === undefined ? undefined : readJsonObject(head, HEADER_LIMITS);
  if (header?.ok !== true) return refused('not an encrypted response');
  const { alg, enc, kid } = header.value;
  if (alg !== KEY_AGREEMENT || !RESPONSE_ENCRYPTIONS.includes(String(enc)))
    return refused('not by an offered algorithm');
  if (kid !== undefined && kid !== KEY_ID) return refused('not to the key of this request');
  if (!Object.keys(header.value).every((name) => KNOWN_MEMBERS.has(name))) return refused('a header that is not taken');
  try {
    const key = await importJWK({ ...privateJwk }, KEY_AGREEMENT);
    const { plaintext } = await compactDecrypt(jwe, key, {
      keyManagementAlgorithms: [KEY_AGREEMENT],
      contentEncryptionAlgorithms: [...ENCRYPTIONS],
    });
    return readJsonObject(plaintext, limits);
  } catch {
    const detail = 'does not open with the key of this request';
    return readFailed(failed('response.encryption', 'CRYPTOGRAPHIC_SECURITY_ERROR', detail, at));
  }
}

/**
 * A response to the first key of a verifier that is for this.
 * Errors: BAD_REQUEST where none is, or where none of the ways to encrypt is spoken here.
 */
export async function encryptResponse(
  payload: JsonObject,
  { jwks, encryptions }: { readonly jwks: readonly unknown[]; readonly encryptions: readonly unknown[] | undefined },
): Promise<string> {
  // Section 5.1: without the parameter there is the one default.
  const enc = ENCRYPTIONS.find((name) => (encryptions ?? ['A128GCM']).includes(name));
  const jwk = jwks.filter(isObject).find(isForResponses);
  if (jwk === undefined || enc === undefined) {
    throw new ServiceError('BAD_REQUEST', 'the verifier offers no way to encrypt that is spoken here');
  }
  const { kty = '', crv = '', x = '', y = '', kid } = jwk;
  try {
    const key = await importJWK({ kty: String(kty), crv: String(crv), x: String(x), y: String(y) }, KEY_AGREEMENT);
    return await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: KEY_AGREEMENT, enc, ...(typeof kid === 'string' ? { kid } : {}) })
      .encrypt(key);
  } catch (cause) {
    throw new ServiceError('BAD_REQUEST', 'nothing can be encrypted to the key of the verifier', { cause });
  }
}

function isForResponses({ kty, crv, alg, use, d }: JsonObject): boolean {
  const ours = kty === 'EC' && crv === 'P-256' && alg === KEY_AGREEMENT && d === undefined;
  return ours && (use === undefined || use === 'enc');
}
