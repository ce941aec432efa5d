import { createPublicKey } from 'node:crypto';
import { isObject, type JsonValue } from '../base/json.ts';
import { decodeBase64url } from '../formats/multibase.ts';
import { encodeMultikey } from './multikey.ts';

/** 32 bytes in base64url. */
const COORDINATE_CHARS = 43;

/**
 * The Multikey form of a public signature key that is written as a JWK (RFC 7517; RFC 8037 for Ed25519, RFC 7518 6.2 for P-256), or
 * nothing when it is another kind of key, not a point of its curve, of small order, or set aside for something else than signatures.
 */
export function readPublicJwk(jwk: JsonValue | undefined): string | undefined {
  if (!isObject(jwk) || !isForSignatures(jwk)) return undefined;
  const { kty, crv } = jwk;
  const x = readCoordinate(jwk['x']);
  if (x === undefined) return undefined;
  try {
    if (kty === 'OKP' && crv === 'Ed25519') return encodeMultikey('Ed25519', x);
    const y = readCoordinate(jwk['y']);
    if (kty !== 'EC' || crv !== 'P-256' || y === undefined) return undefined;
    // Throws unless the point lies on the curve; the compressed form alone would forget a wrong y.
    createPublicKey({ key: { kty, crv, x: String(jwk['x']), y: String(jwk['y']) }, format: 'jwk' });
    return encodeMultikey('P-256', Uint8Array.of(2 + ((y.at(-1) ?? 0) & 1), ...x));
  } catch {
    return undefined;
  }
}

function readCoordinate(value: JsonValue | undefined): Uint8Array | undefined {
  const bytes = decodeBase64url(value, COORDINATE_CHARS);
  return bytes?.length === 32 ? bytes : undefined;
}

/** RFC 7517 4.2 to 4.4: each of the three may be absent; what is there must allow checking a signature. */
function isForSignatures({ use, key_ops: operations, alg, crv }: { readonly [member: string]: JsonValue }): boolean {
  if (use !== undefined && use !== 'sig') return false;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return false;
  if (alg === undefined) return true;
  return crv === 'Ed25519' ? alg === 'EdDSA' || alg === 'Ed25519' : alg === 'ES256';
}
