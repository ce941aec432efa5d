/**
 * The Merkle tree over a log that only grows (RFC 9162, section 2.1): leaf `SHA-256(0x00 ‖ entry)`, node `SHA-256(0x01 ‖ left ‖ right)`,
 * split at the largest power of two below the size. Leaves are taken one after the other; what is kept grows with their logarithm.
 */
import { concatBytes } from '@noble/hashes/utils.js';
import { sha256 } from './digest.ts';

const LEAF = Uint8Array.of(0x00);
const NODE = Uint8Array.of(0x01);

export function logLeaf(entry: Uint8Array): Uint8Array {
  return sha256(concatBytes(LEAF, entry));
}

function nodeOf(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concatBytes(NODE, left, right));
}

/** A whole subtree: of `2 ** height` leaves while leaves come in. */
interface Subtree {
  readonly hash: Uint8Array;
  readonly height: number;
  /** Whether the leaf whose path is wanted is in it. */
  readonly wanted: boolean;
}

export class MerkleLog {
  readonly #wanted: number | undefined;
  readonly #path: Uint8Array[] = [];
  #subtrees: readonly Subtree[] = [];
  #size = 0;

  /** With the index of a leaf, `path` gives its inclusion proof in the end. */
  constructor(wanted?: number) {
    this.#wanted = wanted;
  }

  get size(): number {
    return this.#size;
  }

  /** Another log that goes on from here; paths are not taken along. */
  copy(): MerkleLog {
    const copy = new MerkleLog();
    copy.#subtrees = this.#subtrees;
    copy.#size = this.#size;
    return copy;
  }

  /** By its hash (`logLeaf`). */
  add(leaf: Uint8Array): void {
    const subtrees = [...this.#subtrees];
    let last: Subtree = { hash: leaf, height: 0, wanted: this.#size === this.#wanted };
    for (let left = subtrees.at(-1); left?.height === last.height; left = subtrees.at(-1)) {
      subtrees.pop();
      last = this.#join(left, last, this.#path);
    }
    this.#subtrees = [...subtrees, last];
    this.#size += 1;
  }

  /** Errors: RangeError without leaves. */
  root(): Uint8Array {
    return this.#fold([]).hash;
  }

  /** The inclusion proof of the wanted leaf, its neighbour first (RFC 9162, section 2.1.3). Errors: RangeError when it has not come. */
  path(): readonly Uint8Array[] {
    const path = [...this.#path];
    if (!this.#fold(path).wanted) throw new RangeError('the leaf has not come');
    return path;
  }

  #fold(path: Uint8Array[]): Subtree {
    const [last, ...lefts] = this.#subtrees.toReversed();
    if (last === undefined) throw new RangeError('a log without entries');
    return lefts.reduce((right, left) => this.#join(left, right, path), last);
  }

  #join(left: Subtree, right: Subtree, path: Uint8Array[]): Subtree {
    if (left.wanted) path.push(right.hash);
    if (right.wanted) path.push(left.hash);
    const wanted = left.wanted || right.wanted;
    return { hash: nodeOf(left.hash, right.hash), height: left.height + 1, wanted };
  }
}

/** The root to which an inclusion proof leads; nothing for a path that cannot be of such a tree (RFC 9162, section 2.1.3.2). */
export function rootOfInclusion(
  leaf: Uint8Array,
  { index, size, path }: { readonly index: number; readonly size: number; readonly path: readonly Uint8Array[] },
): Uint8Array | undefined {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size) return undefined;
  let hash = leaf;
  let [at, last] = [index, size - 1];
  for (const neighbour of path) {
    if (last === 0) return undefined;
    if (at % 2 === 1 || at === last) {
      hash = nodeOf(neighbour, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
    } else hash = nodeOf(hash, neighbour);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hash : undefined;
}
