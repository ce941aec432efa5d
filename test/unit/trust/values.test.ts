/** Which figures a result shows, and which it keeps silent about rather than guess. */
import { describe, expect, it } from 'vitest';
import type { ImportedGoods } from '../../../src/trust/evaluation.ts';
import { firstOf, good, one, pcf, STEEL, secondGood } from '../../support/story-rows.ts';
import { type Bend, CBAM, CUSTOMER, resultOf, SCHEME, type Story, set } from '../../support/trust-cases.ts';

const IMPORT: ImportedGoods = { cnCode: '72083700', date: '2026-11-18', netMass: { value: '2000', unit: 't' } };
const importing = (change: Partial<ImportedGoods>, bend: Bend = {}): Bend => ({
  ...bend,
  request: { import: { ...IMPORT, ...change } },
});
/** The stories of a declarant import something; this one only asks. */
const WITHOUT: Bend = { request: { import: undefined } as unknown as NonNullable<Bend['request']> };

async function valuesOf(story: Story, bend: Bend = {}) {
  return (await resultOf(story, bend)).values;
}

describe('the figures of an import', () => {
  it('are the mass times what is stated, and what the default would be', async () => {
    expect(await valuesOf(CBAM)).toEqual({
      specificDirect: '2.07764',
      defaultValue: '2.33',
      importEmissions: '4155.28',
      importByDefault: '4660',
    });
  });
  it('are not there without an import', async () => {
    expect(await valuesOf(CBAM, WITHOUT)).toEqual({ specificDirect: '2.07764', defaultValue: '2.33' });
  });
  it('are not converted from another unit', async () => {
    const told = await valuesOf(CBAM, importing({ netMass: { value: '2000000', unit: 'kg' } }));
    expect(told).toEqual({ specificDirect: '2.07764', defaultValue: '2.33' });
  });
  it('are those of the good that is imported', async () => {
    const second = one(...secondGood({ specificDirect: '3.5' }));
    expect(await valuesOf(CBAM, importing({ cnCode: '72083900' }, second))).toMatchObject({
      specificDirect: '3.5',
      importEmissions: '7000',
    });
    expect(await valuesOf(CBAM, importing({ cnCode: '72089080' }, second))).toEqual({});
  });
  it('take the default of the year of the import, and of the claim where there is none', async () => {
    expect(await valuesOf(CBAM, importing({ date: '2027-01-01' }))).not.toHaveProperty('defaultValue');
    const rows = ['2026', '2027'].map((year, at) => ({
      act: 'an act of this test',
      country: 'KR',
      cnCode: '7208',
      year,
      value: String(at + 5),
      unit: 'tCO2e',
      per: 't',
    }));
    const policy = [set('/referenceData', { defaultValues: rows })];
    expect(await valuesOf(CBAM, { policy, ...importing({ date: '2027-01-01' }) })).toMatchObject({ defaultValue: '6' });
    expect(await valuesOf(CBAM, { policy, ...WITHOUT })).toMatchObject({ defaultValue: '5' });
  });
  it('are not multiplied with a default for another unit', async () => {
    const row = { act: 'an act of this test', country: 'KR', cnCode: '7208', year: '2026', value: '5', unit: 'tCO2e' };
    const policy = [set('/referenceData', { defaultValues: [{ ...row, per: 'kWh' }] })];
    const told = await valuesOf(CBAM, { policy });
    expect(told).toMatchObject({ defaultValue: '5', importEmissions: '4155.28' });
    expect(told).not.toHaveProperty('importByDefault');
  });
  it('are worked out with defaults only under CBAM', async () => {
    const bare = { hide: ['statement:slab'] };
    expect(firstOf(STEEL['claim:coil'], 'precursors')['valueBasis']).toBe('actual');
    expect(await valuesOf(CBAM, bare)).toHaveProperty('specificDirectWithDefault');
    expect(await valuesOf({ ...CBAM, regime: CUSTOMER.regime }, bare)).not.toHaveProperty('specificDirectWithDefault');
  });
});

describe('the figures of a claim', () => {
  it('are not chosen among several goods', async () => {
    const { values } = await resultOf(CBAM, { ...WITHOUT, patch: secondGood({}) });
    expect(values).toEqual({});
  });
  it('show indirect emissions where they are stated', async () => {
    const told = await valuesOf(CBAM, one(set(good('/specificIndirect'), '0.10')));
    expect(told).toMatchObject({ specificIndirect: '0.1' });
  });
  it('are those of a footprint, with the mark that a decision granted', async () => {
    expect(await valuesOf(SCHEME)).toEqual({
      pcfExcludingBiogenicUptake: '25.6066',
      verifiedSharePercent: '71.11',
      grantedMark: 'IT-CF-2027-0412',
    });
  });
  it('are in their canonical form', async () => {
    const told = await valuesOf(CUSTOMER, one(set(pcf('/pcfExcludingBiogenicUptake'), '2.50')));
    expect(told).toMatchObject({ pcfExcludingBiogenicUptake: '2.5' });
  });
});
