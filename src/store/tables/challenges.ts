import { Table } from '../table.ts';
import type { Transaction } from '../transaction.ts';

/**
 * One-time challenges live 300 s. They are synced like everything else, so that one that was spent stays spent after a crash, but
 * they are not journalled: a rebuilt store knows none of them, and an unknown challenge is refused.
 */
const challenges = new Table<{ readonly verifier: string; readonly expiresAt: number }>('~challenge');
/** Expiry, id. */
const byExpiry = new Table<1>('~challenge-by-expiry');

/** Each new challenge takes so many expired ones away: the table shrinks faster than it can grow. */
const SWEPT_AT_ONCE = 4;

export async function addChallenge(
  tx: Transaction,
  { id, verifier, expiresAt }: { id: string; verifier: string; expiresAt: number },
): Promise<void> {
  await sweep(tx);
  challenges.put(tx, [id], { verifier, expiresAt });
  byExpiry.put(tx, [expiresAt, id], 1);
}

async function sweep(tx: Transaction): Promise<void> {
  for (const { path, last } of await byExpiry.list(tx, [], { limit: SWEPT_AT_ONCE })) {
    const [expiresAt] = path;
    if (Number(expiresAt) > tx.now) break;
    byExpiry.del(tx, Number(expiresAt), last);
    challenges.del(tx, last);
  }
}

/** True exactly once. Another verifier's try neither succeeds nor spends it. */
export async function spendChallenge(
  tx: Transaction,
  { id, verifier, now }: { id: string; verifier: string; now: number },
): Promise<boolean> {
  const known = await challenges.find(tx, id);
  if (!known || known.verifier !== verifier) return false;
  challenges.del(tx, id);
  byExpiry.del(tx, known.expiresAt, id);
  return known.expiresAt > now;
}
