/** Requests that `fetch` would tidy up or refuse to send: odd verbs and paths, headers of any size, no media type. */
import { request as send } from 'node:http';
import { connect } from 'node:net';
import type { Reply } from '../support/node.ts';
import { type Answer, readReply } from './answer.ts';
import type { World } from './world.ts';

export interface RawRequest {
  readonly method: string;
  /** As it stands in the request line. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export async function rawHttp(world: World, asked: RawRequest): Promise<Answer> {
  const started = performance.now();
  const reply = await exchange(world.node.url, asked);
  const input = typeof asked.body === 'string' ? asked.body : new TextDecoder().decode(asked.body);
  return readReply(reply, performance.now() - started, input, world.secrets);
}

export function exchange(base: string, { method, path, headers = {}, body }: RawRequest): Promise<Reply> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const outgoing = send({ hostname, port, method, path, headers, agent: false }, (incoming) => {
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('end', () => resolve(replyOf(incoming.statusCode ?? 0, incoming.headers, Buffer.concat(parts))));
    });
    // A server that refuses may hang up while the body is still on its way; its answer then came first.
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function replyOf(status: number, headers: NodeJS.Dict<string | string[]>, bytes: Buffer): Reply {
  const text = bytes.toString();
  const type = String(headers['content-type'] ?? '');
  const body = /json|application\/vc/.test(type) && text !== '' ? JSON.parse(text) : text;
  return { status, body, text, headers: new Headers({ 'content-type': type }) };
}

/** A request line and headers written by hand, for what node:http will not send. */
export function rawExchange(base: string, text: string): Promise<Reply> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.end(text));
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.on('error', reject);
    socket.on('close', () => resolve(parse(Buffer.concat(parts).toString())));
  });
}

function parse(text: string): Reply {
  const [head = '', body = ''] = text.split('\r\n\r\n', 2);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
  const type = /^content-type: *(.+)$/im.exec(head)?.[1] ?? '';
  return replyOf(status, { 'content-type': type }, Buffer.from(body));
}
