import { expect, it } from 'vitest';
import { assertKnownFormat } from '../../../src/services/data-format.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';

it('marks data with the version it wants, raises it, and refuses what a newer version has written', async () => {
  const store = createMemoryStore();
  await assertKnownFormat(store);
  expect(await store.readSetting('data-format')).toBe(1);
  await assertKnownFormat(store);
  await store.writeSetting('data-format', 0);
  await assertKnownFormat(store);
  expect(await store.readSetting('data-format')).toBe(1);
  for (const newer of [2, 'two', {}]) {
    await store.writeSetting('data-format', newer);
    await expect(assertKnownFormat(store)).rejects.toMatchObject({ code: 'CONFIG_REFUSED' });
    expect(await store.readSetting('data-format')).toEqual(newer);
  }
});
