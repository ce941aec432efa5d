/**
 * What the acts of this room are written against: ordered keys with JSON values, read through everything that earlier acts have
 * written, and committed whole or not at all. An implementation brings a `Ledger`; the acts themselves are shared (`tables/`).
 */

import type { ServiceError } from '../base/error.ts';

/** All keys that begin with `prefix`, in order. `before` and `after` are whole keys and exclusive. */
export interface Range {
  readonly prefix: string;
  readonly after?: string;
  readonly before?: string;
  readonly reverse?: boolean;
  readonly limit?: number;
}

/** One key with its value as JSON text. */
export interface Entry {
  readonly key: string;
  readonly text: string;
}

export interface View {
  /** The value as JSON text. */
  get(key: string): Promise<string | undefined>;
  range(range: Range): Promise<readonly Entry[]>;
}

export interface Transaction extends View {
  put(key: string, text: string): void;
  del(key: string): void;
  /** Rises with every recorded act; the number this act gets if it writes anything that is journalled. */
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What the journal says about an act beside its writes. */
export interface ActName {
  readonly act: string;
  /** Slug of the organisation on whose behalf it happens. */
  readonly organisation?: string | undefined;
  /** Who asked for it, by name: never a token, nor where a stranger called from. */
  readonly by?: string | undefined;
  /** In the words of whoever did it. */
  readonly why?: string;
  /** Ends something that was begun (a signed intent, a claimed key): never turned away by a full queue. */
  readonly finishing?: boolean;
  /** Keys that the act is going to read, as far as they are known before: they can be fetched for many acts at once. */
  readonly reads?: readonly string[];
  /** Small, and needed when the disk is nearly full: what verification writes, and revocation. */
  readonly urgent?: boolean;
}

/** Acts that may wait before the next one is turned away with 503 (docs/threats.md, storage). */
export const MOST_WAITING = 1000;

export interface Acts extends AsyncDisposable {
  /** Run one act in its turn. Resolves, and rejects, only after everything it saw is on disk. */
  transact<Result>(name: ActName, act: (tx: Transaction) => Promise<Result>): Promise<Result>;
  /** Read what is on disk, from one snapshot. Never waits for acts. */
  read<Result>(reader: (view: View) => Promise<Result>): Promise<Result>;
  /** As `read`, for a reader that asks one question: it sees one state without a snapshot. Errors: Error for a second question. */
  readOne<Result>(reader: (view: View) => Promise<Result>): Promise<Result>;
  /** Of what is on disk. */
  head(): Promise<Head>;
  readonly journal: JournalView;
}

/** Records after `after` up to `upTo`, by their sequence. */
export interface Span {
  readonly after: number;
  readonly upTo: number;
}

/** The journal as it is on disk, while others write. Spans end at a head that was read before. */
export interface JournalView {
  /** Each record as a leaf of the tree over the whole journal (formats/merkle-log.ts), in order. */
  leaves(span: Span, onLeaf: (leaf: Uint8Array) => void): Promise<void>;
  /** A record as it stands there, without its line feed. */
  line(sequence: number): Promise<string | undefined>;
}

/** One act as it goes to the journal and the index. A write without text is a deletion. */
export interface CommittedAct {
  /** Absent when nothing that is journalled was written. */
  readonly sequence: number | undefined;
  readonly name: ActName;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly writes: ReadonlyMap<string, string | undefined>;
}

/** Position and hash of the last journalled act. */
export interface Head {
  readonly sequence: number;
  readonly hash: string;
}

/** One implementation's disk: a committed state, and a way to add a group of acts to it, all of them or none. */
export interface Ledger extends AsyncDisposable {
  readonly committed: View;
  readonly head: Head;
  readonly journal: JournalView;
  /** Why nothing large may be begun at the moment: undefined when there is room. */
  shortage?(): ServiceError | undefined;
  /** Resolves when every act of the group is synced. A rejection means that nothing is known about the group. */
  commit(acts: readonly CommittedAct[]): Promise<void>;
  snapshot<Result>(reader: (view: View) => Promise<Result>): Promise<Result>;
}
