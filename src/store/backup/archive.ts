/** A backup as one file: members in a row, each held in memory while it is written or read. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { ServiceError } from '../../base/error.ts';
import { readTarHeader, TAR_BLOCK, tarPadding, writeTarHeader } from '../../formats/tar.ts';

/** Two blocks of zeros end an archive. */
const END = 2 * TAR_BLOCK;
/** The longest line of a journal, and what may stand before it in the same member. */
const LARGEST_MEMBER = 80 * 1024 * 1024;

export interface Member {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface MemberDigest {
  readonly name: string;
  readonly size: number;
  /** SHA-256, hex. */
  readonly sha256: string;
}

export const digestOf = ({ name, bytes }: Member): MemberDigest => ({
  name,
  size: bytes.byteLength,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

export const invalid = (message: string, cause?: unknown): ServiceError =>
  new ServiceError('BACKUP_INVALID', message, cause === undefined ? {} : { cause });

export class ArchiveWriter {
  readonly members: MemberDigest[] = [];
  size = 0;
  readonly #file: FileHandle;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async add(member: Member): Promise<void> {
    const digest = digestOf(member);
    this.members.push(digest);
    await this.#write(writeTarHeader(digest));
    await this.#write(member.bytes);
    await this.#write(new Uint8Array(tarPadding(digest.size)));
  }

  /** Resolves when all of it is on stable storage. */
  async end(): Promise<void> {
    await this.#write(new Uint8Array(END));
    await this.#file.sync();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.byteLength; ) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.byteLength - done);
      done += bytesWritten;
    }
    this.size += bytes.byteLength;
  }
}

/** The members in order. Errors: BACKUP_INVALID for a file that is cut, goes on after its end, or is no archive of ours. */
export async function* readArchive(path: string): AsyncGenerator<Member & { readonly done: number }, void, void> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    const { code } = cause as NodeJS.ErrnoException;
    throw invalid(`the file cannot be read (${code})`, cause);
  });
  try {
    const { size } = await file.stat();
    for (let position = 0; ; ) {
      const block = await take(file, position, TAR_BLOCK);
      if (block.every((byte) => byte === 0)) return await assertEnd(file, position, size);
      const header = readTarHeader(block);
      if (header === undefined || header.size > LARGEST_MEMBER) throw invalid('this is no backup, or it was changed');
      const bytes = await take(file, position + TAR_BLOCK, header.size);
      const padding = await take(file, position + TAR_BLOCK + header.size, tarPadding(header.size));
      if (padding.some((byte) => byte !== 0)) throw invalid(`what follows ${header.name} was changed`);
      position += TAR_BLOCK + header.size + padding.byteLength;
      yield { name: header.name, bytes, done: position / size };
    }
  } finally {
    await file.close();
  }
}

async function assertEnd(file: FileHandle, position: number, size: number): Promise<void> {
  const end = await take(file, position, END);
  if (size !== position + END || end.some((byte) => byte !== 0)) throw invalid('something follows the end');
}

async function take(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw invalid('the file is cut short');
    done += bytesRead;
  }
  return bytes;
}
