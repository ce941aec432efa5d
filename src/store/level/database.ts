import { Level } from 'level';
import { ServiceError } from '../../base/error.ts';
import { GENESIS } from '../journal-record.ts';
import { EPHEMERAL, endOf } from '../table.ts';
import type { Head, Range, View } from '../transaction.ts';

export type Database = Level<string, string>;
type Snapshot = ReturnType<Database['snapshot']>;

/** Where the index keeps the head of the journal that it has followed; not itself journalled. */
const HEAD_KEY = `${EPHEMERAL}head`;

/** Errors: `STORE_LOCKED` when another process has it open, `STORE_INTEGRITY` when it does not open for another reason. */
export async function openDatabase(path: string, { createIfMissing = true } = {}): Promise<Database> {
  const database: Database = new Level(path, { keyEncoding: 'utf8', valueEncoding: 'utf8' });
  try {
    await database.open({ createIfMissing });
    return database;
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    if (cause?.code === 'LEVEL_LOCKED') {
      throw new ServiceError('STORE_LOCKED', 'Another process has this store open', { cause: error });
    }
    throw new ServiceError('STORE_INTEGRITY', 'The index does not open', { cause: error });
  }
}

/** Read the database as it is, or as it was when the snapshot was taken. */
export function viewOf(database: Database, snapshot?: Snapshot): View {
  const from = snapshot === undefined ? {} : { snapshot };
  return {
    // Synchronous inside, so that an act sees either the write in flight or the index that holds it, never the moment between.
    get: async (key) => readable(() => database.getSync(key, from)),
    range: async ({ prefix, after, before, reverse = false, limit = -1 }: Range) => {
      const lower = after === undefined ? { gte: prefix } : { gt: after };
      const range = { ...from, ...lower, lt: before ?? endOf(prefix), reverse, limit };
      const entries = await readable(() => database.iterator(range).all());
      return entries.map(([key, text]) => ({ key, text }));
    },
  };
}

const DAMAGE: ReadonlySet<unknown> = new Set(['LEVEL_CORRUPTION', 'LEVEL_IO_ERROR']);

/**
 * What LevelDB finds damaged while it reads. It looks at no checksum of a table by itself, so much is found only by comparing the index
 * with the journal (`proofprint fsck`). Errors: `STORE_INTEGRITY`.
 */
export async function readable<Value>(read: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    if (!DAMAGE.has((error as { code?: unknown }).code)) throw error;
    throw new ServiceError('STORE_INTEGRITY', 'The index is damaged', { cause: error });
  }
}

export async function readHead(database: Database): Promise<Head> {
  const text = await readable(() => database.getSync(HEAD_KEY));
  return text === undefined ? GENESIS : (JSON.parse(text) as Head);
}

/** Write to the index and say how far it has come, in one synced batch. */
export async function writeBatch(
  database: Database,
  writes: ReadonlyMap<string, string | undefined>,
  head: Head | undefined,
): Promise<void> {
  const operations = [...writes].map(([key, value]) =>
    value === undefined ? { type: 'del' as const, key } : { type: 'put' as const, key, value },
  );
  if (head) operations.push({ type: 'put', key: HEAD_KEY, value: JSON.stringify(head) });
  await database.batch(operations, { sync: true });
}
