/** Whether this run of the tests has two nodes over one PostgreSQL, and a database for each pair. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the server's first database; nothing where nodes keep their data in files. */
    readonly postgres: string | undefined;
  }
}

/** URL of a new, empty database; nothing where nodes keep their data in files. */
export async function newSharedDatabase(): Promise<string | undefined> {
  const server = serverOfThisRun();
  if (server === undefined) return undefined;
  const name = `nodes_${randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name}`);
  } finally {
    await client.end();
  }
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** Programs outside the test runner use this support too, and have files. */
function serverOfThisRun(): string | undefined {
  try {
    return inject('postgres');
  } catch {
    return undefined;
  }
}
