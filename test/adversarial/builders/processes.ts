/** What only a process of its own can show: kills, stops, faults that nobody handles, and the log (docs/threats.md, 5.17 and 8). */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/base/json.ts';
import { ADMIN_TOKEN } from '../../support/node.ts';
import { type NodeProcess, startProcess } from '../../support/process.ts';
import { bareCredential, secured } from '../bases.ts';
import { exchange } from '../raw-http.ts';
import { type Builder, checked } from '../trial.ts';
import type { World } from '../world.ts';
import { newDirectory, startOn } from './storage.ts';

const KILLS = 3;

/** The program is killed while it issues over HTTP. Many more kills, of the store alone: `npm run torture -- store`. */
const killed: Builder = async (world) => [
  checked(`${KILLS} times SIGKILL while it issues`, 'process', async () => {
    const directory = await newDirectory();
    const acknowledged: JsonObject[] = [];
    const wrong: string[] = [];
    let maker: { did: string; token: string } | undefined;
    for (let kill = 0; kill <= KILLS; kill += 1) {
      const node = await startProcess({ DATA_DIR: directory });
      world.connections.expect(Number(new URL(node.url).port));
      const post = async (path: string, body: object, token: string) =>
        exchange(node.url, {
          method: 'POST',
          path,
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: JSON.stringify(body),
        });
      maker ??= (
        await post('/admin/organizations', { slug: 'maker', name: { en: 'M', ko: '엠' }, role: 'company' }, ADMIN_TOKEN)
      ).body as { did: string; token: string };
      wrong.push(...(await missing(node.url, acknowledged, maker.token)));
      if (kill === KILLS) {
        await node.stop();
        break;
      }
      const { id: _, ...credential } = bareCredential({ issuer: maker.did }).unsecured;
      const token = maker.token;
      const enough = acknowledged.length + 10 + kill * 7;
      const lane = async () => {
        for (;;) {
          const reply = await post('/issuers/maker/credentials/issue', { credential }, token).catch(() => undefined);
          if (reply?.status !== 201) return;
          acknowledged.push(reply.body.verifiableCredential as JsonObject);
          // With the other lanes in the middle of something.
          if (acknowledged.length >= enough) node.child.kill('SIGKILL');
        }
      };
      await Promise.all(Array.from({ length: 4 }, lane));
      if (node.child.exitCode === null && node.child.signalCode === null) await node.stop('SIGKILL');
    }
    const places = acknowledged.map(({ credentialStatus }) => JSON.stringify(credentialStatus));
    if (acknowledged.length === 0) wrong.push('nothing was issued between the kills');
    if (new Set(places).size !== places.length) wrong.push('a status entry was given out twice');
    return wrong;
  }),
];

async function missing(url: string, acknowledged: readonly JsonObject[], token: string): Promise<string[]> {
  const wrong: string[] = [];
  for (const credential of acknowledged) {
    const path = `/issuers/maker/credentials/${encodeURIComponent(String(credential['id']))}`;
    const reply = await exchange(url, { method: 'GET', path, headers: { authorization: `Bearer ${token}` } });
    if (JSON.stringify(reply.body.verifiableCredential) !== JSON.stringify(credential))
      wrong.push(`an acknowledged credential is lost (${reply.status})`);
  }
  return wrong.slice(0, 3);
}

const IN_FLIGHT = 60;

