import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATA_INTEGRITY_CONTEXT, V1_CONTEXT } from '../../src/credentials/contexts.ts';
import { ADMIN_TOKEN, bareCredential, type Party, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let maker: Party;
beforeAll(async () => {
  node = await startNode();
  maker = await node.createParty('maker');
  for (const [id, vcdm, cryptosuite] of [
    ['both', ['2.0', '1.1'], 'eddsa-rdfc-2022'],
    ['old', ['1.1'], 'eddsa-jcs-2022'],
  ] as const) {
    const made = { id, cryptosuite, keyType: 'Ed25519', vcdm };
    const reply = await node.post('/admin/organizations/maker/issuers', made, ADMIN_TOKEN);
    expect(reply.status, reply.text).toBe(201);
  }
});
afterAll(() => node[Symbol.asyncDispose]());

const legacy = (more: object = {}) => ({
  '@context': [V1_CONTEXT, DATA_INTEGRITY_CONTEXT],
  type: ['VerifiableCredential'],
  issuer: maker.did,
  issuanceDate: '2026-11-01T00:00:00Z',
  expirationDate: '2027-11-01T00:00:00Z',
  credentialSubject: { id: 'https://product.example/1' },
  ...more,
});
const issue = (instance: string, credential: unknown) =>
  node.post(`/issuers/${instance}/credentials/issue`, { credential }, maker.token);
const verify = async (verifiableCredential: unknown) => {
  const { body } = await node.post('/verifiers/maker/credentials/verify', { verifiableCredential });
  return [body.verified, ...body.problemDetails.map(({ code }: { code: string }) => code)];
};

describe('a credential by the data model 1.1', () => {
  it.each(['both', 'old'])('is issued by the instance %s, which says so, and verified by any', async (instance) => {
    const issued = await issue(instance, legacy());
    expect(issued.status, issued.text).toBe(201);
    const { verifiableCredential } = issued.body;
    expect(await verify(verifiableCredential)).toEqual([true]);
    expect(await verify({ ...verifiableCredential, expirationDate: '2029-11-01T00:00:00Z' })).toEqual([
      false,
      'PROOF_VERIFICATION_ERROR',
      'PROOF_VERIFICATION_ERROR',
    ]);
  });

  it('is not issued by an instance that does not say so', async () => {
    expect(await issue('maker', legacy())).toMatchObject({
      status: 400,
      body: { code: 'MALFORMED_VALUE_ERROR', pointer: '/credential/@context' },
    });
    expect((await issue('maker', bareCredential(maker.did))).status).toBe(201);
  });

  it('leaves 2.0 to the instances that issue it', async () => {
    expect((await issue('both', bareCredential(maker.did))).status).toBe(201);
    expect(await issue('old', bareCredential(maker.did))).toMatchObject({
      status: 400,
      body: { code: 'MALFORMED_VALUE_ERROR', pointer: '/credential/@context' },
    });
  });

  it.each<[string, object, string]>([
    ['the dates of 2.0', { validFrom: '2026-11-01T00:00:00Z' }, '/credential/validFrom'],
    ['no date', { issuanceDate: undefined }, '/credential/issuanceDate'],
    ['a member that its context does not know', { name: 'x' }, '/credential/name'],
    ['an end before its start', { expirationDate: '2026-10-01T00:00:00Z' }, '/credential/expirationDate'],
    ['no context for its proof', { '@context': [V1_CONTEXT] }, '/credential/@context'],
  ])('is refused with %s', async (_name, more, pointer) => {
    expect(await issue('both', legacy(more))).toMatchObject({
      status: 400,
      body: { code: 'MALFORMED_VALUE_ERROR', pointer },
    });
  });

  it('ends when it says', async () => {
    const past = legacy({ issuanceDate: '2025-01-01T00:00:00Z', expirationDate: '2026-01-01T00:00:00Z' });
    expect(await verify((await issue('both', past)).body.verifiableCredential)).toEqual([false, 'EXPIRED']);
    const future = legacy({ issuanceDate: '2027-01-01T00:00:00Z' });
    expect(await verify((await issue('both', future)).body.verifiableCredential)).toEqual([false, 'NOT_YET_VALID']);
  });

  it('is no form for the types of this product', async () => {
    const claim = legacy({ type: ['VerifiableCredential', 'CarbonFootprintClaim'] });
    expect(await issue('both', claim)).toMatchObject({ status: 400, body: { code: 'MALFORMED_VALUE_ERROR' } });
  });

  it('is not put into a token', async () => {
    const made = { id: 'token', cryptosuite: 'vc+jwt', keyType: 'Ed25519', vcdm: ['1.1'] };
    expect(await node.post('/admin/organizations/maker/issuers', made, ADMIN_TOKEN)).toMatchObject({
      status: 400,
      body: { code: 'BAD_REQUEST', pointer: '/vcdm' },
    });
  });
});
