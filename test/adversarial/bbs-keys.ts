/** Keys for BBS signatures from a seed. */
import { createHash } from 'node:crypto';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { encodeBase58btc } from '../../src/formats/multibase.ts';
import type { Party } from '../support/data-integrity.ts';

interface BbsKey {
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
