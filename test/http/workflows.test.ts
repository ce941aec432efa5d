import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBlocks, typeIn } from '../support/documented-commands.ts';
import { bareCredential, type Party, START, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let body: Party;
let company: Party;
// biome-ignore lint/suspicious/noExplicitAny: a credential is read by path
let anchor: any;

const ASKS = {
  createChallenge: true,
  verifiablePresentationRequest: {
    query: [
      { type: 'DIDAuthentication', acceptedMethods: [{ method: 'web' }, { method: 'key' }] },
      { type: 'QueryByExample', credentialQuery: { reason: 'who you are', example: { type: 'VerifiableCredential' } } },
    ],
  },
};
const HANDS_OUT = { issueRequests: [{ variables: 'statement' }] };

beforeAll(async () => {
  node = await startNode();
  body = await node.createParty('body', 'verification-body');
  company = await node.createParty('company');
  const draft = { credential: bareCredential(company.did) };
  anchor = (await node.post('/issuers/company/credentials/issue', draft, company.token)).body.verifiableCredential;
  const both = { initialStep: 'ask', steps: { ask: { ...ASKS, nextStep: 'answer' }, answer: HANDS_OUT } };
  expect((await node.post('/workflows', { id: 'statements', ...both }, body.token)).status).toBe(201);
});
afterAll(() => node[Symbol.asyncDispose]());

async function begin(more: object = {}, workflow = 'statements') {
  const statement = { credential: bareCredential(body.did), subject: 'holder' };
  const request = { variables: { statement }, ...more };
  const { body: made } = await node.post(`/workflows/${workflow}/exchanges`, request, body.token);
  return { ...made, path: made.url === undefined ? '' : new URL(made.url).pathname };
}

async function present(challenge: string, credentials: unknown[] = [anchor], domain = node.url) {
  const request = { presentation: { verifiableCredential: credentials }, options: { challenge, domain } };
  return (await node.post('/holders/company/presentations/prove', request, company.token)).body.verifiablePresentation;
}

const challengeOf = async (path: string): Promise<string> =>
  (await node.post(path, {})).body.verifiablePresentationRequest.challenge;

describe('an exchange in which somebody presents and then receives', () => {
  it('asks, verifies, issues about whoever presented, and is over', async () => {
    const exchange = await begin();
    expect(exchange).toMatchObject({
      state: 'pending',
      interactionUrl: `${node.url}/interactions/${exchange.id}?iuv=1`,
    });
    const asked = (await node.post(exchange.path, {})).body.verifiablePresentationRequest;
    expect(asked).toMatchObject({ ...ASKS.verifiablePresentationRequest, domain: node.url });
    expect(asked.interact.service[0].serviceEndpoint).toBe(exchange.url);
    // Asking again, and looking, take no step.
    expect((await node.post(exchange.path, {})).body.verifiablePresentationRequest).toEqual(asked);
    expect((await node.get(`${exchange.path}/request`)).body.verifiablePresentationRequest).toEqual(asked);
    const answer = await node.post(exchange.path, { verifiablePresentation: await present(asked.challenge) });
    expect(answer.status).toBe(200);
    const [received] = answer.body.verifiablePresentation.verifiableCredential;
    expect(received).toMatchObject({ issuer: body.did, credentialSubject: { id: company.did } });
    const check = { verifiableCredential: received };
    expect((await node.post('/verifiers/company/credentials/verify', check)).body.verified).toBe(true);
    expect((await node.post(exchange.path, {})).body.code).toBe('NOT_FOUND');
    const { exchange: state } = (await node.get(exchange.path, body.token)).body;
    expect(state).toMatchObject({ state: 'complete', issued: [received.id] });
    expect(state.results.ask).toMatchObject({ holder: company.did, verifiablePresentation: { holder: company.did } });
  });

  it('answers one of a hundred equal posts', async () => {
    const { path } = await begin();
    const verifiablePresentation = await present(await challengeOf(path));
    const answers = await Promise.all(Array.from({ length: 100 }, () => node.post(path, { verifiablePresentation })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const refusals = new Set(answers.filter(({ status }) => status !== 200).map(({ body: { code } }) => code));
    for (const code of refusals) expect(['INVALID_CHALLENGE_ERROR', 'CONFLICT', 'NOT_FOUND']).toContain(code);
    const { exchange } = (await node.get(path, body.token)).body;
    expect(exchange.issued).toHaveLength(1);
  });

  it('refuses what was made for another challenge, another domain or another exchange, and goes on with a new challenge', async () => {
    const [one, other] = [await begin(), await begin()];
    const [challenge, foreign] = [await challengeOf(one.path), await challengeOf(other.path)];
    const post = async (verifiablePresentation: unknown) =>
      (await node.post(one.path, { verifiablePresentation })).body.code;
    expect(await post(await present(foreign))).toBe('INVALID_CHALLENGE_ERROR');
    const again = await challengeOf(one.path);
    expect(again).not.toBe(challenge);
    expect(await post(await present(again, [anchor], 'https://phishing.example'))).toBe('INVALID_DOMAIN_ERROR');
    expect(await post(await present(again))).toBe('INVALID_CHALLENGE_ERROR');
    expect(
      (await node.post(one.path, { verifiablePresentation: await present(await challengeOf(one.path)) })).status,
    ).toBe(200);
  });

  it('refuses what was not asked for, and ends after ten refusals', async () => {
    const steps = {
      ask: {
        verifiablePresentationRequest: {
          query: { type: 'QueryByExample', credentialQuery: { example: { type: 'VerificationStatement' } } },
        },
        nextStep: 'answer',
      },
      answer: HANDS_OUT,
    };
    await node.post('/workflows', { id: 'strict', initialStep: 'ask', steps }, body.token);
    const { path } = await begin({}, 'strict');
    for (let n = 0; n < 10; n += 1) {
      const refusal = await node.post(path, { verifiablePresentation: await present(await challengeOf(path)) });
      expect(refusal.body).toMatchObject({
        code: 'NOTHING_PRESENTED',
        pointer: '/verifiablePresentation/verifiableCredential',
      });
    }
    expect((await node.post(path, {})).body.code).toBe('NOT_FOUND');
    expect((await node.get(path, body.token)).body.exchange).toMatchObject({
      state: 'invalid',
      refused: 10,
      issued: [],
    });
  });
});

describe('an exchange that only hands out', () => {
  it('does so once, for one of fifty, and survives a restart before', async () => {
    await node.post(
      '/workflows',
      {
        id: 'hand-out',
        initialStep: 'give',
        steps: { give: { ...HANDS_OUT, redirectUrl: 'https://body.example/done' } },
      },
      body.token,
    );
    const variables = { statement: { credential: bareCredential(body.did) } };
    const { path } = await begin({ variables }, 'hand-out');
    await node.restart();
    const answers = await Promise.all(Array.from({ length: 50 }, () => node.post(path, {})));
    const good = answers.filter(({ status }) => status === 200);
    expect(good).toHaveLength(1);
    expect(good[0]?.body).toMatchObject({ redirectUrl: 'https://body.example/done' });
    const { credentials } = (await node.get('/issuers/body/credentials?limit=200', body.token)).body;
    expect(
      credentials.filter(
        ({ credentialId }: { credentialId: string }) =>
          credentialId === good[0]?.body.verifiablePresentation.verifiableCredential[0].id,
      ),
    ).toHaveLength(1);
  });

  it('is gone when its time is over, or it was taken back', async () => {
    const variables = { statement: { credential: bareCredential(body.did) } };
    const soon = new Date(node.clock.now() + 60_000).toISOString();
    const late = await begin({ variables, expires: soon }, 'hand-out');
    const taken = await begin({ variables }, 'hand-out');
    expect((await node.request('DELETE', taken.path, { token: body.token })).status).toBe(200);
    expect((await node.post(taken.path, {})).body.code).toBe('NOT_FOUND');
    node.clock.set(node.clock.now() + 60_000);
    expect((await node.post(late.path, {})).body.code).toBe('NOT_FOUND');
    expect((await node.get(`/interactions/${late.id}?iuv=1`)).body.code).toBe('NOT_FOUND');
    expect((await begin({ variables, expires: soon }, 'hand-out')).code).toBe('RANGE_ERROR');
  });
});

describe('an interaction URL', () => {
  it('leads a program to protocols and people to a page, and spends nothing', async () => {
    const { id, url, interactionUrl, path } = await begin();
    const json = await node.request('GET', `/interactions/${id}?iuv=1`, { headers: { accept: 'application/json' } });
    expect(json.body).toEqual({ protocols: { vcapi: url, interact: interactionUrl } });
    expect((await node.get(`${path}/protocols`)).body.protocols.vcapi).toBe(url);
    const page = await node.request('GET', `/interactions/${id}?iuv=1`, {
      headers: { accept: 'text/html', 'accept-language': 'ko' },
    });
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.text).toContain('<html lang="ko">');
    expect(page.text).not.toContain('<script');
    expect(interactionUrl.length).toBeLessThan(400);
    expect((await node.post(path, {})).status).toBe(200);
  });
});

describe('a workflow', () => {
  it('is refused with a pointer when its steps do not fit together', async () => {
    const post = async (steps: object, more: object = {}) =>
      (await node.post('/workflows', { id: 'odd', initialStep: 'a', steps, ...more }, body.token)).body;
    expect(await post({ b: HANDS_OUT })).toMatchObject({ code: 'BAD_REQUEST', pointer: '/initialStep' });
    expect(await post({ a: { ...HANDS_OUT, nextStep: 'a' } })).toMatchObject({
      code: 'BAD_REQUEST',
      pointer: '/steps',
    });
    expect(await post({ a: HANDS_OUT, b: HANDS_OUT })).toMatchObject({ code: 'BAD_REQUEST', pointer: '/steps/b' });
    expect(await post({ a: {} })).toMatchObject({ code: 'BAD_REQUEST', pointer: '/steps/a' });
    expect(await post({ a: HANDS_OUT }, { issuer: 'company' })).toMatchObject({ code: 'FORBIDDEN' });
    expect(await post({ a: HANDS_OUT }, { id: 'statements' })).toMatchObject({ code: 'CONFLICT', pointer: '/id' });
    expect((await begin({ variables: {} })).code).toBe('BAD_REQUEST');
    const foreign = { statement: { credential: bareCredential(company.did), subject: 'holder' } };
    expect(await begin({ variables: foreign })).toMatchObject({
      code: 'FORBIDDEN',
      pointer: '/variables/statement/credential/issuer',
    });
  });

  it('is nobody else’s', async () => {
    const { path } = await begin();
    expect((await node.get('/workflows/statements', company.token)).body.code).toBe('NOT_FOUND');
    expect((await node.get(path, company.token)).body.code).toBe('NOT_FOUND');
    expect((await node.post('/workflows/statements/exchanges', {}, company.token)).body.code).toBe('NOT_FOUND');
    expect((await node.get('/workflows', company.token)).body.workflows).toEqual([]);
  });
});

it('docs/workflows.md has commands that work', async () => {
  await using other = await startNode();
  const maker = await other.createParty('maker');
  const variables = { URL: other.url, SLUG: 'maker', DID: maker.did, TOKEN: maker.token };
  const blocks = await readBlocks('docs/workflows.md');
  const said = await typeIn(
    blocks.map((block) => ({ ...block, variables })),
    START,
  );
  expect(Object.fromEntries(said)).toEqual({
    workflow: 'statements',
    link: 'pending',
    wallet: 'A company that was looked at\nNOT_FOUND',
  });
}, 30_000);
