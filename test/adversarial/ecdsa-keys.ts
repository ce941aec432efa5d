/** Keys on the NIST curves from a seed, by node:crypto alone. What ECDSA signs differs from run to run; what is made of it does not. */
import { createECDH, createHash, createPrivateKey, sign as signBytes } from 'node:crypto';
import type { Signer } from '../../src/crypto/signer.ts';
import { encodeBase58btc } from '../../src/formats/multibase.ts';

export type EcdsaKeyType = 'P-256' | 'P-384';
/** What a whole document is signed with here. */
export type CorpusKeyType = 'Ed25519' | EcdsaKeyType;

interface Curve {
  readonly name: string;
  readonly hash: 'sha256' | 'sha384';
  readonly size: number;
  /** Multicodec header of a public key. */
  readonly header: readonly number[];
  readonly order: bigint;
}

export const CURVES: Readonly<Record<EcdsaKeyType, Curve>> = {
  'P-256': {
    name: 'prime256v1',
    hash: 'sha256',
    size: 32,
    header: [0x80, 0x24],
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  },
  'P-384': {
    name: 'secp384r1',
    hash: 'sha384',
    size: 48,
    header: [0x81, 0x24],
    order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  },
};

const known = new Map<string, Omit<Signer, 'id'>>();

export function ecdsaSigner(keyType: EcdsaKeyType, seed: string, idOf: (multikey: string) => string): Signer {
  const key = known.get(`${keyType} ${seed}`) ?? createKey(keyType, seed);
  known.set(`${keyType} ${seed}`, key);
  return { ...key, id: idOf(key.publicKeyMultibase) };
}

function createKey(keyType: EcdsaKeyType, seed: string): Omit<Signer, 'id'> {
  const { name, hash, size, header } = CURVES[keyType];
  const ecdh = createECDH(name);
  // A hash of either length is below the order of its curve but once in 2^32.
  ecdh.setPrivateKey(createHash(hash).update(seed).digest());
  const point = ecdh.getPublicKey();
  const text = (bytes: Buffer): string => bytes.toString('base64url');
  const jwk = {
    kty: 'EC',
    crv: keyType,
    d: text(createHash(hash).update(seed).digest()),
    x: text(point.subarray(1, 1 + size)),
    y: text(point.subarray(1 + size)),
  };
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  const compressed = ecdh.getPublicKey(null, 'compressed');
  return {
    keyType,
    publicKeyMultibase: encodeBase58btc(Uint8Array.from([...header, ...compressed])),
    sign: async ({ data }) => new Uint8Array(signBytes(hash, data, { key, dsaEncoding: 'ieee-p1363' })),
  };
}
