/**
 * Ed25519, RFC 8032, by node:crypto. OpenSSL takes any 32 bytes as a key; under a point of small order it accepts signatures for
 * messages that nobody signed, so keys are judged here first (docs/threats.md, section 5.4).
 */
import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as nodeSign,
  verify as nodeVerify,
} from 'node:crypto';
import { PublicKeyCache } from './public-key-cache.ts';

const KEY_BYTES = 32;
export const signatureBytes = 64;
/** SubjectPublicKeyInfo of an Ed25519 key up to the key itself, RFC 8410. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** The prime of the field and the constant of the curve −x² + y² = 1 + d·x²·y², RFC 8032 section 5.1. */
const P = 2n ** 255n - 19n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
/** A y-coordinate of a point of order 8; the other one is its negative. */
const ORDER_8_Y = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
/** Both points of each y are of small order: 1 the identity, −1 order 2, 0 order 4, the rest order 8. */
const SMALL_ORDER_Y = new Set([0n, 1n, P - 1n, ORDER_8_Y, P - ORDER_8_Y]);

const cache = new PublicKeyCache();

/** A new key pair; the private half is an opaque handle. */
export function generate(): { publicKey: Uint8Array; privateKey: KeyObject } {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { publicKey: publicKeyOf(privateKey), privateKey };
}

/** The 32 bytes of the public key that belongs to a private key. */
export function publicKeyOf(privateKey: KeyObject): Uint8Array {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return Uint8Array.from(spki.subarray(SPKI_PREFIX.length));
}

/** 64 bytes, R ‖ S. */
export function sign(privateKey: KeyObject, data: Uint8Array): Uint8Array {
  return Uint8Array.from(nodeSign(null, data, privateKey));
}

/** Whether these are the 32 bytes of a point of the curve, canonically written, that is not of small order. */
export function isPublicKey(bytes: Uint8Array): boolean {
  return publicKeyObject(bytes) !== undefined;
}

/** Whether the signature is good. False, never an error, for a key or a signature of the wrong form. */
export function verify(publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean {
  const key = signature.length === signatureBytes ? publicKeyObject(publicKey) : undefined;
  return key !== undefined && nodeVerify(null, data, key, signature);
}

/** A handle of node:crypto; nothing for bytes that `isPublicKey` refuses. */
export function publicKeyObject(bytes: Uint8Array): KeyObject | undefined {
  return cache.find(bytes, load);
}

function load(bytes: Uint8Array): KeyObject | undefined {
  if (bytes.length !== KEY_BYTES || !isUsablePoint(bytes)) return undefined;
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, bytes]), format: 'der', type: 'spki' });
}

function isUsablePoint(bytes: Uint8Array): boolean {
  // Little-endian y; the top bit is the sign of x.
  const all = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
  const y = all & (2n ** 255n - 1n);
  if (y >= P || SMALL_ORDER_Y.has(y)) return false;
  // x² = (y²−1)/(d·y²+1) has a root exactly when numerator times denominator is a square (Euler's criterion).
  const square = (y * y) % P;
  const product = ((square - 1n + P) * (D * square + 1n)) % P;
  return power(product, (P - 1n) / 2n) === 1n;
}

/** base^exponent mod p. Public values only: the time it takes depends on them. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}
