import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Party, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let party: Party;
beforeAll(async () => {
  node = await startNode();
  party = await node.createParty('maker');
});
afterAll(() => node[Symbol.asyncDispose]());

const VERIFY = '/verifiers/maker/credentials/verify';
const send = (raw: string | Uint8Array, headers: Record<string, string> = {}) =>
  node.request('POST', VERIFY, { raw, headers });

describe('a request body', () => {
  it.each([
    ['malformed', '{"a":', 400, 'PARSING_ERROR'],
    ['a scalar', '7', 400, 'BAD_REQUEST'],
    ['a duplicate member', '{"verifiableCredential":{},"verifiableCredential":{}}', 400, 'PARSING_ERROR'],
    ['a byte order mark', '\ufeff{}', 400, 'PARSING_ERROR'],
    ['invalid UTF-8', Uint8Array.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]), 400, 'PARSING_ERROR'],
    ['a prototype member', '{"verifiableCredential":{"__proto__":{"x":1}}}', 400, 'MALFORMED_VALUE_ERROR'],
    [
      'ten thousand levels',
      `{"verifiableCredential":${'{"p":'.repeat(10_000)}1${'}'.repeat(10_000)}}`,
      413,
      'LIMIT_EXCEEDED',
    ],
    ['more than a mebibyte', `{"verifiableCredential":{"a":"${'x'.repeat(1024 * 1024)}"}}`, 413, 'LIMIT_EXCEEDED'],
  ])('that is %s gets a problem document', async (_what, raw, status, code) => {
    const answer = await send(raw);
    expect(answer).toMatchObject({ status, body: { code, status } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.text).not.toMatch(/\bat .*\.[jt]s|node_modules/);
    expect((await node.get('/health/live')).status).toBe(200);
  });

  it.each(['application/vc', 'application/vp', 'application/ld+json', 'application/json; charset=utf-8'])(
    'of type %s is read',
    async (type) => {
      expect((await send('{"verifiableCredential":{}}', { 'content-type': type })).status).toBe(200);
    },
  );

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1'])(
    'of type %s is not read',
    async (type) => {
      expect(await send('{"verifiableCredential":{}}', { 'content-type': type })).toMatchObject({
        status: 415,
        body: { code: 'UNSUPPORTED_MEDIA_TYPE' },
      });
    },
  );

  it('with a content coding is not unpacked', async () => {
    expect(await send('{}', { 'content-encoding': 'gzip' })).toMatchObject({
      status: 413,
      body: { code: 'LIMIT_EXCEEDED' },
    });
  });
});

