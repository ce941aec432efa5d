import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadContexts, V1_CONTEXT, V2_CONTEXT } from '../../src/credentials/contexts.ts';
import { ADMIN_TOKEN, bareCredential, type Party, startNode, type TestNode } from '../support/node.ts';

const EXAMPLES = 'https://www.w3.org/ns/credentials/examples/v2';

let node: TestNode;
let party: Party;
let suite: Party;

/** An organisation whose default instances are conformance instances. */
async function createSuite(at: TestNode): Promise<Party> {
  const name = { en: 'Suite (fictional)', ko: '시험 (가상)' };
  const reply = await at.post(
    '/admin/organizations',
    { slug: 'suite', name, role: 'company', conformance: true },
    ADMIN_TOKEN,
  );
  expect(reply.status).toBe(201);
  return reply.body as Party;
}

beforeAll(async () => {
  node = await startNode({ environment: { PROFILE: 'conformance' } });
  party = await node.createParty('maker');
  suite = await createSuite(node);
});
afterAll(() => node[Symbol.asyncDispose]());

/** A credential of a type that no profile knows, with terms that a context with `@vocab` defines. */
const foreign = (issuer: string, more: object = {}): object => ({
  '@context': [V2_CONTEXT, EXAMPLES],
  type: ['VerifiableCredential', 'ExampleDegreeCredential'],
  issuer,
  credentialSubject: { id: 'did:example:student', degree: { type: 'ExampleDegree', name: 'Doctor of Steel' } },
  ...more,
});
const issueAt = (instance: string, token: string, credential: unknown) =>
  node.post(`/issuers/${instance}/credentials/issue`, { credential }, token);
const verifyAt = (instance: string, verifiableCredential: unknown, options?: object) =>
  node.post(`/verifiers/${instance}/credentials/verify`, { verifiableCredential, ...(options && { options }) });

describe('a conformance instance', () => {
  it('issues and verifies a credential of any type, and says what that is worth', async () => {
    const issued = await issueAt('suite', suite.token, foreign(suite.did));
    expect(issued).toMatchObject({ status: 201, body: { profile: 'conformance' } });
    const { verifiableCredential } = issued.body;
    const answer = await verifyAt('suite', verifiableCredential, { checks: ['proof'] });
    expect(answer).toMatchObject({ status: 200, body: { verified: true, profile: 'conformance' } });
    expect(answer.body.notice).toMatch(/nothing can be relied on/);
    expect(answer.body.findings).toContainEqual(expect.objectContaining({ check: 'conformance', outcome: 'skipped' }));
    expect(answer.headers.get('proofprint-profile')).toBe('conformance');
  });

  it('lets a document define terms of its own, but loads nothing', async () => {
    const own = (definition: object) =>
      foreign(suite.did, {
        '@context': [V2_CONTEXT, definition],
        type: ['VerifiableCredential'],
        credentialSubject: { id: 'did:example:student', favourite: 'steel' },
      });
    const issued = await issueAt('suite', suite.token, own({ favourite: 'https://vocabulary.example/favourite' }));
    expect(issued.status).toBe(201);
    expect((await verifyAt('suite', issued.body.verifiableCredential)).body.verified).toBe(true);
    expect(await issueAt('suite', suite.token, own({}))).toMatchObject({
      status: 400,
      body: { code: 'DATA_LOSS_DETECTION_ERROR' },
    });
    expect(await issueAt('suite', suite.token, own({ '@import': 'https://vocabulary.example/c' }))).toMatchObject({
      status: 400,
      body: { code: 'CONTEXT_NOT_ALLOWED' },
    });
    const many = Object.fromEntries(
      Array.from({ length: 501 }, (_, n) => [`t${n}`, `https://vocabulary.example/${n}`]),
    );
    expect(await issueAt('suite', suite.token, own(many))).toMatchObject({
      status: 413,
      body: { code: 'LIMIT_EXCEEDED' },
    });
  });

  it('refuses what is tampered with, with the status that the suites expect', async () => {
    const { verifiableCredential } = (await issueAt('suite', suite.token, foreign(suite.did))).body;
    const tampered = { ...verifiableCredential, credentialSubject: { id: 'did:example:impostor' } };
    expect(await verifyAt('suite', tampered)).toMatchObject({
      status: 400,
      body: {
        verified: false,
        problemDetails: [{ code: 'PROOF_VERIFICATION_ERROR', pointer: '/proof' }, { pointer: '/issuer' }],
      },
    });
  });

  it('takes VCDM 1.1 by the dates of that version', async () => {
    const legacy = (dates: object) => ({ ...foreign(suite.did, { '@context': [V1_CONTEXT, EXAMPLES] }), ...dates });
    expect(await issueAt('suite', suite.token, legacy({}))).toMatchObject({
      status: 400,
      body: { code: 'MALFORMED_VALUE_ERROR', pointer: '/credential/issuanceDate' },
    });
  });

  it('keeps the ids and the status that a client brings, a record each time', async () => {
    const brought = foreign(suite.did, {
      id: 'https://registry.example/credentials/1',
      credentialStatus: { type: 'ExampleStatus', id: 'https://registry.example/status/1' },
    });
    const first = await issueAt('suite', suite.token, brought);
    const second = await issueAt('suite', suite.token, brought);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(first.body.verifiableCredential).toMatchObject({ id: 'https://registry.example/credentials/1' });
    // Issued is not accepted: nobody here can read such a status.
    expect(await verifyAt('suite', first.body.verifiableCredential)).toMatchObject({
      status: 400,
      body: { verified: false, problemDetails: [{ code: 'STATUS_UNSUPPORTED' }] },
    });
  });
});

