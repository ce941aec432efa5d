import type { HeldCredential, Page } from '../store.ts';
import { pageOf, Table } from '../table.ts';
import type { Transaction, View } from '../transaction.ts';

interface StoredHeld extends HeldCredential {
  readonly sequence: number;
}

const held = new Table<StoredHeld>('held');
/** Holder, sequence → id. */
const inOrder = new Table<string>('held-in-order');

/** Holding what is already held changes nothing. */
export async function holdCredential(tx: Transaction, record: HeldCredential): Promise<void> {
  if (await held.has(tx, record.holder, record.id)) return;
  held.put(tx, [record.holder, record.id], { ...record, sequence: tx.sequence });
  inOrder.put(tx, [record.holder, tx.sequence], record.id);
}

export async function findHeld(view: View, holder: string, id: string): Promise<HeldCredential | undefined> {
  const stored = await held.find(view, holder, id);
  if (!stored) return undefined;
  const { sequence: _, ...record } = stored;
  // JSON has no undefined: a credential without an id comes back without the member.
  return { ...record, credentialId: record.credentialId };
}

export function listHeld(
  view: View,
  holder: string,
  page: { cursor?: string; limit: number },
): Promise<Page<HeldCredential>> {
  return pageOf(view, inOrder, [holder], page, (id) => findHeld(view, holder, id));
}

export async function removeHeld(tx: Transaction, holder: string, id: string): Promise<boolean> {
  const stored = await held.find(tx, holder, id);
  if (!stored) return false;
  held.del(tx, holder, id);
  inOrder.del(tx, holder, stored.sequence);
  return true;
}
