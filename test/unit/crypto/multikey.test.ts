import { createPrivateKey } from 'node:crypto';
import { base58 } from '@scure/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALGORITHMS } from '../../../src/crypto/algorithms.ts';
import * as ed25519 from '../../../src/crypto/ed25519.ts';
import { encodeMultikey, LONGEST_MULTIKEY, readMultikey } from '../../../src/crypto/multikey.ts';
import * as p256 from '../../../src/crypto/p256.ts';

const multikey = (header: readonly number[], bytes: Uint8Array | readonly number[]): string =>
  `z${base58.encode(Uint8Array.of(...header, ...bytes))}`;
const ED25519 = [0xed, 0x01];
const P256 = [0x80, 0x24];

describe('published keys', () => {
  it('Ed25519: the key pair of the examples in Data Integrity EdDSA Cryptosuites 1.0, appendix B', () => {
    const seed = base58.decode('3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq').slice(2);
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
    const publicKey = ed25519.publicKeyOf(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
    const text = 'z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2';
    expect(readMultikey(text)).toEqual({ keyType: 'Ed25519', bytes: publicKey });
    expect(encodeMultikey('Ed25519', publicKey)).toBe(text);
  });

  it('P-256: the key pair of the examples in Data Integrity ECDSA Cryptosuites 1.0, appendix A', () => {
    const secret = base58.decode('42twTcNeSYcnqg1FLuSFs2bsGH3ZqbRHFmvS9XMsYhjxvHN').slice(2);
    const head = Buffer.from('30310201010420', 'hex');
    const der = Buffer.concat([head, secret, Buffer.from('a00a06082a8648ce3d030107', 'hex')]);
    const publicKey = p256.publicKeyOf(createPrivateKey({ key: der, format: 'der', type: 'sec1' }));
    const text = 'zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP';
    expect(readMultikey(text)).toEqual({ keyType: 'P-256', bytes: publicKey });
    expect(encodeMultikey('P-256', publicKey)).toBe(text);
  });
});

describe('the did:key method, test vectors of its specification', () => {
  it.each([
    ['00'.repeat(32), 'z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp'],
    [`${'00'.repeat(31)}01`, 'z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG'],
  ])('seed %s', (seed, text) => {
    const der = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex');
    const publicKey = ed25519.publicKeyOf(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
    expect(encodeMultikey('Ed25519', publicKey)).toBe(text);
  });
});

describe('a new key', () => {
  it.each(['Ed25519', 'P-256'] as const)('%s comes back as it was written', (keyType) => {
    for (let round = 0; round < 20; round += 1) {
      const { publicKey } = ALGORITHMS[keyType].generate();
      const text = encodeMultikey(keyType, publicKey);
      expect(text.startsWith(keyType === 'Ed25519' ? 'z6Mk' : 'zDn')).toBe(true);
      expect(readMultikey(text)).toEqual({ keyType, bytes: publicKey });
    }
  });
});

describe('refused', () => {
  const ed = ed25519.generate().publicKey;
  const p = p256.generate().publicKey;

  it.each([
    ['31 bytes', multikey(ED25519, ed.slice(1))],
    ['33 bytes', multikey(ED25519, [...ed, 0])],
    ['a P-256 key of 32 bytes', multikey(P256, p.slice(0, 32))],
    ['a P-256 key of 34 bytes', multikey(P256, [...p, 0])],
    ['an uncompressed P-256 point', multikey(P256, [4, ...p.slice(1)])],
    ['X25519', multikey([0xec, 0x01], ed)],
    ['secp256k1', multikey([0xe7, 0x01], p)],
    ['a P-384 key of 48 bytes', multikey([0x81, 0x24], [...p, ...new Uint8Array(15)])],
    ['P-521', multikey([0x82, 0x24], [...p, ...new Uint8Array(34)])],
    ['an Ed25519 private key', multikey([0x80, 0x26], ed)],
    ['the Ed25519 header with P-256 bytes', multikey(ED25519, p)],
    ['the P-256 header with Ed25519 bytes', multikey(P256, ed)],
    ['no header', multikey([], ed)],
    ['the header alone', multikey(ED25519, [])],
    ['base64url for the same bytes', `u${Buffer.from([...ED25519, ...ed]).toString('base64url')}`],
    ['base58btc without its prefix', base58.encode(Uint8Array.of(...ED25519, ...ed))],
    ['a leading zero byte', multikey([0, ...ED25519], ed)],
    ['a white space', `${multikey(ED25519, ed)} `],
    ['a letter outside base58', `${multikey(ED25519, ed).slice(0, -1)}0`],
    ['nothing', ''],
    ['only the prefix', 'z'],
    ['no text', 7],
    ['nothing at all', undefined],
  ])('%s', (_why, text) => {
    expect(readMultikey(text)).toBeUndefined();
    expect(readMultikey(multikey(ED25519, ed))).toBeDefined();
    expect(readMultikey(multikey(P256, p))).toBeDefined();
  });

  it('what is too long, without decoding it', () => {
    const start = performance.now();
    expect(readMultikey(`z6Mk${'1'.repeat(LONGEST_MULTIKEY)}`)).toBeUndefined();
    expect(readMultikey(`z6Mk${'x'.repeat(1_000_000)}`)).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(20);
  });

  it('is never written either', () => {
    expect(() => encodeMultikey('Ed25519', p)).toThrow(RangeError);
    expect(() => encodeMultikey('P-256', ed)).toThrow(RangeError);
    expect(() => encodeMultikey('Ed25519', Uint8Array.of(1, ...new Uint8Array(31)))).toThrow(RangeError);
  });

  it('whatever text it is, the answer is a key that writes itself the same way, or none', () => {
    const header = fc.constantFrom(ED25519, P256, [], [0xec, 0x01]);
    const some = fc.oneof(
      fc.string(),
      fc.tuple(header, fc.uint8Array({ maxLength: 40 })).map(([head, bytes]) => multikey(head, bytes)),
      fc.tuple(header, fc.uint8Array({ minLength: 32, maxLength: 33 })).map(([head, bytes]) => multikey(head, bytes)),
    );
    fc.assert(
      fc.property(some, (text) => {
        const key = readMultikey(text);
        if (key !== undefined) expect(encodeMultikey(key.keyType, key.bytes)).toBe(text);
      }),
    );
  });
});
