/** Reading a whole store and saying what is wrong with it: the store's part of `proofprint fsck`. Repairs nothing. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceError } from '../../base/error.ts';
import { type Finding, failed, passed, skipped } from '../../base/finding.ts';
import { compareEntries } from '../compare-entries.ts';
import { checkSpentEntries, checkStatusLists } from '../tables/consistency.ts';
import type { Head } from '../transaction.ts';
import { type Database, openDatabase, readable, readHead, viewOf } from './database.ts';
import { readHighWater } from './high-water.ts';
import { layoutOf } from './level-store.ts';
import { indexJournal } from './rebuild.ts';

/**
 * Check everything that can be checked without keys: the whole hash chain, the index against what the journal says it should be, both
 * heads against the high-water mark, and that no entry of a status list was given out twice.
 * Shape: one finding or more for each of `store.lock`, `store.journal`, `store.high-water`, `store.index`, `store.entries`,
 * `store.lists`. Damage is a finding, never thrown. Needs room on disk for a second index while it runs.
 */
export async function inspectStore(directory: string): Promise<readonly Finding[]> {
  const paths = layoutOf(directory);
  let database: Database;
  try {
    database = await openDatabase(paths.index, { createIfMissing: false });
  } catch (error) {
    return [
      asFinding(error instanceof ServiceError && error.code === 'STORE_LOCKED' ? 'store.lock' : 'store.index', error),
    ];
  }
  const scratch = await mkdtemp(join(directory, 'inspecting-'));
  try {
    return await inspect(database, { ...paths, scratch });
  } finally {
    await database.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

function asFinding(check: string, error: unknown): Finding {
  if (error instanceof ServiceError) return failed(check, error.code, error.message);
  throw error;
}

async function inspect(
  database: Database,
  { journal, mark, scratch }: { journal: string; mark: string; scratch: string },
): Promise<readonly Finding[]> {
  const entries = await checkEntries(database);
  let head: Head;
  try {
    head = await indexJournal(journal, scratch);
  } catch (error) {
    const without = 'the journal cannot be followed to its end';
    return [
      asFinding('store.journal', error),
      skipped('store.high-water', without),
      skipped('store.index', without),
      ...entries,
    ];
  }
  return [
    passed('store.journal', { params: { records: String(head.sequence), head: head.hash } }),
    await checkMark(mark, head),
    ...(await checkIndex(database, scratch, head)),
    ...entries,
  ];
}

async function checkEntries(database: Database): Promise<readonly Finding[]> {
  try {
    return [...(await checkSpentEntries(viewOf(database))), ...(await checkStatusLists(viewOf(database)))];
  } catch (error) {
    return [asFinding('store.entries', error), skipped('store.lists', 'the index cannot be read')];
  }
}

async function checkMark(path: string, head: Head): Promise<Finding> {
  try {
    const mark = await readHighWater(path);
    if (!mark) return failed('store.high-water', 'STORE_INTEGRITY', 'The high-water mark is missing');
    if (mark.sequence > head.sequence) {
      const detail = `The store ends at record ${head.sequence}, but it had come to record ${mark.sequence}`;
      return failed('store.high-water', 'STORE_ROLLBACK', detail);
    }
    return passed('store.high-water', { params: { sequence: String(mark.sequence) } });
  } catch (error) {
    return asFinding('store.high-water', error);
  }
}

async function checkIndex(database: Database, scratch: string, head: Head): Promise<Finding[]> {
  try {
    return await compareIndex(database, scratch, head);
  } catch (error) {
    return [asFinding('store.index', error)];
  }
}

async function compareIndex(database: Database, scratch: string, head: Head): Promise<Finding[]> {
  const followed = await readHead(database);
  if (followed.sequence !== head.sequence || followed.hash !== head.hash) {
    const detail = `The index stands at record ${followed.sequence}, the journal at record ${head.sequence}`;
    return [failed('store.index', 'STORE_INTEGRITY', detail)];
  }
  const expected = await openDatabase(scratch);
  try {
    return await readable(() => compareEntries(database.iterator(), expected.iterator()));
  } finally {
    await expected.close();
  }
}
