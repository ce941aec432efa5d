import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceError } from '../../base/error.ts';
import { REQUEST_LIMITS } from '../../base/json.ts';
import { type Line, LineCutter } from '../../formats/lines.ts';

/** Lines of one batch, empty ones included, and their bytes together. */
export const MOST_LINES = 100_000;
const MOST_BYTES = 1024 * 1024 * 1024;
/** Lines that are worked on together, and the bytes after which fewer are. */
export const LINES_AT_ONCE = 128;
const BYTES_AT_ONCE = 4 * 1024 * 1024;
/** Bytes read or written at once. */
const PIECE = 256 * 1024;

/**
 * The lines of one request, on disk until they are done: in a file that has no name any more, so that it goes with the process, however
 * that ends.
 */
export class Spool {
  readonly #file: FileHandle;
  /** Lines that hold something. */
  lines = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /**
   * Everything that is sent, before any of it is looked at: what was cut off on the way leaves nothing behind.
   * Errors: LIMIT_EXCEEDED; UNAVAILABLE when the disk does not take it; those of the input.
   */
  static async receive(directory: string, input: AsyncIterable<Uint8Array>): Promise<Spool> {
    const spool = new Spool(await openUnnamed(directory));
    try {
      await spool.#fill(input);
      return spool;
    } catch (error) {
      await spool.close();
      throw error;
    }
  }

  async #fill(input: AsyncIterable<Uint8Array>): Promise<void> {
    const counter = new LineCutter(REQUEST_LIMITS.maxBytes);
    const count = (lines: Iterable<Line>): void => {
      for (const { number, bytes } of lines) {
        if (number > MOST_LINES) throw new ServiceError('LIMIT_EXCEEDED', `a batch has at most ${MOST_LINES} lines`);
        if (!isEmpty(bytes)) this.lines += 1;
      }
    };
    let size = 0;
    for await (const piece of input) {
      size += piece.length;
      if (size > MOST_BYTES) throw new ServiceError('LIMIT_EXCEEDED', `a batch has at most ${MOST_BYTES} bytes`);
      count(counter.push(piece));
      await onDisk(this.#file.writeFile(piece));
    }
    count(counter.end());
    if (this.lines === 0) throw new ServiceError('BAD_REQUEST', 'there is not one line');
  }

  /** The lines that hold something, a few at a time, in order. May be asked for again. */
  async *groups(): AsyncGenerator<readonly Line[], void, void> {
    const cutter = new LineCutter(REQUEST_LIMITS.maxBytes);
    let group: Line[] = [];
    let size = 0;
    for (let position = 0; ; ) {
      // A buffer of its own for each piece: lines are views into it.
      const { bytesRead, buffer } = await onDisk(this.#file.read(Buffer.alloc(PIECE), 0, PIECE, position));
      position += bytesRead;
      for (const line of bytesRead === 0 ? cutter.end() : cutter.push(buffer.subarray(0, bytesRead))) {
        if (isEmpty(line.bytes)) continue;
        group.push(line);
        size += line.bytes?.length ?? 0;
        if (group.length < LINES_AT_ONCE && size < BYTES_AT_ONCE) continue;
        yield group;
        [group, size] = [[], 0];
      }
      if (bytesRead === 0) break;
    }
    if (group.length > 0) yield group;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

async function openUnnamed(directory: string): Promise<FileHandle> {
  return onDisk(
    (async () => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const path = join(directory, randomUUID());
      const file = await open(path, 'wx+', 0o600);
      await unlink(path);
      return file;
    })(),
  );
}

async function onDisk<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    throw new ServiceError('UNAVAILABLE', 'the disk does not take the lines of the batch', { cause, retryAfter: 60 });
  }
}

/** Nothing but blanks: no line of anything. */
function isEmpty(bytes: Uint8Array | undefined): boolean {
  return bytes?.every((byte) => byte === 0x20 || byte === 0x09) === true;
}
