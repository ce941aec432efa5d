import { ServiceError } from '../base/error.ts';

/** Requests worked on at once. More would not be faster on one thread, only all of them later. */
const MOST_AT_ONCE = 16;
/** Of these, what one caller may have however quiet it is: whoever comes next finds a place. */
const MOST_OF_ONE = 12;
/** Requests that may wait for their turn; beyond it the service says so instead of growing. */
const MOST_WAITING = 4000;

/**
 * Lets a few requests work at a time and the others wait in line. Between two turns the event loop runs, so that connections are
 * accepted, time-outs kept and health questions answered however long the line is. A place that falls free goes to the caller who has
 * fewest, and of several to the one who waits longest, so that no caller takes the places of the others by asking more often.
 * Errors: UNAVAILABLE when the line is full, for whoever has most in it.
 */
export class Admission {
  /** By caller; who waits longest stands first. */
  readonly #waiting = new Map<string, { start: () => void; turnAway: (error: ServiceError) => void }[]>();
  readonly #working = new Map<string, number>();
  #inAll = 0;
  #inLine = 0;

  async run<Answer>(caller: string, work: () => Promise<Answer>): Promise<Answer> {
    if (this.#inAll < MOST_AT_ONCE && this.#of(caller) < MOST_OF_ONE) this.#take(caller);
    else await this.#turn(caller);
    try {
      return await work();
    } finally {
      this.#leave(caller);
    }
  }

  #of(caller: string): number {
    return this.#working.get(caller) ?? 0;
  }

  #take(caller: string): void {
    this.#inAll += 1;
    this.#working.set(caller, this.#of(caller) + 1);
  }

  #turn(caller: string): Promise<void> {
    if (this.#inLine >= MOST_WAITING) this.#makeRoomFor(caller);
    return new Promise((start, turnAway) => {
      const own = this.#waiting.get(caller) ?? [];
      own.push({ start, turnAway });
      this.#waiting.set(caller, own);
      this.#inLine += 1;
    });
  }

  /** The newest of whoever waits with most gives way to a caller with less; where that is the same one, it is turned away itself. */
  #makeRoomFor(caller: string): void {
    const full = new ServiceError('UNAVAILABLE', 'too many requests are waiting', { retryAfter: 2 });
    let heaviest: { turnAway: (error: ServiceError) => void }[] = [];
    for (const line of this.#waiting.values()) if (line.length > heaviest.length) heaviest = line;
    if (heaviest.length <= (this.#waiting.get(caller)?.length ?? 0) + 1) throw full;
    heaviest.pop()?.turnAway(full);
    this.#inLine -= 1;
  }

  #leave(caller: string): void {
    this.#inAll -= 1;
    const left = this.#of(caller) - 1;
    if (left === 0) this.#working.delete(caller);
    else this.#working.set(caller, left);
    this.#next();
  }

  /** The place passes straight on: whoever comes meanwhile does not overtake. */
  #next(): void {
    let first: string | undefined;
    let fewest = MOST_OF_ONE;
    for (const caller of this.#waiting.keys()) {
      if (this.#of(caller) < fewest) [first, fewest] = [caller, this.#of(caller)];
      if (fewest === 0) break;
    }
    const line = first === undefined ? undefined : this.#waiting.get(first);
    const next = line?.shift();
    if (first === undefined || line === undefined || next === undefined) return;
    // Whoever had a turn stands behind the others who have as few.
    this.#waiting.delete(first);
    if (line.length > 0) this.#waiting.set(first, line);
    this.#inLine -= 1;
    this.#take(first);
    setImmediate(next.start);
  }
}
