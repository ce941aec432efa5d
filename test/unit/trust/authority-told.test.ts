/** What a trust registry is told, word for word: outcome, code, sentence and path of each answer are kept in told/authority.json. */
import { describe, expect, it } from 'vitest';
import { failed, undetermined } from '../../../src/base/finding.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { CLOCK_SKEW_MS } from '../../../src/credentials/validity-period.ts';
import type { AuthorityQuestion } from '../../../src/trust/authority-question.ts';
import { answerAuthority } from '../../../src/trust/authorization.ts';
import { formatMessage } from '../../../src/trust/messages/message.ts';
import { another, STEEL } from '../../support/story-rows.ts';
import { createRecord } from '../../support/told.ts';
import {
  type Bend,
  CBAM,
  CUSTOMER,
  drop,
  noLists,
  requestFor,
  SCHEME,
  type Story,
  set,
  setBit,
  subject,
} from '../../support/trust-cases.ts';

const OWNER = 'did:web:global-mra.example';
const BODY = 'did:web:ab-korea.example';
const VERIFIER = 'did:web:verify-kr.example';
const ITALY = 'did:web:ab-italy.example';
const AT = Date.UTC(2027, 2, 10);
const NOW = Date.UTC(2027, 3, 15);

const korea: AuthorityQuestion = {
  ...{ kind: 'authorization', entity: VERIFIER, authority: OWNER, activity: 'verification', regime: 'iso14067-pcf' },
  ...{ demand: {}, at: AT, now: NOW },
};
const anywhere: AuthorityQuestion = { ...korea, authority: undefined };
const body: AuthorityQuestion = { ...korea, kind: 'recognition', entity: BODY };
const cbam: AuthorityQuestion = {
  ...{ kind: 'authorization', entity: 'did:web:verify-eu.example', authority: ITALY, activity: 'verification' },
  ...{ regime: 'eu-cbam', demand: { territory: 'KR', cbamActivityGroup: 'V' }, at: AT, now: NOW },
};

const kr = (path: string): string => subject('accreditation:kr', path);
const eu = (path: string): string => subject('accreditation:eu', path);
const mra = (path: string): string => subject('arrangement:kr-mra', path);
const one = (...patch: Bend['patch'] & object): Bend => ({ patch });
const policy = (...patches: Bend['policy'] & object): Bend => ({ policy: patches });
const programmes = (...names: string[]): Bend => policy(set('/regimes/1/programmes', names));
const lost = (key: string): Bend => ({
  refuse: { [key]: [undetermined('proof', 'DID_RESOLUTION_ERROR', 'no answer')] },
});
/** A second accreditation of the same body, beside the good one, and shown. */
const second = (change: JsonObject, envelope: JsonObject = {}): Bend => ({
  patch: [
    another(STEEL['accreditation:kr'], 'accreditation:second', change, {
      ...{ id: 'urn:uuid:99999999-0000-4000-8000-000000000077', ...envelope },
    }),
  ],
  show: ['accreditation:second'],
});

type Row = readonly [title: string, question: AuthorityQuestion, outcome: string, story?: Story, bend?: Bend];

const VERIFIERS: Row[] = [
  ['a body that was accredited', korea, 'passed'],
  ['one asked of the policy', anywhere, 'passed'],
  ['a standard that is not granted', { ...korea, demand: { standard: 'ISO 14065:2020' } }, 'failed'],
  ['another activity', { ...korea, activity: 'validation' }, 'failed'],
  ['another programme', { ...korea, programme: 'own' }, 'failed'],
  ['a sector, where none is named', { ...korea, demand: { sector: 'steel' } }, 'passed'],
  [
    'a sector that is granted',
    { ...korea, demand: { sector: 'steel' } },
    'passed',
    CUSTOMER,
    one(set(kr('/scopes/0/sectors'), ['steel'])),
  ],
  [
    'a sector that is not granted',
    { ...korea, demand: { sector: 'steel' } },
    'failed',
    CUSTOMER,
    one(set(kr('/scopes/0/sectors'), ['cement'])),
  ],
  [
    'a country that is not granted',
    { ...korea, demand: { territory: 'CN' } },
    'failed',
    CUSTOMER,
    one(set(kr('/scopes/0/locations'), ['KR'])),
  ],
  ['a body nobody accredited', { ...anywhere, entity: 'did:web:nobody.example' }, 'failed'],
  ['an authority that stands elsewhere', { ...korea, authority: ITALY }, 'failed'],
  ['the body as its own authority', { ...korea, authority: VERIFIER }, 'failed'],
  [
    'an authority of whose links one could not be judged',
    { ...korea, authority: ITALY },
    'undetermined',
    CUSTOMER,
    { show: ['accreditation:eu'], ...lost('accreditation:eu') },
  ],
  [
    'an authority above an arrangement that could not be judged',
    korea,
    'undetermined',
    CUSTOMER,
    lost('arrangement:kr-mra'),
  ],
  [
    'an authority below a refused arrangement',
    korea,
    'failed',
    CUSTOMER,
    { refuse: { 'arrangement:kr-mra': [failed('proof', 'PROOF_VERIFICATION_ERROR', '')] } },
  ],
  ['a day before it was accredited', { ...korea, at: Date.UTC(2025, 1, 1) }, 'failed'],
  ['a day after it ended', { ...korea, at: Date.UTC(2030, 1, 1), now: Date.UTC(2030, 1, 1) }, 'failed'],
  ['a moment ahead, as clocks differ', { ...korea, at: NOW + CLOCK_SKEW_MS }, 'passed'],
  ['a moment further ahead', { ...korea, at: NOW + CLOCK_SKEW_MS + 1 }, 'undetermined'],
  ['a list that cannot be had', korea, 'undetermined', CUSTOMER, { status: { 'accreditation:kr': noLists } }],
  [
    'what was withdrawn later',
    korea,
    'passed',
    CUSTOMER,
    { status: { 'accreditation:kr': setBit('revocation', { reason: 'withdrawn', effectiveDate: '2027-04-01' }) } },
  ],
];

