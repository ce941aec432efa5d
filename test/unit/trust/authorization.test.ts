/** Questions to a trust registry: both ways for each answer, and the properties that tie them to `evaluate`. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { undetermined } from '../../../src/base/finding.ts';
import type { AuthorityQuestion } from '../../../src/trust/authority-question.ts';
import { answerAuthority } from '../../../src/trust/authorization.ts';
import { evaluate } from '../../../src/trust/evaluate.ts';
import { formatMessage } from '../../../src/trust/messages/message.ts';
import {
  type Bend,
  CBAM,
  CUSTOMER,
  noLists,
  requestFor,
  SCHEME,
  type Story,
  setBit,
} from '../../support/trust-cases.ts';
import { type Base, createBase, REGIME, requestIn, world } from '../../support/trust-worlds.ts';

const FACTOR = Number(process.env['PROPERTY_RUNS'] ?? '1');
vi.setConfig({ testTimeout: 30_000 * Math.max(1, FACTOR) });
const runs = (count: number): fc.Parameters<unknown> => ({ numRuns: Math.ceil(count * FACTOR) });

const OWNER = 'did:web:global-mra.example';
const BODY = 'did:web:ab-korea.example';
const VERIFIER = 'did:web:verify-kr.example';
const ITALY = 'did:web:ab-italy.example';
const VERIFIER_EU = 'did:web:verify-eu.example';
/** The statement of the story was made on this day. */
const AT = Date.UTC(2027, 2, 10);
const NOW = Date.UTC(2027, 3, 15);

const korea: AuthorityQuestion = {
  ...{ kind: 'authorization', entity: VERIFIER, authority: OWNER, activity: 'verification', regime: 'iso14067-pcf' },
  ...{ demand: {}, at: AT, now: NOW },
};
const cbam: AuthorityQuestion = {
  ...{ kind: 'authorization', entity: VERIFIER_EU, authority: ITALY, activity: 'verification', regime: 'eu-cbam' },
  ...{ demand: { territory: 'KR', cbamActivityGroup: 'V' }, at: AT, now: NOW },
};

async function ask(question: AuthorityQuestion, story: Story = CUSTOMER, bend: Bend = {}) {
  const { admitted, refused, policy } = await requestFor(story, bend);
  return answerAuthority({ admitted, refused, policy, question });
}
const told = async (question: AuthorityQuestion, story?: Story, bend?: Bend) => {
  const { outcome, message } = await ask(question, story, bend);
  return [outcome, message];
};
const YES = ['passed', 'query.authorised'];

