import { describe, expect, test } from 'vitest';
import { createManualClock } from '../../../src/base/clock.ts';
import { ServiceError } from '../../../src/base/error.ts';
import { Reevaluations } from '../../../src/services/reevaluations.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';

const START = Date.UTC(2027, 0, 1);
const instance = { kind: 'verifier', id: 'desk', organisation: 'buyer', settings: {} } as const;

/** A store with so many evaluations, and a worker whose judging is the test's. */
async function settle(
  count: number,
  refresh: (id: string, patient: boolean) => { changed: boolean; doubtful: boolean },
) {
  const clock = createManualClock(START);
  const store = await createMemoryStore({ clock });
  await store.createInstance(instance);
  for (let n = 0; n < count; n += 1) {
    await store.saveEvaluation({
      id: `e${n}`,
      verifier: 'desk',
      dependsOn: ['urn:uuid:a'],
      request: {},
      answer: {},
      evaluatedAt: '2027-01-01T00:00:00Z',
    });
  }
  const asked: string[] = [];
  const told = { alarms: [] as string[] };
  const worker = new Reevaluations({
    store,
    clock,
    refresh: async (_instance, id, { patient }) => {
      asked.push(id);
      return refresh(id, patient);
    },
    alarm: (what) => told.alarms.push(what),
  });
  return { clock, store, worker, asked, told };
}

const same = { changed: false, doubtful: false };

describe('judging many again', () => {
  test('takes a page at a time, and counts', async () => {
    const { worker, asked } = await settle(23, (id) => ({
      changed: id === 'e1' || id === 'e2',
      doubtful: false,
    }));
    const job = await worker.request(instance, undefined);
    expect(await worker.work()).toBe(true);
    expect(asked).toHaveLength(10);
    expect(await worker.requireJob(instance, job.id)).toMatchObject({ state: 'running', checked: 10, changed: 2 });
    while (await worker.work());
    expect(await worker.requireJob(instance, job.id)).toMatchObject({ state: 'done', checked: 23, changed: 2 });
    expect(new Set(asked).size).toBe(23);
  });

  test('waits when a host may be down, three times, and then takes the answer as it is', async () => {
    const { worker, store, clock, asked } = await settle(3, (id, patient) =>
      id === 'e1' ? { changed: !patient, doubtful: patient } : same,
    );
    await store.saveWatch('desk', 60);
    clock.set(START + 60_000);
    const waits = [60_000, 300_000, 1_500_000];
    for (const wait of waits) {
      expect(await worker.work()).toBe(true);
      expect(await worker.work()).toBe(false);
      clock.set(clock.now() + wait - 1);
      expect(await worker.work()).toBe(false);
      clock.set(clock.now() + 1);
    }
    expect(asked.filter((id) => id === 'e2')).toEqual([]);
    expect(await worker.work()).toBe(true);
    expect(await worker.findWatch(instance)).toMatchObject({ lastPass: { checked: 3, changed: 1 } });
  });

  test('does not make whoever asked for it wait', async () => {
    const { worker } = await settle(1, (_id, patient) => ({ changed: !patient, doubtful: patient }));
    const job = await worker.request(instance, 'urn:uuid:a');
    await worker.work();
    expect(await worker.requireJob(instance, job.id)).toMatchObject({ state: 'done', changed: 1 });
  });

  test('counts what is refused, keeps on, and names no more than twenty', async () => {
    const { worker, told } = await settle(25, (id) => {
      if (id === 'e0') throw new Error('a fault of ours');
      if (id === 'e1') throw new ServiceError('CONFLICT', 'judged again meanwhile');
      throw new ServiceError('BAD_REQUEST', 'the policy has no such regime');
    });
    const job = await worker.request(instance, undefined);
    while (await worker.work());
    const end = await worker.requireJob(instance, job.id);
    expect(end).toMatchObject({ state: 'done', checked: 25, changed: 0, failed: 24 });
    expect(end.failures).toHaveLength(20);
    expect(end.failures[0]).toEqual({ evaluation: 'e0', code: 'INTERNAL' });
    expect(told.alarms).toHaveLength(1);
  });

  test('begins a page again when the store had no room for it', async () => {
    let full = true;
    const { worker } = await settle(2, (id) => {
      if (full && id === 'e1') throw new ServiceError('UNAVAILABLE', 'full');
      return { changed: true, doubtful: false };
    });
    const job = await worker.request(instance, undefined);
    await expect(worker.work()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await worker.requireJob(instance, job.id)).toMatchObject({ state: 'waiting', checked: 0 });
    full = false;
    await worker.work();
    expect(await worker.requireJob(instance, job.id)).toMatchObject({ state: 'done', checked: 2 });
  });

  test('ends a job whose instance is gone', async () => {
    const { worker, store, asked } = await settle(1, () => same);
    const job = await store.addJob({ id: 'x', verifier: 'gone', reason: 'request' });
    await worker.work();
    expect(await store.findJob('gone', job.id)).toMatchObject({ state: 'done', checked: 0 });
    expect(asked).toEqual([]);
  });

  test('stops when it is told to, and says of a fault that it rests', async () => {
    const { worker, told } = await settle(1, () => {
      throw new ServiceError('UNAVAILABLE', 'full');
    });
    await worker.request(instance, undefined);
    worker.start();
    await expect.poll(() => told.alarms).toEqual(['judging again stopped: UNAVAILABLE']);
    await worker.stop();
    await expect(worker.requireJob(instance, 'none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
