// `npm start`: install and build if needed, then run the node. Plain JavaScript, since nothing is installed yet on a fresh clone.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './set-up.mjs';

await ensureBuilt();
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const node = spawn(process.execPath, [main, 'serve'], { stdio: 'inherit' });
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => node.kill(signal));
node.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === null ? 1 : 0);
});
