import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNode, type NodeOptions, type ProofprintNode } from '../../src/app.ts';
import { createManualClock, type ManualClock } from '../../src/base/clock.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { readConfig } from '../../src/config.ts';
import { type Listener, listen } from '../../src/http/listener.ts';
import { newSharedDatabase } from './shared-database.ts';

export const ADMIN_TOKEN = 'admin-token-for-tests-only';
export const START = Date.UTC(2026, 10, 22, 12, 0, 0);

export interface Reply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by path; a wrong path fails the assertion
  readonly body: any;
  readonly headers: Headers;
  readonly text: string;
}

export interface Party {
  readonly slug: string;
  readonly did: string;
  readonly token: string;
}

/** A whole node in this process, listening on a free port of the loopback address, with time held still. */
export interface TestNode extends AsyncDisposable {
  readonly url: string;
  readonly node: ProofprintNode;
  /** All that run: one, or two. */
  readonly nodes: readonly { readonly url: string; readonly node: ProofprintNode }[];
  readonly clock: ManualClock;
  readonly directory: string;
  /** `at`: of the node to ask, by its place in `nodes`; unless given, they take turns. */
  request(
    method: string,
    path: string,
    options?: {
      token?: string;
      body?: unknown;
      headers?: Record<string, string>;
      raw?: string | Uint8Array;
      at?: number;
    },
  ): Promise<Reply>;
  post(path: string, body: unknown, token?: string, headers?: Record<string, string>): Promise<Reply>;
  get(path: string, token?: string): Promise<Reply>;
  createParty(slug: string, role?: string): Promise<Party>;
  /** Close and open again on the same data. */
  restart(): Promise<void>;
}

interface RunningNode {
  readonly node: ProofprintNode;
  readonly listener: Listener;
}

/** One node, or two over one database where the tests run that way (vitest.config.ts, `two nodes`). */
export async function startNode(
  options: { environment?: Record<string, string>; start?: number; directory?: string } & NodeOptions = {},
): Promise<TestNode> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'proofprint-test-')));
  const clock = createManualClock(options.start ?? START);
  const environment = {
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: directory,
    ADMIN_TOKEN,
    POLICY_FILE: 'none',
    RATE_LIMIT: '1000000',
    ...options.environment,
  };
  const shared = await newSharedDatabase();
  const configuration = readConfig({ ...environment, ...(shared === undefined ? {} : { STORE: shared }) });
  const open = async ([one, ...others]: readonly RunningNode[]): Promise<readonly RunningNode[]> => {
    const start = async (before: RunningNode | undefined, address?: string): Promise<RunningNode> => {
      const node = await createNode(configuration, { clock, ...options });
      const port = before === undefined ? 0 : Number(new URL(before.listener.url).port);
      const listener = await listen(node.application, { ...configuration, port });
      if (configuration.publicUrl === undefined) node.setPublicUrl(address ?? listener.url);
      node.setReady(true);
      node.start();
      return { node, listener };
    };
    const first = await start(one);
    // Behind one address, over one database, with the same keys.
    return shared === undefined ? [first] : [first, await start(others[0], first.listener.url)];
  };
  const close = async (): Promise<void> => {
    for (const { listener, node } of running) {
      await listener.close();
      await node.close();
    }
  };
  let running = await open([]);
  let requests = 0;
  const request: TestNode['request'] = async (method, path, { token, body, headers = {}, raw, at } = {}) => {
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    // Where there are two, each request goes to the other one.
    const { listener } = running[at ?? requests++ % running.length] as RunningNode;
    const response = await fetch(listener.url + path, {
      method,
      headers: {
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(payload === undefined ? {} : { body: payload }),
    });
    const text = await response.text();
    const json = /\bjson(?!l)|application\/(?:vc|did)/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      body: json && text !== '' ? JSON.parse(text) : text,
      headers: response.headers,
      text,
    };
  };
  const post: TestNode['post'] = (path, body, token, headers = {}) =>
    request('POST', path, { body, headers, ...(token === undefined ? {} : { token }) });
  return {
    get url() {
      return (running[0] as RunningNode).listener.url;
    },
    get node() {
      return (running[0] as RunningNode).node;
    },
    get nodes() {
      return running.map(({ node, listener }) => ({ node, url: listener.url }));
    },
    clock,
    directory,
    request,
    post,
    get: (path, token) => request('GET', path, token === undefined ? {} : { token }),
    async createParty(slug, role = 'company') {
      const reply = await post(
        '/admin/organizations',
        { slug, name: { en: `${slug} (fictional)`, ko: `${slug} (가상)` }, role },
        ADMIN_TOKEN,
      );
      if (reply.status !== 201) throw new Error(`party ${slug}: ${reply.text}`);
      return reply.body as Party;
    },
    async restart() {
      await close();
      running = await open(running);
    },
    async [Symbol.asyncDispose]() {
      await close();
      if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The bare credential of docs: handy where the type does not matter. */
export function bareCredential(issuer: string, more: JsonObject = {}): JsonObject {
  return {
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    type: ['VerifiableCredential'],
    issuer,
    validFrom: '2026-11-01T00:00:00Z',
    validUntil: '2027-11-01T00:00:00Z',
    credentialSubject: { id: issuer, name: 'A product' },
    ...more,
  };
}
