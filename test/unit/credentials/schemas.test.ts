import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { checkCredentialForm } from '../../../src/credentials/credential.ts';
import { profileOfType, profiles } from '../../../src/credentials/profiles/profile-table.ts';
import { contexts, refusals, schemas } from '../../support/credential-dependencies.ts';
import { EXAMPLE_NAMES, exampleCredentials, exampleStatusList } from '../../support/example-credentials.ts';
import { applyPatch, type PatchOperation } from '../../support/json-patch.ts';

const deps = { contexts, schemas };
const MALFORMED = 'MALFORMED_VALUE_ERROR';
const form = (document: JsonObject, signing = true) => refusals(checkCredentialForm(document, { ...deps, signing }));

const steel = exampleCredentials('steel-coil');
const battery = exampleCredentials('battery-cell');
const get = (all: ReadonlyMap<string, JsonObject>, key: string): JsonObject => {
  const found = all.get(key);
  if (found === undefined) throw new Error(key);
  return found;
};
const coil = get(steel, 'claim:coil');
const pcf = get(steel, 'claim:coil-pcf');
const statement = get(steel, 'statement:coil');
const accreditation = get(steel, 'accreditation:eu');
const arrangement = get(battery, 'arrangement:kr-mra');
const decision = get(battery, 'decision:cell');
const S = '/credentialSubject';

const put = (document: JsonObject, path: string, value: JsonValue) =>
  applyPatch(document, [{ op: 'add', path, value }]);
const drop = (document: JsonObject, ...paths: readonly string[]) =>
  applyPatch(
    document,
    paths.map((path): PatchOperation => ({ op: 'remove', path })),
  );

describe('the worked examples', () => {
  for (const name of EXAMPLE_NAMES) {
    for (const [key, credential] of exampleCredentials(name)) {
      test(`${name}: ${key} has the form of its type`, () => {
        expect(checkCredentialForm(credential, { ...deps, signing: true })).toEqual([
          { check: 'shape', outcome: 'passed' },
          { check: 'schema', outcome: 'passed' },
        ]);
      });
    }
  }
});

describe('profiles and schemas', () => {
  test('name each other by digest', () => {
    for (const profile of profiles) {
      expect(schemas.digest(profile.schemaUrl), profile.type).toBe(profile.schemaDigest);
      expect(schemas.document(profile.schemaUrl)?.['$id']).toBe(profile.schemaUrl);
    }
  });
  test('suspension is for those who can be suspended', () => {
    const purposes = Object.fromEntries(profiles.map(({ type, statusPurposes }) => [type, statusPurposes]));
    expect(purposes['VerifierAccreditation']).toEqual(['revocation', 'suspension']);
    expect(purposes['RecognitionArrangement']).toEqual(['revocation', 'suspension']);
    expect(purposes['CarbonFootprintClaim']).toEqual(['revocation']);
  });
  test('a schema that is not bundled is a fault of ours', () => {
    expect(() => schemas.validate('https://evil.example/schema', {})).toThrow(RangeError);
    expect(schemas.document('https://evil.example/schema')).toBeUndefined();
  });
});

