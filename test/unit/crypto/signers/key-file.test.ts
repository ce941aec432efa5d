import { describe, expect, it } from 'vitest';
import { ALGORITHMS } from '../../../../src/crypto/algorithms.ts';
import { encodeMultikey } from '../../../../src/crypto/multikey.ts';
import { readKeyFile, type StoredKey, writeKeyFile } from '../../../../src/crypto/signers/key-file.ts';
import { SealingKey } from '../../../../src/crypto/signers/sealing-key.ts';

const sealingKey = SealingKey.fromBytes(new Uint8Array(32).fill(7));
const { publicKey, privateKey } = ALGORITHMS.Ed25519.generate();
const stored: StoredKey = {
  keyId: '0123456789abcdef0123456789abcdef',
  tenant: 'a',
  keyType: 'Ed25519',
  publicKeyMultibase: encodeMultikey('Ed25519', publicKey),
  state: 'active',
};
const file = (more: Partial<StoredKey> = {}): Buffer =>
  Buffer.from(writeKeyFile({ stored: { ...stored, ...more }, privateKey }, sealingKey));

describe('a key file', () => {
  it('comes back as it was written', () => {
    expect(readKeyFile(file(), sealingKey)?.stored).toEqual(stored);
    expect(readKeyFile(file(), SealingKey.fromBytes(new Uint8Array(32)))).toBeUndefined();
  });

  // All of them well sealed: what a fault of our own could have written.
  it.each([
    [
      'the public key of another',
      { publicKeyMultibase: encodeMultikey('Ed25519', ALGORITHMS.Ed25519.generate().publicKey) },
    ],
    ['another key type', { keyType: 'P-256' }],
    ['an unknown key type', { keyType: 'RSA' }],
    ['an inherited name as key type', { keyType: 'toString' }],
    ['an unknown state', { state: 'planned' }],
    ['an id that is no file name', { keyId: '../x' }],
  ] as [string, Partial<StoredKey>][])('is refused with %s', (_why, more) => {
    expect(readKeyFile(file(more), sealingKey)).toBeUndefined();
  });

  it('may name any tenant', () => {
    for (const tenant of ['', '강철', '"\n\u0000', '\ufffd']) {
      expect(readKeyFile(file({ tenant }), sealingKey)?.stored.tenant).toBe(tenant);
    }
  });

  it('with the same text in other bytes is refused', () => {
    const good = file({ tenant: '\ufffd' });
    const at = good.indexOf(Buffer.from('\ufffd'));
    const bad = Buffer.concat([good.subarray(0, at), Buffer.of(0xff), good.subarray(at + 3)]);
    expect(bad.toString()).toBe(good.toString());
    expect(readKeyFile(bad, sealingKey)).toBeUndefined();
  });
});

describe('a sealing key', () => {
  it('has 32 bytes', () => {
    for (const size of [0, 16, 31, 33]) expect(() => SealingKey.fromBytes(new Uint8Array(size))).toThrow(RangeError);
  });

  it('from a passphrase is that of RFC 7914 and takes the passphrase in NFC', async () => {
    const cost = { N: 1024, r: 8, p: 16 };
    const salt = new TextEncoder().encode('NaCl');
    // Section 12, second vector; the first 32 of its 64 bytes.
    const bytes = Buffer.from('fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162', 'hex');
    const sealed = (await SealingKey.fromPassphrase('password', salt, cost)).seal(Uint8Array.of(1), {});
    expect(SealingKey.fromBytes(bytes).open(sealed, {})).toEqual(Buffer.of(1));
    const cheap = { N: 16, r: 1, p: 1 };
    const composed = await SealingKey.fromPassphrase('caf\u00e9', salt, cheap);
    const decomposed = await SealingKey.fromPassphrase('cafe\u0301', salt, cheap);
    expect(decomposed.open(composed.seal(Uint8Array.of(2), {}), {})).toEqual(Buffer.of(2));
  });

  it('opens nothing that is too short, spelt otherwise or shown with another binding', () => {
    const sealed = sealingKey.seal(Uint8Array.of(1, 2), { a: '1' });
    expect(sealingKey.open(sealed, { a: '1' })).toEqual(Buffer.of(1, 2));
    for (const [text, bound] of [
      [sealed, { a: '2' }],
      [sealed, {}],
      [`${sealed}=`, { a: '1' }],
      [`${sealed}AAAA`, { a: '1' }],
      [sealed.slice(0, 36), { a: '1' }],
      ['', { a: '1' }],
      [7, { a: '1' }],
    ] as const) {
      expect(sealingKey.open(text, bound)).toBeUndefined();
    }
  });
});
