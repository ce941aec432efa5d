/** What a store promises about batches: a line is done once, and one run at a time works on a batch. */
import { describe, expect, test } from 'vitest';
import type { ManualClock } from '../../src/base/clock.ts';
import type { Store } from '../../src/store/store.ts';
import { createIntent, intend, issue, START } from './store.ts';

const refusal = (code: string) => expect.objectContaining({ name: 'ServiceError', code });
const BATCH = {
  id: 'b1',
  issuer: 'hanbit-steel',
  organisation: 'hanbit-steel',
  kind: 'issue',
  mode: 'each',
  lines: 3,
} as const;
const AT = '2026-01-02T03:04:05Z';
const lineOf = (line: number, digest = 'd') => ({ batch: 'b1', line, digest });
const hold = (holder: string, alone = false) => ({ holder, ms: 1000, alone });

export function describeBatches(its: () => Store, time: () => ManualClock): void {
  describe('batches', () => {
    test('a line is intended once, known after, and free again when it was abandoned, with its id', async () => {
      const first = await intend(its(), createIntent(1, { batch: lineOf(1) }));
      expect(await its().recordIntent(createIntent(2, { batch: lineOf(1) }))).toEqual({ kind: 'known', record: first });
      expect(await its().recordIntent(createIntent(2, { batch: lineOf(1, 'e') }))).toEqual({ kind: 'reused' });
      await its().abandonIntent('urn:uuid:1', { at: AT, reason: 'interrupted' });
      const again = await intend(its(), createIntent(1, { batch: lineOf(1, 'e') }));
      expect(again.spentEntries).toEqual(first.statusEntries);
      expect(again.statusEntries).not.toEqual(first.statusEntries);
      await its().abandonIntent('urn:uuid:1', { at: AT, reason: 'interrupted' });
      const other = createIntent(1, { issuer: 'donghae-cells' });
      await expect(its().recordIntent(other)).rejects.toEqual(refusal('CONFLICT'));
      await issue(its(), createIntent(3, { batch: lineOf(2) }));
      const lines = await its().listBatchLines('hanbit-steel', 'b1', { after: 0, limit: 10 });
      expect(lines.map(({ line, credentialId, issuance }) => [line, credentialId, issuance?.state])).toEqual([
        [1, 'urn:uuid:1', 'abandoned'],
        [2, 'urn:uuid:3', 'issued'],
      ]);
      expect(await its().listBatchLines('donghae-cells', 'b1', { after: 0, limit: 10 })).toEqual([]);
    });

    test('an intent that was abandoned and begun again is ended by whoever began it again, and by nobody else', async () => {
      const [id, more] = ['urn:uuid:1', { at: AT, answer: null, warnings: [] }];
      const { document: before } = await intend(its(), createIntent(1));
      await its().abandonIntent(id, { at: AT, reason: 'interrupted', intended: before });
      const { document: now } = await intend(its(), createIntent(1));
      const late = [
        its().markIssued(id, before, { ...more, intended: before }),
        its().abandonIntent(id, { at: AT, reason: 'late', intended: before }),
      ];
      for (const one of await Promise.allSettled(late)) expect(one).toMatchObject({ reason: refusal('CONFLICT') });
      await its().markIssued(id, now, { ...more, intended: now });
      expect(await its().findIssuance(id)).toMatchObject({ state: 'issued', document: now });
    });

    test('a run from which a batch was taken intends nothing more', async () => {
      await its().beginBatch(BATCH, hold('one'));
      await intend(its(), createIntent(1, { batch: { ...lineOf(1), holder: 'one' } }));
      time().set(START + 1000);
      await its().beginBatch(BATCH, hold('two'));
      for (const n of [1, 2]) {
        const late = createIntent(n, { batch: { ...lineOf(n), holder: 'one' } });
        await expect(its().recordIntent(late)).rejects.toEqual(refusal('IDEMPOTENCY_IN_FLIGHT'));
      }
      const again = createIntent(1, { batch: { ...lineOf(1), holder: 'two' } });
      expect(await its().recordIntent(again)).toMatchObject({ kind: 'known' });
    });

    test('a change of status by a line is made once, and answered as it was then', async () => {
      await issue(its(), createIntent(1));
      const change = (set: boolean, line: number, digest?: string) => ({
        issuer: 'hanbit-steel',
        credentialId: 'urn:uuid:1',
        purpose: 'revocation',
        set,
        reason: 'withdrawn',
        effectiveDate: '2026-01-02',
        at: AT,
        batch: lineOf(line, digest),
      });
      expect(await its().setStatus(change(true, 1))).toMatchObject({ changed: true });
      expect(await its().setStatus(change(true, 2))).toMatchObject({ changed: false });
      expect(await its().setStatus(change(true, 1))).toMatchObject({ changed: true });
      await expect(its().setStatus(change(true, 1, 'e'))).rejects.toEqual(refusal('IDEMPOTENCY_KEY_REUSED'));
    });

    test('one run at a time holds a batch, until it ends or is not heard of any more', async () => {
      const { record, known } = await its().beginBatch(BATCH, hold('one'));
      expect({ known, state: record.state }).toEqual({ known: false, state: 'working' });
      await expect(its().beginBatch(BATCH, hold('two'))).rejects.toEqual(refusal('IDEMPOTENCY_IN_FLIGHT'));
      await expect(its().holdBatch(BATCH.issuer, 'b1', hold('two'))).rejects.toEqual(refusal('IDEMPOTENCY_IN_FLIGHT'));
      await its().saveBatch({ ...record, done: 1 }, 1000);
      time().set(START + 1000);
      expect(await its().beginBatch(BATCH, hold('two'))).toMatchObject({ known: true });
      // The first one was only slow: it may not write over what the second does.
      await expect(its().saveBatch({ ...record, done: 2 }, 1000)).rejects.toEqual(refusal('CONFLICT'));
      const { record: taken } = await its().beginBatch(BATCH, hold('three', true));
      await its().saveBatch({ ...taken, state: 'done' });
      expect(await its().findBatch(BATCH.issuer, 'b1')).toMatchObject({ state: 'done' });
      await expect(its().beginBatch({ ...BATCH, kind: 'status' }, hold('one'))).rejects.toEqual(
        refusal('IDEMPOTENCY_KEY_REUSED'),
      );
      await its().beginBatch({ ...BATCH, id: 'b2' }, hold('one'));
      const { items } = await its().listBatches(BATCH.issuer, { limit: 10 });
      expect(items.map(({ id }) => id)).toEqual(['b2', 'b1']);
      expect(await its().findBatch('donghae-cells', 'b1')).toBeUndefined();
    });
  });
}
