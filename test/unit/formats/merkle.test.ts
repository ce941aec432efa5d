import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { readDigest, sha256, writeDigest } from '../../../src/formats/digest.ts';
import { leafHash, type MerkleStep, merklePath, merkleRoot, verifyLeaf } from '../../../src/formats/merkle.ts';

const leavesOf = (count: number): JsonObject[] =>
  Array.from({ length: count }, (_, at) => ({ salt: `${at}`, name: `leaf ${at}` }));

/** RFC 6962, section 2.1, by its own recursion: split at the largest power of two below the count. */
function rfc6962(hashes: readonly Uint8Array[]): Uint8Array {
  const [only] = hashes;
  if (only !== undefined && hashes.length === 1) return only;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return sha256(Uint8Array.of(1, ...rfc6962(hashes.slice(0, split)), ...rfc6962(hashes.slice(split))));
}

describe('the tree', () => {
  it('gives the root of the worked battery example', () => {
    const { worksheet } = JSON.parse(readFileSync('test/examples/battery-cell.json', 'utf8'));
    const leaves = worksheet.leaves.map(({ claim: _claim, ...leaf }: JsonObject) => leaf);
    expect(leaves).toHaveLength(9);
    expect(merkleRoot(leaves)).toBe(worksheet.rootWithoutClaimMembers);
  });

  it('has the shape of RFC 6962 for every count of leaves', () => {
    for (let count = 1; count <= 40; count += 1) {
      const leaves = leavesOf(count);
      expect(merkleRoot(leaves)).toBe(writeDigest(rfc6962(leaves.map(leafHash))));
    }
  });

  it('is measured against a recursion that gives the published roots of Certificate Transparency', () => {
    const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
    const hashes = inputs.map((hex) => sha256(Uint8Array.of(0, ...Buffer.from(hex, 'hex'))));
    const roots = hashes.map((_, index) => Buffer.from(rfc6962(hashes.slice(0, index + 1))).toString('hex'));
    expect(roots).toEqual([
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ]);
  });

  it('takes no tree without leaves and no leaf outside the tree', () => {
    expect(() => merkleRoot([])).toThrow(RangeError);
    for (const index of [-1, 3, 0.5, Number.NaN]) expect(() => merklePath(leavesOf(3), index)).toThrow(RangeError);
  });

  it('tells leaves from nodes: the pair of two leaves is no leaf', () => {
    const [a, b] = leavesOf(2).map(leafHash);
    expect(merkleRoot(leavesOf(2))).not.toBe(writeDigest(sha256(Uint8Array.of(0, ...(a ?? []), ...(b ?? [])))));
  });
});

describe('a path', () => {
  const tree = fc
    .integer({ min: 1, max: 40 })
    .chain((count) => fc.record({ leaves: fc.constant(leavesOf(count)), index: fc.nat(count - 1) }));

  it('proves its own leaf and no other', () => {
    fc.assert(
      fc.property(tree, ({ leaves, index }) => {
        const root = merkleRoot(leaves);
        const path = merklePath(leaves, index);
        leaves.forEach((leaf, at) => {
          expect(verifyLeaf(root, leaf, path)).toBe(at === index);
        });
      }),
    );
  });

  it('proves nothing once a step is dropped, repeated, turned or altered', () => {
    fc.assert(
      fc.property(tree, fc.nat(), ({ leaves, index }, pick) => {
        const root = merkleRoot(leaves);
        const path = merklePath(leaves, index);
        const leaf = leaves[index] ?? {};
        fc.pre(path.length > 0);
        const at = pick % path.length;
        const step = path[at] ?? { side: 'left', digest: '' };
        const flipped = (readDigest(step.digest) ?? new Uint8Array(32)).map((byte, i) =>
          i === pick % 32 ? byte ^ 1 : byte,
        );
        expect(verifyLeaf(root, leaf, path)).toBe(true);
        expect(verifyLeaf(root, leaf, path.toSpliced(at, 1))).toBe(false);
        expect(verifyLeaf(root, leaf, path.toSpliced(at, 0, step))).toBe(false);
        expect(verifyLeaf(root, leaf, path.with(at, { ...step, side: step.side === 'left' ? 'right' : 'left' }))).toBe(
          false,
        );
        expect(verifyLeaf(root, leaf, path.with(at, { ...step, digest: writeDigest(flipped) }))).toBe(false);
      }),
    );
  });

  it('may be as long as that of 2³² leaves and no longer', () => {
    const leaf = { name: 'leaf' };
    let hash = leafHash(leaf);
    const path: MerkleStep[] = [];
    for (const length of [32, 33]) {
      while (path.length < length) {
        const neighbour = sha256(Uint8Array.of(path.length));
        path.push({ side: 'right', digest: writeDigest(neighbour) });
        hash = sha256(Uint8Array.of(1, ...hash, ...neighbour));
      }
      expect(verifyLeaf(writeDigest(hash), leaf, path)).toBe(length === 32);
    }
  });

  it('is false, not an error, when it cannot be read', () => {
    const [leaf = {}] = leavesOf(1);
    const root = merkleRoot([leaf]);
    expect(verifyLeaf(root, leaf, [])).toBe(true);
    expect(verifyLeaf('uEi', leaf, [])).toBe(false);
    expect(verifyLeaf(root, leaf, [{ side: 'left', digest: 'x' }])).toBe(false);
    expect(verifyLeaf(root, leaf, [{ side: 'up' as 'left', digest: root }])).toBe(false);
    expect(
      verifyLeaf(
        root,
        leaf,
        Array.from({ length: 33 }, () => ({ side: 'left' as const, digest: root })),
      ),
    ).toBe(false);
  });
});