describe('the envelope', () => {
  const cases: readonly (readonly [string, JsonObject, readonly string[]])[] = [
    ['another member', { ...coil, name: 'x' }, [`${MALFORMED} /name`]],
    [
      'a member of VCDM 1.1: TIM-004',
      { ...coil, expirationDate: '2020-01-01T00:00:00Z' },
      [`${MALFORMED} /expirationDate`],
    ],
    ['no issuer', drop(coil, '/issuer'), [`${MALFORMED} /issuer`]],
    ['no id', drop(coil, '/id'), [`${MALFORMED} /id`]],
    ['an id that is no uuid', { ...coil, id: 'https://a.example/1' }, [`${MALFORMED} /id`]],
    ['an issuer as an object', { ...coil, issuer: { id: 'did:web:a.example' } }, [`${MALFORMED} /issuer`]],
    ['an issuer that is no DID', { ...coil, issuer: 'https://a.example' }, [`${MALFORMED} /issuer`]],
    ['a malformed DID', { ...coil, issuer: 'did:web:' }, ['INVALID_DID /issuer']],
    [
      'a DID of 100 KB: DID-005',
      { ...coil, issuer: `did:web:host.example${':a'.repeat(50_000)}` },
      ['INVALID_DID /issuer'],
    ],
    [
      'another type beside',
      { ...coil, type: ['VerifiableCredential', 'EmbeddedEmissionsClaim', 'IdentityAnchor'] },
      [`${MALFORMED} /type`],
    ],
    [
      'a type that is not taken',
      { ...coil, type: ['VerifiableCredential', 'UniversityDegree'] },
      [`${MALFORMED} /type`],
    ],
    ['the type as text', { ...coil, type: 'EmbeddedEmissionsClaim' }, [`${MALFORMED} /type`]],
    [
      'types in another order',
      { ...coil, type: ['EmbeddedEmissionsClaim', 'VerifiableCredential'] },
      [`${MALFORMED} /type`],
    ],
    [
      'one context too few',
      { ...coil, '@context': ['https://www.w3.org/ns/credentials/v2'] },
      [`${MALFORMED} /@context`],
    ],
    [
      'a context too many',
      put(coil, '/@context/-', 'https://w3id.org/security/data-integrity/v2'),
      [`${MALFORMED} /@context`],
    ],
    [
      'the subject as a set of one',
      { ...coil, credentialSubject: [coil['credentialSubject'] as JsonObject] },
      [`${MALFORMED} /credentialSubject`],
    ],
    ['no schema', drop(coil, '/credentialSchema'), [`${MALFORMED} /credentialSchema`]],
    [
      'another schema',
      put(coil, '/credentialSchema/id', profileOfType('IdentityAnchor')?.schemaUrl ?? ''),
      [`${MALFORMED} /credentialSchema/id`],
    ],
    [
      'a schema by another digest',
      put(coil, '/credentialSchema/digestMultibase', profileOfType('IdentityAnchor')?.schemaDigest ?? ''),
      [`${MALFORMED} /credentialSchema/digestMultibase`],
    ],
  ];
  for (const [says, document, expected] of cases) test(`${says}`, () => expect(form(document)).toEqual(expected));

  test('dates are whole seconds in UTC, and exist: TIM-001', () => {
    const bad = [
      '2027-03-05T00:00:00+00:00',
      '2027-03-05T00:00:00.0Z',
      '2027-03-05',
      '2027-02-30T00:00:00Z',
      '',
      '2027-03-05T24:00:00Z',
      4_070_908_800,
    ];
    for (const value of bad)
      expect([...new Set(form({ ...coil, validFrom: value }))], String(value)).toEqual([`${MALFORMED} /validFrom`]);
  });
  test('the end is after the start: TIM-002', () => {
    expect(form({ ...coil, validUntil: '2027-03-04T00:00:00Z' })).toEqual([`${MALFORMED} /validUntil`]);
    expect(form({ ...coil, validUntil: coil['validFrom'] as string })).toEqual([`${MALFORMED} /validUntil`]);
  });
  test('a proof is left to the check of proofs, its member names are not', () => {
    for (const proof of [null, [], 'x', ['x'], 7]) expect(form({ ...coil, proof }), JSON.stringify(proof)).toEqual([]);
    const good = {
      type: 'DataIntegrityProof',
      cryptosuite: 'eddsa-rdfc-2022',
      proofValue: 'z1',
      domain: ['a', 'b'],
      challenge: 7,
    };
    expect(form({ ...coil, proof: good })).toEqual([]);
    expect(form({ ...coil, proof: [good, { ...good, proofValue: 'z2' }] })).toEqual([]);
    expect(form({ ...coil, proof: { ...good, jws: 'x' } })).toEqual([`${MALFORMED} /proof/jws`]);
    expect(form({ ...coil, proof: [good, { ...good, jws: 'x' }] })).toEqual([`${MALFORMED} /proof/1/jws`]);
  });
});

