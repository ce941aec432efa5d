/** Which of several ways to judge a claim counts, and in which order its findings are told. */
import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../../src/trust/candidate.ts';
import type { PathCase } from '../../../src/trust/case.ts';
import type { RuleResult } from '../../../src/trust/evaluation.ts';
import { finish, inOrder, isBetter, type Judgement, resultOf } from '../../../src/trust/judgement.ts';
import { byText, sortedSet } from '../../../src/trust/order.ts';

const credential = (id: string, digest = `digest of ${id}`): Candidate => ({
  ...{ document: {}, id, type: '', issuer: 'did:web:a.example', subject: {}, validFrom: 0, validUntil: 1 },
  ...{ digest, keys: [], didDocuments: [], status: [] },
});
const rule = (id: string, outcome: RuleResult['outcome'], more: Partial<RuleResult> = {}): RuleResult => ({
  ...{ id, outcome, severity: 'E', message: 'R1', params: {} },
  ...more,
});
const met = rule('S1', 'passed');
const broken = (...ids: readonly string[]): readonly RuleResult[] => [met, ...ids.map((id) => rule(id, 'failed'))];

interface Way {
  readonly rules?: readonly RuleResult[];
  readonly conditions?: readonly string[];
  readonly parties?: readonly [string, ...string[]];
  readonly anchor?: string;
  readonly statement?: string;
  readonly arrangement?: string;
  readonly accreditation?: string;
  readonly digest?: string;
}

const CLAIM = credential('urn:uuid:claim');

/** A judgement on a path; the anchor is all that a policy would say of it here. */
function way({ rules = [met], conditions = [], parties = ['a', 'b'], anchor = 'did:web:a.example', ...links }: Way) {
  const anchors = anchor === '' ? undefined : { did: anchor };
  const path = {
    ...{ parties, anchor: anchors, end: anchor === '' ? 'no-anchor' : 'anchor' },
    arrangements: links.arrangement === undefined ? [] : [credential(links.arrangement)],
    accreditation: links.accreditation === undefined ? undefined : credential(links.accreditation, links.digest),
    decision: undefined,
  };
  const given = { path } as unknown as PathCase;
  return finish(CLAIM, credential(links.statement ?? 'urn:uuid:statement'), given, rules, conditions);
}

/** Each comes before all that follow it, whichever is asked about. */
function expectOrder(...ways: readonly Judgement[]): void {
  for (const [at, best] of ways.entries()) {
    expect(isBetter(best, best)).toBe(false);
    for (const worse of ways.slice(at + 1)) {
      expect(isBetter(best, worse)).toBe(true);
      expect(isBetter(worse, best)).toBe(false);
    }
  }
}

describe('the best judgement', () => {
  it('is the best by result', () => {
    expectOrder(
      way({}),
      way({ conditions: ['fee'] }),
      way({ rules: [met, rule('A1', 'failed', { severity: 'W' })] }),
      way({ rules: [met, rule('C2', 'undetermined')] }),
      way({ rules: broken('C2') }),
    );
  });
  it('among refusals is the one that came nearest', () => {
    expectOrder(
      way({ rules: broken('C2', 'C2', 'C2') }),
      way({ rules: [...broken('C2', 'C3'), rule('A1', 'failed', { severity: 'W' }), rule('A5', 'undetermined')] }),
      way({ rules: broken('C1', 'C2', 'C3') }),
      way({ rules: broken('R1'), anchor: '' }),
      way({ rules: broken('R1', 'I2'), anchor: '' }),
      finish(CLAIM, undefined, undefined, broken('L1', 'L2', 'L3'), []),
    );
  });
  it('counts broken rules for refusals only', () => {
    const warned = (id: string) => rule(id, 'failed', { severity: 'W' });
    const [long, short] = [
      way({ rules: [met, warned('A1')], parties: ['a', 'b', 'c'] }),
      way({ rules: [met, warned('A1'), warned('A2')], parties: ['a', 'b'] }),
    ];
    expectOrder(short, long);
    expectOrder(way({ parties: ['a', 'b'], anchor: '' }), way({ parties: ['a', 'b', 'c'] }));
  });
  it('of equal worth is the shortest path, then the lowest id, then the lowest digest', () => {
    expectOrder(
      finish(CLAIM, undefined, undefined, [met], []),
      way({ accreditation: 'urn:uuid:1', parties: ['a'] }),
      way({ statement: 'urn:uuid:1' }),
      way({ statement: 'urn:uuid:2' }),
      way({ arrangement: 'urn:uuid:1' }),
      way({ accreditation: 'urn:uuid:1', digest: 'a' }),
      way({ accreditation: 'urn:uuid:1', digest: 'b' }),
      way({ arrangement: 'urn:uuid:2' }),
      way({ accreditation: 'urn:uuid:2', digest: 'a' }),
      way({ parties: ['a', 'b', 'c'] }),
    );
    expectOrder(way({ anchor: 'did:web:a.example' }), way({ anchor: 'did:web:b.example' }));
  });
  it('rests on all that was on its way, each once', () => {
    const judged = way({ statement: 'urn:uuid:s', accreditation: 'urn:uuid:a', arrangement: 'urn:uuid:r' });
    expect(judged.restsOn).toEqual(['urn:uuid:a', 'urn:uuid:claim', 'urn:uuid:r', 'urn:uuid:s']);
    expect(finish(CLAIM, undefined, undefined, [], []).restsOn).toEqual(['urn:uuid:claim']);
  });
});

describe('a result', () => {
  it.each<[string, readonly RuleResult[], readonly string[]]>([
    ['UNDETERMINED', [], []],
    ['UNDETERMINED', [rule('S1', 'skipped')], []],
    ['UNDETERMINED', [rule('S1', 'passed', { severity: 'N' })], []],
    ['UNDETERMINED', [rule('C2', 'undetermined')], ['fee']],
    ['ACCEPT', [met, rule('A5', 'skipped'), rule('L5', 'failed', { severity: 'N' })], []],
    ['ACCEPT_WITH_CONDITIONS', [met], ['fee']],
    ['REVIEW', [met, rule('A1', 'failed', { severity: 'W' })], ['fee']],
    ['REVIEW', [rule('A1', 'failed', { severity: 'W' })], []],
    ['UNDETERMINED', [met, rule('A1', 'failed', { severity: 'W' }), rule('C2', 'undetermined')], []],
    ['REJECT', [rule('C2', 'failed')], []],
    ['REJECT', [met, rule('C2', 'failed'), rule('C3', 'undetermined')], []],
  ])('%s', (wanted, rules, conditions) => {
    expect(resultOf(rules, conditions)).toBe(wanted);
  });
});

describe('findings', () => {
  it('are told by rule, then by what they are about, then by message', () => {
    const told = [
      rule('S1', 'passed'),
      rule('S1', 'passed', { subject: 'A' }),
      rule('S1', 'passed', { subject: 'B', message: 'A1' }),
      rule('S1', 'passed', { subject: 'B', message: 'A2' }),
      rule('L1', 'passed', { subject: 'A' }),
      rule('C1', 'passed'),
    ];
    expect(inOrder([...told].reverse())).toEqual(told);
    const [first, second, third, ...rest] = told;
    expect(inOrder([third, first, second, ...rest].filter((one) => one !== undefined))).toEqual(told);
  });
});

describe('texts', () => {
  it('are ordered by code units', () => {
    expect([byText('a', 'b'), byText('b', 'a'), byText('a', 'a')]).toEqual([-1, 1, 0]);
    expect(sortedSet(['b', 'Z', 'a', 'b', 'é'])).toEqual(['Z', 'a', 'b', 'é']);
  });
});
