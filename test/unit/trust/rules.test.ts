/**
 * Every rule both ways: the honest story passes, and one thing changed makes exactly that rule say exactly that. The last test asserts
 * that no message is left that nothing here provokes.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { failed, undetermined } from '../../../src/base/finding.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import type { RegimeResult, RuleResult } from '../../../src/trust/evaluation.ts';
import { EN } from '../../../src/trust/messages/en.ts';
import { RULES } from '../../../src/trust/rules/rule-table.ts';
import { readExample } from '../../support/example-credentials.ts';
import type { PatchOperation } from '../../support/json-patch.ts';
import { createRecord, toldBy, wholeOf } from '../../support/told.ts';
import {
  type Bend,
  CBAM,
  CELL,
  CUSTOMER,
  drop,
  noLists,
  PUBLIC,
  resultOf,
  SCHEME,
  type Story,
  set,
  setBit,
  subject,
} from '../../support/trust-cases.ts';

type Row = [story: Story, message: string, result: string, bend: Bend, more?: Partial<RuleResult>];

const toldBefore = createRecord('rules');
const steel = readExample('steel-coil')['credentials'] as Record<string, JsonObject>;
const cells = readExample('battery-cell')['credentials'] as Record<string, JsonObject>;

const [firstGood] = (steel['claim:coil'] as unknown as { credentialSubject: { goods: JsonObject[] } }).credentialSubject
  .goods;

const coil = (path: string): string => subject('claim:coil', path);
const report = (path: string): string => subject('statement:coil', path);
const pcf = (path: string): string => subject('claim:coil-pcf', `/footprint/pcf${path}`);
const footprint = (path: string): string => subject('claim:coil-pcf', path);
const opinion = (path: string): string => subject('statement:coil-pcf', path);
const cell = (path: string): string => subject('claim:cell', path);
const decision = (path: string): string => subject('decision:cell', path);
const scheme = (path: string): string => subject('arrangement:scheme', path);
const mla = (path: string): string => subject('arrangement:kr-mra', path);
const eu = (path: string): string => subject('accreditation:eu', path);
const kr = (path: string): string => subject('accreditation:kr', path);
const one = (...patch: PatchOperation[]): Bend => ({ patch });
const ID = 'urn:uuid:99999999-0000-4000-8000-000000000099';

/** A second credential like one of the example, under another key and id. */
const copyOf = (from: JsonObject | undefined, key: string, change: JsonObject = {}, id = ID): PatchOperation =>
  set(`/credentials/${key}`, {
    ...from,
    id,
    credentialSubject: { ...(from?.['credentialSubject'] as JsonObject), ...change },
  });

const STRUCTURE: Row[] = [
  [CBAM, 'S2.count', 'REJECT', one(set(coil('/precursorCount'), '2'))],
  [CBAM, 'S2.count', 'REJECT', one(set(report('/uncorrectedCount'), '1')), { code: 'MALFORMED_VALUE_ERROR' }],
  [CBAM, 'S3.form', 'REJECT', one(set(coil('/goods/0/defaultSharePercent'), '1e1'))],
  [CBAM, 'S3.sign', 'REJECT', one(set(coil('/goods/0/defaultSharePercent'), '-1'))],
  [CUSTOMER, 'S3.sign', 'REJECT', one(set(pcf('/fossilCarbonContent'), '-0.1'))],
  [CUSTOMER, 'S3.sign', 'REJECT', one(set(pcf('/technologicalCO2Removals'), '0.1'))],
];

const LINKS: Row[] = [
  [CBAM, 'L1.absent', 'REJECT', { hide: ['statement:slab'] }, { code: 'CHAIN_BROKEN' }],
  [CBAM, 'L1.absent', 'REJECT', { hide: ['claim:slab'] }],
  [SCHEME, 'L1.absent', 'REJECT', { hide: ['arrangement:scheme'] }],
  [
    CBAM,
    'L1.digest',
    'REJECT',
    { alter: { 'claim:coil': [set('/credentialSubject/goods/0/specificDirect', '1.0')] } },
    { code: 'CHAIN_DIGEST_MISMATCH' },
  ],
  [
    CBAM,
    'L1.base-digest',
    'REJECT',
    { alter: { 'claim:coil': [set('/credentialSubject/goods/0/quantity', '412001')] } },
  ],
  [
    CBAM,
    'L1.base-digest',
    'REJECT',
    { alter: { 'statement:coil': [drop('/credentialSubject/claim/baseDigestMultibase')] } },
  ],
  [CBAM, 'L1.other', 'REJECT', { alter: { 'statement:coil': [set('/credentialSubject/claim/target', ID)] } }],
  [SCHEME, 'L1.other', 'REJECT', { alter: { 'decision:cell': [set('/credentialSubject/statement/target', ID)] } }],
  [
    CBAM,
    'L1.refused',
    'REJECT',
    { refuse: { 'statement:slab': [failed('proof.signature', 'PROOF_VERIFICATION_ERROR', '')] } },
  ],
  [
    CBAM,
    'L1.undetermined',
    'UNDETERMINED',
    { refuse: { 'statement:slab': [undetermined('proof.key', 'DID_RESOLUTION_ERROR', '')] } },
    { code: 'DID_RESOLUTION_ERROR', outcome: 'undetermined' },
  ],
  [CBAM, 'L1.no-statement', 'REJECT', { hide: ['statement:coil'] }, { code: 'NO_TRUST_PATH' }],
  [CBAM, 'L1.absent', 'REJECT', { hide: ['accreditation:eu'] }, { id: 'L2' }],
  [
    CUSTOMER,
    'L3.core-digest',
    'REJECT',
    { keepCoreDigests: true, patch: [set(footprint('/footprint/comment'), 'later')] },
  ],
  [CUSTOMER, 'L4.order', 'REJECT', one(set('/credentials/claim:coil-pcf/validFrom', '2027-03-11T00:00:00Z'))],
  [
    CBAM,
    'L4.cycle',
    'REJECT',
    {
      alter: {
        'claim:coil': [
          set('/credentialSubject/precursors/0/statement/target', String(steel['statement:coil']?.['id'])),
        ],
      },
    },
    { code: 'CHAIN_CYCLE' },
  ],
  [CUSTOMER, 'L5.deprecated', 'REVIEW', one(set(footprint('/footprint/status'), 'Deprecated'))],
  [
    CUSTOMER,
    'L5.superseded',
    'REVIEW',
    {
      patch: [copyOf(steel['claim:coil-pcf'], 'claim:newer', { supersedes: { $link: 'claim:coil-pcf' } })],
      show: ['claim:newer'],
    },
  ],
  [
    CUSTOMER,
    'L5.superseded',
    'REVIEW',
    {
      patch: [
        copyOf(steel['statement:coil-pcf'], 'statement:newer', {
          supersedes: { $link: 'statement:coil-pcf' },
          conclusion: 'adverse',
        }),
      ],
      show: ['statement:newer'],
    },
  ],
  [CELL, 'reliance.refused', 'REVIEW', one(set(subject('statement:cam', '/conclusion'), 'adverse'))],
  [CELL, 'reliance.unknown', 'REVIEW', { status: { 'statement:cam': noLists } }, { severity: 'N', outcome: 'passed' }],
];

