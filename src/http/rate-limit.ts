import { ServiceError } from '../base/error.ts';

const WINDOW_MS = 60_000;
/** Addresses remembered at once; beyond it the oldest are forgotten, so that strangers cannot fill the memory. */
const MAX_CALLERS = 10_000;

/** A token bucket for each caller: `perMinute` requests, refilled steadily. Errors: RATE_LIMITED with the seconds to wait. */
export class RateLimit {
  readonly #perMinute: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, { level: number; at: number }>();

  constructor(deps: { readonly perMinute: number; readonly now?: () => number }) {
    this.#perMinute = deps.perMinute;
    // Monotonic: a wall clock that is set back must not lock anybody out.
    this.#now = deps.now ?? (() => performance.now());
  }

  take(caller: string): void {
    const now = this.#now();
    const bucket = this.#buckets.get(caller) ?? { level: this.#perMinute, at: now };
    const refill = ((now - bucket.at) * this.#perMinute) / WINDOW_MS;
    const level = Math.min(this.#perMinute, bucket.level + refill) - 1;
    this.#buckets.delete(caller);
    if (level < 0) {
      this.#buckets.set(caller, { level: level + 1, at: now });
      throw new ServiceError('RATE_LIMITED', 'too many requests', {
        retryAfter: Math.max(1, Math.ceil((-level * WINDOW_MS) / this.#perMinute / 1000)),
      });
    }
    this.#buckets.set(caller, { level, at: now });
    if (this.#buckets.size > MAX_CALLERS) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
  }
}
