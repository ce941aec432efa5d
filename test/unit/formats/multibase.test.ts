import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeBase64url,
  decodeMultibase,
  encodeBase58btc,
  encodeBase64url,
  encodeBase64urlMultibase,
} from '../../../src/formats/multibase.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const LONG = 10_000;

describe('published values', () => {
  // The Base58 draft (draft-msporny-base58-03), section 5.
  it.each([
    [utf8('Hello World!'), 'z2NEpo7TZRRrLZSi2U'],
    [
      utf8('The quick brown fox jumps over the lazy dog.'),
      'zUSm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z',
    ],
    [Uint8Array.from(Buffer.from('0000287fb4cd', 'hex')), 'z11233QC4'],
  ])('base58btc', (bytes, text) => {
    expect(encodeBase58btc(bytes)).toBe(text);
    expect(decodeMultibase(text, LONG)).toEqual(bytes);
  });

  // RFC 4648, section 10, without padding.
  it.each([
    ['', ''],
    ['f', 'Zg'],
    ['fo', 'Zm8'],
    ['foo', 'Zm9v'],
    ['foobar', 'Zm9vYmFy'],
  ])('base64url of %j', (plain, text) => {
    expect(encodeBase64url(utf8(plain))).toBe(text);
    expect(decodeBase64url(text, LONG)).toEqual(utf8(plain));
    expect(decodeMultibase(`u${text}`, LONG)).toEqual(utf8(plain));
  });
});

describe('bytes', () => {
  it('come back from either base, and base64url is that of Node', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeMultibase(encodeBase58btc(bytes), LONG)).toEqual(bytes);
        expect(decodeMultibase(encodeBase64urlMultibase(bytes), LONG)).toEqual(bytes);
        expect(encodeBase64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
      }),
    );
  });

  it('have one spelling: what decodes is what would be written', () => {
    const alphabet = fc.constantFrom(...'ABCxyz012789-_lIO=+/ '.split(''));
    fc.assert(
      fc.property(fc.constantFrom('z', 'u'), fc.array(alphabet, { maxLength: 12 }), (base, letters) => {
        const text = base + letters.join('');
        const bytes = decodeMultibase(text, LONG);
        if (bytes !== undefined) expect((base === 'z' ? encodeBase58btc : encodeBase64urlMultibase)(bytes)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('refused', () => {
  it.each([
    ['another base', 'f00'],
    ['base64 with padding', 'mZg=='],
    ['upper-case prefix', 'UZg'],
    ['no prefix', ''],
    ['padding', 'uZg=='],
    ['the alphabet of base64', 'u+/+/'],
    ['stray bits', 'uZh'],
    ['a length that cannot be', 'uZ'],
    ['white space', 'uZm 8'],
    ['a line feed at the end', 'uZm8\n'],
    ['0 in base58', 'z0'],
    ['l in base58', 'zl'],
    ['a space in base58', 'z 1'],
    ['no text', 12],
    ['nothing', null],
  ])('%s', (_why, text) => {
    expect(decodeMultibase(text, LONG)).toBeUndefined();
  });

  it('what is longer than allowed, at once, whatever it holds', () => {
    expect(decodeMultibase('z1111', 5)).toEqual(new Uint8Array(4));
    expect(decodeMultibase('z11111', 5)).toBeUndefined();
    expect(decodeBase64url('Zm8', 3)).toHaveLength(2);
    expect(decodeBase64url('Zm9v', 3)).toBeUndefined();
    const start = performance.now();
    expect(decodeMultibase(`z${'x'.repeat(200_000)}`, 256)).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(20);
  });
});
