import { describe, expect, it } from 'vitest';
import { Turnstile } from '../../../src/net/turnstile.ts';

const never = (): AbortSignal => new AbortController().signal;

describe('Turnstile', () => {
  it('lets no more through to one host than it may, and others past those who wait', async () => {
    const turnstile = new Turnstile({ perHost: 2, overall: 3, waiting: 8 });
    const order: string[] = [];
    await turnstile.enter('a', never());
    await turnstile.enter('a', never());
    const third = turnstile.enter('a', never()).then(() => order.push('a3'));
    await turnstile.enter('b', never());
    const second = turnstile.enter('b', never()).then(() => order.push('b2'));
    expect(order).toEqual([]);
    turnstile.leave('b');
    await second;
    expect(order).toEqual(['b2']);
    turnstile.leave('a');
    await third;
    expect(order).toEqual(['b2', 'a3']);
  });

  it('turns away when the queue is full, and forgets those who gave up', async () => {
    const turnstile = new Turnstile({ perHost: 1, overall: 1, waiting: 1 });
    const giveUp = new AbortController();
    await turnstile.enter('a', never());
    const waiting = turnstile.enter('a', giveUp.signal);
    expect(await turnstile.enter('b', never())).toBe(false);
    giveUp.abort();
    expect(await waiting).toBe(false);
    expect(await turnstile.enter('a', giveUp.signal)).toBe(false);
    const next = turnstile.enter('b', never());
    turnstile.leave('a');
    expect(await next).toBe(true);
  });

  it('never() exceeds its limits over a long run', async () => {
    const turnstile = new Turnstile({ perHost: 4, overall: 10, waiting: 1000 });
    const inside = new Map<string, number>();
    let most = 0;
    const visit = async (host: string): Promise<void> => {
      expect(await turnstile.enter(host, never())).toBe(true);
      inside.set(host, (inside.get(host) ?? 0) + 1);
      expect(inside.get(host)).toBeLessThanOrEqual(4);
      most = Math.max(
        most,
        [...inside.values()].reduce((sum, count) => sum + count, 0),
      );
      await new Promise((resolve) => setImmediate(resolve));
      inside.set(host, (inside.get(host) ?? 0) - 1);
      turnstile.leave(host);
    };
    await Promise.all(Array.from({ length: 300 }, (_, index) => visit(`host-${index % 7}`)));
    expect(most).toBe(10);
  });
});
