/** Published vectors: W3C Data Integrity EdDSA Cryptosuites 1.0, appendices B.1 (one proof) and B.5 (proof sets and chains). */
import { base58 } from '@scure/base';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import type { Signer } from '../../../src/crypto/signer.ts';
import { sha256Hex } from '../../../src/formats/digest.ts';
import { createDataIntegrity } from '../../../src/proofs/data-integrity.ts';
import {
  createResolverDouble,
  createTestContexts,
  didDocumentOf,
  EXAMPLES_CONTEXT,
  signerFromSeed,
} from '../../support/data-integrity.ts';

const unsecured: JsonObject = {
  '@context': ['https://www.w3.org/ns/credentials/v2', EXAMPLES_CONTEXT],
  id: 'urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33',
  type: ['VerifiableCredential', 'AlumniCredential'],
  name: 'Alumni Credential',
  description: 'A minimum viable example of an Alumni Credential.',
  issuer: 'https://vc.example/issuers/5678',
  validFrom: '2023-01-01T00:00:00Z',
  credentialSubject: { id: 'did:example:abcdefgh', alumniOf: 'The School of Examples' },
};
/** The signer of a `z3u2…` private key of the vectors: header 0x80 0x26, then the seed. */
function vectorSigner(privateKeyMultibase: string): Signer {
  const seed = base58.decode(privateKeyMultibase.slice(1)).slice(2);
  return signerFromSeed(seed, (multibase) => `did:key:${multibase}#${multibase}`);
}
const didOf = (signer: Signer) => signer.id.slice(0, signer.id.indexOf('#'));
const at = (text: string) => Date.parse(text);
const NOW = at('2026-01-01T00:00:00Z');

const single = vectorSigner('z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq');
const [one, two, three, four] = [
  'z3u2W4YnTstS1nSSBAgZcYSJF43JuZ9uLV6bF38B1Bf8NugW',
  'z3u2cfp4Q17kMGhNCh348a3yw3cUBiWK6RXRzyJE54sixMFn',
  'z3u2Zr3tcDLBDQKGxVa9SRDFNLqNqPWsa8p9rWPvCEH6bADB',
  'z3u2ZTWiFwM17veUR7sXniY66Gf14SqMdpMLy7SW9x4EDdmw',
].map(vectorSigner) as [Signer, Signer, Signer, Signer];
const resolver = createResolverDouble(
  [single, one, two, three, four].map((signer) => didDocumentOf(didOf(signer), signer)),
);
const integrity = createDataIntegrity({ contexts: createTestContexts() });

function proofsOf(document: JsonObject): JsonObject[] {
  const { proof } = document;
  return (Array.isArray(proof) ? proof : [proof]) as JsonObject[];
}
async function signaturesOf(document: JsonObject) {
  const { findings } = await integrity.checkCredentialProofs(document, { resolver, now: NOW });
  return findings.filter(({ check }) => check === 'proof.signature').map(({ outcome }) => outcome);
}

describe('B.1 eddsa-rdfc-2022', () => {
  it('canonicalises to the printed statements', async () => {
    expect(sha256Hex(await integrity.canonicalise(unsecured))).toBe(
      '517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017',
    );
  });

  it('makes the printed proof', async () => {
    const secured = await integrity.secureCredential(unsecured, {
      signer: single,
      created: at('2023-02-24T23:36:38Z'),
    });
    expect(secured['proof']).toEqual({
      type: 'DataIntegrityProof',
      cryptosuite: 'eddsa-rdfc-2022',
      created: '2023-02-24T23:36:38Z',
      verificationMethod:
        'did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2',
      proofPurpose: 'assertionMethod',
      proofValue: 'z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahKZme',
    });
    expect(await signaturesOf(secured)).toEqual(['passed']);
  });

  it('does not take the example for the issuer of its name: the key has another controller', async () => {
    const secured = await integrity.secureCredential(unsecured, {
      signer: single,
      created: at('2023-02-24T23:36:38Z'),
    });
    const { findings } = await integrity.checkCredentialProofs(secured, { resolver, now: NOW });
    expect(findings.filter(({ outcome }) => outcome === 'failed')).toMatchObject([
      { check: 'proof.issuer', code: 'PROOF_VERIFICATION_ERROR' },
    ]);
  });
});

