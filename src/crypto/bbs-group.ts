/**
 * The group, the hashes and the octets that BBS signatures are made of: ciphersuite BLS12-381-SHA-256 (draft-irtf-cfrg-bbs-signatures,
 * sections 4 and 7.2.2) on the curve arithmetic of mcl, which is WebAssembly with one state for the process. Names in comments are those of
 * the draft.
 */
import { createHash, randomBytes } from 'node:crypto';
import mcl from 'mcl-wasm';
import { BbsRefusal, MOST_MESSAGES } from './bbs-job.ts';

export type Fr = InstanceType<typeof mcl.Fr>;
export type G1 = InstanceType<typeof mcl.G1>;
export type G2 = InstanceType<typeof mcl.G2>;

const POINT_BYTES = 48;
const SCALAR_BYTES = 32;
const EXPAND_BYTES = 48;
/** Three points and four scalars; one scalar more for each message that is not shown. */
export const SHORTEST_PROOF = 3 * POINT_BYTES + 4 * SCALAR_BYTES;

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
export const API_ID = 'BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_H2G_HM2S_';
const DST = {
  seed: bytesOf(`${API_ID}SIG_GENERATOR_SEED_`),
  generator: bytesOf(`${API_ID}SIG_GENERATOR_DST_`),
  message: bytesOf(`${API_ID}MAP_MSG_TO_SCALAR_AS_HASH_`),
  scalar: bytesOf(`${API_ID}H2S_`),
};
const P1_HEX = 'a8ce256102840821a3e94ea9025e4662b205762f9776b3a766c872b948f1fd225e7c59698588e70d11406d161b4e28c9';
const BP2_HEX =
  '93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e' +
  '024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8';

await mcl.init(mcl.BLS12_381);
mcl.setETHserialization(true);
mcl.setMapToMode(mcl.IRTF);
mcl.verifyOrderG1(true);
mcl.verifyOrderG2(true);

export const P1 = mcl.deserializeHexStrToG1(P1_HEX);
export const BP2 = mcl.deserializeHexStrToG2(BP2_HEX);
const MINUS_BP2 = mcl.neg(BP2);

/** h(P, Q) · h(R, −BP2) is one. */
export function pairsToOne(P: G1, Q: G2, R: G1): boolean {
  return mcl.finalExp(mcl.mul(mcl.millerLoop(P, Q), mcl.millerLoop(R, MINUS_BP2))).isOne();
}

export interface Generators {
  readonly Q1: G1;
  readonly H: readonly G1[];
  /** Q_1, H_1, … serialised. */
  readonly octets: Uint8Array;
}

/** Points made so far, in their order, and the state that the next one follows from. */
const made: { readonly points: G1[]; readonly octets: Uint8Array[]; state: Uint8Array } = {
  points: [],
  octets: [],
  state: expand(bytesOf(`${API_ID}MESSAGE_GENERATOR_SEED`), DST.seed, EXPAND_BYTES),
};

/** create_generators, section 4.1.1: one for the domain and one for each message. Errors: BbsRefusal for too many. */
export function generators(messages: number): Generators {
  if (messages > MOST_MESSAGES) throw new BbsRefusal(`more than ${MOST_MESSAGES} messages`);
  for (let next = made.points.length + 1; next <= messages + 1; next += 1) {
    made.state = expand(concat([made.state, i2osp(next)]), DST.seed, EXPAND_BYTES);
    const point = mcl.normalize(hashToG1(made.state));
    made.points.push(point);
    made.octets.push(point.serialize());
  }
  const [Q1, ...H] = made.points.slice(0, messages + 1) as [G1, ...G1[]];
  return { Q1, H, octets: concat(made.octets.slice(0, messages + 1)) };
}

/** hash_to_curve for G1 (RFC 9380, sections 3 and 8.8.1). Clearing the cofactor of the parts clears that of their sum. */
function hashToG1(message: Uint8Array): G1 {
  const uniform = expand(message, DST.generator, 128);
  const half = (from: number): G1 => {
    const element = new mcl.Fp();
    element.setBigEndianMod(uniform.subarray(from, from + 64));
    return element.mapToG1();
  };
  return mcl.add(half(0), half(64));
}

/** hash_to_scalar, section 4.2.2. */
export function hashToScalar(message: Uint8Array, dst: Uint8Array = DST.scalar): Fr {
  return reduced(expand(message, dst, EXPAND_BYTES));
}

