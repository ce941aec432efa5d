/** kill -9 a process that issues and revokes, many times over one store, and hold the store to everything that was acknowledged. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CrashReport, levelPlace, runCrashCycles } from '../../test/support/crash-cycles.ts';
import { createRandom } from '../../test/support/random.ts';

/** Milliseconds. */
const LONGEST_LIFE = 800;

function show(report: CrashReport): string {
  return [
    `${report.cycles} kills, ${report.killedWhileOpening} of them while opening`,
    `${report.acknowledged} acts acknowledged, ${report.unacknowledged} more had happened untold`,
    `${report.credentials} credentials, ${report.entries} entries`,
  ].join('; ');
}

/** Whether nothing was lost and no entry of a status list was given out twice. */
export async function tortureStore(cycles: number, seed: number): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'proofprint-torture-'));
  try {
    const report = await runCrashCycles({
      place: levelPlace(directory),
      cycles,
      longestLife: LONGEST_LIFE,
      random: createRandom(seed),
      onCycle: (cycle, soFar) => {
        if (cycle % 10 === 0) console.log(show(soFar));
      },
    });
    console.log(`store: ${show(report)}: 0 lost, 0 entries twice (seed ${seed})`);
    await rm(directory, { recursive: true, force: true });
    return true;
  } catch (error) {
    console.error(error);
    console.error(`The store is kept in ${directory}`);
    return false;
  }
}
