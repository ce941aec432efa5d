import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FetchOutcome } from '../../src/net/safe-fetch.ts';
import { makeDidDocument } from '../support/did-documents.ts';
import { ADMIN_TOKEN, type Party, type Reply, startNode, type TestNode } from '../support/node.ts';

const RESULT = 'application/did-resolution';
const DEREFERENCED = 'application/did-url-dereferencing';
const LEGACY = 'application/ld+json;profile="https://w3id.org/did-resolution"';
const KEY = 'did:key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b';
const FOREIGN = 'did:web:far.example';

let node: TestNode;
let web: Party;
let webvh: Party;
const asked: string[] = [];
const hosts: Record<string, FetchOutcome> = {};

beforeAll(async () => {
  node = await startNode({
    environment: { PUBLIC_URL: 'https://maker.example' },
    fetchJson: (url) => {
      asked.push(url);
      return Promise.resolve(hosts[url] ?? { status: 'not-found', gone: false });
    },
  });
  web = await node.createParty('maker');
  webvh = await createWith('historian', 'webvh');
});
afterAll(() => node[Symbol.asyncDispose]());

async function createWith(slug: string, method: string): Promise<Party> {
  const body = { slug, name: { en: slug, ko: slug }, role: 'company', did: { method } };
  return (await node.post('/admin/organizations', body, ADMIN_TOKEN)).body;
}

function ask(identifier: string, accept?: string, token?: string): Promise<Reply> {
  return node.request('GET', `/1.0/identifiers/${identifier}`, {
    headers: accept === undefined ? {} : { accept },
    ...(token === undefined ? {} : { token }),
  });
}

const errorOf = (name: string) => ({
  didDocument: null,
  didDocumentMetadata: {},
  didResolutionMetadata: { error: { type: `https://www.w3.org/ns/did#${name}` } },
});

describe('resolution', () => {
  it.each([['did:key'], ['did:web'], ['did:webvh']])(
    'of a %s, raw and encoded, with the result it says',
    async (method) => {
      const did = { 'did:key': KEY, 'did:web': web.did, 'did:webvh': webvh.did }[method] ?? '';
      for (const identifier of [did, encodeURIComponent(did)]) {
        const reply = await ask(identifier, RESULT);
        expect(reply.status).toBe(200);
        expect(reply.headers.get('content-type')).toBe(reply.body.didResolutionMetadata.contentType);
        expect(reply.body).toMatchObject({ didDocument: { id: did }, didResolutionMetadata: { contentType: RESULT } });
        expect(Object.keys(reply.body.didDocumentMetadata).length > 0).toBe(method === 'did:webvh');
      }
    },
  );

  it('without a wish is the result; with a document’s media type it is the document', async () => {
    for (const accept of [undefined, '*/*', 'text/html, */*;q=0.1', `application/did;q=0.2, ${RESULT}`]) {
      expect((await ask(KEY, accept)).body).toHaveProperty('didResolutionMetadata');
    }
    for (const accept of ['application/did', 'application/did+json', 'application/did+ld+json', 'application/json']) {
      const reply = await ask(KEY, accept);
      expect(reply.headers.get('content-type')).toBe(accept);
      expect(reply.body).toMatchObject({ id: KEY });
      expect(reply.body).not.toHaveProperty('didDocument');
    }
  });

  it.each([
    ['not-a-did', 400, 'INVALID_DID'],
    ['did:example', 400, 'INVALID_DID'],
    ['did:key:z6MkX', 400, 'INVALID_DID'],
    ['did:web:127.0.0.1', 400, 'INVALID_DID'],
    ['did:web:maker.example:nobody', 404, 'NOT_FOUND'],
    ['did:web:maker.example', 404, 'NOT_FOUND'],
    ['did:unsupported:123456789abcdefghi', 501, 'METHOD_NOT_SUPPORTED'],
    [`${KEY}%23${KEY.slice(8)}`, 400, 'INVALID_DID'],
    [`${KEY}?versionId=1`, 501, 'FEATURE_NOT_SUPPORTED'],
    [`${KEY}%3Fservice=files`, 501, 'FEATURE_NOT_SUPPORTED'],
    [`${KEY}?versionTime=today`, 400, 'INVALID_OPTIONS'],
    [`${KEY}?versionTime=2026-01-01T00:00:00`, 400, 'INVALID_OPTIONS'],
    [`${KEY}?versionNumber=0`, 400, 'INVALID_OPTIONS'],
    [`${KEY}%3FversionId=1?versionId=1`, 400, 'INVALID_OPTIONS'],
    [`${KEY}%3Fhl=zx`, 400, 'INVALID_OPTIONS'],
  ])('%s → %i %s', async (identifier, status, name) => {
    const reply = await ask(identifier, RESULT);
    expect(reply).toMatchObject({ status, body: errorOf(name) });
    // What went wrong is told to those who want the bare document too.
    expect((await ask(identifier, 'application/did')).status).toBe(
      name === 'INVALID_DID' && identifier.includes('%23') ? 200 : status,
    );
  });

  it('of something nobody offers is 406', async () => {
    expect(await ask(KEY, 'application/x-unsupported')).toMatchObject({
      status: 406,
      body: errorOf('REPRESENTATION_NOT_SUPPORTED'),
    });
  });

  it('knows no other options, and no identifier with a path', async () => {
    expect(await ask(`${KEY}?accept=x`, RESULT)).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } });
    expect((await ask('', RESULT)).status).toBe(404);
    expect((await ask(`${KEY}/path`, RESULT)).status).toBe(404);
    expect(await ask(`${KEY}%2Fpath`, RESULT)).toMatchObject({ status: 400, body: errorOf('INVALID_DID') });
    expect((await ask('%zz', RESULT)).status).toBe(400);
  });

  it('keeps the escapes of a DID that was sent as it is', async () => {
    const reply = await ask('did:web:far.example%3A8443', RESULT);
    expect(reply).toMatchObject({ status: 501, body: errorOf('FEATURE_NOT_SUPPORTED') });
    expect((await ask('did%3Aweb%3Afar.example%253A8443', RESULT)).status).toBe(501);
    expect((await ask('did%3Aweb%3Afar.example%3A8443', RESULT)).status).toBe(501);
  });
});

