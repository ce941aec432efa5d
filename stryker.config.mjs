// Mutation testing of the trust room: npm run mutation [-- <file globs>]. What it measures and leaves out: docs/testing.md.
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  mutate: ['src/trust/**/*.ts', '!src/trust/messages/en.ts', '!src/trust/messages/ko.ts'],
  coverageAnalysis: 'perTest',
  incremental: true,
  incrementalFile: 'reports/mutation/incremental.json',
  concurrency: 1,
  timeoutMS: 20_000,
  timeoutFactor: 2,
  symlinkNodeModules: true,
  ignorePatterns: ['data', 'docs', 'dist', 'coverage', 'reports'],
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: 'reports/mutation/mutation.json' },
  allowEmpty: true,
};