const ANCHORED: PatchOperation[] = [set('/anchors/0/role', 'register')];
const register: JsonObject = {
  did: 'did:web:register.example',
  role: 'register',
  programmes: [],
  activities: [],
  validFrom: '2026-01-01',
  validUntil: '2032-01-01',
  name: { en: 'Example Register (fictional)', ko: '예시 등록부 (가상)' },
  source: { document: 'fictional', date: '2026-09-20' },
};
const identity = (issuer: string): PatchOperation =>
  set('/credentials/identity', {
    id: ID,
    type: 'IdentityAnchor',
    issuer,
    validFrom: '2026-01-01T00:00:00Z',
    validUntil: '2031-01-01T00:00:00Z',
    credentialSubject: {
      id: 'did:web:hanbit-rolling.example',
      registeredName: 'Hanbit Rolling',
      registeredId: '000',
      idScheme: { id: 'https://register.example/scheme', name: 'Example' },
      registerType: 'business',
    },
  });
const unknownMill = drop('/trustedOrganisations/1');

const IDENTITY: Row[] = [
  [CBAM, 'I1.unknown', 'REJECT', { policy: [unknownMill] }, { code: 'POLICY_UNTRUSTED_ISSUER' }],
  [CBAM, 'I1.unknown', 'REJECT', { policy: [drop('/trustedOrganisations/2')] }],
  [
    CBAM,
    'I1.unknown',
    'REJECT',
    { policy: [unknownMill], patch: [identity('did:web:evil.example')], show: ['identity'] },
  ],
  [
    CBAM,
    'I1.undetermined',
    'UNDETERMINED',
    {
      policy: [unknownMill, set('/anchors/-', register)],
      patch: [identity('did:web:register.example')],
      show: ['identity'],
      status: { identity: noLists },
    },
    { outcome: 'undetermined' },
  ],
  [CUSTOMER, 'I2.no-anchor', 'REJECT', { policy: [drop('/anchors/1')] }, { code: 'POLICY_UNTRUSTED_ANCHOR' }],
  [
    CUSTOMER,
    'I2.anchor-interval',
    'REJECT',
    { policy: [set('/anchors/1/validUntil', '2027-03-10')] },
    { code: 'POLICY_NOT_VALID_THEN' },
  ],
  [CBAM, 'I2.role', 'REJECT', { policy: [set('/anchors/0/role', 'scheme-owner')] }, { code: 'POLICY_ROLE' }],
  [CBAM, 'I2.role', 'REJECT', { policy: ANCHORED }],
  [
    CBAM,
    'I2.self-accredited',
    'REJECT',
    {
      patch: [set('/credentials/accreditation:eu/issuer', 'did:web:verify-eu.example')],
      policy: [set('/anchors/0/did', 'did:web:verify-eu.example')],
    },
    { code: 'CHAIN_CYCLE' },
  ],
  [
    CUSTOMER,
    'I2.cycle',
    'REJECT',
    {
      patch: [set('/credentials/arrangement:kr-mra/issuer', 'did:web:verify-kr.example')],
      policy: [drop('/anchors/1')],
    },
    { code: 'CHAIN_CYCLE' },
  ],
  [CUSTOMER, 'I2.too-long', 'REJECT', { policy: [set('/limits', { pathLength: 2 })] }, { code: 'POLICY_PATH_LENGTH' }],
  [
    CUSTOMER,
    'I2.undetermined',
    'UNDETERMINED',
    { refuse: { 'arrangement:kr-mra': [undetermined('proof.key', 'DID_RESOLUTION_ERROR', '')] } },
    { outcome: 'undetermined' },
  ],
];

const DAY = 86_400_000;
const INSTANT = Date.UTC(2027, 3, 15);

const TIME: Row[] = [
  [
    CUSTOMER,
    'time.expired',
    'REJECT',
    { request: { at: Date.UTC(2029, 11, 31, 1) } },
    { id: 'time.claim', code: 'EXPIRED' },
  ],
  [
    CUSTOMER,
    'time.not-yet-valid',
    'REJECT',
    { request: { at: Date.UTC(2027, 2, 9) } },
    { id: 'time.statement', code: 'NOT_YET_VALID' },
  ],
  [
    CUSTOMER,
    'status.revoked',
    'REJECT',
    { status: { 'claim:coil-pcf': setBit('revocation') } },
    { id: 'time.claim', code: 'REVOKED' },
  ],
  [
    CUSTOMER,
    'status.revoked',
    'REJECT',
    { status: { 'statement:coil-pcf': setBit('revocation', { reason: 'withdrawn', effectiveDate: '2027-04-15' }) } },
    { id: 'time.statement', code: 'REVOKED' },
  ],
  [
    CUSTOMER,
    'status.later',
    'ACCEPT',
    { status: { 'statement:coil-pcf': setBit('revocation', { reason: 'withdrawn', effectiveDate: '2027-04-16' }) } },
    { id: 'time.statement', severity: 'N', outcome: 'passed' },
  ],
  [SCHEME, 'status.revoked', 'REJECT', { status: { 'decision:cell': setBit('revocation') } }, { id: 'time.decision' }],
  [
    SCHEME,
    'status.suspended',
    'REJECT',
    { status: { 'arrangement:scheme': setBit('suspension') } },
    { id: 'time.arrangement', code: 'SUSPENDED' },
  ],
  [
    SCHEME,
    'time.not-yet-valid',
    'REJECT',
    one(set('/credentials/arrangement:scheme/validFrom', '2027-02-21T00:00:00Z')),
    { id: 'time.arrangement', code: 'POLICY_NOT_VALID_THEN' },
  ],
  [
    CUSTOMER,
    'status.unknown',
    'UNDETERMINED',
    { status: { 'claim:coil-pcf': noLists } },
    { id: 'time.claim', outcome: 'undetermined' },
  ],
];

