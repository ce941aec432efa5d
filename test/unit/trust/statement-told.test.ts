/** What a verification body concluded: about which figures, in which units, of which period, and what stands against it. */
import { describe } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import type { PatchOperation } from '../../support/json-patch.ts';
import {
  another,
  coil,
  footprint,
  good,
  itTells,
  OTHER_ID,
  one,
  pcf,
  report,
  STEEL,
  type StoryRow,
} from '../../support/story-rows.ts';
import { type Bend, CBAM, CUSTOMER, drop, noLists, set, setBit, subject } from '../../support/trust-cases.ts';

const opinion = (path: string): string => subject('statement:coil-pcf', path);
const envelope = (key: string, member: string): string => `/credentials/${key}/${member}`;
const alsoChecked = (entry: JsonObject, ...patch: PatchOperation[]): Bend =>
  one(set(opinion('/checkedValues/-'), entry), ...patch);
const checkedInReport = (entry: JsonObject, ...patch: PatchOperation[]): Bend =>
  one(set(report('/checkedValues/-'), entry), ...patch);

/** PACT's words for a declared unit, and ours. */
const UNITS: readonly (readonly [string, string])[] = [
  ['liter', 'l'],
  ['kilogram', 'kg'],
  ['cubic meter', 'm3'],
  ['kilowatt hour', 'kWh'],
  ['megajoule', 'MJ'],
  ['ton kilometer', 'tkm'],
  ['square meter', 'm2'],
  ['piece', 'piece'],
  ['hour', 'h'],
  ['megabit second', 'Mbit.s'],
];
const perUnit = (declared: string, stated: string): Bend =>
  one(set(pcf('/declaredUnitOfMeasurement'), declared), set(opinion('/checkedValues/0/per'), stated));

describe('the unit in which a footprint was checked', () => {
  itTells('statement', [
    ...UNITS.map(
      ([declared, stated]): StoryRow => [
        `is ${stated} for a ${declared}`,
        CUSTOMER,
        'V2',
        'ACCEPT',
        perUnit(declared, stated),
      ],
    ),
    ['is not kg for a liter', CUSTOMER, 'V2', 'REJECT', perUnit('liter', 'kg')],
    ['is none for a unit that nobody knows', CUSTOMER, 'V2', 'REJECT', perUnit('bushel', 'bushel')],
    [
      'is one of emissions for every emission',
      CUSTOMER,
      'V2',
      'REJECT',
      alsoChecked({ metric: 'fossilGhgEmissions', value: '2.4244', unit: 'tCO2e', per: 'kg' }),
    ],
    [
      'is none of emissions for a percentage of them',
      CUSTOMER,
      'V2',
      'ACCEPT',
      alsoChecked({ metric: 'exemptedEmissionsPercent', value: '1', unit: '%' }),
    ],
  ]);
});

describe('a figure that was checked', () => {
  itTells('statement', [
    [
      'has to stand in the footprint',
      CUSTOMER,
      'V2',
      'REJECT',
      alsoChecked({ metric: 'biogenicNonCO2Emissions', value: '0', unit: 'kgCO2e', per: 'kg' }),
    ],
    [
      'may be one of a battery',
      CUSTOMER,
      'V2',
      'ACCEPT',
      alsoChecked(
        { metric: 'carbonFootprintPerKWh', value: '0.1669' },
        set(footprint('/battery'), { carbonFootprintPerKWh: '0.1669' }),
      ),
    ],
    ['has a value', CUSTOMER, 'V2', 'REJECT', one(drop(opinion('/checkedValues/0/value')))],
    [
      'may be the indirect total',
      CBAM,
      'V2',
      'ACCEPT',
      checkedInReport(
        { metric: 'totalIndirectEmissions', value: '5', unit: 'tCO2e' },
        set(coil('/totalIndirectEmissions'), { value: '5', unit: 'tCO2e' }),
      ),
    ],
    [
      'has the unit of a total',
      CBAM,
      'V2',
      'REJECT',
      checkedInReport(
        { metric: 'totalIndirectEmissions', value: '5', unit: 'kgCO2e' },
        set(coil('/totalIndirectEmissions'), { value: '5', unit: 'tCO2e' }),
      ),
    ],
    [
      'is no total that the claim does not state',
      CBAM,
      'V2',
      'REJECT',
      checkedInReport({ metric: 'totalIndirectEmissions', value: '5', unit: 'tCO2e' }),
    ],
    [
      'is of a good of the claim',
      CBAM,
      'V2',
      'REJECT',
      checkedInReport({ metric: 'specificDirect', cnCode: '72083900', value: '2', unit: 'tCO2e', per: 't' }),
    ],
    [
      'is per unit of the good, the indirect one too',
      CBAM,
      'V2',
      'REJECT',
      checkedInReport(
        { metric: 'specificIndirect', cnCode: '72083700', value: '0', unit: 'tCO2e', per: 'kg' },
        set(good('/specificIndirect'), '0'),
      ),
    ],
    [
      'may be withheld where it gives away how much was made',
      CBAM,
      'V2',
      'UNDETERMINED',
      checkedInReport(
        { metric: 'attributedEmissions', cnCode: '72083700', value: '28222', unit: 'tCO2e' },
        drop(good('/attributedEmissions')),
      ),
    ],
    [
      'has to be the specific one, whether or not the claim states it',
      CBAM,
      'V2',
      'REJECT',
      one(drop(good('/specificDirect')), set(report('/checkedValues'), [])),
    ],
  ]);
});

