/** The properties of docs/trust.md, section 7, 4 to 7, and what is said about their means. The others: properties.test.ts. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { Evidence } from '../../../src/trust/evidence.ts';
import { boundariesOf } from '../../support/trust-properties/instants.ts';
import { PropertyProcess } from '../../support/trust-properties/process.ts';
import { createSetting, judged, type Setting } from '../../support/trust-properties/property.ts';
import { stepsOf, TooManySteps, withCounting } from '../../support/trust-properties/step-counter.ts';
import { tableOf } from '../../support/trust-properties/table.ts';
import { tangledRequest } from '../../support/trust-properties/tangles.ts';
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

describe('docs/trust.md, section 7', () => {
  it.each(tableOf(4, 7))('%s', async (_name, index) => {
    expect(await properties.run({ index, numRuns })).toEqual({ cpuSeconds: expect.any(Number) });
  });
});

describe('the instants of property 5', () => {
  it('are where results change: from one to the next many do', () => {
    let changes = 0;
    for (const sample of fc.sample(world, { numRuns: 20, seed: 5 })) {
      const request = requestIn(setting.base, sample);
      const boundaries = boundariesOf(request);
      const results = boundaries.map((at) => judged({ ...request, at }).result);
      changes += results.filter((result, index) => index > 0 && result !== results[index - 1]).length;
    }
    expect(changes).toBeGreaterThan(20);
  });
});

describe('the steps of property 4', () => {
  it('are counted while the function runs, and stop it at the bound', () => {
    const loop = (times: number) => () => {
      const queue: number[] = [];
      for (let at = 0; at < times; at += 1) queue.push(at);
    };
    withCounting(() => {
      expect(stepsOf(loop(10), 10)).toBe(10);
      expect(stepsOf(() => [1, 2, 3].map((value) => value), 10)).toBe(4);
      expect(() => stepsOf(loop(Number.POSITIVE_INFINITY), 1000)).toThrow(TooManySteps);
    });
    expect([3, 1].filter((value) => value > 1)).toEqual([3]);
  });
  it('are taken over circles that close: statements that rely on each other by links that hold', () => {
    const knot = { onClaim: true, own: true };
    const { admitted } = tangledRequest(setting.base, [
      { ...knot, relies: [1] },
      { ...knot, relies: [0] },
    ]);
    const evidence = new Evidence(admitted, []);
    const tied = admitted.filter(({ subject }) => subject['upstreamReliance'] !== undefined).slice(-2);
    const ends = tied.map(
      ({ subject }) => evidence.targetOf((subject['upstreamReliance'] as readonly JsonObject[])[0])?.id,
    );
    expect(ends).toEqual(tied.map(({ id }) => id).reverse());
  });
});