const ARITHMETIC: Row[] = [
  [CUSTOMER, 'A1.excluding', 'REVIEW', one(set(pcf('/fossilGhgEmissions'), '2.3'))],
  [CUSTOMER, 'A1.including', 'REVIEW', one(set(pcf('/pcfIncludingBiogenicUptake'), '2.4260'))],
  [
    CUSTOMER,
    'A2.uptake',
    'REVIEW',
    one(
      set(pcf('/biogenicCarbonContent'), '0.3'),
      set(pcf('/biogenicCO2Uptake'), '-1'),
      set(pcf('/pcfIncludingBiogenicUptake'), '1.4244'),
    ),
  ],
  [CUSTOMER, 'A3.reference-period', 'REJECT', one(set(pcf('/referencePeriodStart'), '2027-01-01T00:00:00Z'))],
  [
    CUSTOMER,
    'A3.validity-period',
    'REJECT',
    one(set(footprint('/footprint/validityPeriodEnd'), '2030-01-02T00:00:00Z')),
  ],
  [
    CUSTOMER,
    'A3.validity-period',
    'REJECT',
    one(set('/credentials/claim:coil-pcf/validUntil', '2030-01-02T00:00:00Z')),
  ],
  [CUSTOMER, 'A3.instant', 'REJECT', one(set(footprint('/footprint/validityPeriodStart'), '2027-04-15T00:00:01Z'))],
  [CUSTOMER, 'A3.instant', 'REJECT', one(set(footprint('/footprint/validityPeriodEnd'), '2027-04-15T00:00:00Z'))],
  [CUSTOMER, 'A4.geography', 'REJECT', one(set(pcf('/geographyRegionOrSubregion'), 'Asia'))],
  [CUSTOMER, 'A4.percent', 'REJECT', one(set(pcf('/primaryDataShare'), '100.1'))],
  [CUSTOMER, 'A4.rating', 'REJECT', one(set(pcf('/dqi/temporalDQR'), '0.9'))],
  [CUSTOMER, 'A4.mass', 'REJECT', one(set(pcf('/productMassPerDeclaredUnit'), '0.9'))],
  [CUSTOMER, 'A4.exempted', 'REJECT', { policy: [set('/regimes/1/maximumExemptedEmissionsPercent', '0.9')] }],
  [PUBLIC, 'A5.no-worksheet', 'ACCEPT', {}, { outcome: 'skipped' }],
  [PUBLIC, 'A6.no-worksheet', 'ACCEPT', {}, { outcome: 'skipped' }],
  [PUBLIC, 'A7.no-worksheet', 'ACCEPT', {}, { outcome: 'skipped' }],
  [
    PUBLIC,
    'A6.no-worksheet',
    'UNDETERMINED',
    { policy: [set('/regimes/0/notOwed', ['A5', 'A7'])] },
    { outcome: 'undetermined' },
  ],
  [CELL, 'A5.no-claim', 'ACCEPT', { hide: ['claim:cam'] }, { outcome: 'skipped' }],
  [
    CELL,
    'A5.link',
    'REJECT',
    { alter: { 'claim:cam': [set('/validUntil', '2029-12-30T00:00:00Z')] } },
    { code: 'CHAIN_DIGEST_MISMATCH' },
  ],
  [
    CELL,
    'A5.factor',
    'REJECT',
    one(set('/worksheet/leaves/0/factor', '21.7'), set('/worksheet/leaves/0/contribution', '12.152')),
  ],
  [CELL, 'A5.boundary', 'REJECT', one(set(subject('claim:cam', '/boundary'), 'gate-to-gate'))],
  [CELL, 'A5.period', 'REJECT', one(set('/credentials/claim:cam/validUntil', '2027-02-09T00:00:00Z'))],
  [
    CELL,
    'A5.superseded',
    'REVIEW',
    { patch: [copyOf(cells['claim:cam'], 'claim:cam2', { supersedes: { $link: 'claim:cam' } })], show: ['claim:cam2'] },
  ],
  [CELL, 'A5.twice', 'REJECT', one(set('/worksheet/leaves/1/claim', { $link: 'claim:cam' }))],
  [CELL, 'A6.line-form', 'REJECT', one(set('/worksheet/leaves/1/role', 'gift'))],
  [CELL, 'A6.line-form', 'REJECT', one(set('/worksheet/leaves/1/quantity', '+0.36'))],
  [CELL, 'A6.line', 'REJECT', one(set('/worksheet/leaves/1/contribution', '3.07'))],
  [CELL, 'A6.total', 'REJECT', one(drop('/worksheet/leaves/8'), set(cell('/aggregation/leafCount'), '8'))],
  [CELL, 'A6.verified-share', 'REVIEW', one(set(cell('/aggregation/verifiedSharePercent'), '71.12'))],
  [CELL, 'A6.verified-share', 'REVIEW', { hide: ['statement:cam'] }],
  [
    CELL,
    'A7.root',
    'REJECT',
    one(set(cell('/aggregation/leavesRoot'), 'uEiAne1gEasr9lXX2P0_jLADlVsVfCDk2B_IUmdb2o6iuGA')),
  ],
  [
    CELL,
    'A7.statement-root',
    'REJECT',
    one(set(subject('statement:cell', '/aggregation/leavesRoot'), 'uEiAne1gEasr9lXX2P0_jLADlVsVfCDk2B_IUmdb2o6iuGA')),
    { code: 'CHAIN_DIGEST_MISMATCH' },
  ],
];

/** A second statement on the same claim. */
const rival = (change: JsonObject): Bend => ({
  patch: [copyOf(steel['statement:coil-pcf'], 'statement:rival', change)],
  show: ['statement:rival'],
});

const finding = (material: boolean): JsonObject => ({ kind: 'misstatement', material, text: 'open' });

