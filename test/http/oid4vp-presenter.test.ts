/** OpenID4VP 1.0 as a holder: an organisation answers another over https, and does not answer whoever asks wrongly. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGuard } from '../../src/net/guarded-request.ts';
import { createSafeExchange } from '../../src/net/safe-exchange.ts';
import { ADMIN_TOKEN, bareCredential, type Party, startNode, type TestNode } from '../support/node.ts';
import { createLookup, createTestCertificate, startTlsHost, type TlsHost } from '../support/tls.ts';

const HOST = 'buyer.example';
const TYPES = { types: ['VerifiableCredential'] };
const ID = 'verifiable-credential';

let front: TlsHost;
let node: TestNode;
let buyer: Party;
let maker: Party;
/** Ids of what is held. */
let held: Record<'plain' | 'token' | 'base', string>;
/** What the host says instead of what the verifier behind it would. */
let instead: { status: number; headers?: Record<string, string>; body?: string } | undefined;

beforeAll(async () => {
  front = await startTlsHost(await createTestCertificate([HOST]), (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      if (instead === undefined) void passOn(request.method ?? '', request.url ?? '', Buffer.concat(parts));
      else response.writeHead(instead.status, instead.headers).end(instead.body);
    });
    const passOn = async (method: string, path: string, body: Buffer): Promise<void> => {
      const { 'content-type': type = '' } = request.headers;
      const more = method === 'POST' ? { body, headers: { 'content-type': type } } : {};
      const answered = await fetch(node.url + path, { method, ...more });
      response.writeHead(answered.status, { 'content-type': answered.headers.get('content-type') ?? '' });
      response.end(await answered.text());
    };
  });
  const at = `${HOST}:${front.port}`;
  const guard = createGuard({
    allowedHosts: [at],
    lookup: createLookup({ [HOST]: ['127.0.0.1'], 'inside.example': ['10.0.0.1'] }),
    ca: front.ca,
  });
  node = await startNode({ environment: { PUBLIC_URL: `https://${at}` }, exchange: createSafeExchange(guard) });
  [buyer, maker] = [await node.createParty('buyer', 'relying-party'), await node.createParty('maker')];
  held = {
    plain: await hold('maker'),
    token: await hold('tokens', 'vc+jwt', 'Ed25519'),
    base: await hold('sd', 'ecdsa-sd-2023', 'P-256'),
  };
});
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await front.close();
});
beforeEach(() => {
  instead = undefined;
});

async function hold(id: string, cryptosuite?: string, keyType?: string): Promise<string> {
  if (cryptosuite !== undefined)
    await node.post('/admin/organizations/maker/issuers', { id, cryptosuite, keyType }, ADMIN_TOKEN);
  const subject = { id: maker.did, name: 'A product', description: 'Not for everybody' };
  const credential = { ...bareCredential(maker.did), credentialSubject: subject };
  const { body } = await node.post(`/issuers/${id}/credentials/issue`, { credential }, maker.token);
  const { verifiableCredential } = body;
  const kept = await node.post('/holders/maker/credentials', { verifiableCredential }, maker.token);
  if (kept.status !== 201) throw new Error(kept.text);
  return kept.body.id;
}
const ask = async (body: object = TYPES) =>
  (await node.post('/verifiers/buyer/presentation-requests', body, buyer.token)).body;
const resolve = (link: string) => node.post('/holders/maker/openid4vp/requests', { link }, maker.token);
const respond = (request: string, more: object) =>
  node.post('/holders/maker/openid4vp/respond', { request, ...more }, maker.token);
const outcomeOf = async ({ id }: { id: string }) =>
  (await node.get(`/verifiers/buyer/presentation-requests/${id}`, buyer.token)).body;
const queryFor = (more: object, format = 'ldp_vc') => ({
  dcql_query: { credentials: [{ id: 'one', format, meta: { type_values: [['VerifiableCredential']] }, ...more }] },
});

