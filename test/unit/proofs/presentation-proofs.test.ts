import { describe, expect, it } from 'vitest';
import { type Finding, verdictOf } from '../../../src/base/finding.ts';
import { deepFreeze, type JsonObject, type JsonValue } from '../../../src/base/json.ts';
import { createDataIntegrity } from '../../../src/proofs/data-integrity.ts';
import {
  createParty,
  createResolverDouble,
  createTestContexts,
  FIXTURE_CONTEXT,
} from '../../support/data-integrity.ts';
import { fastest } from '../../support/fastest.ts';

const NOW = Date.UTC(2026, 0, 15, 12);
const challenge = 'q3JUp0AQTd9p4iWhP7o5Zw';
const domain = 'https://verifier.example';
const issuer = createParty('did:web:good.example');
const holder = createParty('did:web:holder.example');
const thief = createParty('did:web:evil.example');
const resolver = createResolverDouble([issuer.didDocument, holder.didDocument, thief.didDocument]);
const integrity = createDataIntegrity({ contexts: createTestContexts() });

const credential: JsonObject = {
  '@context': ['https://www.w3.org/ns/credentials/v2', FIXTURE_CONTEXT],
  id: 'urn:uuid:00000000-0000-4000-8000-000000000001',
  type: ['VerifiableCredential'],
  issuer: issuer.did,
  validFrom: '2026-01-01T00:00:00Z',
  credentialSubject: { id: holder.did, pcfFossil: '1840.5' },
};

async function presentationOf(more: JsonObject = { holder: holder.did }): Promise<JsonObject> {
  const secured = await integrity.secureCredential(credential, { signer: issuer.signer, created: NOW });
  return deepFreeze({
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    type: ['VerifiablePresentation'],
    ...more,
    verifiableCredential: [secured],
  });
}
const sign = async (presentation: JsonObject, signer = holder.signer, more: object = {}) =>
  integrity.securePresentation(presentation, { signer, created: NOW, challenge, domain, ...more });
const check = (document: JsonObject, options: object = {}) =>
  integrity.checkPresentationProof(document, { resolver, now: NOW, challenge, domain, ...options });
const proofOf = (document: JsonObject) => document['proof'] as JsonObject;
const faults = (findings: readonly Finding[]) =>
  findings.filter(({ outcome }) => outcome === 'failed').map(({ check: name, code }) => `${name} ${code}`);

