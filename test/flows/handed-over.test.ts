/** Two nodes over one PostgreSQL: what was begun at one is known, gone on with and ended at the other. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCOPES, type Scope } from '../../src/base/scope.ts';
import { Browser, type Listening, listenLater, provide, signInSettings } from '../support/identity-provider.ts';
import { bareCredential, type Party, type Reply, startNode, type TestNode } from '../support/node.ts';

const A = 0;
const B = 1;
const MINUTE = 60_000;
/** Longer than a batch belongs to a run that is not heard of. */
const UNHEARD = 31_000;
const MAPPING = { claim: 'groups', rules: [{ value: 'signers', organisation: 'maker', scopes: ['issue', 'read'] }] };

let folder: string;
let provider: Listening;
let pair: TestNode;
let admin: string;
let maker: Party;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proofprint-handed-over-'));
  provider = await listenLater();
  const settings = await signInSettings(folder, provider.url, MAPPING);
  pair = await startNode({ environment: { ...settings, ADMIN_TOKEN: '' } });
  provide(provider, `${pair.url}/auth/callback`, { who: { current: 'minji' }, groups: { minji: ['signers'] } });
  admin = pair.nodes[A]?.node.newAdminToken ?? '';
  const request = { slug: 'maker', name: { en: 'Maker', ko: '메이커' }, role: 'company' };
  maker = (await post(A, '/admin/organizations', request, admin)).body;
});
afterAll(async () => {
  await pair[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

// biome-ignore lint/suspicious/noExplicitAny: results are read by path; a wrong path fails the assertion
type Result = any;

const get = (at: number, path: string, token: string): Promise<Reply> => pair.request('GET', path, { at, token });
const post = (
  at: number,
  path: string,
  body: unknown,
  token: string,
  headers: Record<string, string> = {},
): Promise<Reply> => pair.request('POST', path, { at, token, body, headers });
const refusal = (status: number, code: string) =>
  expect.objectContaining({ status, body: expect.objectContaining({ code }) });

const TOKENS = '/admin/organizations/maker/tokens';
const give = async (at: number, name: string, scopes: readonly Scope[]): Promise<string> =>
  (await post(at, TOKENS, { name, scopes }, admin)).body.token;
const LISTING = '/issuers/maker/credentials';
const issue = (at: number, token: string, headers: Record<string, string> = {}): Promise<Reply> =>
  post(at, `${LISTING}/issue`, { credential: bareCredential(maker.did) }, token, headers);

describe('a token', () => {
  it('that one node made opens the other, for the same scopes, and ends at both at once', async () => {
    const reader = await give(A, 'reader', ['read']);
    for (const at of [B, A]) {
      expect((await get(at, LISTING, reader)).status).toBe(200);
      expect(await issue(at, reader)).toMatchObject({ status: 403, body: { detail: 'this needs the scope "issue"' } });
    }
    const next = (await post(B, `${TOKENS}/reader/rotate`, { graceSeconds: 0 }, admin)).body.token;
    expect(await get(A, LISTING, reader)).toEqual(refusal(401, 'UNAUTHORIZED'));
    expect((await get(A, LISTING, next)).status).toBe(200);
    await pair.request('DELETE', `${TOKENS}/reader`, { at: B, token: admin });
    expect(await get(A, LISTING, next)).toEqual(refusal(401, 'UNAUTHORIZED'));
    const taken = await Promise.all([A, B].map((at) => post(at, TOKENS, { name: 'twice', scopes: ['read'] }, admin)));
    expect(taken.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it('of the administrator is made by one of them, and replaced for both', async () => {
    expect(pair.nodes[B]?.node.newAdminToken).toBeUndefined();
    const path = '/admin/organizations';
    const before = admin;
    const rotate = async (at: number, graceSeconds: number): Promise<string> =>
      (await post(at, '/admin/token', { graceSeconds }, admin)).body.token;
    const second = await rotate(A, 3600);
    for (const token of [before, second]) expect((await get(B, path, token)).status).toBe(200);
    admin = await rotate(B, 0);
    for (const token of [before, second]) expect(await get(A, path, token)).toEqual(refusal(401, 'UNAUTHORIZED'));
    expect((await get(A, path, admin)).status).toBe(200);
    // Of two who change it at once, whoever is told a token is told a good one.
    const both = await Promise.all([A, B].map((at) => post(at, '/admin/token', { graceSeconds: 3600 }, admin)));
    const told = both.filter(({ status }) => status === 200).map(({ body }) => body.token);
    for (const reply of both) if (reply.status !== 200) expect(reply).toEqual(refusal(409, 'CONFLICT'));
    for (const token of told) expect((await get(B, path, token)).status).toBe(200);
    [admin] = told;
    admin = await rotate(A, 0);
  });
});

describe('four eyes', () => {
  let first: string;
  let second: string;
  const want = (at: number, acts: readonly string[]) =>
    post(at, '/admin/organizations/maker/four-eyes', { acts }, admin);
  const decide = (at: number, token: string, { id, digest }: Result, decision = 'approve'): Promise<Reply> =>
    post(at, `/issuers/maker/approvals/${id}`, { decision, digest }, token);
  const count = async (at: number): Promise<number> => (await get(at, LISTING, first)).body.credentials.length;
  beforeAll(async () => {
    [first, second] = [await give(A, 'first', SCOPES), await give(B, 'second', SCOPES)];
    await want(A, ['issue']);
    return () => want(B, []);
  });

  it('see at one node what was asked at the other; whoever asked decides at neither', async () => {
    const { status, body } = await issue(B, first);
    expect(status).toBe(202);
    for (const at of [A, B]) expect(await decide(at, first, body.approval)).toEqual(refusal(403, 'FORBIDDEN'));
    const done = await decide(A, second, body.approval);
    expect(done.body).toMatchObject({
      approval: { state: 'done', requestedBy: 'token:maker/first', decidedBy: 'token:maker/second' },
      verifiableCredential: { id: body.approval.credentialId },
    });
    expect((await decide(B, second, body.approval)).body).toEqual(done.body);
    expect((await get(B, '/issuers/maker/approvals', first)).body.approvals[0].state).toBe('done');
  });

  it('act once, asked and decided at both at the same moment', async () => {
    const before = await count(B);
    const key = { 'idempotency-key': 'asked-at-both' };
    const asked = await Promise.all([A, B].map((at) => issue(at, first, key)));
    expect(new Set(asked.map(({ body }) => body.approval.id)).size).toBe(1);
    const { approval } = asked[0]?.body ?? {};
    const answers = await Promise.all([A, B, A, B].map((at) => decide(at, second, approval)));
    for (const { status, body } of answers)
      expect(status === 200 || body.code === 'IDEMPOTENCY_IN_FLIGHT', JSON.stringify(body)).toBe(true);
    expect((await decide(B, second, approval)).body.approval.state).toBe('done');
    expect(await count(A)).toBe(before + 1);
  });

  it('do not both approve and refuse', async () => {
    const before = await count(A);
    const { approval } = (await issue(A, first)).body;
    const answers = await Promise.all([decide(A, second, approval), decide(B, second, approval, 'refuse')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const { state } = (await get(B, `/issuers/maker/approvals/${approval.id}`, first)).body.approval;
    expect(await count(B)).toBe(before + Number(state === 'done'));
    expect(state).toBe(answers[0]?.status === 200 ? 'done' : 'refused');
  });
});

describe('a person', () => {
  it('begins to sign in at one node, comes back to the other, is known at both and leaves both', async () => {
    let at = A;
    const browser = new Browser((url) => url.replace(pair.url, pair.nodes[at]?.url ?? ''));
    const begun = await browser.get(`${pair.url}/auth/login`);
    at = B;
    expect((await browser.follow(begun.headers.get('location') ?? '')).status).toBe(200);
    const sessionAt = async (place: number): Promise<Result> => {
      at = place;
      const answer = await browser.get(`${pair.url}/auth/session`);
      return { status: answer.status, ...((await answer.json()) as object) };
    };
    const session = await sessionAt(A);
    expect(session).toMatchObject({ status: 200, organisation: 'maker', scopes: ['issue', 'read'] });
    // Half an hour without a request counts from the last one at either.
    const start = pair.clock.now();
    for (const [minutes, place] of [
      [20, B],
      [40, A],
      [60, B],
    ] as const) {
      pair.clock.set(start + minutes * MINUTE);
      expect(await sessionAt(place)).toEqual(session);
    }
    const own = { origin: pair.url, 'x-csrf-token': session.csrfToken, 'content-type': 'application/json' };
    const change = (place: number, path: string, body: object) => {
      at = place;
      return browser.send('POST', pair.url + path, own, JSON.stringify(body));
    };
    const credential = bareCredential(maker.did);
    expect((await change(A, `${LISTING}/issue`, { credential })).status).toBe(201);
    const cookie = [...browser.cookies(pair.url)].map(([name, value]) => `${name}=${value}`).join('; ');
    expect((await change(B, '/auth/logout', {})).status).toBe(204);
    for (const [place, path] of [
      [A, '/auth/session'],
      [A, LISTING],
      [B, LISTING],
    ] as const)
      expect(await pair.request('GET', path, { at: place, headers: { cookie } })).toEqual(refusal(401, 'UNAUTHORIZED'));
  });
});

describe('a batch', () => {
  const BATCH = '/issuers/maker/credentials/batch';
  const linesOf = (name: string, count: number): string =>
    Array.from({ length: count }, (_, place) => {
      const id = `urn:uuid:${crypto.randomUUID()}`;
      return `${JSON.stringify(bareCredential(maker.did, { id, credentialSubject: { id: maker.did, name: `${name} ${place}` } }))}\n`;
    }).join('');
  const headersOf = (key: string) => ({ 'content-type': 'application/x-ndjson', 'idempotency-key': key });
  const send = (at: number, raw: string, key: string, mode = 'each'): Promise<Reply> =>
    pair.request('POST', `${BATCH}?mode=${mode}`, { at, token: maker.token, raw, headers: headersOf(key) });
  const resultsOf = (text: string): readonly Result[] =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  const statuses = (text: string) => new Set(resultsOf(text).map(({ status }) => status));

  /** Begin at the first node; resolves when the first line is done. `rest`: what came until the end, or until it was cut off. */
  async function begin(raw: string, key: string): Promise<{ location: string; rest: () => Promise<string> }> {
    const response = await fetch(`${pair.nodes[A]?.url}${BATCH}?mode=each`, {
      method: 'POST',
      headers: { ...headersOf(key), authorization: `Bearer ${maker.token}` },
      body: raw,
    });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const decoder = new TextDecoder();
    let text = decoder.decode((await reader.read()).value, { stream: true });
    const rest = async (): Promise<string> => {
      try {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return text;
          text += decoder.decode(value, { stream: true });
        }
      } catch {
        return text;
      }
    };
    return { location: response.headers.get('location') ?? '', rest };
  }

  async function expectEachOnce(text: string, count: number): Promise<void> {
    const results = resultsOf(text);
    expect(results.filter(({ status }) => status !== 'issued')).toEqual([]);
    const placeOf = ({ statusListCredential, statusListIndex }: Result) => `${statusListCredential}#${statusListIndex}`;
    for (const what of [
      results.map(({ credentialId }) => credentialId),
      results.map(({ verifiableCredential }) => placeOf(verifiableCredential.credentialStatus)),
    ])
      expect(new Set(what).size).toBe(count);
    // What is on record is what was handed out, and stands where it says.
    for (const { credentialId, verifiableCredential } of results) {
      const record = await pair.nodes[B]?.node.store.findIssuance(credentialId);
      expect(record).toMatchObject({ state: 'issued', document: verifiableCredential });
      const [entry] = record?.statusEntries ?? [];
      expect(String(entry?.index)).toBe(verifiableCredential.credentialStatus.statusListIndex);
    }
  }

  it('is issued at one node, read at the other, and answered there as it was', async () => {
    const raw = linesOf('plain', 3);
    const { text, headers } = await send(A, raw, 'plain');
    const location = headers.get('location') ?? '';
    const record = { state: 'done', lines: 3, done: 3, refused: 0 };
    for (const at of [A, B]) expect((await get(at, location, maker.token)).body).toMatchObject(record);
    expect((await send(B, raw, 'plain')).text).toBe(text);
    await expectEachOnce(text, 3);
  });

  it('whose node died with a signature under way is gone on with at the other, ids and all', async () => {
    const raw = linesOf('died', 2);
    const refused = await send(A, `${raw}{}\n`, 'died', 'all');
    expect(statuses(refused.text)).toEqual(new Set(['valid', 'refused']));
    const location = refused.headers.get('location') ?? '';
    const [id, issuer] = [location.split('/').at(-1) ?? '', 'maker'];
    const { store } = pair.nodes[A]?.node ?? {};
    const batch = { id, issuer, organisation: issuer, kind: 'issue', mode: 'all', lines: 2 } as const;
    await store?.beginBatch(batch, { holder: 'gone', ms: UNHEARD, alone: false });
    const credentialId = JSON.parse(raw.slice(0, raw.indexOf('\n'))).id;
    const intent = {
      issuer,
      organisation: issuer,
      credentialId,
      type: 'VerifiableCredential',
      at: '2026-11-22T12:00:00Z',
    };
    const line = { batch: id, line: 1, digest: 'd', holder: 'gone' };
    await store?.recordIntent({ ...intent, statusPurposes: ['revocation'], draft: () => ({}), batch: line });
    expect(await send(B, raw, 'died', 'all')).toEqual(refusal(409, 'IDEMPOTENCY_IN_FLIGHT'));
    pair.clock.set(pair.clock.now() + UNHEARD);
    const { text } = await send(B, raw, 'died', 'all');
    await expectEachOnce(text, 2);
    expect((await pair.nodes[A]?.node.store.findIssuance(credentialId))?.spentEntries).toHaveLength(1);
  });

  it('whose node was not heard of for too long is gone on with at the other, and neither does what the other did', async () => {
    const raw = linesOf('slow', 160);
    const { location, rest } = await begin(raw, 'slow');
    let taken: Reply;
    do {
      pair.clock.set(pair.clock.now() + UNHEARD);
      taken = await send(B, raw, 'slow');
    } while (taken.status === 409);
    const late = await rest();
    await expectEachOnce(taken.text, 160);
    const issued = new Map(resultsOf(taken.text).map(({ line, verifiableCredential }) => [line, verifiableCredential]));
    // Of what the first one still said, everything that it called issued is what the second one has.
    for (const { line, status, verifiableCredential } of resultsOf(`${late.slice(0, late.lastIndexOf('\n') + 1)}`))
      if (status === 'issued') expect(verifiableCredential).toEqual(issued.get(line));
    expect((await get(A, location, maker.token)).body).toMatchObject({ state: 'done', done: 160 });
  });

  it('is under way for both nodes, and after its own was closed goes on at the other, where it is undone', async () => {
    const raw = linesOf('cut', 400);
    const { location, rest } = await begin(raw, 'cut');
    const running = { state: 'working', lines: 400 };
    expect((await get(B, location, maker.token)).body).toMatchObject(running);
    const inFlight = await send(B, raw, 'cut');
    expect(inFlight).toEqual(refusal(409, 'IDEMPOTENCY_IN_FLIGHT'));
    expect(Number(inFlight.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await post(B, `${location}/undo`, { reason: 'withdrawn' }, maker.token)).toEqual(
      refusal(409, 'IDEMPOTENCY_IN_FLIGHT'),
    );
    await pair.nodes[A]?.node.close();
    const cut = resultsOf((await rest()).replace(/[^\n]*$/, ''));
    const left = (await get(B, location, maker.token)).body;
    expect(left.state).toBe('interrupted');
    // What was on its way when the connection was cut may be lost; it is done all the same.
    expect(left.done).toBeGreaterThanOrEqual(cut.length);
    expect(left.done).toBeLessThan(400);
    const { text } = await send(B, raw, 'cut');
    await expectEachOnce(text, 400);
    expect(resultsOf(text).slice(0, cut.length)).toEqual(cut);

    const [one, ...others] = resultsOf(text).map(({ credentialId }) => credentialId);
    const change = JSON.stringify({ credentialId: one, statusPurpose: 'revocation', status: true });
    const status = await pair.request('POST', '/issuers/maker/credentials/status/batch', {
      at: B,
      token: maker.token,
      raw: `${change}\n`,
      headers: headersOf('status'),
    });
    expect(statuses(status.text)).toEqual(new Set(['changed']));
    const undone = await post(B, `${location}/undo`, { reason: 'withdrawn' }, maker.token);
    expect(resultsOf(undone.text).filter((result) => result.status === 'changed')).toHaveLength(others.length);
    expect((await get(B, location, maker.token)).body.undo).toMatchObject({
      state: 'done',
      revoked: 399,
      unchanged: 1,
    });
  });
});
