import type { Caller } from '../base/caller.ts';

/** What the callers of one line wait for, by caller; whose turn is next stands first. */
class Line<Item> {
  readonly #waiting = new Map<string, Item[]>();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(caller: string, item: Item): void {
    const items = this.#waiting.get(caller);
    if (items === undefined) this.#waiting.set(caller, [item]);
    else items.push(item);
    this.#length += 1;
  }

  /** The oldest item of whoever's turn it is, who then comes last. */
  shift(): Item | undefined {
    for (const [caller, items] of this.#waiting) {
      const item = items.shift();
      this.#waiting.delete(caller);
      if (items.length > 0) this.#waiting.set(caller, items);
      this.#length -= 1;
      return item;
    }
    return undefined;
  }

  /** The newest item of whoever has most, if that is more than this caller would have with one more. */
  makeRoomFor(caller: string): Item | undefined {
    const own = this.#waiting.get(caller)?.length ?? 0;
    const [heaviest] = [...this.#waiting.values()].sort((a, b) => b.length - a.length);
    if (heaviest === undefined || heaviest.length <= own + 1) return undefined;
    this.#length -= 1;
    return heaviest.pop();
  }
}

/**
 * What waits, shared out between those who want it: lines take turns, and in each line its callers. A line takes `most` items; in a full
 * one the caller with most gives up its newest to a caller with less, so that of n callers each may have its n-th part, however much the
 * others ask for, and a caller alone may have all.
 */
export class FairQueue<Item> {
  readonly #most: number;
  /** Whose turn is next stands first. */
  readonly #lines = new Map<string, Line<Item>>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Puts the item in. Answers what there is no room for: nothing, the item itself, or one that had been waiting. */
  push({ line: key, name }: Caller, item: Item): Item | undefined {
    const line = this.#lines.get(key) ?? new Line<Item>();
    this.#lines.set(key, line);
    const turnedAway = line.length < this.#most ? undefined : (line.makeRoomFor(name) ?? item);
    if (turnedAway !== item) line.push(name, item);
    return turnedAway;
  }

  shift(): Item | undefined {
    for (const [key, line] of this.#lines) {
      this.#lines.delete(key);
      const item = line.shift();
      if (line.length > 0) this.#lines.set(key, line);
      if (item !== undefined) return item;
    }
    return undefined;
  }

  get length(): number {
    return [...this.#lines.values()].reduce((sum, line) => sum + line.length, 0);
  }
}
