/** ECDSA on P-256 over SHA-256 (FIPS 186-5), by node:crypto. Signatures are raw r‖s (IEEE P1363), never DER. */
import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as nodeSign,
  verify as nodeVerify,
} from 'node:crypto';
import { PublicKeyCache } from './public-key-cache.ts';

/** A compressed point: 0x02 or 0x03 by the parity of y, then x (SEC 1, section 2.3.3). */
const KEY_BYTES = 33;
const SIGNATURE_BYTES = 64;
/** SubjectPublicKeyInfo of a P-256 key up to the compressed point, RFC 5480. */
const SPKI_PREFIX = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex');
const RAW = { dsaEncoding: 'ieee-p1363' } as const;

const cache = new PublicKeyCache();

/** A new key pair; the private half is an opaque handle. */
export function generate(): { publicKey: Uint8Array; privateKey: KeyObject } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { publicKey: publicKeyOf(privateKey), privateKey };
}

/** The 33 bytes of the compressed public key that belongs to a private key. */
export function publicKeyOf(privateKey: KeyObject): Uint8Array {
  const { x = '', y = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  const odd = (Buffer.from(y, 'base64url').at(-1) ?? 0) & 1;
  return Uint8Array.of(2 + odd, ...Buffer.from(x, 'base64url'));
}

/** 64 bytes, r ‖ s. */
export function sign(privateKey: KeyObject, data: Uint8Array): Uint8Array {
  return Uint8Array.from(nodeSign('sha256', data, { key: privateKey, ...RAW }));
}

/** Whether these are the 33 bytes of a compressed point of the curve. */
export function isPublicKey(bytes: Uint8Array): boolean {
  return findKey(bytes) !== undefined;
}

/**
 * Whether the signature over the SHA-256 of `data` is good. False, never an error, for a key or a signature of the wrong form: DER,
 * another length, r or s zero. With (r, s) also (r, n−s) is good: ECDSA is made so, and nothing may be keyed on signature bytes.
 */
export function verify(publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false;
  if (isZero(signature.subarray(0, 32)) || isZero(signature.subarray(32))) return false;
  const key = findKey(publicKey);
  return key !== undefined && nodeVerify('sha256', data, { key, ...RAW }, signature);
}

function findKey(bytes: Uint8Array): KeyObject | undefined {
  return cache.find(bytes, load);
}

function load(bytes: Uint8Array): KeyObject | undefined {
  if (bytes.length !== KEY_BYTES || (bytes[0] !== 2 && bytes[0] !== 3)) return undefined;
  try {
    // OpenSSL solves for y and refuses an x that has none.
    return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, bytes]), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