describe('a holder who is asked', () => {
  it('is told who asks for what and what would be shown, and nothing is shown by that', async () => {
    const asked = await ask({ ...TYPES, requestUriMethod: 'post' });
    const { body, status } = await resolve(asked.links.decentralized_identifier);
    expect(status).toBe(200);
    const verifier = { did: buyer.did, verified: true, responseHost: `${HOST}:${front.port}` };
    expect(body).toMatchObject({ verifier, satisfiable: true });
    const [inJson, inToken] = body.candidates;
    expect(inJson.credentials.map((one: { id: string }) => one.id).sort()).toEqual([held.plain, held.base].sort());
    expect(inToken.credentials).toMatchObject([
      { id: held.token, shown: { credentialSubject: { name: 'A product' } } },
    ]);
    // Of what can be shown in part, a query without claims asks for no more than is always shown.
    const inPart = inJson.credentials.find((one: { id: string }) => one.id === held.base);
    expect(inPart.shown.credentialSubject).toEqual({ id: maker.did });
    expect((await outcomeOf(asked)).state).toBe('pending');
  });

  it.each([
    ['decentralized_identifier', 'direct_post.jwt', 'plain', ID],
    ['decentralized_identifier', 'direct_post', 'token', `${ID}-jwt-vc-json`],
    ['redirect_uri', 'direct_post.jwt', 'plain', ID],
    ['redirect_uri_by_value', 'direct_post', 'plain', ID],
  ] as const)('answers a %s request by %s with the %s credential', async (link, responseMode, which, id) => {
    const asked = await ask({ ...TYPES, responseMode });
    const { body } = await resolve(asked.links[link]);
    expect(body.verifier.verified).toBe(link === 'decentralized_identifier');
    const answered = await respond(body.request, { credentials: { [id]: [held[which]] } });
    expect(answered.body).toEqual({ accepted: true });
    const { state, outcome } = await outcomeOf(asked);
    expect([state, outcome.presented[0].query]).toEqual(['accepted', id]);
    // The same answer once more: the verifier has had its one.
    const again = await respond(body.request, { credentials: { [id]: [held[which]] } });
    expect(again.body).toMatchObject({ accepted: false, status: 400, error: 'invalid_request' });
  });

  it('shows exactly what was asked for of a credential that can be shown in part', async () => {
    const asked = await ask(queryFor({ claims: [{ path: ['credentialSubject', 'name'] }] }));
    const { body } = await resolve(asked.links.decentralized_identifier);
    expect((await respond(body.request, { credentials: { one: [held.base] } })).body).toEqual({ accepted: true });
    const [{ credential }] = (await outcomeOf(asked)).outcome.presented;
    expect(credential.credentialSubject).toEqual({ id: maker.did, name: 'A product' });
  });

  it('hands over the bare credential where nobody asks who presents it', async () => {
    const asked = await ask(queryFor({ require_cryptographic_holder_binding: false }, 'jwt_vc_json'));
    const { body } = await resolve(asked.links.decentralized_identifier);
    expect((await respond(body.request, { credentials: { one: [held.token] } })).body).toEqual({ accepted: true });
  });

  it('may refuse, and is sent back where the verifier says', async () => {
    const asked = await ask({ ...TYPES, returnTo: 'https://buyer.example/done' });
    const { body } = await resolve(asked.links.decentralized_identifier);
    const answered = await respond(body.request, { refuse: true });
    expect(answered.body.redirectUri).toMatch(/^https:\/\/buyer\.example\/done\?response_code=/);
    expect((await outcomeOf(asked)).state).toBe('refused');
  });

  it.each([
    ['nothing that is enough', { credentials: { [`${ID}-x`]: ['x'] } }, 'QUERY_NOT_MET'],
    ['what is not held', { credentials: { [ID]: ['unheard of'] } }, 'NOT_FOUND'],
    ['neither', {}, 'BAD_REQUEST'],
  ])('chooses %s in vain', async (_what, more, code) => {
    const { body } = await resolve((await ask()).links.decentralized_identifier);
    expect((await respond(body.request, more)).body.code).toBe(code);
  });

  it('chooses what is of another format, or two where one was asked for, in vain', async () => {
    const { body } = await resolve((await ask()).links.decentralized_identifier);
    for (const ids of [[held.token], [held.plain, held.base]])
      expect((await respond(body.request, { credentials: { [ID]: ids } })).body.code).toBe('QUERY_NOT_MET');
  });

  it('decides in time, and by a request that was resolved for them', async () => {
    const { body } = await resolve((await ask({ ...TYPES, expiresIn: 86_400 })).links.decentralized_identifier);
    const choice = { credentials: { [ID]: [held.plain] } };
    const forged = `${body.request.slice(0, -4)}AAAA`;
    const elsewhere = await node.post(
      '/holders/buyer/openid4vp/respond',
      { request: body.request, ...choice },
      buyer.token,
    );
    node.clock.set(node.clock.now() + 600_000);
    for (const refused of [await respond(forged, choice), elsewhere, await respond(body.request, choice)])
      expect(refused.body).toMatchObject({ code: 'BAD_REQUEST', pointer: '/request' });
  });
});

