import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../src/base/caller.ts';
import { FairQueue } from '../../../src/crypto/fair-queue.ts';

const stranger = (name: string): Caller => ({ line: 'public', name });
const organisation = (name: string): Caller => ({ line: 'organisation', name });
const drained = <Item>(queue: FairQueue<Item>): Item[] => {
  const items: Item[] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) items.push(item);
  return items;
};

describe('a fair queue', () => {
  it('lets callers take turns, each in its own order', () => {
    const queue = new FairQueue<string>(8);
    for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) queue.push(stranger(item.slice(0, 1)), item);
    expect(drained(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
  });

  it('lets lines take turns, however many callers one has', () => {
    const queue = new FairQueue<string>(8);
    for (const item of ['a', 'b', 'c', 'd']) queue.push(stranger(item), item);
    queue.push(organisation('mill'), 'mill 1');
    queue.push(organisation('mill'), 'mill 2');
    expect(drained(queue)).toEqual(['a', 'mill 1', 'b', 'mill 2', 'c', 'd']);
  });

  it('lets one caller have all of it while nobody else wants any', () => {
    const queue = new FairQueue<number>(3);
    const answers = [1, 2, 3, 4].map((item) => queue.push(stranger('a'), item));
    expect(answers).toEqual([undefined, undefined, undefined, 4]);
    expect(drained(queue)).toEqual([1, 2, 3]);
  });

  it('takes the newest from whoever has most, for a caller with less', () => {
    const queue = new FairQueue<string>(4);
    for (const item of ['a1', 'a2', 'a3', 'a4']) queue.push(stranger('a'), item);
    expect(queue.push(stranger('b'), 'b1')).toBe('a4');
    expect(queue.push(stranger('b'), 'b2')).toBe('a3');
    // Two each: another of b's would only swap who has more.
    expect(queue.push(stranger('b'), 'b3')).toBe('b3');
    expect(queue.push(stranger('a'), 'a5')).toBe('a5');
    expect(drained(queue)).toEqual(['a1', 'b1', 'a2', 'b2']);
  });

  it('turns an organisation away for no stranger', () => {
    const queue = new FairQueue<string>(2);
    for (const name of ['a', 'b']) queue.push(stranger(name), name);
    expect(queue.push(stranger('c'), 'c')).toBe('c');
    expect(queue.push(organisation('mill'), 'mill')).toBeUndefined();
    expect(drained(queue)).toEqual(['a', 'mill', 'b']);
  });

  it('never holds more than it may, loses nothing, and leaves each caller its part', () => {
    const act = fc.oneof(
      fc.record({ line: fc.constantFrom('public', 'organisation'), name: fc.constantFrom('a', 'b', 'c') }),
      fc.constant('shift' as const),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(act, { maxLength: 80 }), (most, acts) => {
        const queue = new FairQueue<{ readonly caller: Caller }>(most);
        const waiting = new Set<{ readonly caller: Caller }>();
        for (const next of acts) {
          if (next === 'shift') {
            const item = queue.shift();
            expect(item === undefined).toBe(waiting.size === 0);
            if (item !== undefined) expect(waiting.delete(item)).toBe(true);
            continue;
          }
          const caller = next as Caller;
          const item = { caller };
          const turnedAway = queue.push(caller, item);
          waiting.add(item);
          const inLine = [...waiting].filter((one) => one.caller.line === caller.line);
          const own = inLine.filter((one) => one.caller.name === caller.name).length;
          const callers = new Set(inLine.map((one) => one.caller.name)).size;
          // Whoever has no more than its part is not turned away.
          if (own <= Math.floor(most / callers)) expect(turnedAway).not.toBe(item);
          if (turnedAway !== undefined) expect(waiting.delete(turnedAway)).toBe(true);
          expect(waiting.size).toBe(queue.length);
          expect([...waiting].filter((one) => one.caller.line === caller.line).length).toBeLessThanOrEqual(most);
        }
      }),
    );
  });
});
