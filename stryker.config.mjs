// Mutation testing of the trust room: npm run mutation [-- <file globs>]. What it measures and leaves out: docs/testing.md.
const loaded = process.env.MUTATION_RUNNER !== 'vitest';

export default {
  plugins: [loaded ? './scripts/mutation/test-runner.mjs' : '@stryker-mutator/vitest-runner'],
  testRunner: loaded ? 'loaded' : 'vitest',
  testRunnerNodeArgs: loaded ? ['--import', 'tsx'] : [],
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  mutate: ['src/trust/**/*.ts', '!src/trust/messages/en.ts', '!src/trust/messages/ko.ts'],
  coverageAnalysis: 'perTest',
  incremental: true,
  incrementalFile: 'reports/mutation/incremental.json',
  concurrency: 1,
  timeoutMS: 20_000,
  timeoutFactor: 2,
  symlinkNodeModules: true,
  ignorePatterns: ['biome.json', 'data', 'dist', 'coverage', 'reports'],
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: 'reports/mutation/mutation.json' },
  allowEmpty: true,
  warnings: { unknownOptions: false },
};
