import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { readExample } from '../support/example-credentials.ts';
import { issueOnNode, settleExample } from '../support/issue-on-node.ts';
import { applyPatch } from '../support/json-patch.ts';
import { type Party, startNode, type TestNode } from '../support/node.ts';
import { casesOf, type IssuedExample, policyOfExample } from '../support/worked-examples.ts';

/** The steel coil with the report that a nationally accredited body made on it. */
const variant = casesOf(readExample('steel-coil')).find(({ name }) => name.includes('national-statement'))?.example;

let node: TestNode;
let issued: IssuedExample;
let policy: JsonObject;
let bodies: Readonly<Record<'eu' | 'kr', Party>>;

beforeAll(async () => {
  node = await startNode({ start: Date.UTC(2024, 0, 1) });
  const settled = await settleExample(node, variant ?? {});
  issued = await issueOnNode(node, settled.example, settled.parties);
  policy = policyOfExample(settled.example);
  const byDid = (key: string) => settled.parties.get(String(credential(key)['issuer'])) as Party;
  bodies = { eu: byDid('statement:coil'), kr: byDid('statement:coil-national') };
}, 60_000);
afterAll(() => node[Symbol.asyncDispose]());

const credential = (key: string): JsonObject => {
  const found = issued.credentials.get(key);
  if (found === undefined) throw new Error(key);
  return found;
};
/** As its issuer wrote it, before it was issued. */
const draftOf = (key: string): JsonObject => {
  const { proof: _p, credentialStatus: _s, id: _i, ...draft } = credential(key);
  return draft;
};
const SUPPORTING = ['claim:coil', 'claim:slab', 'statement:slab', 'accreditation:eu', 'accreditation:kr'];
const supporting = () => SUPPORTING.map(credential);
const check = (party: Party, body: object, headers: Record<string, string> = {}) =>
  node.post(`/issuers/${party.slug}/credentials/check`, body, party.token, headers);
const issue = (party: Party, body: object, headers: Record<string, string> = {}) =>
  node.post(`/issuers/${party.slug}/credentials/issue`, body, party.token, headers);
const countOf = async (party: Party): Promise<number> =>
  (await node.get(`/issuers/${party.slug}/credentials`, party.token)).body.credentials.length;
const idsOf = (rules: readonly { id: string; outcome: string }[]) => [
  ...new Set(rules.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id)),
];

