import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceError } from '../../base/error.ts';
import type { Restoration } from '../backup/source.ts';
import { GENESIS, readWrites } from '../journal-record.ts';
import { LIST_LENGTH } from '../tables/status-lists.ts';
import type { Head } from '../transaction.ts';
import { openDatabase, writeBatch } from './database.ts';
import { nodeDisk } from './disk.ts';
import { readHighWater } from './high-water.ts';
import { listSegments, readSegments } from './journal-reader.ts';
import { type LevelStoreOptions, layoutOf, openStore } from './level-store.ts';

/** JSON text written to a new index at once. */
const BATCH = 4 * 1024 * 1024;

/**
 * What to leave unused in every status list when nobody knows how much was issued since the copy was made: the whole rest of it. The
 * next credential opens a new list, whose random id no earlier one can have had.
 */
export const WHOLE_LIST = LIST_LENGTH;

interface RebuildOptions extends LevelStoreOptions {
  /** Say so when the journal is an older copy that was put back; otherwise it is refused. */
  readonly afterRestore?: Restoration;
}

/**
 * Make the index anew from the journal. The old one is moved aside, never repaired or deleted: to `level-before-<sequence>`.
 * The store must not be in use. Short-lived data (challenges, foreign lists seen) is forgotten.
 * Errors: `STORE_LOCKED`; `STORE_INTEGRITY` when the journal itself is damaged; `STORE_ROLLBACK` when it ends before the high-water
 * mark, or the mark is gone, and no restore was spoken of.
 */
export async function rebuildStore(options: RebuildOptions): Promise<Head> {
  const { directory, afterRestore, disk = nodeDisk } = options;
  const paths = layoutOf(directory);
  await assertUnused(paths.index);
  const fresh = join(directory, 'level-rebuilding');
  await rm(fresh, { recursive: true, force: true });
  const head = await indexJournal(paths.journal, fresh);
  if (!afterRestore) await assertNotBehind(paths.mark, head);
  await setAside(paths.index, join(directory, `level-before-${head.sequence}`));
  await rename(fresh, paths.index);
  await disk.syncDirectory(directory);
  const store = await openStore(options, afterRestore);
  try {
    return await store.journalHead();
  } finally {
    await store[Symbol.asyncDispose]();
  }
}

/** Replay a whole journal into a new database. Returns where it ends. Errors: `STORE_INTEGRITY`. */
export async function indexJournal(journal: string, path: string): Promise<Head> {
  const segments = await listSegments(journal);
  const database = await openDatabase(path);
  try {
    let writes = new Map<string, string | undefined>();
    let size = 0;
    const { head } = await readSegments(segments, {
      from: GENESIS,
      onRecord: async ({ link, line }) => {
        for (const [key, text] of readWrites(line)) writes.set(key, text);
        size += line.byteLength;
        if (size < BATCH) return;
        await writeBatch(database, writes, link);
        writes = new Map();
        size = 0;
      },
    });
    await writeBatch(database, writes, head);
    return head;
  } finally {
    await database.close();
  }
}

async function assertUnused(index: string): Promise<void> {
  try {
    await (await openDatabase(index)).close();
  } catch (error) {
    // An index that does not open is why one rebuilds.
    if (error instanceof ServiceError && error.code === 'STORE_INTEGRITY') return;
    throw error;
  }
}

async function assertNotBehind(path: string, head: Head): Promise<void> {
  const mark = await readHighWater(path);
  if (!mark || mark.sequence > head.sequence) {
    const reached = mark ? `record ${mark.sequence} had been reached` : 'how far it had come is not known';
    throw new ServiceError('STORE_ROLLBACK', `The journal ends at record ${head.sequence}, but ${reached}`);
  }
}

async function setAside(index: string, path: string): Promise<void> {
  for (let n = 0; ; n += 1) {
    try {
      // Renaming onto a directory that holds something fails, so nothing set aside earlier is lost.
      await rename(index, n === 0 ? path : `${path}-${n}`);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    }
  }
}
