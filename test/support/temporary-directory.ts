import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const made: string[] = [];

/** A new directory, gone when the test file is done. */
export async function createTemporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'proofprint-'));
  made.push(directory);
  return directory;
}

afterAll(() => Promise.all(made.map((directory) => rm(directory, { recursive: true, force: true }))));
