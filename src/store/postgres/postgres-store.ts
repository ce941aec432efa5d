import { type Clock, systemClock } from '../../base/clock.ts';
import { ServiceError } from '../../base/error.ts';
import { LedgerStore } from '../ledger-store.ts';
import type { Store } from '../store.ts';
import type { ActWatch } from '../watched-acts.ts';
import { complaintOf } from './connection.ts';
import { migrate } from './migrations.ts';
import { SharedTurns } from './shared-turns.ts';

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database?sslmode=…` */
  readonly url: string;
  readonly clock?: Clock;
  readonly watch?: ActWatch | undefined;
}

/**
 * Milliseconds after which what another process began and did not end is ended for it. No request lasts that long; one that does finds
 * that its credential was abandoned, and nothing is handed out.
 */
const LEFT_BEHIND_MS = 5 * 60_000;

/**
 * A store in a PostgreSQL, for any number of processes at once.
 * Errors: `UNAVAILABLE` when the server cannot be reached; `CONFIG_REFUSED` when it will not do (migrations.ts).
 */
export async function createPostgresStore({ url, clock = systemClock, watch }: PostgresStoreOptions): Promise<Store> {
  const acts = new SharedTurns({ url, clock });
  const store = new LedgerStore({ acts, leftBehind: { clock, afterMs: LEFT_BEHIND_MS }, watch });
  try {
    await acts.prepare(migrate);
    await store.open();
    return store;
  } catch (error) {
    await acts[Symbol.asyncDispose]();
    throw refusalOf(error);
  }
}

/** What the server has against us is for the operator to mend. Names and passwords stay in its own words, which nobody is told. */
function refusalOf(error: unknown): unknown {
  if (error instanceof ServiceError) return error;
  return new ServiceError('CONFIG_REFUSED', `STORE: ${complaintOf(error)}`, { cause: error, pointer: '/STORE' });
}
