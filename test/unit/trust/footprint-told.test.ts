/** A footprint, what it was built from and what it is linked to: sums, dates, ratings, batteries, worksheets and newer versions. */
import { describe } from 'vitest';
import { undetermined } from '../../../src/base/finding.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { RULES } from '../../../src/trust/rules/rule-table.ts';
import { readExample } from '../../support/example-credentials.ts';
import type { PatchOperation } from '../../support/json-patch.ts';
import {
  another,
  cell,
  footprint,
  itTells,
  OTHER_ID,
  one,
  pcf,
  STEEL,
  type StoryRow,
  subjectOf,
} from '../../support/story-rows.ts';
import {
  type Bend,
  CBAM,
  CELL,
  CUSTOMER,
  drop,
  PUBLIC,
  SCHEME,
  type Story,
  set,
  subject,
} from '../../support/trust-cases.ts';

const CELLS = readExample('battery-cell')['credentials'] as Record<string, JsonObject>;
const envelope = (key: string, member: string): string => `/credentials/${key}/${member}`;
const document = (path: string): string => footprint(`/footprint${path}`);

describe('uptake and carbon', () => {
  itTells('footprint', [
    [
      'agree within a hundredth',
      CUSTOMER,
      'A2',
      'REVIEW',
      one(set(pcf('/biogenicCO2Uptake'), '-3.6667'), set(pcf('/biogenicCarbonContent'), '1')),
    ],
    [
      'disagree beyond it',
      CUSTOMER,
      'A2',
      'REVIEW',
      one(set(pcf('/biogenicCO2Uptake'), '-3.5'), set(pcf('/biogenicCarbonContent'), '1')),
    ],
    [
      'are not compared where the carbon is not stated',
      CUSTOMER,
      'A2',
      'REVIEW',
      one(set(pcf('/biogenicCO2Uptake'), '-3.6667'), drop(pcf('/biogenicCarbonContent'))),
    ],
    [
      'are not compared where the uptake is not stated',
      CUSTOMER,
      'A2',
      'ACCEPT',
      one(set(pcf('/biogenicCarbonContent'), '1')),
    ],
  ]);
});

const valid = (from: string, until: string): Bend =>
  one(set(document('/validityPeriodStart'), from), set(document('/validityPeriodEnd'), until));

describe('the validity of a footprint', () => {
  itTells('footprint', [
    [
      'may begin at the instant asked about',
      CUSTOMER,
      'A3',
      'ACCEPT',
      valid('2027-04-15T00:00:00Z', '2028-01-01T00:00:00Z'),
    ],
    ['may not begin later', CUSTOMER, 'A3', 'REJECT', valid('2027-04-15T00:00:01Z', '2028-01-01T00:00:00Z')],
    ['ends before its last instant', CUSTOMER, 'A3', 'REJECT', valid('2027-02-01T00:00:00Z', '2027-04-15T00:00:00Z')],
    ['is not of no time at all', CUSTOMER, 'A3', 'REJECT', valid('2028-01-01T00:00:00Z', '2028-01-01T00:00:00Z')],
    ['does not end before it begins', CUSTOMER, 'A3', 'REJECT', valid('2028-01-01T00:00:00Z', '2027-02-01T00:00:00Z')],
  ]);
});

const beyond = (title: string, story: Story, path: string, value: string): StoryRow => [
  title,
  story,
  'A4',
  'REJECT',
  one(set(path, value)),
];

