import { createServer, type Server } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { FETCH_LIMITS, type FetchLimits } from '../../../src/net/guarded-request.ts';
import { createSafeFetch, type FetchJson } from '../../../src/net/safe-fetch.ts';
import {
  createLookup,
  createTestCertificate,
  sendJson,
  startTlsHost,
  type TestCertificate,
  type TlsHost,
} from '../../support/tls.ts';

const HOSTS = ['good.example', 'other.example', 'third.example'];
const ON_LOOPBACK = Object.fromEntries(HOSTS.map((host) => [host, ['127.0.0.1']]));

let certificate: TestCertificate;
let host: TlsHost;

beforeAll(async () => {
  certificate = await createTestCertificate(HOSTS);
  host = await startTlsHost(certificate, (_request, response) => sendJson(response, {}));
});
afterAll(() => host.close());
afterEach(() => {
  host.handle = (_request, response) => sendJson(response, {});
  host.seen.connections = 0;
  host.seen.requests = 0;
  vi.unstubAllEnvs();
});

const at = (path: string, name = 'good.example'): string => `https://${name}:${host.port}${path}`;

function createFetch(limits: Partial<FetchLimits> = {}): FetchJson {
  return createSafeFetch({
    allowedHosts: HOSTS.map((name) => `${name}:${host.port}`),
    lookup: createLookup(ON_LOOPBACK),
    ca: host.ca,
    limits,
  });
}

describe('an honest answer', () => {
  it('comes back as bytes, with media type and etag', async () => {
    let asked: unknown;
    host.handle = (request, response) => {
      asked = { ...request.headers, url: request.url, method: request.method };
      response.writeHead(200, { 'content-type': 'Application/DID+LD+JSON; charset=utf-8', etag: '"v1"' });
      response.end('{"id":1}');
    };
    const outcome = await createFetch()(at('/a/did.json?x=1'), { accept: 'application/did' });
    expect(outcome).toEqual({
      status: 'ok',
      url: at('/a/did.json?x=1'),
      bytes: new TextEncoder().encode('{"id":1}'),
      mediaType: 'application/did+ld+json',
      etag: '"v1"',
    });
    expect(asked).toEqual({
      method: 'GET',
      url: '/a/did.json?x=1',
      host: `good.example:${host.port}`,
      accept: 'application/did',
      'accept-encoding': 'identity',
      'user-agent': 'proofprint',
      connection: 'close',
    });
  });

  it.each(['application/json', 'application/vc', 'application/vp', 'application/did', 'application/problem+json'])(
    'may be %s',
    async (mediaType) => {
      host.handle = (_request, response) => sendJson(response, {}, mediaType);
      expect(await createFetch()(at('/'))).toMatchObject({ status: 'ok', mediaType });
    },
  );

  it('may be exactly as long as the cap, and no byte longer', async () => {
    const body = JSON.stringify('x'.repeat(98));
    host.handle = (_request, response) => sendJson(response, body);
    expect(await createFetch()(at('/'), { maxBytes: 100 })).toMatchObject({ status: 'ok' });
    expect(await createFetch()(at('/'), { maxBytes: 99 })).toEqual({ status: 'too-large', maxBytes: 99 });
    expect(await createFetch({ maxBytes: 99 })(at('/'))).toEqual({ status: 'too-large', maxBytes: 99 });
    expect(FETCH_LIMITS.maxBytes).toBe(262_144);
  });
});

