import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { linkDigest } from '../../../src/credentials/link.ts';
import { profileOfType } from '../../../src/credentials/profiles/profile-table.ts';
import { render } from '../../../src/exchange/render.ts';
import type { Rendering } from '../../../src/exchange/rendering.ts';
import { exampleCredentials } from '../../support/example-credentials.ts';

const all = exampleCredentials('steel-coil');
const of = (key: string): JsonObject => all.get(key) ?? {};
const accreditation = of('accreditation:kr');
const arrangement = of('arrangement:kr-mra');

function one(credentials: readonly JsonObject[], place = 0): Rendering {
  const read = render('recognized-entity', credentials);
  const rendering = read.ok ? read.value[place] : undefined;
  if (rendering === undefined) throw new Error('no rendering');
  return rendering;
}
const subjectOf = ({ document }: Rendering) => (document['credentialSubject'] as readonly JsonObject[])[0] ?? {};
const actionOf = (rendering: Rendering) => (subjectOf(rendering)['recognizedTo'] as readonly JsonObject[])[0] ?? {};

describe('an accreditation as a RecognizedEntityCredential', () => {
  const rendering = one([accreditation]);
  it('recognises the verification body to issue statements by our schema', () => {
    expect(rendering.document).toMatchObject({
      '@context': ['https://www.w3.org/ns/credentials/v2', 'https://www.w3.org/ns/credentials/recognized-entities/v1'],
      type: ['VerifiableCredential', 'RecognizedEntityCredential'],
      issuer: { id: 'did:web:ab-korea.example', type: 'RecognizedIssuer' },
      validFrom: accreditation['validFrom'],
      validUntil: accreditation['validUntil'],
      credentialStatus: accreditation['credentialStatus'],
    });
    expect(subjectOf(rendering)).toMatchObject({ id: 'did:web:verify-kr.example', type: 'RecognizedEntity' });
    const profile = profileOfType('VerificationStatement');
    expect(actionOf(rendering)).toMatchObject({
      ...{ type: 'RecognizedAction', action: 'issue', recognizedBy: 'did:web:ab-korea.example' },
      outputValidation: { id: profile?.schemaUrl, type: 'JsonSchema', digestMultibase: profile?.schemaDigest },
    });
  });
  it('carries the scope under our own terms and says that the draft passes over it', () => {
    const scopes = actionOf(rendering)['https://w3id.org/proofprint/vocab#scopes'] as readonly JsonObject[];
    expect(scopes[0]?.['https://w3id.org/proofprint/vocab#programme']).toBe('iso14067-pcf');
    expect(rendering.losses).toContainEqual({
      ...{ key: 'recognized-entity.scope', members: ['/credentialSubject/scopes'], carried: true },
    });
    expect(rendering.losses.map(({ key }) => key)).toEqual([
      ...['unsigned', 'recognized-entity.past', 'recognized-entity.scope', 'recognized-entity.details'],
    ]);
  });
  it('names the signed original and has no proof', () => {
    expect(rendering.document['evidence']).toEqual([
      {
        id: accreditation['id'],
        type: ['https://w3id.org/proofprint/vocab#VerifierAccreditation'],
        digestMultibase: linkDigest(accreditation),
      },
    ]);
    expect(one([{ ...accreditation, proof: { type: 'DataIntegrityProof' } }]).document).toEqual(rendering.document);
    expect(rendering.document['id']).toBe(`${String(accreditation['id'])}#recognized-entity`);
  });
  it('is recognised in the arrangement that is in hand, by the id that this has in the same form', () => {
    expect(rendering.document['issuer']).not.toHaveProperty('recognizedIn');
    const [stapled, above] = [one([accreditation, arrangement]), one([accreditation, arrangement], 1)];
    expect(stapled.document['issuer']).toMatchObject({
      recognizedIn: { id: above.document['id'], type: 'RecognizedEntityCredential' },
    });
    expect(one([accreditation, of('arrangement:other')]).document['issuer']).not.toHaveProperty('recognizedIn');
  });
  it('leaves no member of the subject unsaid', () => {
    for (const credential of [...all.values()].filter(({ type }) => /Accreditation|Arrangement/.test(String(type)))) {
      const subject = credential['credentialSubject'] as JsonObject;
      const told = one([credential]).losses.flatMap(({ members }) => members);
      const silent = Object.keys(subject).filter(
        (name) => name !== 'id' && !told.includes(`/credentialSubject/${name}`),
      );
      expect(silent).toEqual([]);
    }
  });
});

describe('an arrangement as a RecognizedEntityCredential', () => {
  it('recognises the accreditation body to recognise others', () => {
    const rendering = one([arrangement]);
    expect(actionOf(rendering)).toMatchObject({
      action: 'recognize',
      outputValidation: { id: profileOfType('VerifierAccreditation')?.schemaUrl },
      'https://w3id.org/proofprint/vocab#conditions': ['none'],
    });
    expect(rendering.losses.map(({ key }) => key)).toContain('recognized-entity.conditions');
  });
});

describe('anything else', () => {
  it('has not this form', () => {
    const read = render('recognized-entity', [of('statement:coil'), of('claim:coil')]);
    expect(read.ok ? [] : read.findings.map(({ code }) => code)).toEqual(['NOTHING_PRESENTED']);
  });
});
