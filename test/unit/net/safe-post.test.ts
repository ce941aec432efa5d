import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createGuard, type FetchLimits } from '../../../src/net/guarded-request.ts';
import { createSafeFetch } from '../../../src/net/safe-fetch.ts';
import { createSafePost, MAX_POST_BYTES, type SafePost } from '../../../src/net/safe-post.ts';
import { createLookup, createTestCertificate, startTlsHost, type TlsHost } from '../../support/tls.ts';

const HOSTS = ['hooks.example', 'other.example'];

let host: TlsHost;
beforeAll(async () => {
  host = await startTlsHost(await createTestCertificate(HOSTS), (_request, response) => response.end());
});
afterAll(() => host.close());
afterEach(() => {
  host.handle = (_request, response) => response.end();
  host.seen.connections = 0;
  host.seen.requests = 0;
});

function createPost({ allowed = HOSTS, limits = {} }: { allowed?: string[]; limits?: Partial<FetchLimits> } = {}) {
  return createSafePost(
    createGuard({
      allowedHosts: allowed.map((name) => `${name}:${host.port}`),
      lookup: createLookup(Object.fromEntries(HOSTS.map((name) => [name, ['127.0.0.1']]))),
      ca: host.ca,
      limits,
    }),
  );
}
const at = (path = '/', name = 'hooks.example') => `https://${name}:${host.port}${path}`;
const send = (url: string, post: SafePost = createPost(), body = '{}') =>
  post(url, { body, headers: { 'content-type': 'application/json', 'webhook-id': '1' } });

describe('a message', () => {
  it('arrives whole, with its headers and no others of whoever sent it', async () => {
    let seen: unknown;
    host.handle = (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        seen = { ...request.headers, url: request.url, method: request.method, body: Buffer.concat(parts).toString() };
        response.writeHead(202).end('ignored');
      });
    };
    expect(await send(at('/in?x=1'), createPost(), '{"이름":1}')).toEqual({ status: 'delivered' });
    expect(seen).toEqual({
      host: `hooks.example:${host.port}`,
      'content-type': 'application/json',
      'content-length': '12',
      'webhook-id': '1',
      'accept-encoding': 'identity',
      'user-agent': 'proofprint',
      connection: 'close',
      method: 'POST',
      url: '/in?x=1',
      body: '{"이름":1}',
    });
  });

  it.each([
    [200, 'delivered'],
    [204, 'delivered'],
    [299, 'delivered'],
    [301, 'refused'],
    [307, 'refused'],
    [400, 'refused'],
    [404, 'refused'],
    [410, 'gone'],
    [500, 'refused'],
  ])('answered with %i is %s, and is sent nowhere else', async (status, outcome) => {
    host.handle = (_request, response) => response.writeHead(status, { location: at('/', 'other.example') }).end();
    expect(await send(at())).toEqual({ status: outcome });
    expect(host.seen.requests).toBe(1);
  });

  it('is not sent at all when it is too large', async () => {
    expect(await send(at(), createPost(), 'x'.repeat(MAX_POST_BYTES))).toEqual({ status: 'delivered' });
    expect(await send(at(), createPost(), 'x'.repeat(MAX_POST_BYTES + 1))).toEqual({
      status: 'too-large',
      maxBytes: MAX_POST_BYTES,
    });
    expect(host.seen.requests).toBe(1);
  });
});

describe('an address that must not be reached', () => {
  it.each([
    ['http://hooks.example/', 'invalid-url'],
    ['https://user@hooks.example/', 'invalid-url'],
    ['https://127.0.0.1/', 'blocked'],
    ['https://[::1]/', 'blocked'],
    ['https://0x7f000001/', 'blocked'],
  ])('%s', async (url, status) => {
    expect(await send(url)).toMatchObject({ status });
    expect(host.seen.connections).toBe(0);
  });

  it('by a name whose address is private, unless the operator allowed it', async () => {
    expect(await send(at(), createPost({ allowed: [] }))).toEqual({ status: 'blocked', rule: 'address' });
    expect(host.seen.connections).toBe(0);
    expect(await send(at())).toEqual({ status: 'delivered' });
  });

  it('under a name that its certificate does not have', async () => {
    const strangers = await startTlsHost(await createTestCertificate(['stranger.example']), (_request, response) =>
      response.end(),
    );
    const post = createSafePost(
      createGuard({
        allowedHosts: [`hooks.example:${strangers.port}`],
        lookup: createLookup({ 'hooks.example': ['127.0.0.1'] }),
        ca: strangers.ca,
      }),
    );
    expect(await send(`https://hooks.example:${strangers.port}/`, post)).toEqual({
      status: 'unreachable',
      reason: 'tls',
    });
    expect(strangers.seen.requests).toBe(0);
    await strangers.close();
  });
});

describe('a receiver that does not play', () => {
  it('never answers: the caps on time hold', async () => {
    host.handle = () => undefined;
    expect(await send(at(), createPost({ limits: { totalMs: 200 } }))).toEqual({
      status: 'unreachable',
      reason: 'timeout',
    });
  });

  it('breaks off', async () => {
    host.handle = (request) => request.socket.destroy();
    expect(await send(at())).toEqual({ status: 'unreachable', reason: 'response' });
  });

  it('shares its caps with what is fetched', async () => {
    const guard = createGuard({
      allowedHosts: [`hooks.example:${host.port}`],
      lookup: createLookup({ 'hooks.example': ['127.0.0.1'] }),
      ca: host.ca,
      limits: { perHost: 1, waiting: 0 },
    });
    host.handle = () => undefined;
    const held = send(at(), createSafePost(guard));
    await expect.poll(() => host.seen.requests).toBe(1);
    expect(await createSafeFetch(guard)(at())).toEqual({ status: 'unreachable', reason: 'busy' });
    host.handle = (_request, response) => response.end();
    void held;
  });
});
