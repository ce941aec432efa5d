import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inOrder, Overlay, readThrough, type Writes } from '../../../src/store/overlay.ts';
import { endOf } from '../../../src/store/table.ts';
import type { Range, View } from '../../../src/store/transaction.ts';

const key = fc.constantFrom('a/1', 'a/2', 'a/3', 'a/31', 'b/1', 'b/2', 'ab/1');
const writes: fc.Arbitrary<Writes> = fc
  .array(fc.tuple(key, fc.option(fc.constantFrom('x', 'y', 'z'), { nil: undefined })), { maxLength: 8 })
  .map((pairs) => new Map(pairs));
const range: fc.Arbitrary<Range> = fc.record(
  {
    prefix: fc.constantFrom('a/', 'b/', 'c/'),
    after: fc.constantFrom('a/1', 'a/3'),
    before: fc.constantFrom('a/3', 'a/31'),
    reverse: fc.boolean(),
    limit: fc.integer({ min: 0, max: 4 }),
  },
  { requiredKeys: ['prefix'] },
);

/** What one map with everything applied would say. */
function viewOf(all: Writes): View {
  return {
    get: async (name) => all.get(name),
    range: async (wanted) => {
      const { prefix, after = '', before = endOf(prefix) } = wanted;
      return inOrder(
        new Map([...all].filter(([name]) => name.startsWith(prefix) && name > after && name < before)),
        wanted,
      );
    },
  };
}

describe('reading through layers of writes', () => {
  test('is reading one map in which all of them were applied in order', async () => {
    await fc.assert(
      fc.asyncProperty(writes, writes, writes, writes, key, range, async (base, older, newer, own, name, wanted) => {
        const flat = new Map([...base, ...older, ...newer, ...own]);
        const layered = new Overlay(
          readThrough(viewOf(base), () => [newer, older]),
          0,
          1,
        );
        for (const [at, text] of own) {
          if (text === undefined) layered.del(at);
          else layered.put(at, text);
        }
        expect(await layered.get(name)).toBe(flat.get(name));
        const bounded = wanted.prefix === 'a/' ? wanted : { prefix: wanted.prefix };
        expect(await layered.range(bounded)).toEqual(await viewOf(flat).range(bounded));
      }),
      { numRuns: 500 },
    );
  });
});
