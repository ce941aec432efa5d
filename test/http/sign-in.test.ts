import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, CLIENT, type Listening, listenLater, provide, signInSettings } from '../support/identity-provider.ts';
import { ADMIN_TOKEN, bareCredential, type Party, startNode, type TestNode } from '../support/node.ts';

const folder = await mkdtemp(join(tmpdir(), 'proofprint-sign-in-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const MAPPING = {
  claim: 'groups',
  rules: [
    { value: 'signers', organisation: 'maker', scopes: ['issue', 'status', 'read'] },
    { value: 'approvers', organisation: 'maker', scopes: ['approve', 'read'] },
    { value: 'auditors', organisation: 'maker', scopes: ['read'] },
    { value: 'auditors', organisation: 'other', scopes: ['read'] },
  ],
};
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  minji: ['signers', 'unrelated'],
  jisoo: ['approvers'],
  haneul: ['auditors'],
  nobody: ['unrelated'],
};

const startWith = async (issuer: string): Promise<TestNode> =>
  startNode({ environment: await signInSettings(folder, issuer, MAPPING) });

describe('people sign in at an OpenID provider', () => {
  let provider: Listening;
  let node: TestNode;
  let maker: Party;
  const who = { current: 'minji' };
  beforeAll(async () => {
    provider = await listenLater();
    node = await startWith(provider.url);
    provide(provider, `${node.url}/auth/callback`, { who, groups: GROUPS });
    maker = await node.createParty('maker');
    await node.createParty('other');
  });
  afterAll(async () => {
    await node[Symbol.asyncDispose]();
    await provider[Symbol.asyncDispose]();
  });

  const signIn = async (name: string, query = ''): Promise<{ browser: Browser; answer: Response }> => {
    who.current = name;
    const browser = new Browser();
    return { browser, answer: await browser.follow(`${node.url}/auth/login${query}`) };
  };
  const sessionOf = async (browser: Browser) =>
    (await (await browser.get(`${node.url}/auth/session`)).json()) as Record<string, string>;
  const post = async (browser: Browser, path: string, body: unknown, headers: Record<string, string> = {}) => {
    const { csrfToken } = await sessionOf(browser);
    const own = { origin: node.url, 'sec-fetch-site': 'same-origin', 'x-csrf-token': csrfToken ?? '' };
    const type = { 'content-type': 'application/json' };
    const response = await browser.send('POST', node.url + path, { ...type, ...own, ...headers }, JSON.stringify(body));
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  const ISSUE = '/issuers/maker/credentials/issue';

  it('and act for the organisation that the mapping opens to them, under a name that stays', async () => {
    const { browser, answer } = await signIn('minji');
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('url=/auth/session');
    const cookies = answer.headers.getSetCookie();
    expect(cookies[0]).toMatch(/^proofprint=[\w-]{43}; Path=\/; Max-Age=28800; HttpOnly; SameSite=Strict$/);
    const session = await sessionOf(browser);
    expect(session).toMatchObject({ organisation: 'maker', scopes: ['issue', 'status', 'read'] });
    expect(session['actor']).toBe(`person:minji@${new URL(provider.url).host}`);
    const issued = await post(browser, ISSUE, { credential: bareCredential(maker.did) });
    expect(issued.status).toBe(201);
    expect(await post(browser, '/holders/maker/credentials', { verifiableCredential: {} })).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN' },
    });
    expect(await post(browser, '/issuers/other/credentials/issue', { credential: {} })).toMatchObject({ status: 403 });
    expect((await browser.get(`${node.url}/admin/organizations`)).status).toBe(401);
  });

  it('change nothing from a page of somebody else, whatever the cookie', async () => {
    const { browser } = await signIn('minji');
    const { hash } = await node.node.store.journalHead();
    const body = { credential: bareCredential(maker.did) };
    for (const headers of [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { origin: node.url, 'sec-fetch-site': 'cross-site' },
      { origin: 'null' },
      { 'x-csrf-token': '' },
      { 'x-csrf-token': 'f'.repeat(64) },
    ] as Record<string, string>[])
      expect(await post(browser, ISSUE, body, headers), JSON.stringify(headers)).toMatchObject({
        status: 403,
        body: { code: 'FORBIDDEN' },
      });
    const { csrfToken } = await sessionOf(browser);
    const type = { 'content-type': 'application/json' };
    // A browser that says nothing of where the request comes from.
    const silent = await browser.send(
      'POST',
      node.url + ISSUE,
      { ...type, 'x-csrf-token': csrfToken ?? '' },
      JSON.stringify(body),
    );
    expect(silent.status).toBe(403);
    expect((await post(browser, '/auth/logout', {}, { 'x-csrf-token': '' })).status).toBe(403);
    expect((await node.node.store.journalHead()).hash).toBe(hash);
  });

  it('are the two callers of four eyes', async () => {
    await node.post('/admin/organizations/maker/four-eyes', { acts: ['issue'] }, ADMIN_TOKEN);
    const { browser: minji } = await signIn('minji');
    const { browser: jisoo } = await signIn('jisoo');
    const { approval } = (await post(minji, ISSUE, { credential: bareCredential(maker.did) })).body;
    const decision = { decision: 'approve', digest: approval.digest };
    expect((await post(minji, `/issuers/maker/approvals/${approval.id}`, decision)).status).toBe(403);
    const done = await post(jisoo, `/issuers/maker/approvals/${approval.id}`, decision);
    expect(done.body.approval).toMatchObject({ state: 'done', decidedBy: expect.stringMatching(/^person:jisoo@/) });
    await node.post('/admin/organizations/maker/four-eyes', { acts: [] }, ADMIN_TOKEN);
  });

  it('name the organisation where several are open, and none of those that are not', async () => {
    expect((await signIn('haneul')).answer.status).toBe(403);
    const { browser } = await signIn('haneul', '?organisation=other&returnTo=/docs');
    expect(await sessionOf(browser)).toMatchObject({ organisation: 'other', scopes: ['read'] });
    for (const [name, query] of [
      ['nobody', ''],
      ['minji', '?organisation=other'],
    ] as const)
      expect(await (await signIn(name, query)).answer.json()).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    for (const returnTo of ['//evil.example', 'https://evil.example', '/\\evil.example', '/"><script>'])
      expect((await node.get(`/auth/login?returnTo=${encodeURIComponent(returnTo)}`)).status).toBe(400);
  });

  it('stay for half an hour without a request and eight hours in all, and leave when they want', async () => {
    const { browser } = await signIn('minji');
    const status = async () => (await browser.get(`${node.url}/issuers/maker/credentials`)).status;
    const start = node.clock.now();
    node.clock.set(start + 29 * 60_000);
    expect(await status()).toBe(200);
    node.clock.set(start + 58 * 60_000);
    expect(await status()).toBe(200);
    node.clock.set(start + 88 * 60_000);
    expect(await status()).toBe(401);
    const { browser: late } = await signIn('minji');
    const began = node.clock.now();
    for (let minutes = 20; minutes < 480; minutes += 20) {
      node.clock.set(began + minutes * 60_000);
      expect((await late.get(`${node.url}/auth/session`)).status).toBe(200);
    }
    node.clock.set(began + 480 * 60_000);
    expect((await late.get(`${node.url}/auth/session`)).status).toBe(401);
    const { browser: leaving } = await signIn('minji');
    const cookie = [...leaving.cookies(node.url)].map(([name, value]) => `${name}=${value}`).join('; ');
    expect((await post(leaving, '/auth/logout', {})).status).toBe(204);
    expect(leaving.cookies(node.url).size).toBe(0);
    expect((await node.request('GET', '/auth/session', { headers: { cookie } })).status).toBe(401);
  });

  it('are nobody without the cookie of their own sign-in, and no code is good twice', async () => {
    who.current = 'minji';
    const browser = new Browser();
    const begun = await browser.get(`${node.url}/auth/login`);
    const back = await browser.follow(begun.headers.get('location') ?? '');
    expect(back.status).toBe(200);
    const other = new Browser();
    const callback = `${node.url}/auth/callback?code=stolen&state=x`;
    expect(await (await other.get(callback)).json()).toMatchObject({ status: 403, code: 'SIGN_IN_REFUSED' });
    await other.get(`${node.url}/auth/login`);
    expect(await (await other.get(callback)).json()).toMatchObject({ code: 'SIGN_IN_REFUSED' });
  });
});

