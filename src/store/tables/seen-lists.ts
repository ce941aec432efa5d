import { Table } from '../table.ts';
import type { Transaction } from '../transaction.ts';

interface Seen {
  readonly validFrom: number;
  readonly digest: string;
}

export const SEEN_LISTS = '~seen-list';

/**
 * The newest status list seen at each foreign address. Not journalled: what strangers publish is not our act, and a rebuilt store
 * that has forgotten them only notices a rollback later.
 */
const seenLists = new Table<Seen>(SEEN_LISTS);

/** What was known before, if anything; kept is whichever is newer, and the first of two that are equally old. */
export async function rememberSeenList(tx: Transaction, url: string, seen: Seen): Promise<Seen | undefined> {
  const before = await seenLists.find(tx, url);
  if (!before || seen.validFrom > before.validFrom) seenLists.put(tx, [url], seen);
  return before;
}