const REGIMES: Row[] = [
  ['an unknown regime', { ...korea, regime: 'catena-x-pcf' }, 'undetermined'],
  ['a regime of decisions', { ...korea, regime: 'scheme-mra' }, 'failed', SCHEME],
  [
    'a regime without verification',
    { ...korea, regime: 'pact-exchange' },
    'failed',
    CUSTOMER,
    policy(set('/regimes/-', { id: 'pact-exchange' })),
  ],
  ['as many credentials as may be looked at', korea, 'passed', CUSTOMER, policy(set('/limits', { credentials: 4 }))],
  [
    'more credentials than that, some refused',
    korea,
    'undetermined',
    CUSTOMER,
    { ...policy(set('/limits', { credentials: 3 })), ...lost('claim:coil-pcf') },
  ],
  ['more links than that', korea, 'undetermined', CUSTOMER, policy(set('/limits', { links: 1 }))],
  [
    'every programme of the regime, and it may make both',
    korea,
    'passed',
    CUSTOMER,
    {
      ...programmes('iso14067-pcf', 'own'),
      patch: [set(kr('/scopes/0/programme'), ['iso14067-pcf', 'own'])],
      policy: [
        set('/regimes/1/programmes', ['iso14067-pcf', 'own']),
        set('/anchors/1/programmes', ['iso14067-pcf', 'own']),
      ],
    },
  ],
  [
    'every programme, the second of which it may not make',
    korea,
    'failed',
    CUSTOMER,
    programmes('iso14067-pcf', 'own'),
  ],
  ['every programme, the first of which it may not make', korea, 'failed', CUSTOMER, programmes('own', 'iso14067-pcf')],
  [
    'one programme of two',
    { ...korea, programme: 'iso14067-pcf' },
    'passed',
    CUSTOMER,
    programmes('own', 'iso14067-pcf'),
  ],
];

const PATHS: Row[] = [
  ['beside one that is worth nothing', korea, 'passed', CUSTOMER, second({ scopes: [] })],
  [
    'beside one of another body, first by name',
    anywhere,
    'passed',
    CUSTOMER,
    second({}, { id: 'urn:uuid:00000000-0000-4000-8000-000000000000', issuer: 'did:web:other.example' }),
  ],
  [
    'in doubt beside one that is refused',
    korea,
    'undetermined',
    CUSTOMER,
    { ...second({ scopes: [] }), status: { 'accreditation:kr': noLists } },
  ],
  [
    'refused once beside one that is refused twice',
    korea,
    'failed',
    CUSTOMER,
    {
      ...second({ scopes: [], legalBasis: 'Reg-765/2008' }),
      patch: [...(second({ scopes: [], legalBasis: 'Reg-765/2008' }).patch ?? []), set(kr('/scopes'), [])],
    },
  ],
  [
    'below an anchor that is too far beside one without anchor',
    anywhere,
    'failed',
    CUSTOMER,
    {
      ...second({}, { issuer: 'did:web:other.example' }),
      patch: [...(second({}, { issuer: 'did:web:other.example' }).patch ?? []), set(kr('/scopes'), [])],
    },
  ],
];

const CONDITIONS: Row[] = [
  ['open conditions', korea, 'failed', CUSTOMER, one(set(mra('/conditions'), ['fee', 'form']))],
  ['conditions that are none', korea, 'passed', CUSTOMER, one(set(mra('/conditions'), ['none']))],
  [
    'open conditions and a scope that does not reach',
    { ...korea, activity: 'validation' },
    'failed',
    CUSTOMER,
    one(set(mra('/conditions'), ['fee'])),
  ],
];

