/** Who vouches for whom: accreditations, registers, anchors, arrangements and decisions, at their edges. */
import { describe, expect, it } from 'vitest';
import { undetermined } from '../../../src/base/finding.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import type { StatusHistory } from '../../../src/credentials/status-history.ts';
import { readExample } from '../../support/example-credentials.ts';
import type { PatchOperation } from '../../support/json-patch.ts';
import { another, itTells, OTHER_ID, one, pcf, report, STEEL, subjectOf } from '../../support/story-rows.ts';
import {
  type Bend,
  CBAM,
  CUSTOMER,
  drop,
  noLists,
  resultOf,
  SCHEME,
  set,
  setBit,
  subject,
} from '../../support/trust-cases.ts';

const CELLS = readExample('battery-cell')['credentials'] as Record<string, JsonObject>;
const eu = (path: string): string => subject('accreditation:eu', path);
const kr = (path: string): string => subject('accreditation:kr', path);
const envelope = (key: string, member: string): string => `/credentials/${key}/${member}`;

/** A certificate from one day to another, inside the credential and on it. */
const term = (from: string, until: string): PatchOperation[] => [
  set(envelope('accreditation:eu', 'validFrom'), `${from}T00:00:00Z`),
  set(envelope('accreditation:eu', 'validUntil'), `${until}T00:00:00Z`),
  set(eu('/effectiveDate'), from),
  set(eu('/expiryDate'), until),
];
const AND_NOW = set('/regimes/0/accreditationInForce', 'statement-and-now');
const announced = setBit('revocation', { reason: 'withdrawn', effectiveDate: '2028-01-01' });

describe('the certificate of a verification body', () => {
  itTells('chain', [
    ['need not be numbered in the report', CBAM, 'C1', 'ACCEPT', one(drop(report('/verifier/accreditationNumber')))],
    ['may have ended since the report', CBAM, 'C2', 'ACCEPT', one(...term('2026-09-15', '2027-04-01'))],
    [
      'may not, where the policy asks for one that holds today',
      CBAM,
      'C2',
      'REJECT',
      { patch: term('2026-09-15', '2027-04-01'), policy: [AND_NOW] },
    ],
    [
      'holds today although its withdrawal is announced, which is said once',
      CBAM,
      'C2',
      'ACCEPT',
      { status: { 'accreditation:eu': announced }, policy: [AND_NOW] },
    ],
    ['without its last day has no term', CBAM, 'C2 C5', 'REJECT', one(drop(eu('/expiryDate')))],
    ['without its first day has none either', CBAM, 'C2 C5', 'REJECT', one(drop(eu('/effectiveDate')))],
    ['may run five years to the day', CBAM, 'C2 C5', 'ACCEPT', one(...term('2026-09-15', '2031-09-15'))],
    ['and not a day longer', CBAM, 'C2 C5', 'REJECT', one(...term('2026-09-15', '2031-09-16'))],
    [
      'may run longer where it was not made for CBAM, and does not serve it',
      CBAM,
      'C2 C5 R1',
      'REJECT',
      one(...term('2026-09-15', '2036-09-15'), set(eu('/legalBasis'), 'national')),
    ],
  ]);
});

const HERE = {
  activity: 'verification',
  programme: 'iso14067-pcf',
  normative: ['ISO 14064-3:2019'],
  locations: ['KR'],
};
const { locations: _locations, ...EVERYWHERE } = HERE;
const nowhere = (...scopes: readonly JsonObject[]): Bend =>
  one(drop(pcf('/geographyCountry')), set(kr('/scopes'), scopes));

