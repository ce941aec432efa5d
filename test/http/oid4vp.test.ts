/** OpenID4VP 1.0 as a verifier: what is asked, what is taken, and what is refused by which code. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, bareCredential, type Party, startNode, type TestNode } from '../support/node.ts';
import {
  answer,
  encryptedFor,
  type Parameters,
  pathOf,
  postForm,
  presentationFor,
  requestBehind,
} from '../support/wallet.ts';

const TYPE = 'VerifiableCredential';
const ID = 'verifiable-credential';
const QUERY = {
  credentials: [{ id: 'one', format: 'ldp_vc', meta: { type_values: [[TYPE]] } }],
};

let node: TestNode;
let holder: Party;
let buyer: Party;
let other: Party;
// biome-ignore lint/suspicious/noExplicitAny: credentials are read by path
let credential: any;
// biome-ignore lint/suspicious/noExplicitAny: credentials are read by path
let token: any;
beforeAll(async () => {
  node = await startNode();
  [holder, buyer, other] = [
    await node.createParty('holder'),
    await node.createParty('buyer', 'relying-party'),
    await node.createParty('other'),
  ];
  credential = await issue('holder', holder);
  const more = { id: 'tokens', cryptosuite: 'vc+jwt', keyType: 'Ed25519' };
  await node.post('/admin/organizations/holder/issuers', more, ADMIN_TOKEN);
  token = await issue('tokens', holder);
});
afterAll(() => node[Symbol.asyncDispose]());

async function issue(issuer: string, party: Party, more: object = {}) {
  const body = { credential: { ...bareCredential(party.did), ...more } };
  const answered = await node.post(`/issuers/${issuer}/credentials/issue`, body, party.token);
  if (answered.status !== 201) throw new Error(answered.text);
  return answered.body.verifiableCredential;
}
const create = (body: object) => node.post('/verifiers/buyer/presentation-requests', body, buyer.token);
async function ask(body: object = { types: [TYPE] }) {
  const made = await create(body);
  if (made.status !== 201) throw new Error(made.text);
  return { ...made.body, request: await requestBehind(node, made.body.links.decentralized_identifier) };
}
const stateOf = async ({ id }: { id: string }, code?: string) => {
  const query = code === undefined ? '' : `?responseCode=${code}`;
  return node.get(`/verifiers/buyer/presentation-requests/${id}${query}`, buyer.token);
};
const present = (request: Parameters, credentials: readonly unknown[] = [credential]) =>
  presentationFor(node, holder, request, credentials);
const refused = (code: string) => ({ status: 400, body: { error: 'invalid_request', code } });
const over = { status: 400, body: { error: 'invalid_request', error_description: expect.stringMatching(/no such/) } };

describe('a presentation request', () => {
  it('says who asks for what, signed by a key of the organisation', async () => {
    const asked = await ask();
    expect(asked).toMatchObject({ state: 'pending', responseMode: 'direct_post.jwt' });
    const link = new URL(asked.links.decentralized_identifier);
    expect(link.protocol).toBe('openid4vp:');
    expect(link.searchParams.get('client_id')).toBe(`decentralized_identifier:${buyer.did}`);
    const fetched = await node.get(pathOf(asked.requestUri));
    expect(fetched.headers.get('content-type')).toMatch('application/oauth-authz-req+jwt');
    expect(fetched.headers.get('cache-control')).toBe('no-store');
    const [header] = fetched.text.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    expect(JSON.parse(header ?? '')).toMatchObject({ typ: 'oauth-authz-req+jwt', alg: 'EdDSA' });
    expect(asked.request).toMatchObject({
      response_type: 'vp_token',
      response_mode: 'direct_post.jwt',
      client_id: `decentralized_identifier:${buyer.did}`,
      aud: 'https://self-issued.me/v2',
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      client_metadata: {
        jwks: { keys: [{ kty: 'EC', crv: 'P-256', alg: 'ECDH-ES', use: 'enc' }] },
        encrypted_response_enc_values_supported: ['A128GCM', 'A256GCM'],
        vp_formats_supported: { ldp_vc: expect.anything(), jwt_vc_json: expect.anything() },
      },
    });
    expect(asked.request.redirect_uri).toBeUndefined();
    expect(asked.request.client_metadata.jwks.keys[0].d).toBeUndefined();
    // Expanded first, then as it is written; one of the formats will do.
    expect(asked.request.dcql_query.credentials[0].meta.type_values).toEqual([
      ['https://www.w3.org/2018/credentials#VerifiableCredential'],
      [TYPE],
    ]);
    expect(asked.request.dcql_query.credential_sets).toEqual([{ options: [[ID], [`${ID}-jwt-vc-json`]] }]);
  });

  it('carries the nonce of a wallet that posts one', async () => {
    const { requestUri } = await ask();
    const fetched = await postForm(node, requestUri, { wallet_nonce: 'abc', wallet_metadata: '{}', unheard_of: '1' });
    expect(JSON.parse(Buffer.from(fetched.text.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
      wallet_nonce: 'abc',
    });
  });

  it('leaves nothing secret in the store', async () => {
    const { id, request } = await ask();
    const kept = JSON.stringify(await node.node.store.findPresentationRequest('buyer', id));
    for (const secret of [request.nonce, request.state, new URL(request.response_uri).pathname.split('/')[3]])
      expect(kept).not.toContain(secret);
  });

  it.each([
    ['neither a query nor types', {}, 'BAD_REQUEST', '/dcql_query'],
    ['a type that is not taken', { types: ['Unheard'] }, 'BAD_REQUEST', '/types/0'],
    [
      'a format that is not taken',
      { dcql_query: one({ format: 'mso_mdoc' }) },
      'BAD_REQUEST',
      '/dcql_query/credentials/0/format',
    ],
    [
      'authorities that cannot be compared',
      { dcql_query: one({ trusted_authorities: [{ type: 'aki', values: ['x'] }] }) },
      'BAD_REQUEST',
      '/dcql_query/credentials/0/trusted_authorities',
    ],
    ['a query that is none', { dcql_query: { credentials: [] } }, 'MALFORMED_VALUE_ERROR', '/dcql_query/credentials'],
    ['regimes without a policy', { types: [TYPE], regimes: ['x'] }, 'CONFIG_REFUSED', undefined],
  ])('for %s is refused', async (_what, body, code, pointer) => {
    const { body: problem } = await create(body);
    expect([problem.code, problem.pointer]).toEqual([code, pointer]);
  });

  it('is nobody else’s to make or to look at', async () => {
    const { id } = await ask();
    const path = '/verifiers/buyer/presentation-requests';
    expect((await node.post(path, { types: [TYPE] }, other.token)).status).toBe(404);
    expect((await node.get(`${path}/${id}`, other.token)).status).toBe(404);
    expect((await node.get(`/verifiers/other/presentation-requests/${id}`, other.token)).status).toBe(404);
  });
});

function one(more: object) {
  return { credentials: [{ ...QUERY.credentials[0], ...more }] };
}

describe('a response', () => {
  it('that holds is accepted, with the very documents', async () => {
    const asked = await ask();
    const presentation = await present(asked.request);
    expect(await answer(node, asked.request, { [ID]: [presentation] })).toMatchObject({ status: 200, body: {} });
    const { body } = await stateOf(asked);
    expect(body).toMatchObject({ state: 'accepted', outcome: { verdict: 'accepted', problemDetails: [] } });
    expect(body.outcome.presented).toEqual([{ query: ID, holder: holder.did, presentation, credential }]);
  });

  it('may come as a token, and in the open where that was asked for', async () => {
    const asked = await ask({ types: [TYPE], responseMode: 'direct_post' });
    expect(asked.request.client_metadata.jwks).toBeUndefined();
    const presentation = await presentationFor(node, holder, asked.request, [token], 'vp+jwt');
    const answered = await answer(node, asked.request, { [`${ID}-jwt-vc-json`]: [presentation] });
    expect(answered).toMatchObject({ status: 200, body: {} });
    const [shown] = (await stateOf(asked)).body.outcome.presented;
    expect(shown.credential).toMatchObject({ type: [TYPE], credentialSubject: { id: holder.did } });
  });

  it('sent a hundred times at once is taken once', async () => {
    const { request } = await ask({ types: [TYPE], responseMode: 'direct_post' });
    const presentation = await present(request);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => answer(node, request, { [ID]: [presentation] })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.error === 'invalid_request')).toHaveLength(99);
    expect(await answer(node, request, { [ID]: [presentation] })).toMatchObject(over);
    // What was answered is not handed out any more either.
    expect((await node.get(pathOf(request.response_uri).replace('responses', 'requests'))).status).toBe(404);
  });

  it('to an unsigned request is made for the address that takes it', async () => {
    for (const [link, made] of [
      ['redirect_uri', 'unsigned'],
      ['redirect_uri_by_value', 'unsigned'],
      ['redirect_uri', 'signed'],
    ] as const) {
      const asked = await ask();
      const request = await requestBehind(node, asked.links[link]);
      expect(request.client_id).toBe(`redirect_uri:${request.response_uri}`);
      const presentation = await present(made === 'signed' ? asked.request : request);
      const answered = await answer(node, request, { [ID]: [presentation] });
      expect(answered).toMatchObject(made === 'signed' ? refused('INVALID_DOMAIN_ERROR') : { status: 200 });
    }
  });

  const holds = async (request: Parameters) => ({ [ID]: [await present(request)] });
  const foreign = { client_id: 'decentralized_identifier:did:web:evil.example' };
  it.each<[string, string, (request: Parameters) => Promise<object>]>([
    ['for another nonce', 'INVALID_CHALLENGE_ERROR', async (asked) => holds({ ...asked, nonce: 'n'.repeat(43) })],
    ['for another verifier', 'INVALID_DOMAIN_ERROR', async (asked) => holds({ ...asked, ...foreign })],
    [
      'for a client id without its prefix',
      'INVALID_DOMAIN_ERROR',
      async (asked) => holds({ ...asked, client_id: buyer.did }),
    ],
    ['under an id that nobody asked for', 'QUERY_NOT_MET', async (asked) => ({ ...(await holds(asked)), more: [{}] })],
    [
      'twice under one id',
      'MALFORMED_VALUE_ERROR',
      async (asked) => ({ [ID]: [await present(asked), await present(asked)] }),
    ],
    ['of nothing', 'NOTHING_PRESENTED', async () => ({})],
    ['that is no presentation', 'MALFORMED_VALUE_ERROR', async () => ({ [ID]: ['x.y.z'] })],
    [
      'of two credentials at once',
      'QUERY_NOT_MET',
      async (asked) => ({ [ID]: [await present(asked, [credential, token])] }),
    ],
    ['in another format than its query', 'QUERY_NOT_MET', async (asked) => ({ [ID]: [await present(asked, [token])] })],
    ['of a bare credential', 'PARSING_ERROR', async () => ({ [`${ID}-jwt-vc-json`]: [token.id] })],
    [
      'by somebody else',
      'HOLDER_MISMATCH',
      async (asked) => ({ [ID]: [await presentationFor(node, other, asked, [credential])] }),
    ],
  ])('%s is refused: %s', async (_what, code, made) => {
    const asked = await ask();
    expect(await answer(node, asked.request, await made(asked.request))).toMatchObject(refused(code));
    const { body } = await stateOf(asked);
    expect(body).toMatchObject({ state: 'rejected', outcome: { verdict: 'rejected' } });
    expect(body.outcome.problemDetails.map((problem: { code: string }) => problem.code)).toContain(code);
    expect(body.outcome.presented).toBeUndefined();
    expect(await answer(node, asked.request, await holds(asked.request))).toMatchObject(over);
  });

  it('with another state is refused, and spends nothing where that shows at once', async () => {
    const { request } = await ask({ types: [TYPE], responseMode: 'direct_post' });
    const made = await holds(request);
    const foreignState = await answer(node, request, made, { state: 's'.repeat(43) });
    expect(foreignState).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(foreignState.body.error_description).toMatch(/state/);
    expect(await answer(node, request, made)).toMatchObject({ status: 200 });
    const sealed = await ask();
    const inside = await answer(node, sealed.request, await holds(sealed.request), { state: 's'.repeat(43) });
    expect(inside).toMatchObject(refused('BAD_REQUEST'));
  });

  it('without a state is taken, as some wallets send it', async () => {
    const { request } = await ask({ types: [TYPE], responseMode: 'direct_post' });
    expect(await postForm(node, request.response_uri, { vp_token: await holds(request) })).toMatchObject({
      status: 200,
    });
  });

  it('in another mode than asked for is refused', async () => {
    const first = (await ask()).request;
    const open = { vp_token: await holds(first), state: first.state };
    expect(await postForm(node, first.response_uri, open)).toMatchObject(refused('CRYPTOGRAPHIC_SECURITY_ERROR'));
    const second = (await ask({ types: [TYPE], responseMode: 'direct_post' })).request;
    const response = await encryptedFor(first, { vp_token: await holds(second), state: second.state });
    expect(await postForm(node, second.response_uri, { response, state: second.state })).toMatchObject(
      refused('CRYPTOGRAPHIC_SECURITY_ERROR'),
    );
  });

  it.each([
    ['to the key of another request', {}, true, 'CRYPTOGRAPHIC_SECURITY_ERROR'],
    ['with a header that is not taken', { zip: 'DEF' }, false, 'BAD_REQUEST'],
    ['by an algorithm that was not offered', { enc: 'A192GCM' }, false, 'BAD_REQUEST'],
  ])('encrypted %s is refused', async (_what, header, elsewhere, code) => {
    const { request } = await ask();
    const to = elsewhere ? (await ask()).request : request;
    const plain = await encryptedFor(to, { vp_token: await holds(request), state: request.state });
    const [head = '', ...rest] = plain.split('.');
    const said = { ...JSON.parse(Buffer.from(head, 'base64url').toString()), ...header };
    const changed = Buffer.from(JSON.stringify(said)).toString('base64url');
    const response = [Object.keys(header).length === 0 ? head : changed, ...rest].join('.');
    expect(await postForm(node, request.response_uri, { response })).toMatchObject(refused(code));
  });

  it('that is too late is refused', async () => {
    const asked = await ask({ types: [TYPE], expiresIn: 60 });
    const made = await holds(asked.request);
    node.clock.set(node.clock.now() + 60_000);
    expect(await answer(node, asked.request, made)).toMatchObject(over);
    expect((await stateOf(asked)).body.state).toBe('expired');
    expect((await node.get(pathOf(asked.requestUri))).status).toBe(404);
  });

  it('that is none spends nothing', async () => {
    const { request } = await ask();
    for (const form of [{}, { vp_token: '{}', error: 'access_denied' }, { state: request.state }])
      expect(await postForm(node, request.response_uri, form)).toMatchObject({
        status: 400,
        body: { error: 'invalid_request' },
      });
    expect(await answer(node, request, await holds(request))).toMatchObject({ status: 200 });
  });

  it('may be an error, which is told to whoever asked', async () => {
    const asked = await ask();
    const form = { error: 'access_denied', error_description: 'no', state: asked.request.state };
    expect(await postForm(node, asked.request.response_uri, form)).toMatchObject({ status: 200 });
    expect((await stateOf(asked)).body).toMatchObject({ state: 'refused', outcome: { error: 'access_denied' } });
  });

  it('of a revoked credential is refused', async () => {
    const issued = await issue('holder', holder);
    const change = { credentialId: issued.id, statusPurpose: 'revocation', status: true };
    await node.post('/issuers/holder/credentials/status', change, holder.token);
    const { request } = await ask();
    expect(await answer(node, request, { [ID]: [await present(request, [issued])] })).toMatchObject(refused('REVOKED'));
  });

  it('that sends the browser back is only for whoever brings its code', async () => {
    const asked = await ask({ types: [TYPE], returnTo: 'https://buyer.example/done?desk=1' });
    const { body } = await answer(node, asked.request, await holds(asked.request));
    const back = new URL(body.redirect_uri);
    expect([back.origin, back.searchParams.get('desk')]).toEqual(['https://buyer.example', '1']);
    const code = back.searchParams.get('response_code') ?? '';
    expect((await stateOf(asked)).body).toMatchObject({ state: 'accepted', responseCodeNeeded: true });
    expect((await stateOf(asked)).body.outcome).toBeUndefined();
    expect((await stateOf(asked, 'x'.repeat(43))).body).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect((await stateOf(asked, code)).body.outcome.presented).toHaveLength(1);
  });
});

describe('a query', () => {
  const claims = [{ path: ['credentialSubject', 'name'], values: ['A product'] }];
  it.each([
    ['claims that it shows', { claims }, 200],
    ['claims that it does not show', { claims: [{ path: ['credentialSubject', 'description'] }] }, 400],
    ['another value', { claims: [{ ...claims[0], values: ['Another'] }] }, 400],
    ['another type', { meta: { type_values: [[TYPE, 'VerificationStatement']] } }, 400],
  ])('for %s is looked at again here', async (_what, more, status) => {
    const { request } = await ask({ dcql_query: one(more), responseMode: 'direct_post' });
    const answered = await answer(node, request, { one: [await present(request)] });
    expect(answered.status).toBe(status);
    if (status === 400) expect(answered.body.code).toBe('QUERY_NOT_MET');
  });

  it('without holder binding is answered by the credential itself, and not without the state', async () => {
    const body = { dcql_query: one({ require_cryptographic_holder_binding: false }), responseMode: 'direct_post' };
    const { request } = await ask(body);
    const stateless = await postForm(node, request.response_uri, { vp_token: { one: [credential] } });
    expect(stateless).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(await answer(node, request, { one: [credential] })).toMatchObject({ status: 200 });
  });

  it('is still open after a restart, and what came of it is still there', async () => {
    const asked = await ask();
    const before = await ask();
    await answer(node, before.request, { [ID]: [await present(before.request)] });
    await node.restart();
    expect((await stateOf(before)).body.outcome.presented).toHaveLength(1);
    expect(await answer(node, asked.request, { [ID]: [await present(asked.request)] })).toMatchObject({ status: 200 });
  });
});
