import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { exampleCredentials } from '../support/example-credentials.ts';
import { ADMIN_TOKEN, bareCredential, type Party, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let maker: Party;
let keeper: Party;
let did: string;
beforeAll(async () => {
  node = await startNode();
  maker = await node.createParty('maker');
  keeper = await node.createParty('keeper');
  const instance = { id: 'maker-sd', cryptosuite: 'ecdsa-sd-2023', keyType: 'P-256' };
  did = (await node.post('/admin/organizations/maker/issuers', instance, ADMIN_TOKEN)).body.did;
});
afterAll(() => node[Symbol.asyncDispose]());

const credential = (): JsonObject => bareCredential(did);
const issue = (options?: object) =>
  node.post('/issuers/maker-sd/credentials/issue', { credential: credential(), options }, maker.token);
const derive = (verifiableCredential: unknown, selectivePointers?: string[]) =>
  node.post(
    '/holders/keeper/credentials/derive',
    { verifiableCredential, ...(selectivePointers === undefined ? {} : { options: { selectivePointers } }) },
    keeper.token,
  );
const verify = (verifiableCredential: unknown) =>
  node.post('/verifiers/maker/credentials/verify', { verifiableCredential });

describe('selective disclosure over HTTP', () => {
  it('goes from the issuer to a holder who shows part of it', async () => {
    const base = (await issue()).body.verifiableCredential;
    expect(base.credentialSubject).toMatchObject({ name: expect.any(String) });
    expect((await node.post('/holders/keeper/credentials', { verifiableCredential: base }, keeper.token)).status).toBe(
      201,
    );
    const shown = await derive(base);
    expect(shown.status).toBe(201);
    expect(shown.body.verifiableCredential.credentialSubject).not.toHaveProperty('name');
    expect(await verify(shown.body.verifiableCredential)).toMatchObject({ status: 200, body: { verified: true } });
    const more = (await derive(base, ['/credentialSubject/name'])).body.verifiableCredential;
    expect(more.credentialSubject.name).toEqual(base.credentialSubject.name);
    expect((await verify(more)).body.verified).toBe(true);
  });

  it('never lets a base proof out to a verifier', async () => {
    const base = (await issue()).body.verifiableCredential;
    const answer = await verify(base);
    expect(answer.body).toMatchObject({ verified: false, problemDetails: [{ code: 'PROOF_VERIFICATION_ERROR' }] });
    const proved = await node.post(
      '/holders/keeper/presentations/prove',
      {
        presentation: { verifiableCredential: [base] },
        options: { challenge: 'a-challenge-of-the-buyer', domain: 'https://buyer.example' },
      },
      keeper.token,
    );
    expect(proved).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST', pointer: '/verifiableCredential/0' } });
  });

  it('derives from no set in which a proof is unknown, as nobody after that would see it', async () => {
    const base = (await issue()).body.verifiableCredential;
    const unknown = { ...base.proof, cryptosuite: 'new-2030' };
    expect(await derive({ ...base, proof: [base.proof, unknown] })).toMatchObject({
      status: 400,
      body: { code: 'UNSUPPORTED_PROOF' },
    });
    expect((await derive({ ...base, proof: [base.proof] })).status).toBe(201);
  });

  it('shows a revocation whatever was withheld', async () => {
    const base = (await issue()).body.verifiableCredential;
    const shown = (await derive(base)).body.verifiableCredential;
    const change = { credentialId: base.id, statusPurpose: 'revocation', status: true };
    await node.post('/issuers/maker-sd/credentials/status', change, maker.token);
    expect((await verify(shown)).body.problemDetails[0].code).toBe('REVOKED');
  });

  it('refuses a derived credential from which a required member was taken', async () => {
    const shown = (await derive((await issue()).body.verifiableCredential)).body.verifiableCredential;
    const { validFrom: _, ...without } = shown;
    expect((await verify(without)).body.problemDetails[0]).toMatchObject({
      code: 'MANDATORY_CLAIM_MISSING',
      pointer: '/validFrom',
    });
  });
});

describe('an audience', () => {
  it('is presented what it may see, and nothing more', async () => {
    const base = (await issue()).body.verifiableCredential;
    const present = async (audience: string) => {
      const { challenge } = (await node.post('/verifiers/maker/challenges', {})).body;
      const options = { challenge, domain: node.url };
      const proved = await node.post(
        '/holders/maker/presentations/prove',
        { presentation: { verifiableCredential: [base] }, options: { ...options, audience } },
        maker.token,
      );
      expect(proved.status).toBe(201);
      return proved.body.verifiablePresentation.verifiableCredential[0];
    };
    for (const audience of ['public', 'buyer', 'declarant']) {
      expect((await present(audience)).credentialSubject).toEqual({ id: base.credentialSubject.id });
    }
    expect((await present('verifier')).credentialSubject).toEqual(base.credentialSubject);
    const derived = await node.post(
      '/holders/keeper/credentials/derive',
      { verifiableCredential: base, options: { audience: 'verifier' } },
      keeper.token,
    );
    expect((await verify(derived.body.verifiableCredential)).body.verified).toBe(true);
  });
});

describe('an audience that is named', () => {
  const prove = (verifiableCredential: unknown, audience?: string) =>
    node.post(
      '/holders/maker/presentations/prove',
      {
        presentation: { verifiableCredential: [verifiableCredential] },
        options: { challenge: 'c'.repeat(22), domain: node.url, ...(audience === undefined ? {} : { audience }) },
      },
      maker.token,
    );
  const beyond = { status: 400, body: { code: 'BAD_REQUEST', pointer: '/verifiableCredential/0' } };

  it('is not shown a credential that shows more, however it was secured', async () => {
    const draft = bareCredential(maker.did);
    const whole = await node.post('/issuers/maker/credentials/issue', { credential: draft }, maker.token);
    expect(whole.status).toBe(201);
    const { verifiableCredential } = whole.body;
    for (const audience of ['public', 'buyer', 'declarant']) {
      expect(await prove(verifiableCredential, audience)).toMatchObject(beyond);
    }
    expect((await prove(verifiableCredential, 'verifier')).status).toBe(201);
    expect((await prove(verifiableCredential)).status).toBe(201);
  });

  it('is not shown what was derived for somebody else', async () => {
    const base = (await issue()).body.verifiableCredential;
    const derived = async (audience: string) =>
      (
        await node.post(
          '/holders/maker/credentials/derive',
          { verifiableCredential: base, options: { audience } },
          maker.token,
        )
      ).body.verifiableCredential;
    expect(await prove(await derived('verifier'), 'buyer')).toMatchObject(beyond);
    expect((await prove(await derived('buyer'), 'buyer')).status).toBe(201);
  });
});

describe('mandatory pointers of a request', () => {
  it('may add to the core', async () => {
    const answer = await issue({
      mandatoryPointers: [
        '/id',
        '/issuer',
        '/validFrom',
        '/validUntil',
        '/credentialStatus',
        '/credentialSubject/id',
        '/credentialSubject/name',
      ].filter((pointer) => pointer !== '/validUntil' || 'validUntil' in credential()),
    });
    expect(answer.status).toBe(201);
    const shown = (await derive(answer.body.verifiableCredential)).body.verifiableCredential;
    expect(shown.credentialSubject).toHaveProperty('name');
  });

  it.each([
    ['leave out the status', ['/id', '/issuer', '/validFrom', '/credentialSubject'], '/options/mandatoryPointers'],
    [
      'leave out the issuer',
      ['/id', '/validFrom', '/credentialStatus', '/credentialSubject'],
      '/options/mandatoryPointers',
    ],
    [
      'point at nothing',
      ['/id', '/issuer', '/validFrom', '/validUntil', '/credentialStatus', '/credentialSubject', '/nothing'],
      '/options/mandatoryPointers/6',
    ],
  ])('are refused when they %s', async (_name, mandatoryPointers, pointer) => {
    const answer = await issue({ mandatoryPointers });
    expect(answer).toMatchObject({ status: 422, body: { code: 'LINT_FAILED', pointer } });
  });

  it('mean nothing to a suite that signs the whole', async () => {
    const answer = await node.post(
      '/issuers/maker/credentials/issue',
      { credential: bareCredential(maker.did), options: { mandatoryPointers: ['/issuer'] } },
      maker.token,
    );
    expect(answer).toMatchObject({ status: 422, body: { code: 'LINT_FAILED' } });
  });
});

describe('derivation', () => {
  it('of a credential that is only shown whole is refused', async () => {
    const whole = await node.post(
      '/issuers/maker/credentials/issue',
      { credential: bareCredential(maker.did) },
      maker.token,
    );
    expect(await derive(whole.body.verifiableCredential)).toMatchObject({
      status: 400,
      body: {
        code: 'PROOF_GENERATION_ERROR',
        pointer: '/verifiableCredential/proof',
        detail: 'a proof of eddsa-rdfc-2022 shows the whole credential; only a base proof is derived from',
      },
    });
  });

  it('of a credential that was derived is refused', async () => {
    const shown = (await derive((await issue()).body.verifiableCredential)).body.verifiableCredential;
    expect(await derive(shown)).toMatchObject({
      status: 400,
      body: {
        code: 'PROOF_GENERATION_ERROR',
        pointer: '/verifiableCredential/proof/proofValue',
        detail: 'a derived proof is not derived from again; the base proof is what the issuer sent',
      },
    });
  });

  it('of a credential without a proof, or with one that is neither form, is refused', async () => {
    const { proof, ...without } = (await issue()).body.verifiableCredential;
    const refusal = (pointer: string, detail: string) => ({
      status: 400,
      body: { code: 'PROOF_GENERATION_ERROR', pointer, detail },
    });
    expect(await derive(without)).toMatchObject(
      refusal('/verifiableCredential/proof', 'there is no proof to derive from'),
    );
    expect(await derive({ ...without, proof: { ...proof, proofValue: 'u2V0F' } })).toMatchObject(
      refusal('/verifiableCredential/proof/proofValue', 'not a base proof of ecdsa-sd-2023'),
    );
    expect((await derive({ ...without, proof })).status).toBe(201);
  });

  it('to a pointer that selects nothing is refused', async () => {
    const base = (await issue()).body.verifiableCredential;
    expect(await derive(base, ['/credentialSubject/secret'])).toMatchObject({
      status: 400,
      body: { code: 'BAD_REQUEST', pointer: '/options/selectivePointers/0' },
    });
  });

  it('of a forged base is refused', async () => {
    const base = (await issue()).body.verifiableCredential;
    const forged = { ...base, credentialSubject: { ...base.credentialSubject, name: 'Another' } };
    expect((await derive(forged, ['/credentialSubject/name'])).body.code).toBe('PROOF_VERIFICATION_ERROR');
  });
});

describe('blinding', () => {
  /** A claim with quantities that a holder may withhold, issued here. */
  async function issueClaim(): Promise<JsonObject> {
    const example = exampleCredentials('steel-coil').get('claim:slab') as JsonObject;
    const { id: _id, credentialStatus: _status, credentialSchema: _schema, credentialSubject, ...rest } = example;
    const subject = credentialSubject as JsonObject;
    node.clock.set(Date.parse(String(example['validFrom'])));
    const answer = await node.post(
      '/issuers/maker-sd/credentials/issue',
      {
        credential: {
          ...rest,
          issuer: did,
          credentialSubject: { ...subject, operator: { ...(subject['operator'] as JsonObject), id: did } },
        },
      },
      maker.token,
    );
    if (answer.status !== 201) throw new Error(answer.text);
    return answer.body.verifiableCredential;
  }
  const QUANTITY = '/credentialSubject/goods/0/quantity';
  const BLINDING = '/credentialSubject/blinding';

  it('is never shown beside something that is withheld: a hidden figure of few digits could be tried out', async () => {
    const base = await issueClaim();
    expect(await derive(base, [QUANTITY, BLINDING])).toMatchObject({
      status: 400,
      body: { code: 'BAD_REQUEST', pointer: '/options/selectivePointers' },
    });
    expect((await derive(base, [QUANTITY])).status).toBe(201);
  });

  it('is shown with the whole', async () => {
    const base = await issueClaim();
    const whole = (await derive(base, ['/credentialSubject'])).body.verifiableCredential;
    expect(whole.credentialSubject).toEqual(base['credentialSubject']);
  });
});
