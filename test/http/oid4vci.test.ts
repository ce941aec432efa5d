/** OpenID4VCI 1.0 from an offer to a credential that verifies, with a wallet that is not ours, and each refusal by its name. */
import { preAuthorizedCodeGrantIdentifier } from '@openid4vc/oauth2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { SCOPES } from '../../src/base/scope.ts';
import { loadContexts } from '../../src/credentials/contexts.ts';
import { writePublicJwk } from '../../src/crypto/public-jwk.ts';
import { createDataIntegrity } from '../../src/proofs/data-integrity.ts';
import { readBlocks, typeIn } from '../support/documented-commands.ts';
import {
  ADMIN_TOKEN,
  bareCredential,
  type Party,
  type Reply,
  START,
  startNode,
  type TestNode,
} from '../support/node.ts';
import { createWallet } from '../support/openid4vc-wallet.ts';
import { createWalletKeys } from '../support/wallet-keys.ts';

let node: TestNode;
let maker: Party;
let issuer: string;
const wallet = createWallet('exporter');
const other = createWalletKeys('somebody else');
const NOW = START / 1000;
const PATH = '/issuers/maker/openid4vci';
const proofs = createDataIntegrity({ contexts: loadContexts() });

beforeAll(async () => {
  node = await startNode();
  maker = await node.createParty('maker', 'verification-body');
  issuer = `${node.url}/issuers/maker`;
});
afterAll(() => node[Symbol.asyncDispose]());

/** A draft about nobody: it will be about the wallet. */
const draft = (more: JsonObject = {}) =>
  bareCredential(maker.did, { credentialSubject: { name: 'A product' }, ...more });
const offer = async (more: object = {}, token = maker.token) =>
  (await node.post('/issuers/maker/offers', { credential: draft(), ...more }, token)).body;
const codeIn = ({ credentialOffer }: { credentialOffer: { grants: Record<string, Record<string, string>> } }) =>
  credentialOffer.grants[preAuthorizedCodeGrantIdentifier]?.['pre-authorized_code'] ?? '';
