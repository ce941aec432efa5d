import { describe, expect, test } from 'vitest';
import { createManualClock } from '../../../src/base/clock.ts';
import { ServiceError } from '../../../src/base/error.ts';
import type { PostOutcome } from '../../../src/net/safe-post.ts';
import { ChangesWebhook } from '../../../src/services/changes-webhook.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';

const START = Date.UTC(2027, 0, 1);
const AT = '2027-01-01T00:00:00Z';
const instance = (id: string) => ({ kind: 'verifier', id, organisation: 'buyer', settings: {} }) as const;

/** Two receivers with `count` entries each to come; what becomes of a message is the test's. */
async function settle(count: number, answer: (url: string) => Promise<PostOutcome>) {
  const clock = createManualClock(START);
  const store = createMemoryStore({ clock });
  const sent: string[] = [];
  let sealed = 0;
  const keys = {
    lost: new Set<string>(),
    seal: (plain: Uint8Array) => {
      sealed += 1;
      return `${sealed}:${new TextDecoder().decode(plain)}`;
    },
    unseal: (text: string) => {
      if (keys.lost.has(text)) throw new ServiceError('KEY_STORE', 'A sealed value does not open');
      return new TextEncoder().encode(text.slice(text.indexOf(':') + 1));
    },
  };
  const webhook = new ChangesWebhook({
    store,
    keys,
    clock,
    post: async (url) => {
      sent.push(url);
      return answer(url);
    },
    publicUrl: () => 'https://node.example',
    alarm: () => undefined,
  });
  for (const verifier of ['a', 'b']) {
    await webhook.set(instance(verifier), `https://${verifier}.example/`);
    const base = { verifier, dependsOn: [], request: {}, answer: {}, evaluatedAt: AT };
    await store.saveEvaluation({ ...base, id: '0' });
    for (let n = 0; n < count; n += 1) {
      const entry = { id: `${verifier}${n}`, verifier, time: AT, evaluation: `${n + 1}`, reevaluationOf: `${n}` };
      await store.saveReevaluation(
        { ...base, id: entry.evaluation, reevaluationOf: `${n}` },
        { ...entry, changes: {} },
      );
    }
  }
  return { clock, store, keys, webhook, sent };
}

describe('delivering', () => {
  test('sends each receiver at most twenty in a round, and the rest in the next', async () => {
    const { webhook, sent } = await settle(23, async () => ({ status: 'delivered' }));
    expect(await webhook.deliver()).toBe(true);
    expect(sent).toHaveLength(40);
    expect(await webhook.deliver()).toBe(true);
    expect(sent).toHaveLength(46);
    expect(await webhook.deliver()).toBe(false);
    expect((await webhook.require(instance('a'))).progress).toMatchObject({ delivered: 23, failures: 0 });
  });

  test('one that is down holds up nobody else, and is left alone until its time', async () => {
    const { webhook, sent, clock } = await settle(3, async (url) =>
      url.includes('a.') ? { status: 'unreachable', reason: 'timeout' } : { status: 'delivered' },
    );
    await webhook.deliver();
    expect(sent.filter((url) => url.includes('a.'))).toHaveLength(1);
    expect((await webhook.require(instance('b'))).progress.delivered).toBe(3);
    expect(await webhook.deliver()).toBe(false);
    const waits: number[] = [];
    for (let n = 0; n < 15; n += 1) {
      const { nextAttemptAt, lastFailure } = (await webhook.require(instance('a'))).progress;
      expect(lastFailure).toBe('timeout');
      waits.push((nextAttemptAt - clock.now()) / 1000);
      clock.set(nextAttemptAt - 1);
      expect(await webhook.deliver()).toBe(false);
      clock.set(nextAttemptAt);
      await webhook.deliver();
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10240, 20480, 21600, 21600, 21600]);
  });

  test('a secret that does not open is a failure of its own webhook alone', async () => {
    const { webhook, sent, keys, store } = await settle(1, async () => ({ status: 'delivered' }));
    keys.lost.add((await store.findWebhook('a'))?.secret ?? '');
    await webhook.deliver();
    expect(sent).toEqual(['https://b.example/']);
    expect((await webhook.require(instance('a'))).progress).toMatchObject({ failures: 1, lastFailure: 'secret' });
  });

  test('a stop is heard between two messages', async () => {
    const stop = new AbortController();
    const { webhook, sent } = await settle(5, async () => {
      stop.abort();
      return { status: 'delivered' };
    });
    await webhook.deliver(stop.signal);
    expect(sent).toHaveLength(2);
  });

  test('says nothing about one that was set anew while a message was under way', async () => {
    let during: (() => Promise<unknown>) | undefined;
    const { webhook, store } = await settle(1, async (url) => {
      if (url.includes('a.')) await during?.();
      return { status: 'gone' };
    });
    during = () => webhook.set(instance('a'), 'https://new.example/');
    await webhook.deliver();
    expect((await store.findWebhook('a'))?.progress).toMatchObject({ state: 'active', failures: 0 });
    expect((await store.findWebhook('b'))?.progress.state).toBe('gone');
    // Another address has no business with signatures of the old secret.
    expect((await store.findWebhook('a'))?.previous).toBeUndefined();
  });
});
