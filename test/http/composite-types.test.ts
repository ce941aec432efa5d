/** Allocations and carbon prices through the doors: issued, verified, revoked like every other type. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { allocationOf, priceOf } from '../support/composite-credentials.ts';
import { exampleCredentials } from '../support/example-credentials.ts';
import { type Party, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let party: Party;
beforeAll(async () => {
  node = await startNode();
  party = await node.createParty('mill');
});
afterAll(() => node[Symbol.asyncDispose]());

const steel = exampleCredentials('steel-coil');
/** As a client sends it: what the issuer adds is left out. */
function draft(document: JsonObject, change: JsonObject = {}): JsonObject {
  const { id: _, credentialStatus: _status, credentialSchema: _schema, credentialSubject, ...rest } = document;
  const subject = { ...(credentialSubject as JsonObject), ...change };
  return { ...rest, issuer: party.did, validFrom: '2026-01-01T00:00:00Z', credentialSubject: subject };
}
const issue = (credential: JsonObject) => node.post('/issuers/mill/credentials/issue', { credential }, party.token);
const verify = (verifiableCredential: unknown) =>
  node.post('/verifiers/mill/credentials/verify', { verifiableCredential });

const allocation = () => allocationOf(steel.get('statement:coil') ?? {}, { number: 1, mass: '2000' });
const price = () => priceOf(steel.get('claim:coil') ?? {});

describe.each([
  [
    'ShipmentAllocation',
    allocation,
    { netMass: { value: '-1', unit: 't' } },
    { netMass: { value: '1,000', unit: 't' } },
  ],
  ['CarbonPricePaid', price, { rebates: { value: '41250001' } }, { amount: { value: '1e6', currency: 'KRW' } }],
])('%s', (type, make, meaningless, malformed) => {
  it('is issued and verifies, and not once a figure was changed or it was revoked', async () => {
    const issued = await issue(draft(make()));
    expect(issued.status, issued.text).toBe(201);
    const credential = issued.body.verifiableCredential;
    expect(credential.type).toEqual(['VerifiableCredential', type]);
    expect(await verify(credential)).toMatchObject({ status: 200, body: { verified: true } });
    const forged = { ...credential, credentialSubject: { ...credential.credentialSubject, period: '2027' } };
    const altered = type === 'ShipmentAllocation' ? forged : draftedOver(credential);
    expect((await verify(altered)).body).toMatchObject({ verified: false });
    const { id: credentialId } = credential;
    const revocation = { credentialId, statusPurpose: 'revocation', status: true, reason: 'annulled' };
    await node.post('/issuers/mill/credentials/status', revocation, party.token);
    const after = await verify(credential);
    expect(after.body.problemDetails.map(({ code }: { code: string }) => code)).toEqual(['REVOKED']);
  });
  it('is refused where its figures mean nothing, and where they are none', async () => {
    expect(await issue(draft(make(), meaningless))).toMatchObject({ status: 422, body: { code: 'LINT_FAILED' } });
    expect(await issue(draft(make(), malformed))).toMatchObject({
      status: 400,
      body: { code: 'MALFORMED_VALUE_ERROR' },
    });
  });
});

function draftedOver(credential: JsonObject): JsonObject {
  const subject = credential['credentialSubject'] as JsonObject;
  return { ...credential, credentialSubject: { ...subject, amount: { value: '41250001', currency: 'KRW' } } };
}
