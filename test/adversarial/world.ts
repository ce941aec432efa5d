/** Everything a run needs: one node with an issuer, a verifier and a holder, the command line beside it, and the hosts around them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNode, type ProofprintNode, silentLog } from '../../src/app.ts';
import { createManualClock } from '../../src/base/clock.ts';
import type { CommandKit } from '../../src/cli/command.ts';
import { readConfig } from '../../src/config.ts';
import { PACKAGE_ROOT } from '../../src/credentials/package-files.ts';
import { createCommandKit } from '../../src/main.ts';
import type { FetchOutcome } from '../../src/net/safe-fetch.ts';
import { ADMIN_TOKEN, type Party as Organisation, startNode, type TestNode } from '../support/node.ts';
import { createTestCertificate, startTlsHost, type TlsHost } from '../support/tls.ts';
import type { Secrets } from './answer.ts';
import { REVOKED_INDEX, REVOKED_LIST_URL, signedList } from './bases.ts';
import { type ConnectionWatch, createStubHosts, type StubHosts, watchConnections } from './hosts.ts';
import { documentWithAllKeys, evil, good, NOW } from './parties.ts';

export const NODE_URL = 'https://node.example';

export interface World extends AsyncDisposable {
  readonly node: TestNode;
  /** A node under the conformance profile, whose instances `maker` take what the cases of that profile need. */
  readonly profile: TestNode;
  /** Issues, verifies and holds, under its own did:web on the node. */
  readonly maker: Organisation;
  /** Another organisation on the same node. */
  readonly other: Organisation;
  readonly hosts: StubHosts;
  /** A real TLS server for what only a connection can show; its names end with `.tls.example`. */
  readonly tls: TlsHost;
  readonly connections: ConnectionWatch;
  /** The command line, with the same hosts and clock. */
  readonly kit: CommandKit;
  /** The command line on a data directory of its own, where `local` may issue. */
  readonly issuing: {
    readonly kit: CommandKit;
    readonly did: string;
    /** The node on that directory, to be closed before the command is run. */
    open(): Promise<ProofprintNode>;
  };
  readonly secrets: Secrets;
  /** 1, 2, 3 …: for addresses that nobody has asked for before, so that nothing remembered interferes. */
  serial(): number;
}

/** Names that the certificate of the TLS host is good for. */
export const TLS_NAMES = ['redirect', 'mixed', 'endless', 'large', 'bomb', 'slow', 'methods', 'list'].map(
  (name) => `${name}.tls.example`,
);

export async function createWorld(): Promise<World> {
  const connections = watchConnections();
  const tls = await startTlsHost(await createTestCertificate(TLS_NAMES), (_request, response) => response.end());
  connections.expect(tls.port);
  const hosts = createStubHosts({ allowedHosts: TLS_NAMES.map((name) => `${name}:${tls.port}`), ca: tls.ca });
  await furnish(hosts);
  const node = await startNode({
    environment: { PUBLIC_URL: NODE_URL },
    start: NOW,
    fetchJson: hosts.fetchJson,
    exchange: hosts.exchange,
    log: silentLog,
  });
  connections.expect(Number(new URL(node.url).port));
  const profile = await startProfile(hosts, connections);
  hosts.forward(NODE_URL, (path) => askNode(node, path));
  const maker = await node.createParty('maker');
  const other = await node.createParty('other');
  const directory = await mkdtemp(join(tmpdir(), 'proofprint-corpus-'));
  const environment = { DATA_DIR: directory, PUBLIC_URL: NODE_URL, ADMIN_TOKEN, POLICY_FILE: 'none' };
  const open = (): Promise<ProofprintNode> => createNode(readConfig(environment), { clock: createManualClock(NOW) });
  const issuing = {
    kit: createCommandKit({ environment, fetchJson: hosts.fetchJson, now: () => NOW }),
    did: await createLocalIssuer(open),
    open,
  };
  let serials = 0;
  return {
    serial: () => {
      serials += 1;
      return serials;
    },
    node,
    profile,
    maker,
    other,
    hosts,
    tls,
    connections,
    kit: createCommandKit({ environment: {}, fetchJson: hosts.fetchJson, now: () => NOW }),
    issuing,
    secrets: {
      texts: [ADMIN_TOKEN, maker.token, other.token, node.directory, directory, PACKAGE_ROOT, tmpdir()].filter(
        (text) => text.length > 4,
      ),
    },
    async [Symbol.asyncDispose]() {
      await node[Symbol.asyncDispose]();
      await profile[Symbol.asyncDispose]();
      await tls.close();
      connections.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function startProfile(hosts: StubHosts, connections: ConnectionWatch): Promise<TestNode> {
  const environment = { PROFILE: 'conformance' };
  const node = await startNode({ environment, start: NOW, fetchJson: hosts.fetchJson, log: silentLog });
  connections.expect(Number(new URL(node.url).port));
  const name = { en: 'Maker (fictional)', ko: '메이커 (가상)' };
  const body = { slug: 'maker', name, role: 'company', conformance: true };
  const { status, text } = await node.post('/admin/organizations', body, ADMIN_TOKEN);
  if (status !== 201) throw new Error(text);
  return node;
}

async function furnish(hosts: StubHosts): Promise<void> {
  for (const party of [good, evil]) {
    hosts.put(`https://${party.did.slice('did:web:'.length)}/.well-known/did.json`, documentWithAllKeys(party));
  }
  hosts.put('https://good.example/status-lists/1', await signedList());
  hosts.put(REVOKED_LIST_URL, await signedList({ url: REVOKED_LIST_URL, set: [Number(REVOKED_INDEX)] }));
}

/** What the node publishes under its public address, for a command line that knows no way to it but the network. */
async function askNode(node: TestNode, path: string): Promise<FetchOutcome> {
  const { status, text, headers } = await node.get(path);
  if (status !== 200) return { status: 'not-found', gone: status === 410 };
  const mediaType = (headers.get('content-type') ?? '').split(';')[0] ?? '';
  return { status: 'ok', url: NODE_URL + path, bytes: new TextEncoder().encode(text), mediaType };
}

async function createLocalIssuer(open: () => Promise<ProofprintNode>): Promise<string> {
  const node = await open();
  const name = { en: 'Local (fictional)', ko: '로컬 (가상)' };
  const { organisation } = await node.identity.createOrganisation({ slug: 'local', name, role: 'company' });
  await node.close();
  return organisation.did;
}
