import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../../../src/base/clock.ts';
import { type DidDocument, readDidDocument } from '../../../src/dids/did-document.ts';
import { createDidResolver, MAX_NEGATIVE_TTL, MAX_POSITIVE_TTL } from '../../../src/dids/resolver.ts';
import { retrieveVerificationMethod } from '../../../src/dids/verification-method.ts';
import { createSafeFetch, type FetchJson, type FetchOutcome } from '../../../src/net/safe-fetch.ts';
import { makeDidDocument, makeMultikey } from '../../support/did-documents.ts';
import { createLookup, createTestCertificate, sendJson, startTlsHost, type TlsHost } from '../../support/tls.ts';

const DID = 'did:web:good.example';
const URL_OF_DID = 'https://good.example/.well-known/did.json';

function read(document: ReturnType<typeof makeDidDocument>, did: string): DidDocument {
  const result = readDidDocument(document, did);
  if (!result.ok) throw new Error('the fixture is wrong');
  return result.value;
}

const asOutcome = (value: unknown): FetchOutcome => ({
  status: 'ok',
  url: URL_OF_DID,
  mediaType: 'application/did',
  bytes: new TextEncoder().encode(JSON.stringify(value)),
});

/** A network of one answer that can be changed, and a count of how often it was asked. */
function createNetwork(first: FetchOutcome): { fetchJson: FetchJson; answer: FetchOutcome; asked: string[] } {
  const network = {
    answer: first,
    asked: [] as string[],
    fetchJson: (url: string) => {
      network.asked.push(url);
      return Promise.resolve(network.answer);
    },
  };
  return network;
}

const silent: FetchJson = () => Promise.reject(new Error('nothing may be fetched here'));

describe('which methods', () => {
  const resolver = createDidResolver({ fetchJson: silent, clock: createManualClock(0) });

  it.each([
    ['did:example:123', 'METHOD_NOT_SUPPORTED'],
    ['did:ethr:0xabc', 'METHOD_NOT_SUPPORTED'],
    ['did:constructor:x', 'METHOD_NOT_SUPPORTED'],
    ['did:webvh:x:good.example', 'INVALID_DID'],
    ['', 'INVALID_DID'],
    ['did:', 'INVALID_DID'],
    ['did:web:', 'INVALID_DID'],
    ['did:key:z', 'INVALID_DID'],
    ['https://good.example/', 'INVALID_DID'],
    [`${DID}#key-1`, 'INVALID_DID'],
    [`${DID}/path`, 'INVALID_DID'],
    [`did:example:${'a'.repeat(501)}`, 'INVALID_DID'],
  ])('%s → %s', async (did, code) => {
    expect(await resolver.resolve(did)).toMatchObject({ outcome: 'failed', code });
  });

  it('did:key proves itself, whatever this node or a bundle says', async () => {
    const did = `did:key:${makeMultikey()}`;
    const lying = createDidResolver({
      fetchJson: silent,
      clock: createManualClock(0),
      own: () => Promise.reject(new Error('asked')),
      pinned: () => {
        throw new Error('asked');
      },
    });
    expect(await lying.resolve(did)).toMatchObject({ outcome: 'resolved', source: 'self', document: { id: did } });
  });
});

