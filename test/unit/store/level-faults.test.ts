import { readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Disk, nodeDisk, type WritableFile } from '../../../src/store/level/disk.ts';
import { createLevelStore } from '../../../src/store/level/level-store.ts';
import { createIntent } from '../../suite/store.ts';
import { issueMany, withStore } from '../../support/store-directory.ts';
import { createTemporaryDirectory } from '../../support/temporary-directory.ts';

/** The real disk, told by a test to fail, and telling what it did. */
function createFaultyDisk() {
  const done: string[] = [];
  const faults = new Map<string, Error>();
  const step = async (name: string, act: () => Promise<void>) => {
    const fault = faults.get(name);
    if (fault) throw fault;
    await act();
    done.push(name);
  };
  const disk: Disk = {
    ...nodeDisk,
    open: async (path) => {
      const file = await nodeDisk.open(path);
      const name = path.endsWith('.jsonl') ? 'journal' : path.endsWith('reserve') ? 'reserve' : 'mark';
      const wrapped: WritableFile = {
        size: file.size,
        write: (bytes, position) => step(`${name} write`, () => file.write(bytes, position)),
        truncate: (length) => step(`${name} truncate`, () => file.truncate(length)),
        sync: () => step(`${name} sync`, () => file.sync()),
        close: () => file.close(),
      };
      return wrapped;
    },
  };
  return { disk, done, faults };
}

const EIO = Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
const ENOSPC = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

