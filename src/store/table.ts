import { ServiceError } from '../base/error.ts';
import type { Feed, Page } from './store.ts';
import type { Transaction, View } from './transaction.ts';

type Part = string | number;

/** Digits enough for milliseconds and for sequences, so that keys sort as their numbers do. */
const DIGITS = 16;
const SEPARATOR = '/';
/** The character after the separator: the end of everything below a prefix. */
const AFTER_SEPARATOR = '0';

/** Tables whose name begins so hold short-lived data: on disk and synced, but not in the journal. */
export const EPHEMERAL = '~';

export function isJournalled(key: string): boolean {
  return !key.startsWith(EPHEMERAL);
}

/** First key after everything that begins with `prefix` (which ends with the separator). */
export function endOf(prefix: string): string {
  return prefix.slice(0, -1) + AFTER_SEPARATOR;
}

/** Numbers are padded, texts percent-encoded: keys are ASCII, sort alike everywhere, and no part can end another one early. */
function encode(part: Part): string {
  if (typeof part === 'string') return encodeURIComponent(part.toWellFormed());
  if (!Number.isSafeInteger(part) || part < 0)
    throw new RangeError('a number in a key is a safe, non-negative integer');
  return String(part).padStart(DIGITS, '0');
}

interface Listing {
  readonly after?: readonly Part[];
  readonly reverse?: boolean;
  readonly limit?: number;
}

/**
 * One kind of record under one key prefix. The only place that turns values into text and back, so that what is kept is a copy and
 * a caller who changes the object later changes nothing here.
 */
export class Table<Value> {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  key(parts: readonly Part[]): string {
    return [this.#name, ...parts.map(encode)].join(SEPARATOR);
  }

  async find(view: View, ...parts: readonly Part[]): Promise<Value | undefined> {
    const text = await view.get(this.key(parts));
    return text === undefined ? undefined : (JSON.parse(text) as Value);
  }

  async has(view: View, ...parts: readonly Part[]): Promise<boolean> {
    return (await view.get(this.key(parts))) !== undefined;
  }

  put(tx: Transaction, parts: readonly Part[], value: Value): void {
    tx.put(this.key(parts), JSON.stringify(value));
  }

  del(tx: Transaction, ...parts: readonly Part[]): void {
    tx.del(this.key(parts));
  }

  /** Everything below the given parts, with the rest of each key: `path` whole, `last` its last part. */
  async list(
    view: View,
    parts: readonly Part[],
    { after, reverse = false, limit }: Listing = {},
  ): Promise<readonly { readonly path: readonly string[]; readonly last: string; readonly value: Value }[]> {
    const prefix = this.key(parts) + SEPARATOR;
    const bound = after && { [reverse ? 'before' : 'after']: this.key([...parts, ...after]) };
    const entries = await view.range({ prefix, ...bound, reverse, ...(limit === undefined ? {} : { limit }) });
    return entries.map(({ key, text }) => {
      const path = key.slice(prefix.length).split(SEPARATOR).map(decodeURIComponent);
      return { path, last: path.at(-1) ?? '', value: JSON.parse(text) as Value };
    });
  }
}

/** Everything in a table, read in pieces: for looking through all of it without holding all of it. */
export async function* scan<Value>(view: View, table: Table<Value>, limit = 500): AsyncGenerator<Value, void, void> {
  let after: readonly string[] | undefined;
  for (;;) {
    const some = await table.list(view, [], { ...(after === undefined ? {} : { after }), limit });
    for (const { value } of some) yield value;
    after = some.at(-1)?.path;
    if (some.length < limit) return;
  }
}

/**
 * One page of what a table of references holds below `parts`, newest first; the last part of its keys is the sequence of the act that
 * wrote them. The cursor says after which sequence to go on, so that what arrives meanwhile neither repeats nor hides an item.
 */
export async function pageOf<Reference, Item>(
  view: View,
  table: Table<Reference>,
  parts: readonly Part[],
  { cursor, limit }: { readonly cursor?: string; readonly limit: number },
  load: (reference: Reference) => Promise<Item | undefined>,
): Promise<Page<Item>> {
  const after = cursor === undefined ? {} : { after: [readCursor(cursor)] };
  const found = await table.list(view, parts, { ...after, reverse: true, limit: limit + 1 });
  const items: Item[] = [];
  for (const { value } of found.slice(0, limit)) {
    const item = await load(value);
    if (item !== undefined) items.push(item);
  }
  const last = found[limit - 1];
  const more = found.length > limit && last !== undefined;
  return { items, next: more ? Buffer.from(last.last).toString('base64url') : undefined };
}

/** One page of a table whose keys end with the sequence of the act that wrote them, oldest first. Sequences appear in order. */
export async function feedOf<Item>(
  view: View,
  table: Table<Item>,
  parts: readonly Part[],
  { after, limit }: { readonly after?: string; readonly limit: number },
): Promise<Feed<Item>> {
  const start = after === undefined ? 0 : readCursor(after);
  const found = await table.list(view, parts, { after: [start], limit });
  return {
    items: found.map(({ value }) => value),
    cursor: cursorAt(Number(found.at(-1)?.last ?? start)),
    more: found.length === limit,
  };
}

/** The cursor that stands after a sequence. */
export function cursorAt(sequence: number): string {
  return Buffer.from(encode(sequence)).toString('base64url');
}

function readCursor(cursor: string): number {
  const text = cursor.length <= 64 ? Buffer.from(cursor, 'base64url').toString('latin1') : '';
  if (!/^\d{16}$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new ServiceError('BAD_REQUEST', 'The cursor is not one that was given out here');
  return Number(text);
}
