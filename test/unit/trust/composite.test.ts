/** Composite claims: what a claim is built from is judged by the same steps, each part once, and replaced where it may not be used. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { digestOfJson } from '../../../src/formats/digest.ts';
import type { MerkleStep } from '../../../src/formats/merkle.ts';
import { evaluate } from '../../../src/trust/evaluate.ts';
import type { EvaluationInput, RegimeResult, RuleResult } from '../../../src/trust/evaluation.ts';
import { B8 } from '../../../src/trust/rules/cbam-report.ts';
import { readExample } from '../../support/example-credentials.ts';
import type { PatchOperation } from '../../support/json-patch.ts';
import {
  type Bend,
  CBAM,
  CELL,
  drop,
  noLists,
  requestFor,
  resultOf,
  set,
  setBit,
  subject,
} from '../../support/trust-cases.ts';
import { admitted, policyOfExample, requirePolicyOf } from '../../support/worked-examples.ts';

const steel = readExample('steel-coil')['credentials'] as Record<string, JsonObject>;
const coil = (path: string): string => subject('claim:coil', path);
const failedRule = ({ rules }: RegimeResult, id: string): RuleResult | undefined =>
  rules.find((rule) => rule.id === id && rule.outcome === 'failed');

afterEach(() => {
  vi.restoreAllMocks();
});

/** Iron from a third works in the slab: 1,000,000 t at 1.6, and so much less of its own, so that the slab's figure stays as it is. */
const IRON = 'urn:uuid:99999999-0000-4000-8000-000000000020';
function withIron(statement: JsonObject = {}): Bend {
  const iron = { cnCode: '72011011', aggregatedGoodsCategory: 'pig-iron' };
  const claim = steel['claim:slab']?.['credentialSubject'] as JsonObject;
  const report = steel['statement:slab']?.['credentialSubject'] as JsonObject;
  const [good] = claim['goods'] as JsonObject[];
  const patch: PatchOperation[] = [
    set('/credentials/claim:iron', {
      ...steel['claim:slab'],
      id: IRON,
      issuer: 'did:web:hanbit-rolling.example',
      validFrom: '2027-02-01T00:00:00Z',
      credentialSubject: {
        ...claim,
        installation: { ...(claim['installation'] as JsonObject), cbamRegistryId: 'INST-KR-0300' },
        operator: { ...(claim['operator'] as JsonObject), id: 'did:web:hanbit-rolling.example' },
        goods: [
          {
            ...good,
            ...iron,
            productionRoute: 'blast-furnace',
            quantity: '1000000',
            attributedEmissions: '1600000',
            specificDirect: '1.6',
          },
        ],
        totalDirectEmissions: { value: '1600000', unit: 'tCO2e' },
      },
    }),
    set('/credentials/statement:iron', {
      ...steel['statement:slab'],
      id: IRON.replace(/20$/, '21'),
      validFrom: '2027-02-05T00:00:00Z',
      credentialSubject: {
        ...report,
        claim: { $link: 'claim:iron' },
        claimHolder: 'did:web:hanbit-rolling.example',
        statementDate: '2027-02-05',
        materiality: (report['materiality'] as JsonObject[]).map((entry) => ({ ...entry, cnCode: iron.cnCode })),
        checkedValues: [{ metric: 'specificDirect', cnCode: iron.cnCode, value: '1.6', unit: 'tCO2e', per: 't' }],
        siteVisit: { visitType: 'physical', date: '2027-01-13', days: '3' },
        ...statement,
      },
    }),
    set(subject('claim:slab', '/precursorCount'), '1'),
    set(subject('claim:slab', '/precursors'), [
      {
        ...iron,
        countryOfOrigin: 'KR',
        valueBasis: 'actual',
        quantity: '1000000',
        specificDirect: '1.6',
        reportingPeriod: '2026',
        periodBasis: 'default',
        source: { operatorName: 'Iron (fictional)', installationName: 'Blast furnace', registryId: 'INST-KR-0300' },
        statement: { $link: 'statement:iron' },
      },
    ]),
    set(subject('claim:slab', '/goods/0/attributedEmissions'), '4573016'),
  ];
  return { patch, show: ['claim:iron', 'statement:iron'] };
}

