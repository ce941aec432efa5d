/**
 * Selective disclosure finds blank nodes by a pattern over whole statements. A text or an identifier that looks like one would be signed
 * without its end, so that anything could be put in its place: it is signed, derived and verified by nobody.
 */
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { derive, issue } from '@digitalbazaar/vc';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { corePointersOf } from '../../../src/credentials/core-pointers.ts';
import { findProfile, type Profile } from '../../../src/credentials/profiles/profile-table.ts';
import { ALGORITHMS } from '../../../src/crypto/algorithms.ts';
import { bbsDesk } from '../../../src/crypto/bbs-desk.ts';
import { encodeMultikey } from '../../../src/crypto/multikey.ts';
import type { Signer } from '../../../src/crypto/signer.ts';
import { createBbsSigningSuite, deriveBbs } from '../../../src/proofs/bbs-disclosure.ts';
import { createDataIntegrity } from '../../../src/proofs/data-integrity.ts';
import { assertTellsNodes } from '../../../src/proofs/disclosed-statements.ts';
import { createDerivingSuite, createSigningSuite } from '../../../src/proofs/selective-disclosure.ts';
import { createResolverDouble, createTestContexts, didDocumentOf } from '../../support/data-integrity.ts';
import { exampleCredentials } from '../../support/example-credentials.ts';

const NOW = Date.parse('2027-04-15T00:00:00Z');
const DID = 'did:web:mill.example';
const SUITES = { 'ecdsa-sd-2023': 'P-256', 'bbs-2023': 'Bls12381G2' } as const;
type Suite = keyof typeof SUITES;

const contexts = createTestContexts();
const integrity = createDataIntegrity({ contexts });
const claim = exampleCredentials('steel-coil').get('claim:coil') as JsonObject;
const withSubject = (members: Record<string, JsonValue>): JsonObject => ({
  ...claim,
  issuer: DID,
  credentialSubject: { ...(claim['credentialSubject'] as JsonObject), ...members },
});
const named = (name: string): JsonObject => {
  const { operator } = claim['credentialSubject'] as { operator: JsonObject };
  return withSubject({ operator: { ...operator, name } });
};
const coreOf = (document: JsonObject) => corePointersOf(document, findProfile(document) as Profile);
const documentLoader = async (url: string) => ({
  contextUrl: null,
  documentUrl: url,
  document: contexts.document(url) as object,
});

/** An issuer with other software, which looks at no text. */
function createStranger(suite: Suite) {
  const keyType = SUITES[suite];
  const { publicKey, privateKey } = ALGORITHMS[keyType].generate();
  const signer: Signer = {
    id: `${DID}#key`,
    keyType,
    publicKeyMultibase: encodeMultikey(keyType, publicKey),
    sign: async ({ data }) => ALGORITHMS[keyType].sign(privateKey, data),
    signMessages: (input) => bbsDesk.sign(privateKey, { publicKey, ...input }),
  };
  const show = async (document: JsonObject): Promise<JsonObject> => {
    const pointers = coreOf(document);
    const bbs = suite === 'bbs-2023';
    const cryptosuite = bbs
      ? createBbsSigningSuite(pointers, publicKey, signer.signMessages)
      : createSigningSuite(pointers);
    const proofSuite = new DataIntegrityProof({
      cryptosuite,
      signer: { id: signer.id, algorithm: keyType, sign: signer.sign },
      date: new Date(NOW),
    });
    const credential = structuredClone(document);
    const base = (await issue({ credential, suite: proofSuite, documentLoader, now: new Date(NOW) })) as JsonObject;
    if (bbs)
      return deriveBbs({ document: base, selectivePointers: [], presentationHeader: new Uint8Array(), documentLoader });
    const deriving = new DataIntegrityProof({ cryptosuite: createDerivingSuite([]) });
    return (await derive({ verifiableCredential: base, suite: deriving, documentLoader })) as JsonObject;
  };
  const resolver = createResolverDouble([didDocumentOf(DID, signer)]);
  const failures = async (document: JsonObject) =>
    (await integrity.checkCredentialProofs(document, { resolver, now: NOW })).findings
      .filter(({ outcome }) => outcome !== 'passed')
      .map(({ check, code }) => [check, code]);
  return { signer, show, failures };
}

