/** What a store promises about credentials offered to wallets: each code is redeemed once, and what has ended stays ended. */
import { describe, expect, test } from 'vitest';
import type { ManualClock } from '../../src/base/clock.ts';
import type { OfferRecord, Redemption } from '../../src/store/offer-records.ts';
import { MOST_WRONG_TX_CODES } from '../../src/store/offer-steps.ts';
import type { Store } from '../../src/store/store.ts';
import { START } from './store.ts';

const refusal = (code: string) => expect.objectContaining({ name: 'ServiceError', code });
const ISSUER = 'hanbit-steel';
const AT = '2026-01-02T03:04:05Z';
const MINUTES = 60_000;

const offer = (id: string, more: Partial<OfferRecord> = {}): OfferRecord => ({
  id,
  issuer: ISSUER,
  organisation: ISSUER,
  offeredBy: 'token:hanbit-steel/first',
  createdAt: AT,
  expiresAt: START + 10 * MINUTES,
  state: 'offered',
  configuration: 'VerifiableCredential_ldp_vc',
  format: 'ldp_vc',
  credentialId: `urn:uuid:${id}`,
  request: { credential: { name: id } },
  digest: `of ${id}`,
  binds: false,
  code: `code ${id}`,
  wrongTxCodes: 0,
  transactionId: `transaction ${id}`,
  notificationId: `notification ${id}`,
  ...more,
});
const redemption = (id: string, more: Partial<Redemption> = {}): Redemption => ({
  issuer: ISSUER,
  code: `code ${id}`,
  txCode: undefined,
  token: `token ${id}`,
  tokenLife: 10 * MINUTES,
  identified: false,
  ...more,
});
const place = (id: string) => ({ issuer: ISSUER, id });
const decision = (id: string, more: object = {}) => ({
  ...place(id),
  approve: true,
  digest: `of ${id}`,
  by: 'token:hanbit-steel/second',
  at: AT,
  ...more,
});

