import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCOPES } from '../../src/base/scope.ts';
import { ADMIN_TOKEN, bareCredential, type Party, type Reply, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let maker: Party;
let first: string;
let second: string;
const NDJSON = { 'content-type': 'application/x-ndjson' };
const DAY = 86_400_000;

beforeAll(async () => {
  node = await startNode();
  maker = await node.createParty('maker', 'verification-body');
  const give = async (name: string): Promise<string> =>
    (await node.post('/admin/organizations/maker/tokens', { name, scopes: SCOPES }, ADMIN_TOKEN)).body.token;
  [first, second] = [await give('first'), await give('second')];
  await want(['issue', 'revoke']);
});
afterAll(() => node[Symbol.asyncDispose]());

const want = (acts: readonly string[]) => node.post('/admin/organizations/maker/four-eyes', { acts }, ADMIN_TOKEN);
const issue = (token: string, more: object = {}, headers: Record<string, string> = {}): Promise<Reply> =>
  node.post('/issuers/maker/credentials/issue', { credential: bareCredential(maker.did), ...more }, token, headers);
const change = (token: string, credentialId: string, more: object = {}): Promise<Reply> =>
  node.post(
    '/issuers/maker/credentials/status',
    { credentialId, statusPurpose: 'revocation', status: true, ...more },
    token,
  );
interface Waiting {
  readonly id: string;
  readonly digest: string;
}
const decide = (token: string, { id, digest }: Waiting, decision = 'approve', more: object = {}): Promise<Reply> =>
  node.post(`/issuers/maker/approvals/${id}`, { decision, digest, ...more }, token);
const look = async (id: string) => (await node.get(`/issuers/maker/approvals/${id}`, second)).body.approval;
const verify = async (verifiableCredential: unknown): Promise<boolean> =>
  (await node.post('/verifiers/maker/credentials/verify', { verifiableCredential })).body.verified;

describe('issuing under four eyes', () => {
  it('waits for another caller, and then signs what was asked for', async () => {
    const asked = await issue(first);
    const { approval } = asked.body;
    expect(asked).toMatchObject({ status: 202, body: { approval: { act: 'issue', state: 'pending' } } });
    expect(asked.headers.get('location')).toBe(`/issuers/maker/approvals/${approval.id}`);
    expect((await node.get('/issuers/maker/credentials', first)).body.credentials).toEqual([]);

    const seen = await look(approval.id);
    expect(seen).toMatchObject({
      requestedBy: 'token:maker/first',
      digest: approval.digest,
      request: { credential: bareCredential(maker.did), credentialId: approval.credentialId },
      expiresAt: '2026-11-29T12:00:00Z',
    });
    const done = await decide(second, approval);
    expect(done).toMatchObject({
      status: 200,
      body: {
        approval: { state: 'done', decidedBy: 'token:maker/second' },
        verifiableCredential: { id: approval.credentialId, credentialSubject: { name: 'A product' } },
      },
    });
    expect(await verify(done.body.verifiableCredential)).toBe(true);
    // Asked again, the same.
    expect((await decide(second, approval)).body).toEqual(done.body);
    expect((await node.get('/issuers/maker/credentials', first)).body.credentials).toHaveLength(1);
    expect(await decide(second, approval, 'refuse')).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  });

  it('is never decided by whoever asked, nor without the scope, nor by what another organisation holds', async () => {
    const { approval } = (await issue(first)).body;
    for (const decision of ['approve', 'refuse'])
      expect(await decide(first, approval, decision)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    const given = { name: 'no-approver', scopes: ['issue', 'read'] };
    const { token } = (await node.post('/admin/organizations/maker/tokens', given, ADMIN_TOKEN)).body;
    expect((await decide(token, approval)).body.detail).toBe('this needs the scope "approve"');
    // A rotated token is the same caller.
    const rotated = await node.post('/admin/organizations/maker/tokens/first/rotate', {}, ADMIN_TOKEN);
    expect((await decide(rotated.body.token, approval)).body.code).toBe('FORBIDDEN');
    expect((await look(approval.id)).state).toBe('pending');
  });

  it('binds what is approved by its digest', async () => {
    const [one, other] = [(await issue(first)).body.approval, (await issue(first)).body.approval];
    expect(one.digest).not.toBe(other.digest);
    expect(await decide(second, { id: one.id, digest: other.digest })).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT', pointer: '/digest' },
    });
    expect((await look(one.id)).state).toBe('pending');
    expect((await decide(second, other)).status).toBe(200);
  });

  it('is refused for good, and expires', async () => {
    const { approval } = (await issue(first)).body;
    const refused = await decide(second, approval, 'refuse', { reason: 'wrong customer' });
    expect(refused.body.approval).toMatchObject({ state: 'refused', reason: 'wrong customer' });
    expect((await decide(second, approval, 'refuse')).body).toEqual(refused.body);
    expect((await decide(second, approval)).body.code).toBe('CONFLICT');
    const late = (await issue(first)).body.approval;
    const now = node.clock.now();
    node.clock.set(now + 7 * DAY - 1000);
    expect((await look(late.id)).state).toBe('pending');
    node.clock.set(now + 7 * DAY);
    expect((await look(late.id)).state).toBe('expired');
    expect(await decide(second, late)).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    node.clock.set(now);
  });

  it('makes one request of one Idempotency-Key, and one credential of many approvals at once', async () => {
    const headers = { 'idempotency-key': 'once' };
    const asked = await Promise.all([1, 2, 3].map(() => issue(first, {}, headers)));
    expect(new Set(asked.map(({ body }) => body.approval.id)).size).toBe(1);
    expect(await issue(first, { options: { regimes: ['eu-cbam'] } }, headers)).toMatchObject({ status: 422 });
    const { approval } = (asked[0] as Reply).body;
    const before = (await node.get('/issuers/maker/credentials', first)).body.credentials.length;
    const answers = await Promise.all([1, 2, 3, 4].map(() => decide(second, approval)));
    for (const { status, body } of answers)
      expect(status === 200 || body.code === 'IDEMPOTENCY_IN_FLIGHT', JSON.stringify(body)).toBe(true);
    expect((await decide(second, approval)).body.approval.state).toBe('done');
    expect((await node.get('/issuers/maker/credentials', first)).body.credentials.length).toBe(before + 1);
  });

  it('refuses at once what could not be issued, and keeps nothing of it', async () => {
    const count = async () => (await node.get('/issuers/maker/approvals', first)).body.approvals.length;
    const before = await count();
    expect(await issue(first, { credential: bareCredential('did:web:other.example') })).toMatchObject({ status: 403 });
    expect((await issue(first, { credential: {} })).status).toBe(400);
    expect(await count()).toBe(before);
  });
});

