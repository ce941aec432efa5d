/** Set-up of the test run with two nodes: one server for all of it. */
import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres.ts';

export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  provide('postgres', await server.createDatabase());
  return async () => {
    await server[Symbol.asyncDispose]();
  };
}
