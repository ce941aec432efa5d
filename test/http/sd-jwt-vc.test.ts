import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { createSdJwtVcEnvelope, openEnvelope, readableOf } from '../../src/credentials/envelope.ts';
import { linkDigest } from '../../src/credentials/link.ts';
import { writePublicJwk } from '../../src/crypto/public-jwk.ts';
import { createDidKey } from '../../src/dids/methods/key.ts';
import { sha256 } from '../../src/formats/digest.ts';
import { createDataIntegrity } from '../../src/proofs/data-integrity.ts';
import { createTestContexts, signerFromSeed } from '../support/data-integrity.ts';
import { exampleCredentials } from '../support/example-credentials.ts';
import { ADMIN_TOKEN, bareCredential, type Party, START, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let maker: Party;
let keeper: Party;
let did: string;
let didOfBoth: string;
beforeAll(async () => {
  node = await startNode();
  maker = await node.createParty('maker');
  keeper = await node.createParty('keeper');
  const instance = { cryptosuite: 'dc+sd-jwt', keyType: 'P-256' };
  did = (await node.post('/admin/organizations/maker/issuers', { id: 'dc', ...instance }, ADMIN_TOKEN)).body.did;
  const both = { id: 'dc-both', ...instance, statusPurposes: ['revocation', 'suspension'] };
  didOfBoth = (await node.post('/admin/organizations/maker/issuers', both, ADMIN_TOKEN)).body.did;
});
afterAll(() => node[Symbol.asyncDispose]());

const integrity = createDataIntegrity({ contexts: createTestContexts() });
const stranger = (() => {
  const signer = signerFromSeed(new Uint8Array(32).fill(7), (key) => `did:key:${key}#${key}`);
  return { did: createDidKey('Ed25519', signer.publicKeyMultibase), signer };
})();

const keyOf = ({ did: of }: Party): JsonObject => writePublicJwk(of.slice('did:key:'.length));
const issue = async (options: object = {}, credential?: JsonObject, issuer = 'dc') =>
  node.post(
    `/issuers/${issuer}/credentials/issue`,
    { credential: credential ?? bareCredential(issuer === 'dc' ? did : didOfBoth), options },
    maker.token,
  );
const issued = async (options?: object, issuer?: string): Promise<JsonObject> => {
  const answer = await issue(options, undefined, issuer);
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.body.verifiableCredential;
};
const verify = async (verifiableCredential: unknown) =>
  (await node.post('/verifiers/maker/credentials/verify', { verifiableCredential })).body;
const derive = (verifiableCredential: unknown, options?: object) =>
  node.post('/holders/keeper/credentials/derive', { verifiableCredential, options }, keeper.token);
const prove = (verifiableCredential: readonly unknown[], options: object) =>
  node.post('/holders/keeper/presentations/prove', { presentation: { verifiableCredential }, options }, keeper.token);
const challenge = async () => (await node.post('/verifiers/maker/challenges', {})).body.challenge as string;
const change = (document: JsonObject, statusPurpose: string, status: boolean, issuer = 'dc') =>
  node.post(
    `/issuers/${issuer}/credentials/status`,
    { credentialId: readableOf(document)['id'], statusPurpose, status },
    maker.token,
  );
/** The status that a wallet reads of a credential in a Status List Token. */
async function walletReads(document: JsonObject, query = ''): Promise<number> {
  const opened = openEnvelope(document);
  const place = opened.ok ? opened.value.vc?.statusList : undefined;
  if (place === undefined) throw new Error('no place');
  const answer = await node.get(new URL(place.uri).pathname + query);
  expect(answer.headers.get('content-type')).toMatch(/^application\/statuslist\+jwt/);
  const [head = '', body = ''] = answer.text.split('.');
  expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toMatchObject({ alg: 'ES256', typ: 'statuslist+jwt' });
  const { sub, status_list: list, ttl } = JSON.parse(Buffer.from(body, 'base64url').toString());
  expect([sub, list.bits, ttl]).toEqual([place.uri, 2, 60]);
  const byte = inflateSync(Buffer.from(list.lst, 'base64url'))[place.idx >> 2] ?? 0;
  return (byte >> ((place.idx % 4) * 2)) & 3;
}

describe('a credential as an SD-JWT VC', () => {
  it('goes from the issuer to a holder who shows part of it with its key, and is revoked', async () => {
    const whole = await issued({ holderKey: keyOf(keeper) });
    expect(whole['id']).toMatch(/^data:application\/dc\+sd-jwt,[\w.-]+~([\w-]+~)+$/);
    expect(await verify(whole)).toMatchObject({ verified: true, problemDetails: [] });
    const held = await node.post('/holders/keeper/credentials', { verifiableCredential: whole }, keeper.token);
    expect(held).toMatchObject({ status: 201, body: { types: ['VerifiableCredential'] } });

    const shown = (await derive(whole)).body.verifiableCredential;
    expect(readableOf(shown)['credentialSubject']).toEqual({ id: did });
    expect(await verify(shown)).toMatchObject({ verified: true, problemDetails: [] });
    const options = { challenge: await challenge(), domain: node.url };
    const once = await derive(whole, options);
    expect(once.body.verifiableCredential.id).toMatch(/~[\w-]+\.[\w-]+\.[\w-]+$/);
    expect((await node.post('/holders/keeper/credentials', once.body, keeper.token)).body.code).toBe(
      'PROOF_VERIFICATION_ERROR',
    );
    expect((await derive(whole, { challenge: options.challenge })).status).toBe(400);

    expect(await walletReads(whole)).toBe(0);
    node.clock.set(node.clock.now() + 60_000);
    expect((await change(whole, 'revocation', true)).status).toBe(200);
    expect((await verify(shown)).problemDetails[0].code).toBe('REVOKED');
    expect(await walletReads(whole)).toBe(1);
    expect(await walletReads(whole, `?time=${START / 1000 + 1}`)).toBe(0);
  });

  it('is presented with the key that it is bound to, under each way to sign a presentation, and by nobody else', async () => {
    const subject = { credentialSubject: { id: keeper.did, name: 'A product' } };
    const bound = (await issue({ holderKey: keyOf(keeper) }, bareCredential(did, subject))).body.verifiableCredential;
    for (const mechanism of [undefined, 'vp+jwt']) {
      const options = { challenge: await challenge(), domain: node.url };
      const proved = await prove([bound], { ...options, audience: 'buyer', mechanism });
      if (proved.status !== 201) throw new Error(proved.text);
      const checked = await node.post('/verifiers/maker/presentations/verify', { ...proved.body, options });
      expect(checked.body).toMatchObject({ verified: true, problemDetails: [] });
    }
    // Derived before, and presented without an audience.
    const shown = (await derive(bound)).body.verifiableCredential;
    const options = { challenge: await challenge(), domain: node.url };
    const proved = await prove([shown], options);
    const presentation = proved.body.verifiablePresentation;
    expect(presentation.verifiableCredential[0].id).toMatch(/~[\w-]+\.[\w-]+\.[\w-]+$/);
    expect((await node.post('/verifiers/maker/presentations/verify', { ...proved.body, options })).body.verified).toBe(
      true,
    );
    const foreign = await issued({ holderKey: keyOf(maker) });
    expect(await prove([foreign], { ...options, audience: 'buyer' })).toMatchObject({
      status: 400,
      body: { code: 'PROOF_GENERATION_ERROR' },
    });
  });

  it('is refused in a presentation without the key binding of that very presentation', async () => {
    const subject = { credentialSubject: { id: stranger.did } };
    const bound = (await issue({ holderKey: keyOf(keeper) }, bareCredential(did, subject))).body.verifiableCredential;
    const elsewhere = { challenge: 'a challenge of another', domain: node.url };
    const instance = await node.node.identity.requireInstance('holder', 'keeper', 'keeper');
    const show = (to?: typeof elsewhere) => node.node.holder.derive(instance, bound, {}, to);
    for (const [make, code] of [
      [show, undefined],
      [async () => show(), 'PROOF_VERIFICATION_ERROR'],
      [async () => show(elsewhere), 'INVALID_CHALLENGE_ERROR'],
      [async () => bound, 'PROOF_VERIFICATION_ERROR'],
    ] as const) {
      const options = { challenge: await challenge(), domain: node.url };
      const credential = await make(options);
      const verifiablePresentation = await integrity.securePresentation(
        {
          '@context': ['https://www.w3.org/ns/credentials/v2'],
          type: ['VerifiablePresentation'],
          holder: stranger.did,
          verifiableCredential: [credential],
        },
        { signer: stranger.signer, created: node.clock.now(), ...options },
      );
      const { body } = await node.post('/verifiers/maker/presentations/verify', { verifiablePresentation, options });
      expect([body.verified, body.problemDetails[0]?.code]).toEqual([code === undefined, code]);
      // The same for a credential that is shown by itself, as OpenID4VP has it.
      const alone = await node.node.verifier.verifyCredential(credential, undefined, options);
      expect(alone.findings.find(({ outcome }) => outcome === 'failed')?.code).toBe(code);
    }
  });

  it('is bound to a public key that is taken, and by no other mechanism', async () => {
    for (const holderKey of [{ ...keyOf(keeper), d: 'AAAA' }, { kty: 'oct', k: 'AAAA' }, {}])
      expect(await issue({ holderKey })).toMatchObject({
        status: 400,
        body: { code: 'BAD_REQUEST', pointer: '/options/holderKey' },
      });
    const plain = { credential: bareCredential(maker.did), options: { holderKey: keyOf(keeper) } };
    expect(await node.post('/issuers/maker/credentials/issue', plain, maker.token)).toMatchObject({
      status: 400,
      body: { code: 'BAD_REQUEST', pointer: '/options/holderKey' },
    });
  });

  it('says in one status what is suspended and what is revoked', async () => {
    const [one, other] = [await issued({}, 'dc-both'), await issued({}, 'dc-both')];
    expect(await walletReads(one)).toBe(0);
    await change(one, 'suspension', true, 'dc-both');
    expect([await walletReads(one), await walletReads(other)]).toEqual([2, 0]);
    expect((await verify(one)).problemDetails[0].code).toBe('SUSPENDED');
    node.clock.set(node.clock.now() + 60_000);
    await change(one, 'suspension', false, 'dc-both');
    await change(other, 'revocation', true, 'dc-both');
    expect([await walletReads(one), await walletReads(other)]).toEqual([0, 1]);
  });

  it('is judged by a token list where it has nothing else', async () => {
    const whole = await issued({}, 'dc-both');
    const alone = await withTokenStatusOnly(whole, 'dc-both');
    expect(readableOf(alone)).not.toHaveProperty('credentialStatus');
    expect(await verify(alone)).toMatchObject({ verified: true, problemDetails: [] });
    await change(whole, 'suspension', true, 'dc-both');
    expect((await verify(alone)).problemDetails[0].code).toBe('SUSPENDED');
    await change(whole, 'suspension', false, 'dc-both');
    expect((await verify(alone)).verified).toBe(true);
    await change(whole, 'revocation', true, 'dc-both');
    expect((await verify(alone)).problemDetails[0].code).toBe('REVOKED');
  });

  it('is a link’s target like the same claim in any other form', async () => {
    const claim = { ...(exampleCredentials('steel-coil').get('claim:coil') as JsonObject), issuer: did };
    const { id: _, credentialStatus: __, ...draft } = claim as Record<string, unknown>;
    const answer = await issue({}, draft as JsonObject);
    if (answer.status !== 201) throw new Error(answer.text);
    const shown = (await derive(answer.body.verifiableCredential, { audience: 'buyer' })).body.verifiableCredential;
    expect(linkDigest(readableOf(shown))).toBe(linkDigest(readableOf(answer.body.verifiableCredential)));
  });

  it('has type metadata that is served as the credential has it, byte for byte', async () => {
    const opened = openEnvelope(await issued());
    if (!opened.ok) throw new Error('does not open');
    const [, body = ''] = opened.value.token.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
    const answer = await node.get(claims.vct.replace('https://w3id.org/proofprint', ''));
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(`sha256-${Buffer.from(sha256(answer.text)).toString('base64')}`).toBe(claims['vct#integrity']);
    expect(answer.body.vct).toBe(claims.vct);
    expect((await node.get('/vct/v1/Unknown')).status).toBe(404);
  });

  it('has no token list that is none, and none of an issuer with another mechanism', async () => {
    const other = (
      await node.post('/issuers/maker/credentials/issue', { credential: bareCredential(maker.did) }, maker.token)
    ).body.verifiableCredential.credentialStatus.statusListCredential as string;
    const id = other.split('/').at(-1);
    const own = new URL(placeOf(await issued()).uri).pathname;
    for (const path of [`/token-status-lists/${id}`, '/token-status-lists/none', `${own}.${id}`, `${own}?time=1`])
      expect((await node.get(path)).status).toBe(404);
    expect((await node.get(`${own}?time=yesterday`)).status).toBe(400);
  });
});

const placeOf = (document: JsonObject): { readonly uri: string; readonly idx: number } => {
  const opened = openEnvelope(document);
  const place = opened.ok ? opened.value.vc?.statusList : undefined;
  if (place === undefined) throw new Error('no place');
  return place;
};
/** As another issuer's software would make it: without status entries of our kind. */
async function withTokenStatusOnly(whole: JsonObject, issuer: string): Promise<JsonObject> {
  const [token = '', ...disclosures] = String(whole['id']).slice('data:application/dc+sd-jwt,'.length).split('~');
  const [head, body = ''] = token.split('.');
  const payload = JSON.parse(Buffer.from(body, 'base64url').toString());
  const status = { status_list: payload.status.status_list };
  const input = `${head}.${Buffer.from(JSON.stringify({ ...payload, status })).toString('base64url')}`;
  const { signer } = await node.node.identity.signerOf(
    await node.node.identity.requireInstance('issuer', issuer, 'maker'),
  );
  const signature = Buffer.from(await signer.sign({ data: Buffer.from(input) })).toString('base64url');
  return createSdJwtVcEnvelope([`${input}.${signature}`, ...disclosures].join('~'));
}
