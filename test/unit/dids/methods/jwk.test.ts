import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../../src/base/clock.ts';
import type { KeyType } from '../../../../src/crypto/signer.ts';
import { createDidJwk, resolveDidJwk } from '../../../../src/dids/methods/jwk.ts';
import { createDidResolver } from '../../../../src/dids/resolver.ts';
import { retrieveVerificationMethod } from '../../../../src/dids/verification-method.ts';
import { makeMultikey } from '../../../support/did-documents.ts';

const resolver = createDidResolver({
  fetchJson: () => Promise.reject(new Error('asked')),
  clock: createManualClock(0),
});

// The examples of the did:jwk method specification: a P-256 key, and a key for encryption.
const P256 =
  'did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6OTFQSDZDZEgyVjAiLCJ5IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9';
const X25519 =
  'did:jwk:eyJrdHkiOiJPS1AiLCJjcnYiOiJYMjU1MTkiLCJ1c2UiOiJlbmMiLCJ4IjoiM3A3YmZYdDl3YlRUVzJIQzdPUTFOei1EUThoYmVHZE5yZngtRkctSUswOCJ9';
const JWK = {
  crv: 'P-256',
  kty: 'EC',
  x: 'acbIQiuMs3i8_uszEjJ2tpTtRM4EU3yz91PH6CdH2V0',
  y: '_KcyLj9vWMptnmKtm46GqDz8wf74I5LKgrl2GzH3nSE',
};

const didOf = (jwk: unknown): string =>
  `did:jwk:${Buffer.from(typeof jwk === 'string' ? jwk : JSON.stringify(jwk)).toString('base64url')}`;

async function codeOf(did: string): Promise<string | undefined> {
  const read = await resolveDidJwk(did);
  return read.ok ? undefined : read.findings[0]?.code;
}

describe('resolveDidJwk', () => {
  it('gives the document of the specification, its method under the current name', async () => {
    const id = `${P256}#0`;
    expect(await resolveDidJwk(P256)).toEqual({
      ok: true,
      value: {
        '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/jwk/v1'],
        id: P256,
        verificationMethod: [{ id, type: 'JsonWebKey', controller: P256, publicKeyJwk: JWK }],
        assertionMethod: [id],
        authentication: [id],
        capabilityInvocation: [id],
        capabilityDelegation: [id],
        keyAgreement: [id],
      },
    });
  });

  it('lists no key agreement for a key that says it is for signatures', async () => {
    expect(await resolveDidJwk(didOf({ ...JWK, use: 'sig' }))).toMatchObject({ ok: true });
    expect(await resolveDidJwk(didOf({ ...JWK, use: 'sig' }))).not.toHaveProperty('value.keyAgreement');
  });

  it('shows members that we do not know and does not use them', async () => {
    const read = await resolveDidJwk(didOf({ ...JWK, kid: 'mine', note: 'x' }));
    expect(read).toMatchObject({ value: { verificationMethod: [{ publicKeyJwk: { kid: 'mine', note: 'x' } }] } });
  });

  it.each<[string, string]>([
    ['nothing', 'did:jwk:'],
    ['another method', `did:key:${P256.slice(8)}`],
    ['a fragment', `${P256}#0`],
    ['padding', `${P256}%3D`],
    ['stray bits in the last character', `${didOf(`${JSON.stringify(JWK)} `).slice(0, -1)}B`],
    ['no JSON', didOf('{')],
    ['no object', didOf('["EC"]')],
    ['a member twice', didOf('{"kty":"EC","kty":"EC"}')],
    ['bytes that are no text', `did:jwk:${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}`],
    ['a byte order mark', didOf(`\ufeff${JSON.stringify(JWK)}`)],
    ['longer than a DID', didOf({ ...JWK, note: 'x'.repeat(400) })],
  ])('INVALID_DID: %s', async (_what, did) => {
    expect(await codeOf(did)).toBe('INVALID_DID');
  });

  it.each<[string, unknown]>([
    ['the private half with it', { ...JWK, d: JWK.x }],
    ['a symmetric key', { kty: 'oct', k: JWK.x }],
    ['an EC key with a k', { ...JWK, k: 'x' }],
    ['a point off the curve', { ...JWK, y: JWK.x }],
    ['a short coordinate', { ...JWK, x: JWK.x.slice(2) }],
    ['a curve that is not read', { ...JWK, crv: 'secp256k1' }],
    ['another type for the curve', { ...JWK, kty: 'OKP' }],
    ['an algorithm of another curve', { ...JWK, alg: 'ES384' }],
    ['set aside for encryption', { ...JWK, use: 'enc' }],
    ['a point of small order', { kty: 'OKP', crv: 'Ed25519', x: `AQ${'A'.repeat(41)}` }],
  ])('INVALID_VERIFICATION_METHOD: %s', async (_what, jwk) => {
    expect(await codeOf(didOf(jwk))).toBe('INVALID_VERIFICATION_METHOD');
  });

  it('INVALID_VERIFICATION_METHOD: the encryption key of the specification, which signs nothing', async () => {
    expect(await codeOf(X25519)).toBe('INVALID_VERIFICATION_METHOD');
  });

  it('never throws', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string(), fc.jsonValue().map(didOf)),
        async (text) => !(await resolveDidJwk(text)).ok,
      ),
      { numRuns: 300 },
    );
  });
});

describe('createDidJwk', () => {
  it.each<KeyType>(['Ed25519', 'P-256', 'P-384'])(
    '%s: what is made is resolved, and gives back its key as #0',
    async (keyType) => {
      const multikey = makeMultikey(keyType);
      const did = createDidJwk(multikey);
      const ask = (method: string) => retrieveVerificationMethod(resolver, { method, relationship: 'assertionMethod' });
      expect(await ask(`${did}#0`)).toMatchObject({
        ok: true,
        key: { keyType, controller: did, publicKeyMultibase: multikey },
        seen: { did, source: 'self' },
      });
      for (const fragment of ['1', multikey, did.slice(8)]) {
        expect(await ask(`${did}#${fragment}`)).toMatchObject({
          ok: false,
          finding: {
            code: expect.stringMatching(/^INVALID_(?:CONTROLLED_IDENTIFIER_DOCUMENT|VERIFICATION_METHOD_URL)$/),
          },
        });
      }
    },
  );

  it('RangeError for what is no usable key', () => {
    expect(() => createDidJwk('z6Mk')).toThrow(RangeError);
  });
});
