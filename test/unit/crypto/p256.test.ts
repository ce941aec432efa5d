import { createPublicKey, ECDH } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as p256 from '../../../src/crypto/p256.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const FIELD = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const word = (value: bigint): Uint8Array => bytes(value.toString(16).padStart(64, '0'));
const numberOf = (word32: Uint8Array): bigint => BigInt(`0x${Buffer.from(word32).toString('hex')}`);

/** The same signature in DER, as OpenSSL writes it by default. */
function der(signature: Uint8Array): Uint8Array {
  const integer = (part: Uint8Array): number[] => {
    const start = part.findIndex((byte) => byte !== 0);
    const rest = [...part.slice(start)];
    const positive = (rest[0] ?? 0) > 0x7f ? [0, ...rest] : rest;
    return [2, positive.length, ...positive];
  };
  const both = [...integer(signature.slice(0, 32)), ...integer(signature.slice(32))];
  return Uint8Array.of(0x30, both.length, ...both);
}

describe('the vector of RFC 6979, appendix A.2.5 (SHA-256)', () => {
  const publicKey = bytes('0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6');
  const signature = bytes(
    'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
  );
  it('verifies for its message alone', () => {
    expect(p256.verify(publicKey, utf8('sample'), signature)).toBe(true);
    expect(p256.verify(publicKey, utf8('Sample'), signature)).toBe(false);
  });
});

describe('a signature', () => {
  const { publicKey, privateKey } = p256.generate();
  const data = utf8('a carbon footprint');
  const signature = p256.sign(privateKey, data);
  const r = signature.slice(0, 32);
  const s = signature.slice(32);

  it('is 64 raw bytes and verifies, and no longer once a bit has changed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), fc.nat(), (message, at) => {
        const good = p256.sign(privateKey, message);
        expect(good).toHaveLength(64);
        expect(p256.verify(publicKey, message, good)).toBe(true);
        const flip = (all: Uint8Array): Uint8Array => all.map((byte, i) => (i === at % all.length ? byte ^ 1 : byte));
        expect(p256.verify(publicKey, flip(message), good)).toBe(false);
        expect(p256.verify(publicKey, message, flip(good))).toBe(false);
        expect(p256.verify(flip(publicKey), message, good)).toBe(false);
      }),
    );
  });

  it.each([
    ['DER', der(signature)],
    ['r = 0', Uint8Array.of(...word(0n), ...s)],
    ['s = 0', Uint8Array.of(...r, ...word(0n))],
    ['r = s = 0', new Uint8Array(64)],
    ['r = n', Uint8Array.of(...word(ORDER), ...s)],
    ['s = n', Uint8Array.of(...r, ...word(ORDER))],
    ['63 bytes', signature.slice(0, 63)],
    ['65 bytes', Uint8Array.of(...signature, 0)],
    ['nothing', new Uint8Array(0)],
    ['the halves exchanged', Uint8Array.of(...s, ...r)],
  ])('is refused as %s', (_why, wrong) => {
    expect(p256.verify(publicKey, data, wrong)).toBe(false);
    expect(p256.verify(publicKey, data, signature)).toBe(true);
  });

  it('is good with n-s as well, by design', () => {
    expect(p256.verify(publicKey, data, Uint8Array.of(...r, ...word(ORDER - numberOf(s))))).toBe(true);
  });
});

describe('a key', () => {
  const { publicKey, privateKey } = p256.generate();

  it('is the compressed point', () => {
    const { x = '', y = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
    const whole = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
    expect(Buffer.from(publicKey)).toEqual(ECDH.convertKey(whole, 'prime256v1', undefined, undefined, 'compressed'));
    expect(p256.isPublicKey(publicKey)).toBe(true);
  });

  it.each([
    // 4³ − 3·4 + b is no square in the field.
    ['x without a point', Uint8Array.of(2, ...word(4n))],
    ['x = p + 5, where 5 has a point', Uint8Array.of(2, ...word(FIELD + 5n))],
    ['the uncompressed prefix', Uint8Array.of(4, ...publicKey.slice(1))],
    ['the prefix of the point at infinity', Uint8Array.of(0, ...publicKey.slice(1))],
    ['the point at infinity', Uint8Array.of(0)],
    ['32 bytes', publicKey.slice(0, 32)],
    ['34 bytes', Uint8Array.of(...publicKey, 0)],
  ])('is refused as %s', (_why, wrong) => {
    expect(p256.isPublicKey(wrong)).toBe(false);
    expect(p256.isPublicKey(Uint8Array.of(2, ...word(5n)))).toBe(true);
  });
});
