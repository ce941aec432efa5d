import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { ServiceError } from '../../base/error.ts';
import type { BatchRecord } from '../../store/batch-records.ts';
import type { InstanceRecord, Page } from '../../store/store.ts';
import { type IssueOptions, type IssueResult, IssueRun } from './issue-run.ts';
import type { Emit } from './lines-run.ts';
import type { BatchesDeps } from './ports.ts';
import { HOLD_MS, Progress } from './progress.ts';
import { Spool } from './spool.ts';
import { type StatusOptions, type StatusResult, StatusRun, UndoRun } from './status-run.ts';

export type { BatchRecord } from '../../store/batch-records.ts';
export type { IssueResult } from './issue-run.ts';
export type { StatusResult } from './status-run.ts';

/** Batches under way at once: of one organisation, and in all. */
const MOST_OF_ONE = 2;
const MOST_UNDER_WAY = 6;

interface Asked {
  readonly input: AsyncIterable<Uint8Array>;
  /** Chosen by the client: the same one again means the same batch, which goes on where it ended. */
  readonly key: string | undefined;
  /** Look at the lines, and do nothing. */
  readonly dryRun: boolean;
}

interface UnderWay {
  readonly organisation: string;
  /** Aborted when the run will end before its last line. */
  readonly signal: AbortSignal;
  readonly ended: Promise<void>;
}

/** A batch that has arrived whole. */
export interface ReceivedBatch<Result> {
  /** Absent on a dry run, which leaves no record. */
  readonly id: string | undefined;
  /** To be called once, whatever happens. One result for each line that holds something, in order; each is awaited. */
  run(emit: Emit<Result>): Promise<void>;
}

/** Many credentials by one request: issued, replaced, suspended, revoked; each line once, however often it is sent. */
export class Batches {
  readonly #deps: BatchesDeps;
  readonly #stop = new AbortController();
  /** Runs of this process, by issuer and batch. */
  readonly #underWay = new Map<string, UnderWay>();

  constructor(deps: BatchesDeps) {
    this.#deps = deps;
  }

  /**
   * Take in a batch of credentials, one a line; with `superseding`, one `{supersedes, credential}` a line.
   * Errors: LIMIT_EXCEEDED, BAD_REQUEST, RATE_LIMITED and UNAVAILABLE while too many are under way, IDEMPOTENCY_IN_FLIGHT,
   * IDEMPOTENCY_KEY_REUSED, CONFLICT.
   */
  async issue(asked: Asked & IssueOptions): Promise<ReceivedBatch<IssueResult>> {
    const kind = asked.superseding === undefined ? 'issue' : 'supersede';
    return this.#receive(asked, kind, (run, signal) => new IssueRun(this.#deps, { ...asked, signal }, run));
  }

  /** Take in a batch of status changes, one a line. Errors: as above. */
  async changeStatus(asked: Asked & StatusOptions): Promise<ReceivedBatch<StatusResult>> {
    return this.#receive(asked, 'status', (run, signal) => new StatusRun(this.#deps, { ...asked, signal }, run));
  }