describe('status entries', () => {
  const entry = coil['credentialStatus'] as JsonObject;
  const at = '/credentialStatus';

  test('must be there for our types: ST-011', () => {
    expect(form(drop(coil, at))).toEqual([`POLICY_STATUS_REQUIRED ${at}`]);
  });
  test('must be there wherever a holder could have withheld it: SD-003', () => {
    const proof = { type: 'DataIntegrityProof', cryptosuite: 'ecdsa-sd-2023', proofValue: 'u2V0B' };
    const bare: JsonObject = {
      '@context': ['https://www.w3.org/ns/credentials/v2'],
      type: ['VerifiableCredential'],
      issuer: 'did:web:mill.example',
      validFrom: '2026-11-01T00:00:00Z',
      validUntil: '2027-11-01T00:00:00Z',
      credentialSubject: { id: 'did:web:mill.example', name: 'A product' },
    };
    expect(form(bare)).toEqual([]);
    expect(form({ ...bare, proof: { ...proof, cryptosuite: 'ecdsa-rdfc-2019' } })).toEqual([]);
    expect(form({ ...bare, proof })).toEqual([`MANDATORY_CLAIM_MISSING ${at}`]);
    expect(form({ ...bare, proof, credentialStatus: entry })).toEqual([]);
    expect(form({ ...drop(coil, at), proof })).toEqual([`MANDATORY_CLAIM_MISSING ${at}`]);
    expect(form({ ...drop(coil, `${S}/regime`), proof })).toEqual([`MANDATORY_CLAIM_MISSING ${S}/regime`]);
  });
  test('one, or a set', () => {
    expect(form({ ...coil, credentialStatus: [entry] })).toEqual([]);
    expect(form({ ...coil, credentialStatus: [entry, { ...entry, statusPurpose: 'suspension' }] })).toEqual([]);
    expect(form({ ...coil, credentialStatus: { ...entry, id: 'https://a.example/list#5' } })).toEqual([]);
  });
  test('with an index as text: ST-002', () => {
    for (const index of ['7abc', '0x7', ' 7', '7.9', '1e3', '-1', '', 7, null, '07', '99999999999999999']) {
      expect(form({ ...coil, credentialStatus: { ...entry, statusListIndex: index } }), String(index)).toEqual([
        `${MALFORMED} ${at}/statusListIndex`,
      ]);
    }
    // Whether the list is as long as that is for the list to say.
    expect(form({ ...coil, credentialStatus: { ...entry, statusListIndex: '9007199254740993' } })).toEqual([]);
  });
  test('of a kind that is read here', () => {
    expect(form({ ...coil, credentialStatus: { type: 'StatusList2021Entry', foo: 'x' } })).toEqual([
      `STATUS_UNSUPPORTED ${at}`,
    ]);
    expect(form({ ...coil, credentialStatus: [entry, { type: 'TokenStatusList' }] })).toEqual([
      `STATUS_UNSUPPORTED ${at}/1`,
    ]);
    expect(form({ ...coil, credentialStatus: { ...entry, statusPurpose: 'message' } })).toEqual([
      `STATUS_UNSUPPORTED ${at}`,
    ]);
  });
  test('without what would have to be read too', () => {
    expect(form({ ...coil, credentialStatus: { ...entry, statusSize: 2 } })).toEqual([`${MALFORMED} ${at}/statusSize`]);
    expect(form({ ...coil, credentialStatus: { ...entry, statusMessage: [{ status: '0x0', message: 'a' }] } })).toEqual(
      [`${MALFORMED} ${at}/statusMessage`],
    );
    expect(form({ ...coil, credentialStatus: drop(entry, '/statusPurpose') })).toEqual([
      `${MALFORMED} ${at}/statusPurpose`,
    ]);
    expect(form({ ...coil, credentialStatus: 'https://a.example/list' })).toEqual([`${MALFORMED} ${at}`]);
  });
});

describe('figures', () => {
  const figure = (value: JsonValue) => form(put(coil, `${S}/goods/0/quantity`, value));
  test('are decimal strings: IN-008, IN-009', () => {
    const tricks = [
      'NaN',
      '1e9',
      ' 90',
      '90,0',
      '٩٠',
      '0x5A',
      '+90',
      '90.',
      '.9',
      '1_000',
      '090',
      '-',
      '',
      '90\n',
      '9'.repeat(41),
      90,
    ];
    for (const value of tricks)
      expect([...new Set(figure(value))], String(value)).toEqual([`${MALFORMED} ${S}/goods/0/quantity`]);
    expect([...new Set(figure(Number.POSITIVE_INFINITY))]).toEqual([`${MALFORMED} ${S}/goods/0/quantity`]);
  });
  test('trailing zeros, a minus and forty characters may stand', () => {
    for (const value of ['0', '-0.0', '21.80', '-5', '9'.repeat(40)]) expect(figure(value), value).toEqual([]);
  });
  test('inside the PACT document stay as PACT writes them', () => {
    const inside = (value: JsonValue) => form(put(pcf, `${S}/footprint/pcf/pcfExcludingBiogenicUptake`, value));
    for (const value of ['+90', '090', '2.4244']) expect(inside(value), value).toEqual([]);
    for (const value of ['1.2345e+6', '1,5', 2.4244, null]) {
      expect([...new Set(inside(value))]).toEqual([`${MALFORMED} ${S}/footprint/pcf/pcfExcludingBiogenicUptake`]);
    }
  });
});