describe('what a claim is built from', () => {
  it('is judged once, however often it is asked about', async () => {
    const request = await requestFor(CBAM);
    const judged = vi.spyOn(B8, 'onStatement');
    // The slab is a precursor, the report on the coil leans on its report, and a default is looked up in its place.
    const { results } = evaluate(request);
    expect(results['eu-cbam']?.result).toBe('ACCEPT');
    const ids = judged.mock.calls.map(([{ statement }]) => statement.id).sort();
    expect(ids).toEqual([String(steel['statement:coil']?.['id']), String(steel['statement:slab']?.['id'])].sort());
  });
  it('is judged once each, to the third works', async () => {
    const request = await requestFor(CBAM, withIron());
    const judged = vi.spyOn(B8, 'onStatement');
    const result = evaluate(request).results['eu-cbam'];
    expect(judged.mock.calls.map(([{ statement }]) => statement.id)).toHaveLength(3);
    expect(result).toMatchObject({ result: 'ACCEPT' });
    expect(result?.restsOn).toEqual(expect.arrayContaining([IRON, IRON.replace(/20$/, '21')]));
  });
  it('is refused where its own precursor is, and the default takes its place', async () => {
    const bend = withIron({ opinionCode: 'unsatisfactory-material', conclusion: 'adverse' });
    const result = await resultOf(CBAM, bend);
    expect(result.result).toBe('REJECT');
    const [cause] = failedRule(result, 'B7')?.causes ?? [];
    expect(cause).toMatchObject({ id: 'B7', message: 'B7.inadmissible', subject: '72011011' });
    expect(cause?.causes?.map(({ id }) => id)).toEqual(expect.arrayContaining(['B8', 'V4']));
    expect(result.values['specificDirectWithDefault']).toBe('2.48005');
  });
  it('is refused where a report further up is not in hand', async () => {
    const result = await resultOf(CBAM, { ...withIron(), show: ['claim:iron'] });
    expect(result.result).toBe('REJECT');
    expect(failedRule(result, 'B7')?.causes?.map(({ id }) => id)).toEqual(expect.arrayContaining(['L1', 'B7']));
  });
  it('is a doubt where the status of a report further up is not known', async () => {
    const result = await resultOf(CBAM, { ...withIron(), status: { 'statement:iron': noLists } });
    expect(result.result).toBe('UNDETERMINED');
    expect(result.rules.find(({ id, outcome }) => id === 'B7' && outcome === 'undetermined')?.message).toBe(
      'B7.undetermined',
    );
  });
});

/** Works upon works, each made from the one above it twice over; of the topmost the precursors have no report. */
function tower(levels: number, width: number): Bend {
  const claim = steel['claim:slab']?.['credentialSubject'] as JsonObject;
  const report = steel['statement:slab']?.['credentialSubject'] as JsonObject;
  const ids = (level: number) =>
    ['1', '2'].map((kind) => `urn:uuid:99999999-0000-4000-800${kind}-${String(level).padStart(12, '0')}`);
  const madeFrom = (level: number): JsonObject[] =>
    Array.from({ length: width }, (_, index) => ({
      cnCode: String(72011011 + index),
      aggregatedGoodsCategory: 'pig-iron',
      countryOfOrigin: 'KR',
      valueBasis: 'actual',
      quantity: '1',
      specificDirect: '1.6',
      reportingPeriod: '2026',
      ...(level > levels ? {} : { statement: { $link: `statement:${level}` } }),
    }));
  const levelsUp = Array.from({ length: levels }, (_, index) => index + 1);
  const patch = levelsUp.flatMap((level) => {
    const [claimId = '', statementId = ''] = ids(level);
    return [
      set(`/credentials/claim:${level}`, {
        ...steel['claim:slab'],
        id: claimId,
        credentialSubject: { ...claim, precursors: madeFrom(level + 1) },
      }),
      set(`/credentials/statement:${level}`, {
        ...steel['statement:slab'],
        id: statementId,
        credentialSubject: { ...report, claim: { $link: `claim:${level}` } },
      }),
    ];
  });
  const show = levelsUp.flatMap((level) => [`claim:${level}`, `statement:${level}`]);
  return { patch: [...patch, set(subject('claim:slab', '/precursors'), madeFrom(1))], show };
}

describe('a report on many works', () => {
  const sizeOf = async (levels: number, width: number) => {
    const { report, results } = evaluate(await requestFor(CBAM, tower(levels, width)));
    expect(results['eu-cbam']?.result).toBe('REJECT');
    return JSON.stringify(report).length;
  };
  it('grows with the documents, not with the ways that lead to what is wrong', async () => {
    expect(await sizeOf(12, 2)).toBeLessThan(2 * (await sizeOf(6, 2)));
    expect(await sizeOf(2, 100)).toBeLessThan(8 * (await sizeOf(2, 10)));
  });
  it('tells the nearest causes, and of further ones that they are there', async () => {
    const result = await resultOf(CBAM, tower(8, 2));
    const [cause] = failedRule(result, 'B7')?.causes?.filter(({ id }) => id === 'B7') ?? [];
    expect(cause).toMatchObject({ message: 'B7.inadmissible', outcome: 'failed' });
  });
});

