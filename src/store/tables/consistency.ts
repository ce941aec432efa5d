/** What must be true of the issuances and the status lists of a store taken together. Pure reading, for inspection. */
import { type Finding, failed, passed } from '../../base/finding.ts';
import type { View } from '../transaction.ts';
import { listSpentEntries } from './issuances.ts';
import { findStatusList, isSet, listStatusLists } from './status-lists.ts';

/** No entry is spent twice, every one lies in a list that allotted it, and what was abandoned has its bits set. */
export async function checkSpentEntries(view: View): Promise<Finding[]> {
  const lists = new Map((await listStatusLists(view)).map((list) => [list.listId, { list, spent: 0 }]));
  const seen = new Set<string>();
  const findings: Finding[] = [];
  for await (const { record, entry } of listSpentEntries(view)) {
    const place = `entry ${entry.index} of list ${entry.listId}`;
    const known = lists.get(entry.listId);
    if (seen.has(`${entry.listId}/${entry.index}`)) findings.push(entryFailed(`${place} was given out twice`));
    seen.add(`${entry.listId}/${entry.index}`);
    if (!known || entry.index >= known.list.length) findings.push(entryFailed(`${place} does not exist`));
    else known.spent += 1;
    if (record.state === 'abandoned' && !(await isSet(view, entry))) findings.push(entryFailed(`${place} is not set`));
  }
  for (const { list, spent } of lists.values()) {
    if (spent <= list.allotted) continue;
    findings.push(entryFailed(`list ${list.listId} allotted ${list.allotted} entries, ${spent} are in use`));
  }
  return findings.length > 0 ? findings : [passed('store.entries', { params: { entries: String(seen.size) } })];
}

function entryFailed(detail: string): Finding {
  return failed('store.entries', 'STORE_INTEGRITY', detail);
}

/** Every change of a bit left its notice, and the bits are what the changes come to. */
export async function checkStatusLists(view: View): Promise<Finding[]> {
  const findings: Finding[] = [];
  const lists = await listStatusLists(view);
  for (const { listId } of lists) {
    const state = await findStatusList(view, listId);
    if (!state) continue;
    const { list, notices, setIndices } = state;
    if (list.revision !== notices.length + (list.restorations ?? 0)) {
      findings.push(listFailed(`list ${listId} is at revision ${list.revision} with ${notices.length} notices`));
    }
    const changes = new Map<number, number>();
    for (const { index } of notices) changes.set(Number(index), (changes.get(Number(index)) ?? 0) + 1);
    const set = new Set(setIndices);
    // A bit starts clear and every notice turned it over.
    const wrong = [...new Set([...changes.keys(), ...set])].filter(
      (index) => ((changes.get(index) ?? 0) % 2 === 1) !== set.has(index),
    );
    if (wrong.length > 0)
      findings.push(listFailed(`${wrong.length} bits of list ${listId} are not what its notices say`));
  }
  return findings.length > 0 ? findings : [passed('store.lists', { params: { lists: String(lists.length) } })];
}

function listFailed(detail: string): Finding {
  return failed('store.lists', 'STORE_INTEGRITY', detail);
}
