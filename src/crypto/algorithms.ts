import type { KeyObject } from 'node:crypto';
import * as bls12381 from './bls12381.ts';
import * as ed25519 from './ed25519.ts';
import * as p256 from './p256.ts';
import * as p384 from './p384.ts';
import type { KeyType } from './signer.ts';

/** What can be done with the keys of one type. Private keys are opaque handles throughout. */
export interface Algorithm {
  generate(): { publicKey: Uint8Array; privateKey: KeyObject };
  publicKeyOf(privateKey: KeyObject): Uint8Array;
  isPublicKey(bytes: Uint8Array): boolean;
  /** A handle for libraries that take one; nothing for bytes that `isPublicKey` refuses, and for a type that has no such handles. */
  publicKeyObject(bytes: Uint8Array): KeyObject | undefined;
  sign(privateKey: KeyObject, data: Uint8Array): Uint8Array;
  /** Length of a signature. */
  readonly signatureBytes: number;
  /** False, never an error, for a key or a signature of the wrong form. */
  verify(publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean;
}

/** The one table of key types: a type that is not in it can neither sign nor verify. */
export const ALGORITHMS: Readonly<Record<KeyType, Algorithm>> = {
  Ed25519: ed25519,
  'P-256': p256,
  'P-384': p384,
  Bls12381G2: bls12381,
};

export function isKeyType(text: unknown): text is KeyType {
  return typeof text === 'string' && Object.hasOwn(ALGORITHMS, text);
}
