/** The kinds of keys, as PKCS#11 has them: numbers of mechanisms and types, and how points are written. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { KeyType } from '../signer.ts';
import { Pkcs11Fault } from './pkcs11-messages.ts';

/** By number (PKCS#11 3.1, section 6.3): not every library has the names of the Edwards curves. */
interface KeyKind {
  readonly generate: number;
  readonly sign: number;
  /** CKK_EC or CKK_EC_EDWARDS. */
  readonly type: number;
  /** CKA_EC_PARAMS: the object identifier of the curve, DER. */
  readonly curve: Buffer;
  /** Bits that both mechanisms must take. */
  readonly bits: number;
  readonly pointBytes: number;
  readonly signatureBytes: number;
  /** What the module is to sign: the data, or its hash where the mechanism leaves hashing to us. */
  readonly prepare: (data: Uint8Array) => Buffer;
}

const CKM_EC_KEY_PAIR_GEN = 0x1040;
const CKM_ECDSA = 0x1041;
const CKM_EC_EDWARDS_KEY_PAIR_GEN = 0x1055;
const CKM_EDDSA = 0x1057;
const CKK_EC = 0x03;
const CKK_EC_EDWARDS = 0x40;

const KINDS: Readonly<Partial<Record<KeyType, KeyKind>>> = {
  Ed25519: {
    generate: CKM_EC_EDWARDS_KEY_PAIR_GEN,
    sign: CKM_EDDSA,
    type: CKK_EC_EDWARDS,
    curve: Buffer.from('06032b6570', 'hex'),
    bits: 255,
    pointBytes: 32,
    signatureBytes: 64,
    prepare: (data) => Buffer.from(data),
  },
  'P-256': ecdsaKind(Buffer.from('06082a8648ce3d030107', 'hex'), 256, 'sha256'),
  'P-384': ecdsaKind(Buffer.from('06052b81040022', 'hex'), 384, 'sha384'),
};

function ecdsaKind(curve: Buffer, bits: number, hash: 'sha256' | 'sha384'): KeyKind {
  return {
    generate: CKM_EC_KEY_PAIR_GEN,
    sign: CKM_ECDSA,
    type: CKK_EC,
    curve,
    bits,
    pointBytes: 1 + bits / 4,
    signatureBytes: bits / 4,
    prepare: (data) => createHash(hash).update(data).digest(),
  };
}

/** Errors: Pkcs11Fault `type`. */
export function kindOf(keyType: KeyType): KeyKind {
  const kind = KINDS[keyType];
  if (kind === undefined) throw new Pkcs11Fault('type', `PKCS#11 has no ${keyType} keys`);
  return kind;
}

/**
 * The public key from CKA_EC_POINT, in the form that `ALGORITHMS` takes. The standard wraps the point in a DER octet string; there are modules
 * that do not, and some that take a bit string for an Edwards curve. Errors: Pkcs11Fault `failed`.
 */
export function readPoint(keyType: KeyType, value: Uint8Array): Uint8Array {
  const { pointBytes } = kindOf(keyType);
  const point = value.subarray(value.length - pointBytes);
  const wrapping = Buffer.from(value.subarray(0, value.length - pointBytes)).toString('hex');
  const length = pointBytes.toString(16).padStart(2, '0');
  const known = ['', `04${length}`, `03${(pointBytes + 1).toString(16)}00`];
  if (point.length !== pointBytes || !known.includes(wrapping))
    throw new Pkcs11Fault('failed', `the module shows a ${keyType} key in a form that is not known`);
  if (keyType === 'Ed25519') return Uint8Array.from(point);
  if (point[0] !== 4) throw new Pkcs11Fault('failed', `the module shows a ${keyType} key that is not uncompressed`);
  const odd = (point.at(-1) ?? 0) & 1;
  return Uint8Array.of(2 + odd, ...point.subarray(1, 1 + (pointBytes - 1) / 2));
}
