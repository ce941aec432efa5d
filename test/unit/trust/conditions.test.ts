/** Which conditions of an arrangement or a decision are still open, and what settles them (docs/domain.md, section 7). */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { evaluate } from '../../../src/trust/evaluate.ts';
import { readExample } from '../../support/example-credentials.ts';
import type { PatchOperation } from '../../support/json-patch.ts';
import { another } from '../../support/story-rows.ts';
import { type Bend, PUBLIC, requestFor, resultOf, SCHEME, set, setBit, subject } from '../../support/trust-cases.ts';

const CELLS = readExample('battery-cell')['credentials'] as Record<string, JsonObject>;
const mla = (path: string): string => subject('arrangement:kr-mra', path);
const decided = (path: string): string => subject('decision:cell', path);
const ASKS = set(mla('/conditions'), ['none', 'fee', 'application']);

const SETTLES = {
  statement: { $link: 'statement:cell' },
  basis: { $link: 'arrangement:kr-mra' },
  decision: 'accepted',
};
const BY_OWNER = { id: 'urn:uuid:99999999-0000-4000-8000-000000000099', issuer: 'did:web:global-mra.example' };

/** The arrangement has conditions, and a decision by its owner is shown beside it. */
function settledBy(change: JsonObject = {}, envelope: JsonObject = {}, more: Omit<Bend, 'patch' | 'show'> = {}): Bend {
  const decision: PatchOperation = another(
    CELLS['decision:cell'],
    'decision:mla',
    { ...SETTLES, ...change },
    { ...BY_OWNER, ...envelope },
  );
  return { patch: [ASKS, decision], show: ['decision:mla'], ...more };
}

describe('conditions of an arrangement', () => {
  it('stay open without a decision, each once and in order', async () => {
    const { result, conditions } = await resultOf(PUBLIC, { patch: [ASKS] });
    expect([result, conditions]).toEqual(['ACCEPT_WITH_CONDITIONS', ['application', 'fee']]);
  });

  it('are none where the arrangement says none, or nothing', async () => {
    expect(await resultOf(PUBLIC)).toMatchObject({ result: 'ACCEPT' });
    expect(await resultOf(PUBLIC)).not.toHaveProperty('conditions');
    const silent = await resultOf(PUBLIC, { patch: [{ op: 'remove', path: mla('/conditions') }] });
    expect(silent.result).toBe('ACCEPT');
  });

  it('are settled by a decision of the party that made them', async () => {
    const settled = await resultOf(PUBLIC, settledBy());
    expect([settled.result, settled.conditions]).toEqual(['ACCEPT', undefined]);
  });

  it('stay settled by a decision that was withdrawn only later', async () => {
    const later = setBit('revocation', { reason: 'withdrawn', effectiveDate: '2028-01-01' });
    const bend = settledBy({}, {}, { status: { 'decision:mla': later } });
    expect((await resultOf(PUBLIC, bend)).conditions).toBeUndefined();
  });

  it.each<[string, Bend]>([
    ['that refuses', settledBy({ decision: 'refused' })],
    ['that has conditions itself', settledBy({ decision: 'accepted-with-conditions' })],
    ['of another party', settledBy({}, { issuer: 'did:web:footprint-scheme-it.example' })],
    ['under another arrangement', settledBy({ basis: { $link: 'arrangement:scheme' } })],
    ['on another statement', settledBy({ statement: { $link: 'statement:cam' } })],
    ['that has ended', settledBy({}, { validUntil: '2027-03-16T00:00:00Z' })],
    ['that is revoked', settledBy({}, {}, { status: { 'decision:mla': setBit('revocation') } })],
    ['that was not admitted', settledBy({}, {}, { refuse: { 'decision:mla': [] } })],
  ])('stay open after a decision %s', async (_, bend) => {
    const { conditions } = await resultOf(PUBLIC, bend);
    expect(conditions).toEqual(['application', 'fee']);
  });

  it('stay open after a decision by a key that somebody else may have', async () => {
    const input = await requestFor(PUBLIC, settledBy());
    const at = input.admitted.findIndex(({ document }) => document['id'] === BY_OWNER.id);
    const keys = input.admitted[at]?.keys.map(({ publicKeyMultibase }) => publicKeyMultibase) ?? [];
    expect(keys.length).toBeGreaterThan(0);
    const compromisedKeys = keys.map((publicKeyMultibase) => ({
      publicKeyMultibase,
      from: '2020-01-01T00:00:00Z',
      source: { document: 'a notice', date: '2027-01-01' },
    }));
    const { results } = evaluate({ ...input, policy: { ...input.policy, compromisedKeys } });
    expect(results[PUBLIC.regime]?.conditions ?? []).toEqual(['application', 'fee']);
  });
});

describe('conditions of a decision', () => {
  it('are those it states', async () => {
    const patch = [
      set(decided('/decision'), 'accepted-with-conditions'),
      set(decided('/conditions'), ['label in Korean', 'fee']),
    ];
    const { result, conditions } = await resultOf(SCHEME, { patch });
    expect([result, conditions]).toEqual(['ACCEPT_WITH_CONDITIONS', ['label in Korean', 'fee']]);
  });

  it('are told to be there where it states none', async () => {
    const patch = [set(decided('/decision'), 'accepted-with-conditions')];
    const { result, conditions } = await resultOf(SCHEME, { patch });
    expect([result, conditions]).toEqual(['ACCEPT_WITH_CONDITIONS', ['accepted-with-conditions']]);
  });

  it('are none where it accepts, whatever its arrangement asks for and whatever it lists', async () => {
    const { result, conditions } = await resultOf(SCHEME, { patch: [set(decided('/conditions'), ['fee'])] });
    expect([result, conditions]).toEqual(['ACCEPT', undefined]);
  });
});
