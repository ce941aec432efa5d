/** BBS signatures and proofs against the published vectors, against an independent implementation, and against our own negatives. */
import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as Bls12381Multikey from '@digitalbazaar/bls12-381-multikey';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { workFor } from '../../../src/base/caller.ts';
import { derive, sign, verify, verifyProof } from '../../../src/crypto/bbs.ts';
import { BbsDesk } from '../../../src/crypto/bbs-desk.ts';
import { type BbsProof, MOST_MESSAGES } from '../../../src/crypto/bbs-job.ts';
import { generate, isPublicKey, publicKeyOf } from '../../../src/crypto/bls12381.ts';

interface Vector {
  readonly cryptosuite: string;
  readonly name: string;
  readonly keys: { readonly publicKeyHex: string; readonly privateKeyHex: string };
  readonly nonMandatory: readonly (readonly [number, string])[];
  readonly proofHash: string;
  readonly mandatoryHash: string;
  readonly bbsSignature: string;
  readonly presentationHeaderHex: string;
  readonly derived: { readonly bbsProof: string; readonly selectiveIndexes: readonly number[] };
}

const vectors = (
  JSON.parse(
    readFileSync(new URL('../../vectors/selective-disclosure.json', import.meta.url), 'utf8'),
  ) as readonly Vector[]
).filter(({ cryptosuite }) => cryptosuite === 'bbs-2023');

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe.each(vectors.map((vector) => [vector.name, vector] as const))('the published vector "%s"', (_name, vector) => {
  const { keys, nonMandatory, proofHash, mandatoryHash, bbsSignature, derived } = vector;
  const statement = {
    publicKey: hex(keys.publicKeyHex),
    header: hex(proofHash + mandatoryHash),
    messages: nonMandatory.map(([, line]) => text(line)),
  };
  const signature = hex(bbsSignature);
  const presentationHeader = hex(vector.presentationHeaderHex);
  const disclosed = derived.selectiveIndexes;
  const shown = { ...statement, messages: disclosed.map((index) => statement.messages[index] as Uint8Array) };

  it('has the printed public key', () => {
    expect(toHex(publicKeyOf(createSecretKey(hex(keys.privateKeyHex))))).toBe(keys.publicKeyHex);
  });

  it('has the printed signature, and it is good', () => {
    expect(toHex(sign(hex(keys.privateKeyHex), statement))).toBe(bbsSignature);
    expect(verify({ ...statement, signature })).toBe(true);
    expect(verify({ ...statement, header: hex(mandatoryHash + proofHash), signature })).toBe(false);
  });

  it('has a good proof, for its presentation header and its messages alone', () => {
    const proof = { ...shown, proof: hex(derived.bbsProof), presentationHeader, disclosed };
    expect(verifyProof(proof)).toBe(true);
    expect(verifyProof({ ...proof, presentationHeader: new Uint8Array() })).toBe(false);
    expect(verifyProof({ ...proof, messages: [...shown.messages].reverse() })).toBe(false);
    expect(verifyProof({ ...proof, header: statement.header.slice(1) })).toBe(false);
  });
});

