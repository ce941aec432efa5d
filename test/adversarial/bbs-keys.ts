/** Keys for BBS signatures from a seed. */
import { createHash } from 'node:crypto';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import type { Signer } from '../../src/crypto/signer.ts';
import { encodeBase58btc } from '../../src/formats/multibase.ts';
import type { Party } from '../support/data-integrity.ts';

export interface BbsKey {
  readonly id: string;
  readonly secretKey: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly publicKeyMultibase: string;
}

/** The BBS key of a party, the same in every run. */
export function bbsKeyOf({ did }: Party): BbsKey {
  const { Fr } = bls12_381.fields;
  const scalar = Fr.create(BigInt(`0x${createHash('sha256').update(`${did.toLowerCase()} bbs`).digest('hex')}`));
  const publicKey = bls12_381.G2.Point.BASE.multiply(scalar).toBytes(true);
  const publicKeyMultibase = encodeBase58btc(Uint8Array.of(0xeb, 0x01, ...publicKey));
  return { id: `${did}#bls12381`, secretKey: Fr.toBytes(scalar), publicKey, publicKeyMultibase };
}

/** The secret key behind each signer, for those who sign many messages at once. */
const secrets = new WeakMap<Signer['sign'], BbsKey>();

/** The BBS key of a party in the place of any other signer. */
export function bbsSignerOf(party: Party): Signer {
  const key = bbsKeyOf(party);
  const sign = async (): Promise<never> => {
    throw new Error('a BBS key signs lists of messages');
  };
  secrets.set(sign, key);
  return { id: key.id, keyType: 'Bls12381G2', publicKeyMultibase: key.publicKeyMultibase, sign };
}

/** Errors: Error for a signer that is not from here. */
export function bbsKeyBehind({ id, sign }: Signer): BbsKey {
  const key = secrets.get(sign);
  if (key === undefined) throw new Error('no BBS key');
  return { ...key, id };
}
