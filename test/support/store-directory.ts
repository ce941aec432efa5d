/** Store directories to be damaged by tests. */
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createManualClock } from '../../src/base/clock.ts';
import { createLevelStore, type LevelStoreOptions } from '../../src/store/level/level-store.ts';
import type { Store } from '../../src/store/store.ts';
import { createIntent, issue, START } from '../suite/store.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';

export async function withStore<Result>(
  options: LevelStoreOptions,
  work: (store: Store) => Promise<Result>,
): Promise<Result> {
  const store = await createLevelStore({ clock: createManualClock(START), ...options });
  try {
    return await work(store);
  } finally {
    await store[Symbol.asyncDispose]();
  }
}

export async function issueMany(store: Store, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += 1) {
    const idempotency = { scope: 's', key: `k${n}`, requestDigest: 'd' };
    await issue(store, createIntent(n, { statusPurposes: ['revocation', 'suspension'], idempotency }));
  }
}

/** A closed store in which `count` credentials were issued. */
export async function createFilledDirectory(count: number, more: Partial<LevelStoreOptions> = {}): Promise<string> {
  const directory = await createTemporaryDirectory();
  await withStore({ directory, ...more }, (store) => issueMany(store, 0, count));
  return directory;
}

export async function copyOf(directory: string): Promise<string> {
  const copy = await createTemporaryDirectory();
  await cp(directory, copy, { recursive: true });
  return copy;
}

const SEGMENT = join('journal', '000001.jsonl');

export async function readJournalLines(directory: string): Promise<string[]> {
  return (await readFile(join(directory, SEGMENT), 'utf8')).split('\n').slice(0, -1);
}

export async function writeJournalLines(directory: string, lines: readonly string[]): Promise<void> {
  await writeFile(join(directory, SEGMENT), lines.map((line) => `${line}\n`).join(''));
}

/** Change the bytes of LevelDB's log, which holds what was written since the store was opened. */
export async function changeLevelLog(directory: string, change: (log: Buffer) => Buffer): Promise<void> {
  const index = join(directory, 'level');
  const logs = (await readdir(index)).filter((name) => name.endsWith('.log')).sort();
  const path = join(index, logs.at(-1) ?? 'no log');
  await writeFile(path, change(await readFile(path)));
}
