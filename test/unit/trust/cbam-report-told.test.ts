/** What CBAM asks of a report, at the edges. */
import { describe } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import type { PatchOperation } from '../../support/json-patch.ts';
import {
  another,
  coil,
  inYear,
  itTells,
  one,
  pcf,
  report,
  STEEL,
  type StoryRow,
  secondGood,
  subjectOf,
} from '../../support/story-rows.ts';
import { type Bend, CBAM, drop, noLists, set, setBit } from '../../support/trust-cases.ts';

const beside = (change: JsonObject, more: Bend = {}): Bend => ({
  ...more,
  patch: [
    another(STEEL['statement:coil'], 'statement:second', { registryReportId: 'VR-2', ...change }),
    ...(more.patch ?? []),
  ],
  show: ['statement:second', ...(more.show ?? [])],
});
const otherClaim = (change: JsonObject): Bend =>
  beside(
    { claim: { $link: 'claim:other' } },
    {
      patch: [
        another(STEEL['claim:coil'], 'claim:other', change, {
          id: 'urn:uuid:99999999-0000-4000-8000-000000000098',
        }),
      ],
      show: ['claim:other'],
    },
  );

describe('a second report', () => {
  itTells('cbam-report', [
    ['under another programme is none', CBAM, 'B9', 'ACCEPT', beside({ programme: 'iso14067-pcf' })],
    [
      'that was revoked is none',
      CBAM,
      'B9',
      'ACCEPT',
      beside({}, { status: { 'statement:second': setBit('revocation') } }),
    ],
    [
      'that may have been revoked is one',
      CBAM,
      'B9',
      'REJECT',
      beside({}, { status: { 'statement:second': noLists } }),
    ],
    [
      'that ended is none',
      CBAM,
      'B9',
      'ACCEPT',
      {
        patch: [
          another(
            STEEL['statement:coil'],
            'statement:second',
            {},
            { id: 'urn:uuid:99999999-0000-4000-8000-000000000097', validUntil: '2027-04-01T00:00:00Z' },
          ),
        ],
        show: ['statement:second'],
      },
    ],
    ['on another claim about the same is one', CBAM, 'B9', 'REJECT', otherClaim({})],
    [
      'on another installation is none',
      CBAM,
      'B9',
      'ACCEPT',
      otherClaim({
        installation: {
          ...(subjectOf(STEEL['claim:coil'])['installation'] as JsonObject),
          cbamRegistryId: 'INST-KR-0118',
        },
      }),
    ],
    ['on another year is none', CBAM, 'B9', 'ACCEPT', otherClaim({ reportingPeriod: '2027' })],
    [
      'on an installation without an id cannot be told',
      CBAM,
      'B9',
      'ACCEPT',
      one(drop(coil('/installation/cbamRegistryId'))),
    ],
    [
      'on an installation without a number cannot be told',
      CBAM,
      'B9',
      'ACCEPT',
      beside({}, { patch: [drop(coil('/installation/cbamRegistryId'))] }),
    ],
    ['on no year cannot be told', CBAM, 'B9', 'REJECT', beside({}, { patch: [drop(coil('/reportingPeriod'))] })],
    ['whose claim is not in hand is none', CBAM, 'B9', 'ACCEPT', { ...otherClaim({}), show: ['statement:second'] }],
  ]);
});

const visited = (visit: JsonObject): Bend => one(set(report('/siteVisit'), visit));
const LATER: PatchOperation[] = [set(coil('/reportingPeriod'), '2027'), set(report('/period'), '2027')];

