/** vc+sd-jwt beside @sd-jwt/core, written by others: each reads what the other made, and what only one of them refuses. */
import { createHash, randomBytes } from 'node:crypto';
import { SDJwtInstance } from '@sd-jwt/core';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { pointersFor } from '../../../src/credentials/audience.ts';
import { corePointersOf } from '../../../src/credentials/core-pointers.ts';
import { contentOf } from '../../../src/credentials/envelope.ts';
import { findProfile, type Profile } from '../../../src/credentials/profiles/profile-table.ts';
import { ALGORITHMS } from '../../../src/crypto/algorithms.ts';
import { encodeMultikey } from '../../../src/crypto/multikey.ts';
import type { Signer } from '../../../src/crypto/signer.ts';
import { createDataIntegrity } from '../../../src/proofs/data-integrity.ts';
import { createResolverDouble, createTestContexts, didDocumentOf } from '../../support/data-integrity.ts';
import { exampleCredentials } from '../../support/example-credentials.ts';

const NOW = Date.parse('2027-04-15T00:00:00Z');
const DID = 'did:web:mill.example';
const ADDRESS = 'data:application/vc+sd-jwt,';
const { publicKey, privateKey } = ALGORITHMS['P-256'].generate();
const signer: Signer = {
  id: `${DID}#p256`,
  keyType: 'P-256',
  publicKeyMultibase: encodeMultikey('P-256', publicKey),
  sign: async ({ data }) => ALGORITHMS['P-256'].sign(privateKey, data),
};
const resolver = createResolverDouble([didDocumentOf(DID, signer)]);
const integrity = createDataIntegrity({ contexts: createTestContexts() });
const claim: JsonObject = { ...(exampleCredentials('steel-coil').get('claim:coil') as JsonObject), issuer: DID };
const profile = findProfile(claim) as Profile;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const peer = new SDJwtInstance<Record<string, unknown>>({
  signAlg: 'ES256',
  hashAlg: 'sha-256',
  hasher: (data) =>
    new Uint8Array(
      createHash('sha256')
        .update(typeof data === 'string' ? data : Buffer.from(data))
        .digest(),
    ),
  saltGenerator: (length) => randomBytes(length).toString('base64url'),
  signer: async (data) => Buffer.from(ALGORITHMS['P-256'].sign(privateKey, bytes(data))).toString('base64url'),
  verifier: async (data, signature) =>
    ALGORITHMS['P-256'].verify(publicKey, bytes(data), new Uint8Array(Buffer.from(signature, 'base64url'))),
});
const readByPeer = async (envelope: JsonObject): Promise<unknown> =>
  (await peer.validate(String(envelope['id']).slice(ADDRESS.length), { currentDate: NOW / 1000 })).payload;

const envelope = (text: string): JsonObject => ({
  '@context': 'https://www.w3.org/ns/credentials/v2',
  id: ADDRESS + text,
  type: 'EnvelopedVerifiableCredential',
});
const outcomes = async (document: JsonObject) =>
  (await integrity.checkCredentialProofs(document, { resolver, now: NOW })).findings
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ code }) => code);
const contentIn = (document: JsonObject): unknown => {
  const content = contentOf(document);
  return content.ok ? content.value : content.findings;
};
const issueByPeer = (): Promise<string> =>
  peer.issue(
    claim as Record<string, unknown>,
    {
      credentialSubject: {
        _sd: ['blinding'],
        _sd_decoy: 2,
        goods: { 0: { _sd: ['quantity', 'attributedEmissions'] } },
        precursors: { 0: { _sd: ['quantity'] } },
      },
    } as never,
    { header: { typ: 'vc+sd-jwt', cty: 'vc', kid: signer.id } },
  );

describe('another library', () => {
  it('reads what we sign, whole and in part', async () => {
    const secured = await integrity.secureCredential(claim, {
      signer,
      created: NOW,
      cryptosuite: 'vc+sd-jwt',
      mandatoryPointers: corePointersOf(claim, profile),
    });
    for (const selectivePointers of [
      pointersFor('verifier', claim, profile),
      [],
      pointersFor('verifier', claim, profile).slice(1, 2),
    ]) {
      const shown = await integrity.deriveCredential(secured, { selectivePointers });
      expect(await readByPeer(shown)).toEqual({ ...(contentIn(shown) as object), iat: NOW / 1000 });
    }
  });

  it('signs and presents what we read', async () => {
    const text = await issueByPeer();
    const whole = envelope(text);
    expect(await outcomes(whole)).toEqual([]);
    expect(contentIn(whole)).toEqual(claim);
    const shown = envelope(
      await peer.present(text, { credentialSubject: { goods: { 0: { quantity: true } } } } as never),
    );
    expect(await outcomes(shown)).toEqual([]);
    expect(pointersFor('verifier', contentIn(shown) as JsonObject, profile)).toEqual([
      '/credentialSubject/goods/0/quantity',
    ]);
    expect(contentIn(shown)).toEqual(
      contentIn(
        await integrity.deriveCredential(whole, { selectivePointers: ['/credentialSubject/goods/0/quantity'] }),
      ),
    );
  });

  it('is not the door: 0.19.0 leaves aside a disclosure that was tampered with, and we refuse it', async () => {
    const [token, first = '', ...rest] = (await issueByPeer()).split('~');
    const [salt, name, value] = JSON.parse(Buffer.from(first, 'base64url').toString()) as string[];
    const other = Buffer.from(JSON.stringify([salt, name, `${value}0`])).toString('base64url');
    const tampered = envelope([token, other, ...rest].join('~'));
    await expect(readByPeer(tampered)).resolves.toBeDefined();
    expect(await outcomes(tampered)).toEqual(['PROOF_VERIFICATION_ERROR']);
  });
});
