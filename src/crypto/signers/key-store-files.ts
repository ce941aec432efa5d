/** The files of a key store as they are, sealed: for whoever keeps a copy of them. Nothing is opened. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { createPrivateDirectory, writePrivateFile } from './private-file.ts';

/** `key-store.json`, `keys/….json`: names below the folder, with slashes. */
export const KEY_STORE_FILE = /^(?:[a-z0-9][a-z0-9-]{0,40}\/)?[a-z0-9][a-z0-9-]{0,70}\.json$/;

/** Names with their text. What goes away meanwhile is left out; what is half written has another name. */
export async function readKeyStoreFiles(directory: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true }).catch(noneIfGone)) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(directory, path).split(sep).join('/');
    if (!entry.isFile() || !KEY_STORE_FILE.test(name)) continue;
    const text = await readFile(path, 'utf8').catch(nothingIfGone);
    if (text !== undefined) files.set(name, text);
  }
  return files;
}

/** Into a folder of their own, on disk when the call returns. */
export async function writeKeyStoreFiles(directory: string, files: ReadonlyMap<string, string>): Promise<void> {
  await createPrivateDirectory(directory);
  for (const [name, text] of files) {
    const path = join(directory, ...name.split('/'));
    await createPrivateDirectory(join(path, '..'));
    await writePrivateFile(path, text);
  }
}

function nothingIfGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function noneIfGone(error: NodeJS.ErrnoException): [] {
  if (error.code !== 'ENOENT') throw error;
  return [];
}
