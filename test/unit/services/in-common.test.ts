import { expect, it } from 'vitest';
import { compareWithOthers } from '../../../src/services/in-common.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';

it('says what a node has not in common with the one that began before it, once for each change', async () => {
  const store = createMemoryStore();
  const said = async (keyStore: string, publicUrl?: string): Promise<readonly string[]> => {
    const told: string[] = [];
    await compareWithOthers(store, { keyStore, publicUrl }, (what) => told.push(what));
    return told.map((what) => /another (key store|PUBLIC_URL)/.exec(what)?.[1] ?? what);
  };
  expect(await said('a', 'https://one.example')).toEqual([]);
  expect(await said('a', 'https://one.example')).toEqual([]);
  expect(await said('a')).toEqual([]);
  expect(await said('b', 'https://one.example')).toEqual(['key store']);
  expect(await said('b', 'https://two.example')).toEqual(['PUBLIC_URL']);
  expect(await said('b', 'https://two.example')).toEqual([]);
});
