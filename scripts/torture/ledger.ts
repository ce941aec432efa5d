/** What a long run has done so far, kept in a file, so that one that was broken off goes on where it stopped. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Tally {
  runs: number;
  cpuSeconds: number;
  error: string | undefined;
}

interface Kept {
  /** Of the code under test and of what tests it: what other code did says nothing of this one. */
  readonly digest: string;
  readonly runs: number;
  readonly seed: number;
  /** Parts that were finished, by their number. */
  readonly done: number[];
  readonly tallies: Tally[];
  minutes: number;
}

export class Ledger {
  readonly #file: string;
  readonly #kept: Kept;

  private constructor(file: string, kept: Kept) {
    this.#file = file;
    this.#kept = kept;
  }

  /** Goes on with the file when it is of the same code, count and seed, and nothing failed in it; else begins anew. */
  static open(file: string, { digest, runs, seed, rows }: Pick<Kept, 'digest' | 'runs' | 'seed'> & { rows: number }) {
    const before = readKept(file);
    const same = before?.digest === digest && before.runs === runs && before.seed === seed;
    if (same && before.tallies.every(({ error }) => error === undefined)) return new Ledger(file, before);
    const tallies = Array.from({ length: rows }, () => ({ runs: 0, cpuSeconds: 0, error: undefined }));
    return new Ledger(file, { digest, runs, seed, done: [], tallies, minutes: 0 });
  }

  get tallies(): readonly Tally[] {
    return this.#kept.tallies;
  }

  /** Of this run and of those that it goes on with. */
  get minutes(): number {
    return this.#kept.minutes;
  }

  /** Whether a run before this one was broken off. */
  get begun(): boolean {
    return this.#kept.done.length > 0;
  }

  has(part: number): boolean {
    return this.#kept.done.includes(part);
  }

  /** Written beside and renamed: a run that is killed leaves the file as it was before or after. */
  add(part: number, row: number, tally: Tally, minutes: number): void {
    const into = this.#kept.tallies[row] as Tally;
    into.runs += tally.runs;
    into.cpuSeconds += tally.cpuSeconds;
    into.error ??= tally.error;
    this.#kept.done.push(part);
    this.#kept.minutes = minutes;
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(`${this.#file}.new`, JSON.stringify(this.#kept));
    renameSync(`${this.#file}.new`, this.#file);
  }
}

/** Hex digest of the TypeScript files of these folders and of these files, names and contents. */
export function digestOfCode(root: string, places: readonly string[]): string {
  const files = places.flatMap((place) =>
    place.endsWith('.ts')
      ? [place]
      : readdirSync(join(root, place), { recursive: true, encoding: 'utf8' }).map((name) => join(place, name)),
  );
  const hash = createHash('sha256');
  for (const file of files.filter((name) => name.endsWith('.ts')).sort()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

function readKept(file: string): Kept | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Kept;
  } catch {
    return undefined;
  }
}
