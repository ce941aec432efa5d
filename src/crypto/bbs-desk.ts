/**
 * Where BBS signatures and proofs are asked for. The arithmetic takes tens of milliseconds, so it runs on threads of its own. Callers take
 * turns there; whoever has more waiting than its part is told to come back, and everybody else's requests go on as before (docs/threats.md).
 */
import type { KeyObject } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { callerNow } from '../base/caller.ts';
import { ServiceError } from '../base/error.ts';
import type { BbsDerivation, BbsJob, BbsProof, BbsResult, BbsStatement } from './bbs-job.ts';
import { FairQueue } from './fair-queue.ts';

interface BbsLimits {
  /** Threads; they start when there is work, and do not keep the process alive without any. */
  readonly threads: number;
  /** Jobs of one line of callers that may wait for a thread; in a full line, no caller keeps another from its part. */
  readonly waiting: number;
  /** Milliseconds for one job. */
  readonly timeout: number;
}

const LIMITS: BbsLimits = {
  // One core is for the event loop.
  threads: Math.max(1, Math.min(4, availableParallelism() - 1)),
  waiting: 8,
  timeout: 10_000,
};

interface Ticket {
  readonly job: BbsJob;
  readonly resolve: (value: Uint8Array | boolean) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Errors of every question: ServiceError `UNAVAILABLE` when too many wait, or when the answer took too long; RangeError for what cannot be
 * signed or derived.
 */
export class BbsDesk {
  readonly #limits: BbsLimits;
  readonly #waiting: FairQueue<Ticket>;
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, { readonly ticket: Ticket; readonly timer: NodeJS.Timeout }>();

  constructor(limits: Partial<BbsLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits };
    this.#waiting = new FairQueue(this.#limits.waiting);
  }

  async sign(privateKey: KeyObject, input: BbsStatement): Promise<Uint8Array> {
    return asBytes(await this.#ask({ act: 'sign', privateKey, input }));
  }

  async verify(input: BbsStatement & { readonly signature: Uint8Array }): Promise<boolean> {
    return (await this.#ask({ act: 'verify', input })) === true;
  }

  async derive(input: BbsDerivation): Promise<Uint8Array> {
    return asBytes(await this.#ask({ act: 'derive', input }));
  }

  async verifyProof(input: BbsProof): Promise<boolean> {
    return (await this.#ask({ act: 'verifyProof', input })) === true;
  }

  #ask(job: BbsJob): Promise<Uint8Array | boolean> {
    return new Promise((resolve, reject) => {
      const ticket = { job, resolve, reject };
      if (this.#isFree) this.#start(ticket);
      else this.#waiting.push(callerNow(), ticket)?.reject(tooMany());
    });
  }

  get #isFree(): boolean {
    return this.#idle.length > 0 || this.#busy.size < this.#limits.threads;
  }

  #start(ticket: Ticket): void {
    const worker = this.#idle.pop() ?? this.#hire();
    const timer = setTimeout(() => this.#dismiss(worker, 'the proof took too long'), this.#limits.timeout);
    this.#busy.set(worker, { ticket, timer });
    worker.ref();
    worker.postMessage(ticket.job);
  }

  #advance(): void {
    while (this.#isFree) {
      const ticket = this.#waiting.shift();
      if (ticket === undefined) return;
      this.#start(ticket);
    }
  }

  #hire(): Worker {
    const worker = startThread();
    worker.on('message', (result: BbsResult) => this.#finish(worker, result));
    worker.on('error', () => this.#dismiss(worker, 'the thread for BBS proofs failed'));
    return worker;
  }

  #finish(worker: Worker, result: BbsResult): void {
    const ticket = this.#release(worker);
    worker.unref();
    if (ticket !== undefined) this.#idle.push(worker);
    if ('fault' in result) ticket?.reject(new RangeError(result.fault));
    else ticket?.resolve(result.value);
    this.#advance();
  }

  /** A thread that cannot be relied on goes, and its job with it; the next one gets a new thread. */
  #dismiss(worker: Worker, reason: string): void {
    const ticket = this.#release(worker);
    const place = this.#idle.indexOf(worker);
    if (place >= 0) this.#idle.splice(place, 1);
    void worker.terminate();
    ticket?.reject(new ServiceError('UNAVAILABLE', reason, { retryAfter: 2 }));
    this.#advance();
  }

  #release(worker: Worker): Ticket | undefined {
    const held = this.#busy.get(worker);
    if (held !== undefined) clearTimeout(held.timer);
    this.#busy.delete(worker);
    return held?.ticket;
  }
}

const tooMany = (): ServiceError =>
  new ServiceError('UNAVAILABLE', 'too many BBS proofs are waiting', { retryAfter: 2 });

/** As built, the thread is a file of its own; from the sources it first needs something that reads TypeScript. */
function startThread(): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./bbs-worker.js', import.meta.url));
  const tsx = import.meta.resolve('tsx/esm/api');
  const url = new URL('./bbs-worker.ts', import.meta.url).href;
  const code = `import('${tsx}').then(({ register }) => (register(), import('${url}')))`;
  return new Worker(code, { eval: true, execArgv: [] });
}

function asBytes(value: Uint8Array | boolean): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError('not bytes');
}

/** The desk of this process. */
export const bbsDesk = new BbsDesk();
