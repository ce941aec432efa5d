import { describe, expect, test } from 'vitest';
import { Starts } from '../../../src/http/starts.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('what waited is started', () => {
  test('one in each turn of the event loop, in order', async () => {
    const starts = new Starts();
    const started: number[] = [];
    for (let n = 0; n < 3; n += 1) starts.add(() => started.push(n));
    const seen: number[][] = [];
    for (let n = 0; n < 3; n += 1) {
      await turn();
      seen.push([...started]);
    }
    expect(seen).toEqual([[0], [0, 1], [0, 1, 2]]);
  });

  test('after those who arrive, but after no more than eight turns of them', async () => {
    const starts = new Starts();
    let turnsWaited = 0;
    let started = false;
    starts.add(() => {
      started = true;
    });
    while (!started) {
      starts.arrived();
      await turn();
      turnsWaited += 1;
    }
    expect(turnsWaited).toBe(9);
  });

  test('also what is added by what is started', async () => {
    const starts = new Starts();
    const started: string[] = [];
    starts.add(() => {
      started.push('first');
      starts.add(() => started.push('second'));
    });
    await turn();
    await turn();
    expect(started).toEqual(['first', 'second']);
  });
});