describe('a footprint of no country', () => {
  itTells('chain', [
    ['may be out of a scope for one', CUSTOMER, 'C3', 'UNDETERMINED', nowhere(HERE)],
    [
      'may be out of either scope for one',
      CUSTOMER,
      'C3',
      'UNDETERMINED',
      nowhere(HERE, { ...HERE, locations: ['JP'] }),
    ],
    ['is in scope where one of two is for everywhere', CUSTOMER, 'C3', 'ACCEPT', nowhere(HERE, EVERYWHERE)],
    ['is out of a scope for another activity', CUSTOMER, 'C3', 'REJECT', nowhere({ ...HERE, activity: 'validation' })],
    [
      'is out of a scope for another programme',
      CUSTOMER,
      'C3',
      'REJECT',
      nowhere({ ...HERE, programme: 'catena-x-pcf' }),
    ],
    [
      'is out of a scope for another standard',
      CUSTOMER,
      'C3',
      'REJECT',
      nowhere({ ...HERE, normative: ['ISO 14065:2020'] }),
    ],
  ]);
});

const [euScope] = subjectOf(STEEL['accreditation:eu'])['scopes'] as JsonObject[];
const scopes = (...changes: readonly JsonObject[]): PatchOperation =>
  set(
    eu('/scopes'),
    changes.map((change) => ({ ...euScope, ...change })),
  );

describe('groups of goods', () => {
  itTells('chain', [
    [
      'may be granted in two scopes',
      CBAM,
      'C3 C4',
      'ACCEPT',
      one(scopes({ cbamActivityGroups: ['V'] }, { cbamActivityGroups: ['VIII'] })),
    ],
    [
      'granted under another standard do not count under this one',
      CBAM,
      'C3 C4',
      'REJECT',
      one(scopes({ cbamActivityGroups: ['V'] }, { normative: ['ISO 14064-3:2019'] })),
    ],
    [
      'are told apart from a standard that is not granted',
      CBAM,
      'C3 C4',
      'REJECT',
      one(scopes({ normative: ['ISO 14064-3:2019'] })),
    ],
    [
      'are not for the anchor to grant, an activity is',
      CBAM,
      'C3 C4',
      'REJECT',
      { patch: [scopes({}, { programme: 'iso14067-pcf' })], policy: [set('/anchors/0/activities', ['validation'])] },
    ],
  ]);
});

const REGISTER: JsonObject = {
  did: 'did:web:register.example',
  role: 'register',
  programmes: [],
  activities: [],
  validFrom: '2026-01-01',
  validUntil: '2032-01-01',
  name: { en: 'Example Register (fictional)', ko: '예시 등록부 (가상)' },
  source: { document: 'fictional', date: '2026-09-20' },
};
const registered = (change: JsonObject = {}, did = 'did:web:hanbit-rolling.example'): PatchOperation =>
  set('/credentials/identity', {
    id: OTHER_ID,
    type: 'IdentityAnchor',
    issuer: 'did:web:register.example',
    validFrom: '2026-01-01T00:00:00Z',
    validUntil: '2031-01-01T00:00:00Z',
    credentialSubject: {
      id: did,
      registeredName: 'Hanbit Rolling Co., Ltd. (fictional)',
      registeredId: '000',
      idScheme: { id: 'https://register.example/scheme', name: 'Example' },
      registerType: 'business',
    },
    ...change,
  });
/** Nobody but the register knows the rolling mill. */
const byRegister = (more: Bend = {}, register: JsonObject = REGISTER): Bend => ({
  patch: [registered()],
  show: ['identity'],
  policy: [drop('/trustedOrganisations/1'), set('/anchors/-', register)],
  ...more,
});
/** Beside what is known of its revocation, nothing is of its suspension. */
const unsureOfSuspension = (history: StatusHistory): StatusHistory => [
  ...history,
  ...noLists(history).map((entry) => ({ ...entry, purpose: 'suspension' })),
];