describe('proofs', () => {
  const { publicKey, privateKey } = generate();
  const messages = ['a', 'b', 'c', 'd'].map(text);
  const statement = { publicKey, header: text('header'), messages };
  const presentationHeader = text('for whom');
  let signature: Uint8Array;
  let good: BbsProof;
  beforeAll(() => {
    signature = sign(privateKey.export(), statement);
    const disclosed = [1, 3];
    const proof = derive({ ...statement, signature, presentationHeader, disclosed });
    good = {
      publicKey,
      header: statement.header,
      presentationHeader,
      disclosed,
      proof,
      messages: [text('b'), text('d')],
    };
  });
  const changed = (at: number): Uint8Array => good.proof.map((byte, place) => (place === at ? byte ^ 1 : byte));

  it('hold, and no two of one signature are alike', () => {
    expect(verifyProof(good)).toBe(true);
    const again = derive({ ...statement, signature, presentationHeader, disclosed: [1, 3] });
    expect(toHex(again.subarray(0, 144))).not.toBe(toHex(good.proof.subarray(0, 144)));
  });

  it.each<[string, (proof: BbsProof) => Partial<BbsProof>]>([
    ['a changed point', () => ({ proof: changed(100) })],
    ['a changed scalar', () => ({ proof: changed(200) })],
    ['a changed challenge', ({ proof }) => ({ proof: changed(proof.length - 1) })],
    ['a scalar less', ({ proof }) => ({ proof: proof.subarray(32) })],
    ['a byte less', ({ proof }) => ({ proof: proof.subarray(1) })],
    [
      'the identity for its first point',
      ({ proof }) => ({ proof: Uint8Array.of(0xc0, ...new Uint8Array(47), ...proof.subarray(48)) }),
    ],
    [
      'the identity for all its points and nothing else',
      ({ proof }) => ({ proof: Uint8Array.from(proof, (_, at) => (at < 144 && at % 48 === 0 ? 0xc0 : 0)) }),
    ],
    [
      'a scalar of zero',
      ({ proof }) => ({ proof: Uint8Array.from(proof, (byte, at) => (at >= 144 && at < 176 ? 0 : byte)) }),
    ],
    [
      'a scalar beyond the order',
      ({ proof }) => ({ proof: Uint8Array.from(proof, (byte, at) => (at >= 144 && at < 176 ? 0xff : byte)) }),
    ],
    ['nothing', () => ({ proof: new Uint8Array() })],
    [
      'more scalars than messages are allowed',
      ({ proof }) => ({ proof: new Uint8Array(proof.length + 32 * MOST_MESSAGES).fill(1) }),
    ],
    ['another order of indexes', () => ({ disclosed: [3, 1] })],
    ['an index twice', () => ({ disclosed: [1, 1] })],
    ['an index too far', () => ({ disclosed: [1, 4] })],
    ['an index less', () => ({ disclosed: [1] })],
    ['another message', () => ({ messages: [text('b'), text('e')] })],
    ['another key', () => ({ publicKey: generate().publicKey })],
    ['the identity for a key', () => ({ publicKey: Uint8Array.of(0xc0, ...new Uint8Array(95)) })],
  ])('do not hold with %s', (_name, change) => {
    expect(verifyProof({ ...good, ...change(good) })).toBe(false);
  });

  it('hide nothing, or everything', () => {
    for (const disclosed of [[], [0, 1, 2, 3]]) {
      const proof = derive({ ...statement, signature, presentationHeader, disclosed });
      const shown = disclosed.map((index) => messages[index] as Uint8Array);
      expect(verifyProof({ ...good, proof, disclosed, messages: shown })).toBe(true);
    }
  });

  it('come from a signature that is one', () => {
    const input = { ...statement, presentationHeader, disclosed: [0] };
    expect(() => derive({ ...input, signature: new Uint8Array(80) })).toThrow(RangeError);
    expect(() => derive({ ...input, signature, disclosed: [4] })).toThrow(RangeError);
    expect(verify({ ...statement, signature: new Uint8Array(80) })).toBe(false);
    expect(() => sign(new Uint8Array(32), statement)).toThrow(RangeError);
  });
});

describe('an independent implementation', () => {
  const { publicKey, privateKey } = generate();
  const header = text('header');
  const messages = ['a', 'b', 'c'].map(text);

  it('takes what we sign and derive, and we what it does', async () => {
    const algorithm = Bls12381Multikey.ALGORITHMS.BBS_BLS12381_SHA256;
    const key = await Bls12381Multikey.fromRaw({
      algorithm,
      publicKey,
      secretKey: new Uint8Array(privateKey.export()),
    });
    const theirs = await key.signer().multisign({ header, messages });
    const ours = sign(privateKey.export(), { publicKey, header, messages });
    expect(toHex(theirs)).toBe(toHex(ours));
    const presentationHeader = text('p');
    const disclosed = [0, 2];
    const proof = derive({ publicKey, header, messages, signature: ours, presentationHeader, disclosed });
    const sparse = [messages[0], undefined, messages[2]];
    expect(await key.verifier().multiverify({ proof, header, presentationHeader, messages: sparse })).toBe(true);
    const derived = await key.deriveProof({
      signature: ours,
      header,
      messages,
      presentationHeader,
      disclosedMessageIndexes: disclosed,
    });
    const shown = [text('a'), text('c')];
    expect(verifyProof({ publicKey, header, proof: derived, presentationHeader, disclosed, messages: shown })).toBe(
      true,
    );
  });
});