describe('dereferencing', () => {
  it('gives the method that a fragment names, and the document without one', async () => {
    const url = `${KEY}#${KEY.slice(8)}`;
    const reply = await ask(encodeURIComponent(url), DEREFERENCED);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe(DEREFERENCED);
    expect(reply.body).toEqual({
      dereferencingMetadata: { contentType: DEREFERENCED },
      contentStream: { id: url, type: 'Multikey', controller: KEY, publicKeyMultibase: KEY.slice(8) },
      contentMetadata: {},
    });
    expect((await ask(encodeURIComponent(url), 'application/json')).body).toMatchObject({ id: url, type: 'Multikey' });
    expect((await ask(KEY, DEREFERENCED)).body.contentStream).toMatchObject({ id: KEY });
  });

  it.each([
    [`${KEY}#other`, 404, 'NOT_FOUND'],
    [`${KEY}/path`, 501, 'FEATURE_NOT_SUPPORTED'],
    [`${KEY}/^`, 400, 'INVALID_DID_URL'],
    ['nothing#x', 400, 'INVALID_DID'],
  ])('%s → %i %s', async (url, status, name) => {
    expect(await ask(encodeURIComponent(url), DEREFERENCED)).toMatchObject({
      status,
      body: {
        contentStream: null,
        contentMetadata: {},
        dereferencingMetadata: { error: { type: `https://www.w3.org/ns/did#${name}` } },
      },
    });
  });
});