describe.each(Object.keys(SUITES) as Suite[])('%s', (cryptosuite) => {
  const stranger = createStranger(cryptosuite);
  const refused = ['proof.signature', 'PROOF_TRANSFORMATION_ERROR'];

  it('verifies what a stranger signed', async () => {
    expect(await stranger.failures(await stranger.show(named('Mill one')))).toEqual([]);
  });

  it('verifies no text of which only the beginning is signed, and none put in its place', async () => {
    const shown = await stranger.show(named('Mill _:one'));
    expect(await stranger.failures(shown)).toContainEqual(refused);
    const forged = { ...shown, credentialSubject: named('Mill _:another')['credentialSubject'] as JsonObject };
    expect(await stranger.failures(forged)).toContainEqual(refused);
  });

  it('verifies no identifier that the primitives take for a blank node', async () => {
    const shown = await stranger.show(withSubject({ id: 'urn:bnid:one' }));
    expect(await stranger.failures(shown)).toContainEqual(refused);
  });

  it.each<[string, JsonObject]>([
    ['a text', named('Mill _:one')],
    ['a text in which a whole node stands', named('Mill _:c14n0 one')],
    ['a text in which a skolem name stands', named('Mill <urn:bnid:one> one')],
    ['an identifier', withSubject({ id: 'https://mill.example/_:one' })],
    ['a skolem name', withSubject({ id: 'urn:bnid:one' })],
  ])('signs no document with such %s, and derives nothing from it', async (_name, document) => {
    const { signer } = stranger;
    const options = { signer, created: NOW, cryptosuite, mandatoryPointers: coreOf(document) };
    const code = { code: 'PROOF_TRANSFORMATION_ERROR' };
    await expect(integrity.secureCredential(document, options)).rejects.toMatchObject(code);
    const base = await integrity.secureCredential(named('Mill one'), options);
    const swapped = { ...document, proof: base['proof'] as JsonObject };
    await expect(integrity.deriveCredential(swapped, { selectivePointers: [] })).rejects.toMatchObject(code);
    await expect(integrity.assertCanonicalisable(document, cryptosuite)).rejects.toMatchObject(code);
    // The suites that sign the whole sign the whole text.
    await expect(integrity.assertCanonicalisable(document, 'ecdsa-rdfc-2019')).resolves.toBeUndefined();
  });
});

describe('blank nodes in their places', () => {
  it.each([
    '_:c14n0 <https://p.example/p> _:c14n12 .',
    '_:c14n0 <https://p.example/p> "text" .',
    '_:c14n0 <https://p.example/p> _:c14n1 _:c14n2 .',
    '_:c14n0 <https://p.example/p> _:c14n1 <https://g.example/> .',
    '<https://s.example/> <https://p.example/p> "12"^^<http://www.w3.org/2001/XMLSchema#decimal> _:c14n1 .',
    '<https://s.example/> <https://p.example/p> "a: b"@en .',
  ])('are told: %s', (statement) => {
    expect(() => assertTellsNodes(`${statement}\n${statement}\n`)).not.toThrow();
  });

  it.each([
    '_:c14n0 <https://p.example/p> "a _:c14n1 b" .',
    '_:c14n0 <https://p.example/p> "a _:c14n1 ." .',
    '_:c14n0 <https://p.example/p> "a _:c14n1 <b"^^<https://d.example/t> .',
    '_:c14n0 <https://p.example/p> "a _:c14n1" _:c14n2 .',
    '_:c14n0 <https://p.example/_:p> _:c14n2 .',
    '_:b0 <https://p.example/p> "a" .',
    '<urn:bnid:a> <https://p.example/p> "a" .',
  ])('are not told apart from text: %s', (statement) => {
    expect(() => assertTellsNodes(`<https://s.example/> <https://p.example/p> "a" .\n${statement}\n`)).toThrow(
      expect.objectContaining({ code: 'PROOF_TRANSFORMATION_ERROR' }),
    );
  });
});
