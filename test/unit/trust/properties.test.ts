/**
 * The properties of docs/trust.md, section 7, 1 to 3; the others are in properties-of-judging.test.ts, so that two processes share them.
 * Ten thousand runs each; `npm run torture -- trust` makes a million. `PROPERTY_RUNS` multiplies the runs.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PropertyProcess } from '../../support/trust-properties/process.ts';
import { createSetting, define, judged, type Setting } from '../../support/trust-properties/property.ts';
import { TRUST_PROPERTIES, tableOf } from '../../support/trust-properties/table.ts';
import { requestIn, world } from '../../support/trust-worlds.ts';

const FACTOR = Number(process.env['PROPERTY_RUNS'] ?? '1');
vi.setConfig({ testTimeout: 240_000 * Math.max(1, FACTOR) });
const numRuns = Math.ceil(10_000 * FACTOR);

let setting: Setting;
let properties: PropertyProcess;
beforeAll(async () => {
  [setting, properties] = await Promise.all([createSetting(), PropertyProcess.start()]);
});
afterAll(() => properties.end());

describe('the worlds', () => {
  it('hold acceptances, refusals and doubts, each a good share', () => {
    const seen = new Map<string, number>();
    const samples = fc.sample(world, { numRuns: 1000, seed: 7 });
    for (const sample of samples) {
      const { result } = judged(requestIn(setting.base, sample));
      seen.set(result, (seen.get(result) ?? 0) + 1);
    }
    const share = (result: string): number => (seen.get(result) ?? 0) / samples.length;
    expect(share('ACCEPT')).toBeGreaterThan(0.3);
    expect(share('REJECT')).toBeGreaterThan(0.3);
    expect(share('UNDETERMINED')).toBeGreaterThan(0.07);
  });
});

describe('a property that does not hold', () => {
  it('is told with its seed, its path and the smallest world that shows it', () => {
    const wrong = define(0, 'no world has three links', () => fc.property(world, ({ links }) => links.length < 3));
    const told = (): unknown => wrong.assert(setting, { numRuns: 100, seed: 42 });
    expect(told).toThrow(/\{ seed: 42, path: "[\d:]+", endOnFailure: true \}/);
    expect(told).toThrow(/Counterexample: \[\{"links":\[(?:[^{]*\{[^}]*\}){3}\],"anchors":\[[^\]]*\][^\]]*\]/);
  });
});

describe('docs/trust.md, section 7', () => {
  it('every one of its seven properties is in the table', () => {
    expect(new Set(TRUST_PROPERTIES.map(({ number }) => number))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7]));
  });
  it.each(tableOf(1, 3))('%s', async (_name, index) => {
    expect(await properties.run({ index, numRuns })).toEqual({ cpuSeconds: expect.any(Number) });
  });
});