const STATEMENT: Row[] = [
  [CUSTOMER, 'V4.contradicted', 'REVIEW', rival({ conclusion: 'adverse' }), { severity: 'W' }],
  [
    CUSTOMER,
    'V1.own-claim',
    'REJECT',
    one(set('/credentials/claim:coil-pcf/issuer', 'did:web:verify-kr.example')),
    { code: 'POLICY_ROLE' },
  ],
  [
    CUSTOMER,
    'V1.holder',
    'REJECT',
    one(set(opinion('/claimHolder'), 'did:web:daehan-slab.example')),
    { code: 'CHAIN_BROKEN' },
  ],
  [CBAM, 'V1.holder', 'REJECT', one(set(coil('/operator/id'), 'did:web:daehan-slab.example'))],
  [CUSTOMER, 'V2.not-checked', 'REJECT', one(set(opinion('/checkedValues/0/metric'), 'fossilGhgEmissions'))],
  [
    CBAM,
    'V2.no-such-figure',
    'REJECT',
    one(set(report('/checkedValues/0/cnCode'), '72083900')),
    { code: 'CHAIN_BROKEN' },
  ],
  [
    CBAM,
    'V2.withheld',
    'UNDETERMINED',
    one(
      set(report('/checkedValues/1'), {
        metric: 'quantity',
        cnCode: '72083700',
        value: '412000',
        unit: 't',
        per: 'period',
      }),
      set('/presentations/declarant/withheld', [coil('/goods/0/quantity'), coil('/blinding')]),
    ),
    { outcome: 'undetermined' },
  ],
  [CUSTOMER, 'V2.value', 'REJECT', one(set(opinion('/checkedValues/0/value'), '2.4245'))],
  [CUSTOMER, 'V2.unit', 'REJECT', one(set(opinion('/checkedValues/0/per'), 't'))],
  [CUSTOMER, 'V2.unit', 'REJECT', one(set(opinion('/checkedValues/0/unit'), 'tCO2e'))],
  [CUSTOMER, 'V2.boundary', 'REJECT', one(set(opinion('/scope/boundary'), 'gate-to-gate'))],
  [CUSTOMER, 'V3.statement-date', 'REJECT', one(set(opinion('/statementDate'), '2027-03-09'))],
  [CUSTOMER, 'V3.before-claim', 'REJECT', one(set('/credentials/claim:coil-pcf/validFrom', '2027-03-11T00:00:00Z'))],
  [CUSTOMER, 'V3.not-historical', 'REJECT', one(set(opinion('/dataNature'), 'projected'))],
  [CBAM, 'V3.before-period-end', 'REJECT', one(set('/credentials/claim:coil/validFrom', '2026-12-31T00:00:00Z'))],
  [CUSTOMER, 'V3.period', 'REJECT', one(set(opinion('/period'), '2025')), { code: 'CHAIN_BROKEN' }],
  [CBAM, 'V3.period', 'REJECT', one(set(report('/period'), '2026-02-01/2027-01-01'))],
  [CUSTOMER, 'V4.negative', 'REJECT', one(set(opinion('/conclusion'), 'adverse'))],
  [
    CUSTOMER,
    'V4.modified',
    'REVIEW',
    one(set(opinion('/conclusion'), 'modified'), set(opinion('/qualifications'), ['one plant'])),
    { severity: 'W' },
  ],
  [CUSTOMER, 'V4.no-qualifications', 'REJECT', one(set(opinion('/conclusion'), 'modified'))],
  [
    CUSTOMER,
    'V5.material',
    'REJECT',
    one(set(opinion('/uncorrected'), [finding(true)]), set(opinion('/uncorrectedCount'), '1')),
  ],
  [
    CUSTOMER,
    'V6.assurance',
    'REJECT',
    { policy: [set('/regimes/1/minimumAssurance', 'reasonable')] },
    { code: 'POLICY_ASSURANCE' },
  ],
  [CUSTOMER, 'V6.materiality', 'REJECT', { policy: [set('/regimes/1/maximumMaterialityPercent', '4.99')] }],
  [CUSTOMER, 'V6.age', 'REJECT', { policy: [set('/regimes/1/maximumStatementAgeDays', 35)] }],
  [CUSTOMER, 'V7.review', 'REJECT', one(set(opinion('/independentReview'), false))],
  [CUSTOMER, 'V7.signatory', 'REJECT', one(set(opinion('/signatory/name'), ''))],
];

const ACCREDITATION: Row[] = [
  [
    CBAM,
    'C1.subject',
    'REJECT',
    { patch: [set(report('/accreditation/$link'), 'accreditation:kr')], show: ['accreditation:kr'] },
    { code: 'CHAIN_BROKEN' },
  ],
  [CBAM, 'C1.number', 'REJECT', one(set(report('/verifier/accreditationNumber'), 'IT-CBAM-0032'))],
  [
    CUSTOMER,
    'time.expired',
    'REJECT',
    one(set('/credentials/accreditation:kr/validUntil', '2027-03-10T00:00:00Z'), set(kr('/expiryDate'), '2027-03-10')),
    { id: 'C2', code: 'POLICY_NOT_VALID_THEN' },
  ],
  [
    CUSTOMER,
    'time.expired-later',
    'ACCEPT',
    one(set('/credentials/accreditation:kr/validUntil', '2027-03-11T00:00:00Z'), set(kr('/expiryDate'), '2027-03-11')),
    { id: 'C2', severity: 'N', outcome: 'passed' },
  ],
  [
    CUSTOMER,
    'time.expired',
    'REJECT',
    {
      patch: [
        set('/credentials/accreditation:kr/validUntil', '2027-03-11T00:00:00Z'),
        set(kr('/expiryDate'), '2027-03-11'),
      ],
      policy: [set('/regimes/1/accreditationInForce', 'statement-and-now')],
    },
    { id: 'C2', code: 'POLICY_NOT_VALID_THEN' },
  ],
  [CUSTOMER, 'C2.dates', 'REJECT', one(set(kr('/effectiveDate'), '2025-02-28'))],
  [
    CUSTOMER,
    'C2.snapshot',
    'ACCEPT',
    {
      status: {
        'accreditation:kr': (history) =>
          history.map((entry) => ({
            ...entry,
            observations: entry.observations.map((seen) => ({ ...seen, list: { ...seen.list, digest: 'uEiOther' } })),
          })),
      },
    },
    { id: 'C2', severity: 'N', outcome: 'passed' },
  ],
  [
    CUSTOMER,
    'scope.outside',
    'REJECT',
    one(set(kr('/scopes/0/activity'), 'validation')),
    { id: 'C3', code: 'OUT_OF_SCOPE' },
  ],
  [CUSTOMER, 'scope.outside', 'REJECT', { policy: [set('/anchors/1/programmes', ['other'])] }, { id: 'C3' }],
  [CUSTOMER, 'scope.outside', 'REJECT', one(set(opinion('/verificationStandard'), 'ISO 14064-1:2018')), { id: 'C3' }],
  [CBAM, 'scope.outside', 'REJECT', one(set(eu('/scopes/0/locations'), ['TR'])), { id: 'C3' }],
  [
    CUSTOMER,
    'C3.territory-unknown',
    'UNDETERMINED',
    one(drop(pcf('/geographyCountry')), set(kr('/scopes/0/locations'), ['KR'])),
    { outcome: 'undetermined' },
  ],
  [
    CBAM,
    'scope.outside',
    'REJECT',
    one(set(eu('/scopes/0/cbamActivityGroups'), ['V'])),
    { id: 'C4', subject: '72083700' },
  ],
  [CBAM, 'scope.outside', 'REJECT', one(set(coil('/flags/co2Capture'), true)), { id: 'C4', subject: 'co2Capture' }],
  [
    CBAM,
    'C5.term',
    'REJECT',
    one(set('/credentials/accreditation:eu/validUntil', '2031-09-16T00:00:00Z'), set(eu('/expiryDate'), '2031-09-16')),
  ],
];

