import { defineConfig } from 'vitest/config';

/** The tests that `npm run mutation` runs against every mutant of src/trust. Why not all of them: docs/testing.md. */
export default defineConfig({
  test: {
    include: ['test/unit/trust/**/*.test.ts', 'test/docs/generated-pages.test.ts'],
    exclude: ['test/unit/trust/properties*.test.ts', 'test/unit/trust/hostile-documents.test.ts'],
    setupFiles: ['test/support/fixed-seed.ts'],
    testTimeout: 30_000,
    pool: 'threads',
    isolate: false,
    maxWorkers: 1,
  },
});
