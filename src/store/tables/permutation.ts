/**
 * Random order without memory: a keyed bijection of `0 … length-1`, so that the n-th credential of a list gets an unpredictable entry
 * and no entry is given twice (Bitstring Status List 1.0, section 6.2, asks for random allocation; a taken-set is not needed).
 *
 * A balanced Feistel network over the smallest even number of bits that holds `length`, walked until it lands inside (cycle-walking,
 * as in NIST SP 800-38G). It hides the order of issuance; it is not encryption.
 */
import { createHash } from 'node:crypto';

const ROUNDS = 10;

/** Bijection of `0 … length-1` that only the holder of `seed` can foretell. Errors: `RangeError` outside the length. */
export function createPermutation(seed: Uint8Array, length: number): (position: number) => number {
  const halfBits = Math.max(1, Math.ceil(Math.log2(length) / 2));
  const mask = 2 ** halfBits - 1;
  const rounds = Array.from({ length: ROUNDS }, (_, round) => roundTable(seed, round, mask + 1));
  const once = (value: number): number => {
    let left = value >>> halfBits;
    let right = value & mask;
    for (const table of rounds) [left, right] = [right, left ^ ((table[right] ?? 0) & mask)];
    return (left << halfBits) | right;
  };
  return (position) => {
    if (!Number.isInteger(position) || position < 0 || position >= length) {
      throw new RangeError('the position lies outside the list');
    }
    let value = once(position);
    while (value >= length) value = once(value);
    return value;
  };
}

/** The random function of one round: `size` 16-bit values out of SHA-256 in counter mode. */
function roundTable(seed: Uint8Array, round: number, size: number): Uint16Array {
  const table = new Uint16Array(size);
  for (let filled = 0; filled < size; filled += 16) {
    const block = createHash('sha256').update(seed).update(`/${round}/${filled}`).digest();
    for (let i = 0; i < 16 && filled + i < size; i += 1) table[filled + i] = block.readUInt16BE(2 * i);
  }
  return table;
}
