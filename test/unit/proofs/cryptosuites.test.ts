/** The cryptosuites against the vectors that their standards publish (test/vectors), and against our own negatives, each on each key. */
import { createPrivateKey, sign as signBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { base58 } from '@scure/base';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { ALGORITHMS } from '../../../src/crypto/algorithms.ts';
import { encodeMultikey } from '../../../src/crypto/multikey.ts';
import type { KeyType, Signer } from '../../../src/crypto/signer.ts';
import { createDidKey } from '../../../src/dids/methods/key.ts';
import { sha256Hex } from '../../../src/formats/digest.ts';
import { jcs } from '../../../src/formats/jcs.ts';
import { createDataIntegrity } from '../../../src/proofs/data-integrity.ts';
import {
  createResolverDouble,
  createTestContexts,
  didDocumentOf,
  EXAMPLES_CONTEXT,
  signerFromSeed,
} from '../../support/data-integrity.ts';

interface Vector {
  readonly cryptosuite: string;
  readonly keyType: KeyType;
  readonly source: string;
  readonly keyPair: { readonly publicKeyMultibase: string; readonly secretKeyMultibase: string };
  readonly canonicalDocument: string;
  readonly documentHash: string;
  readonly secured: JsonObject & { readonly proof: JsonObject };
}

const vectors = JSON.parse(
  readFileSync(new URL('../../vectors/data-integrity-proofs.json', import.meta.url), 'utf8'),
) as readonly Vector[];
const NOW = Date.parse('2026-01-01T00:00:00Z');
const integrity = createDataIntegrity({ contexts: createTestContexts() });

describe.each(vectors.map((vector) => [`${vector.cryptosuite} with ${vector.keyType}`, vector] as const))(
  'the published vector of %s',
  (_name, { keyPair, keyType, cryptosuite, canonicalDocument, documentHash, secured }) => {
    const { publicKeyMultibase, secretKeyMultibase } = keyPair;
    const did = createDidKey(keyType, publicKeyMultibase);
    const signer: Signer = { id: `${did}#${publicKeyMultibase}`, keyType, publicKeyMultibase, sign: async () => none };
    const resolver = createResolverDouble([didDocumentOf(did, signer)]);
    const check = async (document: JsonObject) =>
      (await integrity.checkCredentialProofs(document, { resolver, now: NOW })).findings;

    it('has the printed canonical form', async () => {
      const { proof: _, ...unsecured } = secured;
      const text = cryptosuite.includes('jcs') ? jcs(unsecured) : (await integrity.canonicalise(unsecured)).trim();
      expect(text).toBe(canonicalDocument);
      if (keyType !== 'P-384') {
        const hashed = cryptosuite.includes('jcs') ? text : `${text}\n`;
        expect(sha256Hex(hashed)).toBe(documentHash);
      }
    });

    it('has a good signature, and another document has not', async () => {
      const outcomes = (findings: Awaited<ReturnType<typeof check>>) =>
        findings.filter(({ check: name }) => name === 'proof.signature').map(({ outcome, code }) => [outcome, code]);
      expect(outcomes(await check(secured))).toEqual([['passed', undefined]]);
      expect(outcomes(await check({ ...secured, name: 'Another Credential' }))).toEqual([
        ['failed', 'PROOF_VERIFICATION_ERROR'],
      ]);
    });

    it('makes the printed proof, where signatures are deterministic', async () => {
      if (keyType !== 'Ed25519') return;
      const own = signerFromSeed(base58.decode(secretKeyMultibase.slice(1)).slice(2), (key) => `did:key:${key}#${key}`);
      const { proof: _, ...unsecured } = secured;
      const created = Date.parse(String(secured.proof['created']));
      expect(await integrity.secureCredential(unsecured, { signer: own, created, cryptosuite })).toEqual(secured);
    });
  },
);

const none = new Uint8Array(64);
const document: JsonObject = {
  '@context': ['https://www.w3.org/ns/credentials/v2', EXAMPLES_CONTEXT],
  id: 'urn:uuid:0f6f2d5b-29b1-4a0e-9a6c-1ff04a0a6a11',
  type: ['VerifiableCredential', 'ExampleAlumniCredential'],
  issuer: 'did:web:issuer.example',
  validFrom: '2025-01-01T00:00:00Z',
  credentialSubject: { id: 'did:example:subject', alumniOf: 'The School of Examples' },
};

/** A party with a fresh key of each type, all under one DID. */
function createSigner(keyType: KeyType, did = 'did:web:issuer.example'): Signer {
  const { publicKey, privateKey } = ALGORITHMS[keyType].generate();
  return {
    id: `${did}#${keyType}`,
    keyType,
    publicKeyMultibase: encodeMultikey(keyType, publicKey),
    sign: async ({ data }) => ALGORITHMS[keyType].sign(privateKey, data),
  };
}

const SUITES = [
  ['eddsa-rdfc-2022', 'Ed25519'],
  ['eddsa-jcs-2022', 'Ed25519'],
  ['ecdsa-rdfc-2019', 'P-256'],
  ['ecdsa-rdfc-2019', 'P-384'],
  ['ecdsa-jcs-2019', 'P-256'],
  ['ecdsa-jcs-2019', 'P-384'],
] as const;

describe.each(SUITES)('%s with %s', (cryptosuite, keyType) => {
  const signer = createSigner(keyType);
  const resolver = createResolverDouble([didDocumentOf('did:web:issuer.example', signer)]);
  const secure = () => integrity.secureCredential(document, { signer, created: NOW, cryptosuite });
  const failures = async (secured: JsonObject, with_ = resolver) =>
    (await integrity.checkCredentialProofs(secured, { resolver: with_, now: NOW })).findings
      .filter(({ outcome }) => outcome !== 'passed' && outcome !== 'skipped')
      .map(({ check, code }) => [check, code]);
  const proofOf = (secured: JsonObject) => secured['proof'] as JsonObject;

  it('signs and verifies', async () => {
    expect(await failures(await secure())).toEqual([]);
  });

  it.each([
    ['a member of the document', (secured: JsonObject) => ({ ...secured, validFrom: '2024-01-01T00:00:00Z' })],
    ['the date of the proof', (s: JsonObject) => ({ ...s, proof: { ...proofOf(s), created: '2025-06-01T00:00:00Z' } })],
    ['an added member of the proof', (s: JsonObject) => ({ ...s, proof: { ...proofOf(s), nonce: 'another' } })],
  ])('refuses %s that was changed', async (_name, change) => {
    const found = await failures(change(await secure()));
    expect(found).toContainEqual(['proof.signature', 'PROOF_VERIFICATION_ERROR']);
  });

  it('refuses the key of somebody else of the same kind', async () => {
    const other = { ...createSigner(keyType), id: signer.id };
    const resolverOfOther = createResolverDouble([didDocumentOf('did:web:issuer.example', other)]);
    expect(await failures(await secure(), resolverOfOther)).toContainEqual([
      'proof.signature',
      'PROOF_VERIFICATION_ERROR',
    ]);
  });

  it('refuses a key of another kind before any arithmetic', async () => {
    const other = { ...createSigner(keyType === 'Ed25519' ? 'P-256' : 'Ed25519'), id: signer.id };
    const resolverOfOther = createResolverDouble([didDocumentOf('did:web:issuer.example', other)]);
    expect(await failures(await secure(), resolverOfOther)).toContainEqual([
      'proof.key',
      'INVALID_VERIFICATION_METHOD',
    ]);
  });

  it('refuses the same bytes under the name of the suite beside it', async () => {
    const beside = cryptosuite.includes('jcs')
      ? cryptosuite.replace('jcs', 'rdfc')
      : cryptosuite.replace('rdfc', 'jcs');
    const secured = await secure();
    const { '@context': _, ...proof } = proofOf(secured);
    const found = await failures({ ...secured, proof: { ...proof, cryptosuite: beside } });
    expect(found).toContainEqual(['proof.signature', 'PROOF_VERIFICATION_ERROR']);
  });

  it('refuses a signature in the other multibase, one cut short, and one that is too long', async () => {
    const secured = await secure();
    const bytes = base58.decode(String(proofOf(secured)['proofValue']).slice(1));
    const spelled = [
      `u${Buffer.from(bytes).toString('base64url')}`,
      `z${base58.encode(bytes.slice(1))}`,
      `z${base58.encode(Uint8Array.of(...bytes, 0))}`,
    ];
    for (const proofValue of spelled) {
      const found = await failures({ ...secured, proof: { ...proofOf(secured), proofValue } });
      expect(found).toEqual([['proof.form', 'PROOF_VERIFICATION_ERROR']]);
    }
  });

  it('takes the context of the document in a proof over JSON, and no other', async () => {
    const secured = await secure();
    const own = proofOf(secured)['@context'];
    expect(own).toEqual(cryptosuite.includes('jcs') ? document['@context'] : undefined);
    const foreign = {
      ...secured,
      proof: { ...proofOf(secured), '@context': ['https://www.w3.org/ns/credentials/v2'] },
    };
    expect(await failures(foreign)).toContainEqual(['proof.form', 'CONTEXT_NOT_ALLOWED']);
  });
});

describe('a suite and a key that do not go together', () => {
  it('sign nothing', async () => {
    const signer = createSigner('P-256');
    await expect(
      integrity.secureCredential(document, { signer, created: NOW, cryptosuite: 'eddsa-jcs-2022' }),
    ).rejects.toMatchObject({ code: 'PROOF_GENERATION_ERROR' });
    await expect(
      integrity.secureCredential(document, { signer, created: NOW, cryptosuite: 'rsa-2048' }),
    ).rejects.toMatchObject({ code: 'PROOF_GENERATION_ERROR' });
  });
});

describe('proofs of different suites beside and on top of each other', () => {
  const ed = { ...createSigner('Ed25519') };
  const nist = { ...createSigner('P-384') };
  const both: JsonObject = {
    ...didDocumentOf('did:web:issuer.example', ed),
    verificationMethod: [ed, nist].map(({ id, publicKeyMultibase }) => ({
      id,
      type: 'Multikey',
      controller: 'did:web:issuer.example',
      publicKeyMultibase,
    })),
    assertionMethod: [ed.id, nist.id],
  };
  const resolver = createResolverDouble([both]);
  const outcomes = async (secured: JsonObject) =>
    (await integrity.checkCredentialProofs(secured, { resolver, now: NOW })).findings
      .filter(({ check }) => check === 'proof.signature' || check === 'proof.chain')
      .map(({ outcome }) => outcome);

  it('all have to hold', async () => {
    const one = await integrity.secureCredential(document, { signer: ed, created: NOW, cryptosuite: 'eddsa-jcs-2022' });
    const two = await integrity.secureCredential(one, { signer: nist, created: NOW });
    expect(await outcomes(two)).toEqual(['passed', 'passed']);
    const [first, second] = two['proof'] as unknown as JsonObject[];
    const spoiled = { ...first, created: '2025-06-01T00:00:00Z' };
    expect(await outcomes({ ...two, proof: [spoiled, second] as JsonObject[] })).toEqual(['failed', 'passed']);
  });

  it('a later one over JSON covers an earlier one over RDF', async () => {
    const proofId = 'urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544';
    const one = await integrity.secureCredential(document, { signer: ed, created: NOW, proofId });
    const two = await integrity.secureCredential(one, {
      signer: nist,
      created: NOW,
      cryptosuite: 'ecdsa-jcs-2019',
      previousProof: proofId,
    });
    expect(await outcomes(two)).toEqual(['passed', 'passed', 'passed']);
    // A good proof of the same key over the same document, but not the one that was covered.
    const other = await integrity.secureCredential(document, { signer: ed, created: NOW - 60_000, proofId });
    const [, second] = two['proof'] as unknown as JsonObject[];
    expect(await outcomes({ ...two, proof: [other['proof'], second] as JsonObject[] })).toEqual([
      'passed',
      'passed',
      'failed',
    ]);
  });
});

describe('ECDSA on P-384', () => {
  it('takes r‖s and no DER', () => {
    const { publicKey, privateKey } = ALGORITHMS['P-384'].generate();
    const data = new Uint8Array([1, 2, 3]);
    const key = createPrivateKey({
      key: privateKey.export({ format: 'der', type: 'pkcs8' }),
      format: 'der',
      type: 'pkcs8',
    });
    expect(ALGORITHMS['P-384'].verify(publicKey, data, ALGORITHMS['P-384'].sign(privateKey, data))).toBe(true);
    expect(ALGORITHMS['P-384'].verify(publicKey, data, signBytes('sha384', data, key))).toBe(false);
    expect(ALGORITHMS['P-384'].verify(publicKey, data, new Uint8Array(96))).toBe(false);
    expect(encodeMultikey('P-384', publicKey)).toMatch(/^z82/);
  });
});
