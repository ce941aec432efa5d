/** B12 and what P1 says of allocations: what was given to buyers beside what was verified. The coil's verified quantity is 412,000 t. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import type { StatusHistory } from '../../../src/credentials/status-history.ts';
import { digestOfJson } from '../../../src/formats/digest.ts';
import { evaluate } from '../../../src/trust/evaluate.ts';
import type { EvaluationInput, RegimeResult } from '../../../src/trust/evaluation.ts';
import { checkDisclosure } from '../../../src/trust/rules/privacy.ts';
import { type AllocationSpec, allocationOf, BUYER, OPERATOR, priceOf } from '../../support/composite-credentials.ts';
import { readExample } from '../../support/example-credentials.ts';
import type { PatchOperation } from '../../support/json-patch.ts';
import { subjectOf } from '../../support/story-rows.ts';
import { CBAM, drop, noLists, requestFor, set, setBit, subject } from '../../support/trust-cases.ts';
import { admitted, clearHistory, keyOf, policyOfExample, requirePolicyOf } from '../../support/worked-examples.ts';

const CN = '72083700';
const OTHER: JsonObject = { saltedHash: digestOfJson({ eori: 'FR99', salt: '00'.repeat(16) }) };
const DAY = 86_400_000;

let base: EvaluationInput;
beforeAll(async () => {
  const { import: _, ...request } = await requestFor(CBAM);
  base = request;
});

type Spec = AllocationSpec & {
  readonly status?: (history: StatusHistory) => StatusHistory;
  /** Signed by another key of its issuer, which `STOLEN` holds for compromised. */
  readonly stolen?: true;
};

const STOLEN_KEY = {
  ...keyOf(OPERATOR),
  method: `${OPERATOR}#key-2`,
  publicKeyMultibase: `${keyOf(OPERATOR).publicKeyMultibase}2`,
};
const STOLEN = requirePolicyOf({
  ...policyOfExample(readExample('steel-coil')),
  compromisedKeys: [
    {
      verificationMethod: STOLEN_KEY.method,
      from: '2026-12-01T00:00:00Z',
      source: { document: 'letter of the operator, fictional', date: '2027-04-01' },
    },
  ],
});

function documentOf(request: EvaluationInput, tail: string): JsonObject {
  const found = request.admitted.find(({ id }) => id.endsWith(tail));
  if (found === undefined) throw new Error(tail);
  return found.document;
}

function withAllocations(request: EvaluationInput, specs: readonly Spec[]): EvaluationInput {
  const statement = documentOf(request, '013');
  const shares = specs.map(({ status, stolen, ...spec }) => {
    const document = allocationOf(statement, spec);
    return admitted(document, {
      ...(status === undefined ? {} : { status: status(clearHistory(document)) }),
      ...(stolen === undefined ? {} : { keys: [STOLEN_KEY] }),
    });
  });
  return { ...request, admitted: [...request.admitted, ...shares] };
}

function asked(specs: readonly Spec[], more: Partial<EvaluationInput> = {}, request = base): RegimeResult {
  const result = evaluate({ ...withAllocations(request, specs), ...more }).results['eu-cbam'];
  if (result === undefined) throw new Error('no result');
  return result;
}

/** `message outcome`, of this rule alone. */
const said = ({ rules }: RegimeResult, id = 'B12'): readonly string[] =>
  rules.filter((rule) => rule.id === id).map(({ message, outcome }) => `${message} ${outcome}`);

/** A series of these masses with numbers and running totals. */
function series(...masses: readonly string[]): Spec[] {
  let total = 0n;
  return masses.map((mass, index) => {
    total += BigInt(mass);
    const sequence = String(index + 1);
    return { number: index + 1, mass, sequence, runningTotal: String(total), buyer: index === 0 ? BUYER : OTHER };
  });
}

const changed = (specs: readonly Spec[], index: number, change: Partial<Spec>): Spec[] =>
  specs.map((spec, at) => (at === index ? { ...spec, ...change } : spec));

const SERIES = series('200000', '100000', '112000');
const MORE: string = 'B12.more-than-made failed';
const OPEN: string = 'B12.allocations skipped';

