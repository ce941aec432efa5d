// `npm run mutation [-- [--force] <file globs>]`: mutation testing of the trust room; all of it, or only the files named.
//
// What was found before is kept in reports/mutation/incremental.json, so that a run redoes only what changed in code or tests.
// At the end: the table of docs/testing.md on standard output, and every survivor with its place. Exit 1 below the score asked for.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './set-up.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STRYKER = join('node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
const REPORT = join(ROOT, 'reports', 'mutation', 'mutation.json');
/** In the order of the columns; every other state (ignored, compile error) is no mutant that tests could meet. */
const STATES = ['Killed', 'Timeout', 'Survived', 'NoCoverage', 'RuntimeError'];

await ensureInstalled();
const only = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const options = process.argv.slice(2).filter((word) => word.startsWith('--'));
const run = spawnSync(
  process.execPath,
  [STRYKER, 'run', ...options, ...(only.length === 0 ? [] : ['--mutate', only.join(',')])],
  {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, TZ: 'UTC' },
  },
);
if (run.status === 0) show(JSON.parse(readFileSync(REPORT, 'utf8')).files);
process.exitCode = run.status ?? 1;

function show(files) {
  const rows = Object.entries(files).map(([name, { mutants }]) => [name, count(mutants)]);
  rows.sort(([a], [b]) => (a < b ? -1 : 1));
  const total = STATES.map((_, at) => rows.reduce((sum, [, states]) => sum + states[at], 0));
  const lines = [
    '| file | mutants | killed | timed out | survived | not covered | failed to run | score |',
    '|---|--:|--:|--:|--:|--:|--:|--:|',
    ...[...rows, ['all', total]].map(([name, states]) => line(name, states)),
  ];
  process.stdout.write(`\n${lines.join('\n')}\n`);
}

function count(mutants) {
  return STATES.map((state) => mutants.filter(({ status }) => status === state).length);
}

/** A mutant that makes the tests run for ever was noticed as well; one that no test reaches was not. */
function line(name, states) {
  const [killed, timedOut, survived, notCovered] = states;
  const judged = killed + timedOut + survived + notCovered;
  const score = judged === 0 ? '–' : `${((100 * (killed + timedOut)) / judged).toFixed(1)} %`;
  return `| ${name.replace('src/trust/', '')} | ${judged} | ${[...states].join(' | ')} | ${score} |`;
}
