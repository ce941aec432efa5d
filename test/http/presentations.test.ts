import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bareCredential, type Party, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let holder: Party;
let other: Party;
// biome-ignore lint/suspicious/noExplicitAny: a credential is read by path
let credential: any;
beforeAll(async () => {
  node = await startNode();
  holder = await node.createParty('holder');
  other = await node.createParty('other');
  credential = (
    await node.post('/issuers/holder/credentials/issue', { credential: bareCredential(holder.did) }, holder.token)
  ).body.verifiableCredential;
});
afterAll(() => node[Symbol.asyncDispose]());

const challenge = async (): Promise<string> => (await node.post('/verifiers/other/challenges', {})).body.challenge;
const verify = (verifiablePresentation: unknown, options: object) =>
  node.post('/verifiers/other/presentations/verify', { verifiablePresentation, options });
const codes = (answer: { body: { problemDetails: { code: string }[] } }) =>
  answer.body.problemDetails.map((problem) => problem.code);

async function prove(
  options: { challenge: string; domain?: string },
  party = holder,
  credentials: unknown[] = [credential],
) {
  const body = { presentation: { verifiableCredential: credentials }, options: { domain: node.url, ...options } };
  return (await node.post(`/holders/${party.slug}/presentations/prove`, body, party.token)).body.verifiablePresentation;
}

describe('a presentation', () => {
  it('by the subject, for our challenge and domain, verifies once', async () => {
    const asked = await challenge();
    const presentation = await prove({ challenge: asked });
    expect(presentation.proof).toMatchObject({ proofPurpose: 'authentication', challenge: asked, domain: node.url });
    expect((await verify(presentation, { challenge: asked })).body).toMatchObject({ verified: true, valid: true });
    const again = await verify(presentation, { challenge: asked });
    expect(codes(again)).toEqual(['INVALID_CHALLENGE_ERROR']);
  });

  it('sent fifty times at once is accepted once', async () => {
    const asked = await challenge();
    const presentation = await prove({ challenge: asked });
    const answers = await Promise.all(Array.from({ length: 50 }, () => verify(presentation, { challenge: asked })));
    expect(answers.filter((answer) => answer.body.verified).length).toBe(1);
  });

  it('for a challenge of another verifier, or one that has ended, is refused', async () => {
    const foreign = (await node.post('/verifiers/holder/challenges', {})).body.challenge;
    expect(codes(await verify(await prove({ challenge: foreign }), { challenge: foreign }))).toEqual([
      'INVALID_CHALLENGE_ERROR',
    ]);
    const mine = await challenge();
    const presentation = await prove({ challenge: mine });
    node.clock.set(node.clock.now() + 301_000);
    expect(codes(await verify(presentation, { challenge: mine }))).toEqual(['INVALID_CHALLENGE_ERROR']);
  });

  it('whose proof carries another challenge than the one asked for is refused', async () => {
    const presentation = await prove({ challenge: 'x'.repeat(32) });
    expect(codes(await verify(presentation, { challenge: await challenge() }))).toEqual(['INVALID_CHALLENGE_ERROR']);
  });

  it.each([
    ['missing', undefined],
    ['a list', ['a', 'b']],
    ['a number', 7],
  ])('without a usable challenge (%s) is refused', async (_form, value) => {
    const presentation = await prove({ challenge: 'x'.repeat(32) });
    expect(codes(await verify(presentation, { challenge: value }))).toEqual(['INVALID_CHALLENGE_ERROR']);
  });

  it('made for another domain is refused, and so is one made for ours and theirs', async () => {
    const first = await challenge();
    expect(
      codes(await verify(await prove({ challenge: first, domain: 'https://evil.example' }), { challenge: first })),
    ).toEqual(['INVALID_DOMAIN_ERROR']);
    const second = await challenge();
    const presentation = await prove({ challenge: second });
    const both = { ...presentation, proof: { ...presentation.proof, domain: [node.url, 'https://evil.example'] } };
    expect(codes(await verify(both, { challenge: second }))).toEqual(['INVALID_DOMAIN_ERROR']);
  });

  it('of somebody else’s credential is refused', async () => {
    const asked = await challenge();
    expect(codes(await verify(await prove({ challenge: asked }, other), { challenge: asked }))).toEqual([
      'HOLDER_MISMATCH',
    ]);
  });

  it('with another holder named, or none, is refused', async () => {
    for (const holderMember of [{ holder: other.did }, {}]) {
      const asked = await challenge();
      const { holder: _named, ...rest } = await prove({ challenge: asked });
      expect(codes(await verify({ ...rest, ...holderMember }, { challenge: asked }))).toContain('HOLDER_MISMATCH');
    }
  });

  it('without a proof or without a credential is refused', async () => {
    const first = await challenge();
    const { proof: _proof, ...unsigned } = await prove({ challenge: first });
    expect(codes(await verify(unsigned, { challenge: first }))).toEqual(['PROOF_VERIFICATION_ERROR']);
    const second = await challenge();
    const { verifiableCredential: _none, ...empty } = await prove({ challenge: second });
    expect(codes(await verify(empty, { challenge: second }))).toEqual(['NOTHING_PRESENTED']);
  });

  it('with a revoked credential inside is not verified, and says which', async () => {
    const issued = (
      await node.post('/issuers/holder/credentials/issue', { credential: bareCredential(holder.did) }, holder.token)
    ).body.verifiableCredential;
    await node.post(
      '/issuers/holder/credentials/status',
      { credentialId: issued.id, statusPurpose: 'revocation', status: true },
      holder.token,
    );
    const asked = await challenge();
    const answer = await verify(await prove({ challenge: asked }, holder, [credential, issued]), { challenge: asked });
    expect(answer.body.verified).toBe(false);
    expect(answer.body.problemDetails).toEqual([
      expect.objectContaining({ code: 'REVOKED', pointer: expect.stringMatching(/^\/verifiableCredential\/1/) }),
    ]);
  });

  it('answers 400 where the instance says so, with the same body', async () => {
    await node.post(
      '/admin/organizations/other/verifiers',
      { id: 'strict', invalidStatus: 400 },
      'admin-token-for-tests-only',
    );
    const asked = (await node.post('/verifiers/strict/challenges', {})).body.challenge;
    const answer = await node.post('/verifiers/strict/presentations/verify', {
      verifiablePresentation: {},
      options: { challenge: asked },
    });
    expect(answer.status).toBe(400);
    expect(answer.body.verified).toBe(false);
  });
});

