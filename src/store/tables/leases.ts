import { Table } from '../table.ts';
import type { Transaction } from '../transaction.ts';

interface Lease {
  readonly holder: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** Name → who does this work for now. Not journalled: it says nothing about anybody's credentials. */
const leases = new Table<Lease>('~lease');

/** Take a lease, or keep one that is held already. False while somebody else has it. */
export async function takeLease(
  tx: Transaction,
  { name, holder, ms }: { readonly name: string; readonly holder: string; readonly ms: number },
): Promise<boolean> {
  const held = await leases.find(tx, name);
  if (held !== undefined && held.holder !== holder && held.until > tx.now) return false;
  leases.put(tx, [name], { holder, until: tx.now + ms });
  return true;
}
