/** bbs-2023 over HTTP, as somebody tries it who means no good: nothing is accepted, nothing is let out, and the node never falters. */
import { base58 } from '@scure/base';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Caller, callerNow } from '../../src/base/caller.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { bbsDesk } from '../../src/crypto/bbs-desk.ts';
import { ADMIN_TOKEN, bareCredential, type Party, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let maker: Party;
let keeper: Party;
let did: string;
beforeAll(async () => {
  node = await startNode();
  maker = await node.createParty('maker');
  keeper = await node.createParty('keeper');
  const instance = { id: 'maker-bbs', cryptosuite: 'bbs-2023', keyType: 'Bls12381G2' };
  did = (await node.post('/admin/organizations/maker/issuers', instance, ADMIN_TOKEN)).body.did;
});
afterAll(() => node[Symbol.asyncDispose]());

const withName = (name: string): JsonObject => {
  const credential = bareCredential(did);
  return { ...credential, credentialSubject: { ...(credential['credentialSubject'] as JsonObject), name } };
};
const issue = (credential: JsonObject) =>
  node.post('/issuers/maker-bbs/credentials/issue', { credential }, maker.token);
const derive = (verifiableCredential: unknown, selectivePointers: string[] = []) =>
  node.post(
    '/holders/keeper/credentials/derive',
    { verifiableCredential, options: { selectivePointers } },
    keeper.token,
  );
const verify = (verifiableCredential: unknown) =>
  node.post('/verifiers/maker/credentials/verify', { verifiableCredential });
const prove = (credential: JsonObject, challenge = 'a-challenge-of-the-buyer') =>
  node.post(
    '/holders/keeper/presentations/prove',
    { presentation: { verifiableCredential: [credential] }, options: { challenge, domain: 'https://buyer.example' } },
    keeper.token,
  );
const issued = async (name = 'Mill one'): Promise<JsonObject> => {
  const answer = await issue(withName(name));
  expect(answer.status).toBe(201);
  return answer.body.verifiableCredential;
};
const respelled = (credential: JsonObject, change: (value: string) => string): JsonObject => {
  const proof = credential['proof'] as JsonObject;
  return { ...credential, proof: { ...proof, proofValue: change(String(proof['proofValue'])) } };
};

describe('a text that looks like a blank node', () => {
  it('is not issued where only its beginning would be signed', async () => {
    expect(await issue(withName('Mill _:one'))).toMatchObject({
      status: 400,
      body: { code: 'PROOF_TRANSFORMATION_ERROR' },
    });
    expect((await issue(withName('Mill : one'))).status).toBe(201);
  });

  it('is issued where the whole is signed', async () => {
    const credential = { ...withName('Mill _:one'), issuer: maker.did };
    expect((await node.post('/issuers/maker/credentials/issue', { credential }, maker.token)).status).toBe(201);
  });

  it('is refused before anything is signed, with a reason', async () => {
    const check = (name: string) =>
      node.post('/issuers/maker-bbs/credentials/check', { credential: withName(name) }, maker.token);
    expect((await check('Mill _:one')).text).toContain('PROOF_TRANSFORMATION_ERROR');
    expect((await check('Mill one')).text).not.toContain('PROOF_TRANSFORMATION_ERROR');
  });
});

describe('a base proof', () => {
  it.each<[string, (value: string) => string, string]>([
    ['as it is', (value) => value, 'BAD_REQUEST'],
    [
      'in another multibase',
      (value) => `z${base58.encode(Buffer.from(value.slice(1), 'base64url'))}`,
      'PROOF_VERIFICATION_ERROR',
    ],
    ['with padding', (value) => `${value}==`, 'PROOF_VERIFICATION_ERROR'],
  ])('is not presented %s', async (_name, change, code) => {
    expect(await prove(respelled(await issued(), change))).toMatchObject({
      status: 400,
      body: { code, pointer: expect.stringMatching(/^\/verifiableCredential\/0/) },
    });
  });

  it('is shown by what is derived from it', async () => {
    const shown = await derive(await issued());
    expect(shown.status).toBe(201);
    expect((await prove(shown.body.verifiableCredential)).status).toBe(201);
    expect((await verify(shown.body.verifiableCredential)).body.verified).toBe(true);
  });
});

describe('a stranger', () => {
  it.each([
    ['a pointer to the proof', ['/proof/proofValue'], 'PROOF_GENERATION_ERROR'],
    ['a pointer to what every object has', ['/constructor'], 'BAD_REQUEST'],
    ['a pointer to a prototype', ['/__proto__'], 'BAD_REQUEST'],
    ['a pointer into a text', ['/issuer/length'], 'BAD_REQUEST'],
  ])('derives nothing with %s', async (_name, pointers, code) => {
    const answer = await derive(await issued(), pointers);
    expect(answer).toMatchObject({ status: 400, body: { code } });
  });

  it('derives nothing from what was derived', async () => {
    const shown = (await derive(await issued())).body.verifiableCredential;
    const pointer = '/verifiableCredential/proof/proofValue';
    expect(await derive(shown)).toMatchObject({ status: 400, body: { code: 'PROOF_GENERATION_ERROR', pointer } });
  });

  it.each<[string, (value: string) => string]>([
    ['nothing', () => 'u'],
    ['another form', (value) => value.replace('u2V0D', 'u2V0F')],
    ['half of it', (value) => value.slice(0, value.length / 2)],
    ['another letter', (value) => value.slice(0, 200) + (value[200] === 'A' ? 'B' : 'A') + value.slice(201)],
  ])('is not believed with %s for a proof value', async (_name, change) => {
    const shown = (await derive(await issued(), ['/credentialSubject/name'])).body.verifiableCredential;
    const { verified, problemDetails } = (await verify(respelled(shown, change))).body;
    expect([verified, problemDetails[0].code]).toEqual([false, 'PROOF_VERIFICATION_ERROR']);
    expect((await verify(shown)).body.verified).toBe(true);
  });

  it('who asks much at once is told to come back, and is never told that a good proof is bad', async () => {
    const shown = (await derive(await issued())).body.verifiableCredential;
    const answers = await Promise.all(Array.from({ length: 40 }, () => verify(shown)));
    for (const { status, body } of answers) {
      if (status === 503) expect(body.code).toBe('UNAVAILABLE');
      else expect([status, body.verified]).toEqual([200, true]);
    }
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    expect((await verify(shown)).body.verified).toBe(true);
  });

  it('waits for its turn among strangers, by address, and an organisation among organisations, by name', async () => {
    const base = await issued();
    const callers: Caller[] = [];
    const verifyProof = bbsDesk.verifyProof.bind(bbsDesk);
    vi.spyOn(bbsDesk, 'verifyProof').mockImplementation((input) => {
      callers.push(callerNow());
      return verifyProof(input);
    });
    const shown = (await derive(base)).body.verifiableCredential;
    await verify(shown);
    vi.restoreAllMocks();
    const [first, ...rest] = callers;
    expect(first).toMatchObject({ line: 'organisation', name: 'keeper' });
    expect(new Set(rest)).toEqual(new Set([{ line: 'public', name: '127.0.0.1' }]));
  });
});
