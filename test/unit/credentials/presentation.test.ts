import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { checkPresentationForm, credentialsOf, holderOf } from '../../../src/credentials/presentation.ts';
import { contexts, refusals, schemas } from '../../support/credential-dependencies.ts';
import { exampleCredentials } from '../../support/example-credentials.ts';

const form = (document: JsonObject) => refusals(checkPresentationForm(document, { contexts, schemas }));
const coil = exampleCredentials('steel-coil').get('claim:coil') as JsonObject;
const proof = {
  type: 'DataIntegrityProof',
  cryptosuite: 'eddsa-rdfc-2022',
  proofPurpose: 'authentication',
  challenge: 'c',
  domain: 'https://verifier.example',
  proofValue: 'z1',
};
const presentation: JsonObject = {
  '@context': ['https://www.w3.org/ns/credentials/v2'],
  type: ['VerifiablePresentation'],
  holder: 'did:web:holder.example',
  verifiableCredential: [coil],
  proof,
};

describe('a presentation', () => {
  test('is taken in both spellings that the data model leaves open', () => {
    expect(form(presentation)).toEqual([]);
    expect(form({ ...presentation, type: 'VerifiablePresentation', holder: { id: 'did:web:holder.example' } })).toEqual(
      [],
    );
    expect(
      form({ ...presentation, id: 'urn:uuid:00000000-0000-4000-8000-000000000001', verifiableCredential: coil }),
    ).toEqual([]);
  });

  test('has no other members', () => {
    expect(form({ ...presentation, presentation_submission: {} })).toEqual([
      'MALFORMED_VALUE_ERROR /presentation_submission',
    ]);
    expect(form({ ...presentation, holder: { id: 'did:web:holder.example', name: 'x' } })).toEqual([
      'MALFORMED_VALUE_ERROR /holder/name',
    ]);
    expect(form({ ...presentation, type: ['VerifiablePresentation', 'Other'] })[0]).toMatch(
      /^MALFORMED_VALUE_ERROR \/type/,
    );
    expect(form({ ...presentation, proof: { ...proof, jws: 'x' } })).toEqual(['MALFORMED_VALUE_ERROR /proof/jws']);
  });

  test('has a DID for a holder, where it has one', () => {
    expect(form({ ...presentation, holder: 'did:web:' })).toEqual(['INVALID_DID /holder']);
    expect(form({ ...presentation, holder: { id: 'did:web:' } })).toEqual(['INVALID_DID /holder']);
    expect(form({ ...presentation, holder: 'https://holder.example' })).toEqual(['MALFORMED_VALUE_ERROR /holder']);
    const { holder: _, ...anonymous } = presentation;
    expect(form(anonymous)).toEqual([]);
  });

  test('is not judged by what its credentials say', () => {
    const odd = { ...coil, type: ['VerifiableCredential', 'Unknown'], credentialSubject: { anything: 'goes' } };
    expect(form({ ...presentation, verifiableCredential: [odd] })).toEqual([]);
  });

  test('leaves its proof, its challenge and its emptiness to others', () => {
    const { proof: _, ...unsigned } = presentation;
    for (const document of [
      unsigned,
      { ...unsigned, proof: null },
      { ...unsigned, proof: [] },
      { ...unsigned, proof: 'x' },
    ]) {
      expect(form(document)).toEqual([]);
    }
    for (const challenge of [['c'], 7]) expect(form({ ...presentation, proof: { ...proof, challenge } })).toEqual([]);
    expect(
      form({ ...presentation, proof: { ...proof, domain: ['https://verifier.example', 'https://evil.example'] } }),
    ).toEqual([]);
    expect(form({ ...presentation, verifiableCredential: [] })).toEqual([]);
  });

  test('gives its holder and its credentials', () => {
    expect(holderOf(presentation)).toBe('did:web:holder.example');
    expect(holderOf({ holder: { id: 'did:web:a.example' } })).toBe('did:web:a.example');
    expect(holderOf({})).toBeUndefined();
    expect(credentialsOf(presentation)).toEqual([coil]);
    expect(credentialsOf({ verifiableCredential: coil })).toEqual([coil]);
    expect(credentialsOf({})).toEqual([]);
  });
});