describe('a whole series', () => {
  it('that adds up to no more than was verified passes', () => {
    const result = asked(SERIES);
    expect(result.result).toBe('ACCEPT');
    expect(said(result)).toEqual(['B12 passed']);
  });
  it('is what the result rests on', () => {
    const { restsOn } = asked(SERIES);
    expect(restsOn.filter((id) => id.startsWith('urn:uuid:77777777'))).toHaveLength(3);
    expect(asked([]).restsOn.filter((id) => id.startsWith('urn:uuid:77777777'))).toEqual([]);
  });
  it('that exceeds it by the smallest part needs a person', () => {
    const over = changed(SERIES, 2, { mass: '112000.001', runningTotal: '412000.001' });
    expect(asked(over)).toMatchObject({ result: 'REVIEW' });
    expect(said(asked(over))).toEqual([MORE]);
  });
  it('counts each allocation once, in whatever order and however often it is shown', () => {
    const twice = withAllocations(base, [...SERIES].reverse());
    const again = { ...twice, admitted: [...twice.admitted, ...withAllocations(base, SERIES).admitted] };
    expect(said(evaluate(again).results['eu-cbam'] as RegimeResult)).toEqual(['B12 passed']);
  });
});

describe('what proves nothing is not checked', () => {
  it.each<[string, readonly Spec[]]>([
    ['no allocation', []],
    ['one of several', SERIES.slice(0, 1).map(({ sequence: _s, runningTotal: _r, ...spec }) => spec)],
    ['a gap in the series', [SERIES[0] as Spec, SERIES[2] as Spec]],
    ['a series that does not begin', SERIES.slice(1)],
    ['one without a running total', changed(SERIES, 1, { runningTotal: undefined as unknown as string })],
    ['one without a number', [...SERIES.slice(0, 2), { number: 3, mass: '5' }]],
    ['one whose status is not known', changed(SERIES, 1, { status: noLists })],
    ['a gap where one was revoked', changed(SERIES, 1, { status: setBit('revocation') })],
    ['one for another good', [{ number: 1, mass: '999999', cnCode: '72083800' }]],
    ['a stranger’s', [{ number: 1, mass: '999999', issuer: 'did:web:evil.example' }]],
    ['one older than the statement', [{ number: 1, mass: '999999', validFrom: '2027-03-19T23:59:59Z' }]],
    ['one that has ended', [{ number: 1, mass: '999999', validUntil: '2027-04-01T00:00:00Z' }]],
    ['one that has not begun', [{ number: 1, mass: '999999', validFrom: '2027-05-01T00:00:00Z' }]],
  ])('%s', (_what, specs) => {
    const result = asked(specs);
    expect(said(result)).toEqual([OPEN]);
    expect(result.result).toBe('ACCEPT');
  });
  it('is a doubt where the audience is owed it', () => {
    const example = policyOfExample(readExample('steel-coil'));
    const regimes = [{ id: 'eu-cbam', notOwed: [] }];
    const result = asked([], { policy: requirePolicyOf({ ...example, regimes }) });
    expect(said(result)).toEqual(['B12.allocations undetermined']);
    expect(result.result).toBe('UNDETERMINED');
  });
});

