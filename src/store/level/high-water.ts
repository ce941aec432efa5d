/**
 * How far this store has ever come, kept apart from journal and index: the head of the last synced group. Journal and index that both
 * end before it are an older copy, and an entry of a status list could be given out again.
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

function readSlot(text: string): Head | undefined {
  const match = SLOT_LINE.exec(text);
  if (!match) return undefined;
  const head = { sequence: Number(match[1]), hash: match[2] ?? '' };
  return checkOf(head) === match[3] ? head : undefined;
}

type Slots = readonly [Head | undefined, Head | undefined];

/** Errors: `STORE_INTEGRITY` when something is there and neither slot can be read. */
async function readSlots(path: string): Promise<Slots> {
  let text = '';
  try {
    text = await readFile(path, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const slots: Slots = [readSlot(text.slice(0, SLOT)), readSlot(text.slice(SLOT))];
  if (text.length > 0 && !slots[0] && !slots[1]) {
    throw new ServiceError('STORE_INTEGRITY', 'The high-water mark cannot be read');
  }
  return slots;
}

/** The mark, or undefined when there never was one. Errors: `STORE_INTEGRITY`. */
export async function readHighWater(path: string): Promise<Head | undefined> {
  const [one, other] = await readSlots(path);
  return one && other && other.sequence > one.sequence ? other : (one ?? other);
}

export class HighWater {
  readonly #file: WritableFile;
  /** Sequence in each slot, -1 when it holds nothing. */
  readonly #sequences: [number, number];

  private constructor(file: WritableFile, sequences: [number, number]) {
    this.#file = file;
    this.#sequences = sequences;
  }

  /** Open for writing. The mark that is there stays until it is raised; with `lower`, whatever it says is then overwritten. */
  static async open(disk: Disk, path: string, { lower = false } = {}): Promise<HighWater> {
    const [one, other] = lower ? [] : await readSlots(path);
    const empty = lower ? Number.POSITIVE_INFINITY : -1;
    const file = await disk.open(path);
    await disk.syncDirectory(dirname(path));
    return new HighWater(file, [one?.sequence ?? empty, other?.sequence ?? empty]);
  }

  /** Write over the older slot, and over the other one too when it lies ahead: only an accepted restore goes back. */
  async raise(head: Head): Promise<void> {
    const older = this.#sequences[0] <= this.#sequences[1] ? 0 : 1;
    const other = older === 0 ? 1 : 0;
    await this.#write(older, head);
    if (this.#sequences[other] > head.sequence) await this.#write(other, head);
  }

  async #write(slot: 0 | 1, head: Head): Promise<void> {
    const line = `{"seq":${head.sequence},"hash":"${head.hash}","check":"${checkOf(head)}"}`;
    await this.#file.write(Buffer.from(`${line.padEnd(SLOT - 1)}\n`, 'latin1'), slot * SLOT);
    await this.#file.sync();
    this.#sequences[slot] = head.sequence;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