const bounded = (claimed: string, verified: string): Bend =>
  one(set(footprint('/boundary'), claimed), set(opinion('/scope/boundary'), verified));

describe('the boundary that was verified', () => {
  itTells('statement', [
    ['is the one claimed', CUSTOMER, 'V2', 'ACCEPT', bounded('cradle-to-grave', 'cradle-to-grave')],
    ['is not the grave for the gate', CUSTOMER, 'V2', 'REJECT', bounded('cradle-to-gate', 'cradle-to-grave')],
    [
      'is not the grave without use for the grave',
      CUSTOMER,
      'V2',
      'REJECT',
      bounded('cradle-to-grave', 'cradle-to-grave-excl-use'),
    ],
    ['may be said in words', CUSTOMER, 'V2', 'ACCEPT', bounded('cradle-to-grave', 'the whole life')],
    ['of goods is no matter', CBAM, 'V2', 'ACCEPT', one(set(report('/scope/boundary'), 'gate-to-gate'))],
  ]);
});

describe('the dates of a statement', () => {
  itTells('statement', [
    ['are said', CUSTOMER, 'V3', 'REJECT', one(drop(opinion('/statementDate')))],
    [
      'may be the very instant of the claim',
      CUSTOMER,
      'V3',
      'ACCEPT',
      one(set(envelope('claim:coil-pcf', 'validFrom'), '2027-03-10T00:00:00Z')),
    ],
    [
      'lie after the period',
      CUSTOMER,
      'V3 A3',
      'REJECT',
      one(set(envelope('claim:coil-pcf', 'validFrom'), '2026-12-31T23:59:59Z')),
    ],
    [
      'may lie just after the period',
      CUSTOMER,
      'V3 A3',
      'ACCEPT',
      one(set(envelope('claim:coil-pcf', 'validFrom'), '2027-01-01T00:00:00Z')),
    ],
    [
      'of a validation may lie before what is projected',
      CUSTOMER,
      'V3',
      'REJECT',
      one(
        set(opinion('/engagement'), 'validation'),
        set(opinion('/dataNature'), 'projected'),
        set(envelope('claim:coil-pcf', 'validFrom'), '2026-12-31T23:59:59Z'),
      ),
    ],
    [
      'tell nothing of a claim without a first day',
      CUSTOMER,
      'V3 A3',
      'REJECT',
      one(drop(pcf('/referencePeriodStart'))),
    ],
    ['tell nothing of a claim without a last day', CUSTOMER, 'V3 A3', 'REJECT', one(drop(pcf('/referencePeriodEnd')))],
  ]);
});

const RIVAL_ID = 'urn:uuid:99999999-0000-4000-8000-000000000098';
const rival = (change: JsonObject = {}, more: Bend = {}): Bend => ({
  ...more,
  patch: [
    another(STEEL['statement:coil-pcf'], 'statement:rival', { conclusion: 'adverse', ...change }),
    ...(more.patch ?? []),
  ],
  show: ['statement:rival', ...(more.show ?? [])],
});

describe('a statement that contradicts', () => {
  itTells('statement', [
    ['is told', CUSTOMER, 'V4', 'REVIEW', rival()],
    ['is told where it disclaims', CUSTOMER, 'V4', 'REVIEW', rival({ conclusion: 'disclaimed' })],
    [
      'is told where it may have been revoked',
      CUSTOMER,
      'V4',
      'REVIEW',
      rival({}, { status: { 'statement:rival': noLists } }),
    ],
    [
      'is not told where it was revoked',
      CUSTOMER,
      'V4',
      'ACCEPT',
      rival({}, { status: { 'statement:rival': setBit('revocation') } }),
    ],
    [
      'is not told where another took its place',
      CUSTOMER,
      'V4',
      'ACCEPT',
      rival(
        {},
        {
          patch: [
            another(
              STEEL['statement:coil-pcf'],
              'statement:second',
              { supersedes: { $link: 'statement:rival' } },
              { id: RIVAL_ID },
            ),
          ],
          show: ['statement:second'],
        },
      ),
    ],
    [
      'is not told where it is about other bytes',
      CUSTOMER,
      'V4',
      'ACCEPT',
      rival(
        {},
        { alter: { 'statement:rival': [set('/credentialSubject/claim/digestMultibase', `uEi${'A'.repeat(43)}`)] } },
      ),
    ],
    [
      'is not told where nobody knows who made it',
      CUSTOMER,
      'V4',
      'ACCEPT',
      {
        patch: [
          another(
            STEEL['statement:coil-pcf'],
            'statement:rival',
            { conclusion: 'adverse' },
            { id: OTHER_ID, issuer: 'did:web:evil.example' },
          ),
        ],
        show: ['statement:rival'],
      },
    ],
  ]);
});

const MISSTATED = [{ kind: 'misstatement', material: true, description: 'x' }];

describe('a finding that was not corrected', () => {
  itTells('statement', [
    [
      'and is material goes with no clean opinion',
      CUSTOMER,
      'V5',
      'REJECT',
      one(set(opinion('/uncorrected'), MISSTATED), set(opinion('/uncorrectedCount'), '1')),
    ],
    [
      'and is material may qualify one',
      CUSTOMER,
      'V4 V5',
      'REVIEW',
      one(
        set(opinion('/uncorrected'), MISSTATED),
        set(opinion('/uncorrectedCount'), '1'),
        set(opinion('/conclusion'), 'modified'),
        set(opinion('/qualifications'), ['but for one line']),
      ),
    ],
  ]);
});