describe('what contradicts itself fails, whole or not', () => {
  it.each<[string, string, readonly Spec[]]>([
    ['two with one number', 'sequence-twice', [...SERIES, { ...(SERIES[1] as Spec), number: 9 }]],
    ['a total that is not the sum', 'running-total', changed(SERIES, 1, { runningTotal: '300001' })],
    ['a first total that is not its mass', 'running-total', [{ ...(SERIES[0] as Spec), runningTotal: '200001' }]],
    [
      'a total below what is in hand',
      'running-total',
      [SERIES[0] as Spec, { ...(SERIES[2] as Spec), runningTotal: '311999' }],
    ],
    [
      'a step that is not its mass, after a gap',
      'running-total',
      [{ ...(SERIES[1] as Spec) }, { ...(SERIES[2] as Spec), runningTotal: '412001' }],
    ],
    ['too large a total of others', 'more-than-made', [{ ...(SERIES[2] as Spec), runningTotal: '412001' }]],
    ['too large a mass', 'more-than-made', [{ number: 1, mass: '412000.1' }]],
    [
      'masses without numbers',
      'more-than-made',
      [
        { number: 1, mass: '412000' },
        { number: 2, mass: '0.1' },
      ],
    ],
  ])('%s', (_what, message, specs) => {
    const result = asked(specs);
    expect(said(result)).toContain(`B12.${message} failed`);
    expect(result.result).toBe('REVIEW');
  });
  it('and says which of them does', () => {
    const params = (specs: readonly Spec[]) =>
      asked(specs).rules.find(({ message }) => message === 'B12.sequence-twice' || message === 'B12.running-total')
        ?.params;
    const twice = [...SERIES, { ...(SERIES[1] as Spec), number: 9 }];
    expect(params(twice)).toEqual({ cnCode: CN, sequence: '2' });
    const unlike = changed(SERIES, 1, { runningTotal: '300001' });
    expect(params(unlike)).toEqual({ cnCode: CN, sequence: '2', runningTotal: '300001' });
  });
  it('a total that what is in hand just reaches does not', () => {
    expect(said(asked([SERIES[0] as Spec, { ...(SERIES[2] as Spec), runningTotal: '312000' }]))).toEqual([OPEN]);
  });
  it('the exact sum with equal values in other spellings does not', () => {
    expect(said(asked(changed(SERIES, 2, { mass: '112000.00', runningTotal: '412000.0' })))).toEqual(['B12 passed']);
  });
});

describe('status and time', () => {
  const tooMuch: Spec = { number: 1, mass: '412001' };
  it('a revoked or superseded allocation does not count', () => {
    expect(said(asked([{ ...tooMuch, status: setBit('revocation') }]))).toEqual([OPEN]);
    const old = allocationOf(documentOf(base, '013'), tooMuch);
    const corrected: Spec = { number: 2, mass: '5', supersedes: old };
    expect(said(asked([tooMuch, corrected]))).toEqual([OPEN]);
    expect(said(asked([tooMuch, { ...corrected, status: setBit('revocation') }]))).toEqual([MORE]);
  });
  it('one whose status is not known makes a doubt only where it decides', () => {
    const result = asked([{ ...tooMuch, status: noLists }]);
    expect(said(result)).toEqual(['B12.status undetermined']);
    expect(result.result).toBe('UNDETERMINED');
    expect(said(asked([{ number: 1, mass: '5', status: noLists }]))).toEqual([OPEN]);
    expect(said(asked([tooMuch, { number: 2, mass: '5', status: noLists }]))).toEqual([MORE]);
  });
  it('counts at the instant asked about', () => {
    const later: Spec = { ...tooMuch, validFrom: '2027-04-20T00:00:00Z' };
    expect(said(asked([later]))).toEqual([OPEN]);
    expect(said(asked([later], { at: base.at + 5 * DAY }))).toEqual([MORE]);
  });
});

describe('what would hide a mass', () => {
  const tooMuch: Spec = { number: 1, mass: '412001' };
  const old = () => allocationOf(documentOf(base, '013'), tooMuch);
  it('a mass below zero takes nothing back', () => {
    expect(said(asked(series('-50000', '412001')))).toContain(MORE);
    expect(said(asked([tooMuch, { number: 2, mass: '-5' }]))).toEqual([MORE]);
  });
  it('a replacement of which nobody knows whether it holds', () => {
    const corrected: Spec = { number: 2, mass: '5', supersedes: old() };
    expect(said(asked([tooMuch, corrected]))).toEqual([OPEN]);
    expect(said(asked([tooMuch, { ...corrected, status: noLists }]))).toEqual(['B12.status undetermined']);
  });
  it('an allocation by a compromised key speaks against the operator and not for it', () => {
    const forged = changed(SERIES, 2, { stolen: true });
    expect(said(asked(forged))).toEqual(['B12 passed']);
    expect(said(asked(forged, { policy: STOLEN }))).toEqual([OPEN]);
    expect(said(asked(SERIES, { policy: STOLEN }))).toEqual(['B12 passed']);
    const replacing: Spec = { number: 2, mass: '5', supersedes: old(), stolen: true };
    expect(said(asked([tooMuch, replacing], { policy: STOLEN }))).toEqual(['B12.status undetermined']);
    for (const against of [
      [{ ...tooMuch, stolen: true }],
      [...SERIES, { ...(SERIES[1] as Spec), number: 9, stolen: true }],
    ] as Spec[][]) {
      expect(said(asked(against, { policy: STOLEN }))).toEqual(said(asked(against)));
      expect(asked(against, { policy: STOLEN }).result).toBe('REVIEW');
    }
  });
});

