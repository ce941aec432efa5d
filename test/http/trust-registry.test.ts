/** TRQP 2.0 over HTTP: the battery cell's Korean chain, asked of the customer who holds its credentials. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { readExample } from '../support/example-credentials.ts';
import { issueOnNode, settleExample } from '../support/issue-on-node.ts';
import { ADMIN_TOKEN, type Party, startNode, type TestNode } from '../support/node.ts';
import { type IssuedExample, policyOfExample } from '../support/worked-examples.ts';

let node: TestNode;
let buyer: Party;
let issued: IssuedExample;
let policy: JsonObject;
let dids: Readonly<Record<'owner' | 'body' | 'verifier', string>>;
const BASE = '/verifiers/buyer-desk/trqp';

beforeAll(async () => {
  const original = readExample('steel-coil');
  node = await startNode({ start: Date.UTC(2024, 0, 1) });
  const settled = await settleExample(node, original);
  const didOf = (did: string): string => {
    const found = settled.parties.get(
      [...settled.parties.keys()][
        Object.values(original['organisations'] as object).findIndex((one) => one.did === did)
      ] ?? '',
    );
    if (found === undefined) throw new Error(did);
    return found.did;
  };
  dids = {
    owner: didOf('did:web:global-mra.example'),
    body: didOf('did:web:ab-korea.example'),
    verifier: didOf('did:web:verify-kr.example'),
  };
  issued = await issueOnNode(node, settled.example, settled.parties);
  node.clock.set(Date.UTC(2027, 3, 15));
  buyer = await node.createParty('buyer', 'relying-party');
  policy = policyOfExample(settled.example);
  const instance = { id: 'buyer-desk', policy };
  expect((await node.post('/admin/organizations/buyer/verifiers', instance, ADMIN_TOKEN)).status).toBe(201);
});
afterAll(() => node[Symbol.asyncDispose]());

const hold = async (key: string) => {
  const verifiableCredential = issued.credentials.get(key);
  expect((await node.post('/holders/buyer/credentials', { verifiableCredential }, buyer.token)).status).toBe(201);
};
const question = (more: object = {}): JsonObject => ({
  ...{ entity_id: dids.verifier, authority_id: dids.owner, action: 'verification', resource: 'iso14067-pcf' },
  ...more,
});
const ask = (path: string, body: unknown, token = buyer.token) => node.post(`${BASE}/${path}`, body, token);

describe('a relying party as a trust registry', () => {
  it('knows nobody whom nothing on file speaks of', async () => {
    const { status, body } = await ask('authorization', question({ entity_id: 'did:web:nobody.example' }));
    expect([status, body.code, body.pointer]).toEqual([404, 'NOT_FOUND', '/entity_id']);
  });

  it('counts what was shown in an evaluation as on file', async () => {
    const shown = ['accreditation:kr', 'arrangement:kr-mra', 'statement:coil-pcf', 'claim:coil-pcf'];
    const credentials = shown.map((key) => issued.credentials.get(key));
    const elsewhere = { id: 'buyer-second', policy: policy };
    expect((await node.post('/admin/organizations/buyer/verifiers', elsewhere, ADMIN_TOKEN)).status).toBe(201);
    const before = await node.post('/verifiers/buyer-second/trqp/authorization', question(), buyer.token);
    expect(before.body).toMatchObject({ authorized: false });
    expect((await node.post('/verifiers/buyer-second/evaluations', { credentials }, buyer.token)).status).toBe(200);
    const after = await node.post('/verifiers/buyer-second/trqp/authorization', question(), buyer.token);
    expect(after.body).toMatchObject({ authorized: true });
    expect((await ask('authorization', question())).body).toMatchObject({ authorized: false });
  });

  it('says yes by the chain it holds, and names it', async () => {
    await hold('accreditation:kr');
    await hold('arrangement:kr-mra');
    const time = '2027-03-10T00:00:00Z';
    const { status, body } = await ask('authorization', question({ context: { time, standard: 'ISO 14064-3:2019' } }));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...question(),
      authorized: true,
      time_requested: time,
      time_evaluated: '2027-04-15T00:00:00Z',
    });
    expect(body.context).toMatchObject({ time, standard: 'ISO 14064-3:2019', outcome: 'passed' });
    expect(body.context.path).toBe([dids.owner, dids.body, dids.verifier].join(' '));
    for (const key of ['accreditation:kr', 'arrangement:kr-mra']) {
      expect(body.context.credentials).toContain(String(issued.credentials.get(key)?.['id']));
    }
    for (const value of Object.values(body.context)) expect(typeof value).toBe('string');
  });

  it('recognises the accreditation body, on its own word as well', async () => {
    const { body } = await ask('recognition', question({ entity_id: dids.body }));
    expect(body).toMatchObject({ recognized: true, authority_id: dids.owner });
    expect(body.time_requested).toBeUndefined();
    const own = await ask('recognition', question({ entity_id: dids.body, authority_id: buyer.did }));
    expect(own.body).toMatchObject({ recognized: true, authority_id: buyer.did });
    const below = await ask('recognition', question({ entity_id: dids.verifier, authority_id: buyer.did }));
    expect(below.body).toMatchObject({ recognized: false });
  });

  it('answers no, in the language asked for, to a known party without the right', async () => {
    const { status, body } = await node.request('POST', `${BASE}/authorization`, {
      ...{ token: buyer.token, body: question({ action: 'validation' }), headers: { 'accept-language': 'ko' } },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ authorized: false, context: { outcome: 'failed', code: 'OUT_OF_SCOPE' } });
    expect(body.message).toMatch(/필요한 범위는 validation/);
  });

  it.each([
    ['another action', { action: 'issue' }, 404, 'NOT_FOUND', '/action'],
    ['a regime that the policy lacks', { resource: 'catena-x-pcf' }, 404, 'NOT_FOUND', '/resource'],
    ['an authority nobody knows', { authority_id: 'did:web:nobody.example' }, 404, 'NOT_FOUND', '/authority_id'],
    [
      'a time with an offset',
      { context: { time: '2027-03-10T09:00:00+09:00' } },
      400,
      'MALFORMED_VALUE_ERROR',
      '/context/time',
    ],
    ['a condition that is not understood', { context: { colour: 'green' } }, 400, 'BAD_REQUEST', '/context/colour'],
    ['no entity', { entity_id: undefined }, 400, 'BAD_REQUEST', '/entity_id'],
  ])('refuses %s', async (_, more, status, code, pointer) => {
    const answer = await ask('authorization', question(more));
    expect([answer.status, answer.body.code, answer.body.pointer]).toEqual([status, code, pointer]);
  });

  it('is open to its organisation alone', async () => {
    expect((await ask('authorization', question(), 'wrong-token-wrong-token')).status).toBe(401);
    const stranger = await node.createParty('stranger');
    expect((await ask('authorization', question(), stranger.token)).status).toBe(404);
  });

  it('changes its answer when the accreditation falls, and keeps the one about the day before', async () => {
    const credentialId = String(issued.credentials.get('accreditation:kr')?.['id']);
    const slug = Object.entries(readExample('steel-coil')['organisations'] as Record<string, { did: string }>).find(
      ([, { did }]) => did === 'did:web:ab-korea.example',
    )?.[0];
    const fresh = await node.post(`/admin/organizations/${slug}/token`, {}, ADMIN_TOKEN);
    node.clock.set(Date.UTC(2027, 4, 2));
    const change = {
      ...{ credentialId, statusPurpose: 'revocation', status: true, reason: 'withdrawn', effectiveDate: '2027-05-01' },
    };
    expect((await node.post(`/issuers/${slug}/credentials/status`, change, fresh.body.token)).status).toBe(200);
    const after = await ask('authorization', question());
    expect(after.body).toMatchObject({ authorized: false, context: { code: 'REVOKED' } });
    const before = await ask('authorization', question({ context: { time: '2027-03-10T00:00:00Z' } }));
    expect(before.body).toMatchObject({ authorized: true });
  });
});
