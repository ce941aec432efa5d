import { type Finding, failed, passed } from '../base/finding.ts';
import { isJournalled } from './table.ts';

/** Differences named one by one; the rest is counted. */
const MOST_NAMED = 20;

type Entries = AsyncIterable<readonly [key: string, text: string]>;

/**
 * Walk what a store holds and what its journal says it should hold, both in the order of their keys. What is not journalled is passed
 * over. Findings name tables, never what keys or values say.
 */
export async function compareEntries(actual: Entries, expected: Entries): Promise<Finding[]> {
  const differences = new Map<string, number>();
  const note = (key: string, what: string): void => {
    const name = `${what} in ${key.slice(0, key.indexOf('/'))}`;
    differences.set(name, (differences.get(name) ?? 0) + 1);
  };
  let keys = 0;
  const theirs = journalled(expected);
  let wanted = await theirs.next();
  for await (const [key, text] of journalled(actual)) {
    keys += 1;
    for (; !wanted.done && wanted.value[0] < key; wanted = await theirs.next()) note(wanted.value[0], 'missing');
    if (wanted.done || wanted.value[0] !== key) {
      note(key, 'not in the journal');
      continue;
    }
    if (wanted.value[1] !== text) note(key, 'different');
    wanted = await theirs.next();
  }
  for (; !wanted.done; wanted = await theirs.next()) note(wanted.value[0], 'missing');
  if (differences.size === 0) return [passed('store.index', { params: { keys: String(keys) } })];
  return [...differences]
    .slice(0, MOST_NAMED)
    .map(([what, count]) => failed('store.index', 'STORE_INTEGRITY', `${count} ${what}`));
}

async function* journalled(entries: Entries): AsyncGenerator<readonly [string, string], void, void> {
  for await (const entry of entries) if (isJournalled(entry[0])) yield entry;
}
