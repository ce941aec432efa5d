/** Proof sets and proof chains (VC Data Integrity 1.0, sections 2.1.1, 2.1.2 and 4.5) under every suite, and across them. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { ALGORITHMS } from '../../../src/crypto/algorithms.ts';
import { encodeMultikey } from '../../../src/crypto/multikey.ts';
import type { KeyType, Signer } from '../../../src/crypto/signer.ts';
import { createDataIntegrity } from '../../../src/proofs/data-integrity.ts';
import {
  createResolverDouble,
  createTestContexts,
  didDocumentOf,
  EXAMPLES_CONTEXT,
} from '../../support/data-integrity.ts';

const SUITES = [
  ['eddsa-rdfc-2022', 'Ed25519'],
  ['eddsa-jcs-2022', 'Ed25519'],
  ['ecdsa-rdfc-2019', 'P-256'],
  ['ecdsa-rdfc-2019', 'P-384'],
  ['ecdsa-jcs-2019', 'P-256'],
  ['ecdsa-jcs-2019', 'P-384'],
] as const;
type Suite = (typeof SUITES)[number];

const NOW = Date.parse('2026-01-01T00:00:00Z');
const ISSUER = 'did:web:issuer.example';
const WITNESS = 'did:web:witness.example';
const integrity = createDataIntegrity({ contexts: createTestContexts() });
const unsecured: JsonObject = {
  '@context': ['https://www.w3.org/ns/credentials/v2', EXAMPLES_CONTEXT],
  id: 'urn:uuid:0f6f2d5b-29b1-4a0e-9a6c-1ff04a0a6a11',
  type: ['VerifiableCredential', 'ExampleAlumniCredential'],
  issuer: ISSUER,
  validFrom: '2025-01-01T00:00:00Z',
  credentialSubject: { id: 'did:example:subject', alumniOf: 'The School of Examples' },
};

const signers = new Map<string, Signer>();
function signerOf(did: string, keyType: KeyType): Signer {
  const id = `${did}#${keyType.toLowerCase()}`;
  const known = signers.get(id);
  if (known !== undefined) return known;
  const { publicKey, privateKey } = ALGORITHMS[keyType].generate();
  const signer: Signer = {
    id,
    keyType,
    publicKeyMultibase: encodeMultikey(keyType, publicKey),
    sign: async ({ data }) => ALGORITHMS[keyType].sign(privateKey, data),
  };
  signers.set(id, signer);
  return signer;
}

interface Place {
  readonly proofId?: string;
  readonly previousProof?: string | readonly string[];
}
const add = (document: JsonObject, did: string, [cryptosuite, keyType]: Suite, place: Place = {}) =>
  integrity.secureCredential(document, { signer: signerOf(did, keyType), created: NOW, cryptosuite, ...place });

function resolverFor(...suites: readonly Suite[]) {
  const documentFor = (did: string): JsonObject => {
    const keys = [...new Set(suites.map(([, keyType]) => keyType))].map((keyType) => signerOf(did, keyType));
    const documents = keys.map((signer) => didDocumentOf(did, signer));
    const all = (member: string) => documents.flatMap((document) => document[member] as unknown as JsonObject[]);
    return {
      ...documents[0],
      verificationMethod: all('verificationMethod'),
      assertionMethod: all('assertionMethod'),
      authentication: all('authentication'),
    };
  };
  return createResolverDouble([documentFor(ISSUER), documentFor(WITNESS)]);
}

async function failures(document: JsonObject, ...suites: readonly Suite[]) {
  const { findings } = await integrity.checkCredentialProofs(document, { resolver: resolverFor(...suites), now: NOW });
  return findings.filter(({ outcome }) => outcome === 'failed').map(({ check, code }) => [check, code]);
}
const proofsOf = (document: JsonObject) => document['proof'] as unknown as readonly JsonObject[];
const [FIRST, SECOND] = [
  'urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544',
  'urn:uuid:8cc9022b-6b14-4cf3-8571-74972c5feb54',
];

const name = ([cryptosuite, keyType]: Suite) => `${cryptosuite} ${keyType}`;
const PAIRS = SUITES.flatMap((first) => SUITES.map((second) => [name(first), name(second), first, second] as const));

describe('a proof that covers an earlier one', () => {
  it.each(PAIRS)('%s, covered by %s', async (_first, _second, first, second) => {
    const one = await add(unsecured, WITNESS, first, { proofId: FIRST });
    const both = await add(one, ISSUER, second, { proofId: SECOND, previousProof: FIRST });
    expect(await failures(both, first, second)).toEqual([]);
    const [witnessed, issued] = proofsOf(both) as [JsonObject, JsonObject];
    // Their order in the document says nothing.
    expect(await failures({ ...both, proof: [issued, witnessed] }, first, second)).toEqual([]);
    expect(await failures({ ...both, proof: issued }, first, second)).toContainEqual([
      'proof.chain',
      'PROOF_VERIFICATION_ERROR',
    ]);
    const { previousProof: _, ...loose } = issued;
    expect(await failures({ ...both, proof: [witnessed, loose] }, first, second)).toContainEqual([
      'proof.signature',
      'PROOF_VERIFICATION_ERROR',
    ]);
  });

  it.each(SUITES.map((suite) => [name(suite), suite] as const))(
    '%s: not another proof of the same id',
    async (_name, suite) => {
      const both = await add(await add(unsecured, WITNESS, suite, { proofId: FIRST }), ISSUER, suite, {
        previousProof: FIRST,
      });
      const other = await integrity.secureCredential(unsecured, {
        signer: signerOf(WITNESS, suite[1]),
        created: NOW - 60_000,
        cryptosuite: suite[0],
        proofId: FIRST,
      });
      const [, issued] = proofsOf(both) as [JsonObject, JsonObject];
      expect(await failures({ ...both, proof: [other['proof'] as JsonObject, issued] }, suite)).toContainEqual([
        'proof.signature',
        'PROOF_VERIFICATION_ERROR',
      ]);
    },
  );
});

describe('a set of proofs', () => {
  it.each(PAIRS)('%s beside %s', async (_first, _second, first, second) => {
    const both = await add(await add(unsecured, WITNESS, first), ISSUER, second);
    expect(await failures(both, first, second)).toEqual([]);
    const [witnessed, issued] = proofsOf(both) as [JsonObject, JsonObject];
    const forged = { ...witnessed, created: '2025-12-31T00:00:00Z' };
    expect(await failures({ ...both, proof: [forged, issued] }, first, second)).toEqual([
      ['proof.signature', 'PROOF_VERIFICATION_ERROR'],
    ]);
    // Each stands by itself: taken alone, that of the issuer still holds, and that of the witness speaks for nobody.
    expect(await failures({ ...both, proof: issued }, first, second)).toEqual([]);
    expect(await failures({ ...both, proof: witnessed }, first, second)).toEqual([
      ['proof.issuer', 'PROOF_VERIFICATION_ERROR'],
    ]);
  });
});

describe('proofs with selective disclosure', () => {
  const claimed = (cryptosuite: string): JsonObject => ({
    type: 'DataIntegrityProof',
    cryptosuite,
    verificationMethod: `${ISSUER}#key`,
    proofPurpose: 'assertionMethod',
    proofValue: 'u2V0',
  });
  it.each(['ecdsa-sd-2023', 'bbs-2023'])('are two at most, and with a third none is looked at: %s', async (third) => {
    const two = [claimed('ecdsa-sd-2023'), claimed('bbs-2023')];
    expect(await failures({ ...unsecured, proof: [...two, claimed(third)] })).toEqual([
      ['proof.form', 'LIMIT_EXCEEDED'],
    ]);
    expect(await failures({ ...unsecured, proof: two })).not.toContainEqual(['proof.form', 'LIMIT_EXCEEDED']);
  });
});
