/** dc+sd-jwt beside @sd-jwt/sd-jwt-vc and @sd-jwt/jwt-status-list, written by others: each reads what the other made. */
import { createHash, randomBytes } from 'node:crypto';
import { getListFromStatusListJWT, StatusList } from '@sd-jwt/jwt-status-list';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { corePointersOf } from '../../../src/credentials/core-pointers.ts';
import { contentOf, createSdJwtVcEnvelope } from '../../../src/credentials/envelope.ts';
import { linkDigest } from '../../../src/credentials/link.ts';
import { findProfile, type Profile } from '../../../src/credentials/profiles/profile-table.ts';
import { sdJwtVcClaimsOf } from '../../../src/credentials/sd-jwt-vc.ts';
import { typeMetadataOf } from '../../../src/credentials/type-metadata.ts';
import { ALGORITHMS } from '../../../src/crypto/algorithms.ts';
import { encodeMultikey } from '../../../src/crypto/multikey.ts';
import { writePublicJwk } from '../../../src/crypto/public-jwk.ts';
import type { Signer } from '../../../src/crypto/signer.ts';
import { Bitstring } from '../../../src/formats/bitstring.ts';
import { createDataIntegrity } from '../../../src/proofs/data-integrity.ts';
import { MIN_LENGTH } from '../../../src/status/status-list.ts';
import { createStatusListToken, readTokenStatusList, statusListClaims } from '../../../src/status/token-status-list.ts';
import { createResolverDouble, createTestContexts, didDocumentOf } from '../../support/data-integrity.ts';
import { exampleCredentials } from '../../support/example-credentials.ts';

const NOW = Date.parse('2027-04-15T00:00:00Z');
const SECONDS = NOW / 1000;
const DID = 'did:web:mill.example';
const LIST = 'https://mill.example/token-status-lists/a';
const ADDRESS = 'data:application/dc+sd-jwt,';
const TO = { challenge: 'a challenge of ours', domain: 'https://buyer.example' };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const base64url = (data: Uint8Array): string => Buffer.from(data).toString('base64url');

function party(did: string) {
  const { publicKey, privateKey } = ALGORITHMS['P-256'].generate();
  const sign = (data: Uint8Array): Uint8Array => ALGORITHMS['P-256'].sign(privateKey, data);
  const signer: Signer = {
    id: `${did}#p256`,
    keyType: 'P-256',
    publicKeyMultibase: encodeMultikey('P-256', publicKey),
    sign: async ({ data }) => sign(data),
  };
  const verify = async (data: string, signature: string): Promise<boolean> =>
    ALGORITHMS['P-256'].verify(publicKey, bytes(data), new Uint8Array(Buffer.from(signature, 'base64url')));
  return { signer, verify, signText: async (data: string) => base64url(sign(bytes(data))) };
}
const issuer = party(DID);
const holder = party('did:web:holder.example');
const holderKey = writePublicJwk(holder.signer.publicKeyMultibase);
const resolver = createResolverDouble([didDocumentOf(DID, issuer.signer)]);
const integrity = createDataIntegrity({ contexts: createTestContexts() });
const claim: JsonObject = { ...(exampleCredentials('steel-coil').get('claim:coil') as JsonObject), issuer: DID };
const token = { holderKey, statusList: { uri: LIST, idx: 7 } };

/** The token list in force: our own, signed by us. */
const listOf = (revoked: readonly number[], suspended: readonly number[]): Promise<string> => {
  const bits = new Bitstring(MIN_LENGTH);
  for (const place of revoked) bits.set(place, true);
  const period = { validFrom: NOW - 1000, validUntil: NOW + 86_400_000 };
  const claims = statusListClaims({ url: LIST, issuer: DID, revoked: bits, suspended, ...period });
  return integrity.signStatusList(claims, issuer.signer);
};
const peerWith = (list: string) =>
  new SDJwtVcInstance({
    signAlg: 'ES256',
    hashAlg: 'sha-256',
    hasher: (data) =>
      new Uint8Array(
        createHash('sha256')
          .update(Buffer.from(data as string))
          .digest(),
      ),
    saltGenerator: (length) => randomBytes(length).toString('base64url'),
    signer: issuer.signText,
    verifier: issuer.verify,
    kbSigner: holder.signText,
    kbSignAlg: 'ES256',
    kbVerifier: async (data, signature, payload) => {
      expect((payload as { cnf?: unknown }).cnf).toEqual({ jwk: holderKey });
      return holder.verify(data, signature);
    },
    statusListFetcher: async (uri) => (uri === LIST ? list : ''),
    loadTypeMetadataFormat: true,
    vctFetcher: async (uri) => JSON.parse(typeMetadataOf(uri) ?? 'null'),
  });
