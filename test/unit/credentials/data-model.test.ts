import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { V1_CONTEXT, V2_CONTEXT } from '../../../src/credentials/contexts.ts';
import { checkDataModel, checkPresentationModel } from '../../../src/credentials/data-model.ts';

const credential = (more: object = {}): JsonObject => ({
  '@context': [V2_CONTEXT],
  id: 'urn:uuid:00000000-0000-4000-8000-000000000001',
  type: ['VerifiableCredential', 'ExampleCredential'],
  issuer: { id: 'did:example:issuer', name: 'Issuer' },
  validFrom: '2026-01-01T00:00:00Z',
  validUntil: '2027-01-01T00:00:00+09:00',
  credentialSubject: { id: 'did:example:subject' },
  ...(more as JsonObject),
});
const legacy = (more: object = {}): JsonObject => {
  const { validFrom: _, validUntil: __, ...rest } = credential();
  return { ...rest, '@context': [V1_CONTEXT], issuanceDate: '2026-01-01T00:00:00Z', ...(more as JsonObject) };
};
const faults = (document: JsonObject): readonly (string | undefined)[] =>
  checkDataModel(document).flatMap(({ outcome, code, pointer }) => {
    if (outcome === 'passed') return [];
    expect(code).toBe('MALFORMED_VALUE_ERROR');
    return [pointer];
  });

describe('a credential of any type', () => {
  it.each<[string, object]>([
    ['one type as a text', { type: 'VerifiableCredential' }],
    [
      'names in languages',
      {
        name: [
          { '@value': 'Stahl', '@language': 'de' },
          { '@value': '강철', '@language': 'ko' },
        ],
      },
    ],
    ['several subjects', { credentialSubject: [{ id: 'did:example:a' }, { name: 'b' }] }],
    ['a start without an end', { validUntil: undefined }],
    ['an end at the start', { validUntil: '2026-01-01T00:00:00Z' }],
    ['a refresh service', { refreshService: { type: 'ExampleRefresh', id: 'https://refresh.example/1' } }],
    [
      'evidence, terms and a rendering',
      {
        evidence: [{ type: 'ExampleEvidence' }],
        termsOfUse: { type: 'ExamplePolicy' },
        renderMethod: [{ type: 'ExampleRendering' }],
      },
    ],
    ['a schema', { credentialSchema: { type: 'JsonSchema', id: 'https://schema.example/s.json' } }],
    ['a related resource', { relatedResource: [{ id: V2_CONTEXT, digestSRI: 'sha256-AA==' }] }],
  ])('is well-formed with %s', (_name, more) => {
    expect(faults(JSON.parse(JSON.stringify(credential(more))))).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['no type', { type: [] }, '/type'],
    ['a type that is no name', { type: ['VerifiableCredential', 7] }, '/type'],
    ['another type alone', { type: ['ExampleCredential'] }, '/type'],
    ['a name that is a number', { name: 7 }, '/name'],
    ['a name value with more in it', { name: { '@value': 'x', '@index': 'y' } }, '/name'],
    ['a description in a list that is none', { description: ['x', {}] }, '/description/1'],
    ['an issuer that is no URL', { issuer: 'issuer' }, '/issuer'],
    ['an issuer without id', { issuer: { name: 'x' } }, '/issuer/id'],
    ['an issuer with a bad name', { issuer: { id: 'did:example:i', name: {} } }, '/issuer/name'],
    ['a subject that says nothing', { credentialSubject: {} }, '/credentialSubject'],
    ['a subject that is a text', { credentialSubject: 'did:example:subject' }, '/credentialSubject'],
    ['a date without zone', { validFrom: '2026-01-01T00:00:00' }, '/validFrom'],
    ['an end before the start', { validUntil: '2025-01-01T00:00:00Z' }, '/validUntil'],
    ['a date of the other version', { issuanceDate: '2026-01-01T00:00:00Z' }, '/issuanceDate'],
    ['a status without type', { credentialStatus: { id: 'https://status.example/1' } }, '/credentialStatus/type'],
    ['a status whose id is no URL', { credentialStatus: [{ type: 'X', id: 'one' }] }, '/credentialStatus/0/id'],
    ['a schema without id', { credentialSchema: { type: 'JsonSchema' } }, '/credentialSchema/id'],
    ['a schema without type', { credentialSchema: { id: 'https://schema.example/s' } }, '/credentialSchema/type'],
    ['a refresh service without type', { refreshService: { id: 'https://refresh.example/1' } }, '/refreshService/type'],
    ['terms without type', { termsOfUse: [{ type: 'A' }, { id: 'https://terms.example/1' }] }, '/termsOfUse/1/type'],
    ['evidence that is a text', { evidence: 'seen' }, '/evidence'],
    ['a rendering without type', { renderMethod: { id: 'https://render.example/1' } }, '/renderMethod/type'],
    ['a related resource as a text', { relatedResource: [V2_CONTEXT] }, '/relatedResource/0'],
    ['a related resource without id', { relatedResource: { digestSRI: 'x' } }, '/relatedResource/id'],
    [
      'a related resource twice',
      {
        relatedResource: [
          { id: V2_CONTEXT, digestSRI: 'x' },
          { id: V2_CONTEXT, digestMultibase: 'u' },
        ],
      },
      '/relatedResource/1/id',
    ],
    ['a related resource without a digest', { relatedResource: [{ id: V2_CONTEXT }] }, '/relatedResource/0'],
  ])('is malformed with %s', (_name, more, pointer) => {
    expect(faults(credential(more))).toEqual([pointer]);
  });

  it('has the dates of its version', () => {
    expect(faults(legacy())).toEqual([]);
    expect(faults(legacy({ expirationDate: '2027-01-01T00:00:00Z' }))).toEqual([]);
    expect(faults(legacy({ validUntil: '2027-01-01T00:00:00Z' }))).toEqual(['/validUntil']);
    expect(faults(legacy({ expirationDate: '2025-01-01T00:00:00Z' }))).toEqual(['/expirationDate']);
    const { issuanceDate: _, ...undated } = legacy();
    expect(faults(undated)).toEqual(['/issuanceDate']);
  });
});

describe('a presentation of any type', () => {
  const judge = (more: object) =>
    checkPresentationModel({ type: ['VerifiablePresentation'], ...(more as JsonObject) }).map(
      ({ outcome, pointer }) => `${outcome} ${pointer ?? ''}`,
    );

  it('names its type, and its holder if it likes', () => {
    expect(judge({})).toEqual(['passed ']);
    expect(judge({ holder: { id: 'did:example:holder' } })).toEqual(['passed ']);
    expect(judge({ holder: 'holder' })).toEqual(['failed /holder']);
    expect(judge({ type: 'ExamplePresentation' })).toEqual(['failed /type']);
    expect(judge({ termsOfUse: {} })).toEqual(['failed /termsOfUse/type']);
  });
});
