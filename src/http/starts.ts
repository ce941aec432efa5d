/** Turns of the event loop that arrivals may take before what waits goes on all the same. */
const MOST_LET_IN = 8;

/**
 * Starts what waited for its turn: one piece of work in a turn of the event loop, and none while callers are arriving. The system hands
 * over one connection in a turn; work that was started in heaps would keep those outside who can be told at once that there is too much
 * to do, until the system drops them. Time-outs are kept and health questions answered likewise, however long the lines are.
 */
export class Starts {
  readonly #waiting: (() => void)[] = [];
  #arrived = false;
  #letIn = 0;
  #turning = false;

  /** To be said of every request. */
  arrived(): void {
    this.#arrived = true;
  }

  add(start: () => void): void {
    this.#waiting.push(start);
    if (!this.#turning) this.#again();
  }

  #again(): void {
    this.#turning = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    const wait = this.#arrived && this.#letIn < MOST_LET_IN;
    this.#arrived = false;
    this.#letIn = wait ? this.#letIn + 1 : 0;
    this.#turning = false;
    if (!wait) this.#waiting.shift()?.();
    if (this.#waiting.length > 0 && !this.#turning) this.#again();
  }
}