describe('DIDs of other hosts', () => {
  it('are not looked up for strangers', async () => {
    asked.length = 0;
    for (const did of [FOREIGN, `${FOREIGN}:path`, webvh.did.replace('maker.example', 'far.example')]) {
      expect(await ask(did, RESULT)).toMatchObject({ status: 501, body: errorOf('FEATURE_NOT_SUPPORTED') });
    }
    expect(asked).toEqual([]);
  });

  it('are looked up for an organisation of this node, and only for a right token', async () => {
    hosts['https://far.example/.well-known/did.json'] = {
      status: 'ok',
      url: FOREIGN,
      mediaType: 'application/did',
      bytes: new TextEncoder().encode(JSON.stringify(makeDidDocument(FOREIGN))),
    };
    expect(await ask(FOREIGN, RESULT, web.token)).toMatchObject({
      status: 200,
      body: { didDocument: { id: FOREIGN } },
    });
    expect(asked).toEqual(['https://far.example/.well-known/did.json']);
    expect(await ask(FOREIGN, RESULT, 'wrong-token-of-some-length')).toMatchObject({
      status: 401,
      body: { code: 'UNAUTHORIZED' },
    });
  });

  it.each<[string, FetchOutcome, number, string]>([
    ['missing', { status: 'not-found', gone: false }, 404, 'https://www.w3.org/ns/did#NOT_FOUND'],
    ['private', { status: 'blocked', rule: 'address' }, 400, 'https://www.w3.org/ns/did#INVALID_DID'],
    ['large', { status: 'too-large', maxBytes: 1 }, 500, 'https://www.w3.org/ns/did#INVALID_DID_DOCUMENT'],
    [
      'down',
      { status: 'unreachable', reason: 'connect' } as FetchOutcome,
      500,
      'https://w3id.org/proofprint/problems#did-resolution-error',
    ],
  ])('a host that is %s', async (name, outcome, status, type) => {
    hosts[`https://${name}.example/.well-known/did.json`] = outcome;
    expect(await ask(`did:web:${name}.example`, RESULT, web.token)).toMatchObject({
      status,
      body: { didDocument: null, didResolutionMetadata: { error: { type } } },
    });
  });

  it('410 for a DID that was given up', async () => {
    hosts['https://gone.example/.well-known/did.json'] = { status: 'not-found', gone: true };
    const reply = await ask('did:web:gone.example', RESULT, web.token);
    expect(reply.status).toBe(410);
    expect(reply.body).toEqual({
      didDocument: null,
      didDocumentMetadata: { deactivated: true },
      didResolutionMetadata: { contentType: RESULT },
    });
  });

  it('not without end', async () => {
    const statuses = new Set<number>();
    for (let count = 0; count < 61; count += 1) statuses.add((await ask(FOREIGN, RESULT, webvh.token)).status);
    expect(statuses).toEqual(new Set([200, 429]));
    expect((await ask(webvh.did, RESULT, webvh.token)).status).toBe(200);
    node.clock.set(node.clock.now() + 60_000);
    expect((await ask(FOREIGN, RESULT, webvh.token)).status).toBe(200);
  });
});

describe('the older form', () => {
  it('gives a document under its context', async () => {
    const reply = await ask(encodeURIComponent(KEY), LEGACY);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe(LEGACY);
    expect(reply.body).toMatchObject({ '@context': 'https://w3id.org/did-resolution/v1', didDocument: { id: KEY } });
    const method = await ask(encodeURIComponent(`${KEY}#${KEY.slice(8)}`), LEGACY);
    expect(method.body.didDocument).toMatchObject({ controller: KEY });
  });

  it.each([
    [KEY.replace('did:', 'notDid:'), '', 'didResolutionMetadata', 'invalidDid'],
    [KEY.replace(':key:', ':experimental:'), '', 'didResolutionMetadata', 'methodNotSupported'],
    [KEY.replace('key:z', 'key:'), '', 'didResolutionMetadata', 'invalidDid'],
    ['did:key:@', '', 'didResolutionMetadata', 'invalidDid'],
    ['did:key:zTjsVPtY', '', 'didResolutionMetadata', 'invalidPublicKeyLength'],
    ['did:web:maker.example:nobody', '', 'didResolutionMetadata', 'notFound'],
    [`${KEY}/^bar^/?query=\`#${KEY.slice(8)}`, '', 'didDereferencingMetadata', 'invalidDidUrl'],
    [KEY, '?publicKeyFormat=unknown', 'didResolutionMetadata', 'unsupportedPublicKeyType'],
    [
      `${KEY}#${KEY.slice(8)}`,
      '?publicKeyFormat=Ed25519VerificationKey2018&enableExperimentalPublicKeyTypes=false',
      'didDereferencingMetadata',
      'invalidPublicKeyType',
    ],
  ])('%s%s → %s %s', async (url, query, member, error) => {
    const reply = await ask(`${encodeURIComponent(url)}${query}`, LEGACY);
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.body).toMatchObject({ didDocument: {}, [member]: { error } });
  });
});
