import { setImmediate } from 'node:timers/promises';
import type { Line } from '../../formats/lines.ts';
import { assertGoingOn, type Progress } from './progress.ts';
import type { Spool } from './spool.ts';

export type Emit<Result> = (result: Result) => Promise<void>;

interface LineResult {
  readonly line: number;
  readonly status: string;
}

/** What a kind of batch does with its lines. */
export interface LineWork<Result extends LineResult, Known> {
  /** Once for each group, before any of its lines. */
  readonly prepare: (group: readonly Line[]) => Promise<Known>;
  /** Whether one line is good; nothing is written. */
  readonly look: (line: Line, known: Known) => Promise<Result>;
  /** What is remembered of a good line until it is known whether all are. */
  readonly brief: (result: Result) => Result;
  /** All lines have been looked at: what follows begins with the first one. */
  readonly begin: () => void;
  /** Results by line; those that what `ends` befell have none, and are done another time. */
  readonly work: (
    group: readonly Line[],
    known: Known,
  ) => Promise<{ readonly results: ReadonlyMap<number, Result>; readonly ends: readonly unknown[] }>;
  readonly publish: () => Promise<void>;
  /** The words for a line that was done. */
  readonly done: ReadonlySet<string>;
}

interface RunOf {
  readonly spool: Spool;
  /** Absent on a dry run. */
  readonly progress?: Progress | undefined;
  readonly mode: 'all' | 'each';
  readonly signal: AbortSignal;
}

/** The course that every batch takes over its lines: looked at, then worked on a group at a time, and told in their order. */
export class LinesRun<Result extends LineResult, Known> {
  readonly #run: RunOf;
  readonly #work: LineWork<Result, Known>;

  constructor(run: RunOf, work: LineWork<Result, Known>) {
    this.#run = run;
    this.#work = work;
  }

  /** Errors: whatever makes it senseless to go on; what was done so far is on disk and is not done again. */
  async run(emit: Emit<Result>): Promise<void> {
    const { progress, mode } = this.#run;
    if (progress === undefined) return this.#lookAtAll(emit, { tellAll: true }).then(() => undefined);
    try {
      const good = mode === 'each' || (await this.#lookAtAll(emit, { tellAll: false }));
      if (!good) return await progress.end({ state: 'refused' });
      progress.update({ state: 'working', checked: 0, done: 0, refused: 0 });
      await progress.save();
      this.#work.begin();
      await this.#workOnAll(emit, progress);
      await this.#work.publish();
      await progress.end({ state: 'done' });
    } catch (error) {
      await progress.end({ state: 'interrupted' }).catch(() => undefined);
      throw error;
    }
  }

  /** True when all are good; the lines are told once one of them is not, or all of them on a dry run. */
  async #lookAtAll(emit: Emit<Result>, { tellAll }: { readonly tellAll: boolean }): Promise<boolean> {
    const untold: Result[] = [];
    let good = true;
    for await (const group of this.#run.spool.groups()) {
      assertGoingOn(this.#run.signal);
      const known = await this.#work.prepare(group);
      for (const line of group) {
        await setImmediate();
        const result = await this.#work.look(line, known);
        await this.#run.progress?.saveNowAndThen();
        this.#count(result);
        if (result.status === 'refused') good = false;
        if (good && !tellAll) untold.push(this.#work.brief(result));
        else {
          for (const earlier of untold.splice(0)) await emit(earlier);
          await emit(result);
        }
      }
    }
    return good;
  }

  async #workOnAll(emit: Emit<Result>, progress: Progress): Promise<void> {
    for await (const group of this.#run.spool.groups()) {
      assertGoingOn(this.#run.signal);
      const { results, ends } = await this.#work.work(group, await this.#work.prepare(group));
      for (const { number } of group) {
        const result = results.get(number);
        if (result === undefined) continue;
        this.#count(result);
        await emit(result);
      }
      if (ends.length > 0) throw ends[0];
      await progress.saveNowAndThen();
    }
  }

  #count({ status }: Result): void {
    const { checked = 0, done = 0, refused = 0 } = this.#run.progress?.record ?? {};
    this.#run.progress?.update({
      checked: checked + 1,
      done: done + Number(this.#work.done.has(status)),
      refused: refused + Number(status === 'refused'),
    });
  }
}