describe('a failing disk', () => {
  test.each([
    ['journal sync', EIO],
    ['journal write', ENOSPC],
    ['mark sync', EIO],
    ['mark write', ENOSPC],
  ])('%s poisons the store, and the next start finds zero or one credential', async (step, error) => {
    const directory = await createTemporaryDirectory();
    const { disk, faults } = createFaultyDisk();
    const told: unknown[] = [];
    const store = await createLevelStore({ directory, disk, onFault: (fault) => told.push(fault) });
    await issueMany(store, 0, 3);
    faults.set(step, error);
    const failing = store.recordIntent(createIntent('lost'));
    await expect(failing).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: error });
    faults.clear();
    await expect(store.recordIntent(createIntent('later'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(told).toEqual([error]);
    await store[Symbol.asyncDispose]();
    await withStore({ directory }, async (again) => {
      const { items } = await again.listIssuances('hanbit-steel', { limit: 100 });
      expect(items.map(({ credentialId }) => credentialId).filter((id) => id !== 'urn:uuid:lost')).toHaveLength(3);
      expect(items.length).toBeLessThanOrEqual(4);
      expect(await again.findIssuance('urn:uuid:later')).toBeUndefined();
    });
  });

  test('that took only part of a line leaves a store that opens and goes on', async () => {
    const directory = await createTemporaryDirectory();
    await withStore({ directory }, (store) => issueMany(store, 0, 3));
    const path = join(directory, 'journal', '000001.jsonl');
    const { disk, faults } = createFaultyDisk();
    const store = await createLevelStore({ directory, disk });
    const size = (await readFile(path)).byteLength;
    faults.set('journal sync', ENOSPC);
    await expect(store.recordIntent(createIntent('lost'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await store[Symbol.asyncDispose]();
    await truncate(path, size + 100);
    await withStore({ directory }, async (again) => {
      expect(await again.findIssuance('urn:uuid:lost')).toBeUndefined();
      await issueMany(again, 3, 6);
    });
    await withStore({ directory }, async (again) => {
      expect((await again.listIssuances('hanbit-steel', { limit: 100 })).items).toHaveLength(6);
    });
  });
});

describe('what is on disk, and when', () => {
  test('every act is journalled and synced before it is answered; acts asked for together share a sync', async () => {
    const directory = await createTemporaryDirectory();
    const { disk, done } = createFaultyDisk();
    await withStore({ directory, disk }, async (store) => {
      done.length = 0;
      await store.writeSetting('a', 1);
      expect(done).toEqual(['journal write', 'journal sync', 'mark write', 'mark sync']);
      done.length = 0;
      await Promise.all(Array.from({ length: 500 }, (_, n) => store.writeSetting(`s${n}`, n)));
      const syncs = done.filter((step) => step === 'journal sync').length;
      expect(syncs).toBeLessThan(250);
      expect(done.filter((step) => step === 'mark sync')).toHaveLength(syncs);
    });
  });

  test('a challenge is synced with the index and leaves the journal alone', async () => {
    const directory = await createTemporaryDirectory();
    const { disk, done } = createFaultyDisk();
    await withStore({ directory, disk }, async (store) => {
      done.length = 0;
      await store.addChallenge({ id: 'c', verifier: 'v', expiresAt: 9e15 });
      expect(done).toEqual([]);
    });
    await withStore({ directory }, async (store) => {
      expect(await store.spendChallenge({ id: 'c', verifier: 'v', now: 0 })).toBe(true);
    });
    await withStore({ directory }, async (store) => {
      expect(await store.spendChallenge({ id: 'c', verifier: 'v', now: 0 })).toBe(false);
    });
  });
});

describe('a disk that is nearly full', () => {
  test('takes no new work, lets begun work end and revocations through, and goes on by itself', async () => {
    const directory = await createTemporaryDirectory();
    let free = 1000;
    const disk: Disk = { ...nodeDisk, free: async () => free };
    await withStore({ directory, disk, reserveBytes: 1000 }, async (store) => {
      await issueMany(store, 0, 2);
      await store.recordIntent(createIntent('begun'));
      free = 999;
      // The next look comes after a second at the latest.
      await expect
        .poll(() => store.recordIntent(createIntent(`full-${free}`)).catch(({ code }) => code), { timeout: 5000 })
        .toBe('UNAVAILABLE');
      await expect(store.writeSetting('a', 1)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfter: 30 });
      await store.markIssued('urn:uuid:begun', {}, { at: 'x', answer: null, warnings: [] });
      await store.setStatus({
        issuer: 'hanbit-steel',
        credentialId: 'urn:uuid:1',
        purpose: 'revocation',
        set: true,
        reason: 'withdrawn',
        effectiveDate: '2026-01-02',
        at: 'x',
      });
      await store.addChallenge({ id: 'c', verifier: 'v', expiresAt: 9e15 });
      expect(await store.spendChallenge({ id: 'c', verifier: 'v', now: 0 })).toBe(true);
      free = 1000;
      await expect
        .poll(
          () =>
            store.writeSetting('a', 1).then(
              () => 'written',
              ({ code }) => code,
            ),
          { timeout: 5000 },
        )
        .toBe('written');
    });
  });
});

describe('a disk that is full before anybody saw it coming', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });

  test('gets the room that was held in reserve, and nothing is lost', async () => {
    const directory = await createTemporaryDirectory();
    const reserve = async () => (await stat(join(directory, 'reserve'))).size;
    const { disk, faults } = createFaultyDisk();
    let helps = true;
    const relieved: Disk = {
      ...disk,
      open: async (path) => {
        const file = await disk.open(path);
        const truncate = async (length: number) => {
          await file.truncate(length);
          if (helps) faults.clear();
        };
        return path.endsWith('reserve') ? { ...file, truncate } : file;
      },
    };
    const told: boolean[] = [];
    const options = { directory, disk: relieved, reserveBytes: 5000, holdReserve: true };
    await withStore({ ...options, onShortage: (short) => told.push(short) }, async (store) => {
      await expect.poll(reserve).toBe(5000);
      faults.set('journal write', full);
      await store.writeSetting('a', 1);
      expect([await store.readSetting('a'), told, await reserve()]).toEqual([1, [true], 0]);
    });
    // Where that was not enough, it is as after any write that failed.
    helps = false;
    await withStore(options, async (store) => {
      await expect.poll(reserve).toBe(5000);
      faults.set('journal write', full);
      await expect(store.writeSetting('a', 2)).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: full });
    });
    faults.clear();
    await withStore(options, async (store) => expect(await store.readSetting('a')).toBe(1));
  });

  test('opens and closes in that room, and fills it again when there is enough', async () => {
    const directory = await createTemporaryDirectory();
    const reserve = async () => (await stat(join(directory, 'reserve'))).size;
    let free = 100_000;
    const disk: Disk = { ...nodeDisk, free: async () => free };
    const options = { directory, disk, reserveBytes: 5000, holdReserve: true };
    await withStore(options, () => expect.poll(reserve).toBe(5000));
    free = 100;
    await withStore(options, async (store) => {
      expect(await reserve()).toBe(0);
      await expect(store.writeSetting('a', 1)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfter: 30 });
      expect(await store.takeLease({ name: 'urgent', holder: 'me', ms: 1 })).toBe(true);
      // Enough to issue, but not beside a reserve that is to be filled first.
      free = 9999;
    });
    await withStore(options, (store) =>
      expect(store.writeSetting('a', 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' }),
    );
    free = 10_000;
    await withStore(options, async (store) => {
      await store.writeSetting('a', 1);
      await expect.poll(reserve).toBe(5000);
    });
    // Another size is taken over.
    await withStore({ ...options, reserveBytes: 1000 }, () => expect.poll(reserve).toBe(1000));
  });
});
