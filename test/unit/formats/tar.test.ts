import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readTarHeader, TAR_BLOCK, tarPadding, writeTarHeader } from '../../../src/formats/tar.ts';

it('is read as it was written, and no byte of it may differ', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9./_-]{0,99}$/);
  const size = fc.integer({ min: 0, max: 8 ** 11 - 1 });
  fc.assert(
    fc.property(name, size, fc.nat(TAR_BLOCK - 1), fc.integer({ min: 1, max: 255 }), (named, bytes, at, change) => {
      const block = writeTarHeader({ name: named, size: bytes });
      expect(readTarHeader(block)).toEqual({ name: named, size: bytes });
      const changed = Uint8Array.from(block);
      changed[at] = (changed[at] ?? 0) ^ change;
      expect(readTarHeader(changed)).toBeUndefined();
    }),
  );
});

it('carries neither names nor sizes that it has no room for', () => {
  for (const member of [
    { name: 'a'.repeat(101), size: 1 },
    { name: '../a', size: 1 },
    { name: '', size: 1 },
    { name: 'a', size: 8 ** 11 },
    { name: 'a', size: -1 },
  ])
    expect(() => writeTarHeader(member)).toThrow(RangeError);
  expect(readTarHeader(new Uint8Array(10))).toBeUndefined();
});

it('is listed by tar', async () => {
  const bytes = Buffer.from('text\n');
  const header = writeTarHeader({ name: 'journal/000001.jsonl', size: bytes.length });
  const archive = Buffer.concat([header, bytes, Buffer.alloc(tarPadding(bytes.length)), Buffer.alloc(2 * TAR_BLOCK)]);
  const listing = promisify(execFile)('tar', ['tvf', '-']);
  listing.child.stdin?.end(archive);
  const { stdout } = await listing;
  expect(stdout).toMatch(/^-rw-------.* 5 .* journal\/000001\.jsonl\n$/);
});