describe('points that look like points', () => {
  const { Point } = bls12_381.G1;
  const { Fp } = bls12_381.fields;
  /** A point of the curve outside the subgroup, and what the subgroup leaves of it: a point of small order. */
  const outside = [1n, 2n, 3n, 4n, 5n, 6n].flatMap((x) => {
    try {
      return [Point.fromAffine({ x, y: Fp.sqrt(Fp.create(x ** 3n + 4n)) })];
    } catch {
      return [];
    }
  })[0] as InstanceType<typeof Point>;
  const small = outside.multiplyUnsafe(bls12_381.fields.Fr.ORDER - 1n).add(outside);
  const { publicKey, privateKey } = generate();
  const statement = { publicKey, header: text('h'), messages: [text('a'), text('b')] };
  const presentationHeader = text('p');
  const disclosed = [0];
  const signature = sign(privateKey.export(), statement);
  const proof = derive({ ...statement, signature, presentationHeader, disclosed });
  const shown = { ...statement, messages: [text('a')], presentationHeader, disclosed };
  /** By hand: the library writes no such point. */
  const compressed = ({ x, y }: { readonly x: bigint; readonly y: bigint }): Uint8Array => {
    const octets = hex(x.toString(16).padStart(96, '0'));
    return octets.map((byte, at) => (at === 0 ? byte | 0x80 | (y > (Fp.ORDER - 1n) / 2n ? 0x20 : 0) : byte));
  };
  const moved = (octets: Uint8Array, at: number): Uint8Array => {
    const place = Point.fromBytes(octets.slice(at, at + 48));
    return Uint8Array.of(
      ...octets.subarray(0, at),
      ...compressed(place.add(small).toAffine()),
      ...octets.subarray(at + 48),
    );
  };

  it('are what they are taken for here', () => {
    expect(outside.isTorsionFree()).toBe(false);
    expect(small.is0()).toBe(false);
    expect(compressed(Point.BASE.toAffine())).toEqual(Point.BASE.toBytes(true));
    expect(verify({ ...statement, signature })).toBe(true);
    expect(verifyProof({ ...shown, proof })).toBe(true);
  });

  it('are no signature: one moved by a point of small order would pair as before', () => {
    expect(verify({ ...statement, signature: moved(signature, 0) })).toBe(false);
    expect(() => derive({ ...statement, signature: moved(signature, 0), presentationHeader, disclosed })).toThrow(
      RangeError,
    );
  });

  it.each([0, 48, 96])('are no proof, at byte %i', (at) => {
    expect(verifyProof({ ...shown, proof: moved(proof, at) })).toBe(false);
  });

  it.each<[string, (octets: Uint8Array) => Uint8Array]>([
    ['without the mark of a compressed point', (octets) => octets.map((byte, at) => (at === 0 ? byte & 0x7f : byte))],
    ['with the mark of the identity', (octets) => octets.map((byte, at) => (at === 0 ? byte | 0x40 : byte))],
    ['with the other sign', (octets) => octets.map((byte, at) => (at === 0 ? byte ^ 0x20 : byte))],
    [
      'with a coordinate beyond the field',
      (octets) => octets.map((byte, at) => (at === 0 ? 0x9f : at < 48 ? 0xff : byte)),
    ],
    ['with a byte more', (octets) => Uint8Array.of(...octets, 0)],
    ['with a scalar more', (octets) => Uint8Array.of(...octets, ...octets.subarray(-32))],
  ])('are no proof and no signature %s', (_name, change) => {
    expect(verifyProof({ ...shown, proof: change(proof) })).toBe(false);
    expect(verify({ ...statement, signature: change(signature) })).toBe(false);
  });

  it('are no scalar: the order itself, and a scalar with the order added', () => {
    const order = bls12_381.fields.Fr.ORDER;
    const plus = (octets: Uint8Array): Uint8Array =>
      hex((BigInt(`0x${toHex(octets)}`) + order).toString(16).padStart(64, '0').slice(-64));
    for (const at of [144, 176, 208, 240, proof.length - 32]) {
      for (const scalar of [plus(new Uint8Array(32)), plus(proof.slice(at, at + 32))]) {
        const changed = Uint8Array.of(...proof.subarray(0, at), ...scalar, ...proof.subarray(at + 32));
        expect(verifyProof({ ...shown, proof: changed })).toBe(false);
      }
    }
    const e = plus(signature.slice(48));
    expect(verify({ ...statement, signature: Uint8Array.of(...signature.subarray(0, 48), ...e) })).toBe(false);
  });

  it('are no key: outside the subgroup everything would have to be looked at twice', () => {
    const key = hex(`80${'00'.repeat(94)}02`);
    expect(isPublicKey(key)).toBe(false);
    expect(verify({ ...statement, publicKey: key, signature })).toBe(false);
    expect(verifyProof({ ...shown, publicKey: key, proof })).toBe(false);
  });

  it('come with no more messages than there may be', () => {
    const messages = Array.from({ length: MOST_MESSAGES + 1 }, () => text('m'));
    expect(verify({ ...statement, messages, signature })).toBe(false);
    expect(() => sign(privateKey.export(), { ...statement, messages })).toThrow(RangeError);
  });
});

