import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPermutation } from '../../../src/store/tables/permutation.ts';

const seed = (n: number) => new Uint8Array(32).fill(n);

describe('the order of a status list', () => {
  test('visits each of 131,072 entries once', () => {
    const permute = createPermutation(seed(1), 131_072);
    const seen = new Uint8Array(131_072);
    for (let n = 0; n < 131_072; n += 1) {
      const index = permute(n);
      seen[index] = (seen[index] ?? 0) + 1;
    }
    expect(seen.every((count) => count === 1)).toBe(true);
  });

  test('is a bijection for any seed and any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 32 }), fc.integer({ min: 1, max: 3000 }), (key, length) => {
        const permute = createPermutation(key, length);
        const seen = new Set(Array.from({ length }, (_, n) => permute(n)));
        return seen.size === length && [...seen].every((index) => index >= 0 && index < length);
      }),
      { numRuns: 60 },
    );
  });

  test('depends on the seed and on nothing else', () => {
    const first = (n: number) => Array.from({ length: 50 }, (_, i) => createPermutation(seed(n), 131_072)(i));
    expect(first(1)).toEqual(first(1));
    expect(first(1)).not.toEqual(first(2));
  });

  test('shows no trend: neighbours in time are not neighbours in the list', () => {
    const permute = createPermutation(seed(3), 131_072);
    const steps = Array.from({ length: 2000 }, (_, n) => Math.abs(permute(n + 1) - permute(n)));
    const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
    // A third of the length for independent draws; a counter would have 1.
    expect(mean / 131_072).toBeGreaterThan(0.3);
    expect(mean / 131_072).toBeLessThan(0.37);
  });

  test.each([-1, 131_072, 0.5, Number.NaN])('position %s lies outside', (position) => {
    expect(() => createPermutation(seed(1), 131_072)(position)).toThrow(RangeError);
  });
});
