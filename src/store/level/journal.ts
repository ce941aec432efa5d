/**
 * The journal: the source of truth of a store on disk. Append-only files below `<directory>/journal/`, one line per act
 * (../journal-record.ts), hash-chained, synced once per group. The level database beside it is an index that can be rebuilt from here.
 *
 * Not journalled, because it is short-lived and no act of ours: challenges and the foreign status lists seen (their keys begin with
 * `~`). They are in the index only, synced like the rest.
 */
import { dirname } from 'node:path';
import { GENESIS, sealAct } from '../journal-record.ts';
import type { CommittedAct, Head } from '../transaction.ts';
import type { Disk, WritableFile } from './disk.ts';
import { segmentPath } from './journal-reader.ts';

/** A segment that has grown beyond this is followed by the next one; bytes. */
export const SEGMENT_BYTES = 64 * 1024 * 1024;

export interface JournalEnd {
  readonly head: Head;
  readonly group: number;
  /** Number of the last segment, 0 when there is none, and how much of it holds whole lines. */
  readonly segment: number;
  readonly size: number;
}

export const EMPTY_JOURNAL: JournalEnd = { head: GENESIS, group: 0, segment: 0, size: 0 };

interface JournalDeps {
  readonly disk: Disk;
  readonly directory: string;
  readonly segmentBytes?: number;
}

/** The writing end. Not safe for two callers at once: the one writer of the store owns it. */
export class Journal {
  readonly #deps: JournalDeps;
  #end: JournalEnd;
  #file: WritableFile | undefined;

  constructor(deps: JournalDeps, end: JournalEnd) {
    this.#deps = deps;
    this.#end = end;
  }

  get head(): Head {
    return this.#end.head;
  }

  /**
   * Cut what follows the last whole line, and sync the rest: lines that a killed process wrote but did not sync are about to be
   * followed by the index, and it must never come further than the journal on disk.
   */
  async settle(): Promise<void> {
    const { segment, size } = this.#end;
    if (segment === 0) return;
    const file = await this.#deps.disk.open(segmentPath(this.#deps.directory, segment));
    if (file.size !== size) await file.truncate(size);
    await file.sync();
    this.#file = file;
  }

  /** Append the acts that have a sequence as one group. Resolves when they are on stable storage. */
  async append(acts: readonly CommittedAct[]): Promise<void> {
    let { head } = this.#end;
    const group = this.#end.group + 1;
    const lines: string[] = [];
    for (const act of acts) {
      if (act.sequence === undefined) continue;
      const sealed = sealAct(act, act.sequence, head, group);
      lines.push(sealed.line, '\n');
      head = sealed.head;
    }
    if (lines.length === 0) return;
    const bytes = Buffer.from(lines.join(''), 'utf8');
    const file = await this.#segment();
    await file.write(bytes, this.#end.size);
    await file.sync();
    this.#end = { ...this.#end, head, group, size: this.#end.size + bytes.byteLength };
  }

  async #segment(): Promise<WritableFile> {
    const { disk, directory, segmentBytes = SEGMENT_BYTES } = this.#deps;
    if (this.#file && this.#end.size < segmentBytes) return this.#file;
    await this.#file?.close();
    const segment = this.#end.segment + 1;
    if (segment === 1) await disk.syncDirectory(dirname(directory));
    this.#file = await disk.open(segmentPath(directory, segment));
    await disk.syncDirectory(directory);
    this.#end = { ...this.#end, segment, size: 0 };
    return this.#file;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }
}
