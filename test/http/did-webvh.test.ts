import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createManualClock } from '../../src/base/clock.ts';
import { createDidResolver } from '../../src/dids/resolver.ts';
import {
  ADMIN_TOKEN,
  bareCredential,
  type Party,
  type Reply,
  START,
  startNode,
  type TestNode,
} from '../support/node.ts';

let node: TestNode;
let party: Party;
beforeAll(async () => {
  node = await startNode({
    environment: { PUBLIC_URL: 'https://maker.example' },
    fetchJson: () => Promise.reject(new Error('nothing may be fetched here')),
  });
  party = (await create('maker')).body;
});
afterAll(() => node[Symbol.asyncDispose]());

function create(slug: string, did: object = { method: 'webvh' }): Promise<Reply> {
  return node.post('/admin/organizations', { slug, name: { en: slug, ko: slug }, role: 'company', did }, ADMIN_TOKEN);
}

const issue = async (who: Party) =>
  (await node.post(`/issuers/${who.slug}/credentials/issue`, { credential: bareCredential(who.did) }, who.token)).body
    .verifiableCredential;
const verify = async (verifiableCredential: unknown) =>
  (await node.post('/verifiers/maker/credentials/verify', { verifiableCredential })).body;

/** The log of a party as another node would fetch and judge it. */
async function resolveElsewhere(who: Party, path = `/${who.slug}/did.jsonl`) {
  const { text } = await node.get(path);
  const clock = createManualClock(node.clock.now());
  const fetchJson = (url: string) =>
    Promise.resolve({ status: 'ok' as const, url, mediaType: 'text/jsonl', bytes: new TextEncoder().encode(text) });
  return createDidResolver({ clock, fetchJson }).resolve(who.did);
}

