/** `Ed25519Signature2020`: verified, never made. Against the vector that its standard published, and against our own negatives. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { ED25519_2020_CONTEXT, loadContexts, V2_CONTEXT } from '../../../src/credentials/contexts.ts';
import { checkCredentialForm } from '../../../src/credentials/credential.ts';
import { linkDigest } from '../../../src/credentials/link.ts';
import { loadSchemas } from '../../../src/credentials/schemas.ts';
import type { Signer } from '../../../src/crypto/signer.ts';
import { sha256, sha256Hex } from '../../../src/formats/digest.ts';
import { encodeBase58btc } from '../../../src/formats/multibase.ts';
import { createDataIntegrity } from '../../../src/proofs/data-integrity.ts';
import { MECHANISM_NAMES } from '../../../src/proofs/mechanisms.ts';
import { createParty, createResolverDouble, createTestContexts, didDocumentOf } from '../../support/data-integrity.ts';
import { exampleCredentials } from '../../support/example-credentials.ts';

interface Vector {
  readonly keyPair: { readonly publicKeyMultibase: string };
  readonly canonicalDocument: string;
  readonly documentHash: string;
  readonly canonicalProofOptions: string;
  readonly proofOptionsHash: string;
  readonly secured: JsonObject & { readonly proof: JsonObject };
}
const vector = JSON.parse(
  readFileSync(new URL('../../vectors/ed25519-signature-2020.json', import.meta.url), 'utf8'),
) as Vector;

const NOW = Date.parse('2027-04-15T00:00:00Z');
const integrity = createDataIntegrity({ contexts: createTestContexts() });
const issuer = createParty('did:web:issuer.example');
const other = createParty('did:web:other.example');
const resolver = createResolverDouble([issuer.didDocument, other.didDocument]);
const failures = async (document: JsonObject) =>
  (await integrity.checkCredentialProofs(document, { resolver, now: NOW })).findings
    .filter(({ outcome }) => outcome !== 'passed' && outcome !== 'skipped')
    .map(({ check, code }) => [check, code]);
const text = (value: string) => new TextEncoder().encode(value);

/** As its makers make it: the two hashes, the options under the contexts of the document. */
async function secure(
  unsecured: JsonObject,
  members: Record<string, unknown> = {},
  signer: Signer = issuer.signer,
): Promise<JsonObject> {
  const entries = Object.entries({
    type: 'Ed25519Signature2020',
    created: '2027-04-01T00:00:00Z',
    verificationMethod: signer.id,
    proofPurpose: 'assertionMethod',
    ...members,
  }).filter(([, value]) => value !== undefined);
  const options = Object.fromEntries(entries) as JsonObject;
  const hash = async (part: JsonObject) => sha256(text(await integrity.canonicalise(part)));
  const context = unsecured['@context'] ?? null;
  const data = Uint8Array.of(...(await hash({ '@context': context, ...options })), ...(await hash(unsecured)));
  return { ...unsecured, proof: { ...options, proofValue: encodeBase58btc(await signer.sign({ data })) } };
}

const example = exampleCredentials('steel-coil').get('claim:coil') as JsonObject;
const claim: JsonObject = {
  ...example,
  '@context': [...(example['@context'] as string[]), ED25519_2020_CONTEXT],
  issuer: issuer.did,
};
const proofOf = (document: JsonObject) => document['proof'] as JsonObject;

describe('the published vector', () => {
  const { secured } = vector;
  const id = String(secured.proof['verificationMethod']);
  const did = id.slice(0, id.indexOf('#'));
  const signer: Signer = { ...issuer.signer, id, publicKeyMultibase: vector.keyPair.publicKeyMultibase };
  const at = { resolver: createResolverDouble([didDocumentOf(did, signer)]), now: NOW };
  const signature = async (document: JsonObject) =>
    (await integrity.checkCredentialProofs(document, at)).findings
      .filter(({ check }) => check === 'proof.signature')
      .map(({ outcome }) => outcome);

  it('has the printed canonical forms and hashes', async () => {
    const { proof, ...unsecured } = secured;
    const { proofValue: _, ...options } = proof;
    const document = await integrity.canonicalise(unsecured);
    expect(document.trim()).toBe(vector.canonicalDocument.trim());
    expect(sha256Hex(document)).toBe(vector.documentHash);
    const canonical = await integrity.canonicalise({ '@context': secured['@context'] ?? null, ...options });
    expect(canonical.trim()).toBe(vector.canonicalProofOptions.trim());
    expect(sha256Hex(canonical)).toBe(vector.proofOptionsHash);
  });

  it('has a good signature, and another document has not', async () => {
    expect(await signature(secured)).toEqual(['passed']);
    expect(await signature({ ...secured, name: 'Another Credential' })).toEqual(['failed']);
  });
});

