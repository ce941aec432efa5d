import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNode, type NodeOptions, type ProofprintNode } from '../../src/app.ts';
import { createManualClock, type ManualClock } from '../../src/base/clock.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { readConfig } from '../../src/config.ts';
import { type Listener, listen } from '../../src/http/listener.ts';

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
  readonly clock: ManualClock;
  readonly directory: string;
  request(
    method: string,
    path: string,
    options?: { token?: string; body?: unknown; headers?: Record<string, string>; raw?: string | Uint8Array },
  ): Promise<Reply>;
  post(path: string, body: unknown, token?: string, headers?: Record<string, string>): Promise<Reply>;
  get(path: string, token?: string): Promise<Reply>;
  createParty(slug: string, role?: string): Promise<Party>;
  /** Close and open again on the same data. */
  restart(): Promise<void>;
}

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
  let node: ProofprintNode;
  let listener: Listener;
  let url = '';
  const open = async (): Promise<void> => {
    const config = readConfig(environment);
    node = await createNode(config, { clock, ...options });
    listener = await listen(node.application, { ...config, port: url === '' ? 0 : Number(new URL(url).port) });
    url = listener.url;
    if (config.publicUrl === undefined) node.setPublicUrl(url);
    node.setReady(true);
    node.start();
  };
  const close = async (): Promise<void> => {
    await listener.close();
    await node.close();
  };
  await open();
  const request: TestNode['request'] = async (method, path, { token, body, headers = {}, raw } = {}) => {
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(payload === undefined ? {} : { body: payload }),
    });
    const text = await response.text();
    const json = /json(?!l)|application\/(?:vc|did)/.test(response.headers.get('content-type') ?? '');
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
      return url;
    },
    get node() {
      return node;
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
      await open();
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
