import type { KeyObject } from 'node:crypto';

/** Messages of one signature. Each needs a generator, and a stranger says how many there are. */
export const MOST_MESSAGES = 1000;

/** Why nothing can be signed or derived. Other RangeErrors come from an engine that ran out of room. */
export class BbsRefusal extends RangeError {}

/** What is signed: `header` always shown, `messages` one by one. */
export interface BbsStatement {
  /** The signer's key, 96 bytes. */
  readonly publicKey: Uint8Array;
  readonly header: Uint8Array;
  readonly messages: readonly Uint8Array[];
}

export interface BbsDerivation extends BbsStatement {
  /** 80 bytes. */
  readonly signature: Uint8Array;
  readonly presentationHeader: Uint8Array;
  /** Indexes into `messages`, ascending. */
  readonly disclosed: readonly number[];
}

/** A proof about a statement of which only the disclosed messages are at hand. */
export interface BbsProof extends BbsStatement {
  readonly proof: Uint8Array;
  readonly presentationHeader: Uint8Array;
  /** The index of each of `messages` among all that were signed, ascending. */
  readonly disclosed: readonly number[];
}

/** What is handed to the thread that reckons. */
export type BbsJob =
  | { readonly act: 'sign'; readonly privateKey: KeyObject; readonly input: BbsStatement }
  | { readonly act: 'verify'; readonly input: BbsStatement & { readonly signature: Uint8Array } }
  | { readonly act: 'derive'; readonly input: BbsDerivation }
  | { readonly act: 'verifyProof'; readonly input: BbsProof };

/** What comes back: bytes of a signature or proof, whether one holds, or why nothing could be made. */
export type BbsResult = { readonly value: Uint8Array | boolean } | { readonly fault: string };
