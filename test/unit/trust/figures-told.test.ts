/** S3: every figure is a decimal, and has the sign that it has to have. */
import { describe } from 'vitest';
import type { JsonValue } from '../../../src/base/json.ts';
import { cell, coil, good, itTells, one, pcf, report, type StoryRow, slab } from '../../support/story-rows.ts';
import { CBAM, CELL, CUSTOMER, set } from '../../support/trust-cases.ts';

const wrong = (path: (member: string) => string, member: string, value: JsonValue): StoryRow => [
  `${path(member).replace(/^.*credentialSubject/, '')} of ${JSON.stringify(value)}`,
  path === pcf ? CUSTOMER : CBAM,
  'S3',
  'REJECT',
  one(set(path(member), value)),
];
const total = (member: string): string => coil(`/${member}/value`);
const each = (path: (member: string) => string, members: readonly string[], ...values: JsonValue[]): StoryRow[] =>
  members.flatMap((member) => values.map((value) => wrong(path, member, value)));

describe('a figure that is none', () => {
  itTells('figures', [
    ...each(
      pcf,
      ['/pcfExcludingBiogenicUptake', '/pcfIncludingBiogenicUptake', '/exemptedEmissionsPercent', '/primaryDataShare'],
      '1,5',
    ),
    ...each(pcf, ['/fossilGhgEmissions'], '', 'NaN', true, { value: '1' }),
    ...each(good, ['/quantity', '/specificDirect', '/specificFreeAllocation'], '1e3', 5),
    ...each(slab, ['/quantity', '/specificIndirect'], '0x1'),
    ...each(total, ['totalDirectEmissions'], 'many'),
  ]);
});

describe('a figure of the wrong sign', () => {
  itTells('figures', [
    ...each(good, ['/quantity'], '0', '-1'),
    ...each(
      good,
      [
        '/attributedEmissions',
        '/specificDirect',
        '/specificIndirect',
        '/specificFreeAllocation',
        '/defaultSharePercent',
        '/indirectActualSharePercent',
      ],
      '-0.1',
    ),
    ...each(slab, ['/quantity', '/specificDirect', '/specificIndirect'], '-0.1'),
    ...each(total, ['totalDirectEmissions'], '-1'),
    [
      'an indirect total below nought',
      CBAM,
      'S3',
      'REJECT',
      one(set(coil('/totalIndirectEmissions'), { value: '-1', unit: 'tCO2e' })),
    ],
    ...each(pcf, ['/biogenicCO2Uptake', '/technologicalCO2Removals'], '0.1'),
    ...each(pcf, ['/biogenicCarbonContent', '/fossilCarbonContent'], '-0.1'),
  ]);
});

describe('a figure that may be so', () => {
  itTells('figures', [
    ['an uptake of nothing', CUSTOMER, 'S3', 'ACCEPT', one(set(pcf('/biogenicCO2Uptake'), '0'))],
    [
      'an uptake that takes the whole away',
      CUSTOMER,
      'S3 A1',
      'REVIEW',
      one(set(pcf('/biogenicCO2Uptake'), '-3'), set(pcf('/pcfIncludingBiogenicUptake'), '-0.5756')),
    ],
    ['a member that says null', CUSTOMER, 'S3', 'ACCEPT', one(set(pcf('/biogenicCO2Uptake'), null))],
    ['no indirect emissions of a precursor', CBAM, 'S3', 'ACCEPT', one(set(slab('/specificIndirect'), '0'))],
  ]);
});

describe('a count', () => {
  itTells('figures', [
    ['that is no text', CBAM, 'S2', 'REJECT', one(set(coil('/precursorCount'), 1))],
    [
      'of findings that are listed',
      CBAM,
      'S2 V5',
      'ACCEPT',
      one(
        set(report('/uncorrectedCount'), '1'),
        set(report('/uncorrected'), [{ kind: 'misstatement', material: false, description: 'x' }]),
      ),
    ],
    [
      'of none where one is listed',
      CBAM,
      'S2',
      'REJECT',
      one(set(report('/uncorrected'), [{ kind: 'misstatement', material: false, description: 'x' }])),
    ],
    ['of inputs of a claim that has no precursors', CELL, 'S2', 'ACCEPT', one(set(cell('/precursorCount'), '0'))],
  ]);
});