const form = (path: string, parameters: Record<string, string>): Promise<Reply> =>
  node.request('POST', path, {
    raw: new URLSearchParams(parameters).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
const redeem = (code: string, more: Record<string, string> = {}): Promise<Reply> =>
  form(`${PATH}/token`, { grant_type: preAuthorizedCodeGrantIdentifier, 'pre-authorized_code': code, ...more });
const nonce = async (): Promise<string> => (await node.post(`${PATH}/nonce`, undefined)).body.c_nonce;
const keyProof = async (header: JsonObject = {}, payload: JsonObject = {}): Promise<string> =>
  wallet.signToken(
    { typ: 'openid4vci-proof+jwt', alg: 'EdDSA', kid: wallet.signer.id, ...header },
    { aud: issuer, iat: NOW, nonce: await nonce(), ...payload },
  );
const CONFIGURATION = 'VerifiableCredential_ldp_vc';
const ask = async (token: string, more: object = {}): Promise<Reply> =>
  node.post(
    `${PATH}/credential`,
    { credential_configuration_id: CONFIGURATION, proofs: { jwt: [await keyProof()] }, ...more },
    token,
  );
/** An access token for a new offer. */
const tokenFor = async (more: object = {}): Promise<string> =>
  (await redeem(codeIn(await offer(more)))).body.access_token;
const verify = async (verifiableCredential: unknown): Promise<boolean> =>
  (await node.post('/verifiers/maker/credentials/verify', { verifiableCredential })).body.verified;
const refused = (error: string, status = 400) =>
  expect.objectContaining({ status, body: expect.objectContaining({ error }) });

describe('a wallet of another make', () => {
  const client = wallet.client;
  const receive = async (deepLink: string, configuration: string, txCode?: string) => {
    const credentialOffer = await client.resolveCredentialOffer(deepLink);
    const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer);
    const { accessTokenResponse } = await client.retrievePreAuthorizedCodeAccessTokenFromOffer({
      credentialOffer,
      issuerMetadata,
      ...(txCode === undefined ? {} : { txCode }),
    });
    const accessToken = accessTokenResponse.access_token;
    const { c_nonce } = await client.requestNonce({ issuerMetadata });
    const { jwt } = await client.createCredentialRequestJwtProof({
      issuerMetadata,
      credentialConfigurationId: configuration,
      nonce: c_nonce,
      issuedAt: new Date(START),
      signer: { method: 'did', didUrl: wallet.signer.id, alg: 'EdDSA' },
    });
    const answer = await client.retrieveCredentials({
      issuerMetadata,
      accessToken,
      credentialConfigurationId: configuration,
      proofs: { jwt: [jwt] },
    });
    const { credentials = [], notification_id = '' } = answer.credentialResponse;
    const [entry] = credentials as { credential: JsonObject | string }[];
    const accepted = { notificationId: notification_id, event: 'credential_accepted' as const };
    await client.sendNotification({ issuerMetadata, accessToken, notification: accepted });
    return entry?.credential;
  };

  it('receives ldp_vc by a link with an address and a transaction code, bound to its key', async () => {
    const made = await offer({ txCode: true, qrCode: true });
    expect(made.txCode).toMatch(/^\d{6}$/);
    expect(made.qrCode).toMatch(/^<svg [^>]+><rect [^>]+\/><path fill="#000" d="[Mhvz0-9 -]+"\/><\/svg>$/);
    const credential = (await receive(made.deepLink, CONFIGURATION, made.txCode)) as JsonObject;
    expect(credential).toMatchObject({ issuer: maker.did, credentialSubject: { id: wallet.did, name: 'A product' } });
    expect(await verify(credential)).toBe(true);
    const seen = (await node.get(`/issuers/maker/offers/${made.offer.id}`, maker.token)).body.offer;
    expect(seen).toMatchObject({
      state: 'issued',
      provedBy: wallet.did,
      credentialId: credential['id'],
      event: { event: 'credential_accepted' },
    });
    const issued = await node.get(`/issuers/maker/credentials/${made.offer.credentialId}`, maker.token);
    expect(issued.body.verifiableCredential).toEqual(credential);
  });

  it('receives a vc+jwt as jwt_vc_json by a link that holds the offer', async () => {
    const instance = { id: 'maker-jwt', cryptosuite: 'vc+jwt', keyType: 'Ed25519' };
    expect((await node.post('/admin/organizations/maker/issuers', instance, ADMIN_TOKEN)).status).toBe(201);
    const made = await node.post('/issuers/maker-jwt/offers', { credential: draft() }, maker.token);
    const token = (await receive(made.body.deepLinkByValue, 'VerifiableCredential_jwt_vc_json')) as string;
    const [header = '', payload = ''] = token.split('.').map((text) => Buffer.from(text, 'base64url').toString());
    expect(JSON.parse(header)).toMatchObject({ typ: 'vc+jwt', alg: 'EdDSA' });
    expect(JSON.parse(payload)).toMatchObject({ credentialSubject: { id: wallet.did } });
    const envelope = {
      '@context': 'https://www.w3.org/ns/credentials/v2',
      id: `data:application/vc+jwt,${token}`,
      type: 'EnvelopedVerifiableCredential',
    };
    expect(await verify(envelope)).toBe(true);
  });

  it('finds the same metadata wherever it looks', async () => {
    const places = [
      '/.well-known/openid-credential-issuer/issuers/maker',
      '/.well-known/openid-credential-issuer/issuers/maker/',
      '/issuers/maker/.well-known/openid-credential-issuer',
    ];
    const [first, ...others] = await Promise.all(places.map((path) => node.get(path)));
    expect(first?.body).toMatchObject({ credential_issuer: issuer, nonce_endpoint: `${issuer}/openid4vci/nonce` });
    for (const { status, body } of others) expect({ status, body }).toEqual({ status: 200, body: first?.body });
    const servers = [
      '/.well-known/oauth-authorization-server/issuers/maker',
      '/.well-known/oauth-authorization-server/issuers/maker/',
      '/issuers/maker/.well-known/oauth-authorization-server',
    ];
    for (const path of servers) {
      const { body } = await node.get(path);
      expect(body).toMatchObject({ issuer, 'pre-authorized_grant_anonymous_access_supported': true });
    }
    expect((await node.get('/.well-known/openid-credential-issuer/issuers/nobody')).status).toBe(404);
  });
});

describe('what a wallet is handed', () => {
  it('is the same however often it asks, and reading the offer spends nothing', async () => {
    const made = await offer();
    const { pathname } = new URL(made.offerUri);
    for (let n = 0; n < 3; n += 1) expect((await node.get(pathname)).body).toEqual(made.credentialOffer);
    const { access_token: token, token_type: type } = (await redeem(codeIn(made))).body;
    expect(type).toBe('bearer');
    const [first, second] = [await ask(token), await ask(token)];
    expect(first).toMatchObject({ status: 200, body: { credentials: [{ credential: { issuer: maker.did } }] } });
    expect(second.body).toEqual(first.body);
    // About the first wallet; the other one's key does not get it.
    const theirs = await other.signToken(
      { typ: 'openid4vci-proof+jwt', alg: 'EdDSA', kid: other.signer.id },
      { aud: issuer, iat: NOW, nonce: await nonce() },
    );
    expect(await ask(token, { proofs: { jwt: [theirs] } })).toEqual(refused('credential_request_denied'));
  });

  it('can be proved for by a presentation, with or without a holder', async () => {
    for (const more of [{ holder: wallet.did }, {}]) {
      const unsigned = {
        '@context': ['https://www.w3.org/ns/credentials/v2'],
        type: ['VerifiablePresentation'],
        ...more,
      };
      const challenge = await nonce();
      const secure = { signer: wallet.signer, cryptosuite: 'eddsa-rdfc-2022', created: START };
      const token = await tokenFor();
      const good = await proofs.securePresentation(unsigned, { ...secure, challenge, domain: issuer });
      const { body } = await ask(token, { proofs: { di_vp: [good] } });
      expect(body.credentials[0].credential.credentialSubject.id).toBe(wallet.did);
      expect(await ask(token, { proofs: { di_vp: [good] } })).toEqual(refused('invalid_nonce'));
      const elsewhere = { challenge: await nonce(), domain: 'https://another.example' };
      const foreign = await proofs.securePresentation(unsigned, { ...secure, ...elsewhere });
      expect(await ask(token, { proofs: { di_vp: [foreign] } })).toEqual(refused('invalid_proof'));
      const changed = { ...good, proof: { ...(good['proof'] as JsonObject), challenge: await nonce() } };
      expect(await ask(token, { proofs: { di_vp: [changed] } })).toEqual(refused('invalid_proof'));
    }
  });

  it('may have been issued before, and may be for one holder alone', async () => {
    const about = { credentialSubject: { id: 'https://products.example/coil', name: 'A coil' } };
    const issued = await node.post('/issuers/maker/credentials/issue', { credential: draft(about) }, maker.token);
    const { verifiableCredential } = issued.body;
    const token = await tokenFor({ credential: undefined, credentialId: verifiableCredential.id });
    expect((await ask(token)).body.credentials).toEqual([{ credential: verifiableCredential }]);
    const forAnother = await tokenFor({
      credential: undefined,
      credentialId: verifiableCredential.id,
      holder: other.did,
    });
    expect(await ask(forAnother)).toEqual(refused('invalid_proof'));
    const aboutAnother = await tokenFor({ credential: draft({ credentialSubject: { id: other.did } }) });
    expect(await ask(aboutAnother)).toEqual(refused('invalid_proof'));
    expect((await node.post('/issuers/maker/offers', { credentialId: 'urn:uuid:none' }, maker.token)).status).toBe(404);
    const foreign = await node.post(
      '/issuers/maker/offers',
      { credential: bareCredential('did:web:other.example') },
      maker.token,
    );
    expect(foreign.body.code).toBe('FORBIDDEN');
  });

  it('is asked for by its identifier where the wallet was given one', async () => {
    const wanted = [{ type: 'openid_credential', credential_configuration_id: CONFIGURATION }];
    const made = await offer();
    const wrong = JSON.stringify([{ ...wanted[0], credential_configuration_id: 'another' }]);
    expect(await redeem(codeIn(made), { authorization_details: wrong })).toEqual(
      refused('invalid_authorization_details'),
    );
    const reply = await redeem(codeIn(made), { authorization_details: JSON.stringify(wanted) });
    const [details] = reply.body.authorization_details;
    expect(details).toEqual({ ...wanted[0], credential_identifiers: [made.offer.credentialId] });
    const token = reply.body.access_token;
    expect(await ask(token)).toEqual(refused('invalid_credential_request'));
    const by = (identifier: string) => ({ credential_configuration_id: undefined, credential_identifier: identifier });
    expect(await ask(token, by('urn:uuid:another'))).toEqual(refused('unknown_credential_identifier'));
    expect((await ask(token, by(made.offer.credentialId))).status).toBe(200);
  });
});

describe('somebody who looks first', () => {
  const decide = (id: string, digest: string, decision: string, token = maker.token): Promise<Reply> =>
    node.post(`/issuers/maker/offers/${id}`, { decision, digest }, token);
  const fetchIt = (token: string, transaction_id: string): Promise<Reply> =>
    node.post(`${PATH}/deferred`, { transaction_id }, token);

  it('lets the wallet wait, also over a restart, and then have the credential once', async () => {
    const made = await offer({ deferred: true });
    const token = (await redeem(codeIn(made))).body.access_token;
    const waiting = await ask(token);
    expect(waiting).toMatchObject({ status: 202, body: { interval: 5 } });
    const { transaction_id: transaction } = waiting.body;
    expect((await ask(token)).body.transaction_id).toBe(transaction);
    await node.restart();
    expect(await fetchIt(token, transaction)).toMatchObject({ status: 202, body: { transaction_id: transaction } });
    expect(await fetchIt(token, 'another')).toEqual(refused('invalid_transaction_id'));
    expect(await decide(made.offer.id, 'of another', 'approve')).toMatchObject({ status: 409 });
    expect((await decide(made.offer.id, made.offer.digest, 'approve')).body.offer.decision.approve).toBe(true);
    const tries = await Promise.all(Array.from({ length: 20 }, () => fetchIt(token, transaction)));
    const got = tries.filter(({ status }) => status === 200);
    expect(got).toHaveLength(1);
    expect(await verify(got[0]?.body.credentials[0].credential)).toBe(true);
    expect(await fetchIt(token, transaction)).toEqual(refused('invalid_transaction_id'));
  });

  it('may refuse, and whoever offers may withdraw', async () => {
    const made = await offer({ deferred: true });
    const token = (await redeem(codeIn(made))).body.access_token;
    const { transaction_id: transaction } = (await ask(token)).body;
    await decide(made.offer.id, made.offer.digest, 'refuse');
    expect(await fetchIt(token, transaction)).toEqual(refused('credential_request_denied'));
    expect(await ask(token)).toEqual(refused('credential_request_denied'));
    const second = await offer();
    const gone = await node.request('DELETE', `/issuers/maker/offers/${second.offer.id}`, { token: maker.token });
    expect(gone.body.offer.state).toBe('withdrawn');
    expect((await node.get(new URL(second.offerUri).pathname)).status).toBe(404);
    expect(await redeem(codeIn(second))).toEqual(refused('invalid_grant'));
  });

  it('is another caller where the organisation wants four eyes', async () => {
    const give = async (name: string): Promise<string> =>
      (await node.post('/admin/organizations/maker/tokens', { name, scopes: SCOPES }, ADMIN_TOKEN)).body.token;
    const [first, second] = [await give('first'), await give('second')];
    await node.post('/admin/organizations/maker/four-eyes', { acts: ['issue'] }, ADMIN_TOKEN);
    const made = await offer({}, first);
    const token = (await redeem(codeIn(made))).body.access_token;
    expect((await ask(token)).status).toBe(202);
    expect(await decide(made.offer.id, made.offer.digest, 'approve', first)).toMatchObject({ status: 403 });
    expect((await decide(made.offer.id, made.offer.digest, 'approve', second)).status).toBe(200);
    expect((await ask(token)).status).toBe(200);
    await node.post('/admin/organizations/maker/four-eyes', { acts: [] }, ADMIN_TOKEN);
  });
});

describe('a code', () => {
  it('is good for one of 100 at once', async () => {
    const code = codeIn(await offer());
    const tries = await Promise.all(Array.from({ length: 100 }, () => redeem(code)));
    expect(tries.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(tries.filter(({ body }) => body.error === 'invalid_grant')).toHaveLength(99);
  });

  it('ends after five wrong transaction codes, and after ten minutes', async () => {
    const made = await offer({ txCode: true });
    const wrong = made.txCode === '000000' ? '000001' : '000000';
    expect(await redeem(codeIn(made))).toEqual(refused('invalid_request'));
    for (let n = 0; n < 5; n += 1)
      expect(await redeem(codeIn(made), { tx_code: wrong })).toEqual(refused('invalid_grant'));
    expect(await redeem(codeIn(made), { tx_code: made.txCode })).toEqual(refused('invalid_grant'));
    const plain = await offer();
    expect(await redeem(codeIn(plain), { tx_code: '123456' })).toEqual(refused('invalid_request'));
    node.clock.set(START + 600_000);
    expect(await redeem(codeIn(plain))).toEqual(refused('invalid_grant'));
    node.clock.set(START);
    expect((await redeem(codeIn(plain), { client_id: 'a wallet', unknown: 'passed over' })).status).toBe(200);
  });

  it('is asked for in one way', async () => {
    expect(await form(`${PATH}/token`, {})).toEqual(refused('invalid_request'));
    expect(await form(`${PATH}/token`, { grant_type: 'password' })).toEqual(refused('unsupported_grant_type'));
    expect(await redeem('')).toEqual(refused('invalid_request'));
    expect(await redeem('unknown')).toEqual(refused('invalid_grant'));
    expect(await node.post(`${PATH}/token`, {})).toEqual(refused('invalid_request', 415));
  });
});

describe('a key proof', () => {
  const jwk = (): JsonObject => writePublicJwk(wallet.signer.publicKeyMultibase);

  it('may bring its key, which then has a DID of its own', async () => {
    const token = await tokenFor();
    const { body } = await ask(token, { proofs: { jwt: [await keyProof({ kid: undefined as never, jwk: jwk() })] } });
    expect(body.credentials[0].credential.credentialSubject.id).toMatch(/^did:jwk:/);
  });

  it('is refused by name for whatever is wrong with it', async () => {
    const token = await tokenFor();
    const cases: readonly (readonly [string, string, () => Promise<unknown>])[] = [
      ['invalid_proof', 'another audience', () => keyProof({}, { aud: 'https://another.example' })],
      ['invalid_proof', 'a list of audiences', () => keyProof({}, { aud: [issuer, 'https://another.example'] })],
      ['invalid_proof', 'no nonce', () => keyProof({}, { nonce: '' })],
      ['invalid_nonce', 'a nonce from elsewhere', () => keyProof({}, { nonce: 'A'.repeat(43) })],
      ['invalid_proof', 'too old', () => keyProof({}, { iat: NOW - 301 })],
      ['invalid_proof', 'of the future', () => keyProof({}, { iat: NOW + 301 })],
      ['invalid_proof', 'no time', () => keyProof({}, { iat: 'now' })],
      ['invalid_proof', 'a client nobody was', () => keyProof({}, { iss: 'a wallet' })],
      ['invalid_proof', 'another type', () => keyProof({ typ: 'JWT' })],
      ['invalid_proof', 'alg none', () => keyProof({ alg: 'none' })],
      ['invalid_proof', 'alg HS256', () => keyProof({ alg: 'HS256' })],
      ['invalid_proof', 'an algorithm of another key', () => keyProof({ alg: 'ES256' })],
      ['invalid_proof', 'kid and jwk', () => keyProof({ jwk: jwk() })],
      ['invalid_proof', 'a private jwk', () => keyProof({ kid: undefined as never, jwk: { ...jwk(), d: 'AAAA' } })],
      ['invalid_proof', 'x5c', () => keyProof({ kid: undefined as never, x5c: ['AAAA'] })],
      ['invalid_proof', 'a critical extension', () => keyProof({ crit: ['exp'] })],
      ['invalid_proof', 'the key of another', () => keyProof({ kid: other.signer.id })],
      ['invalid_proof', 'a kid that is no URL', () => keyProof({ kid: 'key-1' })],
      ['invalid_proof', 'no token', async () => 42],
    ];
    for (const [error, what, make] of cases) {
      const reply = await ask(token, { proofs: { jwt: [await make()] } });
      expect(reply, what).toEqual(refused(error));
      expect(reply.body.c_nonce, what).toMatch(/^[\w-]{43}$/);
    }
    expect((await ask(token)).status).toBe(200);
  });

  it('is one of one kind', async () => {
    const token = await tokenFor();
    const jwt = await keyProof();
    for (const wrong of [undefined, {}, { jwt: [] }, { jwt: [jwt, jwt] }, { jwt: [jwt], di_vp: [{}] }, { cwt: ['x'] }])
      expect(await ask(token, { proofs: wrong })).toEqual(refused('invalid_proof'));
    expect(await ask(token, { credential_identifier: 'both' })).toEqual(refused('invalid_credential_request'));
    expect(await ask(token, { credential_configuration_id: undefined })).toEqual(refused('invalid_credential_request'));
    const unknown = { credential_configuration_id: 'CarbonFootprintClaim_ldp_vc' };
    expect(await ask(token, unknown)).toEqual(refused('unknown_credential_configuration'));
    const encrypted = { credential_response_encryption: { jwk: {} } };
    expect(await ask(token, encrypted)).toEqual(refused('invalid_encryption_parameters'));
    expect(await ask(token, { proofs: { jwt: [jwt] }, unknown: 'passed over' })).toMatchObject({ status: 200 });
  });

  it('spends its nonce once, of 100 at once and of another issuer never', async () => {
    const token = await tokenFor();
    const jwt = [await keyProof()];
    const tries = await Promise.all(Array.from({ length: 100 }, () => ask(token, { proofs: { jwt } })));
    expect(tries.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(tries.filter(({ body }) => body.error === 'invalid_nonce')).toHaveLength(99);
    const foreign = (await node.post('/issuers/maker-jwt/openid4vci/nonce', undefined)).body.c_nonce;
    expect(await ask(token, { proofs: { jwt: [await keyProof({}, { nonce: foreign })] } })).toEqual(
      refused('invalid_nonce'),
    );
    const late = [await keyProof({}, { iat: NOW + 300 })];
    node.clock.set(START + 300_000);
    expect(await ask(token, { proofs: { jwt: late } })).toEqual(refused('invalid_nonce'));
    node.clock.set(START);
  });
});

describe('an access token', () => {
  it('opens what it was given for, for as long', async () => {
    const token = await tokenFor();
    for (const wrong of ['another-token-of-nobody', maker.token, codeIn(await offer())])
      expect(await ask(wrong)).toEqual(refused('invalid_token', 401));
    const reply = await node.post('/issuers/maker-jwt/openid4vci/credential', {}, token);
    expect(reply).toEqual(refused('invalid_token', 401));
    expect(reply.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    const others = await tokenFor({ deferred: true });
    const { transaction_id: transaction } = (await ask(others)).body;
    expect(await node.post(`${PATH}/deferred`, { transaction_id: transaction }, token)).toEqual(
      refused('invalid_transaction_id'),
    );
    node.clock.set(START + 600_000);
    expect(await ask(token)).toEqual(refused('invalid_token', 401));
    node.clock.set(START);
  });

  it('says what became of the credential, twice if it likes', async () => {
    const token = await tokenFor();
    const tell = (body: object): Promise<Reply> => node.post(`${PATH}/notification`, body, token);
    expect(await tell({ notification_id: 'n', event: 'credential_accepted' })).toEqual(
      refused('invalid_notification_id'),
    );
    const { notification_id } = (await ask(token)).body;
    expect(await tell({ notification_id })).toEqual(refused('invalid_notification_request'));
    expect(await tell({ notification_id, event: 'credential_lost' })).toEqual(refused('invalid_notification_request'));
    for (let n = 0; n < 2; n += 1)
      expect((await tell({ notification_id, event: 'credential_deleted' })).status).toBe(204);
  });
});

it('docs/wallets.md has commands that work', async () => {
  const blocks = await readBlocks('docs/wallets.md');
  const variables = { URL: node.url, SLUG: 'maker', DID: maker.did, TOKEN: maker.token };
  const said = await typeIn(
    blocks.map((block) => ({ ...block, variables })),
    START,
  );
  expect(Object.fromEntries(said)).toEqual({
    offer: 'offer offerUri credentialOffer deepLink deepLinkByValue txCode',
    token: 'bearer',
    credential: 'did:jwk:',
  });
}, 30_000);

it('no secret of an offer is kept in the clear', async () => {
  const made = await offer({ txCode: true });
  const code = codeIn(made);
  const token = (await redeem(code, { tx_code: made.txCode })).body.access_token;
  const kept = JSON.stringify(await node.node.store.listOffers('maker', { limit: 200 }));
  const handle = made.offerUri.split('/').at(-1);
  for (const secret of [code, token, handle]) expect(kept).not.toContain(secret);
  expect(JSON.stringify(made.offer)).not.toContain(code);
});
