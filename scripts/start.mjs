// `npm start`: install and build if needed, then run the node. Plain JavaScript, since nothing is installed yet on a fresh clone.
//
// A node that nobody configured, on an empty DATA_DIR, becomes a demonstration network: it is filled over HTTP with fictional
// organisations, its clock is set by hand, and DATA_DIR/demonstration.json says so to later starts.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ensureBuilt, ensurePkcs11 } from './set-up.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Where the clock stands while the network is filled, and afterwards. */
const BEGINNING = '2026-09-15T00:00:00Z';
const END = '2027-04-15T00:00:00Z';
/** What a node keeps in its DATA_DIR. */
const KEPT = ['store', 'keystore', 'node.key'];

await ensureBuilt();
if (process.env.PKCS11_MODULE) ensurePkcs11();
const { readConfig, isLoopback } = await import('../dist/config.js');
const demonstration = findDemonstration();
const filling = demonstration?.state === 'filling';
const node = spawn(process.execPath, [path.join(ROOT, 'dist', 'main.js'), 'serve'], {
  stdio: ['inherit', filling ? 'pipe' : 'inherit', 'inherit'],
  env: { ...process.env, ...environmentOf(demonstration) },
});
let filler;
let stopping = false;
if (filling) fillWhenReady();
else if (demonstration !== undefined) {
  const { file, clock, url } = demonstration;
  process.stdout.write(
    `demonstration network of ${path.dirname(file)}, made at ${url}; its clock stands at ${clock}\n`,
  );
}
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    stopping = true;
    filler?.kill(signal);
    node.kill(signal);
  });
}
node.on('exit', (code, signal) => {
  filler?.kill();
  process.exitCode = code ?? (signal === null ? 1 : 0);
});

/** The demonstration network that this start is to show, if it is to show one. */
function findDemonstration() {
  let config;
  try {
    config = readConfig(process.env);
  } catch {
    return undefined; // The node says what is wrong, in its own words.
  }
  const directory = config.dataDirectory;
  const file = path.join(directory, 'demonstration.json');
  // A clock that is set by hand belongs on the loopback address.
  if (!isLoopback(config.host)) return undefined;
  const empty = !existsSync(directory) || readdirSync(directory).length === 0;
  const kept = readMarker(file);
  // Whoever walks through the README has the token in the environment: that alone makes no other node of it.
  if (kept?.state === 'ready' && readConfig({ ...process.env, ADMIN_TOKEN: undefined }).unconfigured)
    return { ...kept, file };
  if (!config.unconfigured) return undefined;
  if (kept === undefined && !empty) return undefined;
  // One that was interrupted while it was filled is begun anew: half a story explains nothing.
  const begun = kept === undefined ? [] : KEPT;
  for (const name of begun) rmSync(path.join(directory, name), { recursive: true, force: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return writeMarker({ file, state: 'filling', clock: BEGINNING });
}

/** Nothing when there is none, or what is there is not ours. */
function readMarker(file) {
  try {
    const { state, clock, url } = JSON.parse(readFileSync(file, 'utf8'));
    return ['filling', 'ready'].includes(state) ? { state, clock, url } : undefined;
  } catch {
    return undefined;
  }
}

function writeMarker({ file, ...marker }) {
  writeFileSync(file, `${JSON.stringify(marker)}\n`, { mode: 0o600 });
  return { file, ...marker };
}

function environmentOf(demonstration) {
  if (demonstration === undefined) return {};
  // One log line a request is for operators; here it would bury what a visitor is told.
  const quiet = process.env.LOG_LEVEL ? {} : { LOG_LEVEL: 'warn' };
  return { CLOCK: `manual:${demonstration.clock}`, POLICY_FILE: 'none', ...quiet };
}

/** Pass on what the node prints; once it is ready, fill it under the token that it made. */
function fillWhenReady() {
  let token;
  createInterface({ input: node.stdout }).on('line', (line) => {
    process.stdout.write(`${line}\n`);
    token ??= /^ADMIN_TOKEN .*: (\S+)$/.exec(line)?.[1];
    const url = /^proofprint listening on (\S+)$/.exec(line)?.[1];
    if (url === undefined || stopping) return;
    process.stdout.write('filling it with the demonstration network …\n');
    filler = startFiller({ DEMONSTRATION_URL: url, DEMONSTRATION_TOKEN: token, DEMONSTRATION_BEGINNING: BEGINNING });
    let guide = '';
    filler.stdout.setEncoding('utf8').on('data', (part) => {
      guide += part;
    });
    filler.on('close', () => {
      filler = undefined;
      // Where the filler gave up the node goes on, and what a visitor does there is kept.
      if (!stopping) writeMarker({ file: demonstration.file, state: 'ready', clock: END, url });
      // Only now: whoever reads it may stop the node at once.
      process.stdout.write(guide);
    });
  });
}

function startFiller(environment) {
  return spawn(process.execPath, ['--import', 'tsx', path.join(ROOT, 'scripts', 'demonstration', 'fill.ts')], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
}
