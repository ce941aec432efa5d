/** vc+jwt: what a token may say of itself, and what it may not. */
import { createHmac, createPrivateKey, generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { contentOf, createEnvelope } from '../../../src/credentials/envelope.ts';
import { linkDigest } from '../../../src/credentials/link.ts';
import { MAX_TOKEN } from '../../../src/credentials/token.ts';
import type { KeyType, Signer } from '../../../src/crypto/signer.ts';
import { createDataIntegrity } from '../../../src/proofs/data-integrity.ts';
import { createResolverDouble, createTestContexts, didDocumentOf, signerOf } from '../../support/data-integrity.ts';
import { exampleCredentials } from '../../support/example-credentials.ts';

const NOW = Date.parse('2027-04-15T00:00:00Z');
const DID = 'did:web:mill.example';
const EVIL = 'did:web:evil.example';
const integrity = createDataIntegrity({ contexts: createTestContexts() });
const claim: JsonObject = { ...(exampleCredentials('steel-coil').get('claim:coil') as JsonObject), issuer: DID };

const party = (keyType: KeyType, did = DID): Signer => signerOf(keyType, did);
const good = party('P-256');
const evil = party('P-256', EVIL);
const resolver = createResolverDouble([didDocumentOf(DID, good), didDocumentOf(EVIL, evil)]);

const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const HEADER: JsonObject = { alg: 'ES256', typ: 'vc+jwt', cty: 'vc', kid: good.id };

async function token(header: unknown = HEADER, payload: unknown = claim, signer = good): Promise<string> {
  const input = `${part(header)}.${part(payload)}`;
  const signature = await signer.sign({ data: new TextEncoder().encode(input) });
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}
const failures = async (document: JsonObject, with_ = resolver) =>
  (await integrity.checkCredentialProofs(document, { resolver: with_, now: NOW })).findings
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ code }) => code)
    .filter((code) => code !== undefined);
const codesOf = async (jwt: string) => [...new Set(await failures(createEnvelope(jwt)))];

