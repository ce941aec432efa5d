/** What may be shown to whom (domain.md, section 9.1): before it is sent, and where it came all the same. */
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import type { Audience } from '../../../src/credentials/audience.ts';
import type { Admitted } from '../../../src/trust/admitted.ts';
import { evaluate } from '../../../src/trust/evaluate.ts';
import { checkDisclosure } from '../../../src/trust/rules/privacy.ts';
import { CBAM, CELL, requestFor, resultOf, set } from '../../support/trust-cases.ts';
import { admitted } from '../../support/worked-examples.ts';

const COIL = 'urn:uuid:00000000-0000-4000-8000-000000000012';
const CELL_CLAIM = 'urn:uuid:00000000-0000-4000-8000-000000000022';

/** One credential of a story, with members of its subject left out or put in. */
async function credential(
  tail: string,
  change: Readonly<Record<string, JsonValue | undefined>> = {},
): Promise<Admitted> {
  const stories = [await requestFor(CBAM), await requestFor(CELL)];
  const found = stories.flatMap((request) => request.admitted).find(({ id }) => id.endsWith(tail));
  if (found === undefined) throw new Error(tail);
  const changed = Object.entries({ ...found.subject, ...change }).filter(([, value]) => value !== undefined);
  return admitted({ ...found.document, credentialSubject: Object.fromEntries(changed) as JsonObject });
}

const refused = (shown: readonly Admitted[], claim: Admitted, audience: Audience) =>
  checkDisclosure(shown, claim, audience).map(({ outcome, message, subject, code, params }) => ({
    ...{ outcome, message, subject, code },
    audience: params?.['audience'],
  }));
const said = (message: string, subject: string, audience: Audience) => ({
  ...{ outcome: 'failed', message, subject, code: 'RULE_FAILED' },
  audience,
});

describe('quantities', () => {
  const bare = { goods: [{ cnCode: '72083700' }], precursors: [{ cnCode: '72071210' }], processes: undefined };
  it.each<[string, JsonObject]>([
    ['of what was made', { ...bare, goods: [{ cnCode: '72083700', quantity: '412000' }] }],
    ['of what it gave off', { ...bare, goods: [{ cnCode: '72083700', attributedEmissions: '28222' }] }],
    ['of what went into it', { ...bare, precursors: [{ cnCode: '72071210', quantity: '441000' }] }],
    ['of one good among others', { ...bare, goods: [{ cnCode: '72083900' }, { cnCode: '72083700', quantity: '1' }] }],
  ] as unknown as [string, JsonObject][])('%s are for nobody but the verification body', async (_name, change) => {
    const claim = await credential('012', change);
    for (const audience of ['public', 'buyer', 'declarant'] as const) {
      expect(refused([claim], claim, audience)).toEqual([said('P1.quantities', COIL, audience)]);
    }
    expect(refused([claim], claim, 'verifier')).toEqual([]);
  });
  it('that are withheld are no fault', async () => {
    const claim = await credential('012', bare as unknown as JsonObject);
    for (const audience of ['public', 'buyer', 'declarant', 'verifier'] as const) {
      expect(refused([claim], claim, audience)).toEqual([]);
    }
  });
  it('that a statement repeats are for a declarant, as the act asks, and for no buyer', async () => {
    const claim = await credential('012', bare as unknown as JsonObject);
    for (const metric of ['quantity', 'attributedEmissions']) {
      const statement = await credential('013', { checkedValues: [{ metric }], upstreamReliance: undefined });
      expect(refused([statement], claim, 'declarant')).toEqual([]);
      expect(refused([statement], claim, 'buyer')).toEqual([said('P1.quantities', statement.id, 'buyer')]);
    }
    const other = await credential('013', {
      checkedValues: [{ metric: 'specificDirect' }],
      upstreamReliance: undefined,
    });
    expect(refused([other], claim, 'buyer')).toEqual([]);
  });
});

describe('suppliers', () => {
  it('and the statements relied on are named to a declarant, and not to a buyer', async () => {
    const [claim, supplier] = [await credential('022'), await credential('020')];
    const [statement, another] = [await credential('023'), await credential('023', { upstreamReliance: undefined })];
    expect(refused([claim, supplier, statement], claim, 'declarant')).toEqual([]);
    expect(refused([claim, supplier, statement], claim, 'buyer')).toEqual([
      said('P1.supplier', supplier.id, 'buyer'),
      said('P1.reliance', statement.id, 'buyer'),
    ]);
    expect(refused([claim, another], claim, 'public')).toEqual([]);
  });
  it('of precursors likewise', async () => {
    const withheld = { goods: [], precursors: [] };
    const [claim, slab] = [await credential('012', withheld), await credential('010', withheld)];
    expect(refused([claim, slab], claim, 'public')).toEqual([said('P1.supplier', slab.id, 'public')]);
  });
  it('who have nothing to do with the claim give nothing away', async () => {
    const policy = [set('/regimes/0/audience', 'public')];
    const { rules } = await resultOf(CBAM, { policy, show: ['claim:coil-pcf'] });
    const subjects = rules
      .filter(({ id, outcome }) => id === 'P1' && outcome === 'failed')
      .map(({ subject }) => subject);
    expect(subjects).toContain('urn:uuid:00000000-0000-4000-8000-000000000010');
    expect(subjects).not.toContain('urn:uuid:00000000-0000-4000-8000-000000000030');
  });
});

describe('a worksheet', () => {
  const refusedFor = async (audience: Audience): Promise<readonly string[]> => {
    const { rules } = await resultOf(CELL, { policy: [set('/regimes/0/audience', audience)] });
    return rules.filter(({ id, outcome }) => id === 'P1' && outcome === 'failed').map(({ message }) => message);
  };
  it('is for the verification body alone', async () => {
    expect(await refusedFor('verifier')).toEqual([]);
    for (const audience of ['public', 'buyer', 'declarant'] as const) {
      expect(await refusedFor(audience)).toContain('P1.worksheet');
    }
  });
});

describe('a number of inputs', () => {
  const count = async (leafCount: string, leaves: number | undefined) => {
    const request = await requestFor(CELL, {
      patch: [set('/credentials/claim:cell/credentialSubject/aggregation/leafCount', leafCount)],
    });
    const all = request.worksheets?.[0]?.leaves ?? [];
    const shown =
      leaves === undefined
        ? { leaves: all }
        : { leaves: all.slice(0, leaves), paths: all.slice(0, leaves).map(() => []) };
    const rules = evaluate({ ...request, worksheets: [shown] }).results['iso14067-pcf']?.rules ?? [];
    return rules
      .filter(({ id }) => id === 'P2')
      .map(({ outcome, severity, message, subject }) => [outcome, severity, message, subject]);
  };
  const met = [['passed', 'W', 'P2', CELL_CLAIM]];
  it('of one tells its figure', async () => {
    expect(await count('1', undefined)).toEqual([['failed', 'W', 'P2.single', CELL_CLAIM]]);
    expect(await count('2', undefined)).toEqual(met);
  });
  it('of which all but one are shown tells the last', async () => {
    expect(await count('9', 8)).toEqual([['failed', 'W', 'P2.one-left', CELL_CLAIM]]);
    expect(await count('9', 7)).toEqual(met);
    expect(await count('9', undefined)).toEqual(met);
  });
  it('that is none is not judged', async () => {
    expect(await count('many', undefined)).toEqual([]);
  });
});