export const messageScalar = (message: Uint8Array): Fr => hashToScalar(message, DST.message);

/** OS2IP(bytes) mod r. */
export function reduced(bytes: Uint8Array): Fr {
  const scalar = new mcl.Fr();
  scalar.setBigEndianMod(bytes);
  return scalar;
}

/** calculate_random_scalars, section 4.2.1: 48 uniform bytes for each scalar. */
export function uniformBytes(count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, () => randomBytes(EXPAND_BYTES));
}

/** expand_message_xmd with SHA-256 (RFC 9380, section 5.3.1). */
function expand(message: Uint8Array, dst: Uint8Array, length: number): Uint8Array {
  const tail = Uint8Array.of(...dst, dst.length);
  const hash = (...parts: readonly Uint8Array[]): Uint8Array => {
    const digest = createHash('sha256');
    for (const part of parts) digest.update(part);
    return digest.digest();
  };
  const first = hash(new Uint8Array(64), message, Uint8Array.of(length >> 8, length & 0xff, 0), tail);
  const blocks: Uint8Array[] = [];
  for (let block: Uint8Array = new Uint8Array(32), at = 1; at <= Math.ceil(length / 32); at += 1) {
    block = hash(
      first.map((byte, place) => byte ^ (block[place] ?? 0)),
      Uint8Array.of(at),
      tail,
    );
    blocks.push(block);
  }
  return concat(blocks).subarray(0, length);
}

/** octets_to_signature, section 4.2.4.3. */
export function readSignature(octets: Uint8Array): { readonly A: G1; readonly e: Fr } | undefined {
  if (octets.length !== POINT_BYTES + SCALAR_BYTES) return undefined;
  const A = pointOf(octets.subarray(0, POINT_BYTES));
  const e = scalarOf(octets.subarray(POINT_BYTES));
  return A === undefined || e === undefined ? undefined : { A, e };
}

/** octets_to_proof, section 4.2.4.5: no identity, no zero, nothing left over. */
export function readProof(octets: Uint8Array) {
  const rest = octets.length - SHORTEST_PROOF;
  if (rest < 0 || rest % SCALAR_BYTES !== 0 || rest / SCALAR_BYTES > MOST_MESSAGES) return undefined;
  const [Abar, Bbar, D] = [0, 1, 2].map((at) => pointOf(octets.subarray(at * POINT_BYTES, (at + 1) * POINT_BYTES)));
  const scalars: Fr[] = [];
  for (let at = 3 * POINT_BYTES; at < octets.length; at += SCALAR_BYTES) {
    const scalar = scalarOf(octets.subarray(at, at + SCALAR_BYTES));
    if (scalar === undefined) return undefined;
    scalars.push(scalar);
  }
  const c = scalars.pop();
  const [eHat, r1Hat, r3Hat, ...mHat] = scalars;
  if (Abar === undefined || Bbar === undefined || D === undefined || c === undefined) return undefined;
  if (eHat === undefined || r1Hat === undefined || r3Hat === undefined) return undefined;
  return { Abar, Bbar, D, eHat, r1Hat, r3Hat, mHat, c };
}

/** A point of the subgroup in its one spelling, never the identity. */
function pointOf(octets: Uint8Array): G1 | undefined {
  return read(new mcl.G1(), octets);
}

export function keyOf(octets: Uint8Array): G2 | undefined {
  return octets.length === 2 * POINT_BYTES ? read(new mcl.G2(), octets) : undefined;
}

/** Above zero and below the order. */
export function scalarOf(octets: Uint8Array): Fr | undefined {
  return octets.length === SCALAR_BYTES ? read(new mcl.Fr(), octets) : undefined;
}

function read<Value extends Fr | G1 | G2>(value: Value, octets: Uint8Array): Value | undefined {
  try {
    value.deserialize(octets);
  } catch {
    return undefined;
  }
  return value.isZero() || !Buffer.from(value.serialize()).equals(octets) ? undefined : value;
}

export function sum(points: readonly G1[], scalars: readonly Fr[]): G1 {
  return mcl.mulVec([...points], [...scalars]);
}

/** I2OSP(value, 8). */
export function i2osp(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** In memory of its own: the pool behind a Buffer would keep a copy of what may be secret. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
