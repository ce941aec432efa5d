import { setTimeout as sleep } from 'node:timers/promises';

/** How long there is nothing to look for, milliseconds, unless somebody wakes the loop. */
const IDLE_MS = 5000;
/** The longest rest after work failed again and again. */
const LONGEST_REST_MS = 300_000;

/**
 * Work that a node does by itself, piece by piece: one piece at a time, as much rest as work so that others are served, a longer and longer
 * rest after failures, and an end that waits for the piece under way.
 */
export class Background {
  readonly #work: (stop: AbortSignal) => Promise<boolean>;
  readonly #onFailure: (error: unknown) => void;
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #running: Promise<void> | undefined;

  /** `work` does one piece and says whether there was one. */
  constructor(work: (stop: AbortSignal) => Promise<boolean>, onFailure: (error: unknown) => void) {
    this.#work = work;
    this.#onFailure = onFailure;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** There may be work: look now instead of after the rest. After a failure only time helps. */
  wake(): void {
    this.#wake.abort();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#stop.signal.aborted; ) {
      this.#wake = new AbortController();
      const started = performance.now();
      let rest = IDLE_MS;
      try {
        const worked = await this.#work(this.#stop.signal);
        failures = 0;
        if (worked) rest = Math.min(IDLE_MS, performance.now() - started);
      } catch (error) {
        failures += 1;
        rest = Math.min(LONGEST_REST_MS, IDLE_MS * 2 ** failures);
        this.#onFailure(error);
      }
      const wakers = failures === 0 ? [this.#stop.signal, this.#wake.signal] : [this.#stop.signal];
      await sleep(rest, undefined, { signal: AbortSignal.any(wakers), ref: false }).catch(() => undefined);
    }
  }
}