describe('an organisation with a did:webvh', () => {
  it('has a log that others can check, and a did.json beside it', async () => {
    expect(party.did).toMatch(/^did:webvh:Qm\w{44}:maker\.example:maker$/);
    const log = await node.get('/maker/did.jsonl');
    expect(log).toMatchObject({ status: 200 });
    expect(log.headers.get('content-type')).toBe('text/jsonl');
    const entry = JSON.parse(log.text.trimEnd());
    expect(entry).toMatchObject({
      versionId: expect.stringMatching(/^1-Qm/),
      versionTime: '2026-11-22T12:00:00Z',
      parameters: { method: 'did:webvh:1.0', updateKeys: [expect.anything()], nextKeyHashes: [expect.anything()] },
      state: { id: party.did, alsoKnownAs: ['did:web:maker.example:maker'] },
    });
    // The key that writes the log signs nothing else.
    expect(log.text).not.toMatch(/private|secret|"d"/i);
    expect(JSON.stringify(entry.state)).not.toContain(entry.parameters.updateKeys[0]);
    expect(await resolveElsewhere(party)).toMatchObject({ outcome: 'resolved', document: entry.state });
    expect(await node.get('/maker/did.json')).toMatchObject({
      status: 200,
      body: {
        id: 'did:web:maker.example:maker',
        alsoKnownAs: [party.did],
        service: [{ id: 'did:web:maker.example:maker#files' }, { id: 'did:web:maker.example:maker#whois' }],
      },
    });
    expect(await node.get('/nobody/did.jsonl')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });

  it('keeps its old credentials good when its key is rotated, and writes that down', async () => {
    const before = await issue(party);
    expect(before.proof.verificationMethod).toMatch(/^did:webvh:/);
    const rotated = await node.post('/admin/organizations/maker/keys', {}, ADMIN_TOKEN);
    expect(rotated.body.keys.map((key: { state: string }) => key.state)).toEqual(['retired', 'active']);
    expect(rotated.body).not.toHaveProperty('webvh');
    const after = await issue(party);
    expect(after.proof.verificationMethod).not.toBe(before.proof.verificationMethod);
    expect(await verify(before)).toMatchObject({ verified: true });
    expect(await verify(after)).toMatchObject({ verified: true });
    await node.post('/admin/organizations/maker/keys', { keyType: 'P-256' }, ADMIN_TOKEN);
    const versions = (await node.get('/maker/did.jsonl')).text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(versions.map(({ versionId }) => Number.parseInt(versionId, 10))).toEqual([1, 2, 3]);
    // Three acts at one standstill of the clock: each entry is later than the one before.
    expect(versions.map(({ versionTime }) => versionTime)).toEqual([
      '2026-11-22T12:00:00Z',
      '2026-11-22T12:00:01Z',
      '2026-11-22T12:00:02Z',
    ]);
    expect(await resolveElsewhere(party)).toMatchObject({
      outcome: 'resolved',
      metadata: { versionId: versions[2].versionId },
    });
    await node.restart();
    await node.post('/admin/organizations/maker/keys', {}, ADMIN_TOKEN);
    expect(await resolveElsewhere(party)).toMatchObject({ outcome: 'resolved' });
    expect(await verify(before)).toMatchObject({ verified: true });
    expect(await verify(await issue(party))).toMatchObject({ verified: true });
  });

  it('is resolved at a version and at an instant', async () => {
    const resolve = (query: string) => node.get(`/1.0/identifiers/${party.did}?${query}`);
    expect((await resolve('versionNumber=1')).body.didDocument.verificationMethod).toHaveLength(1);
    expect((await resolve(`versionTime=2026-11-22T12:00:01Z`)).body.didDocument.verificationMethod).toHaveLength(2);
    const { versionId } = (await resolve('versionNumber=2')).body.didDocumentMetadata;
    expect((await resolve(`versionId=${versionId}`)).body.didDocumentMetadata).toMatchObject({ versionId });
    expect((await resolve('versionTime=2026-11-22T11:59:59Z')).status).toBe(404);
    expect((await resolve('versionNumber=99')).status).toBe(404);
    const inUrl = encodeURIComponent(`${party.did}?versionNumber=1`);
    expect((await node.get(`/1.0/identifiers/${inUrl}`)).body.didDocument.verificationMethod).toHaveLength(1);
  });

  it('shows a compromised key as revoked', async () => {
    const before = await issue(party);
    expect((await node.post('/admin/organizations/maker/keys', { compromised: true }, ADMIN_TOKEN)).status).toBe(201);
    expect(await verify(before)).toMatchObject({ verified: false });
    expect(await verify(await issue(party))).toMatchObject({ verified: true });
    expect(await resolveElsewhere(party)).toMatchObject({ outcome: 'resolved' });
  });

  it('may be the host itself', async () => {
    expect((await node.get('/.well-known/did.jsonl')).status).toBe(404);
    const host: Party = (await create('host', { method: 'webvh', root: true })).body;
    expect(host.did).toMatch(/^did:webvh:Qm\w{44}:maker\.example$/);
    expect(await resolveElsewhere(host, '/.well-known/did.jsonl')).toMatchObject({ outcome: 'resolved' });
    expect((await node.get('/.well-known/did.json')).body.id).toBe('did:web:maker.example');
    expect((await node.get('/host/did.jsonl')).status).toBe(404);
    expect(await create('second', { method: 'web', root: true })).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT', pointer: '/did/root' },
    });
    expect(await verify(await issue(host))).toMatchObject({ verified: true });
  });

  it('is given up when its organisation is deleted, by a last entry that stays published', async () => {
    const former: Party = (await create('former')).body;
    const credential = await issue(former);
    expect(await verify(credential)).toMatchObject({ verified: true });
    const before = (await node.get('/former/did.jsonl')).text;
    const gone = await node.request('DELETE', '/admin/organizations/former?confirm=former', { token: ADMIN_TOKEN });
    expect(gone.status).toBe(204);
    const log = (await node.get('/former/did.jsonl')).text;
    expect(log.startsWith(before)).toBe(true);
    const [last] = log.slice(before.length).trimEnd().split('\n');
    expect(JSON.parse(String(last))).toMatchObject({
      versionId: expect.stringMatching(/^2-/),
      parameters: { deactivated: true, nextKeyHashes: [] },
      state: { id: former.did },
    });
    expect(JSON.parse(String(last)).state).toMatchObject({ verificationMethod: [] });
    expect(JSON.parse(String(last)).state).not.toHaveProperty('assertionMethod');
    expect((await node.get('/former/did.json')).status).toBe(404);
    expect(await resolveElsewhere(former)).toMatchObject({ outcome: 'failed', code: 'DID_DEACTIVATED' });
    expect((await node.get(`/1.0/identifiers/${former.did}`)).status).toBe(410);
    expect((await verify(credential)).problemDetails[0].code).toBe('DID_DEACTIVATED');
  });

  it('leaves the host itself to nobody else when it was given up there', async () => {
    const gone = await node.request('DELETE', '/admin/organizations/host?confirm=host', { token: ADMIN_TOKEN });
    expect(gone.status).toBe(204);
    expect((await node.get('/.well-known/did.jsonl')).text.trimEnd().split('\n')).toHaveLength(2);
    expect(await create('heir', { method: 'web', root: true })).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT', pointer: '/did/root' },
    });
  });

  it('cannot be where there is no https address with a name', async () => {
    await using plain = await startNode();
    const body = { slug: 'maker', name: { en: 'x', ko: 'x' }, role: 'company', did: { method: 'webvh' } };
    expect(await plain.post('/admin/organizations', body, ADMIN_TOKEN)).toMatchObject({
      status: 400,
      body: { code: 'BAD_REQUEST', pointer: '/did/method' },
    });
  });

  it('cannot change its keys faster than its log can be dated', async () => {
    const busy: Party = (await create('busy')).body;
    const statuses: number[] = [];
    for (let count = 0; count < 62; count += 1) {
      statuses.push((await node.post('/admin/organizations/busy/keys', {}, ADMIN_TOKEN)).status);
    }
    expect(statuses.filter((status) => status === 201)).toHaveLength(60);
    expect(statuses.at(-1)).toBe(409);
    expect(await resolveElsewhere(busy)).toMatchObject({ outcome: 'resolved' });
    node.clock.set(START + 120_000);
    expect((await node.post('/admin/organizations/busy/keys', {}, ADMIN_TOKEN)).status).toBe(201);
  });
});

describe('an organisation with a did:jwk', () => {
  it('issues and verifies, cannot rotate, and gets another one for another kind of key', async () => {
    const plain: Party = (await create('plain', { method: 'jwk' })).body;
    expect(plain.did).toMatch(/^did:jwk:/);
    const credential = await issue(plain);
    expect(credential.proof.verificationMethod).toBe(`${plain.did}#0`);
    expect(await verify(credential)).toMatchObject({ verified: true });
    expect(await node.post('/admin/organizations/plain/keys', {}, ADMIN_TOKEN)).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT' },
    });
    const body = { id: 'plain-p256', cryptosuite: 'ecdsa-rdfc-2019', keyType: 'P-256' };
    const made = await node.post('/admin/organizations/plain/issuers', body, ADMIN_TOKEN);
    expect(made.body.did).toMatch(/^did:jwk:/);
    expect(made.body.did).not.toBe(plain.did);
    expect(made.body.verificationMethod).toBe(`${made.body.did}#0`);
  });
});