const RECOGNITION: Row[] = [
  [
    SCHEME,
    'R4.refused-later',
    'REVIEW',
    { patch: [copyOf(cells['decision:cell'], 'decision:later', { decision: 'refused' })], show: ['decision:later'] },
    { severity: 'W' },
  ],
  [CBAM, 'R1.legal-basis', 'REJECT', one(set(eu('/legalBasis'), 'Reg-765/2008'))],
  [CUSTOMER, 'R1.kind', 'REJECT', { policy: [set('/regimes/1/arrangementKinds', ['bilateral'])] }],
  [SCHEME, 'R1.kind', 'REJECT', { policy: [set('/regimes/1/arrangementKinds', ['bilateral'])] }],
  [SCHEME, 'R1.no-basis', 'REJECT', { hide: ['arrangement:scheme'] }, { code: 'NO_TRUST_PATH' }],
  [CBAM, 'R1.no-accreditation', 'REJECT', { hide: ['accreditation:eu'] }, { code: 'NO_TRUST_PATH' }],
  [CUSTOMER, 'R1.no-path', 'REJECT', { hide: ['arrangement:kr-mra'] }, { code: 'NO_TRUST_PATH' }],
  [
    CBAM,
    'R1.undetermined',
    'UNDETERMINED',
    { refuse: { 'accreditation:eu': [undetermined('proof.key', 'DID_RESOLUTION_ERROR', '')] } },
    { outcome: 'undetermined' },
  ],
  [CUSTOMER, 'R2.programme', 'REJECT', one(set(opinion('/programme'), 'own-programme'))],
  [SCHEME, 'R2.programme', 'REJECT', one(set(scheme('/programmes'), ['other']))],
  [
    CUSTOMER,
    'R2.claim-type',
    'REJECT',
    { request: { claim: String(steel['claim:coil']?.['id']) }, show: ['claim:coil', 'statement:coil'] },
  ],
  [CUSTOMER, 'R3.levels', 'REJECT', one(set(mla('/levels/L2'), 'validation')), { code: 'OUT_OF_SCOPE' }],
  [CUSTOMER, 'R3.levels', 'REJECT', one(set(mla('/levels/L3'), 'ISO/IEC 17065:2012'))],
  [
    CUSTOMER,
    'time.not-yet-valid',
    'REJECT',
    one(set('/credentials/arrangement:kr-mra/validFrom', '2027-03-11T00:00:00Z')),
    { id: 'R3', code: 'POLICY_NOT_VALID_THEN' },
  ],
  [SCHEME, 'R4.none', 'REJECT', { hide: ['decision:cell'] }, { code: 'NO_TRUST_PATH' }],
  [SCHEME, 'R4.refused', 'REJECT', one(set(decision('/decision'), 'refused'))],
  [SCHEME, 'R4.outlives', 'REJECT', one(set('/credentials/decision:cell/validUntil', '2032-01-01T00:00:00Z'))],
  [
    SCHEME,
    'R4.direction',
    'REJECT',
    one(set('/credentials/decision:cell/issuer', 'did:web:footprint-scheme-kr.example')),
    { code: 'CHAIN_BROKEN' },
  ],
  [
    SCHEME,
    'R4.undetermined',
    'UNDETERMINED',
    { refuse: { 'decision:cell': [undetermined('proof.key', 'DID_RESOLUTION_ERROR', '')] } },
    { outcome: 'undetermined' },
  ],
  [
    CUSTOMER,
    'R5.too-long',
    'REJECT',
    { policy: [set('/regimes/1/maximumPathLength', 2)] },
    { code: 'POLICY_PATH_LENGTH' },
  ],
];

const good = (path: string): string => coil(`/goods/0${path}`);
const slab = (path: string): string => coil(`/precursors/0${path}`);
const visit = (kind: string, more: JsonObject = {}): JsonObject => ({ visitType: kind, reason: 'unchanged', ...more });
/** The same story one year on, when virtual visits and waivers become possible. */
const NEXT_YEAR: PatchOperation[] = [
  set(coil('/reportingPeriod'), '2027'),
  set(slab('/periodBasis'), 'actual-time'),
  set(report('/period'), '2027'),
  set('/credentials/claim:coil/validFrom', '2028-03-05T00:00:00Z'),
  set('/credentials/statement:coil/validFrom', '2028-03-20T00:00:00Z'),
  set(report('/statementDate'), '2028-03-20'),
  set('/import/date', '2027-11-18'),
];
const nextYear = (siteVisit: JsonObject): Bend => ({
  patch: [...NEXT_YEAR, set(report('/siteVisit'), siteVisit)],
  request: { at: Date.UTC(2028, 3, 15) },
});

/** The slab without country, source or statement: made here, if the installation has such a process. */
const unnamedSource = [
  drop(slab('/statement')),
  drop(slab('/source')),
  drop(slab('/countryOfOrigin')),
  drop(report('/upstreamReliance')),
];
/** The slab by a default value, with what follows for the coil. */
const byDefault = (value: string, country = 'KR'): PatchOperation[] => {
  const coilValue = value === '2.33' ? '2.48005' : '2.46970';
  return [
    ...['/statement', '/source', '/specificDirect', '/reportingPeriod'].map((member) => drop(slab(member))),
    set(slab('/valueBasis'), 'default'),
    set(slab('/countryOfOrigin'), country),
    set(slab('/defaultValue'), { value, act: 'illustrative row' }),
    set(good('/specificDirect'), coilValue),
    set(report('/checkedValues/0/value'), coilValue),
    drop(report('/upstreamReliance')),
  ];
};
const NOTE = { severity: 'N', outcome: 'passed' } as const;

