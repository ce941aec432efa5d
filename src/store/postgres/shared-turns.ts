import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../base/clock.ts';
import { ServiceError } from '../../base/error.ts';
import { oneQuestion } from '../one-question.ts';
import { Overlay, readThrough } from '../overlay.ts';
import { isJournalled } from '../table.ts';
import {
  type ActName,
  type Acts,
  type CommittedAct,
  type Head,
  type JournalView,
  MOST_WAITING,
  type Transaction,
  type View,
} from '../transaction.ts';
import {
  type Client,
  createPool,
  isUnreachable,
  type Pool,
  readEntries,
  sqlStateOf,
  unavailable,
  viewOf,
  within,
} from './connection.ts';
import { readLeaves, readLine } from './journal-rows.ts';
import { KnownEntries } from './known-entries.ts';
import { beginTurn, outcomeOf, type Position, writeTurn } from './turn.ts';

/** Acts that one turn may do, and the JSON text it may write, before another process has its turn. */
const MOST_ACTS = 200;
const MOST_WRITTEN = 4 * 1024 * 1024;
/** Milliseconds before each further attempt when the database went away before it was asked to commit. */
const PAUSES = [100, 400, 1500];
/** Attempts, and milliseconds between them, to learn whether a commit that nobody answered took place. */
const MOST_QUESTIONS = 40;
const BETWEEN_QUESTIONS_MS = 500;
const MOST_READERS = 8;
/** Records whose hashes are asked for at once. */
const LEAVES = 10_000;

interface Waiting {
  readonly name: ActName;
  readonly act: (tx: Transaction) => Promise<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The acts of one turn, and what each caller is told once they are on disk. */
class Turn {
  readonly taken: Waiting[] = [];
  readonly settle: (() => void)[] = [];
  readonly acts: CommittedAct[] = [];
  readonly writes = new Map<string, string | undefined>();
  written = 0;
  position: Position | undefined;
  /** Of the database once this turn is on disk. */
  state: string | undefined;
  /** The server was asked to commit: from here on only the server knows. */
  asked = false;

  get full(): boolean {
    return this.taken.length >= MOST_ACTS || this.written > MOST_WRITTEN;
  }

  add(act: CommittedAct): void {
    this.acts.push(act);
    for (const [key, text] of act.writes) {
      this.writes.set(key, text);
      this.written += key.length + (text?.length ?? 0);
    }
  }
}

/**
 * The acts of one process among several that share a database. Whoever holds the row with the head of the journal has the turn: the acts
 * of all processes run one after the other, each on what the ones before it wrote, and their journal is one chain. A turn is one
 * transaction with as many acts as were waiting; they are acknowledged together, after it is on disk.
 */
export class SharedTurns implements Acts {
  readonly #clock: Clock;
  readonly #writer: Pool;
  readonly #readers: Pool;
  readonly #queue: Waiting[] = [];
  readonly #known = new KnownEntries();
  #running: Promise<void> | undefined;
  #unsettled = 0;
  #closed = false;
  /** Acts to be done in turns of their own: they shared one that the database refused, and one of them is to blame. */
  #alone = 0;

  constructor({ url, clock }: { readonly url: string; readonly clock: Clock }) {
    this.#clock = clock;
    this.#writer = createPool(url, 1);
    this.#readers = createPool(url, MOST_READERS);
  }

  transact<Result>(name: ActName, act: (tx: Transaction) => Promise<Result>): Promise<Result> {
    if (this.#closed) return Promise.reject(closed());
    if (!name.finishing && this.#unsettled >= MOST_WAITING) {
      return Promise.reject(new ServiceError('UNAVAILABLE', 'Too many writes are waiting', { retryAfter: 1 }));
    }
    this.#unsettled += 1;
    return new Promise<Result>((resolve, reject) => {
      this.#queue.push({ name, act, resolve: resolve as (result: unknown) => void, reject });
      this.#running ??= this.#run();
    });
  }

  /** From one state of everything; asked once more when a connection that had lain idle turns out to be dead. */
  async read<Result>(reader: (view: View) => Promise<Result>): Promise<Result> {
    return this.#ask(async (client) => {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const result = await reader(viewOf(client));
      await client.query('COMMIT');
      return result;
    });
  }

  readOne<Result>(reader: (view: View) => Promise<Result>): Promise<Result> {
    return this.#ask((client) => reader(oneQuestion(viewOf(client))));
  }

