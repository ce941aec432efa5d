import { ServiceError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Line } from '../../formats/lines.ts';
import type { InstanceRecord } from '../../store/store.ts';
import { type Emit, LinesRun } from './lines-run.ts';
import type { BatchesDeps, StatusChange, StatusChanges } from './ports.ts';
import { assertGoingOn, isEndOfRun, type Progress } from './progress.ts';
import { digestOfLine, readLine } from './read-line.ts';
import { LINES_AT_ONCE, type Spool } from './spool.ts';

export interface StatusOptions {
  readonly instance: InstanceRecord;
  readonly mode: 'all' | 'each';
  /** One line as a change. Errors: those of a request body. */
  readonly read: (line: JsonObject) => StatusChange;
  readonly signal: AbortSignal;
}

/** What became of one line; `credentialId` where it could be read. */
export type StatusResult = { readonly line: number; readonly credentialId?: string } & (
  | { readonly status: 'changed' | 'unchanged' | 'valid' }
  | { readonly status: 'refused'; readonly error: unknown }
);

/** One run over the lines of a batch of status changes. They take effect in the order of their lines. */
export class StatusRun {
  readonly #deps: BatchesDeps;
  readonly #options: StatusOptions;
  readonly #spool: Spool;
  readonly #progress: Progress | undefined;
  readonly #changes: StatusChanges;

  constructor(deps: BatchesDeps, options: StatusOptions, run: { spool: Spool; progress?: Progress | undefined }) {
    this.#deps = deps;
    this.#options = options;
    this.#spool = run.spool;
    this.#progress = run.progress;
    this.#changes = deps.changesOf(options.instance);
  }

  run(emit: Emit<StatusResult>): Promise<void> {
    const { mode, signal } = this.#options;
    const course = new LinesRun<StatusResult, undefined>(
      { spool: this.#spool, progress: this.#progress, mode, signal },
      {
        prepare: async () => undefined,
        look: (line) => this.#look(line),
        brief: (result) => result,
        begin: () => undefined,
        work: (group) => this.#work(group),
        publish: () => this.#changes.publish(),
        done: DONE,
      },
    );
    return course.run(emit);
  }

  async #look(line: Line): Promise<StatusResult> {
    try {
      const change = this.#read(line);
      const { credentialId, purpose, set } = change;
      const record = await this.#deps.store.findIssuance(credentialId);
      const entry = record?.statusEntries.find((one) => one.purpose === purpose);
      if (record?.issuer !== this.#options.instance.id || entry === undefined)
        throw new ServiceError('NOT_FOUND', 'This issuer has no credential with this id and status purpose');
      if (purpose === 'revocation' && !set) throw new ServiceError('CONFLICT', 'A revocation is final');
      return { line: line.number, credentialId, status: 'valid' };
    } catch (error) {
      return this.#refused(line, error);
    }
  }

  #read(line: Line): StatusChange {
    const change = this.#options.read(readLine(line));
    this.#deps.assertChange(change);
    return change;
  }

  async #work(
    group: readonly Line[],
  ): Promise<{ readonly results: ReadonlyMap<number, StatusResult>; readonly ends: readonly unknown[] }> {
    const results = new Map<number, StatusResult>();
    const due: { readonly line: Line; readonly change: StatusChange }[] = [];
    for (const line of group) {
      try {
        due.push({ line, change: this.#read(line) });
      } catch (error) {
        results.set(line.number, this.#refused(line, error));
      }
    }
    const batch = this.#progress?.record.id ?? '';
    const outcomes = await this.#changes.change(
      due.map(({ line, change }) => ({
        ...change,
        batch: { batch, line: line.number, digest: digestOfLine(line) },
      })),
    );
    const ends: unknown[] = [];
    for (const [place, { line, change }] of due.entries()) {
      const outcome = outcomes[place];
      if (outcome === undefined) continue;
      const { credentialId } = change;
      if (!('error' in outcome)) {
        results.set(line.number, {
          line: line.number,
          credentialId,
          status: outcome.changed ? 'changed' : 'unchanged',
        });
      } else if (isEndOfRun(outcome.error)) ends.push(outcome.error);
      else results.set(line.number, { ...this.#refused(line, outcome.error), credentialId });
    }
    return { results, ends };
  }

  #refused({ number }: Line, error: unknown): StatusResult {
    if (!(error instanceof ServiceError)) this.#deps.fault(error);
    return { line: number, status: 'refused', error };
  }
}

const DONE: ReadonlySet<string> = new Set(['changed', 'unchanged']);

/** One run that revokes whatever a batch issued. */
export class UndoRun {
  readonly #deps: BatchesDeps;
  readonly #progress: Progress;
  readonly #changes: StatusChanges;
  readonly #signal: AbortSignal;

  constructor(deps: BatchesDeps, run: { instance: InstanceRecord; progress: Progress; signal: AbortSignal }) {
    this.#deps = deps;
    this.#progress = run.progress;
    this.#changes = deps.changesOf(run.instance);
    this.#signal = run.signal;
  }

  async run(emit: Emit<StatusResult>): Promise<void> {
    try {
      await this.#progress.save();
      for (;;) {
        assertGoingOn(this.#signal);
        if (!(await this.#page(emit))) break;
        await this.#progress.saveNowAndThen();
      }
      await this.#changes.publish();
      await this.#end('done');
    } catch (error) {
      await this.#end('interrupted').catch(() => undefined);
      throw error;
    }
  }

  async #page(emit: Emit<StatusResult>): Promise<boolean> {
    const { issuer, id, undo } = this.#progress.record;
    if (undo === undefined) return false;
    const { reason, effectiveDate } = undo;
    const lines = await this.#deps.store.listBatchLines(issuer, id, { after: undo.line, limit: LINES_AT_ONCE });
    const issued = lines.filter(({ issuance }) => issuance?.state === 'issued');
    const outcomes = await this.#changes.change(
      issued.map(({ credentialId }) => ({ credentialId, purpose: 'revocation', set: true, reason, effectiveDate })),
    );
    let [revoked, unchanged, refused] = [undo.revoked, undo.unchanged, undo.refused];
    for (const [place, { line, credentialId }] of issued.entries()) {
      const outcome = outcomes[place];
      if (outcome === undefined) continue;
      if ('error' in outcome) {
        if (isEndOfRun(outcome.error)) throw outcome.error;
        refused += 1;
        await emit({ line, credentialId, status: 'refused', error: outcome.error });
        continue;
      }
      if (outcome.changed) revoked += 1;
      else unchanged += 1;
      await emit({ line, credentialId, status: outcome.changed ? 'changed' : 'unchanged' });
    }
    this.#progress.update({ undo: { ...undo, line: lines.at(-1)?.line ?? undo.line, revoked, unchanged, refused } });
    return lines.length === LINES_AT_ONCE;
  }

  async #end(state: 'done' | 'interrupted'): Promise<void> {
    const { undo } = this.#progress.record;
    await this.#progress.end(undo === undefined ? {} : { undo: { ...undo, state } });
  }
}
