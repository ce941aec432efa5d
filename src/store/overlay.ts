import { endOf } from './table.ts';
import type { Entry, Range, Transaction, View } from './transaction.ts';

/** Writes that are not yet on disk; a key without text is deleted. */
export type Writes = ReadonlyMap<string, string | undefined>;

/** Read `base` through layers of writes, the newest layer first. */
export function readThrough(base: View, layers: () => readonly Writes[]): View {
  return {
    get: async (key) => {
      for (const layer of layers()) if (layer.has(key)) return layer.get(key);
      return base.get(key);
    },
    range: async (range) => {
      // Take the layers before the read of the base: a layer that reaches the disk meanwhile is then seen twice, never not at all.
      const above = merge(layers(), range);
      if (above.size === 0) return base.range(range);
      const { limit, ...unlimited } = range;
      const below = await base.range(limit === undefined ? unlimited : { ...unlimited, limit: limit + above.size });
      const merged = new Map<string, string | undefined>(below.map(({ key, text }) => [key, text]));
      for (const [key, text] of above) merged.set(key, text);
      return inOrder(merged, range);
    },
  };
}

function inRange(key: string, { prefix, after, before }: Range): boolean {
  return (
    key >= prefix &&
    key < endOf(prefix) &&
    (after === undefined || key > after) &&
    (before === undefined || key < before)
  );
}

function merge(layers: readonly Writes[], range: Range): Map<string, string | undefined> {
  const merged = new Map<string, string | undefined>();
  for (const layer of layers.toReversed()) {
    for (const [key, text] of layer) if (inRange(key, range)) merged.set(key, text);
  }
  return merged;
}

/** The entries of a map of writes that lie in the range, as the range wants them. */
export function inOrder(writes: Writes, { reverse = false, limit }: Range): Entry[] {
  const entries: Entry[] = [];
  for (const [key, text] of writes) if (text !== undefined) entries.push({ key, text });
  entries.sort((a, b) => (a.key < b.key ? -1 : 1));
  if (reverse) entries.reverse();
  return limit === undefined ? entries : entries.slice(0, limit);
}

/** One act's own writes above what it reads. Thrown away when the act throws. */
export class Overlay implements Transaction {
  readonly sequence: number;
  readonly now: number;
  readonly writes = new Map<string, string | undefined>();
  readonly #view: View;

  constructor(base: View, now: number, sequence: number) {
    this.sequence = sequence;
    this.now = now;
    this.#view = readThrough(base, () => [this.writes]);
  }

  get(key: string): Promise<string | undefined> {
    return this.#view.get(key);
  }

  range(range: Range): Promise<readonly Entry[]> {
    return this.#view.range(range);
  }

  put(key: string, text: string): void {
    this.writes.set(key, text);
  }

  del(key: string): void {
    this.writes.set(key, undefined);
  }
}
