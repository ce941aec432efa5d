// Set-up shared by start, test, demo and bench: packages from the lockfile, then the build. Skips what is up to date.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stampFile = join(root, 'node_modules', '.proofprint-lock');

export async function ensureInstalled() {
  // A linked folder (a second work tree) is filled by whoever owns it.
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) return;
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === lock) return;
  process.stderr.write('installing packages …\n');
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  // The lockfile may lack optional binaries of platforms that its maker's registry did not have; then `npm ci` refuses, and
  // `npm install` takes the same locked versions and whatever binary this platform needs, without touching the lockfile.
  if (!succeeds('npm', ['ci', ...quiet])) run('npm', ['install', '--no-save', ...quiet]);
  writeFileSync(stampFile, lock);
}

export async function ensureBuilt() {
  await ensureInstalled();
  const built = join(root, 'dist', 'main.js');
  if (existsSync(built) && newest(join(root, 'src')) < statSync(built).mtimeMs) return;
  process.stderr.write('building …\n');
  run(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json']);
  // tsc leaves unchanged files alone; the stamp says that everything is current.
  const text = readFileSync(built);
  writeFileSync(built, text);
  // What `proofprint` is a link to. A mode given to the line above would count for a new file only.
  chmodSync(built, 0o755);
}

/**
 * The native part of `pkcs11js`: packages are installed without their scripts, and a node needs it only where PKCS11_MODULE is set.
 * Needs a compiler. Returns whether it is there.
 */
export function ensurePkcs11() {
  const built = join(root, 'node_modules', 'pkcs11js', 'build', 'Release', 'pkcs11.node');
  if (existsSync(built)) return true;
  if (!existsSync(join(root, 'node_modules', 'pkcs11js'))) return false;
  process.stderr.write('building pkcs11js …\n');
  // The headers that came with this Node, where they did: nothing has to be downloaded then.
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? { npm_config_nodedir: prefix } : {};
  return succeeds('npm', ['rebuild', 'pkcs11js', '--loglevel=error'], headers) && existsSync(built);
}

/** SoftHSM 2, which the tests of PKCS#11 speak to: installed where that can be done without asking. Returns whether it is there. */
export function ensureSoftHsm() {
  const there = () => succeeds('softhsm2-util', ['--version']);
  if (there()) return true;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return false;
  process.stderr.write('installing softhsm2 …\n');
  const install = () => succeeds('apt-get', ['install', '-y', '--no-install-recommends', 'softhsm2']);
  if (!install()) {
    succeeds('apt-get', ['update']);
    install();
  }
  return there();
}

function succeeds(command, args, environment = {}) {
  const env = { ...process.env, ...environment };
  return (
    spawnSync(command, args, { cwd: root, stdio: 'ignore', shell: process.platform === 'win32', env }).status === 0
  );
}

function run(command, args) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (result.status !== 0) {
    process.stderr.write(`${command} ${args.join(' ')} failed\n`);
    process.exit(result.status ?? 1);
  }
}

function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) latest = Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  }
  return latest;
}
