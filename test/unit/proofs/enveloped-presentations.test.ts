/** vp+jwt: a presentation in a token, for one challenge and one domain; what it may say of itself, and what it may not. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import {
  createEnvelopedPresentation,
  openPresentation,
  presentationIn,
} from '../../../src/credentials/enveloped-presentation.ts';
import { MAX_TOKEN } from '../../../src/credentials/token.ts';
import type { KeyType, Signer } from '../../../src/crypto/signer.ts';
import { createDataIntegrity } from '../../../src/proofs/data-integrity.ts';
import { createResolverDouble, createTestContexts, didDocumentOf, signerOf } from '../../support/data-integrity.ts';

const NOW = Date.parse('2027-04-15T00:00:00Z');
const DID = 'did:web:mill.example';
const EVIL = 'did:web:evil.example';
const challenge = 'q3JUp0AQTd9p4iWhP7o5Zw';
const domain = 'https://verifier.example';
const integrity = createDataIntegrity({ contexts: createTestContexts() });

const party = (keyType: KeyType, did = DID): Signer => signerOf(keyType, did);
const good = party('P-256');
const evil = party('P-256', EVIL);
const resolver = createResolverDouble([didDocumentOf(DID, good), didDocumentOf(EVIL, evil)]);

const presentation: JsonObject = {
  '@context': ['https://www.w3.org/ns/credentials/v2'],
  type: ['VerifiablePresentation'],
  holder: DID,
  verifiableCredential: [{ id: 'data:application/vc+jwt,e30.e30.AA', type: 'EnvelopedVerifiableCredential' }],
};
const HEADER: JsonObject = { alg: 'ES256', typ: 'vp+jwt', cty: 'vp', kid: good.id };
const PAYLOAD: JsonObject = { ...presentation, iss: DID, aud: domain, nonce: challenge, iat: NOW / 1000 };

const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
async function token(header: unknown = HEADER, payload: unknown = PAYLOAD, signer = good): Promise<string> {
  const input = `${part(header)}.${part(payload)}`;
  const signature = await signer.sign({ data: new TextEncoder().encode(input) });
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}
const report = (document: JsonObject, with_ = resolver) =>
  integrity.checkPresentationProof(document, { resolver: with_, now: NOW, challenge, domain });
const failures = async (document: JsonObject, with_ = resolver) =>
  (await report(document, with_)).findings
    .filter(({ outcome, code }) => outcome !== 'passed' && code !== undefined)
    .map(({ code }) => code);
const codesOf = async (jwt: string) => [...new Set(await failures(createEnvelopedPresentation(jwt)))];
const saying = async (more: JsonObject) => codesOf(await token(HEADER, { ...PAYLOAD, ...more }));

describe.each([
  ['Ed25519', 'EdDSA'],
  ['P-256', 'ES256'],
  ['P-384', 'ES384'],
] as const)('a presentation enveloped with %s', (keyType, alg) => {
  const signer = party(keyType);
  const own = createResolverDouble([didDocumentOf(DID, signer)]);
  const secure = () =>
    integrity.securePresentation(presentation, { signer, created: NOW, cryptosuite: 'vp+jwt', challenge, domain });

  it('verifies, names its holder, and gives back the very presentation', async () => {
    const envelope = await secure();
    expect(envelope).toMatchObject({ type: 'EnvelopedVerifiablePresentation' });
    const opened = openPresentation(envelope);
    expect(opened).toMatchObject({
      ok: true,
      value: {
        header: { alg, typ: 'vp+jwt', cty: 'vp', kid: signer.id },
        audience: domain,
        nonce: challenge,
        issuedAt: NOW,
      },
    });
    expect(presentationIn(envelope)).toEqual({ ok: true, value: presentation });
    expect(await failures(envelope, own)).toEqual([]);
    expect(await report(envelope, own)).toMatchObject({ controllers: [DID], keys: [{ created: NOW }] });
  });

  it('does not when one letter of it was changed', async () => {
    const [head, , tail] = String((await secure())['id']).split('.');
    const changed = { ...PAYLOAD, id: 'urn:example:another' };
    const envelope = createEnvelopedPresentation(`${head}.${part(changed)}.${tail}`.split(',')[1] ?? '');
    expect(await failures(envelope, own)).toEqual(['PROOF_VERIFICATION_ERROR', 'HOLDER_MISMATCH']);
  });

  it('does not under the key of another of the same kind', async () => {
    const other = createResolverDouble([didDocumentOf(DID, party(keyType))]);
    expect(await failures(await secure(), other)).toContain('PROOF_VERIFICATION_ERROR');
  });
});

describe('a header', () => {
  it.each<[string, JsonObject]>([
    ['without type', { alg: 'ES256', kid: good.id }],
    ['of another type', { ...HEADER, typ: 'JWT' }],
    ['of a credential', { ...HEADER, typ: 'vc+jwt' }],
    ['of another content', { ...HEADER, cty: 'vc' }],
    ['without a key', { alg: 'ES256', typ: 'vp+jwt' }],
    ['with a key of 513 letters', { ...HEADER, kid: `${DID}#${'k'.repeat(513 - DID.length)}` }],
    ['with alg none', { ...HEADER, alg: 'none' }],
    ['with RSA', { ...HEADER, alg: 'RS256' }],
    ['that brings a key', { ...HEADER, jwk: { kty: 'EC' } }],
    ['that names the address of a key', { ...HEADER, jku: 'https://evil.example/keys' }],
    ['that brings a certificate', { ...HEADER, x5c: ['MIIB'] }],
    ['with a critical member', { ...HEADER, crit: ['x'], x: 1 }],
    ['with a payload as it is', { ...HEADER, b64: false, crit: ['b64'] }],
  ])('%s is refused before any key is looked for, though the signature is good', async (_name, header) => {
    const watched = createResolverDouble([didDocumentOf(DID, good)]);
    expect(await failures(createEnvelopedPresentation(await token(header)), watched)).toEqual([
      'PROOF_VERIFICATION_ERROR',
    ]);
    expect(watched.asked).toEqual([]);
  });

  it.each(['ES384', 'EdDSA', 'Ed25519'])('with the algorithm of another key, %s, is refused', async (alg) => {
    expect(await codesOf(await token({ ...HEADER, alg }))).toEqual(['PROOF_VERIFICATION_ERROR', 'HOLDER_MISMATCH']);
  });

  it('with an HMAC keyed by the public key is refused', async () => {
    const input = `${part({ ...HEADER, alg: 'HS256' })}.${part(PAYLOAD)}`;
    const mac = createHmac('sha256', good.publicKeyMultibase).update(input).digest('base64url');
    expect(await codesOf(`${input}.${mac}`)).toEqual(['PROOF_VERIFICATION_ERROR']);
  });

  it('with a relative key, or one by address, is refused', async () => {
    expect(await codesOf(await token({ ...HEADER, kid: '#key' }))).toContain('INVALID_VERIFICATION_METHOD_URL');
    expect(await codesOf(await token({ ...HEADER, kid: 'https://evil.example/key' }))).toContain(
      'INVALID_VERIFICATION_METHOD',
    );
  });

  it('with the key of another party is refused before that key is looked for', async () => {
    const watched = createResolverDouble([didDocumentOf(EVIL, evil)]);
    const envelope = createEnvelopedPresentation(await token({ ...HEADER, kid: evil.id }, PAYLOAD, evil));
    expect(await failures(envelope, watched)).toEqual(['HOLDER_MISMATCH']);
    expect(watched.asked).toEqual([]);
  });
});

describe('a key that is listed for something else', () => {
  it('presents nothing', async () => {
    const { authentication: _, ...document } = didDocumentOf(DID, good);
    expect(await failures(createEnvelopedPresentation(await token()), createResolverDouble([document]))).toEqual([
      'INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD',
    ]);
  });
});

describe('the occasion', () => {
  it.each<[string, JsonObject]>([
    ['another challenge', { nonce: 'another challenge' }],
    ['no challenge', { nonce: '' }],
    ['a list of challenges', { nonce: [challenge] }],
    ['a number', { nonce: 7 }],
  ])('of %s is refused', async (_name, more) => {
    expect(await saying(more)).toEqual(['INVALID_CHALLENGE_ERROR']);
  });

  it.each<[string, JsonObject]>([
    ['another domain', { aud: 'https://evil.example' }],
    ['ours with a slash', { aud: `${domain}/` }],
    ['ours and theirs', { aud: [domain, 'https://evil.example'] }],
    ['ours in a list', { aud: [domain] }],
  ])('for %s is refused', async (_name, more) => {
    expect(await saying(more)).toEqual(['INVALID_DOMAIN_ERROR']);
  });

  it.each([
    ['nonce', 'INVALID_CHALLENGE_ERROR'],
    ['aud', 'INVALID_DOMAIN_ERROR'],
  ])('without %s is refused', async (claim, code) => {
    const { [claim]: _, ...rest } = PAYLOAD;
    expect(await codesOf(await token(HEADER, rest))).toEqual([code]);
  });
});

describe('the holder', () => {
  it('has to be named', async () => {
    const { holder: _, iss: _iss, ...rest } = PAYLOAD;
    expect(await codesOf(await token(HEADER, rest))).toEqual(['HOLDER_MISMATCH']);
  });

  it.each<[string, JsonObject]>([
    ['another holder than iss', { iss: EVIL }],
    ['another subject', { sub: EVIL }],
    ['another id', { jti: 'urn:uuid:0f6f2d5b-29b1-4a0e-9a6c-1ff04a0a6a11' }],
    ['a presentation inside', { vp: { holder: EVIL } }],
    ['a credential inside', { vc: { issuer: EVIL } }],
    ['a proof inside', { proof: { type: 'DataIntegrityProof' } }],
    ['an end that is no number', { exp: '2027-05-01T00:00:00Z' }],
    ['a fraction of a second', { nbf: 1.5 }],
    ['a time beyond all calendars', { iat: 1e15 }],
    ['a life that began before time', { iat: -1 }],
  ])('may not be contradicted: %s', async (_name, more) => {
    expect(await saying(more)).toEqual(['MALFORMED_VALUE_ERROR']);
  });
});

describe('the life of a token', () => {
  const skew = 300;
  it.each<[string, JsonObject, readonly string[]]>([
    ['has ended', { exp: NOW / 1000 - skew - 1 }, ['PROOF_VERIFICATION_ERROR']],
    ['ended within the skew', { exp: NOW / 1000 - skew }, []],
    ['has not begun', { nbf: NOW / 1000 + skew + 1 }, ['PROOF_VERIFICATION_ERROR']],
    ['begins within the skew', { nbf: NOW / 1000 + skew }, []],
    ['was made in the future', { iat: NOW / 1000 + skew + 1 }, ['PROOF_VERIFICATION_ERROR']],
    ['was made within the skew', { iat: NOW / 1000 + skew }, []],
  ])('%s', async (_name, more, codes) => {
    expect(await saying(more)).toEqual(codes);
  });
});

describe('a token', () => {
  it.each<[string, (jwt: string) => string]>([
    ['with a newline', (jwt) => `${jwt}\n`],
    ['with padding', (jwt) => `${jwt}=`],
    ['of two parts', (jwt) => jwt.split('.').slice(0, 2).join('.')],
    ['without signature', (jwt) => `${jwt.split('.').slice(0, 2).join('.')}.`],
    ['with an array inside', (jwt) => [jwt.split('.')[0], part([1]), jwt.split('.')[2]].join('.')],
    ['with a byte order mark inside', (jwt) => [jwt.split('.')[0], part(`\ufeff{}`), jwt.split('.')[2]].join('.')],
    ['with nonce twice', (jwt) => [jwt.split('.')[0], part('{"nonce":"a","nonce":"b"}'), jwt.split('.')[2]].join('.')],
    ['with alg twice', (jwt) => [part('{"alg":"none","alg":"ES256"}'), ...jwt.split('.').slice(1)].join('.')],
  ])('%s is not read', async (_name, change) => {
    expect((await codesOf(change(await token())))[0]).toBe('PARSING_ERROR');
  });

  it('that is too long is neither looked at nor made', async () => {
    expect(await codesOf('a'.repeat(MAX_TOKEN + 1))).toEqual(['LIMIT_EXCEEDED']);
    const long = {
      ...presentation,
      verifiableCredential: [{ id: `data:application/vc+jwt,${'a'.repeat(MAX_TOKEN)}` }],
    };
    await expect(
      integrity.securePresentation(long, { signer: good, created: NOW, cryptosuite: 'vp+jwt', challenge, domain }),
    ).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});

describe('an envelope', () => {
  it.each<[string, (envelope: JsonObject) => JsonObject]>([
    ['with base64 in its address', (e) => ({ ...e, id: String(e['id']).replace('vp+jwt,', 'vp+jwt;base64,') })],
    ['of another media type', (e) => ({ ...e, id: String(e['id']).replace('vp+jwt', 'jwt') })],
    ['with the media type of a credential', (e) => ({ ...e, id: String(e['id']).replace('vp+jwt', 'vc+jwt') })],
    ['at an address of the web', (e) => ({ ...e, id: 'https://evil.example/token' })],
    ['of another context', (e) => ({ ...e, '@context': 'https://www.w3.org/2018/credentials/v1' })],
    ['with members of a presentation around it', (e) => ({ ...e, holder: DID })],
    ['of two types', (e) => ({ ...e, type: ['EnvelopedVerifiablePresentation', 'VerifiablePresentation'] })],
  ])('%s is malformed', async (_name, change) => {
    expect(await failures(change(createEnvelopedPresentation(await token())))).toEqual(['MALFORMED_VALUE_ERROR']);
  });

  it.each(['EnvelopedVerifiablePresentation', 'EnvelopedVerifiableCredential'])(
    'around another envelope, %s, is malformed',
    async (type) => {
      const inner = { ...createEnvelopedPresentation(await token()), type, holder: DID };
      expect(await codesOf(await token(HEADER, { ...inner, aud: domain, nonce: challenge }))).toEqual([
        'MALFORMED_VALUE_ERROR',
      ]);
    },
  );
});
