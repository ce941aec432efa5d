import { DID_LOG_HEADS } from '../tables/did-log-heads.ts';
import { SEEN_LISTS } from '../tables/seen-lists.ts';
import type { Entry } from '../transaction.ts';

/**
 * What of the records that stand in no journal is worth keeping: what strangers once showed, so that an older version is noticed.
 * Challenges and leases are not: one that came back could be used twice.
 */
export const KEPT_UNJOURNALLED: readonly string[] = [SEEN_LISTS, DID_LOG_HEADS].map((name) => `${name}/`);

/** One state of a store, held still for as long as it is read. */
export interface JournalSource {
  readonly kind: 'level' | 'postgres';
  /** Every line from the first on, without line feeds. `done` is the part of the whole that is read, 0 to 1. Errors: STORE_INTEGRITY. */
  readJournal(onLine: (line: Uint8Array, done: number) => Promise<void>): Promise<void>;
  /** Entries below `KEPT_UNJOURNALLED`; nothing when another process is at work on them and keeps them to itself. */
  readonly unjournalled: readonly Entry[] | undefined;
}

/** What a restore writes besides what the backup holds. */
export interface Restoration {
  /** Entries of every status list to leave unused. */
  readonly gap: number;
  /** For the journal: what was restored. */
  readonly why: string;
}

/** What is written back: lines whose chain was checked, and entries below `KEPT_UNJOURNALLED`. */
export interface Contents {
  lines(): AsyncIterable<Uint8Array>;
  unjournalled(): AsyncIterable<Entry>;
}
