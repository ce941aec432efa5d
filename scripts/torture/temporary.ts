import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Run with a directory that is removed when all went well, and named and kept when not. Whether it went well. */
export async function inDirectory(name: string, run: (directory: string) => Promise<boolean>): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), `proofprint-${name}-`));
  let held = false;
  try {
    held = await run(directory);
  } catch (error) {
    console.error(error);
  }
  if (held) await rm(directory, { recursive: true, force: true });
  else console.error(`${name}: what it worked on is kept in ${directory}`);
  return held;
}

/** Resident memory of a process in MiB, as Linux counts it. */
export function residentMiB({ pid }: ChildProcess): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) / 1024;
}