describe('answers that are no document', () => {
  it.each([
    [404, { status: 'not-found', gone: false }],
    [410, { status: 'not-found', gone: true }],
    [301, { status: 'unreachable', reason: 'redirect' }],
    [302, { status: 'unreachable', reason: 'redirect' }],
    [307, { status: 'unreachable', reason: 'redirect' }],
    [308, { status: 'unreachable', reason: 'redirect' }],
    [204, { status: 'unreachable', reason: 'status' }],
    [206, { status: 'unreachable', reason: 'status' }],
    [401, { status: 'unreachable', reason: 'status' }],
    [500, { status: 'unreachable', reason: 'status' }],
    [503, { status: 'unreachable', reason: 'status' }],
  ])('status %i', async (status, outcome) => {
    host.handle = (_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json', location: 'https://other.example/' });
      response.end('{}');
    };
    expect(await createFetch()(at('/'))).toEqual(outcome);
    expect(host.seen.requests).toBe(1);
  });

  it.each(['text/html', 'text/plain', 'application/octet-stream', 'text/json', 'application/jsonp', 'json', ''])(
    'media type %j',
    async (mediaType) => {
      host.handle = (_request, response) => sendJson(response, '<html></html>', mediaType);
      expect(await createFetch()(at('/'))).toEqual({ status: 'unreachable', reason: 'media-type' });
    },
  );

  it('a compressed body, which nobody asked for, is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(16 * 1024 * 1024));
    host.handle = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(bomb);
    };
    expect(await createFetch()(at('/'))).toEqual({ status: 'unreachable', reason: 'content-coding' });
  });

  it('an announced length beyond the cap is refused before the body', async () => {
    host.handle = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 50 * 1024 * 1024 });
      response.flushHeaders();
    };
    expect(await createFetch()(at('/'))).toEqual({ status: 'too-large', maxBytes: 262_144 });
  });

  it('an endless body is closed at the cap', async () => {
    let sent = 0;
    const closed = new Promise<void>((resolve) => {
      host.handle = (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const chunk = Buffer.alloc(16 * 1024, 0x20);
        const pump = (): void => {
          while (!response.destroyed) {
            sent += chunk.length;
            if (!response.write(chunk)) return void response.once('drain', pump);
          }
        };
        response.on('close', resolve);
        pump();
      };
    });
    expect(await createFetch()(at('/'))).toEqual({ status: 'too-large', maxBytes: 262_144 });
    await closed;
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  it('a body that drips is closed at the time cap', async () => {
    let timer: NodeJS.Timeout | undefined;
    host.handle = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      timer = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(timer));
    };
    expect(await createFetch({ totalMs: 200 })(at('/'))).toEqual({ status: 'unreachable', reason: 'timeout' });
  });

  it('no answer at all is closed at the time cap', async () => {
    host.handle = () => {};
    expect(await createFetch({ totalMs: 150 })(at('/'))).toEqual({ status: 'unreachable', reason: 'timeout' });
  });

  it('an answer that breaks off', async () => {
    host.handle = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
      response.write('{');
      setTimeout(() => response.destroy(), 20);
    };
    expect(await createFetch()(at('/'))).toEqual({ status: 'unreachable', reason: 'response' });
  });

  it('a hang-up without an answer, a switch of protocol, and what is not HTTP', async () => {
    host.handle = (request) => request.socket.destroy();
    expect(await createFetch()(at('/'))).toEqual({ status: 'unreachable', reason: 'response' });
    host.handle = (request) =>
      void request.socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n');
    expect(await createFetch({ totalMs: 300 })(at('/'))).toMatchObject({ status: 'unreachable' });
    host.handle = (request) => void request.socket.end('SSH-2.0-hello\r\n');
    expect(await createFetch()(at('/'))).toEqual({ status: 'unreachable', reason: 'response' });
    host.handle = (request) => void request.socket.end(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(64 * 1024)}\r\n\r\n`);
    expect(await createFetch()(at('/'))).toEqual({ status: 'unreachable', reason: 'response' });
  });
});

describe('the connection', () => {
  it('is refused when the certificate is for another name, or by nobody we trust', async () => {
    const lookup = createLookup({ 'stranger.example': ['127.0.0.1'], ...ON_LOOPBACK });
    const named = createSafeFetch({ allowedHosts: [`stranger.example:${host.port}`], lookup, ca: host.ca });
    expect(await named(at('/', 'stranger.example'))).toEqual({ status: 'unreachable', reason: 'tls' });
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const trusting = createSafeFetch({ allowedHosts: [`good.example:${host.port}`], lookup });
    expect(await trusting(at('/'))).toEqual({ status: 'unreachable', reason: 'tls' });
    expect(host.seen.requests).toBe(0);
  });

  it('does not go through a proxy that the environment names', async () => {
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY']) vi.stubEnv(name, 'http://127.0.0.1:1');
    expect(await createFetch()(at('/'))).toMatchObject({ status: 'ok' });
  });

  it('to a closed port and to a name without an address are doubts', async () => {
    const fetchJson = createSafeFetch({ allowedHosts: ['good.example:1'], lookup: createLookup(ON_LOOPBACK) });
    expect(await fetchJson('https://good.example:1/')).toEqual({ status: 'unreachable', reason: 'connect' });
    expect(await fetchJson('https://nowhere.example/')).toEqual({ status: 'unreachable', reason: 'lookup' });
    const empty = createSafeFetch({ allowedHosts: [], lookup: () => Promise.resolve([]) });
    expect(await empty('https://good.example/')).toEqual({ status: 'unreachable', reason: 'lookup' });
    const broken = createSafeFetch({
      allowedHosts: [],
      lookup: () => {
        throw new Error('no resolver');
      },
    });
    expect(await broken('https://good.example/')).toEqual({ status: 'unreachable', reason: 'lookup' });
  });

  it('waits neither for a name server nor for a silent host', async () => {
    const deaf = createSafeFetch({ allowedHosts: [], lookup: () => new Promise(() => {}), limits: { totalMs: 100 } });
    expect(await deaf('https://good.example/')).toEqual({ status: 'unreachable', reason: 'timeout' });
    const silent = createServer(() => {});
    const port = await listen(silent);
    const fetchJson = createSafeFetch({
      allowedHosts: [`good.example:${port}`],
      lookup: createLookup(ON_LOOPBACK),
      limits: { connectMs: 100 },
    });
    expect(await fetchJson(`https://good.example:${port}/`)).toEqual({ status: 'unreachable', reason: 'timeout' });
    silent.close();
  });

  it('goes to the address that was checked: the name is looked up once', async () => {
    let asked = 0;
    const rebinding = createSafeFetch({
      allowedHosts: [`good.example:${host.port}`],
      ca: host.ca,
      lookup: () => {
        asked += 1;
        return Promise.resolve([{ address: asked === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }]);
      },
    });
    expect(await rebinding(at('/'))).toMatchObject({ status: 'ok' });
    expect(asked).toBe(1);
  });

  it('carries four requests to one host at a time; the rest wait their turn', async () => {
    const held: (() => void)[] = [];
    host.handle = (_request, response) => held.push(() => sendJson(response, {}));
    const fetchJson = createFetch();
    const all = Promise.all(Array.from({ length: 12 }, () => fetchJson(at('/'))));
    await vi.waitFor(() => expect(held).toHaveLength(4), { timeout: 9000 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(host.seen.connections).toBe(4);
    host.handle = (_request, response) => sendJson(response, {});
    for (const answer of held) answer();
    expect((await all).every(({ status }) => status === 'ok')).toBe(true);
    expect(host.seen.requests).toBe(12);
  });

  it('gives up on a turn that does not come', async () => {
    host.handle = () => {};
    const fetchJson = createFetch({ perHost: 1, totalMs: 150, waiting: 1 });
    const outcomes = await Promise.all([fetchJson(at('/')), fetchJson(at('/')), fetchJson(at('/'))]);
    const reasons = outcomes.map((outcome) => ('reason' in outcome ? outcome.reason : outcome.status));
    // The second may still get its turn in the moment in which the first gives up.
    expect(reasons).toEqual(['timeout', expect.stringMatching(/^(?:busy|timeout)$/), 'busy']);
    host.handle = (_request, response) => sendJson(response, {});
    expect(await fetchJson(at('/'))).toMatchObject({ status: 'ok' });
  });
});

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

