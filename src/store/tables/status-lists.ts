import { randomBytes } from 'node:crypto';
import { ServiceError } from '../../base/error.ts';
import type { StatusEntry, StatusListRecord, StatusListState } from '../store.ts';
import { Table } from '../table.ts';
import type { Transaction, View } from '../transaction.ts';
import { createPermutation } from './permutation.ts';

/** Entries of one list: the least a list may have (Bitstring Status List 1.0, section 3.1). */
export const LIST_LENGTH = 131_072;

/**
 * Entries given out of one list. Each may bring a notice that every reader has to read, and a reader takes a list only up to its caps
 * (docs/threats.md, section 6): so a list
 * gives out few of its places, and its notices stay few enough to be published.
 */
export const MOST_ALLOTTED = 4096;

/** The record as it is kept; the seed orders the allotment and stays inside. */
interface StoredList extends StatusListRecord {
  readonly seed: string;
}

export type Notice = StatusListState['notices'][number];

interface Allotment {
  readonly issuer: string;
  readonly organisation: string;
  readonly purpose: string;
  readonly at: string;
}

const lists = new Table<StoredList>('status-list');
/** Issuer and purpose → the list that is being filled. */
const openLists = new Table<string>('status-list-open');
const bits = new Table<1>('status-list-bit');
const notices = new Table<Notice>('status-list-notice');

/** Permutations cost half a millisecond to set up; an issuer uses one or two. */
const permutations = new Map<string, (position: number) => number>();
const MOST_PERMUTATIONS = 64;

/**
 * Take the next entry of the open list of this issuer and purpose, opening a list when there is none or it has given out all it may.
 * Acts run in turn, so no two of them see the same `allotted`.
 */
export async function allotEntry(tx: Transaction, wanted: Allotment): Promise<StatusEntry> {
  const open = await openLists.find(tx, wanted.issuer, wanted.purpose);
  const current = open === undefined ? undefined : await lists.find(tx, open);
  const list = current && current.allotted < MOST_ALLOTTED ? current : openList(tx, wanted);
  const index = permutationOf(list)(list.allotted);
  lists.put(tx, [list.listId], { ...list, allotted: list.allotted + 1 });
  return { purpose: wanted.purpose, listId: list.listId, index };
}

function openList(tx: Transaction, { issuer, organisation, purpose, at }: Allotment): StoredList {
  const list: StoredList = {
    listId: randomBytes(16).toString('base64url'),
    issuer,
    organisation,
    purpose,
    length: LIST_LENGTH,
    allotted: 0,
    revision: 0,
    openedAt: at,
    seed: randomBytes(32).toString('base64url'),
  };
  openLists.put(tx, [issuer, purpose], list.listId);
  return list;
}

function permutationOf({ seed, length }: StoredList): (position: number) => number {
  const known = permutations.get(seed);
  if (known) return known;
  const oldest = permutations.keys().next();
  if (permutations.size >= MOST_PERMUTATIONS && !oldest.done) permutations.delete(oldest.value);
  const made = createPermutation(Buffer.from(seed, 'base64url'), length);
  permutations.set(seed, made);
  return made;
}

/** Whether the bit of an entry is set. */
export function isSet(view: View, { listId, index }: StatusEntry): Promise<boolean> {
  return bits.has(view, listId, index);
}

/**
 * Set or clear one bit, with the notice that says why and from when, and raise the list's revision.
 * Returns whether anything changed. The caller has decided that the change is allowed.
 */
export async function changeBit(
  tx: Transaction,
  entry: StatusEntry,
  { set, reason, effectiveDate }: { set: boolean; reason: string; effectiveDate: string },
): Promise<boolean> {
  if ((await isSet(tx, entry)) === set) return false;
  const list = await lists.find(tx, entry.listId);
  if (!list) throw new ServiceError('NOT_FOUND', 'No such status list');
  if (set) bits.put(tx, [entry.listId, entry.index], 1);
  else bits.del(tx, entry.listId, entry.index);
  const revision = list.revision + 1;
  lists.put(tx, [entry.listId], { ...list, revision });
  const notice = { index: String(entry.index), statusPurpose: entry.purpose, reason, effectiveDate };
  notices.put(tx, [entry.listId, revision], notice);
  return true;
}

export async function findStatusList(view: View, listId: string): Promise<StatusListState | undefined> {
  const stored = await lists.find(view, listId);
  if (!stored) return undefined;
  const { seed: _, ...list } = stored;
  const [set, said] = [await bits.list(view, [listId]), await notices.list(view, [listId])];
  return { list, setIndices: set.map(({ last }) => Number(last)), notices: said.map(({ value }) => value) };
}

/** How often a list was changed so far. */
export async function revisionOf(view: View, listId: string): Promise<number | undefined> {
  return (await lists.find(view, listId))?.revision;
}

/** All lists, without their seeds. */
export async function listStatusLists(view: View): Promise<readonly StatusListRecord[]> {
  const all = await lists.list(view, []);
  return all.map(({ value: { seed: _, ...list } }) => list);
}

/**
 * After a restore the credentials issued since the backup are forgotten, but they exist. Leave their entries alone: every list moves
 * on by `gap` entries, and one that has fewer left is full. What was published of the list since is forgotten too, so it is to be signed
 * anew: whoever saw a newer one must not take the next for an older.
 */
export async function skipAhead(tx: Transaction, gap: number): Promise<void> {
  if (!Number.isSafeInteger(gap) || gap < 1) throw new ServiceError('BAD_REQUEST', 'The gap is a whole number above 0');
  for (const { value: list } of await lists.list(tx, [])) {
    lists.put(tx, [list.listId], {
      ...list,
      allotted: Math.min(list.length, list.allotted + gap),
      revision: list.revision + 1,
      restorations: (list.restorations ?? 0) + 1,
    });
  }
}
