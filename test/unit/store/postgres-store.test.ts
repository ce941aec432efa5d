import { beforeAll } from 'vitest';
import { createPostgresStore } from '../../../src/store/postgres/postgres-store.ts';
import { describeStore } from '../../suite/store.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
  return async () => {
    await server[Symbol.asyncDispose]();
  };
});

describeStore('the PostgreSQL store', async (clock) =>
  createPostgresStore({ url: await server.createDatabase(), clock }),
);