const CBAM_GOODS: Row[] = [
  [CBAM, 'B7.no-statement', 'REJECT', one(...unnamedSource)],
  [CBAM, 'B7.default-too-low', 'REJECT', one(...byDefault('2.32'))],
  [CBAM, 'B7.default-unknown', 'ACCEPT', { patch: byDefault('2.32', 'JP') }, NOTE],
  [CBAM, 'B1.year', 'REJECT', one(set(coil('/reportingPeriod'), '2025'), set(report('/period'), '2025'))],
  [CBAM, 'B1.precursor-year', 'REJECT', one(set(slab('/reportingPeriod'), '2027'))],
  [CBAM, 'B1.import-year', 'REJECT', one(set('/import/date', '2027-01-02'))],
  [CBAM, 'B1.import-good', 'REJECT', one(set('/import/cnCode', '72083900'))],
  [
    CBAM,
    'B2.places',
    'REJECT',
    one(set(good('/specificDirect'), '2.077642'), set(report('/checkedValues/0/value'), '2.077642')),
  ],
  [CBAM, 'B2.total', 'REJECT', one(set(coil('/totalDirectEmissions/value'), '28222.4'))],
  [
    CBAM,
    'B3.own-indirect',
    'REJECT',
    one(set(good('/specificIndirect'), '0.1'), set(good('/indirectActualSharePercent'), '0')),
  ],
  [
    CBAM,
    'B3.own-indirect',
    'REJECT',
    one(
      set(good('/specificIndirect'), '0.5'),
      set(good('/indirectActualSharePercent'), '0'),
      set(slab('/aggregatedGoodsCategory'), 'sintered-ore'),
      set(slab('/specificIndirect'), '0.01'),
    ),
  ],
  [
    CBAM,
    'B3.no-indirect',
    'REJECT',
    one(set(good('/aggregatedGoodsCategory'), 'sintered-ore')),
    { subject: '72083700' },
  ],
  [
    CBAM,
    'B4.withheld',
    'ACCEPT',
    one(set('/presentations/declarant/withheld', [coil('/goods/0/quantity'), coil('/blinding')])),
    { outcome: 'skipped' },
  ],
  [
    CBAM,
    'B4.value',
    'REJECT',
    one(set(good('/specificDirect'), '2.07766'), set(report('/checkedValues/0/value'), '2.07766')),
  ],
  [
    CBAM,
    'B4.balance',
    'REJECT',
    one(
      set(coil('/goods/1'), {
        ...firstGood,
        cnCode: '72083900',
      }),
      set(report('/checkedValues/1'), {
        metric: 'specificDirect',
        cnCode: '72083900',
        value: '2.07764',
        unit: 'tCO2e',
        per: 't',
      }),
    ),
  ],
  [CBAM, 'B5.category', 'REJECT', one(set(good('/cnCode'), '72071210'))],
  [CBAM, 'B5.unit', 'REJECT', one(set(good('/functionalUnit'), 'kWh'))],
  [CBAM, 'B5.route', 'REJECT', one(set(good('/productionRoute'), 'electric-arc-furnace'))],
  [CBAM, 'B5.letter', 'REJECT', one(set(good('/benchmarkRoute'), 'K'))],
  [CBAM, 'B6.not-annex-i', 'REJECT', one(set(slab('/cnCode'), '72040000'))],
  [
    CBAM,
    'B6.pair',
    'REJECT',
    one(set(slab('/cnCode'), '76010000'), set(slab('/aggregatedGoodsCategory'), 'unwrought-aluminium')),
    { severity: 'W' },
  ],
  [CBAM, 'B7.no-statement', 'REJECT', one(drop(slab('/statement')), drop(report('/upstreamReliance')))],
  [
    CBAM,
    'B7.inadmissible',
    'REJECT',
    one(set(subject('statement:slab', '/opinionCode'), 'unsatisfactory-scope')),
    { subject: '72071210' },
  ],
  [CBAM, 'B7.undetermined', 'UNDETERMINED', { status: { 'statement:slab': noLists } }, { outcome: 'undetermined' }],
  [CBAM, 'B14.not-zero', 'REJECT', one(set(slab('/countryOfOrigin'), 'NO'))],
];

/** Nested under B7, where the report on a precursor is not about that precursor. */
const PRECURSOR_FIT: Row[] = [
  [CBAM, 'B7.other-good', 'REJECT', one(set(subject('claim:slab', '/goods/0/cnCode'), '72071290'))],
  [CBAM, 'B7.period', 'REJECT', one(set(slab('/reportingPeriod'), '2027'), set(slab('/periodBasis'), 'actual-time'))],
  [CBAM, 'B7.installation', 'REJECT', one(set(slab('/source/registryId'), 'INST-KR-0003'))],
  [CBAM, 'B7.value', 'REJECT', one(set(slab('/specificDirect'), '1.9411'))],
];

const other = (key: string, change: JsonObject = {}): Bend => ({
  patch: [copyOf(steel['statement:coil'], key, { registryReportId: 'VR-2', ...change })],
  show: [key],
});

/** Statements of the same lead auditor on the same installation for so many years before. */
function yearsRunning(count: number): Bend {
  const earlier = Array.from({ length: count }, (_, index) => String(2025 - index));
  return {
    patch: earlier.flatMap((year) => [
      copyOf(
        steel['claim:coil'],
        `claim:${year}`,
        { reportingPeriod: year },
        `urn:uuid:99999999-0000-4000-8000-00000000${year}`,
      ),
      copyOf(
        steel['statement:coil'],
        `statement:${year}`,
        { period: year, claim: { $link: `claim:${year}` } },
        `urn:uuid:99999999-0000-4000-8001-00000000${year}`,
      ),
    ]),
    show: earlier.flatMap((year) => [`claim:${year}`, `statement:${year}`]),
  };
}