/** Spellings of one IPv4 address that a URL parser folds into it (WHATWG URL 3.5), and IPv6 forms that carry it. */
function spellingsOf(address: string): string[] {
  const parts = address.split('.').map(Number);
  const [a = 0, b = 0, c = 0, d = 0] = parts;
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const hex = (value: number, width = 0): string => value.toString(16).padStart(width, '0');
  const [high, low] = [hex(a * 256 + b), hex(c * 256 + d)];
  return [
    address,
    `${address}.`,
    parts.map((part) => `0x${hex(part)}`).join('.'),
    parts.map((part) => `0X${hex(part, 4)}`).join('.'),
    parts.map((part) => `0${part.toString(8)}`).join('.'),
    parts.map((part) => `000${part.toString(8)}`).join('.'),
    `${a}.0x${hex(b)}.0${c.toString(8)}.${d}`,
    `${whole}`,
    `0x${hex(whole)}`,
    `0${whole.toString(8)}`,
    `${a}.${b * 65536 + c * 256 + d}`,
    `${a}.${b}.${c * 256 + d}`,
    address.replaceAll('.', '%2e'),
    address.replaceAll('.', '\u3002'),
    address.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
    `%3${address[0]}${address.slice(1)}`,
    `[::ffff:${address}]`,
    `[::ffff:${high}:${low}]`,
    `[0:0:0:0:0:ffff:${high}:${low}]`,
    `[::${address}]`,
    `[64:ff9b::${address}]`,
    `[64:ff9b:1::${high}:${low}]`,
    `[2002:${high}:${low}::1]`,
    `[2001:0:${high}:${low}::1]`,
    `user@${address}`,
    `good.example@${address}`,
  ];
}