describe('a link', () => {
  const linkOf = (parameters: Record<string, unknown>): string => {
    const entries = Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    return `openid4vp://?${new URLSearchParams(Object.fromEntries(entries))}`;
  };
  const responseUri = (): string => `https://${HOST}:${front.port}/take`;
  const unsigned = (more: object = {}) => ({
    client_id: `redirect_uri:${responseUri()}`,
    response_type: 'vp_token',
    response_mode: 'direct_post',
    response_uri: responseUri(),
    nonce: 'n'.repeat(22),
    ...queryFor({}),
    ...more,
  });

  it('with all of the request in it is taken', async () => {
    expect((await resolve(linkOf(unsigned()))).status).toBe(200);
  });

  it.each<[string, () => object, string]>([
    ['of the reserved kind', () => unsigned({ client_id: 'origin:https://buyer.example' }), 'invalid_request'],
    ['of an older draft (did:)', () => unsigned({ client_id: buyer.did }), 'invalid_request'],
    ['of an older draft (https:)', () => unsigned({ client_id: responseUri() }), 'invalid_request'],
    ['that is another address', () => unsigned({ client_id: `redirect_uri:${responseUri()}2` }), 'invalid_request'],
    ['that has to sign', () => unsigned({ client_id: `decentralized_identifier:${buyer.did}` }), 'invalid_request'],
  ])('from a client id %s is refused', async (_what, parameters, error) => {
    const { status, body } = await resolve(linkOf(parameters() as Record<string, unknown>));
    expect([status, body.code, body.detail.startsWith(`${error}: `)]).toEqual([400, 'BAD_REQUEST', true]);
  });

  it.each<[string, object, string]>([
    ['a redirect_uri beside the response_uri', { redirect_uri: 'https://buyer.example/x' }, 'invalid_request'],
    ['transaction data', { transaction_data: ['e30'] }, 'invalid_transaction_data'],
    ['another response type', { response_type: 'code' }, 'invalid_request'],
    ['another response mode', { response_mode: 'fragment' }, 'invalid_request'],
    ['a query by scope', { scope: 'x' }, 'invalid_request'],
    ['a query that is none', { dcql_query: { credentials: [] } }, 'invalid_request'],
    ['a nonce that is none', { nonce: 'a b' }, 'invalid_request'],
    [
      'a request_uri_method of another kind',
      { request_uri: 'https://buyer.example/r', request_uri_method: 'PUT' },
      'invalid_request_uri_method',
    ],
  ])('with %s is refused', async (_what, more, error) => {
    const { body } = await resolve(linkOf(unsigned(more)));
    expect([body.code, body.detail.split(':')[0]]).toEqual(['BAD_REQUEST', error]);
  });

  it('to a private address is refused, and nothing is sent', async () => {
    const before = front.seen.requests;
    const client = { client_id: `decentralized_identifier:${buyer.did}` };
    const links = [
      linkOf({ ...client, request_uri: 'https://10.0.0.1/request' }),
      linkOf({ ...client, request_uri: 'https://inside.example/request' }),
      linkOf(unsigned({ response_uri: 'https://10.0.0.1/take', client_id: 'redirect_uri:https://10.0.0.1/take' })),
    ];
    for (const link of links) expect((await resolve(link)).body.code).toBe('HOST_BLOCKED');
    expect(front.seen.requests).toBe(before);
  });

  it('to a request that redirects, is none, or is signed by somebody else is refused', async () => {
    const asked = await ask();
    const link = asked.links.decentralized_identifier;
    const genuine = (await node.get(new URL(asked.requestUri).pathname)).text;
    const [head, , tail] = genuine.split('.');
    const type = { 'content-type': 'application/oauth-authz-req+jwt' };
    const payload = Buffer.from(JSON.stringify({ client_id: asked.clientId })).toString('base64url');
    for (const [said, code] of [
      [{ status: 302, headers: { location: 'https://inside.example/' } }, 'BAD_REQUEST'],
      [{ status: 200, headers: { 'content-type': 'text/html' }, body: genuine }, 'BAD_REQUEST'],
      [{ status: 200, headers: type, body: 'a.b.c' }, 'BAD_REQUEST'],
      [{ status: 200, headers: type, body: `${head}.${payload}.${tail}` }, 'PROOF_VERIFICATION_ERROR'],
      [{ status: 200, headers: type, body: genuine }, undefined],
    ] as const) {
      instead = said;
      expect((await resolve(link)).body.code).toBe(code);
    }
    // The same request under a name that did not sign it.
    const foreign = link.replace(encodeURIComponent(buyer.did), encodeURIComponent(maker.did));
    expect((await resolve(foreign)).body.code).toBe('PROOF_VERIFICATION_ERROR');
    // A nonce of ours that does not come back.
    const posted = await resolve(`${link}&request_uri_method=post`);
    expect(posted.body.detail).toMatch(/not made for this wallet/);
  });
});