describe('B.5 proof sets and proof chains', () => {
  const first = 'urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544';
  const second = 'urn:uuid:8cc9022b-6b14-4cf3-8571-74972c5feb54';
  const third = 'urn:uuid:d94f792a-c546-4d06-b38a-da070ab56c23';
  const printed = [
    'z66vWyqwAghu52WbpRkCwFRTu6Msn92ArtjpJ3gGMSVoU5RADwBfszoDt1QWY8owqLPz4nTj7hAwV7xFti1p93zdr',
    'z2scr94SNNrGpP2bE7ajvKWeUHm7HJ2edDkxpARvFAQ8V3USzwEzibqrXKaLHBrWostswsfvg82twQR88BgtnsrXY',
    'zWaPeEvBAkhQpNQj8pknuvg5STcKnt3cvM9t4kAYeJETFjvVMSXEEjadC4uxC9fKCn6JHbjt6fj2fhoaVNynBm6J',
    'z4b5uUtxNiV4E541LiR8qLvA21xM1Vt4Hfn6nLmmDePdFvLB3jFj3HyEEJyRMbpJzv4Gfdr8ABeuRTxAvZv6KWRRh',
  ];

  async function chain(): Promise<JsonObject> {
    const created = at('2023-02-24T23:36:38Z');
    const a = await integrity.secureCredential(unsecured, { signer: one, created, proofId: first });
    const b = await integrity.secureCredential(a, { signer: two, created, proofId: second });
    const c = await integrity.secureCredential(b, {
      signer: three,
      created: at('2023-02-26T22:06:38Z'),
      proofId: third,
      previousProof: [first, second],
    });
    return integrity.secureCredential(c, {
      signer: four,
      created: at('2023-02-26T22:16:38Z'),
      previousProof: third,
    });
  }

  it('makes the four printed proofs, two beside each other and two on top', async () => {
    const secured = await chain();
    expect(proofsOf(secured).map(({ proofValue }) => proofValue)).toEqual(printed);
    expect(await signaturesOf(secured)).toEqual(['passed', 'passed', 'passed', 'passed']);
  });

  it('refuses the chain without its first proof', async () => {
    const secured = await chain();
    const { findings } = await integrity.checkCredentialProofs(
      { ...secured, proof: proofsOf(secured).slice(1) },
      { resolver, now: NOW },
    );
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'proof.chain', outcome: 'failed', code: 'PROOF_VERIFICATION_ERROR' }),
    );
  });

  it('takes two proofs that build on one, and one that builds on both', async () => {
    const created = at('2023-02-24T23:36:38Z');
    let document = await integrity.secureCredential(unsecured, { signer: one, created, proofId: 'urn:x:a' });
    const add = async (signer: Signer, proofId: string, previousProof: string | string[]) => {
      document = await integrity.secureCredential(document, { signer, created, proofId, previousProof });
    };
    await add(two, 'urn:x:b', 'urn:x:a');
    await add(three, 'urn:x:c', 'urn:x:a');
    await add(four, 'urn:x:d', ['urn:x:b', 'urn:x:c']);
    expect(await signaturesOf(document)).toEqual(['passed', 'passed', 'passed', 'passed']);
    const [a, b, c, d] = proofsOf(document) as [JsonObject, JsonObject, JsonObject, JsonObject];
    expect(await signaturesOf({ ...document, proof: [d, c, b, a] })).toEqual(['passed', 'passed', 'passed', 'passed']);
    const narrowed = { ...d, previousProof: 'urn:x:b' };
    expect(await signaturesOf({ ...document, proof: [a, b, c, narrowed] })).toEqual([
      'passed',
      'passed',
      'passed',
      'failed',
    ]);
  });

  it('refuses a later proof once an earlier one was exchanged for another good one', async () => {
    const secured = await chain();
    const [, b, c, d] = proofsOf(secured);
    const other = await integrity.secureCredential(unsecured, {
      signer: one,
      created: at('2023-02-25T00:00:00Z'),
      proofId: first,
    });
    const exchanged = { ...secured, proof: [...proofsOf(other), b, c, d] as JsonObject[] };
    expect(await signaturesOf(exchanged)).toEqual(['passed', 'passed', 'failed', 'passed']);
  });

  it('refuses a chain of which previousProof was taken off', async () => {
    const secured = await chain();
    const [a, b, c] = proofsOf(secured);
    const { previousProof: _, ...loose } = c as JsonObject;
    expect(await signaturesOf({ ...secured, proof: [a, b, loose] as JsonObject[] })).toEqual([
      'passed',
      'passed',
      'failed',
    ]);
  });
});
