import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, bareCredential, type Party, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let party: Party;
beforeAll(async () => {
  node = await startNode();
  party = await node.createParty('maker');
});
afterAll(() => node[Symbol.asyncDispose]());

const issue = (credential: unknown, headers: Record<string, string> = {}) =>
  node.post('/issuers/maker/credentials/issue', { credential }, party.token, headers);
const verify = (verifiableCredential: unknown) =>
  node.post('/verifiers/maker/credentials/verify', { verifiableCredential });

describe('a credential over HTTP', () => {
  it('is issued, verifies, and after revocation no longer does', async () => {
    const issued = await issue(bareCredential(party.did));
    expect(issued.status).toBe(201);
    const credential = issued.body.verifiableCredential;
    expect(await verify(credential)).toMatchObject({
      status: 200,
      body: { verified: true, valid: true, problemDetails: [] },
    });

    const revoked = await node.post(
      '/issuers/maker/credentials/status',
      { credentialId: credential.id, statusPurpose: 'revocation', status: true, reason: 'annulled' },
      party.token,
    );
    expect(revoked).toMatchObject({ status: 200, body: { changed: true } });
    const after = await verify(credential);
    expect(after).toMatchObject({ status: 200, body: { verified: false, valid: false } });
    expect(after.body.problemDetails.map((problem: { code: string }) => problem.code)).toEqual(['REVOKED']);
  });

  it('cannot be un-revoked, and revoking again changes nothing', async () => {
    const credential = (await issue(bareCredential(party.did))).body.verifiableCredential;
    const change = (status: boolean) =>
      node.post(
        '/issuers/maker/credentials/status',
        { credentialId: credential.id, statusPurpose: 'revocation', status },
        party.token,
      );
    expect((await change(true)).body.changed).toBe(true);
    expect((await change(true)).body.changed).toBe(false);
    expect(await change(false)).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  });

  it('is refused when anything signed was changed', async () => {
    const credential = (await issue(bareCredential(party.did))).body.verifiableCredential;
    const changed = { ...credential, credentialSubject: { ...credential.credentialSubject, name: 'Another product' } };
    const answer = await verify(changed);
    expect(answer.body.verified).toBe(false);
    expect(answer.body.problemDetails[0].code).toBe('PROOF_VERIFICATION_ERROR');
  });

  it('carries a status entry of its own, and the list is public and signed', async () => {
    const credential = (await issue(bareCredential(party.did))).body.verifiableCredential;
    const { statusListCredential, statusListIndex } = credential.credentialStatus;
    expect(statusListIndex).toMatch(/^\d+$/);
    const list = await node.get(new URL(statusListCredential).pathname);
    expect(list.status).toBe(200);
    expect(list.body.id).toBe(statusListCredential);
    expect((await verify(list.body)).body.verified).toBe(true);
  });
});