describe('the verified quantity', () => {
  const patched = (...patch: PatchOperation[]) => requestFor(CBAM, { patch });
  const checked = (value: string, more: JsonObject = {}): PatchOperation =>
    set(subject('statement:coil', '/checkedValues/-'), {
      metric: 'quantity',
      cnCode: CN,
      value,
      unit: 't',
      per: '2026',
      ...more,
    });
  it('that is withheld leaves it open, unless the series contradicts itself', async () => {
    const request = await requestFor(CBAM, {
      alter: { 'claim:coil': [drop('/credentialSubject/goods/0/quantity'), drop('/credentialSubject/blinding')] },
    });
    expect(said(asked(SERIES, {}, request))).toEqual(['B12.quantity skipped']);
    expect(said(asked([...SERIES, { ...(SERIES[1] as Spec), number: 9 }], {}, request))).toEqual([
      'B12.sequence-twice failed',
    ]);
  });
  it('is the one the statement repeats', async () => {
    expect(said(asked(SERIES, {}, await patched(checked('412000'))))).toEqual(['B12 passed']);
    const less = await patched(checked('411999'));
    expect(said(asked(SERIES, {}, less))).toEqual([MORE]);
    const kilograms = await patched(checked('1', { unit: 'kg' }));
    expect(said(asked(SERIES, {}, kilograms))).toEqual(['B12 passed']);
    const another = await patched(checked('1', { cnCode: '72083800' }));
    expect(said(asked(SERIES, {}, another))).toEqual(['B12 passed']);
  });
  it('in another unit than tonnes is compared with nothing', async () => {
    const clinker = await patched(set(subject('claim:coil', '/goods/0/functionalUnit'), 't-clinker'));
    expect(said(asked(series('999999'), {}, clinker))).toEqual(['B12.unit skipped']);
  });
  it('of several goods is judged good by good', async () => {
    const example = readExample('steel-coil')['credentials'] as Record<
      string,
      { credentialSubject: { goods: JsonObject[] } }
    >;
    const good = { ...example['claim:coil']?.credentialSubject.goods[0], cnCode: '72083800', quantity: '10' };
    const request = await patched(set(subject('claim:coil', '/goods/-'), good));
    const second: Spec = { number: 7, mass: '11', cnCode: '72083800', sequence: '1', runningTotal: '11' };
    expect(said(asked([...SERIES, second], {}, request))).toEqual(['B12 passed', MORE]);
    expect(said(asked(SERIES, {}, request))).toEqual(['B12 passed', OPEN]);
  });
  it('of an installation and year is one, whichever of its reports an allocation names', async () => {
    const statement = (readExample('steel-coil')['credentials'] as Record<string, JsonObject>)['statement:coil'];
    const id = 'urn:uuid:99999999-0000-4000-8000-000000000099';
    const body = statement?.['credentialSubject'] as JsonObject;
    const revised = { ...statement, id, credentialSubject: { ...body, supersedes: { $link: 'statement:coil' } } };
    const request = await requestFor(CBAM, {
      patch: [set('/credentials/statement:revised', revised)],
      show: ['statement:revised'],
    });
    const to = (tail: string, spec: AllocationSpec) => admitted(allocationOf(documentOf(request, tail), spec));
    const both = [to('013', { number: 1, mass: '300000' }), to('099', { number: 2, mass: '112001' })];
    const result = evaluate({ ...request, admitted: [...request.admitted, ...both] }).results[
      'eu-cbam'
    ] as RegimeResult;
    expect(result.statement).toBe(id);
    expect(said(result)).toEqual([MORE]);
  });
});

