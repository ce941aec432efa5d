import { createPrivateKey, createPublicKey, verify as nodeVerify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as ed25519 from '../../../src/crypto/ed25519.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const seedKey = (seed: string) =>
  createPrivateKey({
    key: Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex'),
    format: 'der',
    type: 'pkcs8',
  });

// RFC 8032, section 7.1: secret key, public key, message, signature.
const VECTORS = [
  [
    'TEST 1',
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    'TEST 2',
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'TEST 3',
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
] as const;

/** Every encoding of the eight points of small order, with either sign bit, canonical or not. */
const SMALL_ORDER = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].flatMap((hex) => [hex, hex.slice(0, 62) + (Number.parseInt(hex.slice(62), 16) | 0x80).toString(16)]);

describe('the vectors of RFC 8032', () => {
  it.each(VECTORS)('%s', (_name, seed, publicKey, message, signature) => {
    const key = seedKey(seed);
    expect(ed25519.publicKeyOf(key)).toEqual(bytes(publicKey));
    expect(ed25519.sign(key, bytes(message))).toEqual(bytes(signature));
    expect(ed25519.verify(bytes(publicKey), bytes(message), bytes(signature))).toBe(true);
    expect(ed25519.verify(bytes(publicKey), bytes(`${message}00`), bytes(signature))).toBe(false);
  });
});

describe('a signature', () => {
  it('verifies, and no longer once a bit of anything has changed', () => {
    const { publicKey, privateKey } = ed25519.generate();
    const inputs = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 64 }), fc.nat(), fc.integer({ min: 0, max: 7 }));
    const flip = (all: Uint8Array, at: number, bit: number): Uint8Array =>
      all.map((byte, i) => (i === at % all.length ? byte ^ (1 << bit) : byte));
    fc.assert(
      fc.property(inputs, ([data, at, bit]) => {
        const signature = ed25519.sign(privateKey, data);
        expect(signature).toHaveLength(64);
        expect(ed25519.verify(publicKey, data, signature)).toBe(true);
        expect(ed25519.verify(publicKey, flip(data, at, bit), signature)).toBe(false);
        expect(ed25519.verify(publicKey, data, flip(signature, at, bit))).toBe(false);
        expect(ed25519.verify(flip(publicKey, at, bit), data, signature)).toBe(false);
      }),
    );
  });

  it('has 64 bytes, and S is below the order of the group', () => {
    const { publicKey, privateKey } = ed25519.generate();
    const data = bytes('00');
    const signature = ed25519.sign(privateKey, data);
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const s = BigInt(`0x${Buffer.from(signature.slice(32)).reverse().toString('hex')}`) + order;
    const high = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse();
    expect(ed25519.verify(publicKey, data, Uint8Array.of(...signature.slice(0, 32), ...high))).toBe(false);
    expect(ed25519.verify(publicKey, data, signature.slice(1))).toBe(false);
    expect(ed25519.verify(publicKey, data, Uint8Array.of(...signature, 0))).toBe(false);
    expect(ed25519.verify(publicKey, data, new Uint8Array(0))).toBe(false);
    expect(ed25519.verify(publicKey, data, signature)).toBe(true);
  });
});

describe('a key of small order', () => {
  const nodeMajor = Number.parseInt(process.versions.node, 10);

  it('would verify anything: the control that shows why it is refused', () => {
    const identity = bytes(SMALL_ORDER[0] ?? '');
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), identity]);
    const forged = Uint8Array.of(...identity, ...new Uint8Array(32));
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const taken = nodeVerify(null, Buffer.from('never signed'), key, forged);
    // Node 24.21.0 refuses by itself, 20.20.2 and 22.23.3 do not.
    if (nodeMajor < 24) expect(taken).toBe(true);
    expect(ed25519.verify(identity, Buffer.from('never signed'), forged)).toBe(false);
  });

  it.each(SMALL_ORDER)('%s is refused', (hex) => {
    expect(ed25519.isPublicKey(bytes(hex))).toBe(false);
  });

  it('and neither is what is no point, or written with y above the prime', () => {
    const off = '0200000000000000000000000000000000000000000000000000000000000000';
    const above = 'f1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f';
    expect(ed25519.isPublicKey(bytes(off))).toBe(false);
    // y = 4, written as 4 + p: the point is on the curve, the spelling is not canonical.
    expect(ed25519.isPublicKey(bytes(above))).toBe(false);
    expect(ed25519.isPublicKey(bytes(`03${'00'.repeat(31)}`))).toBe(true);
  });
});
