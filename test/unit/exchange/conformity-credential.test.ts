import { describe, expect, it } from 'vitest';
import { isObject, type JsonObject } from '../../../src/base/json.ts';
import { createLinkRef, linkDigest } from '../../../src/credentials/link.ts';
import { LOSSES } from '../../../src/exchange/losses.ts';
import { render } from '../../../src/exchange/render.ts';
import type { Rendering } from '../../../src/exchange/rendering.ts';
import { toConformityCredential } from '../../../src/exchange/untp/conformity-credential.ts';
import { LOST, MAPPED } from '../../../src/exchange/untp/statement-members.ts';
import { schemas } from '../../support/credential-dependencies.ts';
import { exampleCredentials } from '../../support/example-credentials.ts';

const coil = exampleCredentials('steel-coil');
const cell = exampleCredentials('battery-cell');
const of = (from: ReadonlyMap<string, JsonObject>, key: string): JsonObject => from.get(key) ?? {};
const own = (name: string): string => `https://w3id.org/proofprint/vocab#${name}`;

function dcc(statement: JsonObject, others: readonly JsonObject[] = []): Rendering {
  const rendering = toConformityCredential(statement, others);
  if (rendering === undefined) throw new Error('no rendering');
  return rendering;
}
const attestation = ({ document }: Rendering): JsonObject => document['credentialSubject'] as JsonObject;
const assessment = (rendering: Rendering): JsonObject =>
  (attestation(rendering)['conformityAssessment'] as JsonObject[])[0] ?? {};
const keys = ({ losses }: Rendering): readonly string[] => losses.map(({ key }) => key);
const bend = (statement: JsonObject, change: JsonObject): JsonObject => ({
  ...statement,
  credentialSubject: { ...(statement['credentialSubject'] as JsonObject), ...change },
});

const statement = of(coil, 'statement:coil-pcf');
const beside = ['claim:coil-pcf', 'accreditation:kr', 'arrangement:kr-mra'].map((key) => of(coil, key));

describe('a statement as a Digital Conformity Credential', () => {
  const rendering = dcc(statement, beside);
  it('says what the form has terms for', () => {
    expect(rendering.document).toMatchObject({
      '@context': ['https://www.w3.org/ns/credentials/v2', 'https://vocabulary.uncefact.org/untp/0.7.0/context/'],
      id: `${String(statement['id'])}#untp-dcc`,
      type: ['DigitalConformityCredential', 'VerifiableCredential'],
      issuer: { type: ['CredentialIssuer'], id: 'did:web:verify-kr.example', name: 'Verify Korea (fictional)' },
      validFrom: '2027-03-10T00:00:00Z',
      credentialStatus: { statusPurpose: 'revocation', statusListIndex: 94567 },
    });
    expect(attestation(rendering)).toMatchObject({
      ...{ assessorLevel: '3rdParty', assessmentLevel: 'authority-globalmra', attestationType: 'verification' },
      issuedToParty: { type: ['Party'], id: 'did:web:hanbit-rolling.example', name: 'Hanbit Rolling (fictional)' },
      referenceScheme: { name: 'iso14067-pcf' },
    });
    expect(assessment(rendering)).toMatchObject({
      ...{ assessmentDate: '2027-03-10', conformance: true },
      assessmentCriteria: [{ name: 'ISO 14067:2018' }, { name: 'PACT-3.0' }],
      assessedPerformance: [
        {
          metric: { id: 'https://vocabulary.uncefact.org/performance-metric/product-carbon-footprint' },
          measure: { value: 2.4244, unit: 'KGM' },
        },
      ],
      assessedProduct: [{ product: { id: 'urn:pact:hanbit-rolling.example:product-id:30', name: 'Hot-rolled coil' } }],
      conformityTopic: [{ id: 'https://vocabulary.uncefact.org/conformity-topic/greenhouse-gas-emissions' }],
    });
  });
  it('hints at the accreditation and names every original by digest', () => {
    const accreditation = of(coil, 'accreditation:kr');
    expect(attestation(rendering)['authorisation']).toMatchObject([
      {
        issuingAuthority: { id: 'did:web:ab-korea.example' },
        endorsementEvidence: { linkURL: accreditation['id'], digestMultibase: linkDigest(accreditation) },
      },
    ]);
    const evidence = rendering.document['evidence'] as readonly JsonObject[];
    expect(evidence.map(({ id, digestMultibase }) => [id, digestMultibase])).toEqual(
      [statement, ...beside].map((original) => [original['id'], linkDigest(original)]),
    );
    expect(rendering.document).not.toHaveProperty('proof');
  });
  it('keeps figures recoverable: the decimal string, its unit and per what', () => {
    const exact = '2.42440000000000000000001';
    const values = [{ metric: 'pcfExcludingBiogenicUptake', value: exact, unit: 'kgCO2e', per: 'kg' }];
    const precise = assessment(dcc(bend(statement, { checkedValues: values })));
    expect(precise[own('checkedValues')]).toEqual([
      {
        ...{ [own('metric')]: 'pcfExcludingBiogenicUptake', [own('value')]: exact },
        ...{ [own('unit')]: 'kgCO2e', [own('per')]: 'kg' },
      },
    ]);
  });
  it('carries what it can under our terms and leaves people and suppliers in the original', () => {
    expect(attestation(rendering)).toMatchObject({ [own('levelOfAssurance')]: 'limited', [own('period')]: '2026' });
    const text = JSON.stringify(dcc(of(coil, 'statement:coil'), [...coil.values()]).document);
    for (const hidden of [
      'Rossi',
      'auditor-7f3a',
      'upstreamReliance',
      String(of(coil, 'statement:slab')['id']),
      'blinding',
    ]) {
      expect(text).not.toContain(hidden);
    }
  });
  it('is the same whatever order the credentials come in, and takes no stranger for its own', () => {
    const { document } = dcc(statement, [...beside].reverse());
    expect(document).toEqual(rendering.document);
    expect(dcc(statement, [...beside, ...cell.values()]).document).toEqual(rendering.document);
  });
});

