import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import type { Disk, WritableFile } from './disk.ts';

/** Written at once, so that whoever waits for the disk does not wait long. Bytes. */
const PIECE = 1024 * 1024;

/**
 * A file that holds nothing but room: given back when the disk is full, so that what was begun can be ended, revocations be written, and
 * the store be closed and opened. Filled with random bytes, since some file systems keep no room for zeros.
 */
export class Reserve {
  readonly #file: WritableFile;
  readonly #bytes: number;
  #held: number;
  #filling: Promise<void> | undefined;
  #stopped = false;

  private constructor(file: WritableFile, bytes: number) {
    this.#file = file;
    this.#bytes = bytes;
    this.#held = file.size;
  }

  static async open(disk: Disk, path: string, bytes: number): Promise<Reserve> {
    const file = await disk.open(path);
    await disk.syncDirectory(dirname(path));
    const reserve = new Reserve(file, bytes);
    if (file.size > bytes) await reserve.#truncate(bytes);
    return reserve;
  }

  /** Bytes in the file. */
  get held(): number {
    return this.#held;
  }

  /** Bytes that it lacks. */
  get missing(): number {
    return this.#bytes - this.#held;
  }

  /** Begin to fill it up, behind the scenes; a disk that turns out to be full gets back what it gave. */
  fill(): void {
    if (this.#filling !== undefined || this.#stopped || this.missing === 0) return;
    this.#filling = this.#fill()
      .catch(() => this.#truncate(0))
      .catch(() => undefined)
      .finally(() => {
        this.#filling = undefined;
      });
  }

  async #fill(): Promise<void> {
    const piece = randomBytes(Math.min(PIECE, this.#bytes));
    while (this.missing > 0 && !this.#stopped) {
      const some = piece.subarray(0, Math.min(piece.byteLength, this.missing));
      await this.#file.write(some, this.#held);
      await this.#file.sync();
      this.#held += some.byteLength;
    }
  }

  /** Give it all back. Returns whether there was anything to give. */
  async release(): Promise<boolean> {
    await this.#stop();
    this.#stopped = false;
    if (this.#held === 0) return false;
    await this.#truncate(0);
    return true;
  }

  async close(): Promise<void> {
    await this.#stop();
    await this.#file.close();
  }

  async #stop(): Promise<void> {
    this.#stopped = true;
    await this.#filling;
  }

  async #truncate(length: number): Promise<void> {
    await this.#file.truncate(length);
    await this.#file.sync();
    this.#held = length;
  }
}