describe('a provider whose answer does not hold', () => {
  let evil: Listening;
  let node: TestNode;
  let claims: (honest: JWTPayload) => JWTPayload = (honest) => honest;
  let sign: ((payload: JWTPayload) => Promise<string>) | undefined;
  let nonce = '';
  beforeAll(async () => {
    evil = await listenLater();
    node = await startWith(evil.url);
    await node.createParty('maker');
    const [ours, theirs] = [await generateKeyPair('RS256'), await generateKeyPair('RS256')];
    const jwk = { ...(await exportJWK(ours.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' };
    const by = (key: typeof ours.privateKey) => (payload: JWTPayload) =>
      new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'k' }).sign(key);
    sign = by(ours.privateKey);
    signers = {
      honest: by(ours.privateKey),
      forged: by(theirs.privateKey),
      none: async (p) => new UnsecuredJWT(p).encode(),
    };
    const metadata = {
      issuer: evil.url,
      authorization_endpoint: `${evil.url}/authorize`,
      token_endpoint: `${evil.url}/token`,
      jwks_uri: `${evil.url}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'none'],
      authorization_response_iss_parameter_supported: true,
    };
    evil.handle = async (request, response) => {
      const send = (body: object): void =>
        void response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
      if (request.url?.startsWith('/.well-known/') === true) return send(metadata);
      if (request.url === '/jwks') return send({ keys: [jwk] });
      const now = Math.floor(performance.timeOrigin / 1000 + performance.now() / 1000);
      const honest = {
        iss: evil.url,
        sub: 'minji',
        aud: CLIENT.id,
        iat: now,
        exp: now + 300,
        nonce,
        groups: ['signers'],
      };
      send({ access_token: 'a', token_type: 'bearer', id_token: await sign?.(claims(honest)) });
    };
  });
  afterAll(async () => {
    await node[Symbol.asyncDispose]();
    await evil[Symbol.asyncDispose]();
  });
  let signers: Readonly<Record<string, (payload: JWTPayload) => Promise<string>>> = {};

  const attempt = async (iss = evil.url) => {
    const browser = new Browser();
    const begun = await browser.get(`${node.url}/auth/login`);
    const asked = new URL(begun.headers.get('location') ?? '');
    expect(asked.searchParams.get('code_challenge_method')).toBe('S256');
    nonce = asked.searchParams.get('nonce') ?? '';
    const query = new URLSearchParams({ code: 'c', state: asked.searchParams.get('state') ?? '', iss });
    return browser.get(`${node.url}/auth/callback?${query}`);
  };

  it.each<[string, string, (honest: JWTPayload) => JWTPayload]>([
    ['honest', 'honest', (honest) => honest],
    ['another nonce', 'honest', (honest) => ({ ...honest, nonce: 'another' })],
    ['no nonce', 'honest', ({ nonce: _, ...rest }) => rest],
    ['another audience', 'honest', (honest) => ({ ...honest, aud: 'somebody-else' })],
    ['another issuer', 'honest', (honest) => ({ ...honest, iss: 'https://idp.example' })],
    ['expired', 'honest', (honest) => ({ ...honest, exp: Number(honest.exp) - 3600 })],
    ['algorithm none', 'none', (honest) => honest],
    ['a key of somebody else', 'forged', (honest) => honest],
    ['a subject that is no name', 'honest', (honest) => ({ ...honest, sub: 'a b\n"c' })],
  ])('%s', async (name, signer, change) => {
    [sign, claims] = [signers[signer], change];
    const answer = await attempt();
    if (name === 'honest') return expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({ status: 403, code: 'SIGN_IN_REFUSED' });
    expect(text).not.toMatch(/somebody-else|minji|stack/);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it('an answer that another provider sent, or nobody says who', async () => {
    [sign, claims] = [signers['honest'], (honest) => honest];
    for (const iss of ['https://idp.example', ''])
      expect(await (await attempt(iss)).json()).toMatchObject({ status: 403, code: 'SIGN_IN_REFUSED' });
  });

  it('that is away is not one that refuses', async () => {
    const gone = await listenLater();
    await using other = await startWith(gone.url);
    await gone[Symbol.asyncDispose]();
    expect(await other.get('/auth/login')).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
  });

  it('sends nobody anywhere but to the hosts that were named', async () => {
    const elsewhere = await listenLater();
    await using other = await startWith(elsewhere.url);
    elsewhere.handle = (_, response) => {
      const metadata = {
        issuer: elsewhere.url,
        authorization_endpoint: `${elsewhere.url}/a`,
        token_endpoint: `${evil.url}/token`,
      };
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ ...metadata, jwks_uri: `${evil.url}/jwks` }));
    };
    const browser = new Browser();
    const begun = await browser.get(`${other.url}/auth/login`);
    const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state');
    const answer = await browser.get(`${other.url}/auth/callback?code=c&state=${state}`);
    expect(await answer.json()).toMatchObject({ status: 403, code: 'SIGN_IN_REFUSED' });
    await elsewhere[Symbol.asyncDispose]();
  });
});
