import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';

export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
}

/** A self-signed P-256 certificate for the names; its own `cert` is the `ca` that trusts it. */
export async function createTestCertificate(hosts: readonly string[]): Promise<TestCertificate> {
  const [first = 'localhost'] = hosts;
  const made = await generate([{ name: 'commonName', value: first }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true },
      { name: 'subjectAltName', altNames: hosts.map((value) => ({ type: 2, value })) },
    ],
  });
  return { key: made.private, cert: made.cert };
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** An https server on a free loopback port that counts what reaches it. */
export interface TlsHost {
  readonly port: number;
  readonly ca: string;
  /** TCP connections and requests so far. */
  readonly seen: { connections: number; requests: number };
  handle: Handler;
  close(): Promise<void>;
}

export async function startTlsHost(certificate: TestCertificate, handle: Handler): Promise<TlsHost> {
  const seen = { connections: 0, requests: 0 };
  const server: Server = createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
    seen.requests += 1;
    host.handle(request, response);
  });
  server.on('connection', () => {
    seen.connections += 1;
  });
  // Clients that hang up in the middle of a handshake are part of the tests.
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host: TlsHost = {
    port: (server.address() as AddressInfo).port,
    ca: certificate.cert,
    seen,
    handle,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return host;
}

/** Answer 200 with a JSON text. */
export function sendJson(response: ServerResponse, value: unknown, mediaType = 'application/json'): void {
  response.writeHead(200, { 'content-type': mediaType });
  response.end(typeof value === 'string' ? value : JSON.stringify(value));
}

/** A name lookup from a table; a name that is not in it has no address. */
export function createLookup(
  table: Readonly<Record<string, readonly string[]>>,
): (host: string) => Promise<{ address: string; family: number }[]> {
  return (host) => {
    const addresses = new Map(Object.entries(table)).get(host);
    if (addresses === undefined) return Promise.reject(new Error('ENOTFOUND'));
    return Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
  };
}
