/**
 * `npm run torture:node [-- <cycles> [<seed>]]`: kill -9 a whole node while clients issue and revoke over HTTP, 200 times over one data
 * folder, and hold it to everything it answered. Exit 0 when nothing was lost and no place of a status list was given out twice.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KillReport, runNodeKillCycles } from '../test/support/node-kill-cycles.ts';
import { createRandom } from '../test/support/random.ts';

const [cycles = 200, seed = 1] = process.argv.slice(2).map(Number);

function show({ cycles: kills, issued, revoked, repeated }: Readonly<KillReport>): string {
  return `${kills} kills; ${issued} issues and ${revoked} revocations acknowledged; ${repeated} requests cut off and repeated`;
}

const directory = await mkdtemp(join(tmpdir(), 'proofprint-torture-node-'));
try {
  const report = await runNodeKillCycles({
    directory,
    cycles,
    random: createRandom(seed),
    mostActs: 60,
    onCycle: (soFar) => {
      if (soFar.cycles % 10 === 0) console.log(show(soFar));
    },
  });
  console.log(`\n${show(report)}: 0 lost, 0 places twice`);
  console.log(`seed ${seed}, node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`);
  await rm(directory, { recursive: true, force: true });
} catch (error) {
  console.error(error);
  console.error(`The data folder is kept in ${directory}`);
  process.exitCode = 1;
}
