/**
 * `npm run torture [-- <part>|all [<count> [<seed>]]]`: what `npm test` does in small, in large.
 *
 * - `store`, `postgres`: kill -9 a process that issues and revokes, so many times over one store; nothing acknowledged may be lost, nothing
 *   given out twice.
 * - `faults`: each fault of a disk so many times at random places; told or survived, never silent.
 * - `together`: four processes over one PostgreSQL issue so many credentials.
 * - `recovery`: kill -9 a node with 100,000 credentials so many times; ready within two seconds.
 * - `million`: look-up, revocation and memory with 1,000 credentials and with so many.
 * - `load`: so many minutes at half of what a node can do, then five times as much.
 * - `backup`: back up under load, destroy, restore elsewhere, so many times over each kind of store; nothing acknowledged before the backup
 *   may be missing, nothing given out twice.
 * - `batch`: kill -9 a node in the middle of a batch and send the batch again, so many times, half of them over each kind of store; every
 *   line is issued once, and what was answered stays as it was.
 * - `trust`: the properties of docs/trust.md, section 7, so many runs each; hours, and a run that was broken off goes on where it stopped.
 *
 * All unless one is named. Exit 0 when all of it held; a fault is told with the seed that shows it again.
 */
import { cpus } from 'node:os';
import { tortureBackup } from './torture/backup.ts';
import { tortureBatch } from './torture/batch.ts';
import { tortureFaults } from './torture/faults.ts';
import { tortureLoad } from './torture/load.ts';
import { tortureMillion } from './torture/million.ts';
import { tortureRecovery } from './torture/recovery.ts';
import { torturePostgres, tortureStore } from './torture/store.ts';
import { tortureTogether } from './torture/together.ts';
import { tortureTrust } from './torture/trust.ts';

const PARTS: Readonly<Record<string, { readonly count: number; readonly run: typeof tortureTrust }>> = {
  store: { count: 500, run: tortureStore },
  postgres: { count: 500, run: torturePostgres },
  faults: { count: 20, run: tortureFaults },
  together: { count: 10_000, run: tortureTogether },
  recovery: { count: 20, run: tortureRecovery },
  million: { count: 1_000_000, run: tortureMillion },
  load: { count: 30, run: tortureLoad },
  backup: { count: 20, run: tortureBackup },
  batch: { count: 100, run: tortureBatch },
  trust: { count: 1_000_000, run: tortureTrust },
};

const [part = 'all', count, seed = '1'] = process.argv.slice(2);
const chosen = part === 'all' ? Object.keys(PARTS) : [part];
const numbers = [count ?? '1', seed].map(Number);
if (
  !chosen.every((name) => Object.hasOwn(PARTS, name)) ||
  !numbers.every((number) => Number.isSafeInteger(number) && number > 0)
) {
  console.error(`usage: npm run torture [-- ${Object.keys(PARTS).join('|')}|all [<count> [<seed>]]]`);
  process.exitCode = 2;
} else {
  console.log(`node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`);
  for (const name of chosen) {
    const { count: usual, run } = PARTS[name] as (typeof PARTS)[string];
    const held = await run(count === undefined ? usual : Number(count), Number(seed));
    if (!held) process.exitCode = 1;
  }
}
