import { Background } from '../base/background.ts';
import { ServiceError } from '../base/error.ts';
import type { Store } from '../store/store.ts';

/** Rounds of the background between two looks: about a minute. */
const EVERY = 12;

interface LeftBehindDeps {
  readonly store: Pick<Store, 'releaseLeftBehind'>;
  /** Close the intents that nobody is at work on; how many there were. */
  readonly settleIntents: () => Promise<number>;
  readonly alarm: (what: string) => void;
}

/**
 * Where several processes share a store, one that dies leaves its half-done work to the others: they close its intents and release the
 * idempotency keys it had taken. A process that has its store to itself does the same when it starts again.
 */
export class LeftBehind {
  readonly #background: Background;

  constructor({ store, settleIntents, alarm }: LeftBehindDeps) {
    let rounds = 0;
    this.#background = new Background(
      async () => {
        rounds += 1;
        if (rounds % EVERY !== 1) return false;
        const settled = await settleIntents();
        if (settled > 0) alarm(`${settled} intents of a process that is gone were closed`);
        await store.releaseLeftBehind();
        return false;
      },
      (error) =>
        alarm(`looking after what was left behind failed: ${error instanceof ServiceError ? error.code : 'fault'}`),
    );
  }

  start(): void {
    this.#background.start();
  }

  stop(): Promise<void> {
    return this.#background.stop();
  }
}
