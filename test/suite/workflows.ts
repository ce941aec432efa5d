/** What a store promises about workflows: an exchange changes by one hand at a time. */
import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import type { ExchangeRecord, WorkflowRecord } from '../../src/store/workflow-records.ts';

const refusal = (code: string) => expect.objectContaining({ name: 'ServiceError', code });

const workflow = (id: string, organisation = 'body'): WorkflowRecord => ({
  id,
  organisation,
  issuer: organisation,
  verifier: organisation,
  initialStep: 'give',
  steps: { give: { issueRequests: [{ variables: 'statement' }] } },
  createdAt: '2026-01-02T03:04:05Z',
});
const exchange = (id: string, of = 'w'): ExchangeRecord => ({
  id,
  workflow: of,
  organisation: 'body',
  state: 'pending',
  step: 'give',
  variables: {},
  results: {},
  issued: [],
  refused: 0,
  createdAt: '2026-01-02T03:04:05Z',
  expiresAt: 0,
  version: 1,
});

export function describeWorkflows(its: () => Store): void {
  describe('workflows', () => {
    test('have an id for all organisations, and are listed for their own', async () => {
      await its().addWorkflow(workflow('w'));
      await expect(its().addWorkflow(workflow('w', 'other'))).rejects.toEqual(refusal('CONFLICT'));
      await its().addWorkflow(workflow('v', 'other'));
      expect(await its().findWorkflow('w')).toEqual(workflow('w'));
      expect(await its().findWorkflow('u')).toBeUndefined();
      expect((await its().listWorkflows('other')).map(({ id }) => id)).toEqual(['v']);
    });

    test('have exchanges, found by their id, of which each version follows on the one before, once', async () => {
      for (const id of ['a', 'b', 'c']) await its().addExchange(exchange(id));
      await expect(its().addExchange(exchange('a'))).rejects.toEqual(refusal('CONFLICT'));
      expect(await its().findExchange('other', 'a')).toBeUndefined();
      expect(await its().findExchange('w', 'a')).toEqual(exchange('a'));
      const next = { ...exchange('a'), state: 'active', version: 2 } as const;
      const tries = await Promise.allSettled(Array.from({ length: 50 }, () => its().saveExchange(next, 'taken')));
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const one of tries) if (one.status === 'rejected') expect(one.reason).toEqual(refusal('CONFLICT'));
      await expect(its().saveExchange(exchange('unknown'), 'taken')).rejects.toEqual(refusal('CONFLICT'));
      expect(await its().findInteraction('a')).toEqual(next);
      const page = await its().listExchanges('w', { limit: 2 });
      expect(page.items.map(({ id }) => id)).toEqual(['c', 'b']);
      const rest = await its().listExchanges('w', { limit: 2, cursor: page.next ?? '' });
      expect(rest.items).toEqual([next]);
    });
  });
}