describe.each([
  ['Ed25519', 'EdDSA'],
  ['P-256', 'ES256'],
  ['P-384', 'ES384'],
] as const)('a credential enveloped with %s', (keyType, alg) => {
  const signer = party(keyType);
  const own = createResolverDouble([didDocumentOf(DID, signer)]);
  const secure = () => integrity.secureCredential(claim, { signer, created: NOW, cryptosuite: 'vc+jwt' });

  it('verifies, and gives back the very credential', async () => {
    const envelope = await secure();
    expect(envelope['type']).toBe('EnvelopedVerifiableCredential');
    const [head] = String(envelope['id']).slice('data:application/vc+jwt,'.length).split('.');
    expect(JSON.parse(Buffer.from(String(head), 'base64url').toString())).toEqual({
      alg,
      cty: 'vc',
      kid: signer.id,
      typ: 'vc+jwt',
    });
    const content = contentOf(envelope);
    expect(content).toEqual({ ok: true, value: claim });
    expect(linkDigest(content.ok ? content.value : {})).toBe(linkDigest(claim));
    expect(await failures(envelope, own)).toEqual([]);
  });

  it('does not when one letter of it was changed', async () => {
    const envelope = await secure();
    const [head, , tail] = String(envelope['id']).split('.');
    const changed = { ...envelope, id: `${head}.${part({ ...claim, validUntil: '2039-01-01T00:00:00Z' })}.${tail}` };
    expect(await failures(changed, own)).toContain('PROOF_VERIFICATION_ERROR');
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
    ['of a presentation', { ...HEADER, typ: 'vp+jwt' }],
    ['of another content', { ...HEADER, cty: 'json' }],
    ['without a key', { alg: 'ES256', typ: 'vc+jwt' }],
    ['with a key of 513 letters', { ...HEADER, kid: `${DID}#${'k'.repeat(513 - DID.length)}` }],
    ['with alg none', { ...HEADER, alg: 'none' }],
    ['with the algorithm of another curve', { ...HEADER, alg: 'ES384' }],
    ['with the algorithm of another kind of key', { ...HEADER, alg: 'EdDSA' }],
    ['with RSA', { ...HEADER, alg: 'RS256' }],
    ['with secp256k1', { ...HEADER, alg: 'ES256K' }],
    ['that brings a key', { ...HEADER, jwk: { kty: 'EC' } }],
    ['that names the address of a key', { ...HEADER, jku: 'https://evil.example/keys' }],
    ['that names a certificate', { ...HEADER, x5u: 'https://evil.example/cert' }],
    ['that brings a certificate', { ...HEADER, x5c: ['MIIB'] }],
    ['with a critical member', { ...HEADER, crit: ['x'], x: 1 }],
    ['with a payload as it is', { ...HEADER, b64: false, crit: ['b64'] }],
  ])('%s is refused, though the signature is good', async (_name, header) => {
    expect(await codesOf(await token(header))).toEqual(['PROOF_VERIFICATION_ERROR']);
  });

  it('with the key of another party is refused, though the signature is good', async () => {
    expect(await codesOf(await token({ ...HEADER, kid: evil.id }, claim, evil))).toEqual(['PROOF_VERIFICATION_ERROR']);
  });

  it('with a relative key, or one by address, is refused', async () => {
    expect(await codesOf(await token({ ...HEADER, kid: '#key' }))).toEqual(['INVALID_VERIFICATION_METHOD_URL']);
    expect(await codesOf(await token({ ...HEADER, kid: 'https://evil.example/key' }))).toEqual([
      'INVALID_VERIFICATION_METHOD',
    ]);
  });

  it('with an HMAC keyed by the public key is refused', async () => {
    const input = `${part({ ...HEADER, alg: 'HS256' })}.${part(claim)}`;
    const mac = createHmac('sha256', good.publicKeyMultibase).update(input).digest('base64url');
    expect(await codesOf(`${input}.${mac}`)).toEqual(['PROOF_VERIFICATION_ERROR']);
  });
});

describe('claims beside the credential', () => {
  const seconds = (text: JsonValue | undefined) => Date.parse(String(text)) / 1000;
  const agreeing: JsonObject = {
    iss: DID,
    jti: claim['id'] as string,
    nbf: seconds(claim['validFrom']),
    exp: seconds(claim['validUntil']),
    iat: NOW / 1000,
  };

  it('may say the same', async () => {
    const jwt = await token(HEADER, { ...claim, ...agreeing });
    expect(await codesOf(jwt)).toEqual([]);
    expect(contentOf(createEnvelope(jwt))).toEqual({ ok: true, value: claim });
  });

  it.each<[string, JsonObject]>([
    ['another issuer', { iss: EVIL }],
    ['another id', { jti: 'urn:uuid:0f6f2d5b-29b1-4a0e-9a6c-1ff04a0a6a11' }],
    ['another subject', { sub: EVIL }],
    ['a later end', { exp: seconds(claim['validUntil']) + 1 }],
    ['an earlier start', { nbf: 1 }],
    ['a time that is no number', { nbf: '2027-01-01T00:00:00Z' }],
    ['a fraction of a second', { exp: seconds(claim['validUntil']) + 0.5 }],
    ['a time beyond all calendars', { iat: 1e15 }],
    ['a credential inside', { vc: { issuer: EVIL } }],
    ['a proof inside', { proof: { type: 'DataIntegrityProof' } }],
  ])('may not say %s', async (_name, more) => {
    expect(await codesOf(await token(HEADER, { ...claim, ...more }))).toEqual(['MALFORMED_VALUE_ERROR']);
  });

  it('may not limit what the credential does not', async () => {
    const { validUntil: _, ...open } = claim;
    expect(await codesOf(await token(HEADER, { ...open, exp: 4_000_000_000 }))).toEqual(['MALFORMED_VALUE_ERROR']);
  });

  it('may not come from the future', async () => {
    expect(await codesOf(await token(HEADER, { ...claim, iat: NOW / 1000 + 301 }))).toEqual([
      'PROOF_VERIFICATION_ERROR',
    ]);
    expect(await codesOf(await token(HEADER, { ...claim, iat: NOW / 1000 + 299 }))).toEqual([]);
  });
});

