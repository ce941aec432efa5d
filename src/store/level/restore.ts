import type { Clock } from '../../base/clock.ts';
import type { Contents, Restoration } from '../backup/source.ts';
import { readLink } from '../journal-record.ts';
import type { Head } from '../transaction.ts';
import { openDatabase, writeBatch } from './database.ts';
import { type Disk, nodeDisk, type WritableFile } from './disk.ts';
import { SEGMENT_BYTES } from './journal.ts';
import { segmentPath } from './journal-reader.ts';
import { layoutOf, openStore } from './level-store.ts';
import { indexJournal } from './rebuild.ts';

interface LevelRestoreOptions {
  /** New, for this store alone. */
  readonly directory: string;
  readonly clock: Clock;
  readonly restoration: Restoration;
  readonly disk?: Disk;
  readonly segmentBytes?: number;
}

/** Entries written at once. */
const BATCH = 1000;

/**
 * Make a store of what a backup holds: journal, index, and the act that says so and leaves a gap in every status list. Returns where its
 * journal ends then. Errors: STORE_INTEGRITY.
 */
export async function restoreLevel(contents: Contents, options: LevelRestoreOptions): Promise<Head> {
  const { directory, clock, restoration, disk = nodeDisk } = options;
  const paths = layoutOf(directory);
  await disk.makeDirectory(paths.journal);
  await writeSegments(contents.lines(), paths.journal, options);
  await indexJournal(paths.journal, paths.index);
  await writeUnjournalled(contents, paths.index);
  await disk.syncDirectory(directory);
  const store = await openStore({ directory, clock, disk }, restoration);
  try {
    return await store.journalHead();
  } finally {
    await store[Symbol.asyncDispose]();
  }
}

async function writeSegments(
  lines: AsyncIterable<Uint8Array>,
  journal: string,
  { disk = nodeDisk, segmentBytes = SEGMENT_BYTES }: LevelRestoreOptions,
): Promise<void> {
  let file: WritableFile | undefined;
  let [number, size, group] = [0, 0, 0];
  try {
    for await (const line of lines) {
      const next = readLink(line)?.group ?? group;
      // A segment holds whole groups.
      if (file === undefined || (size >= segmentBytes && next !== group)) {
        await file?.sync();
        await file?.close();
        number += 1;
        file = await disk.open(segmentPath(journal, number));
        size = 0;
      }
      await file.write(Buffer.concat([line, NEWLINE]), size);
      size += line.byteLength + NEWLINE.byteLength;
      group = next;
    }
    await file?.sync();
  } finally {
    await file?.close();
  }
  await disk.syncDirectory(journal);
}

const NEWLINE = Uint8Array.of(0x0a);

async function writeUnjournalled({ unjournalled }: Contents, index: string): Promise<void> {
  const database = await openDatabase(index);
  try {
    let writes = new Map<string, string>();
    for await (const { key, text } of unjournalled()) {
      writes.set(key, text);
      if (writes.size < BATCH) continue;
      await writeBatch(database, writes, undefined);
      writes = new Map();
    }
    await writeBatch(database, writes, undefined);
  } finally {
    await database.close();
  }
}