describe('what is lost', () => {
  it('is told for every member of the schema that the form does not say', () => {
    const schema = schemas.document('https://w3id.org/proofprint/schemas/v1/verification-statement.json') as JsonObject;
    const subject = (schema['properties'] as JsonObject)['credentialSubject'] as JsonObject;
    const members = Object.keys(subject['properties'] as JsonObject);
    const told = [...MAPPED, ...LOST.flatMap((row) => row.members)];
    expect(members.filter((name) => !told.includes(name))).toEqual([]);
    expect(told.filter((name) => !members.includes(name))).toEqual([]);
  });
  it('is told for what is there, each with words in both languages', () => {
    const told = dcc(statement, beside);
    expect(keys(told)).toEqual([
      ...[
        'unsigned',
        'dcc.assurance',
        'dcc.materiality',
        'dcc.conclusion',
        'dcc.findings',
        'dcc.period',
        'dcc.data-nature',
      ],
      ...['dcc.site-visit', 'dcc.status-snapshot', 'dcc.denominator', 'dcc.decimals', 'dcc.details', 'dcc.people'],
      ...['dcc.blinding', 'names-by-did'],
    ]);
    for (const { en, ko } of Object.values(LOSSES)) expect([en.length > 10, /[가-힣]/.test(ko)]).toEqual([true, true]);
  });
  it('grows with what is not in hand', () => {
    expect(keys(dcc(statement))).toEqual(expect.arrayContaining(['dcc.no-claim', 'dcc.no-accreditation']));
    expect(attestation(dcc(statement))).toMatchObject({
      assessmentLevel: 'no-endorsement',
      issuedToParty: { name: 'did:web:hanbit-rolling.example' },
    });
    expect(
      keys(dcc(bend(statement, { checkedValues: [{ metric: 'x', value: '1', unit: 'MJ', per: 'kg' }] }))),
    ).toContain('dcc.unit');
  });
});

