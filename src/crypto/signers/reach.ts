import type { ServiceError } from '../../base/error.ts';
import { outOfReach } from './key-holder.ts';

/** Milliseconds between a failure and the next try, so that a holder in trouble is not hammered. */
const REST = 500;

/** Whether a holder is there, as far as its last answers say; tells of it when that changes. */
export class Reach {
  readonly #holder: string;
  readonly #tell: (what: string) => void;
  #away: string | undefined;
  #resting = false;

  constructor(holder: string, tell: (what: string) => void) {
    this.#holder = holder;
    this.#tell = tell;
  }

  /** Errors: KEY_STORE within half a second of a failure. */
  assertMayTry(): void {
    if (this.#resting) throw outOfReach(this.#holder, this.#away ?? 'it failed a moment ago');
  }

  /** To be thrown. */
  lost(why: string, cause?: unknown): ServiceError {
    if (this.#away === undefined) this.#tell(`the keys in ${this.#holder} are out of reach: ${why}`);
    this.#away = why;
    this.#resting = true;
    setTimeout(() => {
      this.#resting = false;
    }, REST).unref();
    return outOfReach(this.#holder, why, cause);
  }

  found(): void {
    if (this.#away === undefined) return;
    this.#away = undefined;
    this.#tell(`the keys in ${this.#holder} are back`);
  }
}