describe('what an allocation is out of', () => {
  const STORY = readExample('steel-coil')['credentials'] as Record<string, JsonObject>;
  const CLAIM = 'urn:uuid:99999999-0000-4000-8000-000000000097';
  const STATEMENT = 'urn:uuid:99999999-0000-4000-8000-000000000098';
  /** What is said with too much given out of another report by this body, on a claim that differs so. */
  async function saidOfAnother(change: JsonObject, issuer = OPERATOR, shown = true): Promise<readonly string[]> {
    const claim = STORY['claim:coil'];
    const statement = STORY['statement:coil'];
    const request = await requestFor(CBAM, {
      patch: [
        set('/credentials/claim:other', {
          ...claim,
          id: CLAIM,
          issuer,
          credentialSubject: { ...subjectOf(claim), ...change },
        }),
        set('/credentials/statement:other', {
          ...statement,
          id: STATEMENT,
          credentialSubject: {
            ...subjectOf(statement),
            claim: { $link: 'claim:other' },
          },
        }),
      ],
      show: ['claim:other', 'statement:other'],
    });
    const given = admitted(allocationOf(documentOf(request, '098'), { number: 1, mass: '412001' }));
    const others = request.admitted.filter(({ id }) => shown || id !== STATEMENT);
    return said(evaluate({ ...request, admitted: [...others, given] }).results['eu-cbam'] as RegimeResult);
  }
  it('is what was made here in that year, whichever claim says so', async () => {
    expect(await saidOfAnother({})).toContain(MORE);
  });
  it('is nothing of another year or another installation', async () => {
    expect(await saidOfAnother({ reportingPeriod: '2027' })).toEqual([OPEN]);
    const place = subjectOf(STORY['claim:coil'])['installation'] as JsonObject;
    expect(await saidOfAnother({ installation: { ...place, cbamRegistryId: 'INST-KR-0999' } })).toEqual([OPEN]);
    const { cbamRegistryId: _number, ...unnumbered } = place;
    expect(await saidOfAnother({ installation: unnumbered })).toEqual([OPEN]);
  });
  it('is nothing of what another operator claims', async () => {
    expect(await saidOfAnother({}, 'did:web:evil.example')).toEqual([OPEN]);
  });
  it('is nothing of a report that is not in hand', async () => {
    expect(await saidOfAnother({}, OPERATOR, false)).toEqual([OPEN]);
  });
  it('may be signed in the instant of the report', () => {
    expect(said(asked([{ number: 1, mass: '412001', validFrom: '2027-03-20T00:00:00Z' }]))).toEqual([MORE]);
  });
});

describe('an import', () => {
  const imported = (
    value: string,
    more: Partial<NonNullable<EvaluationInput['import']>> = {},
  ): Partial<EvaluationInput> => ({
    import: { cnCode: CN, date: '2026-11-18', netMass: { value, unit: 't' }, ...more },
  });
  const own: Spec = { number: 1, mass: '1500' };
  it('of more than one buyer was given needs a person', () => {
    const result = asked([own], imported('1500.001'));
    expect(said(result)).toEqual(['B12.import failed']);
    expect(result.result).toBe('REVIEW');
    expect(result.rules.find(({ message }) => message === 'B12.import')?.params).toEqual({
      cnCode: CN,
      imported: '1500.001',
      allocated: '1500',
    });
  });
  it('within what one buyer was given does not, and other buyers’ shares do not help', () => {
    expect(said(asked([own], imported('1500')))).toEqual([OPEN]);
    const more: Spec = { number: 2, mass: '500' };
    expect(said(asked([own, more], imported('2000')))).toEqual([OPEN]);
    expect(said(asked([own, { ...more, buyer: OTHER }], imported('2000')))).toEqual(['B12.import failed']);
  });
  it('is not covered by what may have been revoked', () => {
    expect(said(asked([{ ...own, status: noLists }], imported('1500')))).toEqual(['B12.import failed']);
  });
  it('in another unit, or without any allocation, is not compared', () => {
    expect(said(asked([own], imported('9', { netMass: { value: '9000', unit: 'kg' } })))).toEqual([OPEN]);
    expect(said(asked([], imported('2000')))).toEqual([OPEN]);
  });
});

