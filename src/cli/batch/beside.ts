/** What is kept beside the file of a batch: the key under which it goes on, and its results. */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { ServiceError } from '../../base/error.ts';
import { isObject, readJsonObject } from '../../base/json.ts';

/** The `Idempotency-Key` of this file and issuer: the same one every time, so that a rerun goes on where the last one ended. */
export async function keyOf(path: string, issuer: string): Promise<string> {
  const file = `${path}.batch.json`;
  const kept = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw unwritable(file, error);
  });
  const read = kept === undefined ? undefined : readJsonObject(kept);
  const keys = read === undefined ? {} : read.ok && read.value['format'] === FORMAT ? read.value['keys'] : undefined;
  if (!isObject(keys)) throw new ServiceError('BAD_REQUEST', `${file} does not hold the key of a batch`);
  const known = keys[issuer];
  if (typeof known === 'string') return known;
  const key = randomUUID();
  await writeWhole(file, `${JSON.stringify({ format: FORMAT, keys: { ...keys, [issuer]: key } }, null, 2)}\n`);
  return key;
}

const FORMAT = 'proofprint-batch/1';

async function writeWhole(path: string, text: string): Promise<void> {
  const file = await WholeFile.begin(path);
  try {
    await file.write(text);
    await file.keep();
  } catch (error) {
    await file.leave();
    throw error;
  }
}

/** A file that is there whole or not at all: it gets its name when all of it is on disk. */
export class WholeFile {
  readonly #path: string;
  readonly #file: FileHandle;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** Errors: BAD_REQUEST when it cannot be written there. */
  static async begin(path: string): Promise<WholeFile> {
    const file = await open(`${path}.part`, 'w', 0o600).catch((cause: unknown) => {
      throw unwritable(path, cause);
    });
    return new WholeFile(path, file);
  }

  async write(text: string): Promise<void> {
    await this.#file.writeFile(text);
  }

  async keep(): Promise<void> {
    await this.#file.sync();
    await this.#file.close();
    await rename(`${this.#path}.part`, this.#path);
  }

  async leave(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(`${this.#path}.part`, { force: true });
  }
}

const unwritable = (path: string, cause: unknown): ServiceError =>
  new ServiceError('BAD_REQUEST', `${path} cannot be written`, { cause });
