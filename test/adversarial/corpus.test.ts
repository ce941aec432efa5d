/** The attack corpus: no attack accepted, no honest input refused, each refusal for the reason its case names. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUILT_BY_HAND } from './builders/find-builder.ts';
import { removeDirectories } from './builders/storage.ts';
import { COPY, loadCases, readCases, SHARED } from './case.ts';
import { NOT_APPLICABLE } from './not-applicable.ts';
import { countBy, problemsOf, slowOf, textTable, unusedDivergences } from './report.ts';
import { type CaseResult, runCase } from './run.ts';
import { createWorld, type World } from './world.ts';

const cases = loadCases();
const results: CaseResult[] = [];
let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await removeDirectories();
  const slow = slowOf(results);
  const note =
    slow.length === 0
      ? ''
      : `\nslower than three times the limit, on a machine as busy as this one:\n${slow.join('\n')}`;
  console.log(`${textTable(countBy(results, ({ layer }) => layer))}${note}`);
});

describe('the attack corpus', () => {
  it.each([...new Set(cases.map(({ layer }) => layer))])(
    'layer %s',
    async (layer) => {
      const ofLayer: CaseResult[] = [];
      for (const given of cases.filter((one) => one.layer === layer)) ofLayer.push(await runCase(world, given));
      results.push(...ofLayer);
      expect(problemsOf(ofLayer)).toEqual([]);
      for (const { given, results: trials, notApplicable } of ofLayer) {
        if (notApplicable === undefined) expect(trials.length, given.id).toBeGreaterThan(0);
      }
    },
    240_000,
  );

  it('tolerates no difference that no answer needs', () => {
    expect(unusedDivergences(results)).toEqual([]);
  });

  it('lists and builds nothing that is no case', () => {
    const ids = new Set(cases.map(({ id }) => id));
    expect([...NOT_APPLICABLE.keys(), ...BUILT_BY_HAND].filter((id) => !ids.has(id))).toEqual([]);
    expect([...NOT_APPLICABLE.keys()].filter((id) => BUILT_BY_HAND.includes(id))).toEqual([]);
  });
});

describe('the cases', () => {
  it('are the same here and where they are shared', () => {
    const [here, there] = [readCases(COPY), SHARED === undefined ? undefined : readCases(SHARED)];
    if (there !== undefined) expect(here).toEqual(there);
    expect(here).toHaveLength(179);
  });
});
