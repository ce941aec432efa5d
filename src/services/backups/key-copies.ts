import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeKeyStoreFiles } from '../../crypto/signers/key-store-files.ts';
import type { SealedKeyStore } from '../../crypto/signers/sealed-file.ts';

/** Opens the key store of a folder with the secret of this node; never makes one. Errors: KEY_STORE. */
export type OpenKeys = (directory: string) => Promise<Pick<SealedKeyStore, 'seal' | 'unseal'>>;

/**
 * Open a copy of sealed key files, which shows that every one of them is whole and that the secret at hand is theirs. The folder of a
 * node at work is left to the node. Errors: KEY_STORE.
 */
export async function withKeyCopies<Result>(
  files: ReadonlyMap<string, string>,
  open: OpenKeys,
  work: (keys: Awaited<ReturnType<OpenKeys>>) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'proofprint-keys-'));
  try {
    await writeKeyStoreFiles(directory, files);
    return await work(await open(directory));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What is sealed of a manifest: only who has the secret of the key store can have written it. */
export const SEAL_CONTEXT = 'backup manifest';

export function manifestDigest(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