describe('a holder', () => {
  it('keeps, finds, lists and forgets a credential', async () => {
    const kept = await node.post('/holders/holder/credentials', { verifiableCredential: credential }, holder.token);
    expect(kept).toMatchObject({ status: 201, body: { credentialId: credential.id, types: ['VerifiableCredential'] } });
    const path = `/holders/holder/credentials/${kept.body.id}`;
    expect((await node.get(path, holder.token)).body.verifiableCredential).toEqual(credential);
    expect(
      (await node.get('/holders/holder/credentials', holder.token)).body.credentials.map(
        (one: { id: string }) => one.id,
      ),
    ).toContain(kept.body.id);
    const asked = await challenge();
    const body = { credentials: [kept.body.id], options: { challenge: asked, domain: node.url } };
    const presented = await node.post('/holders/holder/presentations/prove', body, holder.token);
    expect((await verify(presented.body.verifiablePresentation, { challenge: asked })).body.verified).toBe(true);
    expect((await node.request('DELETE', path, { token: holder.token })).status).toBe(204);
    expect(await node.get(path, holder.token)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });

  it('does not keep what does not verify', async () => {
    const forged = { ...credential, credentialSubject: { ...credential.credentialSubject, name: 'Forged' } };
    expect(
      await node.post('/holders/holder/credentials', { verifiableCredential: forged }, holder.token),
    ).toMatchObject({
      status: 400,
      body: { code: 'PROOF_VERIFICATION_ERROR' },
    });
  });

  it('signs nothing that every verifier would refuse for its form, and leaves nothing out in silence', async () => {
    const present = (credentials: unknown[]) =>
      node.post(
        '/holders/holder/presentations/prove',
        {
          presentation: { verifiableCredential: credentials },
          options: { challenge: 'c'.repeat(32), domain: node.url },
        },
        holder.token,
      );
    expect(await present([credential])).toMatchObject({ status: 201 });
    expect(await present([{ ...credential, '@index': 'unsigned' }])).toMatchObject({
      status: 400,
      body: { code: 'MALFORMED_VALUE_ERROR' },
    });
    expect(await present([credential, 'a.b.c'])).toMatchObject({
      status: 400,
      body: { code: 'MALFORMED_VALUE_ERROR', pointer: '/presentation/verifiableCredential/1' },
    });
  });

  it('is nobody else’s to look into', async () => {
    const kept = await node.post('/holders/holder/credentials', { verifiableCredential: credential }, holder.token);
    for (const [method, path] of [
      ['GET', '/holders/holder/credentials'],
      ['GET', `/holders/holder/credentials/${kept.body.id}`],
      ['DELETE', `/holders/holder/credentials/${kept.body.id}`],
      ['GET', '/holders/nobody/credentials'],
    ] as const) {
      const answer = await node.request(method, path, { token: other.token });
      expect(answer).toMatchObject({
        status: 404,
        body: { code: 'NOT_FOUND', detail: 'not one of your holder instances' },
      });
    }
  });
});
