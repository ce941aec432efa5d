import { ServiceError } from '../../base/error.ts';
import type { ArchivedList } from '../store.ts';
import { Table } from '../table.ts';
import type { Transaction, View } from '../transaction.ts';
import { revisionOf } from './status-lists.ts';

interface Interval {
  readonly validFrom: number;
  readonly validUntil: number;
  readonly sequence: number;
}

/** The documents, apart from their intervals, so that a search for an instant reads small values only. */
const documents = new Table<ArchivedList>('archived-list');
const intervals = new Table<Interval>('archived-list-interval');
/** List → the longest interval so far: no list that started longer ago than this can cover an instant. */
const longest = new Table<number>('archived-list-longest');

const INTERVALS_PER_READ = 64;

/** Errors: CONFLICT for a list that was changed since it was read, by whoever shares the store. */
export async function archiveList(tx: Transaction, list: ArchivedList): Promise<void> {
  const { listId, validFrom, validUntil } = list;
  if (((await revisionOf(tx, listId)) ?? 0) > list.revision) {
    throw new ServiceError('CONFLICT', 'The list was changed since it was read');
  }
  const { sequence } = tx;
  intervals.put(tx, [listId, validFrom, sequence], { validFrom, validUntil, sequence });
  documents.put(tx, [listId, validFrom, sequence], list);
  const known = (await longest.find(tx, listId)) ?? 0;
  if (validUntil - validFrom > known) longest.put(tx, [listId], validUntil - validFrom);
}

/** The list that started last among those whose interval covers `at`, both ends included; without `at`, the one that started last. */
export async function findArchivedList(view: View, listId: string, at?: number): Promise<ArchivedList | undefined> {
  const span = (await longest.find(view, listId)) ?? 0;
  // A fraction of a millisecond or an instant before 1970 is no list's start.
  let after: readonly number[] | undefined = at === undefined ? undefined : [Math.max(0, Math.floor(at) + 1)];
  for (;;) {
    const options = { ...(after === undefined ? {} : { after }), reverse: true, limit: INTERVALS_PER_READ };
    const found = await intervals.list(view, [listId], options);
    for (const { value } of found) {
      if (at === undefined || value.validUntil >= at) {
        return documents.find(view, listId, value.validFrom, value.sequence);
      }
      if (value.validFrom + span < at) return undefined;
    }
    const last = found.at(-1)?.value;
    if (found.length < INTERVALS_PER_READ || last === undefined) return undefined;
    after = [last.validFrom, last.sequence];
  }
}