describe('who may be sent them: P1', () => {
  const shown = (specs: readonly Spec[], audience: 'public' | 'buyer' | 'declarant' | 'verifier') => {
    const { admitted: all } = withAllocations(base, specs);
    const price = admitted(priceOf(documentOf(base, '012')));
    const claim = all.find(({ id }) => id.endsWith('012'));
    const allocations = all.filter(({ type }) => type === 'ShipmentAllocation');
    if (claim === undefined) throw new Error('no claim');
    return checkDisclosure([...allocations, price], claim, audience).map(({ message }) => message);
  };
  const mine = [
    { number: 1, mass: '5' },
    { number: 2, mass: '7' },
  ];
  it('not the public, nor the buyer of a footprint', () => {
    for (const audience of ['public', 'buyer'] as const) {
      expect(shown([mine[0] as Spec], audience)).toEqual(['P1.allocation', 'P1.carbon-price']);
    }
  });
  it('a declarant its own, and a verification body all', () => {
    expect(shown(mine, 'declarant')).toEqual([]);
    expect(shown([...mine, { number: 3, mass: '1', buyer: OTHER }], 'declarant')).toEqual(['P1.other-buyer']);
    expect(shown([...mine, { number: 3, mass: '1', buyer: OTHER }], 'verifier')).toEqual([]);
  });
  it('of other buyers is said to declarants alone: nobody else may be sent any', () => {
    const three = [...mine, { number: 3, mass: '1', buyer: OTHER }];
    const each = ['P1.allocation', 'P1.allocation', 'P1.allocation', 'P1.carbon-price'];
    expect(shown(three, 'buyer')).toEqual(each);
  });
  it('on receipt only those of this claim, and the prices paid for it', () => {
    const example = policyOfExample(readExample('steel-coil'));
    const policy = requirePolicyOf({ ...example, regimes: [{ id: 'eu-cbam', audience: 'buyer' }] });
    const receiving = (...documents: JsonObject[]) =>
      said(
        evaluate({ ...base, policy, admitted: [...base.admitted, ...documents.map((one) => admitted(one))] }).results[
          'eu-cbam'
        ] as RegimeResult,
        'P1',
      );
    expect(receiving(priceOf(documentOf(base, '012')))).toContain('P1.carbon-price failed');
    expect(receiving(priceOf(documentOf(base, '010')))).not.toContain('P1.carbon-price failed');
    expect(receiving(allocationOf(documentOf(base, '013'), { number: 1, mass: '5' }))).toContain(
      'P1.allocation failed',
    );
    expect(receiving(allocationOf(documentOf(base, '011'), { number: 1, mass: '5' }))).not.toContain(
      'P1.allocation failed',
    );
    const lost = allocationOf({ ...documentOf(base, '013'), id: STOLEN_KEY.method }, { number: 1, mass: '5' });
    expect(receiving(lost)).not.toContain('P1.allocation failed');
  });
  it('on receipt as before sending', async () => {
    const example = policyOfExample(readExample('steel-coil'));
    for (const [audience, message] of [
      ['buyer', 'P1.allocation failed'],
      ['declarant', 'P1.other-buyer failed'],
    ] as const) {
      const policy = requirePolicyOf({ ...example, regimes: [{ id: 'eu-cbam', audience }] });
      const result = asked([...mine, { number: 3, mass: '1', buyer: OTHER }], { policy });
      expect(said(result, 'P1')).toContain(message);
      expect(result.result).toBe('REJECT');
      expect(said(asked([], { policy }), 'P1')).not.toContain(message);
    }
  });
  it('a statement that repeats a quantity no more than the quantity itself', async () => {
    const value = { metric: 'quantity', cnCode: CN, value: '412000', unit: 't', per: '2026' };
    const request = await requestFor(CBAM, { patch: [set(subject('statement:coil', '/checkedValues/-'), value)] });
    const [claim, statement] = ['012', '013'].map((tail) => request.admitted.find(({ id }) => id.endsWith(tail)));
    if (claim === undefined || statement === undefined) throw new Error('not there');
    const messages = (audience: 'buyer' | 'verifier') =>
      checkDisclosure([statement], claim, audience).map(({ message }) => message);
    expect(messages('buyer')).toContain('P1.quantities');
    expect(messages('verifier')).toEqual([]);
  });
});
