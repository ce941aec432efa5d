/** A JSON client for one node. The certificate to trust is handed in, so that nothing else in the process comes to trust it. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isObject, type JsonObject } from '../../src/base/json.ts';

export interface Reply {
  readonly status: number;
  readonly body: JsonObject;
  /** Bytes of the answer as it travelled. */
  readonly size: number;
}

export interface Call {
  readonly token?: string;
  readonly body?: unknown;
}

const TIMEOUT_MS = 30_000;

export class Client {
  readonly url: string;
  readonly #ca: string | undefined;
  readonly #agent: HttpAgent | HttpsAgent;

  constructor(url: string, ca?: string) {
    this.url = url;
    this.#ca = ca;
    this.#agent = url.startsWith('https:') ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  }

  /** Errors: Error with the code and detail of the problem when the answer is not 2xx. */
  async post(path: string, body: unknown, token?: string): Promise<Reply> {
    return required(path, await this.send('POST', path, { body, ...(token === undefined ? {} : { token }) }));
  }

  /** Errors: as `post`. */
  async get(path: string, token?: string): Promise<Reply> {
    return required(path, await this.send('GET', path, token === undefined ? {} : { token }));
  }

  /** Any answer; throws only when there is none. */
  send(method: string, path: string, { token, body }: Call = {}): Promise<Reply> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const secure = this.url.startsWith('https:');
    const options = {
      method,
      agent: this.#agent,
      timeout: TIMEOUT_MS,
      headers: {
        ...(payload === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(payload)) }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    };
    return new Promise((resolve, reject) => {
      const onResponse = (response: IncomingMessage): void => {
        readReply(response).then(resolve, reject);
      };
      const outgoing = secure
        ? httpsRequest(this.url + path, { ...options, ...(this.#ca === undefined ? {} : { ca: this.#ca }) }, onResponse)
        : httpRequest(this.url + path, options, onResponse);
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer from ${this.url}${path}`)));
      outgoing.on('error', reject);
      outgoing.end(payload);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function readReply(response: IncomingMessage): Promise<Reply> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  const bytes = Buffer.concat(parts);
  const value: unknown = bytes.length === 0 ? {} : JSON.parse(bytes.toString('utf8'));
  return { status: response.statusCode ?? 0, body: isObject(value) ? value : {}, size: bytes.length };
}

function required(path: string, reply: Reply): Reply {
  if (reply.status >= 200 && reply.status < 300) return reply;
  const { code, detail, pointer } = reply.body;
  throw new Error(`${path}: ${reply.status} ${[code, pointer, detail].filter((text) => text !== undefined).join(' ')}`);
}
