import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { readableOf } from '../../src/credentials/envelope.ts';
import { linkDigest } from '../../src/credentials/link.ts';
import { exampleCredentials } from '../support/example-credentials.ts';
import { ADMIN_TOKEN, bareCredential, type Party, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let maker: Party;
let keeper: Party;
const dids = new Map<string, string>();
const KEY_TYPES = ['Ed25519', 'P-256', 'P-384'];
const idOf = (keyType: string): string => `sd-${keyType}`.toLowerCase();
beforeAll(async () => {
  node = await startNode();
  maker = await node.createParty('maker');
  keeper = await node.createParty('keeper');
  for (const keyType of KEY_TYPES) {
    const instance = { id: idOf(keyType), cryptosuite: 'vc+sd-jwt', keyType };
    dids.set(keyType, (await node.post('/admin/organizations/maker/issuers', instance, ADMIN_TOKEN)).body.did);
  }
});
afterAll(() => node[Symbol.asyncDispose]());

const issueWith = (keyType: string, options?: object, credential?: JsonObject) => {
  const draft = credential ?? bareCredential(dids.get(keyType) ?? '');
  return node.post(`/issuers/${idOf(keyType)}/credentials/issue`, { credential: draft, options }, maker.token);
};
const issued = async (): Promise<JsonObject> => (await issueWith('P-256')).body.verifiableCredential;
const derive = (verifiableCredential: unknown, options?: object) =>
  node.post('/holders/keeper/credentials/derive', { verifiableCredential, options }, keeper.token);
const verify = (verifiableCredential: unknown) =>
  node.post('/verifiers/maker/credentials/verify', { verifiableCredential });
const subjectOf = (document: JsonObject) => readableOf(document)['credentialSubject'] as JsonObject;

describe.each(KEY_TYPES)('an SD-JWT by an instance with %s', (keyType) => {
  it('goes from the issuer to a holder who shows part of it, and is revoked', async () => {
    const answer = await issueWith(keyType);
    expect(answer.status).toBe(201);
    const whole = answer.body.verifiableCredential as JsonObject;
    expect(whole['id']).toMatch(/^data:application\/vc\+sd-jwt,[\w.-]+~([\w-]+~)+$/);
    expect((await verify(whole)).body).toMatchObject({ verified: true, problemDetails: [] });
    const held = await node.post('/holders/keeper/credentials', { verifiableCredential: whole }, keeper.token);
    expect(held).toMatchObject({ status: 201, body: { types: ['VerifiableCredential'] } });
    const shown = await derive(whole);
    expect(shown.status).toBe(201);
    expect(subjectOf(shown.body.verifiableCredential)).toEqual({ id: subjectOf(whole)['id'] });
    expect((await verify(shown.body.verifiableCredential)).body).toMatchObject({ verified: true, problemDetails: [] });
    const more = (await derive(whole, { selectivePointers: ['/credentialSubject/name'] })).body.verifiableCredential;
    expect(subjectOf(more)).toEqual(subjectOf(whole));
    expect(await derive(whole, { selectivePointers: ['/credentialSubject/weight'] })).toMatchObject({
      status: 400,
      body: { code: 'BAD_REQUEST' },
    });
    const change = { credentialId: held.body.credentialId, statusPurpose: 'revocation', status: true };
    const path = `/issuers/${idOf(keyType)}/credentials/status`;
    expect((await node.post(path, change, maker.token)).status).toBe(200);
    expect((await verify(shown.body.verifiableCredential)).body.problemDetails[0].code).toBe('REVOKED');
  });
});

describe('an SD-JWT', () => {
  it('keeps its status lists in the plain suite of its key', async () => {
    const { statusListCredential } = readableOf(await issued())['credentialStatus'] as { statusListCredential: string };
    const list = await node.get(new URL(statusListCredential).pathname);
    expect(list.body.proof).toMatchObject({ cryptosuite: 'ecdsa-rdfc-2019' });
  });

  it('may be told to show more always', async () => {
    const shown = ['/credentialSubject/name'];
    const core = Object.keys(bareCredential('x'))
      .filter((name) => !['@context', 'type', 'credentialSubject'].includes(name))
      .map((name) => `/${name}`);
    const short = await issueWith('P-256', { mandatoryPointers: shown });
    expect(short).toMatchObject({ status: 422, body: { code: 'LINT_FAILED' } });
    const mandatoryPointers = [...core, '/id', '/credentialStatus', '/credentialSubject/id', ...shown];
    const answer = await issueWith('P-256', { mandatoryPointers });
    expect(answer.status).toBe(201);
    expect(answer.body.verifiableCredential.id).toMatch(/^[^~]+~$/);
  });

  it('is refused with a disclosure that is not its own, and with one twice', async () => {
    const whole = await issued();
    const evil = Buffer.from('["a salt","description","Certified"]').toString('base64url');
    for (const more of [evil, String(whole['id']).split('~')[1]]) {
      const { body } = await verify({ ...whole, id: `${whole['id']}${more}~` });
      expect(body).toMatchObject({ verified: false, problemDetails: [{ code: 'PROOF_VERIFICATION_ERROR' }] });
    }
  });

  it('links and is linked to by what is always shown', async () => {
    const did = dids.get('P-384') ?? '';
    const claim = { ...(exampleCredentials('steel-coil').get('claim:coil') as JsonObject), issuer: did };
    const { id: _, credentialStatus: __, ...draft } = claim as Record<string, unknown>;
    const answer = await issueWith('P-384', undefined, draft as JsonObject);
    if (answer.status !== 201) throw new Error(answer.text);
    const whole = answer.body.verifiableCredential as JsonObject;
    const shown = (await derive(whole, { audience: 'buyer' })).body.verifiableCredential as JsonObject;
    expect(subjectOf(whole)).toHaveProperty('blinding');
    expect(subjectOf(shown)).not.toHaveProperty('blinding');
    expect(linkDigest(readableOf(shown))).toBe(linkDigest(readableOf(whole)));
    expect(await derive(whole, { selectivePointers: ['/credentialSubject/blinding'] })).toMatchObject({
      status: 400,
      body: { code: 'BAD_REQUEST' },
    });
  });

  it('cannot be of VCDM 1.1, and is nothing a holder instance signs with', async () => {
    const instance = { id: 'never', cryptosuite: 'vc+sd-jwt', keyType: 'P-256' };
    const first = await node.post('/admin/organizations/maker/issuers', { ...instance, vcdm: ['1.1'] }, ADMIN_TOKEN);
    expect(first).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST', pointer: '/vcdm' } });
    const second = await node.post('/admin/organizations/maker/holders', instance, ADMIN_TOKEN);
    expect(second).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST', pointer: '/cryptosuite' } });
    const third = await node.post(
      '/admin/organizations/maker/issuers',
      { ...instance, keyType: 'Bls12381G2' },
      ADMIN_TOKEN,
    );
    expect(third).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST', pointer: '/keyType' } });
  });
});

describe('a presentation with SD-JWTs', () => {
  const prove = (verifiableCredential: readonly unknown[], more: object = {}) =>
    node.post(
      '/holders/keeper/presentations/prove',
      {
        presentation: { verifiableCredential },
        options: { challenge: 'c'.repeat(22), domain: node.url, ...more },
      },
      keeper.token,
    );

  it.each([undefined, 'vp+jwt'])('shows each audience what it may see (%s)', async (mechanism) => {
    const whole = (
      await issueWith(
        'P-256',
        undefined,
        bareCredential(dids.get('P-256') ?? '', {
          credentialSubject: { id: keeper.did, name: 'A product' },
        }),
      )
    ).body.verifiableCredential;
    for (const [audience, subject] of [
      ['public', { id: keeper.did }],
      ['buyer', { id: keeper.did }],
      ['declarant', { id: keeper.did }],
      ['verifier', { id: keeper.did, name: 'A product' }],
    ] as const) {
      const { challenge } = (await node.post('/verifiers/maker/challenges', {})).body;
      const options = { challenge, domain: node.url };
      const proved = await prove([whole], { ...options, audience, mechanism });
      if (proved.status !== 201) throw new Error(proved.text);
      const presented = await node.post('/verifiers/maker/presentations/verify', { ...proved.body, options });
      expect(presented.body).toMatchObject({ verified: true, problemDetails: [] });
      if (mechanism !== undefined) continue;
      const [shown] = proved.body.verifiablePresentation.verifiableCredential;
      expect(subjectOf(shown)).toEqual(subject);
    }
  });

  it('never shows one as it was issued unless an audience is named that may see it all', async () => {
    const whole = await issued();
    expect(await prove([whole])).toMatchObject({
      status: 400,
      body: { code: 'BAD_REQUEST', pointer: '/verifiableCredential/0' },
    });
    const shown = (await derive(whole)).body.verifiableCredential;
    expect((await prove([shown])).status).toBe(201);
    const proved = await prove([whole, shown], { audience: 'buyer' });
    const list = proved.body.verifiablePresentation.verifiableCredential as JsonObject[];
    expect(list.map((one) => Object.keys(subjectOf(one)))).toEqual([['id'], ['id']]);
  });
});