describe('an organisation that only a register knows', () => {
  itTells('chain', [
    ['is known', CBAM, 'I1', 'ACCEPT', byRegister()],
    ['is known until its entry ends', CBAM, 'I1', 'ACCEPT', byRegister({ status: { identity: announced } })],
    [
      'is unknown once its entry is revoked',
      CBAM,
      'I1',
      'REJECT',
      byRegister({ status: { identity: setBit('revocation') } }),
    ],
    [
      'is unknown where the entry is revoked, whatever else is not known of it',
      CBAM,
      'I1',
      'REJECT',
      byRegister({ status: { identity: (history) => unsureOfSuspension(setBit('revocation')(history)) } }),
    ],
    [
      'may be known where the entry ends later and may be suspended',
      CBAM,
      'I1',
      'UNDETERMINED',
      byRegister({ status: { identity: (history) => unsureOfSuspension(announced(history)) } }),
    ],
    [
      'may be known where the entry could not be checked',
      CBAM,
      'I1',
      'UNDETERMINED',
      byRegister({ refuse: { identity: [undetermined('proof.key', 'DID_RESOLUTION_ERROR', '')] } }),
    ],
    [
      'is unknown to a register whose time is over',
      CBAM,
      'I1',
      'REJECT',
      byRegister({}, { ...REGISTER, validUntil: '2027-01-01' }),
    ],
    [
      'is unknown where another wrote the entry',
      CBAM,
      'I1',
      'REJECT',
      byRegister({ patch: [registered({ issuer: 'did:web:evil.example' })] }),
    ],
    [
      'is unknown where an anchor wrote it that is no register',
      CBAM,
      'I1',
      'REJECT',
      byRegister({ patch: [registered({ issuer: 'did:web:ab-italy.example' })] }),
    ],
  ]);
});

describe('the name of a party', () => {
  const verifier = 'did:web:verify-eu.example';
  const nameOfVerifier = async (bend: Bend): Promise<unknown> =>
    (await resultOf(CBAM, bend)).path.find(({ did }) => did === verifier)?.name;
  const known = (issuer: string, more: Bend = {}): Bend =>
    byRegister({
      ...more,
      patch: [registered({ issuer }, verifier)],
      policy: [drop('/trustedOrganisations/2'), set('/anchors/-', REGISTER), ...(more.policy ?? [])],
    });
  it('is the one of the policy', async () => {
    expect(await nameOfVerifier({})).toMatchObject({ en: 'Verify EU (fictional)' });
  });
  it('is the one of an anchored register otherwise', async () => {
    const name = { en: 'Hanbit Rolling Co., Ltd. (fictional)' };
    expect(await nameOfVerifier(known('did:web:register.example'))).toEqual(name);
  });
  it('is not what another anchor says, nor what nobody anchored says', async () => {
    expect(await nameOfVerifier(known('did:web:ab-italy.example'))).toBeUndefined();
    expect(await nameOfVerifier(known('did:web:evil.example'))).toBeUndefined();
    const none = byRegister({ patch: [registered()], policy: [drop('/trustedOrganisations/2')], show: [] });
    expect(await nameOfVerifier(none)).toBeUndefined();
  });
});

const role = (index: number, name: string): Bend => ({ policy: [set(`/anchors/${index}/role`, name)] });

describe('an anchor', () => {
  itTells('chain', [
    ['that regulates may accredit', CBAM, 'I2', 'ACCEPT', role(0, 'regulator')],
    ['that regulates may recognise accreditation bodies', CUSTOMER, 'I2', 'ACCEPT', role(1, 'regulator')],
    ['that accredits may recognise accreditation bodies', CUSTOMER, 'I2', 'ACCEPT', role(1, 'accreditation-body')],
    ['that only keeps a register may not', CUSTOMER, 'I2', 'REJECT', role(1, 'register')],
    ['that regulates may make an arrangement of schemes', SCHEME, 'I2', 'ACCEPT', role(1, 'regulator')],
    [
      'that regulates may decide, though not without an arrangement',
      SCHEME,
      'I2 R1',
      'REJECT',
      { ...role(1, 'regulator'), hide: ['arrangement:scheme'] },
    ],
    [
      'that owns arrangements may not decide',
      SCHEME,
      'I2',
      'REJECT',
      { ...role(1, 'arrangement-owner'), hide: ['arrangement:scheme'] },
    ],
    [
      'that decides need not mind who accredited whom',
      SCHEME,
      'I2',
      'ACCEPT',
      one(set(envelope('accreditation:kr', 'issuer'), 'did:web:verify-kr.example')),
    ],
    ['is out of reach without an accreditation', CUSTOMER, 'I2 R1 R5 C3', 'REJECT', { hide: ['accreditation:kr'] }],
    ['is out of reach without a decision', SCHEME, 'I2 R1 R4 R5', 'REJECT', { hide: ['decision:cell'] }],
  ]);
});