  /**
   * Revoke whatever a batch issued. Asked for again, it goes on where it ended.
   * Errors: NOT_FOUND, IDEMPOTENCY_IN_FLIGHT; CONFLICT for a batch that issued nothing, or whose undoing was begun with another reason.
   */
  async undo(
    instance: InstanceRecord,
    id: string,
    asked: {
      readonly reason: string;
      readonly effectiveDate: string;
      readonly startedAt: string;
      readonly signal: AbortSignal;
    },
  ): Promise<ReceivedBatch<StatusResult>> {
    const { reason, effectiveDate, startedAt } = asked;
    this.#deps.assertChange({ credentialId: '', purpose: 'revocation', set: true, reason, effectiveDate });
    const signal = this.#signalOf(asked.signal);
    const release = await this.#take(instance, id, signal);
    try {
      const record = await this.#deps.store.holdBatch(instance.id, id, this.#hold());
      const progress = new Progress(this.#deps.store, record);
      const { undo: begun } = record;
      if (record.kind === 'status' || (begun !== undefined && begun.reason !== reason)) {
        await progress.end({});
        const what = begun === undefined ? 'this batch issued nothing' : 'it is being undone for another reason';
        throw new ServiceError('CONFLICT', what);
      }
      const anew = { reason, effectiveDate, startedAt, line: 0, revoked: 0, unchanged: 0, refused: 0 };
      const resumed = begun?.state === 'done' ? undefined : begun;
      progress.update({ undo: { ...(resumed ?? anew), state: 'working' } });
      const run = new UndoRun(this.#deps, { instance, progress, signal });
      return { id, run: (emit) => run.run(emit).finally(release) };
    } catch (error) {
      release();
      throw error;
    }
  }

  async require(instance: InstanceRecord, id: string): Promise<BatchRecord> {
    const found = await this.#deps.store.findBatch(instance.id, id);
    if (found === undefined) throw new ServiceError('NOT_FOUND', 'no such batch');
    return this.#asItIs(found);
  }

  async list(instance: InstanceRecord, page: { cursor?: string; limit: number }): Promise<Page<BatchRecord>> {
    const found = await this.#deps.store.listBatches(instance.id, page);
    return { ...found, items: found.items.map((one) => this.#asItIs(one)) };
  }

  /** Leave what is under way where it can be gone on with. Resolves when it is left. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#underWay.values()].map(({ ended }) => ended));
  }

  async #receive<Result>(
    { instance, mode, key, dryRun, input, signal: caller }: Asked & Pick<IssueOptions, 'instance' | 'mode' | 'signal'>,
    kind: BatchRecord['kind'],
    runOf: (
      run: { spool: Spool; progress?: Progress | undefined; known: boolean },
      signal: AbortSignal,
    ) => { run(emit: Emit<Result>): Promise<void> },
  ): Promise<ReceivedBatch<Result>> {
    const id = key === undefined ? randomBytes(16).toString('base64url') : idOf(instance, key);
    const signal = this.#signalOf(caller);
    const release = await this.#take(instance, dryRun ? randomUUID() : id, signal);
    let spool: Spool | undefined;
    try {
      spool = await Spool.receive(this.#deps.directory, input);
      const { id: issuer, organisation } = instance;
      const batch = { id, issuer, organisation, kind, mode, lines: spool.lines };
      const begun = dryRun ? undefined : await this.#deps.store.beginBatch(batch, this.#hold());
      const progress = begun && new Progress(this.#deps.store, begun.record);
      const received = spool;
      const run = runOf({ spool: received, progress, known: begun?.known ?? false }, signal);
      return {
        id: dryRun ? undefined : id,
        run: (emit) => run.run(emit).finally(() => received.close().finally(release)),
      };
    } catch (error) {
      await spool?.close();
      release();
      throw error;
    }
  }

  #hold() {
    return { holder: randomUUID(), ms: HOLD_MS, alone: this.#deps.alone };
  }

  #signalOf(caller: AbortSignal): AbortSignal {
    return AbortSignal.any([caller, this.#stop.signal]);
  }

  /** Room for one more. What is returned gives it back. */
  async #take({ id: issuer, organisation }: InstanceRecord, id: string, signal: AbortSignal): Promise<() => void> {
    const place = placeOf(issuer, id);
    const before = this.#underWay.get(place);
    if (before?.signal.aborted) await before.ended;
    if (this.#stop.signal.aborted) throw new ServiceError('UNAVAILABLE', 'the node is stopping', { retryAfter: 5 });
    if (this.#underWay.has(place))
      throw new ServiceError('IDEMPOTENCY_IN_FLIGHT', 'this batch is under way', { retryAfter: 5 });
    const ofOne = [...this.#underWay.values()].filter((one) => one.organisation === organisation);
    if (ofOne.length >= MOST_OF_ONE)
      throw new ServiceError('RATE_LIMITED', `${MOST_OF_ONE} batches are under way`, { retryAfter: 10 });
    if (this.#underWay.size >= MOST_UNDER_WAY)
      throw new ServiceError('UNAVAILABLE', 'too many batches are under way', { retryAfter: 10 });
    let release = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      release = () => {
        this.#underWay.delete(place);
        resolve();
      };
    });
    this.#underWay.set(place, { organisation, signal, ended });
    return release;
  }

  /** A record that says that somebody is at work on it, and nobody is: it was interrupted. */
  #asItIs(record: BatchRecord): BatchRecord {
    const { hold, state, undo } = record;
    const here = this.#underWay.has(placeOf(record.issuer, record.id));
    const elsewhere = !this.#deps.alone && hold !== undefined && hold.until > this.#deps.clock.now();
    if (here || elsewhere) return record;
    return {
      ...record,
      state: state === 'validating' || state === 'working' ? 'interrupted' : state,
      ...(undo === undefined
        ? {}
        : { undo: { ...undo, state: undo.state === 'working' ? 'interrupted' : undo.state } }),
    };
  }
}

const placeOf = (issuer: string, id: string): string => JSON.stringify([issuer, id]);

/** A key is one batch of one issuer; the id shows nothing of it. */
function idOf({ id }: InstanceRecord, key: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['batch', id, key]))
    .digest('base64url')
    .slice(0, 22);
}