describe('a visit', () => {
  itTells('cbam-report', [
    [
      'may be on the day of the report',
      CBAM,
      'B10',
      'ACCEPT',
      visited({ visitType: 'physical', date: '2027-03-20', days: '1', lastPhysical: '2027-03-20' }),
    ],
    [
      'not on the day after',
      CBAM,
      'B10',
      'REJECT',
      visited({ visitType: 'physical', date: '2027-03-21', days: '1', lastPhysical: '2027-03-20' }),
    ],
    [
      'may be on the first day of the year',
      CBAM,
      'B10',
      'ACCEPT',
      visited({ visitType: 'physical', date: '2026-01-01', days: '1', lastPhysical: '2026-01-01' }),
    ],
    ['has a date', CBAM, 'B10', 'REJECT', visited({ visitType: 'physical', days: '1' })],
    ['has a date in a year', CBAM, 'B10', 'REJECT', inYear('26')],
    ['is of a kind', CBAM, 'B10', 'REJECT', one(drop(report('/siteVisit')))],
    [
      'that is virtual takes a physical one from the first day of the year before',
      CBAM,
      'B10',
      'REJECT',
      one(...LATER, set(report('/siteVisit'), { visitType: 'virtual', reason: 'x', lastPhysical: '2026-01-01' })),
    ],
    [
      'that is virtual takes none before it',
      CBAM,
      'B10',
      'REJECT',
      one(...LATER, set(report('/siteVisit'), { visitType: 'virtual', reason: 'x', lastPhysical: '2025-12-31' })),
    ],
    [
      'that is waived has a person look',
      CBAM,
      'B10',
      'REJECT',
      one(...LATER, set(report('/siteVisit'), { visitType: 'waived', reason: 'x', lastPhysical: '2026-01-01' })),
    ],
  ]);
});

const located = (member: string, value: string): Bend => one(set(coil(`/installation/${member}`), value));
const early = (...patch: PatchOperation[]): Bend =>
  one(set('/credentials/statement:coil/validFrom', '2026-12-31T00:00:00Z'), ...patch);

describe('where and in which words', () => {
  itTells('cbam-report', [
    ['five letters of a place', CBAM, 'B11', 'REJECT', located('unLocode', 'XKRKPO')],
    ['and no more', CBAM, 'B11', 'REJECT', located('unLocode', 'KRKPOX')],
    ['a place may end in digits', CBAM, 'B11', 'ACCEPT', located('unLocode', 'KR2K9')],
    ['six decimals', CBAM, 'B11', 'REJECT', located('latitude', '36.0500000')],
    ['nothing before them', CBAM, 'B11', 'REJECT', located('longitude', 'E129.400000')],
    ['south and west', CBAM, 'B11', 'ACCEPT', located('longitude', '-129.400000')],
    [
      'a place is given',
      CBAM,
      'B11',
      'REJECT',
      one(drop(coil('/installation/unLocode')), drop(coil('/installation/latitude'))),
    ],
    ['a report of 2026 has no id of the registry', CBAM, 'B11', 'REJECT', early(drop(report('/registryReportId')))],
    [
      'one of the first day of 2027 has',
      CBAM,
      'B11',
      'REJECT',
      one(drop(report('/registryReportId')), set('/credentials/statement:coil/validFrom', '2027-01-01T00:00:00Z')),
    ],
  ]);
});

describe('an opinion', () => {
  itTells('cbam-report', [
    ['is given', CBAM, 'B8', 'REJECT', one(drop(report('/opinionCode')))],
    [
      'that is unsatisfactory may go with any conclusion',
      CBAM,
      'B8',
      'REJECT',
      one(set(report('/opinionCode'), 'unsatisfactory-scope'), set(report('/conclusion'), 'adverse')),
    ],
    ['says how material', CBAM, 'B8', 'REJECT', one(drop(report('/materiality/1/percent')))],
    ['says it of each good', CBAM, 'B8', 'REJECT', { patch: [...secondGood({}), drop(report('/materiality/3'))] }],
    [
      'is about a claim with figures',
      CBAM,
      'V2',
      'REJECT',
      one(set(pcf('/comment'), 'x'), drop(report('/checkedValues/0'))),
    ],
  ] as StoryRow[]);
});
