import { describe, expect, test } from 'vitest';
import { compareResults, isOnlyDoubt } from '../../../src/trust/changes.ts';
import type { NearestMiss, RegimeResult, RuleResult } from '../../../src/trust/evaluation.ts';

const A = 'urn:uuid:00000000-0000-4000-8000-00000000000a';
const B = 'urn:uuid:00000000-0000-4000-8000-00000000000b';

const rule = (id: string, outcome: RuleResult['outcome'], more: Partial<RuleResult> = {}): RuleResult => ({
  id,
  outcome,
  severity: 'E',
  message: 'R1',
  params: {},
  ...more,
});
const result = (one: RegimeResult['result'], rules: readonly RuleResult[] = [], more: Partial<RegimeResult> = {}) => ({
  r: { result: one, rules, path: [], values: {}, restsOn: [], ...more } satisfies RegimeResult,
});
const miss = (credential: string): NearestMiss => ({
  path: [],
  link: { to: 'did:web:a.example', credential },
  rule: 'C1',
  message: 'R1',
  params: {},
});

describe('what changed', () => {
  test('a rule that is not met any more, and the credential it is about', () => {
    const before = result('ACCEPT', [rule('time.statement', 'passed', { subject: A })]);
    const after = result('REJECT', [rule('time.statement', 'failed', { subject: A })]);
    expect(compareResults(before, after)).toEqual({
      r: { before: 'ACCEPT', after: 'REJECT', failing: ['time.statement'], passing: [], credentials: [A] },
    });
    expect(compareResults(after, before)).toEqual({
      r: { before: 'REJECT', after: 'ACCEPT', failing: [], passing: ['time.statement'], credentials: [A] },
    });
  });

  test('nothing, where figures, notes, paths or what was skipped are others', () => {
    const before = result('ACCEPT', [rule('L5', 'failed', { severity: 'N' }), rule('A5', 'skipped')]);
    const after = result('ACCEPT', [rule('status', 'undetermined', { severity: 'N' }), rule('C1', 'passed')], {
      values: { pcf: '1' },
      restsOn: [B],
      statement: B,
    });
    expect(compareResults(before, after)).toEqual({});
    expect(compareResults(before, before)).toEqual({});
  });

  test('a finding that matters, though the result is the same', () => {
    const before = result('REJECT', [rule('R1', 'failed', { subject: A })]);
    const after = result('REJECT', [rule('R1', 'failed', { subject: A }), rule('R2', 'failed', { subject: B })]);
    expect(compareResults(before, after)['r']).toMatchObject({ failing: ['R2'], passing: [], credentials: [B] });
  });

  test('a rule that is worse than before is failing, and not passing', () => {
    const doubt = result('UNDETERMINED', [rule('C1', 'undetermined', { subject: A })]);
    const failure = result('REJECT', [rule('C1', 'failed', { subject: A })]);
    expect(compareResults(doubt, failure)['r']).toMatchObject({ failing: ['C1'], passing: [] });
    const warning = result('REVIEW', [rule('C1', 'failed', { subject: A, severity: 'W' })]);
    expect(compareResults(warning, failure)['r']).toMatchObject({ failing: ['C1'], passing: [] });
    const elsewhere = result('REJECT', [rule('C1', 'failed', { subject: B })]);
    expect(compareResults(failure, elsewhere)['r']).toMatchObject({
      failing: ['C1'],
      passing: [],
      credentials: [A, B],
    });
  });

  test('names the credentials of nested findings and of the first broken link, and no party', () => {
    const before = result('ACCEPT');
    const causes = [rule('C4', 'failed', { subject: B }), rule('C5', 'passed', { subject: 'urn:uuid:fine' })];
    const after = result('REJECT', [rule('B7', 'failed', { subject: 'did:web:a.example', causes })], {
      nearestMiss: miss(A),
    });
    expect(compareResults(before, after)['r']?.credentials).toEqual([A, B]);
    const same = result('REJECT', [rule('R1', 'failed')], { nearestMiss: miss(A) });
    expect(compareResults(after, same)['r']?.credentials).toEqual([B]);
  });

  test('open conditions, whatever their order', () => {
    const before = result('ACCEPT_WITH_CONDITIONS', [], { conditions: ['fee', 'form'] });
    const turned = result('ACCEPT_WITH_CONDITIONS', [], { conditions: ['form', 'fee'] });
    expect(compareResults(before, turned)).toEqual({});
    const fewer = result('ACCEPT_WITH_CONDITIONS', [], { conditions: ['fee'] });
    expect(compareResults(before, fewer)['r']).toMatchObject({
      before: 'ACCEPT_WITH_CONDITIONS',
      after: 'ACCEPT_WITH_CONDITIONS',
      conditionsChanged: true,
    });
    expect(compareResults(before, result('ACCEPT'))['r']).toMatchObject({ after: 'ACCEPT', conditionsChanged: true });
    expect(compareResults(result('ACCEPT'), result('REVIEW'))['r']).not.toHaveProperty('conditionsChanged');
  });

  test('a regime that the policy has got or lost', () => {
    expect(compareResults({}, result('ACCEPT'))).toMatchObject({ r: { before: null, after: 'ACCEPT' } });
    expect(compareResults(result('ACCEPT'), {})).toMatchObject({ r: { before: 'ACCEPT', after: null } });
  });
});

describe('a doubt and nothing else', () => {
  const to = (after: 'UNDETERMINED' | 'REJECT' | 'ACCEPT') => ({ after });
  test('is when every regime that changed became undetermined', () => {
    expect(isOnlyDoubt({ 'eu-cbam': to('UNDETERMINED') })).toBe(true);
    expect(isOnlyDoubt({ 'eu-cbam': to('UNDETERMINED'), 'iso14067-pcf': to('UNDETERMINED') })).toBe(true);
  });
  test('is not when one of them was refused, or accepted, or nothing changed', () => {
    expect(isOnlyDoubt({ 'eu-cbam': to('UNDETERMINED'), 'iso14067-pcf': to('REJECT') })).toBe(false);
    expect(isOnlyDoubt({ 'eu-cbam': to('ACCEPT') })).toBe(false);
    expect(isOnlyDoubt({})).toBe(false);
  });
});