describe('percentages and ratings', () => {
  itTells('footprint', [
    beyond('exempted are at most all emissions', CUSTOMER, pcf('/exemptedEmissionsPercent'), '100.1'),
    beyond('exempted are no less than none', CUSTOMER, pcf('/exemptedEmissionsPercent'), '-0.1'),
    beyond('primary is at most all data', CUSTOMER, pcf('/primaryDataShare'), '100.1'),
    beyond('verified are at most all inputs', CELL, cell('/aggregation/verifiedSharePercent'), '100.1'),
    beyond('technology is rated to 5', CUSTOMER, pcf('/dqi/technologicalDQR'), '5.1'),
    beyond('geography is rated to 5', CUSTOMER, pcf('/dqi/geographicalDQR'), '5.1'),
    beyond('time is rated to 5', CUSTOMER, pcf('/dqi/temporalDQR'), '5.1'),
    beyond('nothing is rated below 1', CUSTOMER, pcf('/dqi/technologicalDQR'), '0.9'),
    beyond('a region beside a country is one too many', CUSTOMER, pcf('/geographyRegionOrSubregion'), 'Asia'),
    beyond('a province beside a country is one too many', CUSTOMER, pcf('/geographyCountrySubdivision'), 'KR-47'),
    [
      'may be all and nothing',
      CUSTOMER,
      'A4',
      'ACCEPT',
      one(set(pcf('/exemptedEmissionsPercent'), '0'), set(pcf('/primaryDataShare'), '100')),
    ],
    [
      'may be the best and the worst',
      CUSTOMER,
      'A4',
      'ACCEPT',
      one(set(pcf('/dqi/technologicalDQR'), '1'), set(pcf('/dqi/temporalDQR'), '5')),
    ],
    ['need not be rated', CUSTOMER, 'A4', 'ACCEPT', one(drop(pcf('/dqi')))],
    [
      'exempted may be as many as the policy allows',
      CUSTOMER,
      'A4',
      'ACCEPT',
      { policy: [set('/regimes/1/maximumExemptedEmissionsPercent', '1')] },
    ],
    [
      'exempted have to be said where the policy has a limit',
      CUSTOMER,
      'A4',
      'REJECT',
      {
        patch: [drop(pcf('/exemptedEmissionsPercent'))],
        policy: [set('/regimes/1/maximumExemptedEmissionsPercent', '1')],
      },
    ],
  ]);
});

const BATTERY: JsonObject = {
  modelId: 'M-1',
  plant: { name: 'Cell plant', country: 'KR', address: 'Ochang' },
  totalEnergyKWh: '36000',
  carbonFootprintPerKWh: '0.1669',
  stages: { raw: '0.1', production: '0.06', distribution: '0.0015', endOfLife: '0.0054' },
  docId: 'DoC-1',
};
const STAGES = BATTERY['stages'] as JsonObject;
const battery = (change: JsonObject = {}, ...patch: PatchOperation[]): Bend =>
  one(
    set(cell('/profile'), 'eu-battery'),
    set(cell('/boundary'), 'cradle-to-grave-excl-use'),
    set(subject('statement:cell', '/scope/boundary'), 'cradle-to-grave-excl-use'),
    set(cell('/battery'), { ...BATTERY, ...change }),
    ...patch,
  );
const { distribution: _distribution, ...fewer } = STAGES;
const ART7: Story = { ...PUBLIC, regime: 'eu-battery-art7' };

describe('a battery', () => {
  itTells('footprint', [
    ['may be complete', PUBLIC, 'T1', 'ACCEPT', battery()],
    ['is asked for by the regulation', ART7, 'T1', 'REJECT', {}],
    ['is asked for nowhere else', PUBLIC, 'T1', 'ACCEPT', {}],
    ['states all of its stages', PUBLIC, 'T1', 'REJECT', battery({ stages: fewer, carbonFootprintPerKWh: '0.1654' })],
    ['states what they add up to', PUBLIC, 'T1', 'REJECT', battery({ carbonFootprintPerKWh: null })],
    [
      'takes nothing back',
      PUBLIC,
      'T1',
      'REJECT',
      battery({ stages: { ...STAGES, raw: '-0.1' }, carbonFootprintPerKWh: '-0.0331' }),
    ],
    [
      'may come to nothing',
      PUBLIC,
      'T1',
      'ACCEPT',
      battery({ stages: { raw: '0', production: '0', distribution: '0', endOfLife: '0' }, carbonFootprintPerKWh: '0' }),
    ],
    ['states its energy', PUBLIC, 'T1', 'REJECT', battery({ totalEnergyKWh: null })],
    ['has energy', PUBLIC, 'T1', 'REJECT', battery({ totalEnergyKWh: '-1' })],
    ['comes from a plant', PUBLIC, 'T1', 'REJECT', battery({ plant: {} })],
  ]);
});