const CBAM_REPORT: Row[] = [
  [CBAM, 'B8.opinion', 'REJECT', one(set(report('/opinionCode'), 'unsatisfactory-clarity'))],
  [
    CBAM,
    'B8.contradiction',
    'REJECT',
    one(set(report('/conclusion'), 'modified'), set(report('/qualifications'), ['x'])),
  ],
  [CBAM, 'B8.assurance', 'REJECT', one(set(report('/levelOfAssurance'), 'limited')), { code: 'POLICY_ASSURANCE' }],
  [CBAM, 'B8.materiality', 'REJECT', one(drop(report('/materiality/1')))],
  [CBAM, 'B8.materiality', 'REJECT', one(set(report('/materiality/1/percent'), '5.01'))],
  [CBAM, 'B9.second-report', 'REJECT', other('statement:second')],
  [
    CBAM,
    'B9.superseded',
    'REJECT',
    other('statement:second', {
      supersedes: { $link: 'statement:coil' },
      opinionCode: 'unsatisfactory-scope',
      levelOfAssurance: 'limited',
      independentReview: false,
    }),
  ],
  [CBAM, 'B10.date', 'REJECT', one(set(report('/siteVisit/date'), '2025-12-31'))],
  [CBAM, 'B10.reason', 'REJECT', one(set(report('/siteVisit'), { visitType: 'virtual', lastPhysical: '2026-01-20' }))],
  [CBAM, 'B10.first-year', 'REJECT', one(set(report('/siteVisit'), visit('virtual', { lastPhysical: '2026-01-20' })))],
  [CBAM, 'B10.pattern', 'REJECT', nextYear(visit('virtual', { lastPhysical: '2025-12-31' }))],
  [CBAM, 'B10.pattern', 'REJECT', one(set(report('/siteVisit/visitType'), 'none'))],
  [CBAM, 'B10.history', 'REVIEW', nextYear(visit('virtual')), { severity: 'W' }],
  [CBAM, 'B10.history', 'REVIEW', nextYear(visit('waived', { lastPhysical: '2027-01-20' })), { severity: 'W' }],
  [CBAM, 'B11.locode', 'REJECT', one(set(coil('/installation/unLocode'), 'KR1'))],
  [CBAM, 'B11.coordinates', 'REJECT', one(set(coil('/installation/latitude'), '36.05'))],
  [CBAM, 'B11.language', 'REJECT', one(set(report('/reportLanguage'), 'ko'))],
  [CBAM, 'B11.language', 'REJECT', one(set(coil('/language'), 'ko'))],
  [CBAM, 'B11.registry', 'REJECT', one(drop(report('/registryReportId')))],
  [CBAM, 'B12.allocations', 'ACCEPT', {}, { outcome: 'skipped' }],
  [CBAM, 'B13.too-long', 'REVIEW', yearsRunning(5), { severity: 'W' }],
  [CBAM, 'B13', 'ACCEPT', yearsRunning(4), { outcome: 'passed' }],
];

const BATTERY: JsonObject = {
  modelId: 'M-1',
  plant: { name: 'Cell plant', country: 'KR', address: 'Ochang' },
  totalEnergyKWh: '36000',
  carbonFootprintPerKWh: '0.1669',
  stages: { raw: '0.1', production: '0.06', distribution: '0.0015', endOfLife: '0.0054' },
  docId: 'DoC-1',
  studyUrl: 'https://saeron-cell.example/study',
};
const battery = (change: JsonObject, ...patch: PatchOperation[]): Bend => ({
  patch: [
    set(cell('/profile'), 'eu-battery'),
    set(cell('/boundary'), 'cradle-to-grave-excl-use'),
    set(subject('statement:cell', '/scope/boundary'), 'cradle-to-grave-excl-use'),
    set(cell('/battery'), { ...BATTERY, ...change }),
    ...patch,
  ],
});

const BATTERY_ROWS: Row[] = [
  [PUBLIC, 'T1.absent', 'REJECT', one(set(cell('/profile'), 'eu-battery'))],
  [PUBLIC, 'T1.stages', 'REJECT', battery({ carbonFootprintPerKWh: '0.167' })],
  [PUBLIC, 'T1.energy', 'REJECT', battery({ totalEnergyKWh: '0' })],
  [
    PUBLIC,
    'T1.boundary',
    'REJECT',
    battery(
      {},
      set(cell('/boundary'), 'cradle-to-grave'),
      set(subject('statement:cell', '/scope/boundary'), 'cradle-to-grave'),
    ),
  ],
  [PUBLIC, 'T1.plant', 'REJECT', battery({ modelId: '' })],
  [PUBLIC, 'T1.declaration', 'REJECT', battery({ docId: '' })],
];

const PRIVACY: Row[] = [
  [CBAM, 'P1.blinding', 'REJECT', { alter: { 'claim:coil': [drop('/credentialSubject/goods/0/quantity')] } }],
  [CBAM, 'P1.quantities', 'REJECT', { policy: [set('/regimes/0/audience', 'declarant')] }],
  [CELL, 'P1.reliance', 'REJECT', { policy: [set('/regimes/0/audience', 'buyer')] }],
  [CELL, 'P1.worksheet', 'REJECT', { policy: [set('/regimes/0/audience', 'buyer')] }],
  [CBAM, 'P1.supplier', 'REJECT', { policy: [set('/regimes/0/audience', 'public')] }],
  [CELL, 'P2.single', 'REVIEW', one(set(cell('/aggregation/leafCount'), '1'))],
];

const GROUPS = {
  structure: STRUCTURE,
  links: LINKS,
  identity: IDENTITY,
  time: TIME,
  arithmetic: ARITHMETIC,
  statement: STATEMENT,
  accreditation: ACCREDITATION,
  recognition: RECOGNITION,
  'cbam goods': CBAM_GOODS,
  'cbam report': CBAM_REPORT,
  battery: BATTERY_ROWS,
  privacy: PRIVACY,
};

const honest = new Map<Story, RegimeResult>();
beforeAll(() => honest.clear());

/** Asked for by the tests that need it and once each, so that every one of them can run alone. */
async function honestTwin(story: Story): Promise<RegimeResult> {
  const twin = honest.get(story) ?? (await resultOf(story));
  honest.set(story, twin);
  return twin;
}

/** Rows under titles of their own. */
function titled(rows: readonly Row[]): [title: string, row: Row][] {
  const seen = new Map<string, number>();
  return rows.map((row) => {
    const title = `${row[1]} (${row[0].regime})`;
    const count = (seen.get(title) ?? 0) + 1;
    seen.set(title, count);
    return [count === 1 ? title : `${title} ${count}`, row];
  });
}

