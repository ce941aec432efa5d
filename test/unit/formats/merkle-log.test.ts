import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sha256 } from '../../../src/formats/digest.ts';
import { logLeaf, MerkleLog, rootOfInclusion } from '../../../src/formats/merkle-log.ts';

const entry = (at: number): Uint8Array => Buffer.from(`entry ${at}`);
const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

function logOf(size: number, wanted?: number): MerkleLog {
  const log = new MerkleLog(wanted);
  for (let at = 0; at < size; at += 1) log.add(logLeaf(entry(at)));
  return log;
}

/** MTH of RFC 9162, section 2.1.1, by its own words. */
function rootOf(entries: readonly Uint8Array[]): Uint8Array {
  const [only] = entries;
  if (only !== undefined && entries.length === 1) return sha256(Uint8Array.of(0, ...only));
  let split = 1;
  while (split * 2 < entries.length) split *= 2;
  return sha256(Uint8Array.of(1, ...rootOf(entries.slice(0, split)), ...rootOf(entries.slice(split))));
}

/** The known tree of eight entries that implementations of RFC 6962 share (certificate-transparency-go, merkle tests). */
const SHARED = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS: Readonly<Record<number, string>> = {
  1: '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  2: 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  3: 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  8: '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
};

it('has the roots that others have', () => {
  const log = new MerkleLog();
  for (const [at, text] of SHARED.entries()) {
    log.add(logLeaf(Buffer.from(text, 'hex')));
    const known = ROOTS[at + 1];
    if (known !== undefined) expect(hex(log.root())).toBe(known);
  }
});

it('is the tree of RFC 9162, and every leaf has a proof that leads to its root', () => {
  for (let size = 1; size <= 34; size += 1) {
    const root = hex(rootOf(Array.from({ length: size }, (_, at) => entry(at))));
    expect(hex(logOf(size).root())).toBe(root);
    for (let index = 0; index < size; index += 1) {
      const path = logOf(size, index).path();
      expect(hex(rootOfInclusion(logLeaf(entry(index)), { index, size, path }))).toBe(root);
    }
  }
});

it('no other leaf, place, size or path leads to the root', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 70 }), fc.nat(), fc.nat(), fc.nat(), (size, some, other, at) => {
      const index = some % size;
      const log = logOf(size, index);
      const [root, path] = [hex(log.root()), log.path()];
      const lead = (leaf: number, changed: object) =>
        hex(rootOfInclusion(logLeaf(entry(leaf)), { index, size, path, ...changed }));
      expect(lead(index, {})).toBe(root);
      const another = (index + 1 + (other % (size - 1))) % size;
      expect(lead(another, {})).not.toBe(root);
      expect(lead(index, { index: another })).not.toBe(root);
      expect(lead(index, { path: path.slice(1) })).not.toBe(root);
      expect(lead(index, { path: [...path, path[0]] })).not.toBe(root);
      const flipped = path.map((hash, step) => (step === at % path.length ? sha256(hash) : hash));
      expect(lead(index, { path: flipped })).not.toBe(root);
      expect(lead(index, { index: size })).toBe('');
    }),
  );
});

it('goes on from a copy, and proves only what has come', () => {
  const log = logOf(5);
  const copy = log.copy();
  copy.add(logLeaf(entry(5)));
  expect([log.size, hex(log.root())]).toEqual([5, hex(logOf(5).root())]);
  expect([copy.size, hex(copy.root())]).toEqual([6, hex(logOf(6).root())]);
  expect(() => logOf(3, 3).path()).toThrow(RangeError);
  expect(() => new MerkleLog().root()).toThrow(RangeError);
});
