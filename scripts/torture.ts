/**
 * `npm run torture [-- store|trust|backup|all [<count> [<seed>]]]`: what `npm test` does in small, in large.
 *
 * - `store`: kill -9 a process that issues and revokes, 200 times over one store; nothing acknowledged may be lost, nothing given out twice.
 * - `trust`: the properties of docs/trust.md, section 7, 1,000,000 runs each; hours, and a run that was broken off goes on where it stopped.
 * - `backup`: back up under load, destroy, restore elsewhere, 20 times over each kind of store; nothing acknowledged before the backup
 *   may be missing, nothing given out twice.
 *
 * All of them unless one is named. Exit 0 when all of it held; a fault is told with the seed that shows it again.
 */
import { cpus } from 'node:os';
import { tortureBackup } from './torture/backup.ts';
import { tortureStore } from './torture/store.ts';
import { tortureTrust } from './torture/trust.ts';

const PARTS: Readonly<Record<string, { readonly count: number; readonly run: typeof tortureTrust }>> = {
  store: { count: 200, run: tortureStore },
  trust: { count: 1_000_000, run: tortureTrust },
  backup: { count: 20, run: tortureBackup },
};

const [part = 'all', count, seed = '1'] = process.argv.slice(2);
const chosen = part === 'all' ? Object.keys(PARTS) : [part];
const numbers = [count ?? '1', seed].map(Number);
if (
  !chosen.every((name) => Object.hasOwn(PARTS, name)) ||
  !numbers.every((number) => Number.isSafeInteger(number) && number > 0)
) {
  console.error('usage: npm run torture [-- store|trust|backup|all [<count> [<seed>]]]');
  process.exitCode = 2;
} else {
  console.log(`node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`);
  for (const name of chosen) {
    const { count: usual, run } = PARTS[name] as (typeof PARTS)[string];
    const held = await run(count === undefined ? usual : Number(count), Number(seed));
    if (!held) process.exitCode = 1;
  }
}