describe('the level of assessment', () => {
  const level = (from: typeof coil, key: string, ...others: string[]) =>
    attestation(
      dcc(
        of(from, key),
        others.map((one) => of(from, one)),
      ),
    )['assessmentLevel'];
  it('follows from the credentials in hand and from nothing else', () => {
    expect(level(coil, 'statement:coil', 'accreditation:eu')).toBe('authority-mandate');
    expect(level(coil, 'statement:coil')).toBe('no-endorsement');
    expect(level(coil, 'statement:coil-pcf', 'accreditation:kr')).toBe('no-endorsement');
    expect(level(coil, 'statement:coil-pcf', 'accreditation:kr', 'arrangement:kr-mra')).toBe('authority-globalmra');
    // Without the accreditation nothing says whose arrangement it is.
    expect(level(coil, 'statement:coil-pcf', 'arrangement:kr-mra')).toBe('no-endorsement');
    expect(level(cell, 'statement:cell', 'decision:cell', 'arrangement:scheme')).toBe('scheme-cab');
    expect(level(cell, 'statement:cell', 'accreditation:kr', 'arrangement:kr-mra', 'decision:cell')).toBe(
      'authority-globalmra',
    );
  });
  it('takes no altered accreditation', () => {
    const forged = bend(of(coil, 'accreditation:eu'), { accreditationId: 'IT-CBAM-9999' });
    expect(attestation(dcc(of(coil, 'statement:coil'), [forged]))['assessmentLevel']).toBe('no-endorsement');
  });
  it('takes no decision that refused', () => {
    const refused = bend(of(cell, 'decision:cell'), { decision: 'refused' });
    expect(attestation(dcc(of(cell, 'statement:cell'), [refused]))['assessmentLevel']).toBe('no-endorsement');
  });
});

describe('conformance and kinds of figures', () => {
  it.each([
    ['unmodified', true],
    ['modified', false],
    ['adverse', false],
    ['disclaimed', false],
  ])('%s is %s', (conclusion, conformance) => {
    const rendering = dcc(bend(statement, { conclusion }));
    expect(assessment(rendering)['conformance']).toBe(conformance);
    expect(attestation(rendering)[own('conclusion')]).toBe(conclusion);
  });
  it('never calls embedded emissions a product carbon footprint', () => {
    const [performance] = assessment(dcc(of(coil, 'statement:coil'), [of(coil, 'claim:coil')]))[
      'assessedPerformance'
    ] as JsonObject[];
    expect(performance).toMatchObject({
      metric: { id: own('specificDirect-72083700') },
      measure: { value: 2.07764, unit: 'TNE' },
    });
  });
  it('points at the report by its digest', () => {
    const digest = createLinkRef(statement).digestMultibase;
    const rendering = dcc(bend(statement, { report: { digest, mediaType: 'application/pdf' } }));
    expect(attestation(rendering)['auditableEvidence']).toMatchObject({
      digestMultibase: digest,
      mediaType: 'application/pdf',
    });
  });
  it('uses no member that the schema does not know, but those of ours', () => {
    const strange = (value: unknown): string[] =>
      Array.isArray(value)
        ? value.flatMap(strange)
        : isObject(value)
          ? Object.entries(value).flatMap(([name, inner]) =>
              name.startsWith('https://w3id.org/proofprint/') ? [] : [name, ...strange(inner)],
            )
          : [];
    expect([...new Set(strange(dcc(statement, beside).document))].sort()).toEqual(
      [
        ...[
          '@context',
          'assessedPerformance',
          'assessedProduct',
          'assessmentCriteria',
          'assessmentDate',
          'assessmentLevel',
        ],
        ...[
          'assessorLevel',
          'attestationType',
          'authorisation',
          'conformance',
          'conformityAssessment',
          'conformityTopic',
        ],
        ...[
          'credentialStatus',
          'credentialSubject',
          'digestMultibase',
          'endorsementEvidence',
          'evidence',
          'id',
          'issuedToParty',
        ],
        ...['issuer', 'issuingAuthority', 'linkName', 'linkURL', 'measure', 'mediaType', 'metric', 'name', 'product'],
        ...[
          'referenceScheme',
          'referenceStandard',
          'statusListCredential',
          'statusListIndex',
          'statusPurpose',
          'type',
          'unit',
        ],
        ...['validFrom', 'validUntil', 'value'],
      ].sort(),
    );
  });
});

describe('the other way', () => {
  it('does not exist', () => {
    const { document } = dcc(statement, beside);
    for (const form of ['untp-dcc', 'untp-dia', 'recognized-entity', 'identity-anchor'] as const) {
      expect(render(form, [document]).ok).toBe(false);
    }
  });
});
