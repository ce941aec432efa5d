import { stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../base/clock.ts';
import { ServiceError } from '../../base/error.ts';
import type { Restoration } from '../backup/source.ts';
import { InTurn } from '../in-turn.ts';
import { LedgerStore } from '../ledger-store.ts';
import type { Store } from '../store.ts';
import type { CommittedAct, Head, JournalView, Ledger, View } from '../transaction.ts';
import type { ActWatch } from '../watched-acts.ts';
import { type Database, openDatabase, viewOf, writeBatch } from './database.ts';
import { type Disk, nodeDisk } from './disk.ts';
import { HighWater, readHighWater } from './high-water.ts';
import { Journal } from './journal.ts';
import { journalViewOf } from './journal-span.ts';
import { reconcile } from './reconcile.ts';
import { Room } from './room.ts';

export interface LevelStoreOptions {
  /** Holds `journal/`, `level/` and `high-water`; created when it does not exist. */
  readonly directory: string;
  readonly clock?: Clock;
  /** A sync failed: the store takes no more acts, and the process should answer what it can and leave. Called once. */
  readonly onFault?: (error: unknown) => void;
  readonly disk?: Disk;
  /** Bytes after which the journal goes on in a new file. */
  readonly segmentBytes?: number;
  /** Bytes of the volume to leave free: below, only what ends or revokes something is written. */
  readonly reserveBytes?: number;
  /** Keep a file of so many bytes besides, to be given up when the volume is full all the same. For a process that stays. */
  readonly holdReserve?: boolean;
  /** Told when new work begins to be refused for want of room, and when it is taken again. */
  readonly onShortage?: (short: boolean) => void;
  readonly watch?: ActWatch | undefined;
}

/** What a store's directory holds. */
export function layoutOf(directory: string) {
  return {
    journal: join(directory, 'journal'),
    index: join(directory, 'level'),
    mark: join(directory, 'high-water'),
    reserve: join(directory, 'reserve'),
  };
}

interface LevelLedgerDeps {
  readonly database: Database;
  readonly journal: Journal;
  readonly mark: HighWater;
  readonly room: Room;
  readonly journalView: JournalView;
}

/** Journal first; then, at the same time, the index and the high-water mark. */
class LevelLedger implements Ledger {
  readonly committed: View;
  readonly #deps: LevelLedgerDeps;
  readonly #readers = new Set<Promise<unknown>>();
  #head: Head;

  constructor(deps: LevelLedgerDeps) {
    this.#deps = deps;
    this.committed = viewOf(deps.database);
    this.#head = deps.journal.head;
  }

  get head(): Head {
    return this.#head;
  }

  get journal(): JournalView {
    return this.#deps.journalView;
  }

  shortage(): ServiceError | undefined {
    return this.#deps.room.shortage();
  }

  async commit(acts: readonly CommittedAct[]): Promise<void> {
    const { database, journal, mark, room } = this.#deps;
    await room.prepare();
    await this.#append(acts);
    const moved = journal.head !== this.#head;
    const writes = new Map<string, string | undefined>();
    for (const act of acts) for (const [key, text] of act.writes) writes.set(key, text);
    const both = [writeBatch(database, writes, moved ? journal.head : undefined)];
    if (moved) both.push(mark.raise(journal.head));
    for (const outcome of await Promise.allSettled(both)) if (outcome.status === 'rejected') throw outcome.reason;
    this.#head = journal.head;
  }

  /** A write that found no room changed nothing that counts: with the reserve given up, it is tried once more. */
  async #append(acts: readonly CommittedAct[]): Promise<void> {
    const { journal, room } = this.#deps;
    try {
      await journal.append(acts);
    } catch (error) {
      const { code, syscall } = error as NodeJS.ErrnoException;
      if (code !== 'ENOSPC' || syscall !== 'write' || !(await room.release())) throw error;
      await journal.append(acts);
    }
  }

  async snapshot<Result>(reader: (view: View) => Promise<Result>): Promise<Result> {
    const { database } = this.#deps;
    if (database.status !== 'open') throw new ServiceError('UNAVAILABLE', 'The store is closed', { retryAfter: 5 });
    const snapshot = database.snapshot();
    const reading = reader(viewOf(database, snapshot));
    this.#readers.add(reading);
    try {
      return await reading;
    } finally {
      this.#readers.delete(reading);
      await snapshot.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { database, journal, mark, room } = this.#deps;
    await Promise.allSettled(this.#readers);
    await room.close();
    await journal.close();
    await mark.close();
    await database.close();
  }
}

/**
 * The embedded store: a LevelDB index over an append-only journal, one process at a time.
 * Errors: `STORE_LOCKED`, `STORE_INTEGRITY` (naming the records), `STORE_ROLLBACK`; never a repair behind the operator's back.
 */
export async function createLevelStore(options: LevelStoreOptions): Promise<Store> {
  return openStore(options, undefined);
}

/**
 * Open a store that may end before its high-water mark. The entries are skipped in the very act that opens it, before the mark is
 * lowered: a process that ends in between leaves a store that still refuses to open.
 */
export async function openStore(options: LevelStoreOptions, restore: Restoration | undefined): Promise<Store> {
  const { clock = systemClock, onFault, watch } = options;
  const ledger = await openLedger(options, restore !== undefined);
  const store = new LedgerStore({ acts: new InTurn({ ledger, clock, onFault }), watch });
  try {
    await store.open(restore);
    return store;
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}

async function openLedger(options: LevelStoreOptions, restored: boolean): Promise<Ledger> {
  const { directory, disk = nodeDisk, segmentBytes, reserveBytes, holdReserve, onShortage } = options;
  const paths = layoutOf(directory);
  await disk.makeDirectory(paths.journal);
  await disk.makeDirectory(paths.index);
  // First of all, because it holds the lock: nothing else is touched before it is ours.
  const database = await openInRoom(paths, disk);
  try {
    const reached = restored ? 'accepted' : await readHighWater(paths.mark);
    const { end, replay } = await reconcile(database, { journal: paths.journal, mark: reached });
    const journal = new Journal({ disk, directory: paths.journal, ...(segmentBytes ? { segmentBytes } : {}) }, end);
    await journal.settle();
    if (replay.size > 0) await writeBatch(database, replay, end.head);
    const mark = await HighWater.open(disk, paths.mark, { lower: restored });
    const reserveFile = holdReserve === true ? paths.reserve : undefined;
    const room = await Room.measure({ disk, directory, reserve: reserveBytes, reserveFile, onShortage });
    return new LevelLedger({ database, journal, mark, room, journalView: journalViewOf(paths.journal) });
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** A full disk keeps LevelDB from opening: what an earlier process held in reserve is there for this. */
async function openInRoom({ index, reserve }: ReturnType<typeof layoutOf>, disk: Disk): Promise<Database> {
  try {
    return await openDatabase(index);
  } catch (error) {
    const held = await stat(reserve).catch(() => undefined);
    const damaged = error instanceof ServiceError && error.code === 'STORE_INTEGRITY';
    if (!damaged || held === undefined || held.size === 0 || (await disk.free(index)) >= held.size) throw error;
    await truncate(reserve, 0);
    return openDatabase(index);
  }
}
