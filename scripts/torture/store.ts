/** kill -9 a process that issues and revokes, many times over one store, and hold the store to everything that was acknowledged. */
import {
  type CrashReport,
  levelPlace,
  type Place,
  postgresPlace,
  runCrashCycles,
} from '../../test/support/crash-cycles.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { createRandom } from '../../test/support/random.ts';
import { inDirectory } from './temporary.ts';

/** Milliseconds. */
const LONGEST_LIFE = 800;

function show(report: CrashReport): string {
  return [
    `${report.cycles} kills, ${report.killedWhileOpening} of them while opening`,
    `${report.acknowledged} acts acknowledged, ${report.unacknowledged} more had happened untold`,
    `${report.credentials} credentials, ${report.entries} entries`,
  ].join('; ');
}

/** Whether nothing was lost and no entry of a status list was given out twice, on the embedded store. */
export function tortureStore(cycles: number, seed: number): Promise<boolean> {
  return inDirectory('store', (directory) => killCycles('store', levelPlace(directory), cycles, seed));
}

/** The same over a real PostgreSQL. */
export function torturePostgres(cycles: number, seed: number): Promise<boolean> {
  return inDirectory('postgres', async () => {
    await using server = await startPostgres();
    return await killCycles('postgres', postgresPlace(await server.createDatabase()), cycles, seed);
  });
}

async function killCycles(name: string, place: Place, cycles: number, seed: number): Promise<boolean> {
  const report = await runCrashCycles({
    place,
    cycles,
    longestLife: LONGEST_LIFE,
    random: createRandom(seed),
    onCycle: (cycle, soFar) => {
      if (cycle % 50 === 0) console.log(show(soFar));
    },
  });
  console.log(`${name}: ${show(report)}: 0 lost, 0 entries twice (seed ${seed})`);
  return true;
}
