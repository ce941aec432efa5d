/**
 * A request and its response through the wallet half of another implementation (`@openid4vc/openid4vp`, lineage oid4vc-ts): it fetches, reads
 * and verifies what we ask by its own code, and encrypts and sends what we take. Keys and signatures around it are `jose`'s.
 */
import { setGlobalConfig } from '@openid4vc/oauth2';
import { Openid4vpClient } from '@openid4vc/openid4vp';
import { base58 } from '@scure/base';
import { CompactEncrypt, compactVerify, importJWK, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ADMIN_TOKEN, bareCredential, type Party, START, startNode, type TestNode } from '../support/node.ts';
import { presentationFor } from '../support/wallet.ts';

let node: TestNode;
let buyer: Party;
let maker: Party;
beforeAll(async () => {
  setGlobalConfig({ allowInsecureUrls: true });
  // The library reads the machine's clock; the node's is held still.
  vi.useFakeTimers({ toFake: ['Date'], now: START });
  node = await startNode();
  [buyer, maker] = [await node.createParty('buyer', 'relying-party'), await node.createParty('maker')];
});
afterAll(async () => {
  vi.useRealTimers();
  await node[Symbol.asyncDispose]();
});

/** The Ed25519 key in a did:key, by its own reading. */
function jwkOf(did: string): JWK {
  const bytes = base58.decode(did.replace('did:key:z', ''));
  return { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(bytes.subarray(2)).toString('base64url') };
}

const missing = (): never => {
  throw new Error('not asked of this wallet');
};
const client = new Openid4vpClient({
  callbacks: {
    hash: missing,
    signJwt: missing,
    decryptJwe: missing,
    verifyJwt: async (signer, { compact }) => {
      if (signer.method !== 'did') return { verified: false };
      const jwk = jwkOf(signer.didUrl.split('#')[0] ?? '');
      await compactVerify(compact, await importJWK(jwk, 'EdDSA'));
      return { verified: true, signerJwk: jwk as never };
    },
    encryptJwe: async ({ publicJwk, alg, enc, apu, apv }, data) => {
      const jwe = new CompactEncrypt(new TextEncoder().encode(data)).setProtectedHeader({
        alg,
        enc,
        kid: String(publicJwk.kid),
        ...(apu === undefined ? {} : { apu }),
        ...(apv === undefined ? {} : { apv }),
      });
      return { encryptionJwk: publicJwk, jwe: await jwe.encrypt(await importJWK(publicJwk as JWK, alg)) };
    },
  },
});

async function ask(body: object) {
  const made = await node.post('/verifiers/buyer/presentation-requests', body, buyer.token);
  expect(made.status).toBe(201);
  return made.body;
}

/** From a link to the parameters that count, every check of the library made. */
async function resolve(link: string) {
  const { params } = client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: link });
  const resolved = await client.resolveOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: params,
  });
  expect(resolved.version).toBe(100);
  const payload = resolved.authorizationRequestPayload;
  if (!('response_uri' in payload)) throw new Error('no request behind the link');
  return { ...resolved, payload };
}

async function send(payload: Awaited<ReturnType<typeof resolve>>['payload'], vpToken: object) {
  const serverMetadata = {
    authorization_encryption_alg_values_supported: ['ECDH-ES'],
    authorization_encryption_enc_values_supported: ['A256GCM'],
  };
  const response = await client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: payload,
    authorizationResponsePayload: { vp_token: vpToken as never },
    ...(payload.response_mode === 'direct_post.jwt'
      ? { jarm: { encryption: { nonce: 'of-the-wallet' }, serverMetadata: serverMetadata as never } }
      : {}),
  });
  const { response: answered } = await client.submitOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: payload as { response_uri: string },
    authorizationResponsePayload: response.authorizationResponsePayload,
    ...(response.jarm === undefined ? {} : { jarm: response.jarm }),
  });
  return answered;
}

async function issue(issuer: string, subject: string) {
  const credential = { ...bareCredential(maker.did), credentialSubject: { id: subject } };
  const { body } = await node.post(`/issuers/${issuer}/credentials/issue`, { credential }, maker.token);
  return body.verifiableCredential;
}
const outcomeOf = async (id: string) =>
  (await node.get(`/verifiers/buyer/presentation-requests/${id}`, buyer.token)).body;

it.each([
  ['decentralized_identifier', 'direct_post.jwt', 'get'],
  ['decentralized_identifier', 'direct_post', 'post'],
  ['redirect_uri_by_value', 'direct_post.jwt', undefined],
] as const)('reads the %s link and answers it by %s', async (link, responseMode, requestUriMethod) => {
  const asked = await ask({ types: ['VerifiableCredential'], responseMode, requestUriMethod });
  const { payload, client: verifier, dcql } = await resolve(asked.links[link]);
  expect(verifier.prefix).toBe(link.replace('_by_value', ''));
  expect(dcql?.query).toEqual(asked.dcql_query);
  const credential = await issue('maker', maker.did);
  const request = { nonce: payload.nonce, client_id: String(payload.client_id) };
  const presentation = await presentationFor(node, maker, request, [credential]);
  const answered = await send(payload, { 'verifiable-credential': [presentation] });
  expect([answered.status, await answered.json()]).toEqual([200, {}]);
  expect((await outcomeOf(asked.id)).state).toBe('accepted');
});

it('presents a token that it made and signed itself, under a key of its own', async () => {
  await node.post(
    '/admin/organizations/maker/issuers',
    { id: 'tokens', cryptosuite: 'vc+jwt', keyType: 'Ed25519' },
    ADMIN_TOKEN,
  );
  const { publicKey, privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ]);
  const { kty, crv, x, y } = (await crypto.subtle.exportKey('jwk', publicKey)) as Record<string, string>;
  const did = `did:jwk:${Buffer.from(JSON.stringify({ kty, crv, x, y })).toString('base64url')}`;
  const credential = await issue('tokens', did);
  const asked = await ask({ types: ['VerifiableCredential'], formats: ['jwt_vc_json'] });
  const { payload } = await resolve(asked.links.decentralized_identifier);
  const presented = {
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    type: ['VerifiablePresentation'],
    holder: did,
    verifiableCredential: [credential],
    nonce: payload.nonce,
    aud: String(payload.client_id),
  };
  const token = await new SignJWT(presented)
    .setProtectedHeader({ alg: 'ES256', typ: 'vp+jwt', kid: `${did}#0` })
    .sign(privateKey);
  const answered = await send(payload, { 'verifiable-credential': [token] });
  expect(answered.status).toBe(200);
  const { state, outcome } = await outcomeOf(asked.id);
  expect([state, outcome.presented[0].holder]).toEqual(['accepted', did]);
});