describe('what a client may not do', () => {
  it.each([
    ['its own status entry', { credentialStatus: { type: 'BitstringStatusListEntry' } }, 400, 'MALFORMED_VALUE_ERROR'],
    ['its own proof', { proof: {} }, 400, 'MALFORMED_VALUE_ERROR'],
    ['an unknown member', { extra: 'x' }, 400, 'MALFORMED_VALUE_ERROR'],
    [
      'an unknown context',
      { '@context': ['https://www.w3.org/ns/credentials/v2', 'https://example.com/c'] },
      400,
      'CONTEXT_NOT_ALLOWED',
    ],
    ['validity that ends before it starts', { validUntil: '2026-01-01T00:00:00Z' }, 400, 'MALFORMED_VALUE_ERROR'],
    ['another issuer', { issuer: 'did:web:other.example' }, 403, 'FORBIDDEN'],
  ])('bring %s', async (_what, more, status, code) => {
    const listBefore = (await node.get('/issuers/maker/credentials?limit=200', party.token)).body.credentials.length;
    const answer = await issue({ ...bareCredential(party.did), ...more });
    expect(answer).toMatchObject({ status, body: { code, status } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect((await node.get('/issuers/maker/credentials?limit=200', party.token)).body.credentials.length).toBe(
      listBefore,
    );
  });

  it('use an unknown option', async () => {
    const answer = await node.post('/verifiers/maker/credentials/verify', {
      verifiableCredential: {},
      options: { checks: ['proof'] },
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'UNKNOWN_OPTION_PROVIDED', pointer: '/options/checks' },
    });
  });
});

describe('requests that must not happen twice', () => {
  it('give one credential for one Idempotency-Key, also when a hundred are sent at once and after a restart', async () => {
    const headers = { 'idempotency-key': 'one-key' };
    const credential = bareCredential(party.did);
    const answers = await Promise.all(Array.from({ length: 100 }, () => issue(credential, headers)));
    const good = answers.filter((answer) => answer.status === 201);
    expect(good.length).toBeGreaterThan(0);
    for (const answer of answers) expect([201, 409]).toContain(answer.status);
    expect(new Set(good.map((answer) => answer.text)).size).toBe(1);
    await node.restart();
    expect((await issue(credential, headers)).text).toBe(good[0]?.text);
    expect(await issue({ ...credential, validUntil: '2028-01-01T00:00:00Z' }, headers)).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  });
});

describe('as time passes', () => {
  // A clock that was set forward is never set back: each of these has a node of its own.
  beforeEach(async () => {
    await node[Symbol.asyncDispose]();
    node = await startNode();
    party = await node.createParty('maker');
  });

  it('a credential expires', async () => {
    const credential = (await issue(bareCredential(party.did, { validUntil: '2026-11-23T00:00:00Z' }))).body
      .verifiableCredential;
    expect((await verify(credential)).body.verified).toBe(true);
    node.clock.set(Date.UTC(2026, 10, 24));
    expect((await verify(credential)).body.problemDetails.map((problem: { code: string }) => problem.code)).toContain(
      'EXPIRED',
    );
  });

  it('the node answers a list for a past instant, as it was then', async () => {
    const credential = (await issue(bareCredential(party.did))).body.verifiableCredential;
    const path = new URL(credential.credentialStatus.statusListCredential).pathname;
    const before = node.clock.now();
    const early = (await node.get(path)).body;
    node.clock.set(before + 20 * 86_400_000);
    await node.post(
      '/issuers/maker/credentials/status',
      { credentialId: credential.id, statusPurpose: 'revocation', status: true, reason: 'withdrawn' },
      party.token,
    );
    const then = await node.get(`${path}?timestamp=2026-11-30T00:00:00Z`);
    const now = await node.get(path);
    expect(then.status).toBe(200);
    expect(then.body.credentialSubject.notices).toEqual(early.credentialSubject.notices);
    expect(now.body.credentialSubject.encodedList).not.toBe(then.body.credentialSubject.encodedList);
    expect(now.body.credentialSubject.notices).toContainEqual(
      expect.objectContaining({ reason: 'withdrawn', index: credential.credentialStatus.statusListIndex }),
    );
    expect((await node.get(`${path}?timestamp=2020-01-01T00:00:00Z`)).status).toBe(404);
  });

  it('a list nobody asked for in weeks is signed once more, reaches back to the last one, and then stays', async () => {
    const credential = (await issue(bareCredential(party.did))).body.verifiableCredential;
    const path = new URL(credential.credentialStatus.statusListCredential).pathname;
    const early = (await node.get(path)).body;
    node.clock.set(node.clock.now() + 40 * 86_400_000);
    const late = (await node.get(path)).body;
    expect(late.validFrom).toBe(early.validUntil);
    expect((await node.get(path)).body).toEqual(late);
    node.clock.set(node.clock.now() + 3_600_000);
    expect((await node.get(path)).body).toEqual(late);
    expect((await node.get(`${path}?timestamp=2026-12-20T00:00:00Z`)).body).toEqual(late);
  });
});

describe('a suspension over HTTP', () => {
  const DAY = 86_400_000;
  beforeAll(async () => {
    const settings = { cryptosuite: 'eddsa-rdfc-2022', keyType: 'Ed25519', statusPurposes: ['suspension'] };
    await node.post('/admin/organizations/maker/issuers', { id: 'pausing', ...settings }, ADMIN_TOKEN);
  });
  const issuePausable = async () =>
    (await node.post('/issuers/pausing/credentials/issue', { credential: bareCredential(party.did) }, party.token)).body
      .verifiableCredential;
  const suspend = (credential: { id: string }, status: boolean, more = {}) =>
    node.post(
      '/issuers/pausing/credentials/status',
      { credentialId: credential.id, statusPurpose: 'suspension', status, ...more },
      party.token,
    );

  it('takes no reason that readers would take for the opposite, or not at all', async () => {
    const credential = await issuePausable();
    const refused = { status: 400, body: { code: 'MALFORMED_VALUE_ERROR', pointer: '/reason' } };
    expect(await suspend(credential, true, { reason: 'reinstated' })).toMatchObject(refused);
    expect(await suspend(credential, true, { reason: 'a\u0007b' })).toMatchObject(refused);
    expect(await suspend(credential, true, { reason: 'e\u0301' })).toMatchObject(refused);
    expect((await verify(credential)).body).toMatchObject({ verified: true });
    expect(await suspend(credential, true, { reason: 'audit pending' })).toMatchObject({ status: 200 });
    expect(await suspend(credential, false, { reason: 'audit passed' })).toMatchObject(refused);
    expect(await suspend(credential, false, { reason: 'reinstated' })).toMatchObject({ status: 200 });
    expect((await verify(credential)).body).toMatchObject({ verified: true });
  });

  it('ends when it is lifted, on the same day as well', async () => {
    const credential = await issuePausable();
    await suspend(credential, true, { reason: 'audit pending' });
    expect((await verify(credential)).body.problemDetails[0].code).toBe('SUSPENDED');
    await suspend(credential, false);
    expect((await verify(credential)).body).toMatchObject({ verified: true });
    node.clock.set(node.clock.now() + 2 * DAY);
    expect((await verify(credential)).body).toMatchObject({ verified: true });
    await suspend(credential, true);
    expect((await verify(credential)).body.problemDetails[0].code).toBe('SUSPENDED');
  });
});
