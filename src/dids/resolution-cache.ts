import type { Clock } from '../base/clock.ts';

interface Entry<Value> {
  readonly value: Value;
  readonly from: number;
  readonly until: number;
}

/** Remembers values for a while, and lets those who ask at the same time share one piece of work. */
export class ResolutionCache<Value> {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #underWay = new Map<string, Promise<Value>>();

  constructor(clock: Clock, capacity: number) {
    this.#clock = clock;
    this.#capacity = capacity;
  }

  /** `ttlOf` says how many milliseconds a new value may be kept. */
  through(key: string, work: () => Promise<Value>, ttlOf: (value: Value) => number): Promise<Value> {
    const kept = this.#find(key);
    if (kept !== undefined) return Promise.resolve(kept.value);
    const shared = this.#underWay.get(key);
    if (shared !== undefined) return shared;
    const fresh = work()
      .then((value) => {
        this.#keep(key, value, ttlOf(value));
        return value;
      })
      .finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, fresh);
    return fresh;
  }

  #find(key: string): Entry<Value> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const now = this.#clock.now();
    // A clock set back before the entry was made must not lengthen its life.
    if (entry.from <= now && now < entry.until) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  #keep(key: string, value: Value, ttl: number): void {
    const now = this.#clock.now();
    this.#entries.delete(key);
    this.#entries.set(key, { value, from: now, until: now + ttl });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#capacity && oldest !== undefined) this.#entries.delete(oldest);
  }
}
