// Runs the unit tests under each supported Node: the one that runs this script, and 22 and 24 from the npm registry.
// npm run test:node-versions [-- vitest filters]
//
// Supported: 20.19 or later of Node 20 (its life ended on 2026-04-30; no security fixes since), 22 and 24. The binaries are
// npm packages without install scripts and land in a cache folder. One line per version; a version that cannot be fetched
// is said to be missing and fails nothing, since the tests of the Node at hand are the gate.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const MAJORS = ['22', '24'];
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CACHE = path.join(ROOT, 'node_modules', '.cache', 'proofprint-node');
const VITEST = path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');

/** Name of the package that carries the binary for this machine. */
function packageName() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const prefix = platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  return `${prefix}-${platform}-${process.arch}`;
}

/** Runs a program to its end; never throws. */
function run(file, args, options = {}) {
  return new Promise((resolve) => {
    execFile(file, args, { cwd: ROOT, maxBuffer: 256 * 1024 * 1024, ...options }, (error, stdout, stderr) => {
      resolve({ ok: error === null, stdout, stderr, message: error?.message ?? '' });
    });
  });
}

/** Path of the binary for one major version, fetched when it is not in the cache, or undefined. */
async function findNode(major) {
  const folder = path.join(CACHE, major);
  const binary = path.join(
    folder,
    'node_modules',
    packageName(),
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (!existsSync(binary)) {
    await mkdir(folder, { recursive: true });
    const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder];
    await run('npm', [...args, `${packageName()}@${major}`], { cwd: folder, shell: process.platform === 'win32' });
  }
  return existsSync(binary) ? binary : undefined;
}

/** The test report that vitest prints as JSON, or undefined when it printed none. */
function readReport(stdout) {
  const start = stdout.indexOf('{"numTotalTestSuites"');
  try {
    return JSON.parse(stdout.slice(start));
  } catch {
    return undefined;
  }
}

function printFailures(report) {
  for (const file of report.testResults.filter(({ status }) => status === 'failed')) {
    const failed = file.assertionResults.filter(({ status }) => status === 'failed');
    console.log(`  ${path.relative(ROOT, file.name)}${failed.length === 0 ? `: ${file.message.split('\n')[0]}` : ''}`);
    for (const { fullName } of failed) console.log(`    ${fullName}`);
  }
}

/** Runs the tests under one binary and prints its line. False when a test failed or none ran. */
async function test(binary, filters) {
  const version = (await run(binary, ['--version'])).stdout.trim();
  const started = performance.now();
  const { ok, stdout, stderr } = await run(binary, [VITEST, 'run', '--reporter=json', ...filters]);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const report = readReport(stdout);
  if (report === undefined || report.numTotalTests === 0) {
    console.log(`node ${version}: no test ran\n${stderr.trim().split('\n').slice(-5).join('\n')}`.trimEnd());
    if (report !== undefined) printFailures(report);
    return false;
  }
  console.log(`node ${version}: ${report.numPassedTests} passed, ${report.numFailedTests} failed, ${seconds} s`);
  printFailures(report);
  return ok && report.success;
}

const filters = process.argv.length > 2 ? process.argv.slice(2) : ['test/unit'];
let good = await test(process.execPath, filters);
for (const major of MAJORS) {
  if (process.version.startsWith(`v${major}.`)) continue;
  const binary = await findNode(major);
  if (binary === undefined) console.log(`node ${major}: not at hand (${packageName()}@${major} could not be fetched)`);
  else good = (await test(binary, filters)) && good;
}
process.exitCode = good ? 0 : 1;
