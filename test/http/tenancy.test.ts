/** What belongs to one organisation is, to every token of another one, as if it were not there (docs/threats.md, section 5.17). */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCOPES, type Scope } from '../../src/base/scope.ts';
import { ADMIN_TOKEN, bareCredential, type Party, type Reply, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let maker: Party;
let stranger: Party;
const credential = { id: '', held: '' };
beforeAll(async () => {
  node = await startNode();
  maker = await node.createParty('maker');
  stranger = await node.createParty('stranger');
  const issued = await node.post(
    '/issuers/maker/credentials/issue',
    { credential: bareCredential(maker.did) },
    maker.token,
  );
  const { verifiableCredential } = issued.body;
  credential.id = verifiableCredential.id;
  credential.held = (await node.post('/holders/maker/credentials', { verifiableCredential }, maker.token)).body.id;
});
afterAll(() => node[Symbol.asyncDispose]());

const document = {};
const query = { entity_id: 'did:web:a.example', authority_id: 'did:web:b.example', action: 'a', resource: 'b' };
/** For each route that takes a body, one that gets past its schema. A new route has to be added here. */
const BODIES: Readonly<Record<string, () => unknown>> = {
  '/issuers/{id}/credentials/issue': () => ({ credential: bareCredential(maker.did) }),
  '/issuers/{id}/credentials/check': () => ({ credential: bareCredential(maker.did) }),
  '/issuers/{id}/credentials/status': () => ({
    credentialId: credential.id,
    statusPurpose: 'revocation',
    status: true,
  }),
  '/issuers/{id}/credentials/export': () => ({ as: 'untp-dcc', credentials: [document] }),
  '/issuers/{id}/approvals/{approvalId}': () => ({ decision: 'approve', digest: 'uEi' }),
  '/issuers/{id}/offers': () => ({ credential: bareCredential(maker.did) }),
  '/issuers/{id}/offers/{offerId}': () => ({ decision: 'approve', digest: 'uEi' }),
  '/issuers/{id}/batches/{batchId}/undo': () => ({ reason: 'annulled' }),
  '/holders/{id}/credentials': () => ({ verifiableCredential: document }),
  '/holders/{id}/credentials/derive': () => ({ verifiableCredential: document }),
  '/holders/{id}/credentials/export': () => ({ as: 'untp-dcc', credentials: [credential.held] }),
  '/holders/{id}/presentations/prove': () => ({
    credentials: [credential.held],
    options: { challenge: 'c'.repeat(20), domain: 'https://verifier.example' },
  }),
  '/holders/{id}/openid4vp/requests': () => ({ link: 'openid4vp://?client_id=x' }),
  '/holders/{id}/openid4vp/respond': () => ({ request: 'x', refuse: true }),
  '/holders/{id}/worksheets': () => ({ rows: [{}] }),
  '/holders/{id}/worksheets/prove': () => ({ worksheet: document, lines: [1] }),
  '/verifiers/{id}/presentation-requests': () => ({ types: ['VerifiableCredential'] }),
  '/verifiers/{id}/evaluations': () => ({ credentials: [document] }),
  '/verifiers/{id}/evaluations/reevaluate': () => ({ all: true }),
  '/verifiers/{id}/evaluations/{evaluationId}/reevaluate': () => ({}),
  '/verifiers/{id}/evaluations/{evaluationId}/report-credential': () => ({}),
  '/verifiers/{id}/watch': () => ({ watch: true }),
  '/verifiers/{id}/changes-webhook': () => ({ url: 'https://receiver.example/hook' }),
  '/verifiers/{id}/trqp/authorization': () => query,
  '/verifiers/{id}/trqp/recognition': () => query,
  '/workflows/{workflowId}/exchanges': () => ({}),
};

/** A path that names nothing is about whoever asks (test/http/workflows.test.ts says what that shows them). */
const routes = () => node.node.routes.filter(({ access, path }) => access === 'organisation' && path.includes('{'));
const plain = ({ status, body }: Reply): object => ({ status, body: { ...body, requestId: '' } });

describe('another organisation’s token', () => {
  it('gets on every route, whatever its scopes, the answer for what is not there, and changes nothing', async () => {
    const only = new Map<Scope, string>();
    for (const scope of SCOPES) {
      const given = { name: `only-${scope}`, scopes: [scope] };
      only.set(scope, (await node.post('/admin/organizations/stranger/tokens', given, ADMIN_TOKEN)).body.token);
    }
    const { hash } = await node.node.store.journalHead();
    for (const route of routes()) {
      const ask = (id: string, token: string) => {
        const path = route.path.replace('{id}', id).replace('{credentialId}', credential.held);
        const lines = { raw: '{}\n', headers: { 'content-type': 'application/x-ndjson' } };
        const body = route.request === undefined ? {} : { body: BODIES[route.path]?.() };
        const sent = route.requestLines === undefined ? body : lines;
        return node.request(route.method, path.replace(/\{\w+\}/g, randomUUID()), { token, ...sent });
      };
      // With everything, with just what is needed, and with something else.
      const other = SCOPES.find((scope) => scope !== route.scope) ?? 'read';
      for (const token of [stranger.token, only.get(route.scope ?? 'read') ?? '', only.get(other) ?? '']) {
        const [foreign, missing] = [await ask('maker', token), await ask('nobody', token)];
        expect([403, 404], `${route.method} ${route.path}: ${foreign.text}`).toContain(foreign.status);
        expect(plain(foreign), `${route.method} ${route.path}`).toEqual(plain(missing));
        expect(foreign.text).not.toContain('maker');
      }
    }
    expect((await node.node.store.journalHead()).hash).toBe(hash);
  });

  it('finds through its own instances nothing of the other', async () => {
    const { id, held } = credential;
    const asked: Reply[] = [
      await node.get(`/issuers/stranger/credentials/${encodeURIComponent(id)}`, stranger.token),
      await node.get(`/holders/stranger/credentials/${held}`, stranger.token),
      await node.request('DELETE', `/holders/stranger/credentials/${held}`, { token: stranger.token }),
      await node.post(
        '/issuers/stranger/credentials/status',
        { credentialId: id, statusPurpose: 'revocation', status: true },
        stranger.token,
      ),
    ];
    for (const answer of asked) expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    // The owner, by the same paths.
    expect((await node.get(`/issuers/maker/credentials/${encodeURIComponent(id)}`, maker.token)).status).toBe(200);
    expect((await node.get(`/holders/maker/credentials/${held}`, maker.token)).status).toBe(200);
  });
});