describe('the other instances of the same node', () => {
  it('take nothing that they would not take elsewhere', async () => {
    expect(await issueAt('maker', party.token, foreign(party.did))).toMatchObject({
      status: 400,
      body: { code: 'MALFORMED_VALUE_ERROR', pointer: '/credential/type' },
    });
    const { verifiableCredential } = (await issueAt('suite', suite.token, foreign(suite.did))).body;
    const answer = await verifyAt('maker', verifiableCredential);
    expect(answer).toMatchObject({ status: 200, body: { verified: false } });
    expect(answer.body.problemDetails[0].code).toBe('CONTEXT_NOT_ALLOWED');
    expect(answer.body).not.toHaveProperty('profile');
    expect(await verifyAt('maker', verifiableCredential, { checks: ['proof'] })).toMatchObject({
      status: 400,
      body: { code: 'UNKNOWN_OPTION_PROVIDED', pointer: '/options/checks' },
    });
  });

  it('verify as ever', async () => {
    const issued = await issueAt('maker', party.token, bareCredential(party.did));
    expect((await verifyAt('maker', issued.body.verifiableCredential)).body).toMatchObject({ verified: true });
  });
});

describe('proofs alone', () => {
  it('are looked at by an instance that says so, and by no other', async () => {
    const made = await node.post(
      '/admin/organizations/suite/verifiers',
      { id: 'proofs', conformance: true, proofOnly: true },
      ADMIN_TOKEN,
    );
    expect(made.status).toBe(201);
    const expired = foreign(suite.did, { validFrom: '2020-01-01T00:00:00Z', validUntil: '2021-01-01T00:00:00Z' });
    const { verifiableCredential } = (await issueAt('suite', suite.token, expired)).body;
    const answer = await verifyAt('proofs', verifiableCredential);
    expect(answer).toMatchObject({ status: 200, body: { verified: true } });
    expect(answer.body.findings).toContainEqual(expect.objectContaining({ check: 'period', outcome: 'skipped' }));
    expect(await verifyAt('suite', verifiableCredential)).toMatchObject({
      status: 400,
      body: { problemDetails: [{ code: 'EXPIRED' }] },
    });
  });

  it('are no setting of an ordinary instance', async () => {
    expect(
      await node.post('/admin/organizations/maker/verifiers', { id: 'lax', proofOnly: true }, ADMIN_TOKEN),
    ).toMatchObject({ status: 400, body: { code: 'CONFIG_REFUSED', pointer: '/proofOnly' } });
  });
});

describe('what is said of a document', () => {
  it('says whose word it is, at every door of such an instance and at no other', async () => {
    const { verifiableCredential } = (await issueAt('suite', suite.token, foreign(suite.did))).body;
    const issued = (await node.get('/issuers/suite/credentials', suite.token)).body.credentials[0].credentialId;
    const held = await node.post('/holders/suite/credentials', { verifiableCredential }, suite.token);
    const occasion = { challenge: 'c'.repeat(22), domain: 'https://suite.example' };
    const presentation = { verifiableCredential: [verifiableCredential] };
    const answers = [
      held,
      await node.get(`/issuers/suite/credentials/${issued}`, suite.token),
      await node.get(`/holders/suite/credentials/${held.body.id}`, suite.token),
      await node.post('/issuers/suite/credentials/check', { credential: foreign(suite.did) }, suite.token),
      await node.post('/holders/suite/presentations/prove', { presentation, options: occasion }, suite.token),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 200, 201]);
    for (const { body } of answers) expect(body).toMatchObject({ profile: 'conformance', notice: expect.any(String) });
    const ordinary = (await issueAt('maker', party.token, bareCredential(party.did))).body.verifiableCredential;
    const kept = await node.post('/holders/maker/credentials', { verifiableCredential: ordinary }, party.token);
    const shown = await node.get(`/holders/maker/credentials/${kept.body.id}`, party.token);
    for (const { status, body } of [kept, shown]) {
      expect(status).toBeLessThan(300);
      expect(body).not.toHaveProperty('profile');
    }
  });

  it('is not kept or presented by an ordinary holder', async () => {
    const { verifiableCredential } = (await issueAt('suite', suite.token, foreign(suite.did))).body;
    expect(await node.post('/holders/maker/credentials', { verifiableCredential }, party.token)).toMatchObject({
      status: 400,
      body: { code: 'CONTEXT_NOT_ALLOWED' },
    });
    const presentation = { verifiableCredential: [verifiableCredential] };
    const options = { challenge: 'c'.repeat(22), domain: 'https://suite.example' };
    expect(await node.post('/holders/maker/presentations/prove', { presentation, options }, party.token)).toMatchObject(
      { status: 400, body: { code: 'CONTEXT_NOT_ALLOWED' } },
    );
    // What an open holder signed is no more for it.
    const { verifiablePresentation } = (
      await node.post('/holders/suite/presentations/prove', { presentation, options }, suite.token)
    ).body;
    const { challenge } = (await node.post('/verifiers/maker/challenges', {})).body;
    expect(
      (await node.post('/verifiers/maker/presentations/verify', { verifiablePresentation, options: { challenge } }))
        .body,
    ).toMatchObject({ verified: false, problemDetails: [{ code: 'CONTEXT_NOT_ALLOWED' }] });
    expect(
      (await node.post('/verifiers/suite/presentations/verify', { verifiablePresentation, options })).body,
    ).toMatchObject({ verified: true, profile: 'conformance' });
  });
});

