import { describe, expect, test } from 'vitest';
import { Starts } from '../../../src/http/starts.ts';
import { WaitingLine } from '../../../src/http/waiting-line.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Requests that work until they are told to end, in the order in which they got a place. */
function room() {
  let now = 0;
  const line = new WaitingLine({ now: () => now, starts: new Starts() });
  const working: { readonly caller: string; readonly end: () => void }[] = [];
  const ask = (caller: string): Promise<void> =>
    line.run(caller, () => new Promise<void>((end) => working.push({ caller, end: () => end() })));
  const of = (caller: string): number => working.filter((one) => one.caller === caller).length;
  const end = async (caller: string): Promise<void> => {
    const at = working.findIndex((one) => one.caller === caller);
    working.splice(at, 1)[0]?.end();
    for (let n = 0; n < 3; n += 1) await turn();
  };
  const pass = (milliseconds: number): void => {
    now += milliseconds;
  };
  return { ask, of, end, pass, working };
}

describe('places for those who work at once', () => {
  test('one caller alone gets twelve of sixteen; whoever comes next finds one', async () => {
    const { ask, of } = room();
    for (let n = 0; n < 100; n += 1) void ask('greedy');
    void ask('modest');
    await turn();
    expect([of('greedy'), of('modest')]).toEqual([12, 1]);
  });

  test('what falls free goes to whoever has fewest, until they have alike', async () => {
    const { ask, of, end, working } = room();
    for (let n = 0; n < 100; n += 1) void ask('greedy');
    for (let n = 0; n < 20; n += 1) void ask('second');
    await turn();
    expect([of('greedy'), of('second')]).toEqual([12, 4]);
    for (let n = 0; n < 4; n += 1) await end('greedy');
    expect([of('greedy'), of('second')]).toEqual([8, 8]);
    void ask('third');
    await end('greedy');
    expect([of('greedy'), of('second'), of('third')]).toEqual([7, 8, 1]);
    expect(working).toHaveLength(16);
  });

  test('everybody is done in the end, and a failure gives its place back', async () => {
    const line = new WaitingLine({ now: () => 0, starts: new Starts() });
    const answers = await Promise.allSettled(
      Array.from({ length: 200 }, (_, n) =>
        line.run(`caller-${n % 7}`, async () => {
          await turn();
          if (n % 3 === 0) throw new Error('failed');
          return n;
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(133);
  });

  test('a full line turns away whoever has most in it, with a time to come back', async () => {
    const { ask } = room();
    const refused: string[] = [];
    const refuse = (caller: string) => (error: { code: string; retryAfter: number }) =>
      refused.push(`${caller} ${error.code} ${error.retryAfter}`);
    for (let n = 0; n < 4012; n += 1) ask('greedy').catch(refuse('greedy'));
    for (let n = 0; n < 4; n += 1) void ask('second');
    await turn();
    expect(refused).toEqual([]);
    ask('greedy').catch(refuse('greedy'));
    ask('modest').catch(refuse('modest'));
    await turn();
    expect(refused).toEqual(['greedy UNAVAILABLE 2', 'greedy UNAVAILABLE 2']);
  });

  /** A caller who fills the room, and counts how often they are turned away. */
  function greedy() {
    const { ask, of, end, pass } = room();
    const count = { refused: 0 };
    const fill = (many: number): void => {
      for (let n = 0; n < many; n += 1)
        ask('greedy').catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'UNAVAILABLE', retryAfter: 2 });
          count.refused += 1;
        });
    };
    return { ask, of, end, pass, fill, count };
  }

  test('what was asked for at once is done, however long it takes, up to half a minute', async () => {
    const { of, end, pass, fill, count } = greedy();
    fill(12 + 30);
    for (let n = 0; n < 10; n += 1) {
      pass(2_900);
      await end('greedy');
    }
    expect([of('greedy'), count.refused]).toEqual([12, 0]);
    pass(1_001);
    await end('greedy');
    expect([of('greedy'), count.refused]).toEqual([11, 20]);
  });

  test('whoever goes on asking for more than can be done is kept waiting for a moment at most, and nobody else', async () => {
    const { ask, of, end, pass, fill, count } = greedy();
    fill(12 + 1200);
    pass(301);
    await end('greedy');
    expect(count.refused).toBe(0);
    fill(2);
    await turn();
    // All are gone who have waited for longer than a moment; the two who came last stay.
    expect(count.refused).toBe(1199);
    for (let n = 0; n < 5; n += 1) void ask('modest');
    pass(301);
    await end('greedy');
    expect([of('greedy'), of('modest'), count.refused]).toEqual([11, 5, 1201]);
    // Whoever goes on is turned away for so long as they do.
    pass(1_600);
    fill(3);
    pass(301);
    await end('modest');
    expect([of('greedy'), count.refused]).toEqual([11, 1204]);
    // Two seconds after the last it is over, and a line is borne again.
    pass(2_000);
    fill(10);
    pass(900);
    await end('greedy');
    expect(count.refused).toBe(1204);
  });
});
