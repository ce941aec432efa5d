interface Waiting {
  readonly host: string;
  readonly enter: () => void;
}

interface TurnstileLimits {
  /** Requests under way to one host. */
  readonly perHost: number;
  /** Requests under way in all. */
  readonly overall: number;
  /** Requests that may wait for their turn; further ones are turned away at once. */
  readonly waiting: number;
}

/** Lets a bounded number of requests through, in order of arrival, without one slow host holding up the others. */
export class Turnstile {
  readonly #limits: TurnstileLimits;
  readonly #inside = new Map<string, number>();
  #total = 0;
  #queue: Waiting[] = [];

  constructor(limits: TurnstileLimits) {
    this.#limits = limits;
  }

  /** Wait for a turn. False when the queue is full or `signal` gave up first; after true, `leave` is owed. */
  enter(host: string, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.#free(host)) {
      this.#take(host);
      return Promise.resolve(true);
    }
    if (this.#queue.length >= this.#limits.waiting) return Promise.resolve(false);
    return new Promise((resolve) => {
      const giveUp = (): void => {
        this.#queue = this.#queue.filter((other) => other !== waiting);
        resolve(false);
      };
      const waiting: Waiting = {
        host,
        enter: () => {
          signal.removeEventListener('abort', giveUp);
          resolve(true);
        },
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#queue.push(waiting);
    });
  }

  leave(host: string): void {
    const left = (this.#inside.get(host) ?? 1) - 1;
    if (left === 0) this.#inside.delete(host);
    else this.#inside.set(host, left);
    this.#total -= 1;
    const next = this.#queue.findIndex((waiting) => this.#free(waiting.host));
    if (next === -1) return;
    const [waiting] = this.#queue.splice(next, 1);
    if (waiting === undefined) return;
    this.#take(waiting.host);
    waiting.enter();
  }

  #free(host: string): boolean {
    return this.#total < this.#limits.overall && (this.#inside.get(host) ?? 0) < this.#limits.perHost;
  }

  #take(host: string): void {
    this.#inside.set(host, (this.#inside.get(host) ?? 0) + 1);
    this.#total += 1;
  }
}
