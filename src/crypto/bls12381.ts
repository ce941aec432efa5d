/**
 * Keys for BBS signatures: BLS12-381 with the public key in G2 (BBS, draft-irtf-cfrg-bbs-signatures, sections 2.4 and 6). Only what needs
 * an answer at once is done here; signing and checking are for ./bbs-desk.ts, away from the event loop.
 */
import { createSecretKey, type KeyObject } from 'node:crypto';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { JudgedKeys } from './public-key-cache.ts';

const { Point: G2 } = bls12_381.G2;
const { Fr } = bls12_381.fields;
const KEY_BYTES = 96;

/** A point of G1, compressed, and a scalar. */
export const signatureBytes = 80;

/** Judging takes some milliseconds of the event loop. */
const judged = new JudgedKeys(isGood);

/** A new key pair; the private half is an opaque handle of 32 bytes, big-endian. */
export function generate(): { publicKey: Uint8Array; privateKey: KeyObject } {
  const bytes = bls12_381.utils.randomSecretKey();
  try {
    const privateKey = createSecretKey(bytes);
    return { publicKey: publicKeyOf(privateKey), privateKey };
  } finally {
    bytes.fill(0);
  }
}

/** The 96 bytes of the compressed public point. Errors: Error for a handle that is no scalar of the group. */
export function publicKeyOf(privateKey: KeyObject): Uint8Array {
  const bytes = privateKey.export();
  try {
    return G2.BASE.multiply(Fr.fromBytes(bytes)).toBytes(true);
  } finally {
    bytes.fill(0);
  }
}

/** Whether these are a compressed point of the right subgroup of G2, canonically written, that is not the identity. */
export function isPublicKey(bytes: Uint8Array): boolean {
  return bytes.length === KEY_BYTES && judged.isGood(bytes);
}

function isGood(bytes: Uint8Array): boolean {
  try {
    const point = G2.fromBytes(bytes);
    point.assertValidity();
    return !point.is0() && Buffer.from(point.toBytes(true)).equals(bytes);
  } catch {
    return false;
  }
}

/** No library here takes such a key as a handle. */
export function publicKeyObject(): undefined {
  return undefined;
}

/** One text is never signed with such a key, always a header and a list of messages. */
export function sign(): never {
  throw new TypeError('a key for BBS signs lists of messages');
}

export function verify(): false {
  return false;
}
