import { ServiceError } from '../base/error.ts';
import type { Starts } from './starts.ts';

/** Requests worked on at once. More would not be faster on one thread, only all of them later. */
const MOST_AT_ONCE = 16;
/** Of these, what one caller may have however quiet it is: whoever comes next finds a place. */
const MOST_OF_ONE = 12;
/** Requests that may wait for their turn; beyond it the service says so instead of growing. */
const MOST_WAITING = 4000;
/** How long a request may wait in line, so that what passes within seconds is borne. Milliseconds. */
const PATIENCE_MS = 10_000;
/** Once there has been a line for so long, more is asked than can be done; nobody is then kept waiting only to be told so late. */
const STANDING_MS = 5_000;
const STANDING_PATIENCE_MS = 500;

/** There is more to do than can be done. Nothing is wrong with the request, nor with the node. */
export class TooMany extends ServiceError {
  constructor() {
    super('UNAVAILABLE', 'too many requests are waiting', { retryAfter: 2 });
  }
}

interface Waiting {
  readonly since: number;
  readonly start: () => void;
  readonly turnAway: (error: ServiceError) => void;
}

/**
 * Lets a few requests work at a time and the others wait in line. A place that falls free goes to the caller who has
 * fewest, and of several to the one who waits longest, so that no caller takes the places of the others by asking more often.
 * Errors: UNAVAILABLE when the line is full, for whoever has most in it, and for whoever has waited too long.
 */
export class WaitingLine {
  /** By caller; who waits longest stands first. */
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #working = new Map<string, number>();
  #inAll = 0;
  #inLine = 0;
  /** Since when there has been a line without a break. */
  #standingSince = 0;
  readonly #now: () => number;
  readonly #starts: Starts;

  /** `now` is monotonic: a wall clock that is set forward must turn nobody away. */
  constructor(deps: { readonly now: () => number; readonly starts: Starts }) {
    this.#now = deps.now;
    this.#starts = deps.starts;
  }

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
    const since = this.#now();
    this.#turnAwayLate(since);
    if (this.#inLine >= MOST_WAITING) this.#makeRoomFor(caller);
    if (this.#inLine === 0) this.#standingSince = since;
    return new Promise((start, turnAway) => {
      const own = this.#waiting.get(caller) ?? [];
      own.push({ since, start, turnAway });
      this.#waiting.set(caller, own);
      this.#inLine += 1;
    });
  }

  /** The newest of whoever waits with most gives way to a caller with less; where that is the same one, it is turned away itself. */
  #makeRoomFor(caller: string): void {
    const full = new TooMany();
    let heaviest: Waiting[] = [];
    for (const line of this.#waiting.values()) if (line.length > heaviest.length) heaviest = line;
    if (heaviest.length <= (this.#waiting.get(caller)?.length ?? 0) + 1) throw full;
    heaviest.pop()?.turnAway(full);
    this.#inLine -= 1;
  }

  /** Those of a caller wait in the order in which they came, so the first who may stay ends the search. */
  #turnAwayLate(now: number): void {
    if (this.#inLine === 0) return;
    const patience = now - this.#standingSince > STANDING_MS ? STANDING_PATIENCE_MS : PATIENCE_MS;
    for (const [caller, line] of this.#waiting) {
      const stay = line.findIndex(({ since }) => now - since <= patience);
      const late = line.splice(0, stay < 0 ? line.length : stay);
      this.#inLine -= late.length;
      if (line.length === 0) this.#waiting.delete(caller);
      for (const { turnAway } of late) turnAway(new TooMany());
    }
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
    this.#turnAwayLate(this.#now());
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
    this.#starts.add(next.start);
  }
}
