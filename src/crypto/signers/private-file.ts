/** Files that only their owner may read, whole or not there at all, on disk when the call returns. POSIX. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What an interrupted write may leave behind; it holds nothing that the finished file would not. */
export const UNFINISHED = '.unfinished';

export async function createPrivateDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
}

/** Write or replace a file in one step. Another process that starts meanwhile takes what is unfinished for left behind: then once more. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  try {
    await writeThrough(path, text, (from) => rename(from, path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await writeThrough(path, text, (from) => rename(from, path));
  }
}

/** Write a file in one step unless it is there already. Returns whether it was written. */
export async function createPrivateFile(path: string, text: string): Promise<boolean> {
  let created = true;
  await writeThrough(path, text, async (from) => {
    try {
      await link(from, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      created = false;
    }
    await rm(from);
  });
  return created;
}

/** The new name in a folder is only safe once the folder itself has been written. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeThrough(path: string, text: string, finish: (from: string) => Promise<void>): Promise<void> {
  const unfinished = `${path}.${randomBytes(6).toString('hex')}${UNFINISHED}`;
  try {
    const handle = await open(unfinished, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await finish(unfinished);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}