describe('a token', () => {
  it.each<[string, (jwt: string) => string]>([
    ['with a newline', (jwt) => `${jwt}\n`],
    ['with padding', (jwt) => `${jwt}=`],
    ['in plain base64', (jwt) => `${jwt.slice(0, -4)}+/+/`],
    ['of two parts', (jwt) => jwt.split('.').slice(0, 2).join('.')],
    ['of four parts', (jwt) => `${jwt}.AA`],
    ['without signature', (jwt) => `${jwt.split('.').slice(0, 2).join('.')}.`],
    ['with nothing', () => ''],
    ['with an array inside', (jwt) => [jwt.split('.')[0], part([1]), jwt.split('.')[2]].join('.')],
    ['with a text inside', (jwt) => [jwt.split('.')[0], part('"x"'), jwt.split('.')[2]].join('.')],
    ['with a byte order mark inside', (jwt) => [jwt.split('.')[0], part(`\ufeff{}`), jwt.split('.')[2]].join('.')],
    ['with a member twice', (jwt) => [jwt.split('.')[0], part('{"id":1,"id":2}'), jwt.split('.')[2]].join('.')],
  ])('%s is not read', async (_name, change) => {
    const jwt = change(await token());
    const [code] = await codesOf(jwt);
    expect(code).toBe('PARSING_ERROR');
  });

  it('that is too long is not looked at', async () => {
    expect(await codesOf('a'.repeat(MAX_TOKEN + 1))).toEqual(['LIMIT_EXCEEDED']);
  });

  it('in DER is refused', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = createPrivateKey({
      key: privateKey.export({ type: 'pkcs8', format: 'der' }),
      type: 'pkcs8',
      format: 'der',
    });
    const input = `${part(HEADER)}.${part(claim)}`;
    const der = signBytes('sha256', Buffer.from(input), key).toString('base64url');
    expect(await codesOf(`${input}.${der}`)).toEqual(['PROOF_VERIFICATION_ERROR']);
  });
});

describe('an envelope', () => {
  it.each<[string, (envelope: JsonObject) => JsonObject]>([
    ['with base64 in its address', (e) => ({ ...e, id: String(e['id']).replace('vc+jwt,', 'vc+jwt;base64,') })],
    ['of another media type', (e) => ({ ...e, id: String(e['id']).replace('vc+jwt', 'jwt') })],
    ['at an address of the web', (e) => ({ ...e, id: 'https://evil.example/token' })],
    ['without an address', ({ id: _, ...e }) => e],
    ['of another context', (e) => ({ ...e, '@context': 'https://www.w3.org/2018/credentials/v1' })],
    ['without a context', ({ '@context': _, ...e }) => e],
    ['with members of a credential around it', (e) => ({ ...e, issuer: DID })],
    ['of two types', (e) => ({ ...e, type: ['EnvelopedVerifiableCredential', 'VerifiableCredential'] })],
  ])('%s is malformed', async (_name, change) => {
    expect(await failures(change(createEnvelope(await token())))).toEqual(['MALFORMED_VALUE_ERROR']);
  });

  it('inside an envelope is malformed', async () => {
    const inner = createEnvelope(await token());
    const outer = createEnvelope(await token(HEADER, { ...inner, issuer: DID }));
    expect(contentOf(outer).ok).toBe(false);
    expect(await failures(outer)).toEqual(['MALFORMED_VALUE_ERROR']);
  });
});