const issueByUs = () =>
  integrity.secureCredential(claim, {
    signer: issuer.signer,
    created: NOW,
    cryptosuite: 'dc+sd-jwt',
    mandatoryPointers: corePointersOf(claim, findProfile(claim) as Profile),
    token,
  });
const presentByUs = async (): Promise<string> =>
  String(
    (
      await integrity.deriveCredential(await issueByUs(), {
        selectivePointers: ['/credentialSubject/goods/0/quantity'],
        presentedTo: TO,
        holder: { signer: holder.signer, created: NOW },
      })
    )['id'],
  ).slice(ADDRESS.length);
const outcomes = async (document: JsonObject, presentedTo?: typeof TO) =>
  (await integrity.checkCredentialProofs(document, { resolver, now: NOW, presentedTo })).findings
    .filter(({ outcome }) => outcome === 'failed' || outcome === 'undetermined')
    .map(({ code }) => code);
const options = { currentDate: SECONDS, keyBindingNonce: TO.challenge };

describe('another library', () => {
  it('verifies what we issue and present, with our type metadata and our token list', async () => {
    const peer = peerWith(await listOf([3], [5]));
    const { payload, kb } = await peer.verify(await presentByUs(), options);
    expect(payload).toMatchObject({ iss: DID, vct: 'https://w3id.org/proofprint/vct/v1/EmbeddedEmissionsClaim' });
    expect(kb?.payload).toMatchObject({ nonce: TO.challenge, aud: TO.domain });
    const { ld } = payload as unknown as { ld: { credentialSubject: { goods: readonly JsonObject[] } & JsonObject } };
    expect(ld.credentialSubject.goods[0]).toHaveProperty('quantity');
    expect(ld.credentialSubject).not.toHaveProperty('blinding');
  });

  it('refuses what we revoked or suspended, and a binding for another occasion', async () => {
    const shown = await presentByUs();
    await expect(peerWith(await listOf([7], [])).verify(shown, options)).rejects.toThrow(/status/i);
    await expect(peerWith(await listOf([], [7])).verify(shown, options)).rejects.toThrow(/status/i);
    const peer = peerWith(await listOf([], []));
    await expect(peer.verify(shown, { ...options, keyBindingNonce: 'another' })).rejects.toThrow(/nonce/i);
    await expect(peer.verify(shown, options)).resolves.toBeDefined();
  });

  it('issues and presents what we verify, and it is the same target of a link', async () => {
    const peer = peerWith(await listOf([], []));
    const claims = sdJwtVcClaimsOf(claim, token) as Record<string, unknown>;
    const text = await peer.issue(
      { ...claims, iat: SECONDS } as never,
      { ld: { credentialSubject: { _sd: ['blinding'], _sd_decoy: 2, goods: { 0: { _sd: ['quantity'] } } } } } as never,
      { header: { kid: issuer.signer.id } },
    );
    const whole = createSdJwtVcEnvelope(text);
    expect(await outcomes(whole)).toEqual([]);
    const content = contentOf(whole);
    expect(content.ok && content.value).toEqual(claim);
    const shown = createSdJwtVcEnvelope(
      await peer.present(text, { ld: { credentialSubject: { goods: { 0: { quantity: true } } } } } as never, {
        kb: { payload: { iat: SECONDS, aud: TO.domain, nonce: TO.challenge } },
      }),
    );
    expect(await outcomes(shown, TO)).toEqual([]);
    expect(await outcomes(shown, { ...TO, domain: 'https://evil.example' })).toEqual(['INVALID_DOMAIN_ERROR']);
    const part = contentOf(shown);
    expect(part.ok && linkDigest(part.value)).toBe(linkDigest(claim));
  });

  it('packs and unpacks status lists as we do', async () => {
    const list = getListFromStatusListJWT(await listOf([0, 3, MIN_LENGTH - 1], [5]));
    expect([0, 1, 3, 5, MIN_LENGTH - 1].map((place) => list.getStatus(place))).toEqual([1, 0, 1, 2, 1]);
    const statuses = Array.from({ length: 64 }, (_, place) => (place === 9 ? 1 : place === 10 ? 2 : 0));
    const payload = {
      iss: DID,
      sub: LIST,
      iat: SECONDS,
      exp: SECONDS + 60,
      status_list: { bits: 2, lst: new StatusList(statuses, 2).compressStatusList() },
    };
    const read = readTokenStatusList(
      createStatusListToken(LIST, await integrity.signStatusList(payload, issuer.signer)),
      { url: LIST, issuers: [DID] },
    );
    if (!read.ok) throw new Error(JSON.stringify(read.findings));
    const seen = statuses.map((_, place) => [
      read.value.bits.get(place, 'revocation'),
      read.value.bits.get(place, 'suspension'),
    ]);
    expect(seen).toEqual(statuses.map((status) => [status === 1, status === 2]));
  });
});
