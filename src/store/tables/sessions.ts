import type { Restoration } from '../backup/source.ts';
import { Table } from '../table.ts';
import type { Transaction } from '../transaction.ts';
import { tidyClaims } from './idempotency.ts';
import { skipAhead } from './status-lists.ts';

/** The sequence of the act that opened the store last. An index that knows an older session is an older copy. */
export const sessions = new Table<number>('session');

/**
 * Begin a session: what an earlier one left half done, so many milliseconds ago, is ended. After a restore, entries of every status list
 * are skipped in the same act.
 */
export async function takeOver(tx: Transaction, leftBehindMs: number, restoration?: Restoration): Promise<void> {
  sessions.put(tx, [], tx.sequence);
  await tidyClaims(tx, leftBehindMs);
  if (restoration !== undefined) await skipAhead(tx, restoration.gap);
}