export function describeOffers(its: () => Store, time: () => ManualClock): void {
  const redeem = async (id: string, more: Partial<Redemption> = {}) =>
    (await its().redeemOffer(redemption(id, more))).kind;

  describe('offers', () => {
    test('a code is redeemed once of 100 tries at once, and leads to its token', async () => {
      await its().addOffer(offer('a'));
      const tries = Array.from({ length: 100 }, (_, n) => its().redeemOffer(redemption('a', { token: `token ${n}` })));
      const won = (await Promise.all(tries)).filter(({ kind }) => kind === 'redeemed');
      expect(won).toHaveLength(1);
      const kept = await its().findOffer(ISSUER, 'a');
      expect(won[0]).toEqual({ kind: 'redeemed', offer: kept });
      expect(await its().findOfferByToken(kept?.token ?? '')).toEqual(kept);
      expect(await its().findOfferByToken(kept?.token === 'token 0' ? 'token 1' : 'token 0')).toBeUndefined();
      expect(await redeem('a')).toBe('spent');
      expect(await redeem('b')).toBe('unknown');
    });

    test('codes of another issuer, expired ones and withdrawn ones open nothing', async () => {
      for (const id of ['a', 'b', 'c']) await its().addOffer(offer(id));
      expect(await redeem('a', { issuer: 'donghae-cells' })).toBe('unknown');
      await its().withdrawOffer(place('b'));
      expect(await redeem('b')).toBe('spent');
      time().set(START + 10 * MINUTES);
      expect(await redeem('c')).toBe('expired');
    });

    test('wrong transaction codes are counted, and end the code; a missing or a needless one is not counted', async () => {
      await its().addOffer(offer('a', { txCode: 'right' }));
      await its().addOffer(offer('plain'));
      expect(await redeem('a')).toBe('tx-code-missing');
      expect(await redeem('plain', { txCode: 'any' })).toBe('tx-code-unexpected');
      for (let n = 1; n < MOST_WRONG_TX_CODES; n += 1)
        expect(await redeem('a', { txCode: 'bad' })).toBe('tx-code-wrong');
      expect(await redeem('a', { txCode: 'bad' })).toBe('void');
      expect(await redeem('a', { txCode: 'right' })).toBe('void');
      expect((await its().findOffer(ISSUER, 'a'))?.state).toBe('void');
      await its().addOffer(offer('b', { txCode: 'right', wrongTxCodes: MOST_WRONG_TX_CODES - 1 }));
      expect(await redeem('b', { txCode: 'right' })).toBe('redeemed');
    });

    test('a credential that will name its holder is for the first key that asked', async () => {
      await its().addOffer(offer('a', { binds: true }));
      expect((await its().requestOffer({ ...place('a'), provedBy: 'did:x:1' })).kind).toBe('ended');
      await redeem('a');
      expect((await its().requestOffer({ ...place('a'), provedBy: 'did:x:1' })).kind).toBe('go');
      expect((await its().requestOffer({ ...place('a'), provedBy: 'did:x:2' })).kind).toBe('other-holder');
      await its().noteOfferIssued({ ...place('a'), at: AT });
      expect((await its().requestOffer({ ...place('a'), provedBy: 'did:x:1' })).kind).toBe('go');
      await expect(its().withdrawOffer(place('a'))).rejects.toEqual(refusal('CONFLICT'));
    });

    test('what is looked at first waits for a decision, which is made once, and is fetched once', async () => {
      await its().addOffer(offer('a', { review: 'others' }));
      await redeem('a');
      expect((await its().requestOffer({ ...place('a'), provedBy: 'did:x:1' })).kind).toBe('wait');
      for (const [more, code] of [
        [{ by: 'token:hanbit-steel/first' }, 'FORBIDDEN'],
        [{ digest: 'of b' }, 'CONFLICT'],
        [{ issuer: 'donghae-cells' }, 'NOT_FOUND'],
      ] as const)
        await expect(its().decideOffer(decision('a', more))).rejects.toEqual(refusal(code));
      const both = [true, false, true].map((approve) => its().decideOffer(decision('a', { approve })));
      const settled = await Promise.allSettled(both);
      expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect((await its().requestOffer({ ...place('a'), provedBy: 'did:x:1' })).kind).toBe('go');
      const fetched = await Promise.all(
        Array.from({ length: 20 }, () => its().collectOffer({ ...place('a'), at: AT })),
      );
      expect(fetched.filter(Boolean)).toHaveLength(1);

      await its().addOffer(offer('b', { review: 'anybody' }));
      await its().decideOffer(decision('b', { approve: false, by: 'token:hanbit-steel/first' }));
      expect(await redeem('b')).toBe('spent');
      await its().addOffer(offer('c'));
      await expect(its().decideOffer(decision('c'))).rejects.toEqual(refusal('CONFLICT'));
    });

    test('secrets that have ended are swept as new offers come; the offers stay, newest first', async () => {
      for (const id of ['a', 'b']) await its().addOffer(offer(id));
      await redeem('a', { tokenLife: 60 * MINUTES });
      await its().noteOfferEvent({ ...place('a'), event: 'credential_accepted', at: AT });
      time().set(START + 20 * MINUTES);
      await its().addOffer(offer('c', { expiresAt: START + 30 * MINUTES }));
      expect(await its().findOfferByCode('code b')).toBeUndefined();
      expect((await its().findOfferByToken('token a'))?.event).toEqual({ event: 'credential_accepted', at: AT });
      const { items, next } = await its().listOffers(ISSUER, { limit: 2 });
      expect(items.map(({ id }) => id)).toEqual(['c', 'b']);
      expect((await its().listOffers(ISSUER, { limit: 2, cursor: next ?? '' })).items.map(({ id }) => id)).toEqual([
        'a',
      ]);
      expect((await its().listOffers('donghae-cells', { limit: 2 })).items).toEqual([]);
    });
  });
}