describe('a credential of ours', () => {
  it('is taken with the context of the proof at the end, and is the same credential to a link', async () => {
    const secured = await secure(claim);
    expect(await failures(secured)).toEqual([]);
    const form = checkCredentialForm(secured, { contexts: loadContexts(), schemas: loadSchemas() });
    expect(form.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(linkDigest(secured)).toBe(linkDigest(claim));
  });

  it.each<[string, JsonObject]>([
    [
      'the context in another place',
      { ...claim, '@context': [V2_CONTEXT, ED25519_2020_CONTEXT, String((example['@context'] as string[])[1])] },
    ],
    ['the context twice', { ...claim, '@context': [...(claim['@context'] as string[]), ED25519_2020_CONTEXT] }],
  ])('is refused with %s', (_name, document) => {
    const form = checkCredentialForm(
      { ...document, proof: { type: 'Ed25519Signature2020' } },
      { contexts: loadContexts(), schemas: loadSchemas() },
    );
    expect(form.some(({ outcome, code }) => outcome === 'failed' && code !== undefined)).toBe(true);
  });

  it('is refused with that context and no such proof', async () => {
    const secured = await integrity.secureCredential(claim, { signer: issuer.signer, created: NOW });
    const form = checkCredentialForm(secured, { contexts: loadContexts(), schemas: loadSchemas() });
    expect(
      form.filter(({ outcome }) => outcome === 'failed').map(({ code, pointer }) => [code, pointer]),
    ).toContainEqual(['MALFORMED_VALUE_ERROR', '/@context']);
  });

  it.each<[string, Record<string, unknown>, readonly [string, string]]>([
    ['no date', { created: undefined }, ['proof.form', 'PROOF_VERIFICATION_ERROR']],
    ['a date to come', { created: '2028-01-01T00:00:00Z' }, ['proof.created', 'PROOF_VERIFICATION_ERROR']],
    ['an end that is over', { expires: '2027-01-01T00:00:00Z' }, ['proof.expires', 'PROOF_VERIFICATION_ERROR']],
    ['another purpose', { proofPurpose: 'authentication' }, ['proof.purpose', 'PROOF_VERIFICATION_ERROR']],
  ])('is refused with %s', async (_name, members, expected) => {
    expect(await failures(await secure(claim, members))).toContainEqual(expected);
  });

  it('is refused by a key that is not the issuer’s', async () => {
    expect(await failures(await secure(claim, {}, other.signer))).toEqual([
      ['proof.issuer', 'PROOF_VERIFICATION_ERROR'],
    ]);
  });

  it.each<[string, (document: JsonObject) => JsonObject]>([
    ['a changed figure', (d) => ({ ...d, validUntil: '2031-01-01T00:00:00Z' })],
    ['a changed date of the proof', (d) => ({ ...d, proof: { ...proofOf(d), created: '2027-04-02T00:00:00Z' } })],
    ['a domain put in', (d) => ({ ...d, proof: { ...proofOf(d), domain: 'https://a.example' } })],
    ['a cryptosuite put in', (d) => ({ ...d, proof: { ...proofOf(d), cryptosuite: 'eddsa-rdfc-2022' } })],
    [
      'its name for a cryptosuite',
      (d) => ({ ...d, proof: { ...proofOf(d), type: 'DataIntegrityProof', cryptosuite: 'Ed25519Signature2020' } }),
    ],
    [
      'the name of another suite',
      (d) => ({ ...d, proof: { ...proofOf(d), type: 'DataIntegrityProof', cryptosuite: 'eddsa-rdfc-2022' } }),
    ],
    [
      'another multibase',
      (d) => ({ ...d, proof: { ...proofOf(d), proofValue: `u${Buffer.alloc(64).toString('base64url')}` } }),
    ],
    ['a signature of another length', (d) => ({ ...d, proof: { ...proofOf(d), proofValue: 'z111' } })],
    ['a proof before it', (d) => ({ ...d, proof: { ...proofOf(d), previousProof: 'urn:uuid:1' } })],
    ['a JWS', (d) => ({ ...d, proof: { ...proofOf(d), jws: 'a..b' } })],
    ['a context of its own', (d) => ({ ...d, proof: { ...proofOf(d), '@context': ED25519_2020_CONTEXT } })],
    ['its context left out', (d) => ({ ...d, '@context': example['@context'] ?? null })],
  ])('does not hold with %s', async (_name, change) => {
    expect(await failures(change(await secure(claim)))).not.toEqual([]);
  });

  it('stands beside a proof of today only if both hold', async () => {
    const legacy = await secure(claim);
    const both = await integrity.secureCredential(legacy, { signer: other.signer, created: NOW });
    expect(await failures(both)).toEqual([]);
    const [first, second] = both['proof'] as unknown as [JsonObject, JsonObject];
    const forged = { ...first, created: '2027-04-02T00:00:00Z' };
    expect(await failures({ ...both, proof: [forged, second] })).toContainEqual([
      'proof.signature',
      'PROOF_VERIFICATION_ERROR',
    ]);
  });
});

it('is no mechanism of an issuer', async () => {
  expect(MECHANISM_NAMES).not.toContain('Ed25519Signature2020');
  const means = { signer: issuer.signer, created: NOW, cryptosuite: 'Ed25519Signature2020' };
  await expect(integrity.secureCredential(claim, means)).rejects.toMatchObject({ code: 'PROOF_GENERATION_ERROR' });
});