describe.each(Object.entries(GROUPS))('rules about %s', (group, rows) => {
  it.each(titled(rows))('%s', async (title, [story, message, wanted, bend, more]) => {
    const told = await resultOf(story, bend);
    const { result, rules } = told;
    const [prefix = ''] = message.split('.');
    const id = more?.id ?? (RULES.some((rule) => rule.id === prefix) ? prefix : undefined);
    const expected = { outcome: 'failed', ...more, message, ...(id === undefined ? {} : { id }) };
    expect(rules).toContainEqual(expect.objectContaining(expected));
    expect(result).toBe(wanted);
    const twin = await honestTwin(story);
    expect(twin.result).toBe('ACCEPT');
    if (expected.outcome === 'failed') expect(twin.rules.some((rule) => rule.message === message)).toBe(false);
    const lines = toldBy(told);
    expect(lines).toEqual(toldBefore(`${group}: ${title}`, lines));
  });
});

describe('a precursor whose report is about something else', () => {
  it.each(titled(PRECURSOR_FIT))('%s', async (title, [story, message, wanted, bend]) => {
    const told = await resultOf(story, bend);
    const { result, rules } = told;
    const lines = toldBy(told);
    expect(lines).toEqual(toldBefore(`precursors: ${title}`, lines));
    const causes = rules.find((rule) => rule.id === 'B7')?.causes ?? [];
    expect(causes.map((cause) => cause.message)).toContain(message);
    expect(result).toBe(wanted);
  });
});

describe('honest stories', () => {
  it.each<[string, Story]>([
    ['embedded emissions', CBAM],
    ['a footprint', CUSTOMER],
    ['a composite footprint under an agreement', CELL],
    ['a composite footprint for anybody', PUBLIC],
    ['a decision of a scheme', SCHEME],
  ])('%s is told whole', async (name, story) => {
    const lines = wholeOf(await honestTwin(story));
    expect(lines).toEqual(toldBefore(`honest: ${name}`, lines));
  });
});

describe('honest stories beside the worked examples', () => {
  it('an organisation that an anchored register vouches for is known', async () => {
    const bend = {
      policy: [unknownMill, set('/anchors/-', register)],
      patch: [identity('did:web:register.example')],
      show: ['identity'],
    };
    expect((await resultOf(CBAM, bend)).result).toBe('ACCEPT');
  });
  it('a physical visit in the year before allows a virtual one, and a battery claim may be complete', async () => {
    expect((await resultOf(CBAM, nextYear(visit('virtual', { lastPhysical: '2027-01-20' })))).result).toBe('ACCEPT');
    expect((await resultOf(PUBLIC, battery({}))).result).toBe('ACCEPT');
  });
  it('a slab made in the installation itself needs no report, and a default value may be the one of the act', async () => {
    const process = {
      processId: 'P0',
      aggregatedGoodsCategory: 'crude-steel',
      route: 'basic-oxygen-steelmaking',
      joint: false,
    };
    const own = [...unnamedSource, set(coil('/processes/-'), process)];
    expect((await resultOf(CBAM, { patch: own })).result).toBe('ACCEPT');
    expect((await resultOf(CBAM, { patch: byDefault('2.33') })).result).toBe('ACCEPT');
  });
  it('a contradiction by a body that nobody knows is no contradiction', async () => {
    const bend = rival({ conclusion: 'adverse' });
    const unknown = set('/credentials/statement:rival/issuer', 'did:web:evil.example');
    expect((await resultOf(CUSTOMER, { ...bend, patch: [...(bend.patch ?? []), unknown] })).result).toBe('ACCEPT');
  });
  it('a revised report takes the place of the first', async () => {
    const revised = await resultOf(CBAM, other('statement:second', { supersedes: { $link: 'statement:coil' } }));
    expect(revised).toMatchObject({ result: 'ACCEPT', statement: ID });
  });
  it('conditions stay open until a decision settles them', async () => {
    const conditions = [set(mla('/conditions'), ['application', 'fee'])];
    expect(await resultOf(CUSTOMER, { patch: conditions })).toMatchObject({
      result: 'ACCEPT_WITH_CONDITIONS',
      conditions: ['application', 'fee'],
    });
    const conditional = [
      set(decision('/decision'), 'accepted-with-conditions'),
      set(decision('/conditions'), ['label in Korean']),
    ];
    expect(await resultOf(SCHEME, { patch: conditional })).toMatchObject({
      result: 'ACCEPT_WITH_CONDITIONS',
      conditions: ['label in Korean'],
    });
  });
  it('a statement is not judged by the day but by the instant', async () => {
    expect((await resultOf(CUSTOMER, { request: { at: INSTANT - 36 * DAY } })).result).toBe('ACCEPT');
    expect((await resultOf(CUSTOMER, { request: { at: INSTANT - 36 * DAY - 300_001 } })).result).toBe('REJECT');
  });
});

/** Said by tests of other files, or beside the rules: limits, choice of claim and regime. */
const ELSEWHERE = [
  ...[
    'limits.credentials',
    'limits.links',
    'regime.unknown',
    'import.malformed',
    'claim.absent',
    'claim.ambiguous',
    'claim.refused',
    'passed',
  ],
  // authorization.test.ts
  ...['query.authorised', 'query.recognised', 'query.not-under', 'query.decision', 'query.no-verification'],
  ...['query.group-unsaid', 'query.future', 'query.conditions'],
  'P2.one-left',
  // allocations.test.ts
  ...['more-than-made', 'quantity', 'unit', 'status', 'sequence-twice', 'running-total', 'import'].map(
    (name) => `B12.${name}`,
  ),
  ...['P1.allocation', 'P1.other-buyer', 'P1.carbon-price'],
  // advise.test.ts
  ...['advice.no-groups', 'advice.nothing-left', 'advice.excess'],
  // compromised-keys.test.ts
  ...['S1.compromised', 'status.compromised'],
  // lead-auditor.test.ts
  ...['B13.pause', 'B13.earlier'],
];

it('no message is left that no row provokes', () => {
  const titles: readonly string[] = RULES.map((rule) => rule.id);
  const provoked = new Set([...Object.values(GROUPS).flat(), ...PRECURSOR_FIT].map(([, message]) => message));
  const silent = Object.keys(EN).filter(
    (key) => !titles.includes(key) && !provoked.has(key) && !ELSEWHERE.includes(key),
  );
  expect(silent).toEqual([]);
});
