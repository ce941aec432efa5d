import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ADMIN_TOKEN } from './node.ts';

const built = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface NodeProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Everything the process wrote to standard error so far. */
  readonly errors: () => string;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** The built program in a process of its own, as an operator runs it. */
export async function startProcess(environment: Record<string, string>): Promise<NodeProcess> {
  if (!existsSync(built)) throw new Error('dist/main.js is missing: run npm test, which builds it');
  const child = spawn(process.execPath, [built, 'serve'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOST: '127.0.0.1',
      PORT: '0',
      ADMIN_TOKEN,
      POLICY_FILE: 'none',
      RATE_LIMIT: '1000000',
      CALLER_RATE_LIMIT: '1000000',
      LOG_LEVEL: 'error',
      DISK_RESERVE: '1',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (part: Buffer) => {
    errors += part.toString();
  });
  const exited = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const ready = /^proofprint listening on (\S+)$/.exec(line)?.[1];
      if (ready !== undefined) resolve(ready);
    });
    child.once('exit', (code) => reject(new Error(`the node stopped with ${code}: ${errors}`)));
  });
  return {
    url,
    child,
    errors: () => errors,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      const [code] = await exited;
      return code as number | null;
    },
  };
}
