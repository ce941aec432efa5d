import type { SignInRecord } from '../access-records.ts';
import { Table } from '../table.ts';
import type { Transaction, View } from '../transaction.ts';

/**
 * Digest of the secret of a session → the session. Synced, so that one that ended stays ended, but not journalled: a rebuilt store knows
 * none of them, and people sign in again.
 */
const signIns = new Table<SignInRecord>('~sign-in');
/** End, digest. */
const byEnd = new Table<1>('~sign-in-by-end');

/** Each new session takes so many ended ones away. */
const SWEPT_AT_ONCE = 4;

/** With `known`, only a session that has not been ended meanwhile. */
export async function saveSignIn(tx: Transaction, digest: string, record: SignInRecord, known: boolean): Promise<void> {
  if (known && !(await signIns.has(tx, digest))) return;
  if (!known) await sweep(tx);
  signIns.put(tx, [digest], record);
  byEnd.put(tx, [record.endsAt, digest], 1);
}

async function sweep(tx: Transaction): Promise<void> {
  for (const { path, last } of await byEnd.list(tx, [], { limit: SWEPT_AT_ONCE })) {
    if (Number(path[0]) > tx.now) break;
    byEnd.del(tx, Number(path[0]), last);
    signIns.del(tx, last);
  }
}

export async function removeSignIn(tx: Transaction, digest: string): Promise<void> {
  const record = await signIns.find(tx, digest);
  if (record === undefined) return;
  signIns.del(tx, digest);
  byEnd.del(tx, record.endsAt, digest);
}

export function findSignIn(view: View, digest: string): Promise<SignInRecord | undefined> {
  return signIns.find(view, digest);
}
