/** Nodes as an operator runs them: each a process of its own with its own port, store, keys and token, over TLS on the loopback address. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { generate } from 'selfsigned';
import { Client } from '../demonstration/client.ts';
import type { Site } from '../demonstration/network.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const START_MS = 30_000;
const STOP_MS = 10_000;
/** Below the ports that systems hand out for outgoing connections, so that nobody takes one between our looking and the node's listening. */
const FIRST_PORT = 20_000;
const PORTS = 12_000;

export interface Node extends Site {
  readonly port: number;
  readonly process: number;
}

/** A group of nodes that lives no longer than this program. */
export class Cluster {
  readonly #children: ChildProcess[] = [];
  readonly #clients: Client[] = [];
  #directory: string | undefined;
  #closed = false;

  /** Start one node for each name, all at the same instant of a clock that is set by hand. Errors: Error with what a node wrote. */
  async start(names: readonly string[], beginning: string): Promise<readonly Node[]> {
    this.#directory = await mkdtemp(join(tmpdir(), 'proofprint-demo-'));
    const directory = this.#directory;
    const certificate = await writeCertificate(directory);
    const ports = await freePorts(names.length);
    const shared = {
      ...certificate.environment,
      ALLOWED_HOSTS: ports.map((port) => `localhost:${port}`).join(','),
      CLOCK: `manual:${beginning}`,
    };
    return Promise.all(
      names.map(async (name, place): Promise<Node> => {
        const port = ports[place] ?? 0;
        const url = `https://localhost:${port}`;
        const adminToken = randomBytes(24).toString('base64url');
        const own = { DATA_DIR: join(directory, name), PORT: String(port), PUBLIC_URL: url, ADMIN_TOKEN: adminToken };
        const child = this.#spawn({ ...shared, ...own });
        await ready(name, child);
        const client = new Client(url, certificate.ca);
        this.#clients.push(client);
        return { name, client, adminToken, port, process: child.pid ?? 0 };
      }),
    );
  }

  /** Stop every node and remove what they kept. A start that is under way comes to its end with an error. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const client of this.#clients) client.close();
    await Promise.all(this.#children.map(stop));
    this.#remove();
  }

  /** For the very end of the process: no waiting. */
  kill(): void {
    this.#closed = true;
    for (const child of this.#children) child.kill('SIGKILL');
    this.#remove();
  }

  #spawn(environment: Record<string, string>): ChildProcess {
    if (this.#closed) throw new Error('the nodes are being stopped');
    const child = startNode(environment);
    this.#children.push(child);
    return child;
  }

  #remove(): void {
    if (this.#directory !== undefined) rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** One certificate for `localhost`, signed by itself and trusted by nobody but these nodes and this program. */
async function writeCertificate(directory: string): Promise<{ ca: string; environment: Record<string, string> }> {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
  const certificate = join(directory, 'localhost.pem');
  const key = join(directory, 'localhost.key');
  await writeFile(certificate, made.cert);
  await writeFile(key, made.private, { mode: 0o600 });
  return { ca: made.cert, environment: { TLS_CERT: certificate, TLS_KEY: key, NODE_EXTRA_CA_CERTS: certificate } };
}

function startNode(environment: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [PROGRAM, 'serve'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOST: '127.0.0.1',
      POLICY_FILE: 'none',
      LOG_LEVEL: 'error',
      RATE_LIMIT: '100000',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Resolves at the ready line. */
function ready(name: string, child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let errors = '';
    const late = setTimeout(() => reject(new Error(`node ${name} is not ready after ${START_MS / 1000} s`)), START_MS);
    const settle = (action: () => void): void => {
      clearTimeout(late);
      action();
    };
    child.stderr?.on('data', (part: Buffer) => {
      errors = (errors + part.toString()).slice(-4000);
    });
    child.once('error', (error) => settle(() => reject(error)));
    child.once('exit', (code) =>
      settle(() => reject(new Error(`node ${name} stopped with ${code}: ${errors.trim()}`))),
    );
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('proofprint listening on ')) settle(resolve);
    });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(late);
}

/** Ports that nobody listens on; all are held at once while looking, so that no two are the same. */
async function freePorts(count: number): Promise<readonly number[]> {
  const held: Server[] = [];
  try {
    while (held.length < count) {
      const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
      const server = await listenOn(port);
      if (server !== undefined) held.push(server);
    }
    return held.map((server) => (server.address() as { port: number }).port);
  } finally {
    await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

function listenOn(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
