import type { View } from '../transaction.ts';

/** Characters of JSON text kept at most; then everything is forgotten, and read again as it is needed. */
const MOST_KEPT = 16 * 1024 * 1024;

/**
 * What this process read and wrote in its own turns. It holds for as long as no other process wrote in between, which the state of the
 * database tells: a node that works alone asks the database for what is new only.
 */
export class KnownEntries {
  readonly #texts = new Map<string, string | undefined>();
  #size = 0;
  #state: string | undefined;

  /** The base of a turn that found the database in this state (turn.ts). */
  over(base: View, state: string): View {
    if (state !== this.#state) this.forget();
    this.#state = state;
    return {
      get: async (key) => {
        if (this.#texts.has(key)) return this.#texts.get(key);
        const text = await base.get(key);
        this.#keep(key, text);
        return text;
      },
      range: (range) => base.range(range),
    };
  }

  /** Within a turn that was begun with `over`: learn what is not known of these keys in one question. */
  async foresee(
    keys: readonly string[],
    read: (keys: readonly string[]) => Promise<ReadonlyMap<string, string>>,
  ): Promise<void> {
    const unknown = [...new Set(keys)].filter((key) => !this.#texts.has(key));
    // A single one is asked for when it is needed, if it is.
    if (unknown.length < 2) return;
    const found = await read(unknown);
    for (const key of unknown) this.#keep(key, found.get(key));
  }

  /** A turn is on disk and left the database in this state. */
  remember(writes: ReadonlyMap<string, string | undefined>, state: string): void {
    this.#state = state;
    for (const [key, text] of writes) this.#keep(key, text);
  }

  forget(): void {
    this.#texts.clear();
    this.#size = 0;
    this.#state = undefined;
  }

  #keep(key: string, text: string | undefined): void {
    if (this.#size > MOST_KEPT) {
      this.#texts.clear();
      this.#size = 0;
    }
    this.#texts.set(key, text);
    this.#size += key.length + (text?.length ?? 0);
  }
}
