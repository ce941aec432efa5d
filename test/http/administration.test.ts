import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, bareCredential, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node[Symbol.asyncDispose]());

const name = { en: 'Maker (fictional)', ko: '제조사 (가상)' };
const create = (body: unknown, headers: Record<string, string> = {}) =>
  node.post('/admin/organizations', body, ADMIN_TOKEN, headers);

describe('administration', () => {
  it('creates an organisation with its instances; the token is shown once', async () => {
    const created = await create({ slug: 'alpha', name, role: 'company' });
    expect(created.status).toBe(201);
    expect(created.body.did).toMatch(/^did:key:z6Mk/);
    const listed = await node.get('/admin/organizations/alpha', ADMIN_TOKEN);
    expect(listed.body).toMatchObject({
      slug: 'alpha',
      did: created.body.did,
      keys: [{ state: 'active', keyType: 'Ed25519' }],
    });
    expect(listed.text).not.toContain(created.body.token);
    expect(listed.text).not.toContain('tokenDigest');
    expect((await node.get('/issuers/alpha/credentials', created.body.token)).status).toBe(200);
  });

  it('answers the same token again for the same Idempotency-Key, and keeps it sealed', async () => {
    const headers = { 'idempotency-key': 'create-beta' };
    const first = await create({ slug: 'beta', name, role: 'company' }, headers);
    const again = await create({ slug: 'beta', name, role: 'company' }, headers);
    expect(again.text).toBe(first.text);
    expect(await create({ slug: 'beta', name, role: 'register' }, headers)).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  });

  it.each([
    [{ slug: 'alpha', name, role: 'company' }, 409, 'CONFLICT', '/slug'],
    [{ slug: 'admin', name, role: 'company' }, 409, 'CONFLICT', '/slug'],
    [{ slug: 'Bad Slug', name, role: 'company' }, 400, 'BAD_REQUEST', '/slug'],
    [{ slug: 'gamma', name: { en: 'x' }, role: 'company' }, 400, 'BAD_REQUEST', '/name/ko'],
    [{ slug: 'gamma', name, role: 'king' }, 400, 'BAD_REQUEST', '/role'],
    [{ slug: 'gamma', name, role: 'company', extra: 1 }, 400, 'BAD_REQUEST', '/extra'],
    [{ slug: 'gamma', name, role: 'company', did: { method: 'webvh' } }, 400, 'BAD_REQUEST', '/did/method'],
    [{ slug: 'gamma', name, role: 'company', did: { method: 'web' } }, 400, 'BAD_REQUEST', '/did/method'],
  ])('refuses %j', async (body, status, code, pointer) => {
    expect(await create(body)).toMatchObject({ status, body: { status, code, pointer } });
    expect((await node.get('/admin/organizations/gamma', ADMIN_TOKEN)).status).toBe(404);
  });

  it('rotates a token: the old one ends at once', async () => {
    const { body } = await create({ slug: 'delta', name, role: 'company' });
    const rotated = await node.post('/admin/organizations/delta/token', {}, ADMIN_TOKEN);
    expect(await node.get('/issuers/delta/credentials', body.token)).toMatchObject({
      status: 401,
      body: { code: 'UNAUTHORIZED' },
    });
    expect((await node.get('/issuers/delta/credentials', rotated.body.token)).status).toBe(200);
  });

  it('does not rotate a did:key, since the key is the DID', async () => {
    expect(await node.post('/admin/organizations/alpha/keys', {}, ADMIN_TOKEN)).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT' },
    });
  });

  it('deletes only when the slug is repeated; what was issued keeps verifying', async () => {
    const { body } = await create({ slug: 'omega', name, role: 'company' });
    const issued = (
      await node.post('/issuers/omega/credentials/issue', { credential: bareCredential(body.did) }, body.token)
    ).body.verifiableCredential;
    expect(
      (await node.post('/verifiers/alpha/credentials/verify', { verifiableCredential: issued })).body.verified,
    ).toBe(true);
    expect(await node.request('DELETE', '/admin/organizations/omega', { token: ADMIN_TOKEN })).toMatchObject({
      status: 400,
    });
    expect(
      (await node.request('DELETE', '/admin/organizations/omega?confirm=omega', { token: ADMIN_TOKEN })).status,
    ).toBe(204);
    expect((await node.get('/issuers/omega/credentials', body.token)).status).toBe(401);
    expect(
      (await node.post('/verifiers/alpha/credentials/verify', { verifiableCredential: issued })).body.verified,
    ).toBe(true);
  });

  it('refuses a verifier that would accept any domain or no challenge', async () => {
    for (const setting of [{ domain: '' }, { challenge: false }]) {
      const answer = await node.post('/admin/organizations/alpha/verifiers', { id: 'lax', ...setting }, ADMIN_TOKEN);
      expect(answer).toMatchObject({ status: 400, body: { code: 'CONFIG_REFUSED' } });
    }
  });

  it('refuses a policy without anchors', async () => {
    const answer = await node.post(
      '/admin/organizations/alpha/verifiers',
      { id: 'buyer', policy: { anchors: [], regimes: [] } },
      ADMIN_TOKEN,
    );
    expect(answer).toMatchObject({ status: 400, body: { code: 'CONFIG_REFUSED' } });
  });

  it('offers what this version can sign, and says what it cannot', async () => {
    const issuer = await node.post(
      '/admin/organizations/alpha/issuers',
      { id: 'alpha-2', cryptosuite: 'eddsa-rdfc-2022', keyType: 'Ed25519' },
      ADMIN_TOKEN,
    );
    expect(issuer).toMatchObject({ status: 201, body: { id: 'alpha-2', url: `${node.url}/issuers/alpha-2` } });
    const refused = await node.post(
      '/admin/organizations/alpha/issuers',
      { id: 'alpha-3', cryptosuite: 'bbs-2023', keyType: 'P-256' },
      ADMIN_TOKEN,
    );
    expect(refused).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } });
  });
});

describe('who may call', () => {
  it('refuses every route that is not public without, and with a wrong, token, and says the same each time', async () => {
    const answers = new Set<string>();
    for (const route of node.node.routes.filter((one) => one.access !== 'public')) {
      const path = route.path.replace(/\{\w+\}/g, 'alpha');
      for (const token of [undefined, 'wrong-token-wrong-token', 'short']) {
        const answer = await node.request(route.method, path, token === undefined ? {} : { token });
        expect([401, 429]).toContain(answer.status);
        if (answer.status === 401) answers.add(JSON.stringify({ ...answer.body, requestId: '' }));
      }
    }
    expect(answers.size).toBe(1);
  });
});