const EVERY_RULE = RULES.map(({ id }) => id).join(' ');

describe('a footprint that is only exchanged', () => {
  itTells('footprint', [
    [
      'has to be well made, whoever made it',
      { ...CUSTOMER, regime: 'pact-exchange' },
      EVERY_RULE,
      'ACCEPT',
      { policy: [set('/regimes/-', { id: 'pact-exchange' }), drop('/trustedOrganisations/1')] },
    ],
  ]);
});

const newer = (change: JsonObject, wrapping: JsonObject = {}): Bend => ({
  patch: [another(STEEL['claim:coil-pcf'], 'claim:newer', change, { id: OTHER_ID, ...wrapping })],
  show: ['claim:newer'],
});
const WHOLE = subjectOf(STEEL['claim:coil-pcf'])['footprint'] as JsonObject;
const preceding = (...ids: string[]): JsonObject => ({
  footprint: { ...WHOLE, id: '30000000-0000-4000-8000-000000000031', precedingPfIds: ids },
});
const SUPERSEDING: JsonObject = { supersedes: { $link: 'claim:coil-pcf' } };

describe('a newer claim', () => {
  itTells('footprint', [
    ['takes the place of the one it names', CUSTOMER, 'L5', 'REVIEW', newer(SUPERSEDING)],
    ['takes the place of the footprint it follows', CUSTOMER, 'L5', 'REVIEW', newer(preceding(String(WHOLE['id'])))],
    ['takes no other place', CUSTOMER, 'L5', 'ACCEPT', newer(preceding('30000000-0000-4000-8000-000000000029'))],
    ['that names none takes none', CUSTOMER, 'L5', 'ACCEPT', newer({})],
    ['of another issuer takes none', CUSTOMER, 'L5', 'ACCEPT', newer(SUPERSEDING, { issuer: 'did:web:evil.example' })],
    [
      'does not take its own',
      CUSTOMER,
      'L4 L5',
      'REJECT',
      {
        alter: {
          'claim:coil-pcf': [set('/credentialSubject/supersedes', { target: String(STEEL['claim:coil-pcf']?.['id']) })],
        },
      },
    ],
  ]);
});

describe('a link', () => {
  itTells('footprint', [
    [
      'to what is relied on leads to just that',
      CELL,
      'L1',
      'REJECT',
      { alter: { 'statement:cam': [set('/validUntil', '2031-12-30T00:00:00Z')] } },
    ],
    [
      'to what is relied on leads backwards in time',
      CELL,
      'L4',
      'REJECT',
      one(set(envelope('statement:cam', 'validFrom'), '2027-02-20T00:00:01Z')),
    ],
    [
      'may lead to what is as old',
      CELL,
      'L4',
      'REVIEW',
      one(set(envelope('statement:cam', 'validFrom'), '2027-02-20T00:00:00Z')),
    ],
    [
      'to what is replaced leads backwards in time',
      CUSTOMER,
      'L4',
      'REJECT',
      {
        patch: [
          another(STEEL['claim:coil-pcf'], 'claim:other', {}, { id: OTHER_ID, validFrom: '2027-02-10T00:00:01Z' }),
          set(footprint('/supersedes'), { $link: 'claim:other' }),
        ],
        show: ['claim:other'],
      },
    ],
    [
      'to a decided statement leads backwards in time',
      SCHEME,
      'L4',
      'REJECT',
      one(set(envelope('statement:cell', 'validFrom'), '2027-03-15T00:00:01Z')),
    ],
    [
      'to an arrangement leads backwards in time',
      SCHEME,
      'L4',
      'REJECT',
      one(set(envelope('arrangement:scheme', 'validFrom'), '2027-03-15T00:00:01Z')),
    ],
    [
      'to an accreditation leads backwards in time',
      CUSTOMER,
      'L4',
      'REJECT',
      one(set(envelope('accreditation:kr', 'validFrom'), '2027-03-10T00:00:01Z')),
    ],
    [
      'to a report on a precursor leads backwards in time',
      CBAM,
      'L4',
      'REJECT',
      one(set(envelope('statement:slab', 'validFrom'), '2027-03-05T00:00:01Z')),
    ],
  ]);
});

