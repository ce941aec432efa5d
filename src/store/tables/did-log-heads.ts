import type { DidLogHead } from '../store.ts';
import { Table } from '../table.ts';
import type { Transaction, View } from '../transaction.ts';

export const DID_LOG_HEADS = '~did-log-head';

/** By DID. Not journalled, like the status lists seen: a rebuilt store only notices later that a log was cut. */
const heads = new Table<DidLogHead>(DID_LOG_HEADS);

export function findDidLogHead(view: View, did: string): Promise<DidLogHead | undefined> {
  return heads.find(view, did);
}

export async function rememberDidLogHead(tx: Transaction, did: string, head: DidLogHead): Promise<void> {
  const before = await heads.find(tx, did);
  if (!before || head.versionNumber > before.versionNumber) heads.put(tx, [did], head);
}
