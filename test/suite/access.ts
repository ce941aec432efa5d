/** What a store promises about who may call: what two callers decide is decided once, and a sign-in that ended stays ended. */
import { describe, expect, test } from 'vitest';
import type { ManualClock } from '../../src/base/clock.ts';
import type { ApprovalRecord } from '../../src/store/access-records.ts';
import type { Store } from '../../src/store/store.ts';
import { START } from './store.ts';

const refusal = (code: string) => expect.objectContaining({ name: 'ServiceError', code });
const ISSUER = 'hanbit-steel';
const AT = '2026-01-02T03:04:05Z';
const END = Date.UTC(2026, 0, 9, 3, 4, 5);

const approval = (id: string): ApprovalRecord => ({
  id,
  issuer: ISSUER,
  organisation: ISSUER,
  act: 'issue',
  request: { credential: { name: id } },
  digest: `of ${id}`,
  credentialId: `urn:uuid:${id}`,
  requestedBy: 'token:hanbit-steel/first',
  requestedAt: AT,
  expiresAt: '2026-01-09T03:04:05Z',
  state: 'pending',
});
const decision = (id: string, more: object = {}) => ({
  issuer: ISSUER,
  id,
  approve: true,
  digest: `of ${id}`,
  by: 'token:hanbit-steel/second',
  at: AT,
  ...more,
});
const claim = { scope: 's', key: 'k', requestDigest: 'r' };

export function describeAccess(its: () => Store, time: () => ManualClock): void {
  describe('approvals', () => {
    test('are kept once under a key, listed newest first, and shown to no other issuer', async () => {
      const asked = await Promise.all(['a', 'b', 'c'].map((id) => its().addApproval(approval(id), claim)));
      expect(asked).toEqual(asked.map(() => ({ kind: 'kept', record: approval('a') })));
      const other = { ...claim, requestDigest: 'another' };
      expect(await its().addApproval(approval('d'), other)).toEqual({ kind: 'reused' });
      await its().addApproval(approval('e'));
      const { items, next } = await its().listApprovals(ISSUER, { limit: 1 });
      expect(items).toEqual([approval('e')]);
      const rest = await its().listApprovals(ISSUER, { limit: 5, cursor: next ?? '' });
      expect(rest).toEqual({ items: [approval('a')], next: undefined });
      expect(await its().findApproval('donghae-cells', 'a')).toBeUndefined();
    });

    test('are decided once, by somebody else, for the request that was seen', async () => {
      await its().addApproval(approval('a'));
      for (const [more, code] of [
        [{ by: 'token:hanbit-steel/first' }, 'FORBIDDEN'],
        [{ digest: 'of b' }, 'CONFLICT'],
        [{ issuer: 'donghae-cells' }, 'NOT_FOUND'],
      ] as const)
        await expect(its().decideApproval(decision('a', more))).rejects.toEqual(refusal(code));
      const both = [true, false, true, false].map((approve) => its().decideApproval(decision('a', { approve })));
      const outcomes = await Promise.allSettled(both);
      const won = outcomes.filter(({ status }) => status === 'fulfilled');
      expect(won.map((one) => 'value' in one && one.value.state)).toEqual(['approved', 'approved']);
      for (const one of outcomes) if ('reason' in one) expect(one.reason).toEqual(refusal('CONFLICT'));
      const ends = [{ state: 'done' }, { state: 'failed', code: 'FORBIDDEN' }] as const;
      for (const end of ends) expect((await its().closeApproval(ISSUER, 'a', end)).state).toBe('done');
      expect(await its().decideApproval(decision('a'))).toMatchObject({ state: 'done', decidedBy: decision('a').by });
    });

    test('are too late at their end', async () => {
      for (const id of ['a', 'b']) await its().addApproval(approval(id));
      time().set(END - 1);
      expect((await its().decideApproval(decision('a'))).state).toBe('approved');
      time().set(END);
      for (const id of ['a', 'b'])
        await expect(its().decideApproval(decision(id))).rejects.toEqual(refusal('CONFLICT'));
      expect((await its().findApproval(ISSUER, 'b'))?.state).toBe('pending');
    });
  });

  describe('sign-ins', () => {
    const signIn = (seenAt = START) => ({
      actor: 'person:minji@idp.example',
      organisation: ISSUER,
      values: ['signers'],
      startedAt: START,
      seenAt,
      endsAt: START + 1000,
    });

    test('one that ended is not brought back by a request that was under way', async () => {
      const { hash } = await its().journalHead();
      await its().saveSignIn('aa', signIn());
      await its().saveSignIn('aa', signIn(START + 1), true);
      expect(await its().findSignIn('aa')).toEqual(signIn(START + 1));
      await its().removeSignIn('aa');
      await its().removeSignIn('aa');
      await its().saveSignIn('aa', signIn(START + 2), true);
      expect(await its().findSignIn('aa')).toBeUndefined();
      expect((await its().journalHead()).hash).toBe(hash);
    });

    test('new ones take those away whose time is over', async () => {
      await its().saveSignIn('aa', signIn());
      time().set(START + 999);
      await its().saveSignIn('bb', { ...signIn(), endsAt: START + 2000 });
      expect(await its().findSignIn('aa')).toBeDefined();
      time().set(START + 1000);
      await its().saveSignIn('cc', { ...signIn(), endsAt: START + 2000 });
      expect(await its().findSignIn('aa')).toBeUndefined();
      expect(await its().findSignIn('bb')).toBeDefined();
    });
  });
}
