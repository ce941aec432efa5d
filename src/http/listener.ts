import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext } from 'node:tls';
import { ServiceError } from '../base/error.ts';
import { problemOf } from './problem-details.ts';

interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly certificateFile: string; readonly keyFile: string } | undefined;
}

export interface Listener {
  readonly url: string;
  /** Stop accepting, let what is in flight be answered, then close what is left. */
  close(): Promise<void>;
}

/** Slow or endless senders are cut off; what is in flight at a stop gets this long. */
const HEADERS_MS = 10_000;
const DRAIN_MS = 8_000;
/**
 * A connection without a request is kept so long: longer than clients and proxies keep theirs, which is a minute by custom, so that it is
 * not closed under a request that is on its way.
 */
const KEPT_MS = 65_000;
/** Bytes of request line and headers. */
const MAX_HEAD = 16 * 1024;
/** Connections the system holds until they are accepted. */
const BACKLOG = 2048;

export async function listen(handler: RequestListener, options: ListenOptions): Promise<Listener> {
  const limits = {
    headersTimeout: HEADERS_MS,
    // Bodies have a time of their own (body.ts), since that of a batch is counted by line.
    requestTimeout: 0,
    maxHeaderSize: MAX_HEAD,
    keepAliveTimeout: KEPT_MS,
  };
  const server: Server =
    options.tls === undefined
      ? createServer(limits, handler)
      : createTlsServer({ ...limits, ...(await readPem(options.tls)) }, handler);
  server.on('clientError', refuseBrokenRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new ServiceError('CONFIG_REFUSED', `PORT: ${options.host}:${options.port} ${whyNotHeard(cause)}`, { cause }),
      ),
    );
    server.listen({ port: options.port, host: options.host, backlog: BACKLOG }, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return { url: `${options.tls === undefined ? 'http' : 'https'}://${host}:${port}`, close: () => drain(server) };
}

function whyNotHeard({ code }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return 'is taken: another process listens there';
  return `cannot be listened on${code === undefined ? '' : ` (${code})`}`;
}

/** What is no HTTP request, has too large a head or never ends reaches no route; it gets the same kind of answer all the same. */
function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const problem = problemOf(new ServiceError('BAD_REQUEST', brokenBy(error.code)), 'en', randomUUID());
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} Bad Request`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function brokenBy(code: string | undefined): string {
  if (code === 'HPE_HEADER_OVERFLOW') return `the head of a request is at most ${MAX_HEAD} bytes`;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'the request did not arrive in time' : 'not a well-formed HTTP request';
}

async function readPem(tls: { certificateFile: string; keyFile: string }): Promise<{ cert: Buffer; key: Buffer }> {
  const read = (name: string, file: string): Promise<Buffer> =>
    readFile(file).catch((cause: unknown) => {
      throw new ServiceError('CONFIG_REFUSED', `${name}: ${file} cannot be read`, { cause });
    });
  const pair = {
    cert: await read('TLS_CERT', tls.certificateFile),
    key: await read('TLS_KEY', tls.keyFile),
  };
  try {
    createSecureContext(pair);
  } catch (cause) {
    const what = 'not a certificate and its own private key, without a passphrase, both as PEM';
    throw new ServiceError('CONFIG_REFUSED', `TLS_CERT, TLS_KEY: ${what}`, { cause });
  }
  return pair;
}

async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearTimeout(late);
}
