import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What only two nodes can get wrong. */
const PAIRED = ['test/flows/handed-over.test.ts'];

/** What two nodes over one PostgreSQL have to get right as well as one with files of its own. */
const FLOWS = [
  ...PAIRED,
  'test/flows/worked-examples.test.ts',
  'test/http/issue-verify-revoke.test.ts',
  'test/http/presentations.test.ts',
  'test/http/did-webvh.test.ts',
];

/** Files that put something in the place of a module or a connection for as long as their process lives. */
const ALONE = [
  'test/adversarial/corpus.test.ts',
  'test/unit/proofs/distrust.test.ts',
  // The packages of the other implementation change the words of zod for the whole process.
  'test/http/oid4vci.test.ts',
  'test/http/oid4vp-wallet.test.ts',
];

/** Begun first, so that no processor is idle while the last of them ends. */
const LONGEST = [
  'test/adversarial/corpus.test.ts',
  'test/unit/trust/properties-of-judging.test.ts',
  'test/flows/mechanisms.test.ts',
  'test/unit/trust/properties.test.ts',
  'test/flows/worked-examples.test.ts',
  'test/http/reevaluations.test.ts',
  'test/gate/floor-plan.test.ts',
  'test/flows/demo.test.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.findIndex((name) => moduleId.endsWith(name));
      return found === -1 ? LONGEST.length : found;
    };
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // Files share a process, which saves a third of the run; what a test puts in the place of something ends with it.
    isolate: false,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    coverage: { provider: 'v8', include: ['src/**'] },
    projects: [
      { extends: true, test: { name: 'one node', include: ['test/**/*.test.ts'], exclude: [...ALONE, ...PAIRED] } },
      { extends: true, test: { name: 'alone', include: ALONE, isolate: true } },
      {
        extends: true,
        test: { name: 'two nodes', include: FLOWS, globalSetup: ['test/support/postgres-for-all.ts'] },
      },
    ],
  },
});