describe('keys', () => {
  it.each<[string, Uint8Array]>([
    ['the identity', Uint8Array.of(0xc0, ...new Uint8Array(95))],
    ['a point outside the subgroup', hex(`a0${'00'.repeat(94)}02`)],
    ['no point', new Uint8Array(96).fill(0xff)],
    ['an uncompressed point', hex(`00${'01'.repeat(95)}`)],
    ['half a key', generate().publicKey.subarray(0, 48)],
  ])('%s is none', (_name, bytes) => {
    expect(isPublicKey(bytes)).toBe(false);
  });

  it('a new one is', () => {
    expect(isPublicKey(generate().publicKey)).toBe(true);
  });
});

describe('the desk', () => {
  const { publicKey, privateKey } = generate();
  const input = { publicKey, header: text('h'), messages: [text('m')] };
  /** A thread starts slowly on a machine that has other work. */
  const PATIENT = { threads: 1, timeout: 100_000 };

  it('answers as the arithmetic does', async () => {
    const desk = new BbsDesk(PATIENT);
    const signature = await desk.sign(privateKey, input);
    expect(await desk.verify({ ...input, signature })).toBe(true);
    expect(await desk.verify({ ...input, signature: signature.map((byte) => byte ^ 1) })).toBe(false);
    const derivation = { ...input, signature: new Uint8Array(80), presentationHeader: text(''), disclosed: [] };
    await expect(desk.derive(derivation)).rejects.toThrow(RangeError);
  });

  it('turns away who finds the queue full, and serves the others', async () => {
    const desk = new BbsDesk({ ...PATIENT, waiting: 2 });
    const answers = await Promise.allSettled(Array.from({ length: 6 }, () => desk.sign(privateKey, input)));
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(refused).toEqual(
      Array.from({ length: 3 }, () => expect.objectContaining({ code: 'UNAVAILABLE', retryAfter: 2 })),
    );
  });

  it('lets no caller starve another: who comes after a flood is next but one, and what is refused is of the flood', async () => {
    const desk = new BbsDesk({ ...PATIENT, waiting: 4 });
    const done: string[] = [];
    const ask = (name: string) =>
      workFor({ line: 'public', name }, async () => {
        await desk.sign(privateKey, input);
        done.push(name);
      });
    const flood = Promise.allSettled(Array.from({ length: 12 }, () => ask('flood')));
    const other = Promise.allSettled([ask('other'), ask('other')]);
    const states = (await other).map(({ status }) => status);
    expect([states, done]).toEqual([
      ['fulfilled', 'fulfilled'],
      ['flood', 'flood', 'other', 'flood', 'other'],
    ]);
    const refused = (await flood).flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    expect(refused).toEqual(
      Array.from({ length: 9 }, () => expect.objectContaining({ code: 'UNAVAILABLE', retryAfter: 2 })),
    );
  });

  it('leaves open what a thread failed at, and does not ask that thread again', async () => {
    const desk = new BbsDesk(PATIENT);
    const signature = await desk.sign(privateKey, input);
    const broken = { ...input, signature: undefined as unknown as Uint8Array };
    await expect(desk.verify(broken)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await desk.verify({ ...input, signature })).toBe(true);
  });

  it('gives up on a job that takes too long, and takes the next one', async () => {
    const desk = new BbsDesk({ threads: 1, timeout: 1 });
    await expect(desk.sign(privateKey, input)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(desk.sign(privateKey, input)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
