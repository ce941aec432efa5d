import { randomUUID } from 'node:crypto';
import { Background } from '../base/background.ts';
import type { Clock } from '../base/clock.ts';
import { ServiceError } from '../base/error.ts';
import { formatDateTime } from '../formats/date-time.ts';
import type { ReevaluationJob, WatchRecord } from '../store/reevaluation-records.ts';
import type { InstanceRecord, Store } from '../store/store.ts';

/** How often a watch judges everything again, seconds. */
export const MIN_WATCH_SECONDS = 60;
const DEFAULT_WATCH_SECONDS = 3600;
export const MAX_WATCH_SECONDS = 30 * 86_400;
/** Evaluations judged again in one go, before the others get their turn and the progress is on disk. */
const PAGE = 10;
/**
 * How long a job that nobody waits for rests, milliseconds, when an answer became undetermined: a host that is down for a moment is no
 * news. After the last rest the answer counts as it is, and so do those of all pages to come.
 */
const PATIENCE_MS = [60_000, 300_000, 1_500_000];
/** Failures named with a job; the rest is counted. */
const MOST_NAMED = 20;

interface ReevaluationsDeps {
  readonly store: Pick<
    Store,
    | 'addJob'
    | 'findJob'
    | 'findNextJob'
    | 'saveProgress'
    | 'listChains'
    | 'findInstance'
    | 'saveWatch'
    | 'findWatch'
    | 'beginPasses'
  >;
  readonly clock: Clock;
  /** Whether it falls to this process, where several share the store; always unless given. */
  readonly mayWork?: (() => Promise<boolean>) | undefined;
  /** Judge the newest evaluation of a chain again. Errors: any refusal; it is counted and named. */
  readonly refresh: (
    instance: InstanceRecord,
    id: string,
    options: { readonly patient: boolean },
  ) => Promise<{ changed: boolean; doubtful: boolean }>;
  readonly alarm: (what: string) => void;
}

/** Judges many evaluations again, in the background and over restarts: on request, on a watch, and when a status changes here. */
export class Reevaluations {
  readonly #deps: ReevaluationsDeps;
  readonly #background: Background;
  /** Chains that a job has been to in this process: one may rest on a credential in several of its evaluations. */
  readonly #visited = new Map<string, Set<string>>();

  constructor(deps: ReevaluationsDeps) {
    this.#deps = deps;
    this.#background = new Background(
      (stop) => this.work(stop),
      (error) => deps.alarm(`judging again stopped: ${error instanceof ServiceError ? error.code : 'fault'}`),
    );
  }

  async request(instance: InstanceRecord, dependsOn: string | undefined): Promise<ReevaluationJob> {
    const job = await this.#deps.store.addJob({
      id: randomUUID(),
      verifier: instance.id,
      reason: 'request',
      dependsOn,
    });
    this.wake();
    return job;
  }

  async requireJob(instance: InstanceRecord, id: string): Promise<ReevaluationJob> {
    const job = await this.#deps.store.findJob(instance.id, id);
    if (job === undefined) throw new ServiceError('NOT_FOUND', 'no such job, or it was done long ago');
    return job;
  }

  /** Judge the evaluations of this instance again by itself, every hour unless told otherwise. */
  async watch(instance: InstanceRecord, everySeconds = DEFAULT_WATCH_SECONDS): Promise<WatchRecord | undefined> {
    await this.#deps.store.saveWatch(instance.id, everySeconds);
    return this.findWatch(instance);
  }

  async unwatch(instance: InstanceRecord): Promise<undefined> {
    await this.#deps.store.saveWatch(instance.id, undefined);
  }

  findWatch(instance: InstanceRecord): Promise<WatchRecord | undefined> {
    return this.#deps.store.findWatch(instance.id);
  }

  /** There may be work: look now instead of after the rest. */
  wake(): void {
    this.#background.wake();
  }

  start(): void {
    this.#background.start();
  }

  /** Resolves when the page that is under way is on disk, or left for the next process. */
  stop(): Promise<void> {
    return this.#background.stop();
  }

  /** One page of one job. Result: whether there was one. */
  async work(stop?: AbortSignal): Promise<boolean> {
    if ((await this.#deps.mayWork?.()) === false) return false;
    await this.#deps.store.beginPasses();
    const job = await this.#deps.store.findNextJob(this.#deps.clock.now());
    if (job === undefined) return false;
    const instance = await this.#deps.store.findInstance('verifier', job.verifier);
    // Without an instance its organisation was deleted meanwhile.
    const next = instance === undefined ? this.#finished(job) : await this.#page(instance, job, stop);
    if (next === undefined) return false;
    if (next.state === 'done') this.#visited.delete(keyOf(job));
    await this.#deps.store.saveProgress(next);
    return true;
  }

  /** The job after one page; nothing when the node is stopping, and the page is begun again by the next process. */
  async #page(
    instance: InstanceRecord,
    job: ReevaluationJob,
    stop: AbortSignal | undefined,
  ): Promise<ReevaluationJob | undefined> {
    const { dependsOn, position: after, notBefore: _over, ...rest } = job;
    const page = await this.#deps.store.listChains(job.verifier, { dependsOn, after, limit: PAGE });
    const visited = this.#visited.get(keyOf(job)) ?? new Set();
    const roots = [...new Set(page.roots)].filter((root) => !visited.has(root));
    const patience = job.reason === 'request' ? undefined : PATIENCE_MS[job.waited];
    const begun: ReevaluationJob = {
      ...rest,
      ...(dependsOn === undefined ? {} : { dependsOn }),
      position: after,
      state: 'running',
    };
    let next: ReevaluationJob = { ...begun, position: page.position };
    for (const root of roots) {
      if (stop?.aborted) return undefined;
      const { job: counted, doubtful } = await this.#refresh(instance, root, next, patience !== undefined);
      if (doubtful && patience !== undefined) {
        return {
          ...begun,
          changed: next.changed,
          waited: job.waited + 1,
          notBefore: this.#deps.clock.now() + patience,
        };
      }
      next = counted;
    }
    this.#visited.set(keyOf(job), new Set([...visited, ...roots]));
    return page.more ? next : this.#finished(next);
  }

  #finished(job: ReevaluationJob): ReevaluationJob {
    return { ...job, state: 'done', finishedAt: formatDateTime(this.#deps.clock.now()) };
  }

  async #refresh(
    instance: InstanceRecord,
    root: string,
    job: ReevaluationJob,
    patient: boolean,
  ): Promise<{ job: ReevaluationJob; doubtful: boolean }> {
    const checked = { ...job, checked: job.checked + 1 };
    try {
      const { changed, doubtful } = await this.#deps.refresh(instance, root, { patient });
      return { job: changed ? { ...checked, changed: job.changed + 1 } : checked, doubtful };
    } catch (error) {
      const code = error instanceof ServiceError ? error.code : 'INTERNAL';
      // Somebody judged it again in this moment.
      if (code === 'CONFLICT') return { job: checked, doubtful: false };
      // Nothing was found out about the evaluation: the page is begun again later.
      if (code === 'UNAVAILABLE') throw error;
      if (code === 'INTERNAL') this.#deps.alarm('an evaluation could not be judged again');
      const failures = [...job.failures, { evaluation: root, code }].slice(0, MOST_NAMED);
      return { job: { ...checked, failed: job.failed + 1, failures }, doubtful: false };
    }
  }
}

function keyOf({ verifier, id }: ReevaluationJob): string {
  return JSON.stringify([verifier, id]);
}
