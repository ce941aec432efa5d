/**
 * How far this store has ever come, kept apart from journal and index: the head of the last synced group. Journal and index that both
 * end before it are an older copy, and an index entry of a status list could be given out again.
 *
 * `<directory>/high-water` holds two slots of 512 bytes, written in turn, so that one whole slot survives a write that did not end.
 * A slot is a JSON line, padded with blanks: `{"seq":…,"hash":"…","check":"…"}`, where `check` begins the SHA-256 of `seq hash`.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ServiceError } from '../../base/error.ts';
import type { Head } from '../transaction.ts';
import type { Disk, WritableFile } from './disk.ts';

const SLOT = 512;
const SLOT_LINE = /^\{"seq":(\d{1,15}),"hash":"([0-9a-f]{64})","check":"([0-9a-f]{16})"\} *\n/;

function checkOf({ sequence, hash }: Head): string {
  return createHash('sha256').update(`${sequence} ${hash}`).digest('hex').slice(0, 16);
}

/** The mark, or undefined when there never was one. Errors: `STORE_INTEGRITY` when neither slot can be read. */
export async function readHighWater(path: string): Promise<Head | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const slots = [text.slice(0, SLOT), text.slice(SLOT)].map(readSlot);
  const marks = slots.filter((slot) => slot !== undefined).sort((a, b) => b.sequence - a.sequence);
  if (marks[0] === undefined && text.length > 0) {
    throw new ServiceError('STORE_INTEGRITY', 'The high-water mark cannot be read');
  }
  return marks[0];
}

function readSlot(text: string): Head | undefined {
  const match = SLOT_LINE.exec(text);
  if (!match) return undefined;
  const head = { sequence: Number(match[1]), hash: match[2] ?? '' };
  return checkOf(head) === match[3] ? head : undefined;
}

export class HighWater {
  readonly #file: WritableFile;
  #slot = 0;

  private constructor(file: WritableFile) {
    this.#file = file;
  }

  /** Open for writing, and write the mark that holds now into both slots. */
  static async open(disk: Disk, path: string, now: Head): Promise<HighWater> {
    const mark = new HighWater(await disk.open(path));
    await mark.raise(now);
    await mark.raise(now);
    await disk.syncDirectory(dirname(path));
    return mark;
  }

  async raise(head: Head): Promise<void> {
    const line = `{"seq":${head.sequence},"hash":"${head.hash}","check":"${checkOf(head)}"}`;
    await this.#file.write(Buffer.from(`${line.padEnd(SLOT - 1)}\n`, 'latin1'), this.#slot * SLOT);
    await this.#file.sync();
    this.#slot = 1 - this.#slot;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