describe('one type at a time', () => {
  const cases: readonly (readonly [string, JsonObject, readonly string[]])[] = [
    ['an undefined member: SHAPE-010', put(coil, `${S}/extra`, 'x'), [`${MALFORMED} ${S}/extra`]],
    ['one in an entry', put(coil, `${S}/goods/0/extra`, 'x'), [`${MALFORMED} ${S}/goods/0/extra`]],
    ['a missing figure', drop(coil, `${S}/goods/0/specificDirect`), [`${MALFORMED} ${S}/goods/0/specificDirect`]],
    [
      'an unknown category',
      put(coil, `${S}/goods/0/aggregatedGoodsCategory`, 'steel'),
      [`${MALFORMED} ${S}/goods/0/aggregatedGoodsCategory`],
    ],
    ['a CN code with spaces', put(coil, `${S}/goods/0/cnCode`, '7208 37 00'), [`${MALFORMED} ${S}/goods/0/cnCode`]],
    [
      'an unknown sector parameter',
      put(coil, `${S}/goods/0/sectorParameters/colour`, '1'),
      [`${MALFORMED} ${S}/goods/0/sectorParameters/colour`],
    ],
    ['goods without an array', put(coil, `${S}/goods`, { cnCode: '72083700' }), [`${MALFORMED} ${S}/goods`]],
    [
      'an actual precursor without its value',
      drop(coil, `${S}/precursors/0/specificDirect`),
      [`${MALFORMED} ${S}/precursors/0/specificDirect`],
    ],
    [
      'a default precursor without one',
      put(coil, `${S}/precursors/0/valueBasis`, 'default'),
      [`${MALFORMED} ${S}/precursors/0/defaultValue`],
    ],
    ['blinding of another length', put(coil, `${S}/blinding`, 'AAAA'), [`${MALFORMED} ${S}/blinding`]],
    [
      'a link by SHA-1: CH-005',
      put(statement, `${S}/claim/digestMultibase`, 'uERR0ZXN0'),
      [`${MALFORMED} ${S}/claim/digestMultibase`],
    ],
    [
      'a link without digest',
      drop(statement, `${S}/claim/digestMultibase`),
      [`${MALFORMED} ${S}/claim/digestMultibase`],
    ],
    [
      'a link to another type',
      put(statement, `${S}/accreditation/targetType`, 'IdentityAnchor'),
      [`${MALFORMED} ${S}/accreditation/targetType`],
    ],
    [
      'a link with an id',
      put(statement, `${S}/claim/id`, 'urn:uuid:00000000-0000-4000-8000-0000000000aa'),
      [`${MALFORMED} ${S}/claim/id`],
    ],
    ['an unknown conclusion', put(statement, `${S}/conclusion`, 'qualified'), [`${MALFORMED} ${S}/conclusion`]],
    ['a statement without assurance', drop(statement, `${S}/levelOfAssurance`), [`${MALFORMED} ${S}/levelOfAssurance`]],
    [
      'a review said in words',
      put(statement, `${S}/independentReview`, 'true'),
      [`${MALFORMED} ${S}/independentReview`],
    ],
    [
      'an accreditation by name only: CH-003',
      drop(put(accreditation, `${S}/name`, 'Verify EU'), `${S}/id`),
      [`${MALFORMED} ${S}/id`, `${MALFORMED} ${S}/name`],
    ],
    [
      'a CBAM scope without groups',
      drop(accreditation, `${S}/scopes/0/cbamActivityGroups`),
      [`${MALFORMED} ${S}/scopes/0/cbamActivityGroups`],
    ],
    ['an unknown legal basis', put(accreditation, `${S}/legalBasis`, 'global'), [`${MALFORMED} ${S}/legalBasis`]],
    [
      'a country in small letters',
      put(accreditation, `${S}/verifierCountry`, 'it'),
      [`${MALFORMED} ${S}/verifierCountry`],
    ],
    [
      'a date that no calendar has',
      put(accreditation, `${S}/effectiveDate`, '2026-02-30'),
      [`${MALFORMED} ${S}/effectiveDate`],
    ],
    ['a signatory without levels', drop(arrangement, `${S}/levels`), [`${MALFORMED} ${S}/levels`]],
    ['a scheme without programmes', put(arrangement, `${S}/kind`, 'scheme-mra'), [`${MALFORMED} ${S}/programmes`]],
    ['a decision about no statement', drop(decision, `${S}/statement`), [`${MALFORMED} ${S}/statement`]],
    ['an unknown decision', put(decision, `${S}/decision`, 'maybe'), [`${MALFORMED} ${S}/decision`]],
    [
      'assurance in a claim: CH-015',
      put(pcf, `${S}/levelOfAssurance`, 'reasonable'),
      [`${MALFORMED} ${S}/levelOfAssurance`],
    ],
    ['a horizon of twenty years', put(pcf, `${S}/gwp/horizonYears`, 20), [`${MALFORMED} ${S}/gwp/horizonYears`]],
    ['a battery profile without a battery', put(pcf, `${S}/profile`, 'eu-battery'), [`${MALFORMED} ${S}/battery`]],
    [
      'a PACT document without a total',
      drop(pcf, `${S}/footprint/pcf/pcfExcludingBiogenicUptake`),
      [`${MALFORMED} ${S}/footprint/pcf/pcfExcludingBiogenicUptake`],
    ],
    ['a PACT member of no version', put(pcf, `${S}/footprint/pcf/co2e`, '1'), [`${MALFORMED} ${S}/footprint/pcf/co2e`]],
  ];
  for (const [says, document, expected] of cases) test(says, () => expect(form(document)).toEqual(expected));

  const honest: readonly (readonly [string, JsonObject])[] = [
    [
      'a claim without its hidden figures',
      drop(
        coil,
        `${S}/goods/0/quantity`,
        `${S}/goods/0/attributedEmissions`,
        `${S}/precursors/0/quantity`,
        `${S}/blinding`,
      ),
    ],
    ['a statement without its reliance', drop(statement, `${S}/upstreamReliance`, `${S}/blinding`)],
    ['names in five scripts: OK-005', put(coil, `${S}/operator/name`, 'حديد ברזל 鋼鐵 thép 👩‍🏭')],
    [
      'a PACT document with nulls and a status',
      put(put(pcf, `${S}/footprint/comment`, null), `${S}/footprint/status`, 'Active'),
    ],
    [
      'an extension with data of its own',
      put(pcf, `${S}/footprint/extensions`, [
        { specVersion: '2.0.0', dataSchema: 'https://a.example/s', data: { any: ['thing', 'thing'] } },
      ]),
    ],
    ['a verification by period', put(statement, `${S}/period`, '2026-01-01/2027-01-01')],
    [
      'three equal entries: CAN-003',
      put(statement, `${S}/uncorrected`, Array(3).fill({ kind: 'misstatement', material: false, text: 'a' })),
    ],
  ];
  for (const [says, document] of honest) test(`${says} is taken`, () => expect(form(document)).toEqual([]));
});

