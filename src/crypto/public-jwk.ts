import { createPublicKey } from 'node:crypto';
import { isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import { decodeBase64url } from '../formats/multibase.ts';
import { ALGORITHMS } from './algorithms.ts';
import { encodeMultikey, readMultikey } from './multikey.ts';
import type { KeyType } from './signer.ts';

interface JwkForm {
  readonly kty: 'OKP' | 'EC';
  readonly keyType: KeyType;
  /** Bytes of one coordinate. */
  readonly size: number;
  readonly algorithms: readonly string[];
}

/** By `crv`: RFC 8037 for Ed25519, RFC 7518 section 6.2 for the NIST curves, with the one `alg` each is for. */
const FORMS: Readonly<Record<string, JwkForm>> = {
  Ed25519: { kty: 'OKP', keyType: 'Ed25519', size: 32, algorithms: ['EdDSA', 'Ed25519'] },
  'P-256': { kty: 'EC', keyType: 'P-256', size: 32, algorithms: ['ES256'] },
  'P-384': { kty: 'EC', keyType: 'P-384', size: 48, algorithms: ['ES384'] },
};

/**
 * The Multikey form of a public signature key that is written as a JWK (RFC 7517), or nothing when it is another kind of key, not a
 * point of its curve, of small order, or set aside for something else than signatures.
 */
export function readPublicJwk(jwk: JsonValue | undefined): string | undefined {
  if (!isObject(jwk)) return undefined;
  const crv = String(jwk['crv']);
  const form = Object.hasOwn(FORMS, crv) ? FORMS[crv] : undefined;
  if (form === undefined || jwk['kty'] !== form.kty || !isForSignatures(jwk, form)) return undefined;
  const x = readCoordinate(jwk['x'], form.size);
  if (x === undefined) return undefined;
  try {
    if (form.kty === 'OKP') return encodeMultikey(form.keyType, x);
    const y = readCoordinate(jwk['y'], form.size);
    if (y === undefined) return undefined;
    // Throws unless the point lies on the curve; the compressed form alone would forget a wrong y.
    createPublicKey({ key: { kty: form.kty, crv, x: String(jwk['x']), y: String(jwk['y']) }, format: 'jwk' });
    return encodeMultikey(form.keyType, Uint8Array.of(2 + ((y.at(-1) ?? 0) & 1), ...x));
  } catch {
    return undefined;
  }
}

/** The JWK of a public key in Multikey form: `kty`, `crv`, `x` and, on the NIST curves, `y`. Errors: RangeError when it is not a usable key. */
export function writePublicJwk(publicKeyMultibase: string): JsonObject {
  const key = readMultikey(publicKeyMultibase);
  const handle = key === undefined ? undefined : ALGORITHMS[key.keyType].publicKeyObject(key.bytes);
  if (handle === undefined) throw new RangeError('not a usable public key');
  return handle.export({ format: 'jwk' }) as JsonObject;
}

function readCoordinate(value: JsonValue | undefined, size: number): Uint8Array | undefined {
  const bytes = decodeBase64url(value, Math.ceil((size * 4) / 3));
  return bytes?.length === size ? bytes : undefined;
}

/** RFC 7517 4.2 to 4.4: each of the three may be absent; what is there must allow checking a signature. */
function isForSignatures({ use, key_ops: operations, alg }: JsonObject, { algorithms }: JwkForm): boolean {
  if (use !== undefined && use !== 'sig') return false;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return false;
  return alg === undefined || algorithms.includes(String(alg));
}
