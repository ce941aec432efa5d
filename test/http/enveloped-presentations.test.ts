/** Presentations as tokens, over HTTP: made by holder instances, taken by verifiers and evaluations. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, bareCredential, type Party, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let party: Party;
// biome-ignore lint/suspicious/noExplicitAny: credentials are read by path
let credential: any;
// biome-ignore lint/suspicious/noExplicitAny: credentials are read by path
let enveloped: any;
beforeAll(async () => {
  node = await startNode();
  party = await node.createParty('maker');
  credential = await issue('maker', party.did);
  const more = { id: 'tokens', cryptosuite: 'vc+jwt', keyType: 'Ed25519' };
  const { did } = (await node.post('/admin/organizations/maker/issuers', more, ADMIN_TOKEN)).body;
  enveloped = await issue('tokens', did);
});
afterAll(() => node[Symbol.asyncDispose]());

async function issue(id: string, did: string, subject = did) {
  const unsigned = { ...bareCredential(did), credentialSubject: { id: subject } };
  const { body } = await node.post(`/issuers/${id}/credentials/issue`, { credential: unsigned }, party.token);
  return body.verifiableCredential;
}
const challenge = async (): Promise<string> => (await node.post('/verifiers/maker/challenges', {})).body.challenge;
const prove = (credentials: unknown[], options: object, holder = 'maker') =>
  node.post(
    `/holders/${holder}/presentations/prove`,
    { presentation: { verifiableCredential: credentials }, options: { domain: node.url, ...options } },
    party.token,
  );
const verify = (verifiablePresentation: unknown, options: object) =>
  node.post('/verifiers/maker/presentations/verify', {
    verifiablePresentation,
    options: { returnPresentation: true, ...options },
  });
const codes = (answer: { body: { problemDetails: { code: string }[] } }) =>
  answer.body.problemDetails.map((problem) => problem.code);
// biome-ignore lint/suspicious/noExplicitAny: a token is read by path
const payloadOf = (envelope: any) => JSON.parse(Buffer.from(envelope.id.split('.')[1], 'base64url').toString());

describe('a presentation in a token', () => {
  it('verifies once, with credentials of both forms inside', async () => {
    const asked = await challenge();
    const made = await prove([credential, enveloped], { challenge: asked, mechanism: 'vp+jwt' });
    expect(made.status).toBe(201);
    const { verifiablePresentation } = made.body;
    expect(verifiablePresentation.type).toBe('EnvelopedVerifiablePresentation');
    expect(payloadOf(verifiablePresentation)).toMatchObject({ aud: node.url, nonce: asked, iss: party.did });
    const answer = await verify(verifiablePresentation, { challenge: asked });
    expect(answer.body).toMatchObject({ verified: true, problemDetails: [], verifiablePresentation });
    expect(codes(await verify(verifiablePresentation, { challenge: asked }))).toEqual(['INVALID_CHALLENGE_ERROR']);
  });

  it('is refused for another challenge and for another domain', async () => {
    const first = await challenge();
    const other = await prove([credential], { challenge: 'x'.repeat(32), mechanism: 'vp+jwt' });
    expect(codes(await verify(other.body.verifiablePresentation, { challenge: first }))).toEqual([
      'INVALID_CHALLENGE_ERROR',
    ]);
    const second = await challenge();
    const foreign = await prove([credential], {
      challenge: second,
      domain: 'https://evil.example',
      mechanism: 'vp+jwt',
    });
    expect(codes(await verify(foreign.body.verifiablePresentation, { challenge: second }))).toEqual([
      'INVALID_DOMAIN_ERROR',
    ]);
  });

  it('does not hide what is wrong inside, and says which', async () => {
    const asked = await challenge();
    const revoked = await issue('maker', party.did);
    const change = { credentialId: revoked.id, statusPurpose: 'revocation', status: true };
    expect((await node.post('/issuers/maker/credentials/status', change, party.token)).status).toBe(200);
    const { body } = await prove([credential, revoked], { challenge: asked, mechanism: 'vp+jwt' });
    const answer = await verify(body.verifiablePresentation, { challenge: asked });
    expect(answer.body.verified).toBe(false);
    expect(answer.body.problemDetails[0]).toMatchObject({
      code: 'REVOKED',
      pointer: '/verifiableCredential/1',
    });
    expect(answer.body).not.toHaveProperty('verifiablePresentation');
  });

  it('is not made around what is forged, and says which', async () => {
    const changed = { ...credential, validFrom: '2024-01-01T00:00:00Z' };
    expect(await prove([credential, changed], { challenge: await challenge(), mechanism: 'vp+jwt' })).toMatchObject({
      status: 400,
      body: { code: 'PROOF_VERIFICATION_ERROR', pointer: '/verifiableCredential/1/proof' },
    });
  });

  it('of somebody else’s bare credential is refused', async () => {
    const asked = await challenge();
    const theirs = await issue('maker', party.did, 'did:web:victim.example');
    const { body } = await prove([theirs], { challenge: asked, mechanism: 'vp+jwt' });
    expect(codes(await verify(body.verifiablePresentation, { challenge: asked }))).toEqual(['HOLDER_MISMATCH']);
  });

  it('is opened by an evaluation too, which says so where it cannot be', async () => {
    const { body } = await prove([credential], { challenge: await challenge(), mechanism: 'vp+jwt' });
    const evaluate = (presentation: unknown) =>
      node.post('/verifiers/maker/evaluations', { presentation }, party.token);
    const broken = { ...body.verifiablePresentation, id: 'data:application/vp+jwt,a.b' };
    expect((await evaluate(broken)).body).toMatchObject({ status: 400, code: 'PARSING_ERROR' });
    // Without a policy nothing is evaluated; that is asked after the envelope was opened.
    expect((await evaluate(body.verifiablePresentation)).body.code).not.toBe('PARSING_ERROR');
  });
});

describe.each([
  ['vp+jwt', 'P-256'],
  ['vp+jwt', 'P-384'],
  ['ecdsa-jcs-2019', 'P-256'],
])('a holder instance with %s and %s', (cryptosuite, keyType) => {
  const id = `wallet-${cryptosuite.replace('+', '-')}-${keyType}`.toLowerCase();

  it('presents under a DID of its own, and keeps its own credentials', async () => {
    const added = await node.post('/admin/organizations/maker/holders', { id, cryptosuite, keyType }, ADMIN_TOKEN);
    expect(added.status).toBe(201);
    expect(added.body.url).toBe(`${node.url}/holders/${id}`);
    const asked = await challenge();
    const mine = await issue('maker', party.did, added.body.did);
    const { body } = await prove([mine], { challenge: asked }, id);
    expect((await verify(body.verifiablePresentation, { challenge: asked })).body).toMatchObject({ verified: true });
    expect((await node.request('GET', `/holders/${id}/credentials`, { token: party.token })).body.credentials).toEqual(
      [],
    );
  });
});

describe('a holder instance that cannot be', () => {
  it.each([
    [{ cryptosuite: 'ecdsa-sd-2023', keyType: 'P-256' }, '/cryptosuite'],
    [{ cryptosuite: 'vc+jwt', keyType: 'P-256' }, '/cryptosuite'],
    [{ cryptosuite: 'eddsa-jcs-2022', keyType: 'P-256' }, '/keyType'],
  ])('is refused: %j', async (request, pointer) => {
    const answer = await node.post('/admin/organizations/maker/holders', { id: 'never', ...request }, ADMIN_TOKEN);
    expect(answer).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST', pointer } });
  });

  it.each(['vc+jwt', 'ecdsa-rdfc-2019', 'none'])('does not present with %s', async (mechanism) => {
    const answer = await prove([credential], { challenge: await challenge(), mechanism });
    expect(answer).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST', pointer: '/options/mechanism' } });
  });
});
