import { describe, expect, test } from 'vitest';
import { Admission } from '../../../src/http/admission.ts';

/** Twelve that work without an end, and one who waits. */
function crowded() {
  let now = 0;
  const admission = new Admission({ now: () => now });
  const outcomes: unknown[] = [];
  const ask = (sender: string): void => {
    admission
      .run({ access: 'organisation', caller: 'greedy', sender }, () => new Promise<void>(() => undefined))
      .catch((error: unknown) => outcomes.push(error));
  };
  for (let n = 0; n < 13; n += 1) ask('greedy token');
  return {
    admission,
    ask,
    outcomes,
    pass: (milliseconds: number): void => {
      now += milliseconds;
    },
  };
}

describe('the door', () => {
  test('is shut for a moment to a sender who was turned away, and to nobody else', async () => {
    const { admission, ask, outcomes, pass } = crowded();
    expect(admission.refusalOf('greedy token')).toBeUndefined();
    pass(30_001);
    ask('another token of the same');
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(outcomes).toMatchObject([{ code: 'UNAVAILABLE' }]);
    expect(admission.refusalOf('greedy token')).toMatchObject({ code: 'UNAVAILABLE', retryAfter: 2 });
    expect(admission.refusalOf('another token of the same')).toBeUndefined();
    expect(admission.refusalOf('modest token')).toBeUndefined();
    pass(249);
    expect(admission.refusalOf('greedy token')).toMatchObject({ code: 'UNAVAILABLE' });
    pass(1);
    expect(admission.refusalOf('greedy token')).toBeUndefined();
  });

  test('an error of the work shuts nothing', async () => {
    const { admission } = crowded();
    const work = (): Promise<never> => Promise.reject(new Error('of the work'));
    const asked = { access: 'admin', caller: 'admin', sender: 'admin token' } as const;
    await expect(admission.run(asked, work)).rejects.toThrow('of the work');
    expect(admission.refusalOf('admin token')).toBeUndefined();
  });
});
