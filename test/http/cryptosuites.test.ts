import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, bareCredential, type Party, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let party: Party;
beforeAll(async () => {
  node = await startNode();
  party = await node.createParty('maker');
});
afterAll(() => node[Symbol.asyncDispose]());

const addIssuer = (body: object) => node.post('/admin/organizations/maker/issuers', body, ADMIN_TOKEN);
const verify = (verifiableCredential: unknown) =>
  node.post('/verifiers/maker/credentials/verify', { verifiableCredential });

describe.each([
  ['eddsa-jcs-2022', 'Ed25519', 'z6Mk'],
  ['ecdsa-rdfc-2019', 'P-256', 'zDn'],
  ['ecdsa-rdfc-2019', 'P-384', 'z82'],
  ['ecdsa-jcs-2019', 'P-256', 'zDn'],
  ['ecdsa-jcs-2019', 'P-384', 'z82'],
])('an instance that signs with %s and %s', (cryptosuite, keyType, prefix) => {
  const id = `${cryptosuite}-${keyType}`.toLowerCase();
  let did: string;

  it('has a did:key of its kind', async () => {
    const answer = await addIssuer({ id, cryptosuite, keyType });
    expect(answer.status).toBe(201);
    did = answer.body.did;
    expect(did).toMatch(new RegExp(`^did:key:${prefix}`));
    expect(answer.body.verificationMethod).toBe(`${did}#${did.slice('did:key:'.length)}`);
  });

  it('issues what verifies, until it is revoked, and what does not once it is changed', async () => {
    const issued = await node.post(
      `/issuers/${id}/credentials/issue`,
      { credential: bareCredential(did) },
      party.token,
    );
    expect(issued.status).toBe(201);
    const credential = issued.body.verifiableCredential;
    expect(credential.proof).toMatchObject({ cryptosuite, type: 'DataIntegrityProof' });
    expect((await verify(credential)).body).toMatchObject({ verified: true, problemDetails: [] });
    const list = await node.get(new URL(credential.credentialStatus.statusListCredential).pathname);
    expect(list.body.proof).toMatchObject({ cryptosuite });
    const changed = await verify({ ...credential, validFrom: '2024-01-01T00:00:00Z' });
    expect(changed.body.problemDetails[0].code).toBe('PROOF_VERIFICATION_ERROR');
    const status = { credentialId: credential.id, statusPurpose: 'revocation', status: true };
    expect((await node.post(`/issuers/${id}/credentials/status`, status, party.token)).status).toBe(200);
    expect((await verify(credential)).body.problemDetails[0].code).toBe('REVOKED');
  });

  it('does not issue under the DID of another', async () => {
    const answer = await node.post(
      `/issuers/${id}/credentials/issue`,
      { credential: bareCredential('did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK') },
      party.token,
    );
    expect(answer).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
  });
});

describe('an instance that cannot be', () => {
  it.each([
    [{ cryptosuite: 'rsa-2048', keyType: 'Ed25519' }, '/cryptosuite'],
    [{ cryptosuite: 'eddsa-jcs-2022', keyType: 'P-256' }, '/keyType'],
    [{ cryptosuite: 'ecdsa-rdfc-2019', keyType: 'Ed25519' }, '/keyType'],
  ])('is refused: %j', async (request, pointer) => {
    const answer = await addIssuer({ id: 'never', ...request });
    expect(answer).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST', pointer } });
  });

  it('makes no key for an id that is taken', async () => {
    const organisation = async () =>
      (await node.request('GET', '/admin/organizations/maker', { token: ADMIN_TOKEN })).body;
    const before = await organisation();
    expect(await addIssuer({ id: 'maker', cryptosuite: 'ecdsa-jcs-2019', keyType: 'P-256' })).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT' },
    });
    expect(await organisation()).toEqual(before);
  });
});

describe.each([
  ['Ed25519', 'z6Mk'],
  ['P-256', 'zDn'],
  ['P-384', 'z82'],
])('an instance that envelopes with %s', (keyType, prefix) => {
  const id = `jwt-${keyType}`.toLowerCase();

  it('issues, is held and presented, and revoked', async () => {
    const instance = await addIssuer({ id, cryptosuite: 'vc+jwt', keyType });
    expect(instance.body.did).toMatch(new RegExp(`^did:key:${prefix}`));
    const issued = await node.post(
      `/issuers/${id}/credentials/issue`,
      { credential: bareCredential(instance.body.did, { credentialSubject: { id: party.did, name: 'A product' } }) },
      party.token,
    );
    expect(issued.status).toBe(201);
    const credential = issued.body.verifiableCredential;
    expect(credential.type).toBe('EnvelopedVerifiableCredential');
    expect((await verify(credential)).body).toMatchObject({ verified: true, problemDetails: [] });

    const held = await node.post('/holders/maker/credentials', { verifiableCredential: credential }, party.token);
    expect(held).toMatchObject({ status: 201, body: { types: ['VerifiableCredential'] } });
    const { challenge } = (await node.post('/verifiers/maker/challenges', {})).body;
    const options = { challenge, domain: node.url };
    const proved = await node.post(
      '/holders/maker/presentations/prove',
      { credentials: [held.body.id], options },
      party.token,
    );
    expect(proved.status).toBe(201);
    const presented = await node.post('/verifiers/maker/presentations/verify', { ...proved.body, options });
    expect(presented.body).toMatchObject({ verified: true, problemDetails: [] });

    const change = { credentialId: held.body.credentialId, statusPurpose: 'revocation', status: true };
    expect((await node.post(`/issuers/${id}/credentials/status`, change, party.token)).status).toBe(200);
    expect((await verify(credential)).body.problemDetails[0].code).toBe('REVOKED');
  });

  it('is refused around anything else', async () => {
    const answer = await verify({
      '@context': 'https://www.w3.org/ns/credentials/v2',
      id: 'data:application/vc+jwt,e30.e30.AA',
      type: 'EnvelopedVerifiableCredential',
    });
    expect(answer.body).toMatchObject({ verified: false });
    expect(answer.body.problemDetails[0].code).toBe('MALFORMED_VALUE_ERROR');
  });
});
