import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';
import { ServiceError } from '../base/error.ts';
import { oneQuestion } from './one-question.ts';
import { Overlay, readThrough } from './overlay.ts';
import { isJournalled } from './table.ts';
import {
  type ActName,
  type Acts,
  type CommittedAct,
  type Head,
  type JournalView,
  type Ledger,
  MOST_WAITING,
  type Transaction,
  type View,
} from './transaction.ts';

/** Acts run without a pause, so that a long queue does not keep the event loop from everything else. */
const ACTS_PER_TURN = 16;
/** Acts that go to disk without waiting for the rest of the queue. */
const ACTS_PER_GROUP = 128;
/** JSON text that may gather for the next group before acts wait for the one in flight. */
const MOST_GATHERED = 4 * 1024 * 1024;

interface Waiting {
  readonly name: ActName;
  readonly act: (tx: Transaction) => Promise<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Acts that go to disk together: one append to the journal, one batch. */
class Group {
  readonly acts: CommittedAct[] = [];
  readonly writes = new Map<string, string | undefined>();
  readonly settle: (() => void)[] = [];
  readonly reject: ((error: unknown) => void)[] = [];
  size = 0;

  add(act: CommittedAct): void {
    this.acts.push(act);
    for (const [key, text] of act.writes) {
      this.writes.set(key, text);
      this.size += key.length + (text?.length ?? 0);
    }
  }
}

interface InTurnDeps {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Told once, when a commit failed: what is on disk is then unknown and the process should leave. */
  readonly onFault?: ((error: unknown) => void) | undefined;
}

/**
 * The one writer of a store. Acts run one after the other, each on what the ones before it wrote, while an earlier group is on its
 * way to disk; they are acknowledged group by group after the sync. An act that only reads, or throws, is answered with its group
 * too, because what it saw may not be on disk before.
 */
export class InTurn implements Acts {
  readonly #deps: InTurnDeps;
  readonly #queue: Waiting[] = [];
  readonly #view: View;
  #gathering = new Group();
  #inFlight: Group | undefined;
  #flushed: Promise<void> = Promise.resolve();
  #running: Promise<void> | undefined;
  #unsettled = 0;
  #sequence: number;
  #refusal: ServiceError | undefined;
  #faulty = false;

  constructor(deps: InTurnDeps) {
    this.#deps = deps;
    this.#sequence = deps.ledger.head.sequence;
    this.#view = readThrough(deps.ledger.committed, () =>
      this.#inFlight ? [this.#gathering.writes, this.#inFlight.writes] : [this.#gathering.writes],
    );
  }

  transact<Result>(name: ActName, act: (tx: Transaction) => Promise<Result>): Promise<Result> {
    if (this.#refusal) return Promise.reject(this.#refusal);
    const refusal = this.#turnAway(name);
    if (refusal) return Promise.reject(refusal);
    this.#unsettled += 1;
    return new Promise<Result>((resolve, reject) => {
      this.#queue.push({ name, act, resolve: resolve as (result: unknown) => void, reject });
      this.#running ??= this.#run();
    });
  }

  #turnAway({ finishing, urgent }: ActName): ServiceError | undefined {
    if (finishing) return undefined;
    if (this.#unsettled >= MOST_WAITING) {
      return new ServiceError('UNAVAILABLE', 'Too many writes are waiting', { retryAfter: 1 });
    }
    return urgent ? undefined : this.#deps.ledger.shortage?.();
  }

  read<Result>(reader: (view: View) => Promise<Result>): Promise<Result> {
    return this.#deps.ledger.snapshot(reader);
  }

  readOne<Result>(reader: (view: View) => Promise<Result>): Promise<Result> {
    return this.#deps.ledger.snapshot((view) => reader(oneQuestion(view)));
  }

  async head(): Promise<Head> {
    return this.#deps.ledger.head;
  }

  get journal(): JournalView {
    return this.#deps.ledger.journal;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    await this.#deps.ledger[Symbol.asyncDispose]();
  }

  /** Take no more acts, and wait until every one that was taken is answered. */
  async close(): Promise<void> {
    this.#refusal ??= new ServiceError('UNAVAILABLE', 'The store is closed', { retryAfter: 5 });
    while (this.#running || this.#inFlight) {
      await this.#running;
      await this.#flushed;
    }
  }

  async #run(): Promise<void> {
    // Let the caller's tick end first: what is asked for together is written together.
    await null;
    for (let count = 1; ; count += 1) {
      const next = this.#queue.shift();
      if (next === undefined) break;
      await this.#execute(next);
      // What is asked for together goes to disk together; a queue that never ends is not waited for.
      if (!this.#inFlight && (this.#queue.length === 0 || this.#gathering.settle.length >= ACTS_PER_GROUP))
        this.#flush();
      if (this.#gathering.size > MOST_GATHERED) await this.#flushed;
      if (count % ACTS_PER_TURN === 0) await setImmediate();
    }
    this.#running = undefined;
  }

  async #execute({ name, act, resolve, reject }: Waiting): Promise<void> {
    const now = this.#deps.clock.now();
    const tx = new Overlay(this.#view, now, this.#sequence + 1);
    try {
      const result = await act(tx);
      const journalled = [...tx.writes.keys()].some(isJournalled);
      if (journalled) this.#sequence += 1;
      if (tx.writes.size > 0) {
        this.#gathering.add({ sequence: journalled ? tx.sequence : undefined, name, at: now, writes: tx.writes });
      }
      this.#gathering.settle.push(() => resolve(result));
    } catch (error) {
      this.#gathering.settle.push(() => reject(error));
    }
    this.#gathering.reject.push(reject);
  }

  #flush(): void {
    const group = this.#gathering;
    this.#gathering = new Group();
    this.#inFlight = group;
    this.#flushed = this.#commit(group);
  }

  async #commit(group: Group): Promise<void> {
    try {
      if (this.#faulty) throw this.#refusal;
      if (group.acts.length > 0) await this.#deps.ledger.commit(group.acts);
      for (const settle of group.settle) settle();
    } catch (error) {
      const refusal = this.#poison(error);
      for (const reject of group.reject) reject(refusal);
    }
    this.#unsettled -= group.settle.length;
    this.#inFlight = undefined;
    if (this.#gathering.settle.length > 0) this.#flush();
  }

  /** After a failed sync nobody knows what is on disk: nothing more is promised, and a restart finds out. */
  #poison(error: unknown): ServiceError {
    if (this.#faulty && this.#refusal) return this.#refusal;
    this.#faulty = true;
    this.#refusal = new ServiceError('UNAVAILABLE', 'The store failed to write and takes no more acts', {
      cause: error,
      retryAfter: 10,
    });
    this.#deps.onFault?.(error);
    return this.#refusal;
  }
}