describe('securePresentation and checkPresentationProof', () => {
  it('bind a presentation to its holder, one challenge and one domain', async () => {
    const presentation = await presentationOf();
    const secured = await sign(presentation);
    expect(presentation).not.toHaveProperty('proof');
    expect(proofOf(secured)).toMatchObject({ proofPurpose: 'authentication', challenge, domain });
    const report = await check(deepFreeze(secured));
    expect(verdictOf(report.findings)).toBe('accepted');
    expect(report.findings.map(({ check: name }) => name)).toEqual([
      'proof.form',
      'proof.purpose',
      'proof.created',
      'presentation.challenge',
      'presentation.domain',
      'proof.key',
      'proof.signature',
      'presentation.holder',
    ]);
    expect(report.controllers).toEqual([holder.did]);
  });

  it('cover the credentials inside', async () => {
    const secured = await sign(await presentationOf());
    const [inside] = secured['verifiableCredential'] as [JsonObject];
    const changed = { ...secured, verifiableCredential: [{ ...inside, name: 'changed' }] };
    expect(faults((await check(changed)).findings)).toContain('proof.signature PROOF_VERIFICATION_ERROR');
  });

  it('do not judge the credentials inside: a forged one leaves the presentation proof good', async () => {
    const presentation = await presentationOf();
    const [inside] = presentation['verifiableCredential'] as [JsonObject];
    const forged = { ...presentation, verifiableCredential: [{ ...inside, name: 'forged' }] };
    const counting = createResolverDouble([holder.didDocument]);
    const report = await check(await sign(forged), { resolver: counting });
    expect(verdictOf(report.findings)).toBe('accepted');
    expect(counting.asked).toEqual([holder.did]);
  });

  it.each([
    ['of another session', 'AAAAAAAAAAAAAAAAAAAAAA'],
    ['absent', undefined],
    ['an array with the right one', [challenge]],
    ['a number', 7],
  ])('refuse a challenge that is %s', async (_, value) => {
    const secured = await sign(await presentationOf());
    const { challenge: __, ...rest } = proofOf(secured);
    const proof = value === undefined ? rest : { ...rest, challenge: value as JsonValue };
    expect(faults((await check({ ...secured, proof })).findings)).toEqual([
      'presentation.challenge INVALID_CHALLENGE_ERROR',
    ]);
  });

  it.each([
    ['of another verifier', 'https://evil.example'],
    ['absent', undefined],
    ['an array with ours and theirs', [domain, 'https://evil.example']],
    ['ours with a slash', `${domain}/`],
  ])('refuse a domain that is %s', async (_, value) => {
    const secured = await sign(await presentationOf());
    const { domain: __, ...rest } = proofOf(secured);
    const proof = value === undefined ? rest : { ...rest, domain: value as JsonValue };
    expect(faults((await check({ ...secured, proof })).findings)).toEqual(['presentation.domain INVALID_DOMAIN_ERROR']);
  });

  it('refuse a presentation honestly made for someone else', async () => {
    const secured = await sign(await presentationOf(), holder.signer, { domain: 'https://other.example' });
    expect(faults((await check(secured)).findings)).toEqual(['presentation.domain INVALID_DOMAIN_ERROR']);
  });

  it('accept nothing when the verifier itself asks for no challenge or no domain', async () => {
    const secured = await sign(await presentationOf());
    expect(verdictOf((await check(secured, { challenge: '' })).findings)).toBe('rejected');
    expect(verdictOf((await check(secured, { domain: undefined })).findings)).toBe('rejected');
    const { domain: _, ...rest } = proofOf(secured);
    expect(verdictOf((await check({ ...secured, proof: rest }, { domain: undefined })).findings)).toBe('rejected');
  });

  it.each([
    ['the thief signs for the holder', { holder: holder.did }],
    ['no holder is named', {}],
    ['the holder is an object without id', { holder: { name: 'nobody' } }],
  ])('refuse when %s', async (_, more) => {
    const secured = await sign(await presentationOf(more as JsonObject), thief.signer);
    expect(faults((await check(secured)).findings)).toEqual(['presentation.holder HOLDER_MISMATCH']);
  });

  it('look at no key before challenge, domain and holder are right', async () => {
    const counting = createResolverDouble([holder.didDocument]);
    await check(await sign(await presentationOf(), thief.signer), { resolver: counting });
    await check(await sign(await presentationOf({}), holder.signer), { resolver: counting });
    expect(counting.asked).toEqual([]);
  });

  it('refuse an unsigned presentation, and one signed for assertion', async () => {
    const presentation = await presentationOf();
    expect(faults((await check(presentation)).findings)).toEqual(['proof.form PROOF_VERIFICATION_ERROR']);
    const secured = await sign(presentation);
    const proof = { ...proofOf(secured), proofPurpose: 'assertionMethod' };
    expect(faults((await check({ ...secured, proof })).findings)).toEqual(['proof.purpose PROOF_VERIFICATION_ERROR']);
  });

  it('refuse an unsigned presentation of fifty credentials without looking at any of them', async () => {
    const presentation = await presentationOf();
    const [one] = presentation['verifiableCredential'] as [JsonObject];
    const counting = createResolverDouble([issuer.didDocument, holder.didDocument]);
    const many = { ...presentation, verifiableCredential: Array.from({ length: 50 }, () => one) };
    expect(faults((await check(many, { resolver: counting })).findings)).toEqual([
      'proof.form PROOF_VERIFICATION_ERROR',
    ]);
    expect(counting.asked).toEqual([]);
    expect(await fastest(() => check(many))).toBeLessThan(20);
  });

  it('want every one of two proofs to be good and bound', async () => {
    const presentation = await presentationOf();
    const twice = await sign(await sign(presentation), thief.signer);
    const report = await check(twice);
    expect(verdictOf(report.findings)).toBe('accepted');
    expect(report.controllers).toEqual([holder.did, thief.did]);
    const other = await sign(await sign(presentation), thief.signer, { challenge: 'another' });
    expect(faults((await check(other)).findings)).toEqual(['presentation.challenge INVALID_CHALLENGE_ERROR']);
  });

  it('leave it undetermined when the key of the holder cannot be had', async () => {
    const down = createResolverDouble([], {
      [holder.did]: { outcome: 'undetermined', code: 'DID_RESOLUTION_ERROR', detail: 'the host does not answer' },
    });
    expect(verdictOf((await check(await sign(await presentationOf()), { resolver: down })).findings)).toBe(
      'undetermined',
    );
  });

  it('answer a malformed presentation with findings, where the library rejects', async () => {
    const secured = await sign(await presentationOf());
    for (const broken of [
      { ...secured, '@context': 7 },
      { ...secured, type: null },
      { proof: proofOf(secured), holder: holder.did },
    ]) {
      expect(verdictOf((await check(broken as JsonObject)).findings)).toBe('rejected');
    }
  });
});