  /** As every process sees it. */
  head(): Promise<Head> {
    return this.#ask(async (client) => {
      const text = 'SELECT sequence, hash FROM proofprint_head';
      const [row] = (await client.query<{ sequence: string; hash: string }>(text)).rows;
      if (row === undefined) throw new ServiceError('STORE_INTEGRITY', 'The journal has no head');
      return { sequence: Number(row.sequence), hash: row.hash };
    });
  }

  readonly journal: JournalView = {
    leaves: async ({ after, upTo }, onLeaf) => {
      for (let from = after; from < upTo; from += LEAVES) {
        const span = { after: from, upTo: Math.min(upTo, from + LEAVES) };
        for (const leaf of await this.#ask((client) => readLeaves(client, span))) onLeaf(leaf);
      }
    },
    line: (sequence) => this.#ask((client) => readLine(client, sequence)),
  };

  /** Work on the database that is no act: its migrations. */
  prepare(work: (client: Client) => Promise<void>): Promise<void> {
    return this.#ask(work);
  }

  /** Take no more acts, and wait until every one that was taken is answered. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    while (this.#running) await this.#running;
    await Promise.all([this.#writer.end(), this.#readers.end()]);
  }

  async #ask<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    for (let again = true; ; again = false) {
      if (this.#closed) throw closed();
      try {
        return await within(this.#readers, work);
      } catch (error) {
        if (!isUnreachable(error)) throw error;
        if (!again) throw unavailable(error);
      }
    }
  }

  async #run(): Promise<void> {
    // Let the caller's tick end first: what is asked for together is written together.
    await null;
    for (let attempt = 0; this.#queue.length > 0; ) attempt = (await this.#takeTurn(attempt)) ? 0 : attempt + 1;
    this.#running = undefined;
  }

  /** False when nothing of it happened and it is to be tried again. */
  async #takeTurn(attempt: number): Promise<boolean> {
    const turn = new Turn();
    // Before a connection is asked for: who waits must be told when there is none.
    this.#take(turn);
    try {
      await within(this.#writer, (client) => this.#act(client, turn));
    } catch (error) {
      this.#known.forget();
      const outcome = turn.asked ? await this.#outcomeOf(turn) : 'aborted';
      if (outcome === undefined) {
        const what = 'The database went away, and it is not known whether this was written';
        return this.#refuse(turn, unavailable(error, what));
      }
      if (outcome === 'committed') return this.#settle(turn);
      const pause = PAUSES[attempt];
      if (!isUnreachable(error)) return this.#blame(turn, error);
      if (pause === undefined || this.#closed) return this.#refuse(turn, unavailable(error));
      this.#queue.unshift(...turn.taken);
      await wait(pause);
      return false;
    }
    if (turn.state !== undefined) this.#known.remember(turn.writes, turn.state);
    return this.#settle(turn);
  }

  async #act(client: Client, turn: Turn): Promise<void> {
    const position = await beginTurn(client);
    turn.position = position;
    const view = readThrough(this.#known.over(viewOf(client), position.state), () => [turn.writes]);
    let { sequence } = position;
    let foreseen = 0;
    for (let index = 0; index < turn.taken.length; index += 1) {
      if (index >= foreseen) {
        foreseen = turn.taken.length;
        const wanted = turn.taken.slice(index).flatMap(({ name }) => name.reads ?? []);
        await this.#known.foresee(wanted, (keys) => readEntries(client, keys));
      }
      const { name, act, resolve, reject } = turn.taken[index] as Waiting;
      const now = this.#clock.now();
      const tx = new Overlay(view, now, sequence + 1);
      try {
        const result = await act(tx);
        const journalled = [...tx.writes.keys()].some(isJournalled);
        if (journalled) sequence += 1;
        if (tx.writes.size > 0) {
          turn.add({ sequence: journalled ? tx.sequence : undefined, name, at: now, writes: tx.writes });
        }
        turn.settle.push(() => resolve(result));
      } catch (error) {
        // After a statement that failed, the transaction takes no other: the whole turn begins anew.
        if (isUnreachable(error) || sqlStateOf(error) !== undefined) throw error;
        turn.settle.push(() => reject(error));
      }
      if (turn.written > MOST_WRITTEN) this.#queue.unshift(...turn.taken.splice(index + 1));
      else this.#take(turn);
    }
    turn.state = turn.acts.length > 0 ? await writeTurn(client, turn.acts, position) : position.state;
    turn.asked = true;
    await client.query('COMMIT');
  }

  /** What came meanwhile belongs to this turn too, up to its limits. */
  #take(turn: Turn): void {
    while (!turn.full && (this.#alone === 0 || turn.taken.length === 0)) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      turn.taken.push(next);
    }
  }

  /** The database refused something that was written: the acts of the turn are tried one by one, and the one to blame is refused. */
  #blame(turn: Turn, error: unknown): true {
    if (turn.taken.length > 1) {
      this.#queue.unshift(...turn.taken);
      this.#alone = turn.taken.length;
      return true;
    }
    this.#alone = Math.max(0, this.#alone - 1);
    // 54000: a key beyond what an index takes.
    const what = 'A name in the request is longer than the database can keep';
    return this.#refuse(turn, sqlStateOf(error) === '54000' ? new ServiceError('LIMIT_EXCEEDED', what) : error);
  }

  #settle({ settle }: Turn): true {
    this.#alone = Math.max(0, this.#alone - settle.length);
    this.#unsettled -= settle.length;
    for (const tell of settle) tell();
    return true;
  }

  #refuse({ taken }: Turn, error: unknown): true {
    this.#unsettled -= taken.length;
    for (const { reject } of taken) reject(error);
    return true;
  }

  /** The commit was asked for and the answer lost: the server remembers what became of it. */
  async #outcomeOf({ position }: Turn): Promise<'committed' | 'aborted' | undefined> {
    if (position === undefined) return 'aborted';
    for (let question = 0; question < MOST_QUESTIONS; question += 1) {
      try {
        const outcome = await within(this.#writer, (client) => outcomeOf(client, position.transaction));
        if (outcome !== 'in progress') return outcome;
      } catch (error) {
        if (!isUnreachable(error)) return undefined;
      }
      await wait(BETWEEN_QUESTIONS_MS);
    }
    return undefined;
  }
}

const closed = (): ServiceError => new ServiceError('UNAVAILABLE', 'The store is closed', { retryAfter: 5 });