describe('may this body verify?', () => {
  it('yes, by the path it names', async () => {
    const { outcome, path, message, params } = await ask(korea);
    expect([outcome, message]).toEqual(YES);
    expect(path.map(({ did }) => did)).toEqual([OWNER, BODY, VERIFIER]);
    expect(path.map(({ credential }) => credential?.type)).toEqual([
      undefined,
      'RecognitionArrangement',
      'VerifierAccreditation',
    ]);
    expect(formatMessage(message, params)).toBe(
      `${VERIFIER} may make verification statements under iso14067-pcf as of 2027-03-10T00:00:00Z.`,
    );
  });
  it.each([
    ['of the accreditation body', { authority: BODY }],
    ['of the policy itself', { authority: undefined }],
    ['for a standard that is granted', { demand: { standard: 'ISO 14064-3:2019' } }],
    ['for a programme of the regime', { programme: 'iso14067-pcf' }],
  ])('yes, asked %s', async (_, more) => {
    expect(await told({ ...korea, ...more })).toEqual(YES);
  });
  it.each([
    ['an authority that stands elsewhere', { authority: ITALY }, 'query.not-under'],
    ['the body itself as its authority', { authority: VERIFIER }, 'query.not-under'],
    ['another activity', { activity: 'validation' as const }, 'scope.outside'],
    ['a standard that is not granted', { demand: { standard: 'ISO 14065:2020' } }, 'scope.outside'],
    ['a programme that the regime does not take', { programme: 'own' }, 'R2.programme'],
    ['a body nobody accredited', { entity: 'did:web:nobody.example', authority: undefined }, 'R1.no-accreditation'],
    ['a body nobody accredited, by whom', { entity: 'did:web:nobody.example' }, 'R1.no-accreditation'],
    ['a day before it was accredited', { at: Date.UTC(2025, 1, 1) }, 'time.not-yet-valid'],
    ['a day after it ended', { at: Date.UTC(2030, 1, 1), now: Date.UTC(2030, 1, 1) }, 'time.expired'],
  ])('no for %s', async (_, more, message) => {
    expect(await told({ ...korea, ...more })).toEqual(['failed', message]);
  });
  it('no, under a regime that asks for more than accreditation', async () => {
    expect(await told({ ...korea, regime: 'scheme-mra' }, SCHEME)).toEqual(['failed', 'query.decision']);
    const exchange: Bend = { policy: [{ op: 'add', path: '/regimes/-', value: { id: 'pact-exchange' } }] };
    expect(await told({ ...korea, regime: 'pact-exchange' }, CUSTOMER, exchange)).toEqual([
      'failed',
      'query.no-verification',
    ]);
  });
  it('no, while the arrangement leaves conditions open', async () => {
    const fee: Bend = {
      patch: [{ op: 'replace', path: '/credentials/arrangement:kr-mra/credentialSubject/conditions', value: ['fee'] }],
    };
    const { outcome, message, params } = await ask(korea, CUSTOMER, fee);
    expect([outcome, message, params]).toEqual(['failed', 'query.conditions', { conditions: 'fee' }]);
  });
});

describe('under CBAM', () => {
  it('a group and a country decide', async () => {
    expect(await told(cbam, CBAM)).toEqual(YES);
    expect(await told({ ...cbam, demand: { territory: 'KR', cbamActivityGroup: 'I' } }, CBAM)).toEqual([
      'failed',
      'scope.outside',
    ]);
    expect(await told({ ...cbam, demand: { territory: 'CN', cbamActivityGroup: 'V' } }, CBAM)).toEqual([
      'failed',
      'scope.outside',
    ]);
  });
  it('what is left open is no yes', async () => {
    expect(await told({ ...cbam, demand: { territory: 'KR' } }, CBAM)).toEqual(['undetermined', 'query.group-unsaid']);
    expect(await told({ ...cbam, demand: { cbamActivityGroup: 'V' } }, CBAM)).toEqual([
      'undetermined',
      'C3.territory-unknown',
    ]);
  });
});

describe('what is not known', () => {
  it.each([
    ['a list that cannot be had', { status: { 'accreditation:kr': noLists } }, 'status.unknown'],
    [
      'an arrangement that could not be checked',
      { refuse: { 'arrangement:kr-mra': [undetermined('proof', 'DID_RESOLUTION_ERROR', 'no answer')] } },
      'I2.undetermined',
    ],
    [
      'more links than may be looked at',
      { policy: [{ op: 'add' as const, path: '/limits', value: { links: 1 } }] },
      'limits.links',
    ],
    [
      'more credentials than may be looked at',
      { policy: [{ op: 'add' as const, path: '/limits', value: { credentials: 1 } }] },
      'limits.credentials',
    ],
  ])('%s is no yes', async (_, bend, message) => {
    expect(await told({ ...korea, authority: undefined }, CUSTOMER, bend)).toEqual(['undetermined', message]);
  });
  it('what has not come yet is no yes', async () => {
    expect(await told({ ...korea, at: NOW + 600_000 })).toEqual(['undetermined', 'query.future']);
    expect(await told({ ...korea, at: NOW })).toEqual(YES);
  });
  it('a regime that the policy lacks is no yes', async () => {
    expect(await told({ ...korea, regime: 'catena-x-pcf' })).toEqual(['undetermined', 'regime.unknown']);
  });
  it('told apart from what is withdrawn', async () => {
    const withdrawn = {
      'accreditation:kr': setBit('revocation', { reason: 'withdrawn', effectiveDate: '2027-03-01' }),
    };
    expect(await told(korea, CUSTOMER, { status: withdrawn })).toEqual(['failed', 'status.revoked']);
    const later = { 'accreditation:kr': setBit('revocation', { reason: 'withdrawn', effectiveDate: '2027-04-01' }) };
    expect(await told(korea, CUSTOMER, { status: later })).toEqual(YES);
  });
});

