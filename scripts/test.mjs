// `npm test`: the only gate, by hand and in CI. Set-up where needed, then every check and test; one line a step, one summary at the end.
// What the tests need of the machine is installed where it can be; where not, that is a step that failed, never one left out.
// `--static` stops before the tests (`npm run check`).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt, ensureInstalled, ensurePkcs11, ensureSoftHsm } from './set-up.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name, file) => [process.execPath, join('node_modules', name, file)];

const STATIC = [
  ['promises', bin('eslint', 'bin/eslint.js'), ['src', 'test', 'scripts', '--max-warnings', '0']],
  ['types', bin('typescript', 'bin/tsc'), ['--noEmit', '-p', '.']],
  ['format and lint', bin('@biomejs/biome', 'bin/biome'), ['check', '--error-on-warnings', '.']],
  [
    'floor plan',
    bin('dependency-cruiser', 'bin/dependency-cruise.mjs'),
    ['--config', '.dependency-cruiser.cjs', 'src'],
  ],
  ['dead code', bin('knip', 'bin/knip.js'), ['--no-progress']],
];

const started = performance.now();
await ensureInstalled();
let failures = 0;
// Two at a time: each keeps one processor busy, and the longest begins first.
const waiting = [...STATIC];
await Promise.all([lane(), lane()]);
if (!process.argv.includes('--static') && failures === 0) {
  failures += there('pkcs11js', ensurePkcs11(), 'npm rebuild pkcs11js needs a C++ compiler, make and Python');
  failures += there('SoftHSM 2', ensureSoftHsm(), 'install softhsm2 (apt-get install softhsm2) or softhsm (brew, dnf)');
  await ensureBuilt();
  failures += await step('tests', bin('vitest', 'vitest.mjs'), ['run', ...process.argv.slice(2)], 'inherit');
}
const seconds = ((performance.now() - started) / 1000).toFixed(0);
process.stdout.write(
  failures === 0 ? `all green in ${seconds} s\n` : `${failures} step(s) failed after ${seconds} s\n`,
);
process.exitCode = failures === 0 ? 0 : 1;

async function lane() {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const failed = await step(...next);
    failures += failed;
  }
}

function there(name, isThere, otherwise) {
  if (!isThere) process.stdout.write(`FAILED ${name}: ${otherwise}\n`);
  return isThere ? 0 : 1;
}

async function step(name, [command, ...first], args, stdio = 'pipe') {
  const begun = performance.now();
  const child = spawn(command, [...first, ...args], {
    cwd: root,
    stdio: ['ignore', stdio, stdio],
    env: { ...process.env, TZ: 'UTC', PROOFPRINT_BUILT: '1' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const [code] = await once(child, 'close');
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n`);
  if (code !== 0) process.stdout.write(`${output}\n`);
  return code === 0 ? 0 : 1;
}
