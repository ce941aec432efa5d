import { type Clock, systemClock } from '../../base/clock.ts';
import { logLeaf } from '../../formats/merkle-log.ts';
import { InTurn } from '../in-turn.ts';
import { GENESIS, type Sealed, sealAct } from '../journal-record.ts';
import { LedgerStore } from '../ledger-store.ts';
import { inOrder } from '../overlay.ts';
import type { Store } from '../store.ts';
import { endOf } from '../table.ts';
import type { CommittedAct, Entry, Head, JournalView, Ledger, Range, View } from '../transaction.ts';

/**
 * A ledger without a disk, for tests and for trying things out: one map with its keys in order. The hash chain is real.
 */
class MemoryLedger implements Ledger {
  readonly #values = new Map<string, string>();
  /** All keys, in order; sorted again when a range is asked for after new keys came. */
  #keys: string[] = [];
  #sorted = true;
  readonly #lines: string[] = [];
  #head = GENESIS;
  #group = 0;
  readonly #readers = new Set<Promise<unknown>>();
  readonly committed: View = {
    get: async (key) => this.#values.get(key),
    range: async (range) => this.#range(range),
  };

  readonly journal: JournalView = {
    leaves: async ({ after, upTo }, onLeaf) => {
      for (const line of this.#lines.slice(after, upTo)) onLeaf(logLeaf(Buffer.from(line)));
    },
    line: async (sequence) => this.#lines[sequence - 1],
  };

  get head(): Head {
    return this.#head;
  }

  async commit(acts: readonly CommittedAct[]): Promise<void> {
    // A reader sees one state: nothing changes under it.
    while (this.#readers.size > 0) await Promise.allSettled(this.#readers);
    this.#group += 1;
    for (const act of acts) {
      if (act.sequence !== undefined) this.#append(sealAct(act, act.sequence, this.#head, this.#group));
      for (const [key, text] of act.writes) this.#write(key, text);
    }
  }

  #append({ line, head }: Sealed): void {
    this.#lines.push(line);
    this.#head = head;
  }

  #write(key: string, text: string | undefined): void {
    if (text === undefined) {
      this.#values.delete(key);
      return;
    }
    if (!this.#values.has(key)) {
      this.#keys.push(key);
      this.#sorted = false;
    }
    this.#values.set(key, text);
  }

  #range(range: Range): Entry[] {
    // A key that was deleted leaves its name until the next sort; one that came again stands twice.
    if (!this.#sorted) {
      this.#keys = [...this.#values.keys()].sort();
      this.#sorted = true;
    }
    const { prefix, after, before } = range;
    const found = new Map<string, string | undefined>();
    const end = before ?? endOf(prefix);
    for (let at = this.#firstAtLeast(after !== undefined && after > prefix ? after : prefix); ; at += 1) {
      const key = this.#keys[at];
      if (key === undefined || key >= end) break;
      if (key !== after) found.set(key, this.#values.get(key));
    }
    return inOrder(found, range);
  }

  #firstAtLeast(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  async snapshot<Result>(reader: (view: View) => Promise<Result>): Promise<Result> {
    const reading = reader(this.committed);
    this.#readers.add(reading);
    try {
      return await reading;
    } finally {
      this.#readers.delete(reading);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** A store that lasts as long as the process. The same acts, turns and outcomes as on disk. */
export function createMemoryStore({ clock = systemClock }: { clock?: Clock } = {}): Store {
  // No earlier session can have left anything: there is nothing to open.
  return new LedgerStore({ acts: new InTurn({ ledger: new MemoryLedger(), clock }) });
}
