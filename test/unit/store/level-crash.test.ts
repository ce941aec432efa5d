import { expect, test } from 'vitest';
import { levelPlace, runCrashCycles } from '../../support/crash-cycles.ts';
import { createRandom } from '../../support/random.ts';
import { createTemporaryDirectory } from '../../support/temporary-directory.ts';

/** The full count is `npm run torture -- store`. */
const CYCLES = 12;

test('a store that is killed at work keeps all that it acknowledged and gives no entry out twice', async () => {
  const directory = await createTemporaryDirectory();
  const report = await runCrashCycles({
    place: levelPlace(directory),
    cycles: CYCLES,
    longestLife: 250,
    random: createRandom(20260102),
  });
  expect(report.cycles).toBe(CYCLES);
  // The cycles must have been at work for the rest to mean anything.
  expect(report.acknowledged).toBeGreaterThan(100);
  expect(report.entries).toBeGreaterThan(100);
}, 120_000);

test('a store that acknowledged too early would be found out', async () => {
  const directory = await createTemporaryDirectory();
  const eager = { place: levelPlace(directory), cycles: 8, longestLife: 150, random: createRandom(3), eager: true };
  await expect(runCrashCycles(eager)).rejects.toThrow(/acknowledged/);
}, 120_000);
