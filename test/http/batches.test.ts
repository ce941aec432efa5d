import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bareCredential, type Party, type Reply, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let party: Party;
let other: Party;
beforeAll(async () => {
  node = await startNode();
  party = await node.createParty('maker');
  other = await node.createParty('stranger');
});
afterAll(() => node[Symbol.asyncDispose]());

// biome-ignore lint/suspicious/noExplicitAny: results are read by path; a wrong path fails the assertion
type Result = any;
type Lines = readonly (object | string)[];

const BATCH = '/issuers/maker/credentials/batch';
let keys = 0;
const newKey = (): string => {
  keys += 1;
  return `key-${keys}`;
};
const named = (name: string, more = {}) =>
  bareCredential(party.did, { credentialSubject: { id: party.did, name }, ...more });
const bad = (name: string) => named(name, { validFrom: 'yesterday' });
const textOf = (lines: Lines): string =>
  lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
const send = (path: string, raw: string | Uint8Array, key?: string, token = party.token): Promise<Reply> =>
  node.request('POST', path, {
    token,
    raw,
    headers: { 'content-type': 'application/x-ndjson', ...(key === undefined ? {} : { 'idempotency-key': key }) },
  });
const resultsOf = ({ text }: Reply): readonly Result[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const issue = (lines: Lines, query = '', key?: string) => send(`${BATCH}${query}`, textOf(lines), key);
const statuses = (reply: Reply) => resultsOf(reply).map(({ line, status }) => `${line} ${status}`);
const recordOf = async (reply: Reply): Promise<Result> =>
  (await node.get(reply.headers.get('location') ?? '', party.token)).body;
const issuedCount = async (): Promise<number> => {
  const page = await node.get('/issuers/maker/credentials?limit=200', party.token);
  return page.body.credentials.filter(({ state }: Result) => state === 'issued').length;
};

describe('a batch of credentials', () => {
  it('is issued line by line, in the order of the lines, each verifying', async () => {
    const reply = await issue([named('a'), '', named('b'), named('c')]);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe('application/x-ndjson');
    const results = resultsOf(reply);
    // Lines are counted as they stand in the file, the empty one included.
    expect(results.map(({ line, status }) => [line, status])).toEqual([
      [1, 'issued'],
      [3, 'issued'],
      [4, 'issued'],
    ]);
    expect(results.map(({ verifiableCredential: { credentialSubject } }) => credentialSubject.name)).toEqual([
      'a',
      'b',
      'c',
    ]);
    for (const { verifiableCredential, credentialId } of results) {
      expect(verifiableCredential.id).toBe(credentialId);
      const verified = await node.post('/verifiers/maker/credentials/verify', { verifiableCredential });
      expect(verified.body.verified).toBe(true);
    }
    expect(await recordOf(reply)).toMatchObject({
      kind: 'issue',
      mode: 'all',
      state: 'done',
      lines: 3,
      checked: 3,
      done: 3,
      refused: 0,
    });
    expect((await node.get('/issuers/maker/batches', party.token)).body.batches[0]).toEqual(await recordOf(reply));
  });

  it('with one bad line issues nothing, and says which line and where', async () => {
    const before = await issuedCount();
    const key = newKey();
    const reply = await issue([named('a'), bad('b'), named('c')], '', key);
    const results = resultsOf(reply);
    expect(statuses(reply)).toEqual(['1 valid', '2 refused', '3 valid']);
    expect(results[1].problem).toMatchObject({ code: 'MALFORMED_VALUE_ERROR', pointer: '/validFrom' });
    expect(await recordOf(reply)).toMatchObject({ state: 'refused', refused: 1, done: 0 });
    expect(await issuedCount()).toBe(before);
    // Put right and sent again under its key, it is issued.
    expect(statuses(await issue([named('a'), named('b'), named('c')], '', key))).toEqual([
      '1 issued',
      '2 issued',
      '3 issued',
    ]);
  });

  it('of lines that stand for themselves issues the good ones; sent again with the bad one put right, only that', async () => {
    const key = newKey();
    const first = await issue([named('a'), bad('b'), named('c')], '?mode=each', key);
    expect(statuses(first)).toEqual(['1 issued', '2 refused', '3 issued']);
    const before = await issuedCount();
    const second = await issue([named('a'), named('b'), named('c')], '?mode=each', key);
    expect(statuses(second)).toEqual(['1 issued', '2 issued', '3 issued']);
    expect(await issuedCount()).toBe(before + 1);
    const ids = (reply: Reply) => resultsOf(reply).map(({ credentialId }) => credentialId);
    expect(ids(second).filter((id) => ids(first).includes(id))).toHaveLength(2);
  });

  it('sent again gives the same answer, byte for byte, also after a restart', async () => {
    const [key, lines] = [newKey(), [named('a'), named('b')]];
    const first = await issue(lines, '', key);
    const before = await issuedCount();
    expect((await issue(lines, '', key)).text).toBe(first.text);
    await node.restart();
    expect((await issue(lines, '', key)).text).toBe(first.text);
    expect(await issuedCount()).toBe(before);
    // A line that was issued is never issued with other content.
    const changed = await issue([named('a'), named('z')], '', key);
    expect(resultsOf(changed)[1]).toMatchObject({ status: 'refused', problem: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    expect(await issuedCount()).toBe(before);
  });

  it('can be tried without being issued', async () => {
    const before = await issuedCount();
    const reply = await issue([named('a'), bad('b'), named('c')], '?dryRun=true', newKey());
    expect(statuses(reply)).toEqual(['1 valid', '2 refused', '3 valid']);
    expect(reply.headers.get('location')).toBeNull();
    expect(await issuedCount()).toBe(before);
  });

  it('answers with ids alone where that is asked for', async () => {
    const [result] = resultsOf(await issue([named('a')], '?answer=id'));
    expect(Object.keys(result)).toEqual(['line', 'status', 'credentialId']);
  });

  it('refuses a bad line by its code and lets the others be', async () => {
    const id = 'urn:uuid:11111111-1111-4111-8111-111111111111';
    const taken = 'urn:uuid:22222222-2222-4222-8222-222222222222';
    await issue([named('taken', { id: taken })]);
    const before = await issuedCount();
    const lines: readonly (readonly [Lines[number], string, string?])[] = [
      ['{"a":', 'PARSING_ERROR'],
      [`{"a":"${'x'.repeat(1024 * 1024)}"}`, 'LIMIT_EXCEEDED'],
      ['\ufeff{}', 'PARSING_ERROR'],
      ['[1]', 'PARSING_ERROR'],
      [bareCredential(other.did), 'FORBIDDEN', '/issuer'],
      [named('mine', { credentialStatus: {} }), 'MALFORMED_VALUE_ERROR', '/credentialStatus'],
      [named('taken', { id: taken }), 'CONFLICT', '/id'],
      [named('first', { id }), ''],
      [named('twice', { id }), 'CONFLICT', '/id'],
      [named('unknown', { credentialSubject: { id: party.did, colour: 'red' } }), 'MALFORMED_VALUE_ERROR'],
      [named('=1+1'), ''],
    ];
    const results = resultsOf(
      await issue(
        lines.map(([line]) => line),
        '?mode=each',
      ),
    );
    expect(results.map(({ problem }) => problem?.code ?? '')).toEqual(lines.map(([, code]) => code));
    for (const [place, [, , pointer]] of lines.entries())
      if (pointer !== undefined) expect(results[place].problem.pointer).toBe(pointer);
    expect(await issuedCount()).toBe(before + 2);
    const notText = await send(`${BATCH}?mode=each`, Uint8Array.from([0x7b, 0xff, 0x7d, 0x0a]));
    expect(resultsOf(notText)[0].problem.code).toBe('PARSING_ERROR');
  });

  it('is in the language of the caller', async () => {
    const headers = { 'content-type': 'application/x-ndjson', 'accept-language': 'ko' };
    const reply = await node.request('POST', BATCH, { token: party.token, raw: '{"a":\n', headers });
    expect(resultsOf(reply)[0].problem.title).toMatch(/\p{Script=Hangul}/u);
  });

  it.each([
    ['a foreign instance', '/issuers/stranger/credentials/batch', {}, '{}\n', 403, 'FORBIDDEN'],
    ['another media type', BATCH, { 'content-type': 'application/json' }, '{}\n', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a content coding', BATCH, { 'content-encoding': 'gzip' }, '{}\n', 413, 'LIMIT_EXCEEDED'],
    ['no line', BATCH, {}, '\n \n', 400, 'BAD_REQUEST'],
    ['too many lines', BATCH, {}, '\n'.repeat(100_001), 413, 'LIMIT_EXCEEDED'],
    ['an unknown mode', `${BATCH}?mode=some`, {}, '{}\n', 400, 'BAD_REQUEST'],
    ['an unknown parameter', `${BATCH}?modus=all`, {}, '{}\n', 400, 'BAD_REQUEST'],
  ])('for %s is refused as a whole', async (_what, path, headers, raw, status, code) => {
    const reply = await node.request('POST', path, {
      token: party.token,
      raw,
      headers: { 'content-type': 'application/x-ndjson', ...headers },
    });
    expect(reply).toMatchObject({ status, body: { code } });
  });

  it('is shown to nobody else', async () => {
    const path = (await issue([named('a')])).headers.get('location') ?? '';
    expect((await node.get(path, party.token)).status).toBe(200);
    expect((await node.get(path, other.token)).status).toBe(403);
    expect((await node.get(path.replace('/issuers/maker', '/issuers/stranger'), other.token)).status).toBe(404);
    expect((await send(BATCH, textOf([named('a')]), undefined, other.token)).status).toBe(403);
  });

  it('that is cut off on the way issues nothing and leaves nothing on the disk', async () => {
    const before = await issuedCount();
    const { port } = new URL(node.url);
    const line = JSON.stringify(named('cut'));
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `POST ${BATCH}?mode=each HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${party.token}\r\nContent-Type: application/x-ndjson\r\n` +
        `Content-Length: ${3 * line.length}\r\n\r\n${line}\n${line.slice(0, 20)}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await issuedCount()).toBe(before);
    expect(await readdir(join(node.directory, 'spool'))).toEqual([]);
  });

  it('whose caller goes away goes on where it ended when it is sent again, each line once, while others are answered', async () => {
    const before = (await node.get('/issuers/maker/credentials?limit=200', party.token)).body.credentials.length;
    const [key, lines] = [newKey(), Array.from({ length: 150 }, (_, place) => named(`many ${place}`))];
    const gone = new AbortController();
    const response = await fetch(`${node.url}${BATCH}?mode=each`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${party.token}`,
        'content-type': 'application/x-ndjson',
        'idempotency-key': key,
      },
      body: textOf(lines),
      signal: gone.signal,
    });
    expect((await issue(lines, '?mode=each', key)).body).toMatchObject({ code: 'IDEMPOTENCY_IN_FLIGHT' });
    expect((await node.get('/health/live')).status).toBe(200);
    gone.abort();
    await response.text().catch(() => undefined);
    const location = response.headers.get('location') ?? '';
    let state = '';
    while (state !== 'interrupted') ({ state } = (await node.get(location, party.token)).body);
    const { done } = (await node.get(location, party.token)).body;
    expect(done).toBeLessThan(150);
    const results = resultsOf(await issue(lines, '?mode=each', key));
    expect(new Set(results.map(({ credentialId }) => credentialId)).size).toBe(150);
    const places = results.map(
      ({ verifiableCredential: { credentialStatus: place } }) =>
        `${place.statusListCredential}#${place.statusListIndex}`,
    );
    expect(new Set(places).size).toBe(150);
    let [count, cursor] = [0, ''];
    do {
      const page = (await node.get(`/issuers/maker/credentials?limit=200${cursor}`, party.token)).body;
      count += page.credentials.length;
      cursor = page.next === undefined ? '' : `&cursor=${page.next}`;
    } while (cursor !== '');
    expect(count).toBe(before + 150);
  });
});

describe('what a batch issued', () => {
  const verifiedNow = async (verifiableCredential: object): Promise<Result> =>
    (await node.post('/verifiers/maker/credentials/verify', { verifiableCredential })).body;

  it('is undone with a reason, once, and the batch is closed', async () => {
    const key = newKey();
    const lines = [named('a'), named('b'), bad('c')];
    const reply = await issue(lines, '?mode=each', key);
    const undo = `${reply.headers.get('location')}/undo`;
    expect((await node.post(undo, {}, party.token)).body).toMatchObject({ code: 'BAD_REQUEST', pointer: '/reason' });
    expect((await node.post(undo, { reason: 'wrong year' }, other.token)).status).toBe(403);
    expect(statuses(await node.post(undo, { reason: 'wrong year' }, party.token))).toEqual(['1 changed', '2 changed']);
    expect(statuses(await node.post(undo, { reason: 'wrong year' }, party.token))).toEqual([
      '1 unchanged',
      '2 unchanged',
    ]);
    expect(await recordOf(reply)).toMatchObject({
      undo: { state: 'done', reason: 'wrong year', revoked: 0, unchanged: 2 },
    });
    const { verifiableCredential } = resultsOf(reply)[0];
    expect((await verifiedNow(verifiableCredential)).findings).toContainEqual(
      expect.objectContaining({ code: 'REVOKED' }),
    );
    expect((await issue(lines, '?mode=each', key)).body).toMatchObject({ status: 409, code: 'CONFLICT' });
    expect((await node.post(`${undo}`, { reason: 'another' }, party.token)).body).toMatchObject({ code: 'CONFLICT' });
    expect((await node.post('/issuers/maker/batches/nosuch/undo', { reason: 'x' }, party.token)).status).toBe(404);
  });

  it('is revoked by a list of ids, and a repeat under the key says what it said before', async () => {
    const ids = resultsOf(await issue([named('a'), named('b')])).map(({ credentialId }) => credentialId);
    const change = (credentialId: string, more = {}) => ({
      credentialId,
      statusPurpose: 'revocation',
      status: true,
      ...more,
    });
    const path = '/issuers/maker/credentials/status/batch';
    const [one, two] = ids;
    const unknown = 'urn:uuid:33333333-3333-4333-8333-333333333333';
    const refused = await send(
      path,
      textOf([
        change(one),
        change(unknown),
        change(two, { reason: 'a\nb' }),
        change(two, { status: false }),
        { credentialId: two },
      ]),
    );
    expect(resultsOf(refused).map(({ status, problem }) => problem?.code ?? status)).toEqual([
      'valid',
      'NOT_FOUND',
      'MALFORMED_VALUE_ERROR',
      'CONFLICT',
      'BAD_REQUEST',
    ]);
    const key = newKey();
    const done = await send(path, textOf([change(one), change(two), change(one)]), key);
    expect(statuses(done)).toEqual(['1 changed', '2 changed', '3 unchanged']);
    expect((await send(path, textOf([change(one), change(two), change(one)]), key)).text).toBe(done.text);
    const batch = done.headers.get('location');
    expect((await node.post(`${batch}/undo`, { reason: 'x' }, party.token)).body).toMatchObject({ code: 'CONFLICT' });
    expect(
      (await send('/issuers/stranger/credentials/status/batch', textOf([change(one)]), undefined, other.token)).text,
    ).toContain('NOT_FOUND');
  });

  it('is superseded: a successor is issued and the old one revoked, once', async () => {
    const [old] = resultsOf(await issue([named('old')]));
    const line = { supersedes: old.credentialId, credential: named('new') };
    const path = '/issuers/maker/credentials/supersede';
    const key = newKey();
    const bad = await send(
      path,
      textOf([{ supersedes: 'urn:uuid:none', credential: named('new') }, line, line, { ...line, more: 1 }]),
    );
    expect(resultsOf(bad).map(({ problem }) => problem && [problem.code, problem.pointer])).toEqual([
      ['NOT_FOUND', '/supersedes'],
      undefined,
      ['CONFLICT', '/supersedes'],
      ['BAD_REQUEST', undefined],
    ]);
    const reply = await send(`${path}?reason=withdrawn`, textOf([line]), key);
    const [result] = resultsOf(reply);
    expect(result).toMatchObject({ status: 'issued', superseded: { credentialId: old.credentialId, changed: true } });
    expect((await verifiedNow(old.verifiableCredential)).verified).toBe(false);
    expect((await verifiedNow(result.verifiableCredential)).verified).toBe(true);
    expect(resultsOf(await send(`${path}?reason=withdrawn`, textOf([line]), key))[0]).toMatchObject({
      credentialId: result.credentialId,
      superseded: { changed: false },
    });
  });
});