const terminated: Builder = async (world) => [
  checked(`SIGTERM with ${IN_FLIGHT} requests in flight`, 'process', () =>
    withProcess(world, {}, async (node, directory) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` };
      const organisation = JSON.stringify({ slug: 'maker', name: { en: 'M', ko: '엠' }, role: 'company' });
      const { body: maker } = await exchange(node.url, {
        method: 'POST',
        path: '/admin/organizations',
        headers,
        body: organisation,
      });
      const { id: _, ...credential } = bareCredential({ issuer: String(maker.did) }).unsecured;
      const own = { ...headers, authorization: `Bearer ${String(maker.token)}` };
      const issue = () =>
        exchange(node.url, {
          method: 'POST',
          path: '/issuers/maker/credentials/issue',
          headers: own,
          body: JSON.stringify({ credential }),
        });
      const asked = Promise.allSettled(Array.from({ length: IN_FLIGHT }, issue));
      await new Promise((resolve) => setTimeout(resolve, 30));
      const started = performance.now();
      const code = await node.stop('SIGTERM');
      const took = performance.now() - started;
      const wrong: string[] = [];
      for (const outcome of await asked) {
        if (outcome.status === 'fulfilled' && outcome.value.status !== 201 && outcome.value.status !== 503)
          wrong.push(`answered ${outcome.value.status}`);
      }
      if (code !== 0) wrong.push(`it ended with ${code}`);
      if (took > 10_000) wrong.push(`it took ${Math.round(took)} ms to stop`);
      const again = await startOn(directory, {});
      if (again.outcome !== 'accepted') wrong.push(`it does not start again: ${again.detail ?? ''}`);
      return wrong;
    }),
  ),
];

const HOSTILE = [
  '\r\nforged: line',
  '\u001b[2J\u001b[31mred',
  '{"level":"fatal"}',
  '","status":200,"x":"',
  '\u2028\u0085\u0000',
];

/** The log is what an operator reads: one request, one line, and no line that a client wrote. */
const hostileLines: Builder = async (world) => [
  checked('hostile text in paths, headers, DIDs and key names', 'log', () =>
    withProcess(world, { LOG_LEVEL: 'info' }, async (node) => {
      let sent = 0;
      for (const text of HOSTILE) {
        const escaped = encodeURIComponent(text);
        const headers = { 'user-agent': escaped, 'x-request-id': escaped, 'content-type': 'application/json' };
        const document = {
          ...(await secured(bareCredential())),
          issuer: `did:web:${text}`,
          proof: { type: text, verificationMethod: text },
        };
        const bodies = ['{}', JSON.stringify({ verifiableCredential: document }), JSON.stringify({ [text]: text })];
        for (const body of bodies) {
          await exchange(node.url, {
            method: 'POST',
            path: `/verifiers/${escaped}/credentials/verify?${escaped}`,
            headers,
            body,
          });
          sent += 1;
        }
        await exchange(node.url, { method: 'GET', path: `/${escaped}/did.json`, headers });
        sent += 1;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
      return logFaults(node.errors(), sent);
    }),
  ),
];

function logFaults(written: string, sent: number): string[] {
  const lines = written.split('\n').filter((line) => line !== '');
  const wrong: string[] = [];
  let requests = 0;
  for (const line of lines) {
    try {
      if ((JSON.parse(line) as { readonly msg?: string }).msg === 'request') requests += 1;
    } catch {
      wrong.push(`not a JSON line: ${JSON.stringify(line.slice(0, 100))}`);
    }
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/.test(written))
    wrong.push('a control character in the log');
  if (requests !== sent) wrong.push(`${requests} lines for ${sent} requests`);
  return wrong;
}

/** Thrown where no request is there to answer for it. */
const THROWN: readonly [string, string][] = [
  ['in a timer', 'setTimeout(()=>{throw new Error(["plan","ted"].join(""))},1)'],
  [
    'in an event handler',
    'const e=new(await import("node:events")).EventEmitter();e.on("x",()=>{throw new Error(["plan","ted"].join(""))});setImmediate(()=>e.emit("x"))',
  ],
  ['a rejection that nobody handles', 'setImmediate(()=>{Promise.reject(new Error(["plan","ted"].join("")))})'],
];

const unhandled: Builder = async (world) =>
  THROWN.map(([form, code]) =>
    checked(form, 'process', async () => {
      const directory = await mkdtemp(join(tmpdir(), 'proofprint-corpus-'));
      const plant = `process.on("SIGUSR2",async()=>{${code}})`;
      const environment = {
        DATA_DIR: directory,
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(plant)}`,
      };
      try {
        return await faultAndRestart(world, environment, directory);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    }),
  );

async function faultAndRestart(
  world: World,
  environment: Record<string, string>,
  directory: string,
): Promise<string[]> {
  const node = await startProcess(environment);
  world.connections.expect(Number(new URL(node.url).port));
  const code = await node.stop('SIGUSR2');
  const again = await startProcess({ DATA_DIR: directory });
  world.connections.expect(Number(new URL(again.url).port));
  const { status } = await exchange(again.url, { method: 'GET', path: '/health/ready' });
  await again.stop();
  return [
    ...(code === null || code === 0 ? [`it ended with ${code}`] : []),
    ...(node.errors().includes('"fault"') ? [] : ['nothing in the log']),
    ...(node.errors().includes('planted') ? ['the message of a foreign error in the log'] : []),
    ...(status === 200 ? [] : [`after the restart it answered ${status}`]),
  ];
}

/** The built program in a process of its own. */
export async function withProcess<Answer>(
  world: World,
  environment: Record<string, string>,
  act: (node: NodeProcess, directory: string) => Promise<Answer>,
): Promise<Answer> {
  const directory = await mkdtemp(join(tmpdir(), 'proofprint-corpus-'));
  const node = await startProcess({ DATA_DIR: directory, ...environment });
  world.connections.expect(Number(new URL(node.url).port));
  try {
    return await act(node, directory);
  } finally {
    if (node.child.exitCode === null && node.child.signalCode === null) await node.stop('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  }
}

export const PROCESS_BUILDERS: Readonly<Record<string, Builder>> = {
  'DB-001': killed,
  'DB-006': terminated,
  'API-003': hostileLines,
  'API-006': unhandled,
};
