import { defineConfig } from 'vitest/config';

/** What two nodes over one PostgreSQL have to get right as well as one with files of its own. */
const FLOWS = [
  'test/flows/worked-examples.test.ts',
  'test/http/issue-verify-revoke.test.ts',
  'test/http/presentations.test.ts',
  'test/http/did-webvh.test.ts',
];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    coverage: { provider: 'v8', include: ['src/**'] },
    projects: [
      { extends: true, test: { name: 'one node', include: ['test/**/*.test.ts'] } },
      {
        extends: true,
        test: { name: 'two nodes', include: FLOWS, globalSetup: ['test/support/postgres-for-all.ts'] },
      },
    ],
  },
});
