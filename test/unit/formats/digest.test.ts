import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { isObject } from '../../../src/base/json.ts';
import {
  digestMultibase,
  digestOfJson,
  readDigest,
  sha256,
  sha256Hex,
  writeDigest,
} from '../../../src/formats/digest.ts';

/** A module as it comes out where `process` has no built-in modules to give. */
async function withoutNode<Module>(load: () => Promise<Module>): Promise<Module> {
  const given = process.getBuiltinModule;
  Object.defineProperty(process, 'getBuiltinModule', { value: undefined, configurable: true, writable: true });
  try {
    vi.resetModules();
    return await load();
  } finally {
    Object.defineProperty(process, 'getBuiltinModule', { value: given, configurable: true, writable: true });
    vi.resetModules();
  }
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('SHA-256', () => {
  // FIPS 180-4 examples.
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
  ])('of %j', (text, hex) => {
    expect(sha256Hex(text)).toBe(hex);
    expect(sha256Hex(utf8(text))).toBe(hex);
  });

  it('agrees with node:crypto', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(Buffer.from(sha256(bytes))).toEqual(createHash('sha256').update(bytes).digest());
      }),
    );
  });

  it('is the same where there is no Node, as in a browser', async () => {
    const plain = await withoutNode(() => import('../../../src/formats/digest.ts'));
    const text = fc.string({ unit: 'binary', maxLength: 300 });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), text), (input) => {
        expect(plain.sha256(input)).toEqual(sha256(input));
        expect(plain.sha256Hex(input)).toBe(sha256Hex(input));
      }),
    );
    expect(plain.sha256).not.toBe(sha256);
  });
});

describe('a digest', () => {
  it('is a multihash in base64url, read back as the hash', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const digest = digestMultibase(bytes);
        expect(digest).toMatch(/^uEi[\w-]{44}$/);
        expect(readDigest(digest)).toEqual(sha256(bytes));
        expect(digest).toBe(`u${Buffer.from([0x12, 0x20, ...sha256(bytes)]).toString('base64url')}`);
      }),
    );
  });

  it.each([
    ['padding', 'uEiDbWgOE1jtCm8tWE2kzz1jmlEtEdb3T3NIjTHi2QjO1KQ='],
    ['too short', 'uEiDbWgOE1jtCm8tWE2kzz1jmlEtEdb3T3NIjTHi2QjO1K'],
    ['another hash function', 'uEyDbWgOE1jtCm8tWE2kzz1jmlEtEdb3T3NIjTHi2QjO1KQ'],
    ['another stated length', 'uEhDbWgOE1jtCm8tWE2kzz1jmlEtEdb3T3NIjTHi2QjO1KQ'],
    ['stray bits in the last character', 'uEiDbWgOE1jtCm8tWE2kzz1jmlEtEdb3T3NIjTHi2QjO1KR'],
    ['the alphabet of base64', 'uEiDbWgOE1jtCm8tWE2kzz1jmlEtEdb3T3NIjTHi2QjO+KQ'],
    ['another multibase', 'zEiDbWgOE1jtCm8tWE2kzz1jmlEtEdb3T3NIjTHi2QjO1KQ'],
    ['white space', 'uEiDbWgOE1jtCm8tWE2kzz1jmlEtEdb3T3NIjTHi2QjO1K '],
    ['a number', 5],
  ])('is refused with %s', (_why, text) => {
    expect(readDigest(text)).toBeUndefined();
    expect(readDigest('uEiDbWgOE1jtCm8tWE2kzz1jmlEtEdb3T3NIjTHi2QjO1KQ')).toHaveLength(32);
  });

  it('is only written of a whole hash', () => {
    expect(() => writeDigest(new Uint8Array(31))).toThrow(RangeError);
  });
});

describe('the worked examples', () => {
  /** Without what may change or is added after verification (docs/domain.md, section 2). */
  function coreOfFootprint(footprint: JsonObject): JsonObject {
    const { status: _status, extensions: _extensions, pcf, ...rest } = footprint;
    const { verification: _verification, ...figures } = pcf as JsonObject;
    return { ...rest, pcf: figures };
  }
  function* footprints(value: JsonValue): Generator<{ stated: JsonValue; footprint: JsonObject }> {
    if (Array.isArray(value)) for (const inner of value) yield* footprints(inner);
    if (!isObject(value)) return;
    const { coreDigest, footprint } = value;
    if (coreDigest !== undefined && isObject(footprint)) yield { stated: coreDigest, footprint };
    for (const inner of Object.values(value)) yield* footprints(inner);
  }

  it.each([
    ['battery-cell', 2],
    ['steel-coil', 1],
  ])('%s: coreDigest of each footprint', (name, count) => {
    const found = [...footprints(JSON.parse(readFileSync(`test/examples/${name}.json`, 'utf8')))];
    expect(found).toHaveLength(count);
    for (const { stated, footprint } of found) expect(digestOfJson(coreOfFootprint(footprint))).toBe(stated);
  });
});