describe('IdentityAnchor', () => {
  const anchor: JsonObject = {
    ...coil,
    type: ['VerifiableCredential', 'IdentityAnchor'],
    credentialSchema: {
      id: profileOfType('IdentityAnchor')?.schemaUrl ?? '',
      type: 'JsonSchema',
      digestMultibase: profileOfType('IdentityAnchor')?.schemaDigest ?? '',
    },
    credentialSubject: {
      id: 'did:web:hanbit-rolling.example',
      registeredName: 'Hanbit Rolling (fictional)',
      registeredId: '000-00-00012',
      idScheme: { id: 'https://register.example/scheme', name: 'Example register' },
      registerType: 'business',
      registeredDate: '1999-01-01',
      registrar: { id: 'did:web:register.example', name: 'Example register (fictional)' },
    },
  };
  test('is taken', () => expect(form(anchor)).toEqual([]));
  test('of an accreditation register says for what', () => {
    expect(form(put(anchor, `${S}/registerType`, 'accreditation'))).toEqual([`${MALFORMED} ${S}/registrationScope`]);
  });
  test('has a register type of ours', () => {
    expect(form(put(anchor, `${S}/registerType`, 'Business'))).toEqual([`${MALFORMED} ${S}/registerType`]);
  });
});

describe('the bare credential', () => {
  const bare: JsonObject = {
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    type: ['VerifiableCredential'],
    issuer: 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
    validFrom: '2026-01-01T00:00:00Z',
    validUntil: '2027-01-01T00:00:00Z',
    credentialSubject: { id: 'did:web:a.example', name: 'A', description: 'two\nlines' },
  };
  test('is taken, with id, status and names in languages too', () => {
    expect(form(bare)).toEqual([]);
    expect(
      form({
        ...bare,
        id: 'urn:uuid:00000000-0000-4000-8000-000000000001',
        credentialStatus: coil['credentialStatus'] as JsonObject,
      }),
    ).toEqual([]);
    expect(
      form(
        put(bare, `${S}/name`, [
          { '@value': 'A', '@language': 'en' },
          { '@value': '가', '@language': 'ko' },
        ]),
      ),
    ).toEqual([]);
  });
  test('has nothing else', () => {
    expect(form(put(bare, `${S}/pcf`, '1'))).toEqual([`${MALFORMED} ${S}/pcf`]);
    expect(form({ ...bare, evidence: { id: 'urn:example:e' } })).toEqual([`${MALFORMED} /evidence`]);
    expect(form(drop(bare, '/validUntil'))).toEqual([`${MALFORMED} /validUntil`]);
    expect(form(put(bare, '/@context/-', 'https://w3id.org/proofprint/contexts/v1'))).toEqual([
      `${MALFORMED} /@context`,
    ]);
    expect(form({ ...bare, type: 'VerifiableCredential' })).toEqual([`${MALFORMED} /type`]);
  });
});

