/**
 * BBS signatures and proofs (draft-irtf-cfrg-bbs-signatures, section 3). Names in comments are those of the draft. Runs in
 * ./bbs-worker.ts: one call takes tens of milliseconds.
 */
import mcl from 'mcl-wasm';
import {
  API_ID,
  BP2,
  bytesOf,
  concat,
  type Fr,
  type G1,
  generators,
  hashToScalar,
  i2osp,
  keyOf,
  messageScalar,
  P1,
  pairsToOne,
  readProof,
  readSignature,
  reduced,
  scalarOf,
  sum,
  uniformBytes,
} from './bbs-group.ts';
import { type BbsDerivation, type BbsProof, BbsRefusal, type BbsStatement, MOST_MESSAGES } from './bbs-job.ts';

/** BBS signature, 80 bytes (Sign, section 3.5.1). Errors: BbsRefusal for a key of another length or too many messages. */
export function sign(secretKey: Uint8Array, { publicKey, header, messages }: BbsStatement): Uint8Array {
  const secret = scalarOf(secretKey);
  if (secret === undefined) throw new BbsRefusal('not a private key');
  const octets = secret.serialize();
  try {
    const scalars = messages.map(messageScalar);
    const { domain, B } = commit({ publicKey, header, scalars });
    const seed = concat([octets, ...scalars.map((one) => one.serialize()), domain.serialize()]);
    const e = hashToScalar(seed);
    seed.fill(0);
    const A = mcl.mul(B, mcl.inv(mcl.add(secret, e)));
    return concat([A.serialize(), e.serialize()]);
  } finally {
    octets.fill(0);
    secret.clear();
  }
}

/** Verify, section 3.5.2. False for whatever is not well formed. */
export function verify({
  publicKey,
  header,
  messages,
  signature,
}: BbsStatement & { readonly signature: Uint8Array }): boolean {
  const parts = readSignature(signature);
  const W = keyOf(publicKey);
  if (parts === undefined || W === undefined || messages.length > MOST_MESSAGES) return false;
  const { B } = commit({ publicKey, header, scalars: messages.map(messageScalar) });
  return pairsToOne(parts.A, mcl.add(W, mcl.mul(BP2, parts.e)), B);
}

/** ProofGen, section 3.5.3. Errors: BbsRefusal for a signature that is none and for indexes out of range. */
export function derive(
  { publicKey, header, messages, signature, presentationHeader, disclosed }: BbsDerivation,
  draw: (count: number) => readonly Uint8Array[] = uniformBytes,
): Uint8Array {
  const parts = readSignature(signature);
  if (parts === undefined || !isAscending(disclosed, messages.length)) throw new BbsRefusal('nothing to derive from');
  const scalars = messages.map(messageScalar);
  const hidden = othersThan(disclosed, messages.length);
  const [r1, r2, eTilde, r1Tilde, r3Tilde, ...mTilde] = draw(5 + hidden.length).map(reduced) as [
    Fr,
    Fr,
    Fr,
    Fr,
    Fr,
    ...Fr[],
  ];
  const { H, domain, B } = commit({ publicKey, header, scalars });
  const { A, e } = parts;
  const D = mcl.mul(B, r2);
  const Abar = mcl.mul(A, mcl.mul(r1, r2));
  const Bbar = mcl.sub(mcl.mul(D, r1), mcl.mul(Abar, e));
  const T1 = sum([Abar, D], [eTilde, r1Tilde]);
  const T2 = sum([D, ...pick(H, hidden)], [r3Tilde, ...mTilde]);
  const shown = pick(scalars, disclosed);
  const c = challengeOf({ points: [Abar, Bbar, D, T1, T2], domain, disclosed, shown, presentationHeader });
  const responses = [
    mcl.add(eTilde, mcl.mul(e, c)),
    mcl.sub(r1Tilde, mcl.mul(r1, c)),
    mcl.sub(r3Tilde, mcl.mul(mcl.inv(r2), c)),
    ...pick(scalars, hidden).map((scalar, at) => mcl.add(mTilde[at] as Fr, mcl.mul(scalar, c))),
  ];
  return concat([Abar, Bbar, D, ...responses, c].map((part) => part.serialize()));
}

/** ProofVerify, section 3.5.4. False for whatever is not well formed. */
export function verifyProof({ publicKey, header, proof, presentationHeader, disclosed, messages }: BbsProof): boolean {
  const parts = readProof(proof);
  const W = keyOf(publicKey);
  if (parts === undefined || W === undefined || disclosed.length !== messages.length) return false;
  const { Abar, Bbar, D, eHat, r1Hat, r3Hat, mHat, c } = parts;
  const count = disclosed.length + mHat.length;
  if (count > MOST_MESSAGES || !isAscending(disclosed, count)) return false;
  const { Q1, H } = generators(count);
  const domain = domainOf(publicKey, count, header);
  const shown = messages.map(messageScalar);
  const T1 = sum([Bbar, Abar, D], [c, eHat, r1Hat]);
  const Bv = mcl.add(P1, sum([Q1, ...pick(H, disclosed)], [domain, ...shown]));
  const T2 = sum([Bv, D, ...pick(H, othersThan(disclosed, count))], [c, r3Hat, ...mHat]);
  const expected = challengeOf({ points: [Abar, Bbar, D, T1, T2], domain, disclosed, shown, presentationHeader });
  return expected.isEqual(c) && pairsToOne(Abar, W, Bbar);
}

interface Commitment {
  readonly publicKey: Uint8Array;
  readonly header: Uint8Array;
  readonly scalars: readonly Fr[];
}

/** B = P1 + Q_1 · domain + H_1 · msg_1 + … */
function commit({ publicKey, header, scalars }: Commitment): { H: readonly G1[]; domain: Fr; B: G1 } {
  const { Q1, H } = generators(scalars.length);
  const domain = domainOf(publicKey, scalars.length, header);
  return { H, domain, B: mcl.add(P1, sum([Q1, ...H], [domain, ...scalars])) };
}

/** calculate_domain, section 4.2.3. */
function domainOf(publicKey: Uint8Array, count: number, header: Uint8Array): Fr {
  const { octets } = generators(count);
  return hashToScalar(concat([publicKey, i2osp(count), octets, bytesOf(API_ID), i2osp(header.length), header]));
}

interface ChallengeInput {
  /** Abar, Bbar, D, T1, T2. */
  readonly points: readonly G1[];
  readonly domain: Fr;
  readonly disclosed: readonly number[];
  readonly shown: readonly Fr[];
  readonly presentationHeader: Uint8Array;
}

/** ProofChallengeCalculate, section 3.7.4. */
function challengeOf({ points, domain, disclosed, shown, presentationHeader }: ChallengeInput): Fr {
  const pairs = disclosed.flatMap((index, at) => [i2osp(index), (shown[at] as Fr).serialize()]);
  const ends = [...points, domain].map((part) => part.serialize());
  return hashToScalar(
    concat([i2osp(disclosed.length), ...pairs, ...ends, i2osp(presentationHeader.length), presentationHeader]),
  );
}

function pick<Value>(values: readonly Value[], indexes: readonly number[]): readonly Value[] {
  return indexes.map((index) => values[index] as Value);
}

function othersThan(indexes: readonly number[], count: number): readonly number[] {
  const taken = new Set(indexes);
  return Array.from({ length: count }, (_, index) => index).filter((index) => !taken.has(index));
}

function isAscending(indexes: readonly number[], count: number): boolean {
  return indexes.every((index, at) => index > (indexes[at - 1] ?? -1) && index < count);
}
