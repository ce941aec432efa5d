import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { ServiceError } from '../../base/error.ts';
import { readKeyStoreFiles } from '../../crypto/signers/key-store-files.ts';
import { syncDirectory } from '../../crypto/signers/private-file.ts';
import { formatDateTime } from '../../formats/date-time.ts';
import { ArchiveWriter } from '../../store/backup/archive.ts';
import { BACKUP_FORMAT, MEMBERS, writeManifest } from '../../store/backup/manifest.ts';
import type { JournalSource } from '../../store/backup/source.ts';
import { GENESIS, readLink } from '../../store/journal-record.ts';
import type { Entry, Head } from '../../store/transaction.ts';
import { checkBackup, FORMAT_TEXT } from './check-backup.ts';
import { manifestDigest, type OpenKeys, SEAL_CONTEXT, withKeyCopies } from './key-copies.ts';

export interface BackupReport {
  /** Where it is. */
  readonly file: string;
  readonly createdAt: string;
  readonly head: Head;
  readonly keys: number;
  readonly bytes: number;
  /** Whether what stands in no journal is in it. */
  readonly unjournalled: boolean;
}

/** Part of the whole that is done, 0 to 1, of writing or of reading back. */
export type OnProgress = (step: 'write' | 'check' | 'restore', done: number) => void;

interface BackupDeps {
  readonly withSource: <Result>(work: (source: JournalSource) => Promise<Result>) => Promise<Result>;
  /** Folder of the key store. */
  readonly keyStore: string;
  readonly openKeys: OpenKeys;
  readonly clock: Clock;
  readonly version: string;
  readonly onProgress: OnProgress;
}

/** Bytes of journal in one member. */
const MEMBER_BYTES = 4 * 1024 * 1024;

/**
 * Write a backup of a node, which may be at work meanwhile, and read it back before saying that there is one. A folder as target gets a
 * file named by the time. What it holds is what had been acknowledged when it began, and perhaps a little more.
 * Errors: CONFLICT when the file exists; NOT_FOUND without a store; STORE_INTEGRITY, KEY_STORE when the node itself is damaged;
 * UNAVAILABLE when the file cannot be written.
 */
export async function backUp(target: string, deps: BackupDeps): Promise<BackupReport> {
  const createdAt = formatDateTime(deps.clock.now());
  const file = await placeOf(target, createdAt);
  const unfinished = `${file}.unfinished`;
  try {
    const handle = await open(unfinished, 'w', 0o600);
    try {
      await write(handle, createdAt, deps);
    } finally {
      await handle.close();
    }
    const { manifest, keyFiles } = await checkBackup(unfinished, deps.openKeys, (done) =>
      deps.onProgress('check', done),
    );
    await rename(unfinished, file);
    await syncDirectory(dirname(file));
    const { head, unjournalled } = manifest;
    return { file, createdAt, head, keys: keyFiles.size - 1, bytes: (await stat(file)).size, unjournalled };
  } catch (error) {
    await rm(unfinished, { force: true });
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (error instanceof ServiceError || syscall === undefined) throw error;
    throw new ServiceError('UNAVAILABLE', `the backup cannot be written (${code})`, { cause: error });
  }
}

async function placeOf(target: string, createdAt: string): Promise<string> {
  const known = await stat(target).catch(() => undefined);
  if (known?.isDirectory()) return placeOf(join(target, `proofprint-${createdAt.replace(/[-:]/g, '')}.tar`), createdAt);
  if (known !== undefined) throw new ServiceError('CONFLICT', 'the file exists; a backup never replaces another one');
  return target;
}

async function write(handle: FileHandle, createdAt: string, deps: BackupDeps): Promise<void> {
  const archive = new ArchiveWriter(handle);
  await archive.add({ name: MEMBERS.format, bytes: Buffer.from(FORMAT_TEXT) });
  // Before the journal and after it: a key that the journal knows may go meanwhile, and one that it knows has come by then.
  const before = await readKeyStoreFiles(deps.keyStore);
  const { kind, head, unjournalled } = await deps.withSource(async (source) => ({
    kind: source.kind,
    head: await writeJournal(archive, source, deps.onProgress),
    unjournalled: await writeUnjournalled(archive, source.unjournalled),
  }));
  const keyFiles = new Map([...before, ...(await readKeyStoreFiles(deps.keyStore))]);
  for (const [name, text] of keyFiles) await archive.add({ name: MEMBERS.keys + name, bytes: Buffer.from(text) });
  const manifest = writeManifest({
    format: BACKUP_FORMAT,
    createdAt,
    version: deps.version,
    store: kind,
    head,
    unjournalled,
    members: [...archive.members],
  });
  await archive.add({ name: MEMBERS.manifest, bytes: manifest });
  const seal = await withKeyCopies(keyFiles, deps.openKeys, async (keys) =>
    keys.seal(manifestDigest(manifest), SEAL_CONTEXT),
  );
  await archive.add({ name: MEMBERS.seal, bytes: Buffer.from(seal) });
  await archive.end();
}

async function writeJournal(archive: ArchiveWriter, source: JournalSource, onProgress: OnProgress): Promise<Head> {
  const lines = new LineMembers(archive, MEMBERS.journal);
  let head: Head = GENESIS;
  await source.readJournal(async (line, done) => {
    const link = readLink(line);
    if (link === undefined) throw new ServiceError('STORE_INTEGRITY', 'a record of the journal was changed');
    head = { sequence: link.sequence, hash: link.hash };
    // The reader may use its memory again.
    if (await lines.add(Buffer.from(line))) onProgress('write', done);
  });
  await lines.end();
  if (head.sequence === GENESIS.sequence) throw new ServiceError('NOT_FOUND', 'the store holds nothing yet');
  return head;
}

async function writeUnjournalled(archive: ArchiveWriter, entries: readonly Entry[] | undefined): Promise<boolean> {
  if (entries === undefined) return false;
  const lines = new LineMembers(archive, MEMBERS.unjournalled);
  for (const { key, text } of entries) await lines.add(Buffer.from(JSON.stringify([key, text])));
  await lines.end();
  return true;
}

/** Lines gathered into members of some size, numbered. */
class LineMembers {
  readonly #archive: ArchiveWriter;
  readonly #folder: string;
  #number = 0;
  #parts: Uint8Array[] = [];
  #size = 0;

  constructor(archive: ArchiveWriter, folder: string) {
    this.#archive = archive;
    this.#folder = folder;
  }

  /** Whether a member was written. */
  async add(line: Uint8Array): Promise<boolean> {
    this.#parts.push(line, NEWLINE);
    this.#size += line.byteLength + 1;
    if (this.#size < MEMBER_BYTES) return false;
    await this.end();
    return true;
  }

  async end(): Promise<void> {
    if (this.#size === 0) return;
    this.#number += 1;
    const name = `${this.#folder}${String(this.#number).padStart(6, '0')}.jsonl`;
    await this.#archive.add({ name, bytes: Buffer.concat(this.#parts) });
    this.#parts = [];
    this.#size = 0;
  }
}

const NEWLINE = Uint8Array.of(0x0a);
