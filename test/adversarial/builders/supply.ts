/** Layer `supply`: what the repository says about the runtimes it runs on (docs/threats.md, section 5.18). */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../../src/credentials/package-files.ts';
import { type Builder, checked } from '../trial.ts';

/** The runtime is said to be at its end, and the tests have a way to run on those that are not. */
const runtimes: Builder = async () => [
  checked('Node 22 and 24', 'repository', async () => {
    const { scripts } = JSON.parse(await readFile(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
      readonly scripts: Record<string, string>;
    };
    const script = await readFile(join(PACKAGE_ROOT, 'scripts', 'node-versions.mjs'), 'utf8');
    const majors = ['22', '24'].filter((major) => !script.includes(`'${major}'`));
    return [
      ...(scripts['test:node-versions']?.includes('node-versions.mjs') === true
        ? []
        : ['no command runs the tests on other versions']),
      ...majors.map((major) => `nothing runs on Node ${major}`),
    ];
  }),
];

export const SUPPLY_BUILDERS: Readonly<Record<string, Builder>> = { 'SUP-001': runtimes };