describe('advice before signing', () => {
  it('says that a good statement would meet the checks, and leaves nothing behind', async () => {
    const before = await countOf(bodies.eu);
    const answer = await check(bodies.eu, {
      credential: draftOf('statement:coil'),
      supporting: supporting(),
      regimes: ['eu-cbam'],
      policy,
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      issuable: true,
      findings: [],
      advice: { 'eu-cbam': { wouldBe: 'ACCEPT', text: 'would meet the checks', missing: [] } },
    });
    expect(await countOf(bodies.eu)).toBe(before);
  });

  it("tells a nationally accredited body what stands against it, in the caller's language", async () => {
    const body = { credential: draftOf('statement:coil-national'), supporting: supporting(), regimes: ['eu-cbam'] };
    const answer = await check(bodies.kr, body, { 'accept-language': 'ko' });
    const advice = answer.body.advice['eu-cbam'];
    expect(advice.wouldBe).toBe('REJECT');
    expect(idsOf(advice.rules)).toEqual(expect.arrayContaining(['R1', 'R2', 'C4', 'B8', 'B11']));
    const basis = advice.rules.find((rule: { message: string }) => rule.message === 'R1.legal-basis');
    expect(basis).toMatchObject({
      pointer: '/credentialSubject/accreditation',
      text: expect.stringMatching(/[가-힣]/),
    });
  });

  it('refuses to sign what fails under a regime that it is meant for, with every finding', async () => {
    const before = await countOf(bodies.kr);
    const answer = await issue(bodies.kr, {
      credential: draftOf('statement:coil-national'),
      options: { regimes: ['eu-cbam'], supporting: supporting() },
    });
    expect(answer).toMatchObject({ status: 422, body: { code: 'LINT_FAILED' } });
    expect(answer.body.problems.map((problem: { pointer: string }) => problem.pointer)).toContain(
      '/credential/credentialSubject/accreditation',
    );
    expect(await countOf(bodies.kr)).toBe(before);
  });

  it('keeps as a warning what could not be told, and shows it with the record', async () => {
    const { supersedes: _, ...draft } = draftOf('statement:coil');
    const answer = await issue(bodies.eu, {
      credential: draft,
      options: { regimes: ['eu-cbam'], supporting: [credential('claim:coil')] },
    });
    expect(answer.status).toBe(201);
    const details = answer.body.warnings.map((warning: { detail: string }) => warning.detail);
    expect(details).toContainEqual(expect.stringContaining('eu-cbam: The document that accreditation links to'));
    const id = answer.body.verifiableCredential.id;
    const shown = await node.get(`/issuers/${bodies.eu.slug}/credentials/${id}`, bodies.eu.token);
    expect(shown.body.warnings.length).toBe(answer.body.warnings.length);
    expect(shown.body.warnings[0].params).toMatchObject({ severity: 'warning', regime: 'eu-cbam' });
  });

  it('finds what the organisation has on this node, and then warns without being asked', async () => {
    for (const key of [...SUPPORTING]) {
      const kept = { verifiableCredential: credential(key) };
      expect((await node.post(`/holders/${bodies.eu.slug}/credentials`, kept, bodies.eu.token)).status).toBe(201);
    }
    const asked = await check(bodies.eu, { credential: draftOf('statement:coil'), regimes: ['eu-cbam'], policy });
    // The report of the coil has been issued above as well; its own body holds it.
    expect(asked.body.advice['eu-cbam'].missing).toEqual([]);
    const wrong = applyPatch(draftOf('statement:coil'), [
      { op: 'replace', path: '/credentialSubject/checkedValues/0/value', value: '1.11111' },
    ]);
    const answer = await issue(bodies.eu, { credential: wrong });
    expect(answer.status).toBe(201);
    expect(answer.body.warnings).toContainEqual(
      expect.objectContaining({ pointer: '/credential/credentialSubject/checkedValues' }),
    );
  });

  it('gives a repeated request its answer, whatever advice says by now', async () => {
    const headers = { 'idempotency-key': 'advice-repeated-1' };
    const body = { credential: draftOf('statement:coil'), options: { regimes: ['eu-cbam'], supporting: supporting() } };
    const first = await issue(bodies.eu, body, headers);
    expect(first.status).toBe(201);
    const list = [credential('accreditation:eu')['credentialStatus']].flat() as unknown as { statusPurpose: string }[];
    expect(list.length).toBeGreaterThan(0);
    node.clock.set(Date.UTC(2033, 0, 1));
    expect(await issue(bodies.eu, { ...body }, { 'idempotency-key': 'advice-repeated-2' })).toMatchObject({
      status: 422,
    });
    expect(await issue(bodies.eu, body, headers)).toMatchObject({ status: 201, body: first.body });
  });

  it('reports a form that cannot be signed instead of refusing the question', async () => {
    const { credentialSubject: _, ...draft } = draftOf('statement:coil');
    const answer = await check(bodies.eu, { credential: draft });
    expect(answer).toMatchObject({ status: 200, body: { issuable: false, advice: {} } });
    expect(answer.body.findings[0].code).toBe('MALFORMED_VALUE_ERROR');
  });

  it.each<[string, (body: JsonObject) => object, string]>([
    ['a regime nobody knows', (body) => ({ ...body, regimes: ['nowhere'] }), 'BAD_REQUEST'],
    ['a policy that is none', (body) => ({ ...body, policy: { anchors: [] } }), 'CONFIG_REFUSED'],
    ['an instant that is none', (body) => ({ ...body, at: 'soon' }), 'MALFORMED_VALUE_ERROR'],
    [
      'a foreign issuer',
      (body) => ({ credential: { ...(body['credential'] as JsonObject), issuer: 'did:web:x.example' } }),
      'FORBIDDEN',
    ],
  ])('refuses %s', async (_name, change, code) => {
    const answer = await check(bodies.eu, change({ credential: draftOf('statement:coil') }));
    expect(answer.body.code).toBe(code);
  });

  it('answers nobody else', async () => {
    const path = `/issuers/${bodies.eu.slug}/credentials/check`;
    const body = { credential: draftOf('statement:coil') };
    expect((await node.post(path, body)).status).toBe(401);
    expect((await node.post(path, body, bodies.kr.token)).status).toBe(403);
  });
});
