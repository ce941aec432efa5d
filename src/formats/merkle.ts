/**
 * The salted Merkle tree over the leaves of a worksheet (docs/domain.md, section 9.2), shaped as in RFC 6962, section 2.1:
 * leaf `SHA-256(0x00 ‖ JCS(leaf))`, node `SHA-256(0x01 ‖ left ‖ right)`, an odd last node moves up unchanged. The two first bytes keep
 * a node from being passed off as a leaf.
 */
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { JsonObject } from '../base/json.ts';
import { readDigest, sha256, writeDigest } from './digest.ts';
import { jcs } from './jcs.ts';

const LEAF = Uint8Array.of(0x00);
const NODE = Uint8Array.of(0x01);
/** A path this long belongs to a tree of 2³² leaves. */
const LONGEST_PATH = 32;

/** One node beside the way from a leaf to the root, bottom first. */
export interface MerkleStep {
  /** On which side the neighbour stands. */
  readonly side: 'left' | 'right';
  /** Its hash in digest form. */
  readonly digest: string;
}

export function leafHash(leaf: JsonObject): Uint8Array {
  return sha256(concatBytes(LEAF, utf8ToBytes(jcs(leaf))));
}

/** The root in digest form `uEi…`. Errors: RangeError for no leaves at all, which nobody can have meant. */
export function merkleRoot(leaves: readonly JsonObject[]): string {
  let level = leaves.map(leafHash);
  while (level.length > 1) level = levelAbove(level);
  const [root] = level;
  if (root === undefined) throw new RangeError('a tree without leaves');
  return writeDigest(root);
}

/** What someone who holds leaf number `index` and the root needs, to see that the leaf is in the tree. Errors: RangeError. */
export function merklePath(leaves: readonly JsonObject[], index: number): readonly MerkleStep[] {
  if (!Number.isSafeInteger(index) || index < 0 || index >= leaves.length) throw new RangeError('no such leaf');
  const path: MerkleStep[] = [];
  let at = index;
  for (let level = leaves.map(leafHash); level.length > 1; level = levelAbove(level)) {
    const isRight = at % 2 === 1;
    const neighbour = level[isRight ? at - 1 : at + 1];
    // The odd last node has no neighbour on this level.
    if (neighbour !== undefined) path.push({ side: isRight ? 'left' : 'right', digest: writeDigest(neighbour) });
    at = Math.floor(at / 2);
  }
  return path;
}

/** Whether the leaf stands in the tree of that root. False, never an error, for a path or a root that cannot be read. */
export function verifyLeaf(root: string, leaf: JsonObject, path: readonly MerkleStep[]): boolean {
  return rootAbove(leaf, path) === root;
}

/** The root to which a path leads from a leaf, in digest form; nothing for a path that cannot be read. */
export function rootAbove(leaf: JsonObject, path: readonly MerkleStep[]): string | undefined {
  if (path.length > LONGEST_PATH) return undefined;
  let hash = leafHash(leaf);
  for (const { side, digest } of path) {
    const neighbour = readDigest(digest);
    if (neighbour === undefined || (side !== 'left' && side !== 'right')) return undefined;
    hash = side === 'left' ? nodeHash(neighbour, hash) : nodeHash(hash, neighbour);
  }
  return writeDigest(hash);
}

function levelAbove(level: readonly Uint8Array[]): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let at = 0; at < level.length; at += 2) {
    const [left, right] = level.slice(at, at + 2);
    if (left !== undefined) above.push(right === undefined ? left : nodeHash(left, right));
  }
  return above;
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concatBytes(NODE, left, right));
}