describe('where a document comes from', () => {
  const document = makeDidDocument(DID);

  it('first from ourselves, then from what is pinned, then from the network', async () => {
    const network = createNetwork(asOutcome(document));
    const clock = createManualClock(0);
    const ours = read(makeDidDocument(DID), DID);
    const handed = read(makeDidDocument(DID), DID);
    const { fetchJson } = network;
    const own = (did: string): Promise<DidDocument | undefined> => Promise.resolve(did === DID ? ours : undefined);
    const pinned = (did: string): DidDocument | undefined => (did === DID ? handed : undefined);
    expect(await createDidResolver({ fetchJson, clock, own, pinned }).resolve(DID)).toEqual({
      outcome: 'resolved',
      document: ours,
      source: 'own',
    });
    expect(await createDidResolver({ fetchJson, clock, pinned }).resolve(DID)).toEqual({
      outcome: 'resolved',
      document: handed,
      source: 'pinned',
    });
    expect(network.asked).toEqual([]);
    const other = 'did:web:other.example';
    network.answer = asOutcome(makeDidDocument(other));
    expect(await createDidResolver({ fetchJson, clock, own, pinned }).resolve(other)).toMatchObject({
      source: 'network',
    });
    expect(network.asked).toEqual(['https://other.example/.well-known/did.json']);
  });

  it('a handed-in document of another DID is not taken for this one', async () => {
    const pinned = (): DidDocument => read(makeDidDocument('did:web:evil.example'), 'did:web:evil.example');
    expect(
      await createDidResolver({ fetchJson: silent, clock: createManualClock(0), pinned }).resolve(DID),
    ).toMatchObject({ outcome: 'failed', code: 'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID' });
  });

  it('whatever breaks inside is a doubt, not an exception', async () => {
    const clock = createManualClock(0);
    const doubt = { outcome: 'undetermined', code: 'DID_RESOLUTION_ERROR' };
    const thrower = (): never => {
      throw new Error('broken');
    };
    for (const deps of [
      { fetchJson: silent },
      { fetchJson: thrower },
      { fetchJson: silent, own: thrower },
      { fetchJson: silent, own: () => Promise.reject(new Error('broken')) },
      { fetchJson: silent, pinned: thrower },
    ]) {
      expect(await createDidResolver({ ...deps, clock }).resolve(DID)).toMatchObject(doubt);
    }
  });
});

describe('how long an answer is kept', () => {
  let clock: ManualClock;
  beforeEach(() => {
    clock = createManualClock(0);
  });

  it('a document 300 s, shared by all who ask', async () => {
    const network = createNetwork(asOutcome(makeDidDocument(DID)));
    const resolver = createDidResolver({ fetchJson: network.fetchJson, clock });
    await Promise.all([resolver.resolve(DID), resolver.resolve(DID)]);
    clock.set(MAX_POSITIVE_TTL - 1);
    await resolver.resolve(DID);
    expect(network.asked).toHaveLength(1);
    clock.set(MAX_POSITIVE_TTL);
    await resolver.resolve(DID);
    expect(network.asked).toHaveLength(2);
    expect([MAX_POSITIVE_TTL, MAX_NEGATIVE_TTL]).toEqual([300_000, 60_000]);
  });

  it.each<FetchOutcome>([
    { status: 'not-found', gone: false },
    { status: 'unreachable', reason: 'timeout' },
  ])('a failure 60 s: %j', async (failure) => {
    const network = createNetwork(failure);
    const resolver = createDidResolver({ fetchJson: network.fetchJson, clock });
    expect(await resolver.resolve(DID)).not.toMatchObject({ outcome: 'resolved' });
    network.answer = asOutcome(makeDidDocument(DID));
    clock.set(MAX_NEGATIVE_TTL - 1);
    expect(await resolver.resolve(DID)).not.toMatchObject({ outcome: 'resolved' });
    clock.set(MAX_NEGATIVE_TTL);
    expect(await resolver.resolve(DID)).toMatchObject({ outcome: 'resolved' });
  });

  it('shorter when told, never longer', async () => {
    const network = createNetwork(asOutcome(makeDidDocument(DID)));
    const short = createDidResolver({ fetchJson: network.fetchJson, clock, positiveTtl: 10 });
    await short.resolve(DID);
    clock.set(10);
    await short.resolve(DID);
    expect(network.asked).toHaveLength(2);
    const long = createDidResolver({ fetchJson: network.fetchJson, clock, positiveTtl: 1e9 });
    await long.resolve(DID);
    clock.set(10 + MAX_POSITIVE_TTL);
    await long.resolve(DID);
    expect(network.asked).toHaveLength(4);
  });

  it('so a key that was rotated out stops being good (DID-012)', async () => {
    const before = makeDidDocument(DID);
    const network = createNetwork(asOutcome(before));
    const resolver = createDidResolver({ fetchJson: network.fetchJson, clock });
    const retrieve = (): Promise<unknown> =>
      retrieveVerificationMethod(resolver, { method: `${DID}#key-1`, relationship: 'assertionMethod' });
    expect(await retrieve()).toMatchObject({ ok: true });
    network.answer = asOutcome({ ...before, assertionMethod: [`${DID}#key-2`] });
    clock.set(MAX_POSITIVE_TTL - 1);
    expect(await retrieve()).toMatchObject({ ok: true });
    clock.set(MAX_POSITIVE_TTL);
    expect(await retrieve()).toMatchObject({
      ok: false,
      finding: { outcome: 'failed', code: 'INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD' },
    });
  });
});

