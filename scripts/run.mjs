// `node scripts/run.mjs FILE.ts …`: set-up if needed, then run a TypeScript file of this project with the remaining arguments.
import { spawn } from 'node:child_process';
import { ensureBuilt } from './set-up.mjs';

await ensureBuilt();
const child = spawn(process.execPath, ['--import', 'tsx', ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === null ? 1 : 0);
});
