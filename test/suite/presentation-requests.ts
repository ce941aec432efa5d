/** What a store promises about requests for presentations: each takes one response, and no longer than it lives. */
import { describe, expect, test } from 'vitest';
import type { ManualClock } from '../../src/base/clock.ts';
import type { PresentationRequestRecord } from '../../src/store/presentation-records.ts';
import type { Store } from '../../src/store/store.ts';
import { START } from './store.ts';

const request = (id: string, more: Partial<PresentationRequestRecord> = {}): PresentationRequestRecord => ({
  id,
  verifier: 'v',
  handle: `digest of ${id}`,
  state: 'pending',
  query: { credentials: [] },
  responseMode: 'direct_post',
  clientId: 'decentralized_identifier:did:web:buyer.example',
  sealed: 'sealed',
  createdAt: '2026-01-02T03:04:05Z',
  expiresAt: START + 300_000,
  forgottenAt: START + 600_000,
  ...more,
});

export function describePresentationRequests(its: () => Store, time: () => ManualClock): void {
  describe('presentation requests', () => {
    test('100 parallel responses: one is taken, and nothing sealed is left', async () => {
      const record = request('a');
      await its().addPresentationRequest(record);
      const tries = Array.from({ length: 100 }, () => its().spendPresentationRequest('digest of a'));
      expect((await Promise.all(tries)).filter((one) => one !== undefined)).toEqual([record]);
      const { sealed: _, ...rest } = record;
      const received = { ...rest, state: 'received', receivedAt: START };
      expect(await its().findPresentationRequest('v', 'a')).toEqual(received);
      await its().settlePresentationRequest('digest of a', { outcome: { verdict: 'accepted' }, responseCode: 'c' });
      const settled = { ...received, state: 'settled', outcome: { verdict: 'accepted' }, responseCode: 'c' };
      expect(await its().findPresentationRequestFor('digest of a')).toEqual(settled);
      await expect(its().settlePresentationRequest('digest of a', { outcome: {} })).rejects.toEqual(
        expect.objectContaining({ code: 'NOT_FOUND' }),
      );
    });

    test('none for what is unknown or over, and another verifier finds nothing', async () => {
      await its().addPresentationRequest(request('a'));
      expect(await its().spendPresentationRequest('digest of b')).toBeUndefined();
      expect(await its().findPresentationRequest('w', 'a')).toBeUndefined();
      time().set(START + 299_999);
      expect(await its().spendPresentationRequest('digest of a')).toBeDefined();
      await its().addPresentationRequest(request('b'));
      time().set(START + 300_000);
      expect(await its().spendPresentationRequest('digest of b')).toBeUndefined();
    });

    test('those that are to be forgotten go as new ones come; none of it is journalled', async () => {
      const { sequence } = await its().journalHead();
      await its().addPresentationRequest(request('a'));
      await its().addPresentationRequest(request('long', { forgottenAt: START + 900_000 }));
      time().set(START + 600_000);
      await its().addPresentationRequest(request('new', { forgottenAt: START + 900_000 }));
      expect(await its().findPresentationRequest('v', 'a')).toBeUndefined();
      expect(await its().findPresentationRequestFor('digest of a')).toBeUndefined();
      expect(await its().findPresentationRequest('v', 'long')).toBeDefined();
      expect((await its().journalHead()).sequence).toBe(sequence);
    });
  });
}