const leaf = (index: number, path: string): string => `/worksheet/leaves/${index}${path}`;
/** Copper foil from a works that makes a claim of its own. */
const foil = (change: JsonObject = {}): Bend => ({
  patch: [
    set('/credentials/claim:foil', {
      ...CELLS['claim:cam'],
      id: OTHER_ID,
      credentialSubject: {
        ...subjectOf(CELLS['claim:cam']),
        footprint: {
          ...(subjectOf(CELLS['claim:cam'])['footprint'] as JsonObject),
          id: '30000000-0000-4000-8000-000000000099',
          pcf: {
            ...((subjectOf(CELLS['claim:cam'])['footprint'] as JsonObject)['pcf'] as JsonObject),
            pcfExcludingBiogenicUptake: '12.4',
            pcfIncludingBiogenicUptake: '12.4',
            fossilGhgEmissions: '12.4',
            declaredUnitAmount: '2',
            productMassPerDeclaredUnit: '2',
            ...change,
          },
        },
      },
    }),
    set(leaf(2, '/claim'), { $link: 'claim:foil' }),
  ],
  show: ['claim:foil'],
});

describe('a worksheet', () => {
  itTells('footprint', [
    ['may name two suppliers', CELL, 'A5 A6', 'ACCEPT', foil()],
    ['counts per unit of what they declare', CELL, 'A5', 'REJECT', foil({ declaredUnitAmount: '1' })],
    ['cannot count what they do not state', CELL, 'A5', 'REJECT', foil({ pcfExcludingBiogenicUptake: null })],
    ['cannot count per unit of nothing stated', CELL, 'A5', 'REJECT', foil({ declaredUnitAmount: null })],
    ['cannot count without a factor', CELL, 'A5 A6', 'REJECT', one(drop(leaf(0, '/factor')))],
    [
      'takes figures of the same time',
      CELL,
      'A5',
      'REJECT',
      foil({ referencePeriodStart: '2025-01-01T00:00:00Z', referencePeriodEnd: '2026-01-01T00:00:00Z' }),
    ],
    [
      'takes figures made no later than its own',
      CELL,
      'A5',
      'REJECT',
      one(set(envelope('claim:cam', 'validFrom'), '2027-02-10T00:00:01Z')),
    ],
    [
      'may take figures made in the same instant',
      CELL,
      'A5',
      'REVIEW',
      one(set(envelope('claim:cam', 'validFrom'), '2027-02-10T00:00:00Z')),
    ],
    [
      'takes no figures that end as its own begin',
      CELL,
      'A5',
      'REJECT',
      one(set(envelope('claim:cam', 'validUntil'), '2027-02-10T00:00:00Z')),
    ],
    [
      'takes figures from gate to gate for the like alone',
      CELL,
      'A5',
      'ACCEPT',
      one(
        ...[cell('/boundary'), subject('claim:cam', '/boundary')].map((path) => set(path, 'gate-to-gate')),
        ...['statement:cell', 'statement:cam'].map((key) => set(subject(key, '/scope/boundary'), 'gate-to-gate')),
      ),
    ],
    ['takes no figures of no time', CELL, 'A5', 'REJECT', foil({ referencePeriodEnd: null })],
    [
      'waits for a claim that could not be checked',
      CELL,
      'A5',
      'UNDETERMINED',
      { refuse: { 'claim:cam': [undetermined('proof.key', 'DID_RESOLUTION_ERROR', '')] } },
    ],
    ['may name no supplier', CELL, 'A5', 'REVIEW', one(drop(leaf(0, '/claim')))],
    ['is of no use to a claim that is not added up', CELL, 'A5 A6 A7', 'ACCEPT', one(drop(cell('/aggregation')))],
    ['need not be measured by a share', CELL, 'A6', 'ACCEPT', one(drop(cell('/aggregation/verifiedSharePercent')))],
  ]);
});
