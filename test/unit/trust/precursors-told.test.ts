/** B7: which precursors need a report of their own, what that report has to fit, and what a default value is worth in their place. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import type { PatchOperation } from '../../support/json-patch.ts';
import { coil, firstOf, good, itTells, OTHER_ID, one, STEEL, secondGood, slab } from '../../support/story-rows.ts';
import { type Bend, CBAM, drop, resultOf, set, subject } from '../../support/trust-cases.ts';

/** A precursor that says of itself no more than that it is of a category this installation makes. */
const ownMake = (...patch: PatchOperation[]): Bend =>
  one(
    set(slab('/aggregatedGoodsCategory'), 'iron-or-steel-products'),
    ...['/statement', '/source', '/countryOfOrigin'].map((member) => drop(slab(member))),
    ...patch,
  );
const SOURCE = { operatorName: 'Daehan Slab (fictional)', installationName: 'Steelworks No. 2' };
const byDefault = (change: JsonObject | undefined, ...patch: PatchOperation[]): Bend =>
  one(
    set(slab('/valueBasis'), 'default'),
    ...['/statement', '/specificDirect'].map((member) => drop(slab(member))),
    ...(change === undefined ? [] : [set(slab('/defaultValue'), { act: 'illustrative row', ...change })]),
    ...patch,
  );

describe('a precursor made in the installation itself', () => {
  itTells('precursors', [
    ['needs no report of its own', CBAM, 'B7', 'REJECT', ownMake()],
    [
      'needs one where no process here makes its like',
      CBAM,
      'B7',
      'REJECT',
      ownMake(set(slab('/aggregatedGoodsCategory'), 'crude-steel')),
    ],
    ['needs one where a country is named', CBAM, 'B7', 'REJECT', ownMake(set(slab('/countryOfOrigin'), 'KR'))],
    ['needs one where a source is named', CBAM, 'B7', 'REJECT', ownMake(set(slab('/source'), SOURCE))],
    [
      'is judged by the one that is named',
      CBAM,
      'B7',
      'REJECT',
      { ...ownMake(set(slab('/statement'), { $link: 'statement:slab' })), hide: ['statement:slab'] },
    ],
  ]);
});

describe('a default value', () => {
  itTells('precursors', [
    ['is that of the act', CBAM, 'B7', 'REJECT', byDefault({ value: '2.33' })],
    ['may be higher', CBAM, 'B7', 'REJECT', byDefault({ value: '2.4' })],
    ['may not be lower', CBAM, 'B7', 'REJECT', byDefault({ value: '2.3299' })],
    ['has to be stated', CBAM, 'B7', 'REJECT', byDefault(undefined)],
    [
      'is not asked of an origin that is exempt',
      CBAM,
      'B7',
      'REJECT',
      byDefault({ value: '0' }, set(slab('/countryOfOrigin'), 'CH')),
    ],
  ]);
});

describe('the report on a precursor', () => {
  itTells('precursors', [
    ['need not be on an installation of that number', CBAM, 'B7', 'ACCEPT', one(drop(slab('/source/registryId')))],
    [
      'is on another installation where that number is another',
      CBAM,
      'B7',
      'REJECT',
      one(set(slab('/source/registryId'), 'INST-KR-0003')),
    ],
    ['has the value that is used', CBAM, 'B7', 'REJECT', one(set(slab('/specificDirect'), '1.9411'))],
    [
      'has it also where nothing is said of a mean',
      CBAM,
      'B7',
      'REJECT',
      one(drop(slab('/weighting')), set(slab('/specificDirect'), '1.9411')),
    ],
    ['need not say how it was weighted', CBAM, 'B7', 'ACCEPT', one(drop(slab('/weighting')))],
    [
      'need not have it where it is a mean of several',
      CBAM,
      'B7',
      'REJECT',
      one(set(slab('/weighting'), 'installations'), set(slab('/specificDirect'), '1.9411')),
    ],
    ['is of no use where no value is used', CBAM, 'B7', 'REJECT', one(drop(slab('/specificDirect')))],
    [
      'is of no use where it has none',
      CBAM,
      'B7',
      'REJECT',
      one(drop(subject('claim:slab', '/goods/0/specificDirect'))),
    ],
    [
      'is of no use where neither has one',
      CBAM,
      'B7',
      'REJECT',
      one(drop(slab('/specificDirect')), drop(subject('claim:slab', '/goods/0/specificDirect'))),
    ],
  ]);
});

const firstPrecursor = firstOf(STEEL['claim:coil'], 'precursors');
const { statement: _statement, ...unreported } = firstPrecursor;
const also = (change: JsonObject): PatchOperation[] => [
  set(coil('/precursors/1'), { ...unreported, quantity: '1000', ...change }),
  set(coil('/precursorCount'), '2'),
];
/** No report on the slab is in hand, so its default value is counted. */
const unproved = (...patch: PatchOperation[]): Bend => ({ patch, hide: ['statement:slab'] });

describe('what a good would come to with default values', () => {
  const withDefaults = async (bend: Bend): Promise<string | undefined> =>
    (await resultOf(CBAM, bend)).values['specificDirectWithDefault'];
  it('is told where a precursor may not be used as it is stated', async () => {
    expect(await withDefaults(unproved())).toBe('2.48005');
    expect(await withDefaults({})).toBeUndefined();
  });
  it('takes the other precursors as they are', async () => {
    // (28222 + 426420 · 2.33 + 1000 · 3) / 412000
    const defaulted = { valueBasis: 'default', defaultValue: { value: '3', act: 'illustrative row' } };
    expect(await withDefaults(unproved(...also(defaulted)))).toBe('2.48733');
    expect(await withDefaults(unproved(...also({ valueBasis: 'actual', countryOfOrigin: 'CH' })))).toBe('2.48005');
  });
  it('is not told where a quantity is withheld, or there is none', async () => {
    expect(await withDefaults(unproved(drop(good('/quantity'))))).toBeUndefined();
    expect(await withDefaults(unproved(drop(good('/attributedEmissions'))))).toBeUndefined();
    expect(await withDefaults(unproved(set(good('/quantity'), '0')))).toBeUndefined();
    expect(await withDefaults(unproved(drop(slab('/quantity'))))).toBeUndefined();
    const { quantity: _quantity, ...withheld } = unreported;
    const another = [set(coil('/precursors/1'), withheld), set(coil('/precursorCount'), '2')];
    expect(await withDefaults(unproved(...another))).toBeUndefined();
  });
  it('is not told of two goods, nor where one of two default values is not known', async () => {
    expect(await withDefaults(unproved(...secondGood({})))).toBeUndefined();
    expect(await withDefaults(unproved(...also({ countryOfOrigin: 'JP' })))).toBeUndefined();
    expect(await withDefaults(unproved(...also({ statement: { target: OTHER_ID } })))).toBe('2.48571');
  });
});
