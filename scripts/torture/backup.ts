/** Backups under load, the node destroyed, the backup restored elsewhere: many drills one after the other, over each kind of store. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DrillReport, runBackupDrills } from '../../test/support/backup-drills.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { createRandom } from '../../test/support/random.ts';

function show(store: string, { drills, issued, revoked, forgotten, killedRestores, bytes }: DrillReport): string {
  return [
    `backup over ${store}: ${drills} drills, ${killedRestores} restores killed and begun anew`,
    `${issued} credentials and ${revoked} revocations acknowledged before a backup looked at after its restore`,
    `${forgotten} issued after it began; last backup ${bytes} bytes`,
  ].join('; ');
}

/** Whether nothing acknowledged before a backup was missing and no entry of a status list was given out twice. */
export async function tortureBackup(drills: number, seed: number): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'proofprint-torture-'));
  const server = await startPostgres();
  const stores = {
    level: async () => ({}),
    postgres: async () => ({ STORE: await server.createDatabase() }),
  };
  try {
    for (const [store, newStore] of Object.entries(stores)) {
      const started = performance.now();
      const report = await runBackupDrills({
        directory: join(directory, store),
        drills,
        newStore,
        random: createRandom(seed),
        onDrill: (soFar) => {
          if (soFar.drills % 5 === 0) console.log(show(store, soFar));
        },
      });
      const seconds = Math.round((performance.now() - started) / 1000);
      console.log(`${show(store, report)}: 0 missing, 0 entries twice (seed ${seed}, ${seconds} s)`);
    }
    await rm(directory, { recursive: true, force: true });
    return true;
  } catch (error) {
    console.error(error);
    console.error(`What was left is in ${directory}`);
    return false;
  } finally {
    await server[Symbol.asyncDispose]();
  }
}
