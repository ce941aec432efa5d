import { describe, expect, it } from 'vitest';
import { OutboundBudget } from '../../../src/services/verifier/outbound-budget.ts';

const found = async () => ({ ok: true as const, document: {} });
const resolved = { resolve: async () => ({ outcome: 'failed' as const, code: 'NOT_FOUND_DID' as const, detail: '' }) };

describe('the look-ups of one request', () => {
  it('end after so many, lists and DID documents counted together, and what is left over is undetermined', async () => {
    const budget = new OutboundBudget(() => 0);
    const load = budget.lists(found);
    for (let count = 0; count < 4096; count += 1) expect((await load('https://a.example/1')).ok).toBe(true);
    expect(await load('https://a.example/1')).toMatchObject({ ok: false, code: 'STATUS_RETRIEVAL_ERROR' });
    expect(await budget.resolver(resolved).resolve('did:web:a.example')).toMatchObject({
      outcome: 'undetermined',
      code: 'DID_RESOLUTION_ERROR',
    });
    const schemas = budget.schemas(async () => ({
      ok: true,
      document: {},
      hashes: { sha256: '', sha384: '', sha512: '' },
    }));
    expect(await schemas('https://a.example/s')).toMatchObject({
      ok: false,
      finding: { outcome: 'undetermined', code: 'SCHEMA_RETRIEVAL_ERROR' },
    });
  });

  it('end after half a minute, however few they were', async () => {
    let now = 0;
    const budget = new OutboundBudget(() => now);
    now = 29_999;
    expect(await budget.resolver(resolved).resolve('did:web:a.example')).toMatchObject({ outcome: 'failed' });
    now = 30_000;
    expect(await budget.resolver(resolved).resolve('did:web:a.example')).toMatchObject({ outcome: 'undetermined' });
  });
});