describe('a request', () => {
  it.each([
    ['GET', '/%E0%A4%A', 400, 'BAD_REQUEST'],
    ['GET', '/nothing/here', 404, 'NOT_FOUND'],
    ['GET', '//credentials', 400, 'BAD_REQUEST'],
    ['GET', '/issuers/maker/credentials/..%2f..%2fetc', 400, 'BAD_REQUEST'],
    ['GET', '/health/live?a[__proto__][x]=1', 400, 'BAD_REQUEST'],
    ['GET', '/status-lists/x?timestamp=2026-01-01T00:00:00Z&timestamp=2027-01-01T00:00:00Z', 400, 'BAD_REQUEST'],
    ['PUT', '/verifiers/maker/credentials/verify', 405, 'METHOD_NOT_ALLOWED'],
    ['PROPFIND', '/health/live', 405, 'METHOD_NOT_ALLOWED'],
  ])('%s %s is refused with %i', async (method, path, status, code) => {
    const answer = await raw(method, path);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({ status, code });
  });

  it('does not let a header change its method', async () => {
    const answer = await node.request('POST', '/health/live', {
      body: {},
      headers: { 'x-http-method-override': 'GET' },
    });
    expect(answer).toMatchObject({ status: 405, body: { code: 'METHOD_NOT_ALLOWED' } });
  });

  it('is answered in the language of the caller', async () => {
    const ask = (language: string) => node.request('GET', '/nothing', { headers: { 'accept-language': language } });
    expect((await ask('ko-KR,ko;q=0.9,en;q=0.8')).body.title).toBe('해당 자원이 없습니다');
    expect((await ask('de,en;q=0.5')).body.title).toBe('No such resource');
  });

  it.each([
    ['with a head of 20 KB', `GET /health/live HTTP/1.1\r\nHost: x\r\nX-Noise: ${'a'.repeat(20_480)}\r\n\r\n`],
    ['that is no HTTP', 'HELLO\r\n\r\n'],
    ['with two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
  ])('%s gets a problem document too', async (_what, text) => {
    const [head = '', body = ''] = (await exchange(text)).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 /);
    expect(head).toContain('Content-Type: application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ status: 400, code: 'BAD_REQUEST', requestId: expect.any(String) });
    expect((await node.get('/health/live')).status).toBe(200);
  });

  it('brings a credential as deep as one may be, and the presentation around it, whole', async () => {
    const deep = (levels: number): string => `${'{"p":'.repeat(levels)}1${'}'.repeat(levels)}`;
    const ask = (credential: string) =>
      node.request('POST', '/verifiers/maker/presentations/verify', {
        raw: `{"verifiablePresentation":{"verifiableCredential":[${credential}]}}`,
      });
    expect(await ask(deep(32))).toMatchObject({ status: 200, body: { verified: false } });
    expect(await ask(deep(33))).toMatchObject({ status: 413, body: { code: 'LIMIT_EXCEEDED' } });
  });

  it('with an Idempotency-Key that is none is refused', async () => {
    const answer = await node.post('/issuers/maker/credentials/issue', {}, party.token, {
      'idempotency-key': 'x'.repeat(201),
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } });
  });
});

describe('the service itself', () => {
  it('says that it lives and is ready, and counts', async () => {
    expect((await node.get('/health/ready')).body).toEqual({ status: 'ready' });
    expect((await node.get('/metrics')).text).toMatch(
      /proofprint_http_requests_total\{method="GET",route="\/health\/ready",status="200"\} \d/,
    );
    node.node.setReady(false);
    expect(await node.get('/health/ready')).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    node.node.setReady(true);
  });

  it('describes every route it answers', async () => {
    const { body } = await node.get('/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    for (const route of node.node.routes) expect(body.paths[route.path]?.[route.method.toLowerCase()]).toBeDefined();
    expect((await node.get('/docs')).text).toContain('/verifiers/{id}/credentials/verify');
  });

  it('mirrors its context and schemas, immutable', async () => {
    const context = await node.get('/contexts/v1');
    expect(context.status).toBe(200);
    expect(context.headers.get('cache-control')).toContain('immutable');
    expect((await node.get('/schemas/v1/carbon-footprint-claim.json')).status).toBe(200);
    expect(await node.get('/contexts/v999')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });

  it('slows down an address that asks too often', async () => {
    await using slow = await startNode({ environment: { RATE_LIMIT: '5' } });
    const answers = [];
    for (let count = 0; count < 8; count += 1) answers.push(await slow.get('/health/live'));
    const limited = answers.filter((answer) => answer.status === 429);
    expect(limited.length).toBeGreaterThan(0);
    expect(limited[0]).toMatchObject({ body: { code: 'RATE_LIMITED' } });
    expect(Number(limited[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

/** Bytes that no client library would send, and all that comes back. */
function exchange(text: string): Promise<string> {
  const { hostname, port } = new URL(node.url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.end(text));
    socket.on('data', (part) => {
      answer += part;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

/** Methods and paths that fetch would repair before they are sent. */
function raw(method: string, path: string): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(node.url);
  return new Promise((resolve, reject) => {
    const call = httpRequest({ hostname, port, method, path }, (response) => {
      let text = '';
      response.on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    call.on('error', reject);
    call.end();
  });
}
