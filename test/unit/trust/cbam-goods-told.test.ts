/** CBAM rules at their edges, and where they have nothing to say. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { evaluate } from '../../../src/trust/evaluate.ts';
import type { PatchOperation } from '../../support/json-patch.ts';
import {
  coil,
  firstOf,
  footprint,
  good,
  inYear,
  itTells,
  one,
  report,
  STEEL,
  secondGood,
  slab,
} from '../../support/story-rows.ts';
import { type Bend, CBAM, CUSTOMER, drop, requestFor, type Story, set } from '../../support/trust-cases.ts';

const ALL = 'B1 B2 B3 B4 B5 B6 B7 B8 B9 B10 B11 B12 B13 B14';
const AS_CBAM: Story = { ...CUSTOMER, regime: 'eu-cbam' };
const AS_FOOTPRINT: Story = { ...CBAM, regime: 'iso14067-pcf' };
const firstGood = firstOf(STEEL['claim:coil'], 'goods');
const firstPrecursor = firstOf(STEEL['claim:coil'], 'precursors');
const secondPrecursor = (change: JsonObject): PatchOperation[] => [
  set(coil('/precursors/1'), { ...firstPrecursor, ...change }),
  set(coil('/precursorCount'), '2'),
];

describe('another kind of claim', () => {
  itTells('cbam-goods', [
    ['a footprint is nothing for CBAM', AS_CBAM, `${ALL} R2 C4`, 'REJECT', {}],
    [
      'a footprint with goods is none the less',
      AS_CBAM,
      `${ALL} R2 C4`,
      'REJECT',
      one(set(footprint('/goods'), [firstGood]), set(footprint('/precursors'), [firstPrecursor])),
    ],
    ['embedded emissions are no footprint', AS_FOOTPRINT, 'S3 L3 A1 A2 A3 A4 A5 A6 A7 T1 R2', 'REJECT', {}],
    [
      'embedded emissions with a footprint are none the less',
      AS_FOOTPRINT,
      'A1 A2 A3 A4 R2',
      'REJECT',
      one(set(coil('/coreDigest'), 'uEiA'), set(coil('/footprint'), { pcf: { pcfExcludingBiogenicUptake: '1' } })),
    ],
  ]);
});

describe('years and goods of an import', () => {
  itTells('cbam-goods', [
    ['a year has four digits', CBAM, 'B1', 'REJECT', inYear('20266')],
    ['and nothing before them', CBAM, 'B1', 'REJECT', inYear('A2026')],
    ['a year of this century', CBAM, 'B1', 'REJECT', inYear('2126')],
    [
      'the value of another year with proof of its time',
      CBAM,
      'B1',
      'REJECT',
      one(set(slab('/reportingPeriod'), '2027'), set(slab('/periodBasis'), 'actual-time')),
    ],
    [
      'a default value is of no year',
      CBAM,
      'B1',
      'REJECT',
      one(set(slab('/valueBasis'), 'default'), set(slab('/reportingPeriod'), '2027')),
    ],
    [
      'the second good of a claim may be the one imported',
      CBAM,
      'B1',
      'REJECT',
      { patch: [...secondGood({}), set('/import/cnCode', '72083900')] },
    ],
  ]);
  it('without an import are not compared', async () => {
    const { import: _import, ...request } = await requestFor(CBAM);
    const result = evaluate(request).results['eu-cbam'];
    expect(result?.result).toBe('ACCEPT');
    expect(result?.rules.filter(({ id }) => id === 'B1')).toEqual([
      {
        id: 'B1',
        severity: 'E',
        outcome: 'passed',
        message: 'B1',
        params: {},
        subject: 'urn:uuid:00000000-0000-4000-8000-000000000012',
      },
    ]);
    expect(result?.values).toEqual({ specificDirect: '2.07764', defaultValue: '2.33' });
  });
});

describe('decimals and totals', () => {
  itTells('cbam-goods', [
    ['indirect emissions have five places too', CBAM, 'B2', 'REJECT', one(set(good('/specificIndirect'), '0.000001'))],
    ['and the free allocation', CBAM, 'B2', 'REJECT', one(set(good('/specificFreeAllocation'), '1.000001'))],
    ['five places are enough', CBAM, 'B2', 'ACCEPT', one(set(good('/specificFreeAllocation'), '1.00001'))],
    [
      'the indirect total is whole tonnes too',
      CBAM,
      'B2',
      'REJECT',
      one(set(coil('/totalIndirectEmissions'), { value: '0.5', unit: 'tCO2e' })),
    ],
    [
      'a whole total is not written with a decimal',
      CBAM,
      'B2',
      'REJECT',
      one(set(coil('/totalDirectEmissions/value'), '28222.0')),
    ],
  ]);
});

const ORE = { cnCode: '26011200', aggregatedGoodsCategory: 'sintered-ore', specificIndirect: '0.01' };
const inherit = (value: string, ...patch: PatchOperation[]): Bend =>
  one(
    set(good('/specificIndirect'), value),
    set(good('/indirectActualSharePercent'), '0'),
    ...Object.entries(ORE).map(([name, entry]) => set(slab(`/${name}`), entry)),
    ...patch,
  );

describe('indirect emissions', () => {
  itTells('cbam-goods', [
    [
      'belong to a good outside Annex II',
      CBAM,
      'B3',
      'REJECT',
      one(set(good('/aggregatedGoodsCategory'), 'cement'), set(good('/specificIndirect'), '0.1')),
    ],
    [
      'of a category that nobody knows are not judged',
      CBAM,
      'B3',
      'REJECT',
      one(set(good('/aggregatedGoodsCategory'), 'glass')),
    ],
    [
      'of nought are none',
      CBAM,
      'B3',
      'REJECT',
      one(
        set(good('/specificIndirect'), '0'),
        set(report('/checkedValues/-'), {
          metric: 'specificIndirect',
          cnCode: '72083700',
          value: '0',
          unit: 'tCO2e',
          per: 't',
        }),
      ),
    ],
    ['of a precursor may be passed on to the last place', CBAM, 'B3', 'REJECT', inherit('0.01036')],
    ['and no further', CBAM, 'B3', 'REJECT', inherit('0.01037')],
    ['cannot be told where the quantity is withheld', CBAM, 'B3', 'REJECT', inherit('9', drop(good('/quantity')))],
    [
      'cannot be told where the quantity of the precursor is',
      CBAM,
      'B3',
      'REJECT',
      inherit('9', drop(slab('/quantity'))),
    ],
    ['cannot be told of two goods', CBAM, 'B3', 'REJECT', inherit('9', ...secondGood({ specificIndirect: '0' }))],
    [
      'of a precursor that states none are our own',
      CBAM,
      'B3',
      'REJECT',
      inherit('0.01', drop(slab('/specificIndirect'))),
    ],
    [
      'of precursors are those outside Annex II',
      CBAM,
      'B3',
      'REJECT',
      inherit('0.02', ...secondPrecursor({ specificIndirect: '5' })),
    ],
    [
      'are our own where no precursor has any, however much was made',
      CBAM,
      'B3',
      'REJECT',
      one(set(good('/specificIndirect'), '0.01'), drop(good('/quantity'))),
    ],
    [
      'are our own where a precursor outside Annex II states none, however much was made',
      CBAM,
      'B3',
      'REJECT',
      inherit('0.01', drop(slab('/specificIndirect')), drop(good('/quantity'))),
    ],
    [
      'of a precursor of a category that nobody knows are not passed on',
      CBAM,
      'B3',
      'REJECT',
      inherit('0.01', set(slab('/aggregatedGoodsCategory'), 'glass')),
    ],
    [
      'of one of two precursors outside are enough',
      CBAM,
      'B3',
      'REJECT',
      inherit('0.01036', ...secondPrecursor({ ...ORE, specificIndirect: null })),
    ],
  ]);
});

describe('what a claim adds up to', () => {
  itTells('cbam-goods', [
    ['is not told with a quantity of nought', CBAM, 'B4', 'REJECT', one(set(good('/quantity'), '0'))],
    ['nor with one of nought among others', CBAM, 'B4', 'REJECT', { patch: [...secondGood({ quantity: '0' })] }],
    [
      'nor with a precursor whose quantity is withheld',
      CBAM,
      'B4',
      'ACCEPT',
      {
        alter: { 'claim:coil': [] },
        patch: [set('/presentations/declarant/withheld', [slab('/quantity'), coil('/blinding')])],
      },
    ],
    [
      'balances over two goods',
      CBAM,
      'B4',
      'REJECT',
      {
        patch: [
          set(good('/quantity'), '206000'),
          set(good('/attributedEmissions'), '14111'),
          ...secondGood({ quantity: '206000', attributedEmissions: '14111' }),
        ],
      },
    ],
    [
      'counts a precursor of the Union for nothing',
      CBAM,
      'B4 B14',
      'REJECT',
      one(
        set(slab('/countryOfOrigin'), 'DE'),
        set(slab('/specificDirect'), '0'),
        set(good('/specificDirect'), '0.0685'),
      ),
    ],
    [
      'counts a value that is missing for nothing',
      CBAM,
      'B4',
      'REJECT',
      one(drop(slab('/specificDirect')), set(good('/specificDirect'), '0.0685')),
    ],
  ]);
});

describe('a good', () => {
  const as = (change: JsonObject, ...patch: PatchOperation[]): Bend =>
    one(
      ...Object.entries(change).map(([name, value]) =>
        value === null ? drop(good(`/${name}`)) : set(good(`/${name}`), value),
      ),
      ...patch,
    );
  itTells('cbam-goods', [
    ['may leave its route out', CBAM, 'B5', 'ACCEPT', as({ productionRoute: null })],
    ['may leave its letter out', CBAM, 'B5', 'ACCEPT', as({ benchmarkRoute: null })],
    [
      'of a category with routes names one of them',
      CBAM,
      'B5',
      'REJECT',
      as({ cnCode: '72011011', aggregatedGoodsCategory: 'pig-iron', productionRoute: 'blast-furnace' }),
    ],
    [
      'and not that there is none',
      CBAM,
      'B5',
      'REJECT',
      as({ cnCode: '72011011', aggregatedGoodsCategory: 'pig-iron', productionRoute: 'not-applicable' }),
    ],
    [
      'takes the letters of its route',
      CBAM,
      'B5',
      'REJECT',
      as({
        cnCode: '72071210',
        aggregatedGoodsCategory: 'crude-steel',
        productionRoute: 'electric-arc-furnace',
        benchmarkRoute: 'C',
      }),
    ],
    [
      'takes any letter of its category without a route',
      CBAM,
      'B5',
      'REJECT',
      as({ cnCode: '72071210', aggregatedGoodsCategory: 'crude-steel', productionRoute: null, benchmarkRoute: 'C' }),
    ],
    [
      'takes no letter of another category',
      CBAM,
      'B5',
      'REJECT',
      as({ cnCode: '72071210', aggregatedGoodsCategory: 'crude-steel', productionRoute: null, benchmarkRoute: 'A' }),
    ],
    [
      'may have a precursor that another good of the claim does not',
      CBAM,
      'B6',
      'REJECT',
      { patch: secondGood({ cnCode: '25231000', aggregatedGoodsCategory: 'cement-clinker' }) },
    ],
    [
      'of a category that nobody knows expects no precursor',
      CBAM,
      'B6',
      'REJECT',
      as({ aggregatedGoodsCategory: 'glass' }),
    ],
  ]);
});

describe('a precursor of exempt origin', () => {
  itTells('cbam-goods', [
    [
      'carries nothing',
      CBAM,
      'B14',
      'REJECT',
      one(set(slab('/countryOfOrigin'), 'NO'), set(slab('/specificDirect'), '0')),
    ],
    [
      'carries no default value either',
      CBAM,
      'B14',
      'REJECT',
      one(
        set(slab('/countryOfOrigin'), 'CH'),
        drop(slab('/specificDirect')),
        set(slab('/valueBasis'), 'default'),
        set(slab('/defaultValue'), { value: '2.33', act: 'x' }),
      ),
    ],
    [
      'need not say so',
      CBAM,
      'B14 B7',
      'REJECT',
      one(set(slab('/countryOfOrigin'), 'FR'), drop(slab('/specificDirect'))),
    ],
    ['is judged beside one that is not', CBAM, 'B14', 'REJECT', { patch: secondPrecursor({ countryOfOrigin: 'IT' }) }],
  ]);
});
