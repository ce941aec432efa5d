/** A client that holds its connections and says how long an answer took. */
import { Agent, request } from 'node:http';
import type { JsonObject } from '../../src/base/json.ts';
import { ADMIN_TOKEN } from '../../test/support/node.ts';

export interface Reply {
  /** 0 when the connection broke. */
  readonly status: number;
  readonly text: string;
  readonly milliseconds: number;
}

export interface Client {
  send(method: string, path: string, body?: unknown, token?: string, headers?: Record<string, string>): Promise<Reply>;
  close(): void;
}

export function createClient(url: string, sockets = 256): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets });
  return {
    send(method, path, body, token, headers = {}) {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const started = performance.now();
      return new Promise((resolve) => {
        const end = (status: number, text: string): void =>
          resolve({ status, text, milliseconds: performance.now() - started });
        const call = request(url + path, {
          method,
          agent,
          headers: {
            ...(payload === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...headers,
          },
        });
        call.on('response', (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('error', (error) => end(0, String(error)));
          response.on('end', () => end(response.statusCode ?? 0, Buffer.concat(parts).toString()));
        });
        call.on('error', (error) => end(0, String(error)));
        call.end(payload);
      });
    },
    close: () => agent.destroy(),
  };
}

export interface Maker {
  readonly did: string;
  readonly token: string;
}

/** Errors: Error when the node answers anything but 201. */
export async function createMaker(client: Client): Promise<Maker> {
  const body = { slug: 'maker', name: { en: 'Maker (fictional)', ko: '메이커 (가상)' }, role: 'company' };
  const reply = await client.send('POST', '/admin/organizations', body, ADMIN_TOKEN);
  if (reply.status !== 201) throw new Error(`no organisation: ${reply.status} ${reply.text}`);
  return JSON.parse(reply.text) as Maker;
}

export function issue(client: Client, { token }: Maker, credential: JsonObject, key?: string): Promise<Reply> {
  const headers = key === undefined ? {} : { 'idempotency-key': key };
  return client.send('POST', '/issuers/maker/credentials/issue', { credential }, token, headers);
}

/** `list#index` of the credential in an answer. */
export function placeIn(text: string): string {
  const { statusListCredential, statusListIndex } = credentialIn(text)['credentialStatus'] as Record<string, string>;
  return `${new URL(statusListCredential ?? '').pathname}#${statusListIndex}`;
}

export const credentialIn = (text: string): JsonObject =>
  (JSON.parse(text) as { verifiableCredential: JsonObject }).verifiableCredential;

/** The value that this share of a sorted list lies below. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function spread(milliseconds: readonly number[]): string {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  return `median ${quantile(sorted, 0.5).toFixed(1)} ms, p99 ${quantile(sorted, 0.99).toFixed(1)} ms`;
}
