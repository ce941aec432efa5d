/**
 * The security profile of UNTP 0.7.0 from end to end: did:web, an enveloping proof, a bitstring status list. What comes out is read here
 * with a JOSE library and a few lines, sharing nothing with what made it.
 */
import { gunzipSync } from 'node:zlib';
import { compactVerify, importJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { profileOfType } from '../../src/credentials/profiles/profile-table.ts';
import { decodeMultibase } from '../../src/formats/multibase.ts';
import { readExample } from '../support/example-credentials.ts';
import { type IssuingParty, issueOnNode, settleExample } from '../support/issue-on-node.ts';
import { ADMIN_TOKEN, type Reply, startNode, type TestNode } from '../support/node.ts';
import type { IssuedExample } from '../support/worked-examples.ts';

const NODE = 'https://node.example';
const KIND = { keyType: 'Ed25519', cryptosuite: 'vc+jwt' };

let node: TestNode;
let issued: IssuedExample;
let verifier: IssuingParty;
let statement: JsonObject;
beforeAll(async () => {
  node = await startNode({ environment: { PUBLIC_URL: NODE }, start: Date.UTC(2024, 0, 1) });
  const settled = await settleExample(node, readExample('steel-coil'), undefined, 'web');
  issued = await issueOnNode(node, settled.example, settled.parties);
  node.clock.set(Date.UTC(2027, 3, 15));
  statement = issued.credentials.get('statement:coil-pcf') ?? {};
  verifier = settled.parties.get(String(statement['issuer'])) as IssuingParty;
  await addIssuer(verifier.slug, { id: 'untp', ...KIND });
});
afterAll(() => node[Symbol.asyncDispose]());

const addIssuer = (slug: string, body: object) => node.post(`/admin/organizations/${slug}/issuers`, body, ADMIN_TOKEN);
const sign = (body: object, instance = 'untp'): Promise<Reply> =>
  node.post(`/issuers/${instance}/credentials/export`, body, verifier.token);
const beside = () =>
  ['accreditation:kr', 'arrangement:kr-mra', 'claim:coil-pcf'].map((key) => issued.credentials.get(key));

/** As a reader of the profile does it: the key from the issuer's did:web, the payload from the token. */
async function open(envelope: JsonObject): Promise<{ header: JsonObject; payload: JsonObject }> {
  expect(envelope).toMatchObject({
    '@context': 'https://www.w3.org/ns/credentials/v2',
    type: 'EnvelopedVerifiableCredential',
    id: expect.stringMatching(/^data:application\/vc\+jwt,/),
  });
  const token = String(envelope['id']).slice('data:application/vc+jwt,'.length);
  const header = JSON.parse(Buffer.from(String(token.split('.')[0]), 'base64url').toString()) as JsonObject;
  const [did = ''] = String(header['kid']).split('#');
  expect(did).toMatch(/^did:web:node\.example:[a-z-]+$/);
  const { body } = await node.get(`/${did.split(':').at(-1)}/did.json`);
  expect(body.assertionMethod).toContain(header['kid']);
  const method = body.verificationMethod.find(({ id }: { id: string }) => id === header['kid']);
  const raw = decodeMultibase(method.publicKeyMultibase, 100)?.subarray(2) ?? new Uint8Array();
  const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url') }, 'EdDSA');
  const { payload } = await compactVerify(token, key, { algorithms: ['EdDSA'] });
  return { header, payload: JSON.parse(new TextDecoder().decode(payload)) as JsonObject };
}

async function isRevoked(entry: JsonObject): Promise<boolean> {
  const { body } = await node.get(new URL(String(entry['statusListCredential'])).pathname);
  expect(body.type).toContain('BitstringStatusListCredential');
  const bits = gunzipSync(Buffer.from(String(body.credentialSubject.encodedList).slice(1), 'base64url'));
  const index = Number(entry['statusListIndex']);
  return ((bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0;
}

describe('a Digital Conformity Credential', () => {
  it('is signed by its issuer as the profile asks, until its statement is revoked', async () => {
    const answer = await sign({ as: 'untp-dcc', credentials: [statement, ...beside()] });
    expect(answer.status).toBe(201);
    const [{ verifiableCredential, losses }, ...others] = answer.body.renderings;
    expect(others).toEqual([]);
    const { header, payload } = await open(verifiableCredential);
    expect(header).toEqual({
      alg: 'EdDSA',
      typ: 'vc+jwt',
      cty: 'vc',
      kid: expect.stringContaining(`${verifier.did}#`),
    });
    expect(payload).toMatchObject({
      '@context': ['https://www.w3.org/ns/credentials/v2', 'https://vocabulary.uncefact.org/untp/0.7.0/context/'],
      type: ['DigitalConformityCredential', 'VerifiableCredential'],
      issuer: { id: verifier.did },
      credentialSubject: { assessmentLevel: 'authority-globalmra' },
      iat: node.clock.now() / 1000,
    });
    const keys = losses.map(({ key }: { key: string }) => key);
    expect(keys).toContain('untp.status-list');
    expect(keys).not.toContain('unsigned');
    const entry = payload['credentialStatus'] as JsonObject;
    expect(await isRevoked(entry)).toBe(false);
    const change = { credentialId: statement['id'], statusPurpose: 'revocation', status: true };
    const revoked = await node.post(`/issuers/${verifier.issuer}/credentials/status`, change, verifier.token);
    expect(revoked.status).toBe(200);
    expect(await isRevoked(entry)).toBe(true);
  });

  it('is signed by nobody but its issuer', async () => {
    const claim = issued.credentials.get('statement:slab');
    expect(await sign({ as: 'untp-dcc', credentials: [claim] })).toMatchObject({
      status: 400,
      body: { code: 'NOTHING_PRESENTED' },
    });
  });

  it('is not made of what is not authentic', async () => {
    const forged = { ...statement, validUntil: '2039-01-01T00:00:00Z' };
    expect(await sign({ as: 'untp-dcc', credentials: [forged] })).toMatchObject({
      status: 400,
      body: { code: 'PROOF_VERIFICATION_ERROR' },
    });
  });

  it('is not believed here: nothing of that form makes anybody recognised', async () => {
    const { body } = await sign({ as: 'untp-dcc', credentials: [statement] });
    const { verifiableCredential } = body.renderings[0];
    const answer = await node.post(`/verifiers/${verifier.slug}/credentials/verify`, { verifiableCredential });
    expect(answer.body.verified).toBe(false);
    expect(answer.body.problemDetails[0].code).toBe('CONTEXT_NOT_ALLOWED');
  });
});

describe('a Digital Identity Anchor', () => {
  it('is signed by the register that issued the anchor', async () => {
    const profile = profileOfType('IdentityAnchor');
    const credential = {
      '@context': profile?.contexts,
      type: ['VerifiableCredential', 'IdentityAnchor'],
      issuer: verifier.did,
      validFrom: '2027-04-01T00:00:00Z',
      validUntil: '2030-04-01T00:00:00Z',
      credentialSchema: { id: profile?.schemaUrl, type: 'JsonSchema', digestMultibase: profile?.schemaDigest },
      credentialSubject: {
        id: 'did:web:example-steel.example',
        registeredName: 'Example Steel (fictional)',
        registeredId: '110111-0000000',
        registeredDate: '1999-05-01',
        idScheme: { id: 'https://register.example/companies', name: 'Register of companies (fictional)' },
        registerType: 'business',
      },
    };
    const path = `/issuers/${verifier.issuer}/credentials/issue`;
    const anchor = await node.post(path, { credential }, verifier.token);
    expect(anchor.status).toBe(201);
    const answer = await sign({ as: 'untp-dia', credentials: [anchor.body.verifiableCredential] });
    expect(answer.status).toBe(201);
    const { payload } = await open(answer.body.renderings[0].verifiableCredential);
    expect(payload).toMatchObject({
      type: expect.arrayContaining(['DigitalIdentityAnchor']),
      issuer: { id: verifier.did },
      credentialSubject: { id: 'did:web:example-steel.example', registeredId: '110111-0000000' },
    });
    expect(await isRevoked(payload['credentialStatus'] as JsonObject)).toBe(false);
  });
});

describe('an instance that does not fit the profile', () => {
  it.each([['another mechanism', 'plain', { cryptosuite: 'eddsa-jcs-2022', keyType: 'Ed25519' }]])(
    '%s signs nothing',
    async (_what, id, kind) => {
      await addIssuer(verifier.slug, { id, ...kind });
      expect(await sign({ as: 'untp-dcc', credentials: [statement] }, id)).toMatchObject({
        status: 400,
        body: { code: 'BAD_REQUEST' },
      });
    },
  );

  it('a did:key signs nothing', async () => {
    await using plain = await startNode();
    const party = await plain.createParty('maker');
    await plain.post('/admin/organizations/maker/issuers', { id: 'untp', ...KIND }, ADMIN_TOKEN);
    const body = { as: 'untp-dcc', credentials: [statement] };
    expect(await plain.post('/issuers/untp/credentials/export', body, party.token)).toMatchObject({
      status: 400,
      body: { code: 'BAD_REQUEST' },
    });
  });
});
