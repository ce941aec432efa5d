import { ServiceError } from '../base/error.ts';
import type { Starts } from './starts.ts';

/** Requests worked on at once. More would not be faster on one thread, only all of them later. */
const MOST_AT_ONCE = 16;
/** Of these, what one caller may have however quiet it is: whoever comes next finds a place. */
const MOST_OF_ONE = 12;
/** Requests that may wait for their turn; beyond it the service says so instead of growing. */
const MOST_WAITING = 4000;
/** How long a request may wait in line at all. What was asked for at once is done, however long it takes, up to here. Milliseconds. */
const PATIENCE_MS = 30_000;
/** Whoever has so many in line, and goes on asking, asks for more than can be done. */
const OVERLOADED_AT = 1_200;
/** For so long after the last who had to be turned away, nobody of theirs is kept waiting only to be told so late. Milliseconds. */
const OVERLOADED_FOR_MS = 2_000;
const OVERLOADED_PATIENCE_MS = 300;

/** There is more to do than can be done. Nothing is wrong with the request, nor with the node. */
export class TooMany extends ServiceError {
  constructor() {
    super('UNAVAILABLE', 'too many requests are waiting', { retryAfter: 2 });
  }
}

/** Of one caller; who waits longest stands first. */
interface Line {
  readonly waiting: Waiting[];
  overloadedAt: number;
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
  readonly #lines = new Map<string, Line>();
  readonly #working = new Map<string, number>();
  #inAll = 0;
  #inLine = 0;
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
    const first = this.#lines.get(caller);
    if (first !== undefined && first.waiting.length >= OVERLOADED_AT) first.overloadedAt = since;
    this.#turnAwayLate(since);
    if (this.#inLine >= MOST_WAITING) this.#makeRoomFor(caller);
    return new Promise((start, turnAway) => {
      const own = this.#lines.get(caller) ?? { waiting: [], overloadedAt: Number.NEGATIVE_INFINITY };
      own.waiting.push({ since, start, turnAway });
      this.#lines.set(caller, own);
      this.#inLine += 1;
    });
  }

  /** The newest of whoever waits with most gives way to a caller with less; where that is the same one, it is turned away itself. */
  #makeRoomFor(caller: string): void {
    const full = new TooMany();
    let heaviest: Waiting[] = [];
    for (const { waiting } of this.#lines.values()) if (waiting.length > heaviest.length) heaviest = waiting;
    if (heaviest.length <= (this.#lines.get(caller)?.waiting.length ?? 0) + 1) throw full;
    heaviest.pop()?.turnAway(full);
    this.#inLine -= 1;
  }

  /** Those of a caller wait in the order in which they came, so the first who may stay ends the search. */
  #turnAwayLate(now: number): void {
    for (const [caller, line] of this.#lines) {
      const { waiting } = line;
      const overloaded = now - line.overloadedAt < OVERLOADED_FOR_MS;
      const patience = overloaded ? OVERLOADED_PATIENCE_MS : PATIENCE_MS;
      const stay = waiting.findIndex(({ since }) => now - since <= patience);
      const late = waiting.splice(0, stay < 0 ? waiting.length : stay);
      this.#inLine -= late.length;
      // The line of a caller who is there again within moments goes on to be an overloaded one.
      if (waiting.length === 0 && !overloaded) this.#lines.delete(caller);
      if (late.length > 0 && overloaded) line.overloadedAt = now;
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
    for (const [caller, { waiting }] of this.#lines) {
      if (waiting.length > 0 && this.#of(caller) < fewest) [first, fewest] = [caller, this.#of(caller)];
      if (fewest === 0) break;
    }
    const line = first === undefined ? undefined : this.#lines.get(first);
    const next = line?.waiting.shift();
    if (first === undefined || line === undefined || next === undefined) return;
    // Whoever had a turn stands behind the others who have as few.
    this.#lines.delete(first);
    if (line.waiting.length > 0 || this.#now() - line.overloadedAt < OVERLOADED_FOR_MS) this.#lines.set(first, line);
    this.#inLine -= 1;
    this.#take(first);
    this.#starts.add(next.start);
  }
}
