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

  test('a line that passes is borne; one that stands keeps nobody for long', async () => {
    const { ask, of, end, pass } = room();
    let refused = 0;
    const fill = (many: number): void => {
      for (let n = 0; n < many; n += 1)
        ask('greedy').catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'UNAVAILABLE', retryAfter: 2 });
          refused += 1;
        });
    };
    fill(12 + 30);
    pass(4_900);
    fill(5);
    await end('greedy');
    expect([of('greedy'), refused]).toEqual([12, 0]);
    // The line has stood for more than five seconds: the thirty have waited too long, the five half a second at most.
    pass(400);
    await end('greedy');
    expect([of('greedy'), refused]).toEqual([12, 29]);
    pass(101);
    fill(1);
    await turn();
    expect(refused).toBe(33);
    // The line begins anew with whoever comes when it is empty.
    for (let n = 0; n < 13; n += 1) await end('greedy');
    fill(12 + 3);
    pass(4_900);
    await end('greedy');
    expect([of('greedy'), refused]).toEqual([12, 33]);
    pass(5_101);
    await end('greedy');
    expect(refused).toBe(35);
  });
});
