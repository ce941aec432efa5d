import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../src/base/clock.ts';
import { ResolutionCache } from '../../../src/dids/resolution-cache.ts';

describe('ResolutionCache', () => {
  it('forgets at the end of the time, to the millisecond', async () => {
    const clock = createManualClock(1000);
    const cache = new ResolutionCache<number>(clock, 10);
    let made = 0;
    const ask = (): Promise<number> =>
      cache.through(
        'a',
        () => Promise.resolve(++made),
        () => 100,
      );
    expect(await ask()).toBe(1);
    clock.set(1099);
    expect(await ask()).toBe(1);
    clock.set(1100);
    expect(await ask()).toBe(2);
  });

  it('forgets what seems to come from the future', async () => {
    const clock = createManualClock(1000);
    const cache = new ResolutionCache<number>(clock, 10);
    let made = 0;
    const ask = (): Promise<number> =>
      cache.through(
        'a',
        () => Promise.resolve(++made),
        () => 100,
      );
    await ask();
    clock.set(999);
    expect(await ask()).toBe(2);
  });

  it('does work once for all who ask meanwhile, and again after a failure', async () => {
    const cache = new ResolutionCache<number>(createManualClock(0), 10);
    let made = 0;
    const slow = (): Promise<number> =>
      new Promise((resolve) => {
        made += 1;
        setTimeout(() => resolve(made), 5);
      });
    expect(await Promise.all([1, 2, 3].map(() => cache.through('a', slow, () => 0)))).toEqual([1, 1, 1]);
    await expect(
      cache.through(
        'b',
        () => Promise.reject(new Error('no')),
        () => 9,
      ),
    ).rejects.toThrow('no');
    expect(
      await cache.through(
        'b',
        () => Promise.resolve(7),
        () => 9,
      ),
    ).toBe(7);
  });

  it('holds no more than its capacity, the oldest leaving first', async () => {
    const cache = new ResolutionCache<string>(createManualClock(0), 2);
    const asked: string[] = [];
    const ask = (key: string): Promise<string> =>
      cache.through(
        key,
        () => {
          asked.push(key);
          return Promise.resolve(key);
        },
        () => 10,
      );
    for (const key of ['a', 'b', 'c', 'c', 'b', 'a']) await ask(key);
    expect(asked).toEqual(['a', 'b', 'c', 'a']);
  });
});
