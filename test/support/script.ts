/** A script of this project in a process of its own, as a person at a terminal would start it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const running = new Set<ChildProcess>();
// A test that fails half-way leaves nothing running: these scripts stop what they started.
afterEach(() => {
  for (const child of running) child.kill('SIGTERM');
});

export interface Script {
  /** Standard output so far. */
  readonly output: () => string;
  readonly errors: () => string;
  /** Resolves with the match once standard output has it. Errors: Error when the script ends without. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  signal(signal: NodeJS.Signals): void;
  readonly exited: Promise<number | null>;
}

export function startScript(args: readonly string[], environment: Record<string, string> = {}): Script {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  let errors = '';
  let ended = false;
  const waiting = new Set<() => void>();
  const tellAll = (): void => {
    for (const look of waiting) look();
  };
  child.stdout.on('data', (part: Buffer) => {
    output += part.toString();
    tellAll();
  });
  child.stderr.on('data', (part: Buffer) => {
    errors += part.toString();
  });
  const exited = once(child, 'close').then(([code]) => {
    ended = true;
    running.delete(child);
    tellAll();
    return code as number | null;
  });
  return {
    output: () => output,
    errors: () => errors,
    exited,
    signal: (signal) => child.kill(signal),
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(output);
          if (match === null && !ended) return;
          waiting.delete(look);
          if (match === null) reject(new Error(`ended without ${pattern}: ${output}${errors}`));
          else resolve(match);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Whether a process of this id is there. */
export function isAlive(process_: number): boolean {
  try {
    process.kill(process_, 0);
    return true;
  } catch {
    return false;
  }
}