describe('what a regime admits', () => {
  itTells('chain', [
    [
      'of legal bases is said in full',
      CUSTOMER,
      'R1',
      'REJECT',
      { policy: [set('/regimes/1/legalBases', ['Reg-765/2008', 'Reg-765/2008+DR-2025/2551'])] },
    ],
    [
      'of arrangements is said in full',
      { ...CUSTOMER, regime: 'catena-x-pcf' },
      'R1',
      'REJECT',
      { policy: [set('/regimes/-', { id: 'catena-x-pcf', arrangementKinds: ['scheme-mra', 'bilateral'] })] },
    ],
    [
      'of programmes is said in full',
      SCHEME,
      'R2',
      'REJECT',
      one(set(subject('arrangement:scheme', '/programmes'), ['catena-x-pcf', 'eu-battery-art7'])),
    ],
  ]);
});

const decided = (change: JsonObject, wrapping: JsonObject = {}, more: Bend = {}): Bend => ({
  ...more,
  patch: [
    another(
      CELLS['decision:cell'],
      'decision:other',
      { decision: 'refused', ...change },
      {
        id: OTHER_ID,
        validFrom: '2027-03-20T00:00:00Z',
        ...wrapping,
      },
    ),
    ...(more.patch ?? []),
  ],
  show: ['decision:other'],
});
const OTHER_SCHEME: JsonObject = {
  did: 'did:web:third-scheme.example',
  role: 'scheme-owner',
  programmes: ['iso14067-pcf'],
  activities: ['verification'],
  validFrom: '2024-01-01',
  validUntil: '2032-01-01',
  name: { en: 'Third Scheme (fictional)', ko: '제3 제도 (가상)' },
  source: { document: 'fictional', date: '2026-09-20' },
};

describe('a decision of a scheme', () => {
  itTells('chain', [
    [
      'may live as long as its statement',
      SCHEME,
      'R4',
      'ACCEPT',
      one(set(envelope('decision:cell', 'validUntil'), '2031-12-31T00:00:00Z')),
    ],
    [
      'and no longer',
      SCHEME,
      'R4',
      'REJECT',
      one(set(envelope('decision:cell', 'validUntil'), '2031-12-31T00:00:01Z')),
    ],
    ['refused later stands in doubt', SCHEME, 'R4', 'REVIEW', decided({})],
    [
      'refused later by another does not',
      SCHEME,
      'R4',
      'ACCEPT',
      decided({}, { issuer: 'did:web:third-scheme.example' }),
    ],
    ['made anew does not', SCHEME, 'R4', 'ACCEPT', decided({ decision: 'accepted' })],
    ['refused before does not', SCHEME, 'R4', 'ACCEPT', decided({}, { validFrom: '2027-03-14T00:00:00Z' })],
    [
      'refused by what was revoked since does not',
      SCHEME,
      'R4',
      'ACCEPT',
      decided({}, {}, { status: { 'decision:other': setBit('revocation') } }),
    ],
    [
      'refused by what may have been revoked does',
      SCHEME,
      'R4',
      'REVIEW',
      decided({}, {}, { status: { 'decision:other': noLists } }),
    ],
    [
      'rests on an arrangement that may have ended since',
      SCHEME,
      'R4 time.arrangement',
      'ACCEPT',
      one(set(envelope('arrangement:scheme', 'validUntil'), '2027-04-01T00:00:00Z')),
    ],
    [
      'is for the parties of the arrangement alone',
      SCHEME,
      'R4',
      'REJECT',
      {
        patch: [set(envelope('decision:cell', 'issuer'), 'did:web:third-scheme.example')],
        policy: [set('/anchors/-', OTHER_SCHEME)],
      },
    ],
  ]);
});