describe('may this body accredit?', () => {
  const question: AuthorityQuestion = { ...korea, kind: 'recognition', entity: BODY };
  it('yes, by the arrangement', async () => {
    const { outcome, message, path } = await ask(question);
    expect([outcome, message]).toEqual(['passed', 'query.recognised']);
    expect(path.map(({ did }) => did)).toEqual([OWNER, BODY]);
  });
  it('yes for an anchor, asked of the policy itself, and no of itself', async () => {
    const italy: AuthorityQuestion = { ...cbam, kind: 'recognition', entity: ITALY, authority: undefined };
    expect(await told(italy, CBAM)).toEqual(['passed', 'query.recognised']);
    expect(await told({ ...italy, authority: ITALY }, CBAM)).toEqual(['failed', 'query.not-under']);
  });
  it('no for a verification body, and none for what the arrangement leaves out', async () => {
    expect(await told({ ...question, entity: VERIFIER, authority: undefined })).toEqual(['failed', 'I2.no-anchor']);
    expect(await told({ ...question, demand: { standard: 'ISO 14067:2018' } })).toEqual(['failed', 'scope.outside']);
    expect(await told(question, CUSTOMER, { hide: ['arrangement:kr-mra'] })).toEqual(['failed', 'query.not-under']);
  });
});

describe('over any graph', () => {
  let base: Base;
  beforeAll(async () => {
    base = await createBase();
  });
  /** The question is about the links: what is honest under them is in good standing. */
  const graph = world.map((spec) => ({ ...spec, claim: 'clear', statement: 'clear', named: 'clear' }));
  const exact: AuthorityQuestion = {
    ...korea,
    authority: undefined,
    demand: { standard: 'ISO 14064-3:2019', territory: 'KR' },
  };
  const yes = (request: ReturnType<typeof requestIn>, question = exact): boolean =>
    answerAuthority({ ...request, question: { ...question, now: request.at } }).outcome === 'passed';

  it('never says yes where a statement of that scope would not be accepted, nor no where it would', () => {
    let granted = 0;
    fc.assert(
      fc.property(graph, (spec) => {
        const request = requestIn(base, spec);
        const accepted = evaluate(request).results[REGIME]?.result === 'ACCEPT';
        expect(yes(request)).toBe(accepted);
        granted += Number(accepted);
      }),
      runs(400),
    );
    expect(granted).toBeGreaterThan(20);
  });
  it('never turns a no into a yes when an anchor or a credential is taken away', () => {
    fc.assert(
      fc.property(graph, fc.nat(), fc.boolean(), fc.boolean(), (spec, at, anchor, recognition) => {
        const less = anchor
          ? { ...spec, anchors: spec.anchors.filter((_, index) => index !== at % spec.anchors.length) }
          : { ...spec, links: spec.links.filter((_, index) => index !== at % spec.links.length) };
        const question = recognition ? { ...exact, kind: 'recognition' as const, entity: BODY } : exact;
        if (yes(requestIn(base, less), question)) expect(yes(requestIn(base, spec), question)).toBe(true);
      }),
      runs(400),
    );
  });
  it('never says yes for a narrower question only', () => {
    fc.assert(
      fc.property(graph, fc.constantFrom(OWNER, BODY), (spec, authority) => {
        const request = requestIn(base, spec);
        if (yes(request, { ...exact, authority })) expect(yes(request)).toBe(true);
        if (yes(request)) expect(yes(request, { ...exact, demand: { territory: 'KR' } })).toBe(true);
      }),
      runs(200),
    );
  });
});