describe('the default value in place of an inadmissible precursor', () => {
  const shown = async (bend: Bend) => {
    const { result, values } = await resultOf(CBAM, bend);
    return [result, values['specificDirectWithDefault'], values['importEmissionsWithDefault']];
  };
  const withDefault = ['2.48005', '4960.1'];
  it('is read from the row and gives the figure of the worked example', async () => {
    expect(await shown({ hide: ['statement:slab'] })).toEqual(['REJECT', ...withDefault]);
    expect(await shown({ status: { 'statement:slab': setBit('revocation') } })).toEqual(['REJECT', ...withDefault]);
    expect(await shown({ status: { 'statement:slab': noLists } })).toEqual(['UNDETERMINED', ...withDefault]);
    expect(await shown({ patch: [drop(coil('/precursors/0/statement'))] })).toEqual(['REJECT', ...withDefault]);
  });
  it('is not shown where every precursor may be used', async () => {
    expect(await shown({})).toEqual(['ACCEPT', undefined, undefined]);
  });
  it('is not shown where a quantity or the row is missing', async () => {
    const hidden = {
      'claim:coil': [drop('/credentialSubject/precursors/0/quantity'), drop('/credentialSubject/blinding')],
    };
    expect(await shown({ hide: ['statement:slab'], alter: hidden })).toEqual(['REJECT', undefined, undefined]);
    const elsewhere = [set(coil('/precursors/0/countryOfOrigin'), 'BR')];
    expect(await shown({ hide: ['statement:slab'], patch: elsewhere })).toEqual(['REJECT', undefined, undefined]);
  });
  it('takes the place of the inadmissible one only', async () => {
    const [precursor] = (steel['claim:coil'] as { credentialSubject: { precursors: JsonObject[] } } & JsonObject)
      .credentialSubject.precursors;
    const { statement: _, ...without } = precursor ?? {};
    const halves = [
      set(coil('/precursors'), [
        { ...precursor, quantity: '213210' },
        { ...without, quantity: '213210' },
      ]),
      set(coil('/precursorCount'), '2'),
    ];
    // (28 222 + 213 210 × 1.9412 + 213 210 × 2.33) / 412 000
    expect(await shown({ patch: halves })).toEqual(['REJECT', '2.27885', '4557.7']);
  });
});

describe('the verified share', () => {
  const share = async (bend: Bend, change: (request: EvaluationInput) => EvaluationInput = (request) => request) => {
    const result = evaluate(change(await requestFor(CELL, bend))).results[CELL.regime];
    const message = result?.rules.find(({ message: key }) => key === 'A6.verified-share');
    return [
      result?.result,
      result?.values['verifiedSharePercent'],
      result?.values['verifiedSharePercentComputed'],
      message?.params,
    ];
  };
  it('is computed from the sheet and the suppliers’ own statements, and is what is claimed', async () => {
    expect(await share({})).toEqual(['ACCEPT', '71.11', '71.11', undefined]);
  });
  it('that is claimed too high, or too low, needs a person', async () => {
    for (const claimed of ['71.12', '71.1', '100']) {
      const bend = { patch: [set(subject('claim:cell', '/aggregation/verifiedSharePercent'), claimed)] };
      expect(await share(bend)).toEqual(['REVIEW', claimed, '71.11', { claimed, computed: '71.11' }]);
    }
  });
  it('counts an input whose statement does not hold as not verified', async () => {
    const expected = ['REVIEW', '71.11', '23.44', { claimed: '71.11', computed: '23.44' }];
    expect(await share({ status: { 'statement:cam': setBit('revocation') } })).toEqual(expected);
    expect(await share({ hide: ['statement:cam'] })).toEqual(expected);
  });
  it('is not computed from a part of the sheet, nor without it', async () => {
    expect(await share({}, ({ worksheets: _, ...request }) => request)).toEqual([
      'ACCEPT',
      '71.11',
      undefined,
      undefined,
    ]);
  });
});

describe('a worksheet', () => {
  it.each([
    [
      'hashed',
      'digest',
      (counted: JsonObject) => ({ leaves: [{ salt: '1' }], paths: [[counted as unknown as MerkleStep]] }),
    ],
    ['added up', 'factor', (counted: JsonObject) => ({ leaves: [counted, { salt: '2' }] })],
  ])('is %s once, however many claims and regimes it is compared with', async (_what, member, sheetOf) => {
    const { regimes: _asked, ...base } = await requestFor(CELL);
    const cell = base.admitted.find(({ subject: { aggregation } }) => aggregation !== undefined);
    if (cell === undefined) throw new Error('no claim');
    const example = policyOfExample(readExample('battery-cell'));
    const readsFor = (claims: number, regimes: number): number => {
      let reads = 0;
      const counted: JsonObject = Object.defineProperty({ side: 'left', role: 'own', quantity: '1' }, member, {
        enumerable: true,
        get: () => {
          reads += 1;
          return member === 'digest' ? digestOfJson('neighbour') : '2';
        },
      });
      evaluate({
        ...base,
        claim: cell.id,
        admitted: Array.from({ length: claims }, (_, index) =>
          admitted({ ...cell.document, validUntil: `2029-01-01T00:00:${10 + index}Z` }),
        ),
        policy: requirePolicyOf({
          ...example,
          regimes: Array.from({ length: regimes }, (_, index) => ({ id: `own-${index}`, basedOn: 'iso14067-pcf' })),
        }),
        worksheets: [sheetOf(counted)],
      });
      return reads;
    };
    expect(readsFor(1, 1)).toBeGreaterThan(0);
    expect(readsFor(8, 4)).toBe(readsFor(1, 1));
  });
});
