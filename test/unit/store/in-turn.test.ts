import { describe, expect, test } from 'vitest';
import { createManualClock } from '../../../src/base/clock.ts';
import { InTurn } from '../../../src/store/in-turn.ts';
import { GENESIS } from '../../../src/store/journal-record.ts';
import { inOrder } from '../../../src/store/overlay.ts';
import {
  type CommittedAct,
  type Ledger,
  MOST_WAITING,
  type Transaction,
  type View,
} from '../../../src/store/transaction.ts';

/** A ledger whose syncs end when the test says so. */
class HeldLedger implements Ledger {
  readonly values = new Map<string, string>();
  readonly groups: (readonly CommittedAct[])[] = [];
  head = GENESIS;
  readonly journal = { leaves: async () => undefined, line: async () => undefined };
  readonly #waiting: { apply: () => void; fail: (error: unknown) => void }[] = [];
  readonly committed: View = {
    get: async (key) => this.values.get(key),
    range: async (range) => {
      const { prefix, after = '', before = '~' } = range;
      const within = [...this.values].filter(([key]) => key.startsWith(prefix) && key > after && key < before);
      return inOrder(new Map(within), range);
    },
  };

  commit(acts: readonly CommittedAct[]): Promise<void> {
    this.groups.push(acts);
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        apply: () => {
          for (const { writes } of acts) {
            for (const [key, text] of writes) {
              if (text === undefined) this.values.delete(key);
              else this.values.set(key, text);
            }
          }
          resolve();
        },
        fail: reject,
      });
    });
  }

  /** End the oldest sync. */
  release(): void {
    this.#waiting.shift()?.apply();
  }
  fail(error: unknown): void {
    this.#waiting.shift()?.fail(error);
  }

  snapshot<Result>(reader: (view: View) => Promise<Result>): Promise<Result> {
    return reader(this.committed);
  }
  async [Symbol.asyncDispose](): Promise<void> {}
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

function start(onFault?: (error: unknown) => void) {
  const ledger = new HeldLedger();
  const acts = new InTurn({ ledger, clock: createManualClock(0), onFault });
  const settled: string[] = [];
  const follow = (name: string, promise: Promise<unknown>) =>
    promise.then(
      (value) => settled.push(`${name}: ${String(value)}`),
      (error) => settled.push(`${name}: ${error.code ?? error.message}`),
    );
  const put = (key: string, text: string) =>
    acts.transact({ act: 'put' }, async (tx) => {
      tx.put(key, text);
      return text;
    });
  return { ledger, acts, settled, follow, put };
}

const add = async (tx: Transaction) => {
  const sum = Number((await tx.get('t/n')) ?? '0') + 1;
  tx.put('t/n', String(sum));
  return sum;
};

