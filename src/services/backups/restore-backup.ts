import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceError } from '../../base/error.ts';
import { writeKeyStoreFiles } from '../../crypto/signers/key-store-files.ts';
import { createPrivateFile, syncDirectory } from '../../crypto/signers/private-file.ts';
import type { Contents, Restoration } from '../../store/backup/source.ts';
import type { Head } from '../../store/transaction.ts';
import type { OnProgress } from './back-up.ts';
import { type CheckedBackup, checkBackup } from './check-backup.ts';
import type { OpenKeys } from './key-copies.ts';
import { isRestoring, RESTORING } from './unfinished-restore.ts';

export interface RestoreReport {
  readonly createdAt: string;
  /** Of the journal in the backup. */
  readonly head: Head;
  /** With the act of the restoration. */
  readonly restored: Head;
  readonly gap: number;
  readonly keys: number;
}

/** Where a store is to be made. */
export interface RestorePlace {
  /** Folders and files below DATA_DIR that the restore of the store makes. */
  readonly below: readonly string[];
  /** Errors: CONFLICT. */
  assertEmpty(): Promise<void>;
  /** Make the store. `staging` is a folder from which `below` is moved into DATA_DIR afterwards. */
  restore(contents: Contents, head: Head, restoration: Restoration, staging: string): Promise<Head>;
}

interface RestoreDeps {
  readonly dataDirectory: string;
  readonly place: RestorePlace;
  readonly openKeys: OpenKeys;
  readonly gap: number;
  readonly onProgress: OnProgress;
}

const KEY_STORE = 'keystore';
const STAGING = 'restoring';

/**
 * Make a node's data anew from a backup. Everything about the backup is checked before anything is written. What is written counts only
 * once all of it is there: until then a note in DATA_DIR keeps every node from starting on it, and the same command begins anew.
 * Errors: BACKUP_INVALID, KEY_STORE (checkBackup); CONFLICT when there is something already.
 */
export async function restoreBackup(source: string, deps: RestoreDeps): Promise<RestoreReport> {
  const { gap, onProgress } = deps;
  const { manifest, keyFiles, contents } = await checkBackup(source, deps.openKeys, (done) =>
    onProgress('check', done),
  );
  const { head, createdAt } = manifest;
  const restored = await write(manifest, { keyFiles, contents }, deps).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof ServiceError || error.syscall === undefined) throw error;
    throw new ServiceError('UNAVAILABLE', `the restore did not end (${error.code}); run it again`, { cause: error });
  });
  return { createdAt, head, restored, gap, keys: keyFiles.size - 1 };
}

async function write(
  { head, createdAt }: CheckedBackup['manifest'],
  { keyFiles, contents }: Omit<CheckedBackup, 'manifest'>,
  deps: RestoreDeps,
): Promise<Head> {
  const { dataDirectory, place, gap, onProgress } = deps;
  const staging = join(dataDirectory, STAGING);
  const moved = [KEY_STORE, ...place.below];
  await begin(deps, moved);
  await writeKeyStoreFiles(join(staging, KEY_STORE), keyFiles);
  const restoration = { gap, why: `backup of ${createdAt}, record ${head.sequence}; gap ${gap}` };
  const restored = await place.restore(progressing(contents, head, onProgress), head, restoration, staging);
  for (const name of moved) {
    // An empty folder may be there: who mounts a volume has one.
    await rmdir(join(dataDirectory, name)).catch(() => undefined);
    await rename(join(staging, name), join(dataDirectory, name));
  }
  await rm(staging, { recursive: true, force: true });
  await syncDirectory(dataDirectory);
  await rm(join(dataDirectory, RESTORING));
  await syncDirectory(dataDirectory);
  return restored;
}

async function begin({ dataDirectory, place }: RestoreDeps, moved: readonly string[]): Promise<void> {
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  if (await isRestoring(dataDirectory)) {
    // Nobody can have used what an unfinished restore left.
    for (const name of [STAGING, ...moved]) await rm(join(dataDirectory, name), { recursive: true, force: true });
    return;
  }
  for (const name of moved) {
    const inside = await readdir(join(dataDirectory, name)).catch(() => []);
    if (inside.length > 0) throw new ServiceError('CONFLICT', `${name} in DATA_DIR is not empty`);
  }
  await place.assertEmpty();
  await createPrivateFile(join(dataDirectory, RESTORING), `${JSON.stringify({ restoring: true })}\n`);
}

function progressing(contents: Contents, { sequence }: Head, onProgress: OnProgress): Contents {
  return {
    ...contents,
    lines: async function* () {
      let count = 0;
      for await (const line of contents.lines()) {
        yield line;
        count += 1;
        if (count % 1000 === 0) onProgress('restore', count / sequence);
      }
    },
  };
}