const CLOSED = [
  '0.0.0.0',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '127.0.0.1',
  '127.0.0.53',
  '127.255.255.254',
  '169.254.169.254',
  '169.254.170.2',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.192',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.0.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.5',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
];
const CLOSED_V6 = [
  '::',
  '::1',
  '100::1',
  '2001:db8::1',
  '2002::1',
  '3fff::1',
  'fc00::1',
  'fd00::1',
  'fe80::1',
  'ff02::1',
];

describe('addresses that are not public', () => {
  let canary: Server;
  let port: number;
  let knocks = 0;

  beforeAll(async () => {
    canary = createServer((socket) => {
      knocks += 1;
      socket.destroy();
    });
    port = await new Promise<number>((resolve) => {
      // All interfaces, so that every address of this machine would be heard.
      canary.listen(0, () => {
        const address = canary.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
  afterAll(() => canary.close());

  it('are not reached by any of more than 500 spellings in a URL', async () => {
    const fetchJson = createSafeFetch({ allowedHosts: [], lookup: (name) => Promise.reject(new Error(name)) });
    const urls = [...CLOSED.flatMap(spellingsOf), ...CLOSED_V6.map((address) => `[${address}]`)].map(
      (authority) => `https://${authority}:${port}/`,
    );
    expect(new Set(urls).size).toBeGreaterThanOrEqual(500);
    for (const url of urls) {
      const outcome = await fetchJson(url);
      expect(outcome, url).toMatchObject({ status: url.includes('@') ? 'invalid-url' : 'blocked' });
    }
    expect(knocks).toBe(0);
  });

  it('are not reached through a name, alone or among public addresses', async () => {
    for (const address of [...CLOSED, ...CLOSED_V6, '::ffff:127.0.0.1', '64:ff9b::7f00:1', 'fe80::1%lo', 'garbage']) {
      for (const addresses of [[address], ['1.1.1.1', address], [address, '1.1.1.1', '2606:4700::1111']]) {
        const fetchJson = createSafeFetch({
          // The exemption is for a host and a port together.
          allowedHosts: [`name.example:${port + 1}`, 'name.example', `other.example:${port}`],
          lookup: createLookup({ 'name.example': addresses }),
        });
        expect(await fetchJson(`https://name.example:${port}/`)).toEqual({ status: 'blocked', rule: 'address' });
      }
    }
    expect(knocks).toBe(0);
  });

  it('are not reached as localhost, looked up by the machine itself', async () => {
    expect(await createSafeFetch({ allowedHosts: [] })(`https://localhost:${port}/`)).toEqual({
      status: 'blocked',
      rule: 'address',
    });
    expect(knocks).toBe(0);
  });

  it('are reached for a listed host and port: the canary sings', async () => {
    const fetchJson = createSafeFetch({
      allowedHosts: [`name.example:${port}`],
      lookup: createLookup({ 'name.example': ['127.0.0.1'] }),
    });
    expect(await fetchJson(`https://name.example:${port}/`)).toEqual({ status: 'unreachable', reason: 'tls' });
    expect(knocks).toBe(1);
  });
});
