import { stat } from 'node:fs/promises';
import { ServiceError } from '../../base/error.ts';
import { type JournalSource, KEPT_UNJOURNALLED } from '../backup/source.ts';
import { GENESIS } from '../journal-record.ts';
import type { Entry } from '../transaction.ts';
import { openDatabase, viewOf } from './database.ts';
import { listSegments, readSegments } from './journal-reader.ts';
import { layoutOf } from './level-store.ts';

/**
 * Read an embedded store, also while a node is at work on it: the journal only ever grows, and what it holds now is what is read. The
 * index belongs to the node then, and with it what stands in no journal.
 * Errors: NOT_FOUND where there is no store; STORE_INTEGRITY.
 */
export async function withLevelSource<Result>(
  directory: string,
  work: (source: JournalSource) => Promise<Result>,
): Promise<Result> {
  const { journal, index } = layoutOf(directory);
  await stat(journal).catch((cause: unknown) => {
    throw new ServiceError('NOT_FOUND', 'DATA_DIR holds no store', { cause });
  });
  const unjournalled = await readUnjournalled(index);
  const segments = await listSegments(journal);
  const total = segments.reduce((bytes, { size }) => bytes + size, 0);
  return work({
    kind: 'level',
    unjournalled,
    readJournal: async (onLine) => {
      let read = 0;
      await readSegments(segments, {
        from: GENESIS,
        onRecord: ({ line }) => {
          read += line.byteLength + 1;
          return onLine(line, read / total);
        },
      });
    },
  });
}

async function readUnjournalled(index: string): Promise<readonly Entry[] | undefined> {
  try {
    const database = await openDatabase(index, { createIfMissing: false });
    try {
      const entries: Entry[] = [];
      for (const prefix of KEPT_UNJOURNALLED) entries.push(...(await viewOf(database).range({ prefix })));
      return entries;
    } finally {
      await database.close();
    }
  } catch (error) {
    // Damage of the index is no reason to have no backup: it can be made anew from the journal.
    if (error instanceof ServiceError && (error.code === 'STORE_LOCKED' || error.code === 'STORE_INTEGRITY')) {
      return undefined;
    }
    throw error;
  }
}
