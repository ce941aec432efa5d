import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFilledDirectory, withStore } from '../../support/store-directory.ts';

test('records are found in whichever segment they are', async () => {
  const directory = await createFilledDirectory(12, { segmentBytes: 4000 });
  expect((await readdir(join(directory, 'journal'))).length).toBeGreaterThan(3);
  await withStore({ directory, segmentBytes: 4000 }, async (store) => {
    const { sequence } = await store.journalHead();
    const leavesOf = async (after: number, upTo: number): Promise<string[]> => {
      const leaves: string[] = [];
      await store.journalLeaves({ after, upTo }, (leaf) => leaves.push(Buffer.from(leaf).toString('hex')));
      return leaves;
    };
    const all = await leavesOf(0, sequence);
    expect(new Set(all).size).toBe(sequence);
    for (let at = 1; at <= sequence; at += 1) {
      expect(JSON.parse((await store.journalLine(at)) ?? '')).toMatchObject({ seq: at });
      expect(await leavesOf(at - 1, Math.min(sequence, at + 5))).toEqual(all.slice(at - 1, at + 5));
    }
  });
});
