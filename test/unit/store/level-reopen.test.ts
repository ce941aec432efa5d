import { describe, expect, test } from 'vitest';
import { createManualClock } from '../../../src/base/clock.ts';
import { createIntent, intend, issue, START } from '../../suite/store.ts';
import { withStore } from '../../support/store-directory.ts';
import { createTemporaryDirectory } from '../../support/temporary-directory.ts';

const WEEK = 7 * 24 * 60 * 60 * 1000;
const AT = '2026-01-02T03:04:05Z';
const claim = (key: string) => ({ scope: 's', key, requestDigest: 'uEiA' });

describe('a store that is opened again', () => {
  test('knows its intents, answers and lists, and goes on where it was', async () => {
    const directory = await createTemporaryDirectory();
    const [entry] = await withStore({ directory }, async (store) => {
      await issue(store, createIntent(1, { idempotency: claim('one') }));
      return (await intend(store, createIntent(2, { idempotency: claim('two') }))).statusEntries;
    });
    await withStore({ directory }, async (store) => {
      expect((await store.listOpenIntents()).map(({ credentialId }) => credentialId)).toEqual(['urn:uuid:2']);
      const replay = await store.recordIntent(createIntent(9, { idempotency: claim('one') }));
      expect(replay).toEqual({ kind: 'replay', answer: { credentialId: 'urn:uuid:1' } });
      // The intent is still to be settled, so its key is still taken.
      expect((await store.recordIntent(createIntent(9, { idempotency: claim('two') }))).kind).toBe('in-flight');
      await store.abandonIntent('urn:uuid:2', { at: AT, reason: 'the process ended' });
      const retried = await intend(store, createIntent(9, { idempotency: claim('two') }));
      expect(retried.statusEntries[0]?.listId).toBe(entry?.listId);
      expect(retried.statusEntries[0]?.index).not.toBe(entry?.index);
      expect((await store.findStatusList(entry?.listId ?? ''))?.list.allotted).toBe(3);
    });
  });

  test('lists in one order across openings', async () => {
    const directory = await createTemporaryDirectory();
    for (const n of [1, 2, 3]) await withStore({ directory }, (store) => issue(store, createIntent(n)));
    await withStore({ directory }, async (store) => {
      const { items } = await store.listIssuances('hanbit-steel', { limit: 9 });
      expect(items.map(({ credentialId }) => credentialId)).toEqual(['urn:uuid:3', 'urn:uuid:2', 'urn:uuid:1']);
    });
  });

  test('releases claims that nobody is at work on any more, and keeps answers', async () => {
    const directory = await createTemporaryDirectory();
    await withStore({ directory }, async (store) => {
      await store.claimIdempotency(claim('interrupted'), AT);
      await store.claimIdempotency(claim('answered'), AT);
      await store.settleIdempotency(claim('answered'), 'yes');
    });
    await withStore({ directory }, async (store) => {
      expect(await store.claimIdempotency(claim('interrupted'), AT)).toEqual({ kind: 'new' });
      expect(await store.claimIdempotency(claim('answered'), AT)).toEqual({ kind: 'replay', answer: 'yes' });
    });
  });

  test.each([
    ['one millisecond short of a week', WEEK - 1, 'replay'],
    ['a week', WEEK, 'new'],
  ])('remembers a key for %s: %s ms → %s', async (_, later, kind) => {
    const directory = await createTemporaryDirectory();
    await withStore({ directory }, async (store) => {
      await store.claimIdempotency(claim('old'), AT);
      await store.settleIdempotency(claim('old'), 'yes');
    });
    await withStore({ directory, clock: createManualClock(START + later) }, async (store) => {
      expect((await store.claimIdempotency(claim('old'), AT)).kind).toBe(kind);
    });
  });

  test('does not forget the key of an intent that was never settled, however old', async () => {
    const directory = await createTemporaryDirectory();
    await withStore({ directory }, (store) => intend(store, createIntent(1, { idempotency: claim('open') })));
    await withStore({ directory, clock: createManualClock(START + 10 * WEEK) }, async (store) => {
      expect((await store.recordIntent(createIntent(2, { idempotency: claim('open') }))).kind).toBe('in-flight');
      await store.markIssued('urn:uuid:1', {}, { at: AT, answer: 'late', warnings: [] });
      const replay = await store.recordIntent(createIntent(2, { idempotency: claim('open') }));
      expect(replay).toEqual({ kind: 'replay', answer: 'late' });
    });
  });

  test('remembers spent challenges and foreign lists, although neither is journalled', async () => {
    const directory = await createTemporaryDirectory();
    const url = 'https://registry.example/status/1';
    await withStore({ directory }, async (store) => {
      await store.addChallenge({ id: 'spent', verifier: 'v', expiresAt: START + 1 });
      await store.addChallenge({ id: 'live', verifier: 'v', expiresAt: START + 1 });
      await store.spendChallenge({ id: 'spent', verifier: 'v', now: START });
      await store.rememberSeenList(url, { validFrom: 7, digest: 'a' });
      await store.rememberDidLogHead(url, { versionNumber: 7, versionId: '7-a' });
    });
    await withStore({ directory }, async (store) => {
      expect(await store.spendChallenge({ id: 'spent', verifier: 'v', now: START })).toBe(false);
      expect(await store.spendChallenge({ id: 'live', verifier: 'v', now: START })).toBe(true);
      expect(await store.rememberSeenList(url, { validFrom: 8, digest: 'b' })).toEqual({ validFrom: 7, digest: 'a' });
      expect(await store.findDidLogHead(url)).toEqual({ versionNumber: 7, versionId: '7-a' });
    });
  });
});