describe('over a real connection', () => {
  let host: TlsHost;
  let did: string;

  beforeAll(async () => {
    host = await startTlsHost(await createTestCertificate(['good.example']), (_request, response) => response.end());
    did = `did:web:good.example%3A${host.port}`;
  });
  afterAll(() => host.close());

  const create = (addresses: readonly string[] = ['127.0.0.1'], allowed = [`good.example:${host.port}`]) =>
    createDidResolver({
      clock: createManualClock(0),
      fetchJson: createSafeFetch({
        allowedHosts: allowed,
        lookup: createLookup({ 'good.example': addresses }),
        ca: host.ca,
        limits: { totalMs: 500 },
      }),
    });

  it('a document is found at both kinds of places', async () => {
    host.handle = (request, response) => {
      const places = new Map([
        ['/.well-known/did.json', did],
        ['/plants/steel/did.json', `${did}:plants:steel`],
      ]);
      sendJson(response, makeDidDocument(places.get(request.url ?? '') ?? ''), 'application/did+ld+json');
    };
    for (const asked of [did, `${did}:plants:steel`]) {
      expect(await create().resolve(asked)).toMatchObject({ outcome: 'resolved', document: { id: asked } });
    }
  });

  it.each([302, 307, 308])('a redirect with %i is not followed (DID-006)', async (status) => {
    const before = host.seen.requests;
    host.handle = (_request, response) => {
      response.writeHead(status, { location: `https://good.example:${host.port}/elsewhere/did.json` });
      response.end();
    };
    expect(await create().resolve(did)).toMatchObject({ outcome: 'failed', code: 'NOT_FOUND_DID' });
    expect(host.seen.requests).toBe(before + 1);
  });

  it('one private address among public ones blocks the host (DID-007)', async () => {
    const before = host.seen.connections;
    for (const addresses of [['203.0.113.5', '10.0.0.1'], ['1.1.1.1', '127.0.0.1'], ['127.0.0.1']]) {
      expect(await create(addresses, []).resolve(did)).toMatchObject({ outcome: 'failed', code: 'HOST_BLOCKED' });
    }
    expect(host.seen.connections).toBe(before);
  });

  it('a host that never stops, or says too much, is a limit (DID-008, DID-009)', async () => {
    host.handle = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const pump = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16 * 1024, 0x20)));
        if (!response.destroyed) response.once('drain', pump);
      };
      pump();
    };
    expect(await create().resolve(did)).toMatchObject({ outcome: 'failed', code: 'LIMIT_EXCEEDED' });
    const methods = Array.from({ length: 10_000 }, (_, index) => ({ id: `${did}#${index}`, type: 'Multikey' }));
    host.handle = (_request, response) => sendJson(response, { id: did, verificationMethod: methods });
    expect(await create().resolve(did)).toMatchObject({ outcome: 'failed', code: 'LIMIT_EXCEEDED' });
    host.handle = (_request, response) => sendJson(response, { id: did, verificationMethod: methods.slice(0, 65) });
    expect(await create().resolve(did)).toMatchObject({ outcome: 'failed', code: 'LIMIT_EXCEEDED' });
  });

  it('a page, a slow host and an outage are doubts', async () => {
    const doubt = { outcome: 'undetermined', code: 'DID_RESOLUTION_ERROR' };
    host.handle = (_request, response) => sendJson(response, '<html></html>', 'text/html');
    expect(await create().resolve(did)).toMatchObject(doubt);
    host.handle = () => {};
    expect(await create().resolve(did)).toMatchObject(doubt);
    host.handle = (_request, response) => void response.writeHead(503).end();
    expect(await create().resolve(did)).toMatchObject(doubt);
    expect(await create([]).resolve(did)).toMatchObject(doubt);
  });

  it('gone is gone, absent is absent', async () => {
    host.handle = (_request, response) => void response.writeHead(410).end();
    expect(await create().resolve(did)).toMatchObject({ outcome: 'failed', code: 'DID_DEACTIVATED' });
    host.handle = (_request, response) => void response.writeHead(404).end();
    expect(await create().resolve(did)).toMatchObject({ outcome: 'failed', code: 'NOT_FOUND_DID' });
  });
});