describe('a trust evaluation', () => {
  it('is not had by the way of advice either: a draft of any form gets none', async () => {
    const claim = (issuer: string) =>
      foreign(issuer, {
        type: ['VerifiableCredential', 'CarbonFootprintClaim'],
        validFrom: '2026-11-01T00:00:00Z',
        validUntil: '2027-11-01T00:00:00Z',
      });
    const answer = await node.post('/issuers/suite/credentials/check', { credential: claim(suite.did) }, suite.token);
    expect(answer).toMatchObject({ status: 200, body: { issuable: true, advice: {}, profile: 'conformance' } });
    const ordinary = await node.post('/issuers/maker/credentials/check', { credential: claim(party.did) }, party.token);
    expect(ordinary).toMatchObject({ status: 200, body: { issuable: false, advice: {} } });
    expect(ordinary.body.problemDetails[0].code).toBe('CONTEXT_NOT_ALLOWED');
  });

  it('is not to be had from a conformance instance, with or without a policy', async () => {
    const evaluation = { credentials: [bareCredential(suite.did)] };
    expect(await node.post('/verifiers/suite/evaluations', evaluation, suite.token)).toMatchObject({
      status: 400,
      body: { code: 'CONFIG_REFUSED', detail: 'a conformance instance evaluates nothing' },
    });
    expect(
      await node.post(
        '/admin/organizations/suite/verifiers',
        { id: 'with-policy', conformance: true, policy: {} },
        ADMIN_TOKEN,
      ),
    ).toMatchObject({ status: 400, body: { code: 'CONFIG_REFUSED', pointer: '/policy' } });
    // A policy handed to the node by other means changes nothing.
    node.node.setPolicy({} as never);
    expect(await node.post('/verifiers/suite/evaluations', evaluation, suite.token)).toMatchObject({
      status: 400,
      body: { code: 'CONFIG_REFUSED', detail: 'a conformance instance evaluates nothing' },
    });
  });
});

describe('a node', () => {
  it('that was not started for it has no conformance instances', async () => {
    await using ordinary = await startNode();
    const maker = await ordinary.createParty('maker');
    expect(maker.slug).toBe('maker');
    for (const [path, body] of [
      ['/admin/organizations', { slug: 'suite', name: { en: 'S', ko: 'S' }, role: 'company', conformance: true }],
      [
        '/admin/organizations/maker/issuers',
        { id: 'open', cryptosuite: 'eddsa-rdfc-2022', keyType: 'Ed25519', conformance: true },
      ],
      ['/admin/organizations/maker/verifiers', { id: 'open', conformance: true }],
      [
        '/admin/organizations/maker/holders',
        { id: 'open', cryptosuite: 'eddsa-rdfc-2022', keyType: 'Ed25519', conformance: true },
      ],
    ] as const) {
      expect(await ordinary.post(path, body, ADMIN_TOKEN)).toMatchObject({
        status: 400,
        body: { code: 'CONFIG_REFUSED', pointer: '/conformance' },
      });
    }
    expect((await ordinary.get('/health/live')).headers.get('proofprint-profile')).toBeNull();
  });

  it('opens data made for conformance tests as nothing else, and nothing else for them', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'proofprint-test-'));
    try {
      const first = await startNode({ directory, environment: { PROFILE: 'conformance' } });
      await createSuite(first);
      await first[Symbol.asyncDispose]();
      await expect(startNode({ directory })).rejects.toMatchObject({ code: 'CONFIG_REFUSED' });
      const again = await startNode({ directory, environment: { PROFILE: 'conformance' } });
      await again[Symbol.asyncDispose]();
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
    await using ordinary = await startNode();
    await ordinary.createParty('maker');
    await ordinary.node.close();
    await expect(
      startNode({ directory: ordinary.directory, environment: { PROFILE: 'conformance' } }),
    ).rejects.toMatchObject({ code: 'CONFIG_REFUSED' });
  });

  it('has the context of the examples only where it was started for them', () => {
    expect(loadContexts().document(EXAMPLES)).toBeUndefined();
    expect(loadContexts('conformance').document(EXAMPLES)).toBeDefined();
  });
});
