import { cp, readdir, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import { describe, expect, test } from 'vitest';
import { createManualClock } from '../../../src/base/clock.ts';
import type { Finding } from '../../../src/base/finding.ts';
import { inspectStore } from '../../../src/store/level/inspect.ts';
import { createLevelStore } from '../../../src/store/level/level-store.ts';
import { rebuildStore, WHOLE_LIST } from '../../../src/store/level/rebuild.ts';
import { createIntent, intend, START } from '../../suite/store.ts';
import {
  changeLevelLog,
  copyOf,
  createFilledDirectory,
  issueMany,
  readJournalLines,
  withStore,
  writeJournalLines,
} from '../../support/store-directory.ts';

const COUNT = 40;
const clock = createManualClock(START);
const said = (findings: readonly Finding[]) =>
  findings.map(({ check, outcome, code }) => [check, outcome, ...(code ? [code] : [])].join(' '));
const GOOD = [
  'store.journal passed',
  'store.high-water passed',
  'store.index passed',
  'store.entries passed',
  'store.lists passed',
];

async function readAll(directory: string) {
  return withStore({ directory }, async (store) => {
    const { items } = await store.listIssuances('hanbit-steel', { limit: 1000 });
    const lists = new Set(items.flatMap(({ statusEntries }) => statusEntries.map(({ listId }) => listId)));
    return { items, lists: await Promise.all([...lists].map((listId) => store.findStatusList(listId))) };
  });
}

/** Work of every kind, so that puts, changes and deletions are all in the journal. */
async function createLivedInDirectory(): Promise<string> {
  const directory = await createFilledDirectory(COUNT);
  await withStore({ directory }, async (store) => {
    const change = { issuer: 'hanbit-steel', reason: 'r', effectiveDate: '2026-01-02', at: 'x' };
    await store.setStatus({ ...change, credentialId: 'urn:uuid:1', purpose: 'revocation', set: true });
    await store.setStatus({ ...change, credentialId: 'urn:uuid:2', purpose: 'suspension', set: true });
    await store.setStatus({ ...change, credentialId: 'urn:uuid:2', purpose: 'suspension', set: false });
    await intend(store, createIntent('open'));
    await intend(store, createIntent('abandoned'));
    await store.abandonIntent('urn:uuid:abandoned', { at: '2026-01-02T00:00:00Z', reason: 'lint' });
    await store.addChallenge({ id: 'c', verifier: 'v', expiresAt: START + 1000 });
  });
  return directory;
}

describe('rebuilding', () => {
  test('brings back what the journal says, and keeps the old index aside', async () => {
    const directory = await createLivedInDirectory();
    const before = await readAll(directory);
    await changeLevelLog(directory, (log) => log.subarray(0, log.byteLength / 2));
    await rm(join(directory, 'level', 'CURRENT'));
    await expect(createLevelStore({ directory })).rejects.toMatchObject({ code: 'STORE_INTEGRITY' });
    const head = await rebuildStore({ directory, clock });
    expect(await readAll(directory)).toEqual(before);
    expect(said(await inspectStore(directory))).toEqual(GOOD);
    expect((await readdir(directory)).filter((name) => name.startsWith('level-before-'))).toHaveLength(1);
    await withStore({ directory }, async (store) => {
      expect((await store.journalHead()).sequence).toBeGreaterThan(head.sequence);
      expect(await store.spendChallenge({ id: 'c', verifier: 'v', now: START })).toBe(false);
    });
  });

  test('twice in a row is harmless', async () => {
    const directory = await createLivedInDirectory();
    const before = await readAll(directory);
    await rebuildStore({ directory, clock });
    await rebuildStore({ directory, clock });
    expect(await readAll(directory)).toEqual(before);
  });

  test('refuses a damaged journal: it is the source of truth', async () => {
    const directory = await createFilledDirectory(COUNT);
    const lines = await readJournalLines(directory);
    await writeJournalLines(directory, lines.toSpliced(7, 1));
    await expect(rebuildStore({ directory, clock })).rejects.toMatchObject({
      code: 'STORE_INTEGRITY',
      message: expect.stringContaining('record 8'),
    });
  });

  test('refuses a store in use', async () => {
    const directory = await createFilledDirectory(1);
    await withStore({ directory }, async () => {
      await expect(rebuildStore({ directory, clock })).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    });
  });

  test('refuses a journal that is an older copy, until the restore is spoken of; then no entry comes twice', async () => {
    const directory = await createFilledDirectory(COUNT);
    const backup = await copyOf(directory);
    await withStore({ directory }, (store) => issueMany(store, COUNT, COUNT + 20));
    const lost = await readAll(directory);
    for (const part of ['level', 'journal']) {
      await rm(join(directory, part), { recursive: true });
      await cp(join(backup, part), join(directory, part), { recursive: true });
    }
    await expect(createLevelStore({ directory })).rejects.toMatchObject({ code: 'STORE_ROLLBACK' });
    await expect(rebuildStore({ directory, clock })).rejects.toMatchObject({ code: 'STORE_ROLLBACK' });
    await rebuildStore({ directory, clock, afterRestore: { gap: WHOLE_LIST, why: 'an older copy' } });
    await withStore({ directory }, (store) => issueMany(store, 100, 200));
    const place = ({ listId, index }: { listId: string; index: number }) => `${listId}/${index}`;
    const known = lost.items.flatMap(({ statusEntries }) => statusEntries.map(place));
    const now = (await readAll(directory)).items.filter(({ credentialId }) => Number(credentialId.slice(9)) >= 100);
    expect(now).toHaveLength(100);
    for (const entry of now.flatMap(({ statusEntries }) => statusEntries)) expect(known).not.toContain(place(entry));
    expect(said(await inspectStore(directory))).toEqual(GOOD);
  });

  test('a store without its mark is rebuilt only as after a restore', async () => {
    const directory = await createFilledDirectory(5);
    await unlink(join(directory, 'high-water'));
    await expect(rebuildStore({ directory, clock })).rejects.toMatchObject({ code: 'STORE_ROLLBACK' });
    await rebuildStore({ directory, clock, afterRestore: { gap: 10, why: 'an older copy' } });
    await withStore({ directory }, async (store) => {
      const record = await intend(store, createIntent('next', { statusPurposes: ['revocation'] }));
      const list = await store.findStatusList(record.statusEntries[0]?.listId ?? '');
      expect(list?.list.allotted).toBe(16);
    });
  });
});

describe('inspection', () => {
  test('finds nothing wrong with a sound store, closed or killed', async () => {
    const directory = await createLivedInDirectory();
    expect(said(await inspectStore(directory))).toEqual(GOOD);
    expect((await readdir(directory)).sort()).toEqual(['high-water', 'journal', 'level']);
  });

  test('says that a store is in use', async () => {
    const directory = await createFilledDirectory(1);
    await withStore({ directory }, async () => {
      expect(said(await inspectStore(directory))).toEqual(['store.lock failed STORE_LOCKED']);
    });
  });

  test('finds a changed record anywhere in the chain, also where the start does not look', async () => {
    const directory = await createFilledDirectory(COUNT, { segmentBytes: 10_000 });
    const lines = await readJournalLines(directory);
    await writeJournalLines(directory, lines.with(3, (lines[3] ?? '').replace('urn:uuid', 'urn:uuix')));
    expect(said(await inspectStore(directory))).toEqual([
      'store.journal failed STORE_INTEGRITY',
      'store.high-water skipped',
      'store.index skipped',
      'store.entries passed',
      'store.lists passed',
    ]);
  });

  test('finds an older mark-less or rolled-back store', async () => {
    const directory = await createFilledDirectory(3);
    const newer = await copyOf(directory);
    await withStore({ directory: newer }, (store) => issueMany(store, 3, 5));
    await cp(join(newer, 'high-water'), join(directory, 'high-water'));
    expect(said(await inspectStore(directory))[1]).toBe('store.high-water failed STORE_ROLLBACK');
    await writeFile(join(directory, 'high-water'), 'nonsense');
    expect(said(await inspectStore(directory))[1]).toBe('store.high-water failed STORE_INTEGRITY');
    await unlink(join(directory, 'high-water'));
    expect(said(await inspectStore(directory))[1]).toBe('store.high-water failed STORE_INTEGRITY');
  });

  test.each([
    [
      'changed',
      async (db: Level) => db.put('issuance/urn%3Auuid%3A1', '{"statusEntries":[]}'),
      '1 different in issuance',
    ],
    ['deleted', async (db: Level) => db.del('issuance/urn%3Auuid%3A1'), '1 missing in issuance'],
    ['added', async (db: Level) => db.put('setting/x', '1'), '1 not in the journal in setting'],
  ])('finds a value %s behind the journal’s back', async (_, tamper, detail) => {
    const directory = await createFilledDirectory(3);
    const db = new Level(join(directory, 'level'));
    await tamper(db);
    await db.close();
    const findings = await inspectStore(directory);
    expect(findings.find(({ check }) => check === 'store.index')).toMatchObject({ outcome: 'failed', detail });
  });

  test('finds an entry given out twice, and a bit without its notice', async () => {
    const directory = await createFilledDirectory(3);
    const db = new Level(join(directory, 'level'));
    const one = JSON.parse((await db.get('issuance/urn%3Auuid%3A1')) ?? '');
    const two = JSON.parse((await db.get('issuance/urn%3Auuid%3A2')) ?? '');
    await db.put('issuance/urn%3Auuid%3A2', JSON.stringify({ ...two, statusEntries: one.statusEntries }));
    const [{ listId, index }] = one.statusEntries;
    await db.put(`status-list-bit/${listId}/${String(index).padStart(16, '0')}`, '1');
    await db.close();
    const details = (await inspectStore(directory)).map(({ detail }) => detail);
    expect(details).toContain(`entry ${index} of list ${listId} was given out twice`);
    expect(details).toContain(`1 bits of list ${listId} are not what its notices say`);
  });

  test('an index that is gone or does not open is a finding', async () => {
    const directory = await createFilledDirectory(1);
    await rm(join(directory, 'level'), { recursive: true });
    expect(said(await inspectStore(directory))).toEqual(['store.index failed STORE_INTEGRITY']);
  });
});