describe('acts in turn', () => {
  test('are acknowledged only after the sync; what is asked for together goes together, and behind what is in flight', async () => {
    const { ledger, settled, follow, put } = start();
    for (const key of ['a', 'b', 'c']) void follow(key, put(`t/${key}`, key));
    await soon();
    expect(ledger.groups.map((group) => group.length)).toEqual([3]);
    expect(settled).toEqual([]);
    void follow('d', put('t/d', 'd'));
    await soon();
    void follow('e', put('t/e', 'e'));
    await soon();
    expect(ledger.groups.map((group) => group.length)).toEqual([3]);
    ledger.release();
    await soon();
    expect(settled).toEqual(['a: a', 'b: b', 'c: c']);
    expect(ledger.groups.map((group) => group.length)).toEqual([3, 2]);
    ledger.release();
    await soon();
    expect(settled).toEqual(['a: a', 'b: b', 'c: c', 'd: d', 'e: e']);
  });

  test('do not wait for a queue without an end', async () => {
    const { ledger, acts } = start();
    let sums: readonly number[] = [];
    const asked = Array.from({ length: 300 }, () => acts.transact({ act: 'add' }, add));
    void Promise.all(asked).then((all) => {
      sums = all;
    });
    while (sums.length === 0) {
      await soon();
      ledger.release();
    }
    expect(sums.at(-1)).toBe(300);
    expect(ledger.groups[0]).toHaveLength(128);
  });

  test('see what earlier acts wrote before it is on disk; readers do not', async () => {
    const { ledger, acts } = start();
    const first = acts.transact({ act: 'add' }, add);
    await soon();
    const sums = Promise.all(Array.from({ length: 4 }, () => acts.transact({ act: 'add' }, add)));
    await soon();
    expect(await acts.read((view) => view.get('t/n'))).toBeUndefined();
    ledger.release();
    expect(await first).toBe(1);
    expect(await acts.readOne((view) => view.get('t/n'))).toBe('1');
    await soon();
    ledger.release();
    expect(await sums).toEqual([2, 3, 4, 5]);
    expect(await acts.read((view) => view.get('t/n'))).toBe('5');
  });

  test('answer one question without a snapshot, and never two', async () => {
    const { acts } = start();
    const two = acts.readOne(async (view) => [await view.get('t/n'), await view.range({ prefix: 't/' })]);
    await expect(two).rejects.toThrow('two questions need a snapshot');
  });

  test('range over what is in flight, put over put and deletion over both', async () => {
    const { ledger, acts } = start();
    for (const key of ['b', 'd', 'f']) ledger.values.set(`t/${key}`, '0');
    const write = acts.transact({ act: 'write' }, async (tx) => {
      tx.put('t/a', '1');
      tx.put('t/d', '1');
      tx.del('t/b');
    });
    const ranges = acts.transact({ act: 'range' }, async (tx) => {
      tx.put('t/e', '2');
      const names = async (more: object) =>
        (await tx.range({ prefix: 't/', ...more })).map(({ key, text }) => key.slice(2) + text).join(' ');
      return [
        await names({}),
        await names({ reverse: true, limit: 2 }),
        await names({ limit: 2 }),
        await names({ after: 't/a', limit: 1 }),
        await names({ before: 't/e', reverse: true, limit: 1 }),
      ];
    });
    await soon();
    ledger.release();
    await soon();
    ledger.release();
    await write;
    expect(await ranges).toEqual(['a1 d1 e2 f0', 'f0 e2', 'a1 d1', 'd1', 'd1']);
  });

  test('an act that throws leaves nothing, and is told so only when what it saw is on disk', async () => {
    const { ledger, acts, settled, follow, put } = start();
    void follow('first', put('t/a', '1'));
    void follow(
      'second',
      acts.transact({ act: 'fail' }, async (tx) => {
        tx.put('t/b', '1');
        throw new Error(`saw ${await tx.get('t/a')}`);
      }),
    );
    await soon();
    expect(settled).toEqual([]);
    ledger.release();
    await soon();
    expect(settled).toEqual(['first: 1', 'second: saw 1']);
    expect([...ledger.values.keys()]).toEqual(['t/a']);
  });

  test('only acts that write to the journal get a sequence', async () => {
    const { ledger, acts, put } = start();
    const all = [
      put('t/a', '1'),
      acts.transact({ act: 'read' }, (tx) => tx.get('t/a')),
      acts.transact({ act: 'challenge' }, async (tx) => tx.put('~t/c', '1')),
      put('t/b', '1'),
    ];
    await soon();
    ledger.release();
    await soon();
    ledger.release();
    await Promise.all(all);
    const acted = ledger.groups.flat().map(({ name, sequence }) => [name.act, sequence]);
    expect(acted).toEqual([
      ['put', 1],
      ['challenge', undefined],
      ['put', 2],
    ]);
  });

  test('a failed sync poisons: everything waiting and everything later is refused, the fault told once', async () => {
    const faults: unknown[] = [];
    const { ledger, acts, settled, follow, put } = start((error) => faults.push(error));
    const eio = new Error('EIO: i/o error, fdatasync');
    for (const key of ['a', 'b']) void follow(key, put(`t/${key}`, key));
    await soon();
    ledger.fail(eio);
    await soon();
    expect(settled).toEqual(['a: UNAVAILABLE', 'b: UNAVAILABLE']);
    await expect(put('t/c', 'c')).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfter: 10, cause: eio });
    expect(faults).toEqual([eio]);
    expect(ledger.groups).toHaveLength(1);
    await acts.close();
  });

  test(`${MOST_WAITING} wait, the next is turned away, and one that ends something is not`, async () => {
    const { ledger, acts, put } = start();
    const waiting = Array.from({ length: MOST_WAITING }, (_, n) => put(`t/${n}`, '1'));
    await expect(put('t/more', '1')).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfter: 1 });
    const finishing = acts.transact({ act: 'end', finishing: true }, async (tx) => tx.put('t/end', '1'));
    const all = Promise.all([...waiting, finishing]);
    let done = false;
    void all.then(() => {
      done = true;
    });
    for (; !done; ledger.release()) await soon();
    expect(ledger.values.size).toBe(MOST_WAITING + 1);
    const after = put('t/after', '1');
    await soon();
    ledger.release();
    await after;
  });

  test('closing waits for what is in flight', async () => {
    const { ledger, acts, settled, follow, put } = start();
    void follow('a', put('t/a', 'a'));
    void follow('b', put('t/b', 'b'));
    void follow('closing', acts.close());
    await soon();
    expect(settled).toEqual([]);
    ledger.release();
    await soon();
    ledger.release();
    await soon();
    expect(settled).toEqual(['a: a', 'b: b', 'closing: undefined']);
    await expect(put('t/c', 'c')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