const GROUPS: Row[] = [
  ['a group and a country', cbam, 'passed', CBAM],
  ['another group', { ...cbam, demand: { territory: 'KR', cbamActivityGroup: 'I' } }, 'failed', CBAM],
  ['another country', { ...cbam, demand: { territory: 'CN', cbamActivityGroup: 'V' } }, 'failed', CBAM],
  [
    'another group in another country',
    { ...cbam, demand: { territory: 'CN', cbamActivityGroup: 'I' } },
    'failed',
    CBAM,
  ],
  ['no group', { ...cbam, demand: { territory: 'KR' } }, 'undetermined', CBAM],
  ['no country', { ...cbam, demand: { cbamActivityGroup: 'V' } }, 'undetermined', CBAM],
  [
    'no country where all are granted',
    { ...cbam, demand: { cbamActivityGroup: 'V' } },
    'passed',
    CBAM,
    one(drop(eu('/scopes/0/locations'))),
  ],
  [
    'no country where one scope of two grants all',
    { ...cbam, demand: { cbamActivityGroup: 'V' } },
    'passed',
    CBAM,
    one(
      set(eu('/scopes/1'), {
        activity: 'verification',
        programme: 'eu-cbam',
        normative: ['IR (EU) 2025/2546'],
        cbamActivityGroups: ['V'],
      }),
    ),
  ],
  [
    'a group of one scope in the country of another',
    cbam,
    'failed',
    CBAM,
    one(
      set(eu('/scopes/0/locations'), ['CN']),
      set(eu('/scopes/1'), {
        activity: 'verification',
        programme: 'eu-cbam',
        normative: ['IR (EU) 2025/2546'],
        cbamActivityGroups: ['I'],
        locations: ['KR'],
      }),
    ),
  ],
];

const BODIES: Row[] = [
  ['a body that is recognised', body, 'passed'],
  [
    'a body that is recognised, for what the arrangement leaves out',
    { ...body, demand: { standard: 'ISO 14067:2018' } },
    'failed',
  ],
  [
    'a body that is recognised, for a standard of the arrangement',
    { ...body, demand: { standard: 'ISO 14064-3:2019' } },
    'passed',
  ],
  ['a body in its country', { ...body, demand: { territory: 'KR', sector: 'steel' } }, 'passed'],
  ['a verification body', { ...body, entity: VERIFIER, authority: undefined }, 'failed'],
  ['a body by nobody', body, 'failed', CUSTOMER, { hide: ['arrangement:kr-mra'] }],
  ['a body by itself', { ...body, authority: BODY }, 'failed'],
  ['an anchor', { ...cbam, kind: 'recognition', entity: ITALY, authority: undefined }, 'passed', CBAM],
  [
    'an anchor without country',
    { ...cbam, kind: 'recognition', entity: ITALY, authority: undefined, demand: {} },
    'passed',
    CBAM,
  ],
  [
    'an anchor of some countries without country',
    { ...cbam, kind: 'recognition', entity: ITALY, authority: undefined, demand: {} },
    'undetermined',
    CBAM,
    policy(set('/anchors/0/territories', ['IT'])),
  ],
  [
    'an anchor outside its countries',
    { ...cbam, kind: 'recognition', entity: ITALY, authority: undefined, demand: { territory: 'KR' } },
    'failed',
    CBAM,
    policy(set('/anchors/0/territories', ['IT'])),
  ],
  [
    'under a regime that admits no basis',
    { ...body, authority: undefined, regime: 'eu-battery-art7' },
    'failed',
    CUSTOMER,
    policy(set('/regimes/-', { id: 'eu-battery-art7' })),
  ],
];

const toldBefore = createRecord('authority');

describe.each([
  ['may this body verify', VERIFIERS],
  ['under which regime', REGIMES],
  ['by which path', PATHS],
  ['on conditions', CONDITIONS],
  ['goods of CBAM', GROUPS],
  ['may this body accredit', BODIES],
])('%s', (group, rows) => {
  it.each(rows.map((row) => [row[0], row] as const))(
    '%s',
    async (title, [, question, wanted, story = CUSTOMER, bend = {}]) => {
      const { admitted, refused, policy: trusted } = await requestFor(story, bend);
      const { outcome, code, message, params, path } = answerAuthority({
        admitted,
        refused,
        policy: trusted,
        question,
      });
      const lines = [
        `${outcome} ${code ?? ''}: ${formatMessage(message, params)}`,
        ...path.map(({ did, role, credential }) => `${did} (${role}) by ${credential?.id ?? 'the policy'}`),
      ];
      expect(lines).toEqual(toldBefore(`${group}: ${title}`, lines));
      expect(outcome).toBe(wanted);
    },
  );
});
