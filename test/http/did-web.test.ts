import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, bareCredential, type Party, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let party: Party;
beforeAll(async () => {
  node = await startNode({ environment: { PUBLIC_URL: 'https://maker.example' } });
  party = await node.createParty('maker');
});
afterAll(() => node[Symbol.asyncDispose]());

const issue = async () =>
  (await node.post('/issuers/maker/credentials/issue', { credential: bareCredential(party.did) }, party.token)).body
    .verifiableCredential;
const verify = async (verifiableCredential: unknown) =>
  (await node.post('/verifiers/maker/credentials/verify', { verifiableCredential })).body;

describe('an organisation with a did:web', () => {
  it('gets one where the public address is https, and its document is served', async () => {
    expect(party.did).toBe('did:web:maker.example:maker');
    const served = await node.get('/maker/did.json');
    expect(served).toMatchObject({
      status: 200,
      body: { id: party.did, verificationMethod: [{ type: 'Multikey', controller: party.did }] },
    });
    expect(served.text).not.toMatch(/private|secret|"d"/i);
    expect(await node.get('/nobody/did.json')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });

  it('keeps its old credentials good when its key is rotated', async () => {
    const before = await issue();
    const rotated = await node.post('/admin/organizations/maker/keys', {}, ADMIN_TOKEN);
    expect(rotated.body.keys.map((key: { state: string }) => key.state)).toEqual(['retired', 'active']);
    const after = await issue();
    expect(after.proof.verificationMethod).not.toBe(before.proof.verificationMethod);
    expect((await verify(before)).verified).toBe(true);
    expect((await verify(after)).verified).toBe(true);
    const served = await node.get('/maker/did.json');
    expect(served.body.assertionMethod).toHaveLength(2);
    expect(served.body.authentication).toEqual([after.proof.verificationMethod]);
    await node.restart();
    expect((await verify(before)).verified).toBe(true);
    expect((await verify(await issue())).verified).toBe(true);
  });

  it('may publish a P-256 key beside the one it signs with', async () => {
    const added = await node.post('/admin/organizations/maker/keys', { keyType: 'P-256' }, ADMIN_TOKEN);
    expect(
      added.body.keys
        .filter((key: { state: string }) => key.state === 'active')
        .map((key: { keyType: string }) => key.keyType),
    ).toEqual(['Ed25519', 'P-256']);
    const served = await node.get('/maker/did.json');
    expect(
      served.body.verificationMethod.map((method: { publicKeyMultibase: string }) =>
        method.publicKeyMultibase.slice(0, 4),
      ),
    ).toContain('zDna');
    expect((await verify(await issue())).verified).toBe(true);
  });

  it('may be the host itself', async () => {
    expect((await node.get('/.well-known/did.json')).status).toBe(404);
    const body = {
      slug: 'host',
      name: { en: 'Host', ko: '호스트' },
      role: 'company',
      did: { method: 'web', root: true },
    };
    expect((await node.post('/admin/organizations', body, ADMIN_TOKEN)).body.did).toBe('did:web:maker.example');
    expect((await node.get('/.well-known/did.json')).body.id).toBe('did:web:maker.example');
    expect((await node.get('/host/did.json')).status).toBe(404);
    const second = await node.post('/admin/organizations', { ...body, slug: 'second' }, ADMIN_TOKEN);
    expect(second).toMatchObject({ status: 409, body: { code: 'CONFLICT', pointer: '/did/root' } });
  });

  it('leaves the host itself to nobody else when it is deleted, as it leaves its slug', async () => {
    const body = { name: { en: 'Heir', ko: '후계' }, role: 'company', did: { method: 'web', root: true } };
    const gone = await node.request('DELETE', '/admin/organizations/host?confirm=host', { token: ADMIN_TOKEN });
    expect(gone.status).toBe(204);
    expect((await node.get('/.well-known/did.json')).status).toBe(404);
    const refused = { status: 409, body: { code: 'CONFLICT', pointer: '/did/root' } };
    expect(await node.post('/admin/organizations', { ...body, slug: 'heir' }, ADMIN_TOKEN)).toMatchObject(refused);
    const webvh = { ...body, slug: 'heir', did: { method: 'webvh', root: true } };
    expect(await node.post('/admin/organizations', webvh, ADMIN_TOKEN)).toMatchObject(refused);
    expect(
      await node.post('/admin/organizations', { ...body, slug: 'host', did: undefined }, ADMIN_TOKEN),
    ).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT', pointer: '/slug' },
    });
    const elsewhere = { ...body, slug: 'heir', did: { method: 'web' } };
    expect((await node.post('/admin/organizations', elsewhere, ADMIN_TOKEN)).body.did).toBe(
      'did:web:maker.example:heir',
    );
  });

  it('shows a compromised key as revoked, and lets nothing by it verify any more', async () => {
    const before = await issue();
    const answer = await node.post('/admin/organizations/maker/keys', { compromised: true }, ADMIN_TOKEN);
    expect(answer.status).toBe(201);
    expect(answer.body.keys).toContainEqual(
      expect.objectContaining({
        verificationMethod: before.proof.verificationMethod,
        state: 'compromised',
        until: '2026-11-22T12:00:00Z',
      }),
    );
    const served = (await node.get('/maker/did.json')).body;
    const old = before.proof.verificationMethod;
    expect(served.verificationMethod).toContainEqual(
      expect.objectContaining({ id: old, revoked: '2026-11-22T12:00:00Z' }),
    );
    expect(JSON.stringify([served.assertionMethod, served.authentication])).not.toContain(old);
    const judged = await verify(before);
    expect(judged.verified).toBe(false);
    expect(judged.problemDetails[0].code).toBe('INVALID_VERIFICATION_METHOD');
    const after = await issue();
    expect((await verify(after)).verified).toBe(true);
    await node.restart();
    expect((await verify(after)).verified).toBe(true);
    expect((await verify(before)).verified).toBe(false);
  });

  it('signs its lists anew when the key that signed them is compromised, for the time they were for', async () => {
    const { keys } = (await node.get('/admin/organizations/maker', ADMIN_TOKEN)).body;
    const kept = await issue();
    const list = async (query = '') =>
      (await node.get(new URL(kept.credentialStatus.statusListCredential).pathname + query)).body;
    const before = await list();
    await node.post('/admin/organizations/maker/keys', { compromised: true }, ADMIN_TOKEN);
    const after = await list();
    expect(before.proof.verificationMethod).toBe(keys.at(-1).verificationMethod);
    expect(after.proof.verificationMethod).not.toBe(before.proof.verificationMethod);
    expect({ ...after, proof: 0, validUntil: 0 }).toEqual({ ...before, proof: 0, validUntil: 0 });
    expect(await list()).toEqual(after);
    expect((await list(`?timestamp=${encodeURIComponent(before.validFrom)}`)).proof).toEqual(after.proof);
  });

  it('loses no key and brings back no token when both are rotated at once', async () => {
    const other = await node.createParty('other');
    const rotate = (what: string) => node.post(`/admin/organizations/other/${what}`, {}, ADMIN_TOKEN);
    const [, token] = await Promise.all([rotate('keys'), rotate('token'), rotate('keys')]);
    expect((await node.get('/issuers/other/credentials', other.token)).status).toBe(401);
    expect((await node.get('/issuers/other/credentials', token.body.token)).status).toBe(200);
    const { keys } = (await node.get('/admin/organizations/other', ADMIN_TOKEN)).body;
    expect(keys.map((key: { state: string }) => key.state)).toEqual(['retired', 'retired', 'active']);
  });

  it('is not to be had where the address has no host name, which keeps no other did:web from being read', async () => {
    const fetchJson = async () => ({ status: 'not-found', gone: false }) as const;
    await using numbered = await startNode({ environment: { PUBLIC_URL: 'https://192.0.2.7:8443' }, fetchJson });
    expect((await numbered.createParty('maker')).did).toMatch(/^did:key:/);
    const wanted = { slug: 'web', name: { en: 'W', ko: '웹' }, role: 'company', did: { method: 'web' } };
    expect(await numbered.post('/admin/organizations', wanted, ADMIN_TOKEN)).toMatchObject({
      status: 400,
      body: { code: 'BAD_REQUEST', pointer: '/did/method' },
    });
    expect((await numbered.get('/.well-known/did.json')).status).toBe(404);
    expect(await numbered.node.resolver.resolve('did:web:else.example')).toMatchObject({ code: 'NOT_FOUND_DID' });
  });

  it('is undetermined to a node that cannot reach it, never forged', async () => {
    const credential = await issue();
    await using stranger = await startNode({ fetchJson: async () => ({ status: 'unreachable', reason: 'connect' }) });
    await stranger.createParty('buyer', 'relying-party');
    const answer = (await stranger.post('/verifiers/buyer/credentials/verify', { verifiableCredential: credential }))
      .body;
    expect(answer).toMatchObject({ verified: false, verdict: 'undetermined' });
    expect(answer.problemDetails[0].code).toBe('DID_RESOLUTION_ERROR');
  });
});
