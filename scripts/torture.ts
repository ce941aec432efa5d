/**
 * `npm run torture [-- <cycles> [<seed>]]`: kill -9 a process that issues and revokes, 200 times over one store, and hold the store to
 * everything that was acknowledged. Exit 0 when nothing was lost and no entry of a status list was given out twice.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CrashReport, runCrashCycles } from '../test/support/crash-cycles.ts';
import { createRandom } from '../test/support/random.ts';

const [cycles = 200, seed = 1] = process.argv.slice(2).map(Number);

/** Milliseconds. */
const LONGEST_LIFE = 800;

function show(report: CrashReport): string {
  return [
    `${report.cycles} kills, ${report.killedWhileOpening} of them while opening`,
    `${report.acknowledged} acts acknowledged, ${report.unacknowledged} more had happened untold`,
    `${report.credentials} credentials, ${report.entries} entries`,
  ].join('; ');
}

const directory = await mkdtemp(join(tmpdir(), 'proofprint-torture-'));
try {
  const report = await runCrashCycles({
    directory,
    cycles,
    longestLife: LONGEST_LIFE,
    random: createRandom(seed),
    onCycle: (cycle, soFar) => {
      if (cycle % 10 === 0) console.log(show(soFar));
    },
  });
  console.log(`\n${show(report)}: 0 lost, 0 entries twice`);
  console.log(`seed ${seed}, node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`);
  await rm(directory, { recursive: true, force: true });
} catch (error) {
  console.error(error);
  console.error(`The store is kept in ${directory}`);
  process.exitCode = 1;
}
