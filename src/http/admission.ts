import { ServiceError } from '../base/error.ts';

/** Requests worked on at once. More would not be faster on one thread, only all of them later. */
const MOST_AT_ONCE = 16;
/** Requests that may wait for their turn; beyond it the service says so instead of growing. */
const MOST_WAITING = 4000;

/**
 * Lets a few requests work at a time and the others wait in line. Between two turns the event loop runs, so that connections are
 * accepted, time-outs kept and health questions answered however long the line is. Errors: UNAVAILABLE when the line is full.
 */
export class Admission {
  readonly #waiting: (() => void)[] = [];
  #working = 0;

  async run<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    if (this.#working >= MOST_AT_ONCE) await this.#turn();
    else this.#working += 1;
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.length >= MOST_WAITING)
      throw new ServiceError('UNAVAILABLE', 'too many requests are waiting', { retryAfter: 2 });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The place passes straight to who waits longest. */
  #next(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#working -= 1;
    else setImmediate(next);
  }
}
