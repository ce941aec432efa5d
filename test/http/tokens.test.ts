import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCOPES, type Scope } from '../../src/base/scope.ts';
import type { Route } from '../../src/http/route.ts';
import { ADMIN_TOKEN, bareCredential, type Party, type Reply, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let maker: Party;
beforeAll(async () => {
  node = await startNode();
  maker = await node.createParty('maker');
});
afterAll(() => node[Symbol.asyncDispose]());

const TOKENS = '/admin/organizations/maker/tokens';
const DAY = 86_400_000;

const give = (name: string, scopes: readonly Scope[], more: object = {}): Promise<Reply> =>
  node.post(TOKENS, { name, scopes, ...more }, ADMIN_TOKEN);
const issue = (token: string): Promise<Reply> =>
  node.post('/issuers/maker/credentials/issue', { credential: bareCredential(maker.did) }, token);
const listing = async (): Promise<Record<string, Record<string, unknown>>> => {
  const { tokens } = (await node.get(TOKENS, ADMIN_TOKEN)).body as { tokens: { name: string }[] };
  return Object.fromEntries(tokens.map(({ name, ...rest }) => [name, rest]));
};
async function journalOf(directory: string): Promise<string> {
  const folder = join(directory, 'store', 'journal');
  const files = await readdir(folder);
  return (await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).join('');
}

describe('tokens with names and scopes', () => {
  it('are shown once, listed without anything that helps to find them, and told apart in the journal', async () => {
    const { status, body } = await give('signing-desk', ['issue', 'read']);
    expect(status).toBe(201);
    expect(body).toEqual({
      token: expect.stringMatching(/^ppt_[\w-]{43}$/),
      name: 'signing-desk',
      scopes: ['issue', 'read'],
      createdAt: '2026-11-22T12:00:00Z',
    });
    const { verifiableCredential } = (await issue(body.token)).body;
    const listed = await node.get(TOKENS, ADMIN_TOKEN);
    expect(listed.text).not.toMatch(/ppt_|digest|[0-9a-f]{64}/);
    expect(await listing()).toMatchObject({
      main: { scopes: SCOPES },
      'signing-desk': { scopes: ['issue', 'read'], lastUsed: '2026-11-22' },
    });
    const journal = await journalOf(node.directory);
    const [intent] = journal.split('\n').filter((line) => line.includes(verifiableCredential.id));
    expect(JSON.parse(intent ?? '{}')).toMatchObject({
      act: 'record-intent',
      org: 'maker',
      by: 'token:maker/signing-desk',
    });
    expect(JSON.parse(journal.split('\n').find((line) => line.includes('"act":"create-token"')) ?? '{}')).toMatchObject(
      {
        by: 'admin',
        why: 'signing-desk',
      },
    );
    expect(journal).not.toContain(body.token);
  });

  it('end when they were said to, and not a second earlier', async () => {
    const expiresAt = '2026-11-22T13:00:00Z';
    const { token } = (await give('visitor', ['read'], { expiresAt })).body;
    const read = () => node.get('/issuers/maker/credentials', token);
    node.clock.set(Date.parse(expiresAt) - 1000);
    expect((await read()).status).toBe(200);
    node.clock.set(Date.parse(expiresAt));
    const wrong = await node.get('/issuers/maker/credentials', 'wrong-token-wrong-token');
    const ended = await read();
    expect({ ...ended.body, requestId: '' }).toEqual({ ...wrong.body, requestId: '' });
    expect(ended).toMatchObject({ status: 401, body: { code: 'UNAUTHORIZED' } });
    expect(await give('late', ['read'], { expiresAt })).toMatchObject({ status: 400, body: { code: 'RANGE_ERROR' } });
  });

  it('rotate with an overlap; a token that was replaced twice is gone', async () => {
    const first = (await give('wallet', ['present', 'read'])).body.token;
    const rotate = async (graceSeconds?: number): Promise<string> =>
      (await node.post(`${TOKENS}/wallet/rotate`, graceSeconds === undefined ? {} : { graceSeconds }, ADMIN_TOKEN)).body
        .token;
    const works = async (token: string): Promise<boolean> =>
      (await node.get('/holders/maker/credentials', token)).status === 200;
    const second = await rotate();
    expect([await works(first), await works(second)]).toEqual([true, true]);
    expect((await listing())['wallet']?.['previousUntil']).toBe('2026-11-23T13:00:00Z');
    const third = await rotate(60);
    expect([await works(first), await works(second), await works(third)]).toEqual([false, true, true]);
    node.clock.set(node.clock.now() + 60_000);
    expect([await works(second), await works(third)]).toEqual([false, true]);
    const fourth = await rotate(0);
    expect([await works(third), await works(fourth)]).toEqual([false, true]);
    expect(await node.post(`${TOKENS}/none/rotate`, {}, ADMIN_TOKEN)).toMatchObject({ status: 404 });
  });

  it('are revoked at once; the name is free again, and main comes back by its own route', async () => {
    const { token } = (await give('leaver', ['read'])).body;
    expect((await give('leaver', ['read'])).body).toMatchObject({ code: 'CONFLICT', pointer: '/name' });
    const revoke = (name: string) => node.request('DELETE', `${TOKENS}/${name}`, { token: ADMIN_TOKEN });
    expect((await revoke('leaver')).status).toBe(204);
    expect((await node.get('/issuers/maker/credentials', token)).status).toBe(401);
    expect(await revoke('leaver')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect((await revoke('main')).status).toBe(204);
    expect((await issue(maker.token)).status).toBe(401);
    maker = { ...maker, token: (await node.post('/admin/organizations/maker/token', {}, ADMIN_TOKEN)).body.token };
    expect((await issue(maker.token)).status).toBe(201);
  });

  it.each([
    [{ name: 'Bad Name', scopes: ['read'] }, 'BAD_REQUEST', '/name'],
    [{ name: 'x', scopes: [] }, 'BAD_REQUEST', '/scopes'],
    [{ name: 'x', scopes: ['everything'] }, 'BAD_REQUEST', '/scopes/0'],
    [{ name: 'x', scopes: ['read'], expiresAt: 'tomorrow' }, 'MALFORMED_VALUE_ERROR', '/expiresAt'],
    [{ name: 'x', scopes: ['read'], token: 'mine-mine-mine-mine' }, 'BAD_REQUEST', '/token'],
  ])('refuses %j', async (body, code, pointer) => {
    expect(await node.post(TOKENS, body, ADMIN_TOKEN)).toMatchObject({ status: 400, body: { code, pointer } });
  });
});

describe('a token used beyond its scopes', () => {
  const isScoped = (route: Route) => route.access === 'organisation';

  it('is told which scope is wanted, on every route for organisations, and nothing is done', async () => {
    const allBut = new Map<Scope, string>();
    for (const scope of SCOPES) {
      const scopes = SCOPES.filter((one) => one !== scope);
      allBut.set(scope, (await give(`all-but-${scope}`, scopes)).body.token);
    }
    const { hash } = await node.node.store.journalHead();
    const routes = node.node.routes.filter(isScoped);
    expect(routes.length).toBeGreaterThanOrEqual(30);
    for (const route of routes) {
      const path = route.path.replace(/\{\w+\}/g, 'maker');
      const token = allBut.get(route.scope ?? 'read') ?? '';
      const answer = await node.request(route.method, path, { token, ...(route.request && { body: {} }) });
      expect(answer, `${route.method} ${route.path}`).toMatchObject({
        status: 403,
        body: { code: 'FORBIDDEN', detail: `this needs the scope "${route.scope}"` },
      });
    }
    expect((await node.node.store.journalHead()).hash).toBe(hash);
  });

  it('replaces no credential without the scope that revokes', async () => {
    const { token } = (await give('only-issue', ['issue'])).body;
    const headers = { 'content-type': 'application/x-ndjson' };
    const ask = (path: string) =>
      node.request('POST', `/issuers/maker/credentials/${path}`, { token, raw: '{}\n', headers });
    expect(await ask('supersede')).toMatchObject({ status: 403, body: { detail: 'this needs the scope "status"' } });
    expect((await ask('batch')).status).not.toBe(403);
  });

  it('signs no report along the way', async () => {
    const { token } = (await give('asker', ['evaluate'])).body;
    const ask = (options: object) =>
      node.post('/verifiers/maker/evaluations', { credentials: [{}], ...options }, token);
    expect(await ask({ options: { signReport: true } })).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect((await ask({})).body.code).not.toBe('FORBIDDEN');
  });

  it('cannot be offered a route that names no scope: it does not compile', () => {
    const row = { method: 'GET', path: '/x', tag: '', summary: '', answers: {}, handle: async () => ({ status: 200 }) };
    // @ts-expect-error a route for organisations has a scope
    const bare: Route = { ...row, method: 'GET', access: 'organisation' };
    // @ts-expect-error and one of those there are
    const odd: Route = { ...row, method: 'GET', access: 'organisation', scope: 'everything' };
    const scoped: Route = { ...row, method: 'GET', access: 'organisation', scope: 'read' };
    expect([bare, odd, scoped]).toHaveLength(3);
  });
});

describe('the administrator’s token', () => {
  it('set in the environment, it changes there: the next one is good beside it', async () => {
    expect(await node.post('/admin/token', {}, ADMIN_TOKEN)).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    await using other = await startNode({ environment: { ADMIN_TOKEN_NEXT: 'the-next-admin-token' } });
    for (const token of [ADMIN_TOKEN, 'the-next-admin-token'])
      expect((await other.get('/admin/organizations', token)).status).toBe(200);
  });

  it('generated, it is replaced over HTTP with an overlap, also over a restart', async () => {
    await using other = await startNode({ environment: { ADMIN_TOKEN: '' } });
    const first = other.node.newAdminToken ?? '';
    expect(first).toMatch(/^ppa_[\w-]{43}$/);
    const works = async (token: string) => (await other.get('/admin/organizations', token)).status === 200;
    const second = (await other.post('/admin/token', { graceSeconds: 3600 }, first)).body.token;
    await other.restart();
    expect(other.node.newAdminToken).toBeUndefined();
    expect([await works(first), await works(second)]).toEqual([true, true]);
    other.clock.set(other.clock.now() + DAY);
    expect([await works(first), await works(second)]).toEqual([false, true]);
    expect(await journalOf(other.directory)).not.toMatch(/ppa_/);
  });
});