describe('revoking under four eyes', () => {
  it('waits; suspending is the brake that one may pull, and two take off', async () => {
    const instance = {
      id: 'maker-2',
      cryptosuite: 'eddsa-rdfc-2022',
      keyType: 'Ed25519',
      statusPurposes: ['suspension'],
    };
    await node.post('/admin/organizations/maker/issuers', instance, ADMIN_TOKEN);
    const at = (path: string, body: unknown, token: string) => node.post(`/issuers/maker-2/${path}`, body, token);
    const ask = await at('credentials/issue', { credential: bareCredential(maker.did) }, first);
    const { verifiableCredential: issued } = (
      await at(`approvals/${ask.body.approval.id}`, { decision: 'approve', digest: ask.body.approval.digest }, second)
    ).body;
    const turn = (statusPurpose: string, status: boolean) =>
      at('credentials/status', { credentialId: issued.id, statusPurpose, status }, first);
    const approve = ({ body }: Reply) =>
      at(`approvals/${body.approval.id}`, { decision: 'approve', digest: body.approval.digest }, second);
    expect(await turn('suspension', true)).toMatchObject({ status: 200, body: { changed: true } });
    expect(await verify(issued)).toBe(false);
    const lifting = await turn('suspension', false);
    expect(lifting.status).toBe(202);
    expect(await verify(issued)).toBe(false);
    expect((await approve(lifting)).body.approval).toMatchObject({ act: 'revoke', state: 'done' });
    expect(await verify(issued)).toBe(true);
    const revoking = await turn('revocation', true);
    expect(revoking.status).toBe(202);
    expect(await verify(issued)).toBe(true);
    expect((await approve(revoking)).body.approval.state).toBe('done');
    expect(await verify(issued)).toBe(false);
    expect((await approve(revoking)).body.approval.state).toBe('done');
  });

  it('says at once that there is no such credential', async () => {
    expect(await change(first, 'urn:uuid:00000000-0000-4000-8000-000000000000')).toMatchObject({ status: 404 });
  });
});

describe('every other way to sign or revoke', () => {
  it('is refused while two are wanted, with a code of its own, and nothing is done', async () => {
    const { hash } = await node.node.store.journalHead();
    const routes = node.node.routes.filter(
      ({ method, scope, underFourEyes }) => method !== 'GET' && /issue|status/.test(scope ?? '') && !underFourEyes,
    );
    expect(routes.map(({ path }) => path)).toContain('/issuers/{id}/credentials/batch');
    for (const { method, path } of routes) {
      const answer = await node.request(method, path.replace(/\{\w+\}/g, 'maker'), {
        token: first,
        raw: '{}\n',
        headers: NDJSON,
      });
      expect(answer, path).toMatchObject({ status: 409, body: { code: 'FOUR_EYES_REQUIRED' } });
    }
    const report = { credentials: [{}], options: { signReport: true } };
    expect((await node.post('/verifiers/maker/evaluations', report, first)).body.code).toBe('FOUR_EYES_REQUIRED');
    expect((await node.node.store.journalHead()).hash).toBe(hash);
    await expect(node.node.identity.assertOneMay('maker', 'issue')).rejects.toMatchObject({
      code: 'FOUR_EYES_REQUIRED',
    });
  });

  it('is as before where they are not wanted', async () => {
    await want(['revoke']);
    const { status, body } = await issue(first);
    expect(status).toBe(201);
    expect((await change(first, body.verifiableCredential.id)).status).toBe(202);
    await want([]);
    expect((await change(first, body.verifiableCredential.id)).status).toBe(200);
    expect((await node.get('/admin/organizations/maker', ADMIN_TOKEN)).body.fourEyes).toBeUndefined();
    expect(await want(['everything'])).toMatchObject({ status: 400, body: { pointer: '/acts/0' } });
  });
});