describe('status lists', () => {
  const list = exampleStatusList('did:web:ab.example', 'revocation');
  const notice = { index: '5', statusPurpose: 'revocation', reason: 'withdrawn', effectiveDate: '2027-01-01' };
  const foreign: JsonObject = {
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    id: 'https://a.example/lists/1',
    type: ['VerifiableCredential', 'BitstringStatusListCredential'],
    issuer: 'did:web:a.example',
    credentialSubject: {
      id: 'https://a.example/lists/1#list',
      type: 'BitstringStatusList',
      statusPurpose: ['revocation', 'suspension'],
      encodedList: 'uH4sI',
    },
  };
  test('ours carry notices', () => {
    expect(form(list)).toEqual([]);
    expect(form(put(list, `${S}/notices`, [notice]))).toEqual([]);
    expect(form(put(list, `${S}/notices`, [{ ...notice, index: 5 }]))).toEqual([`${MALFORMED} ${S}/notices/0/index`]);
    expect(form(put(list, `${S}/notices`, [{ ...notice, by: 'x' }]))).toEqual([`${MALFORMED} ${S}/notices/0/by`]);
  });
  test("other publishers' are plain: OK-008, ST-005", () => {
    expect(form(foreign)).toEqual([]);
    expect(form({ ...foreign, issuer: { id: 'did:web:a.example' }, validFrom: '2026-01-01T09:00:00+09:00' })).toEqual(
      [],
    );
    expect(form(put(foreign, `${S}/notices`, [notice]))).toEqual([`${MALFORMED} ${S}/notices`]);
  });
  test('have no status and no messages', () => {
    expect(form({ ...list, credentialStatus: coil['credentialStatus'] as JsonObject })).toEqual([
      `${MALFORMED} /credentialStatus`,
    ]);
    expect(form(put(foreign, `${S}/statusMessage`, [{ status: '0x0' }]))).toEqual([`${MALFORMED} ${S}/statusMessage`]);
    expect(form(put(foreign, `${S}/encodedList`, { a: 'x' }))).toEqual([`${MALFORMED} ${S}/encodedList`]);
    expect(form(put(foreign, `${S}/ttl`, '60000'))).toEqual([`${MALFORMED} ${S}/ttl`]);
  });
});

test('a document full of faults is reported in twenty lines, without echoing it', () => {
  const long = 'x'.repeat(500);
  const odd = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`${long}${i}`, 'x']));
  const findings = checkCredentialForm(put(coil, S, odd), deps).filter(({ outcome }) => outcome === 'failed');
  expect(findings).toHaveLength(20);
  for (const { pointer = '', detail = '' } of findings) {
    expect(pointer.length).toBeLessThan(120);
    expect(detail.length).toBeLessThan(180);
  }
});
