/** What came nearest to an acceptance: of several broken rules the one that a person mends first, and the link that it is about. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import type { Candidate } from '../../../src/trust/candidate.ts';
import type { RuleResult } from '../../../src/trust/evaluation.ts';
import { Evidence } from '../../../src/trust/evidence.ts';
import { findNearestMiss } from '../../../src/trust/explain.ts';
import { finish } from '../../../src/trust/judgement.ts';

const credential = (id: string, subject: JsonObject = {}): Candidate => ({
  ...{ document: { id }, id, type: '', issuer: `did:web:issuer.example:${id}`, subject, validFrom: 0, validUntil: 1 },
  ...{ digest: `digest of ${id}`, keys: [], didDocuments: [], status: [] },
});
const rule = (id: string, more: Partial<RuleResult> = {}): RuleResult => ({
  ...{ id, outcome: 'failed', severity: 'E', message: 'R1', params: {} },
  ...more,
});
const CLAIM = credential('claim');
const LINK = credential('accreditation', { id: 'did:web:verifier.example' });
const evidence = new Evidence([CLAIM, LINK, credential('bare')], []);

const missOf = (...rules: readonly RuleResult[]) =>
  findNearestMiss(evidence, finish(CLAIM, undefined, undefined, rules, []));

describe('of several broken rules', () => {
  // From the anchor down, then what stands in statement and claim.
  const ORDER =
    'I2 time.arrangement R3 R4 R1 R5 L2 C1 C2 C3 C4 C5 R2 L1 I1 B7 time.decision time.statement time.claim S1'.split(
      ' ',
    );

  it.each(ORDER.map((id, at) => [id, ORDER.slice(at)] as const))('%s is told before what follows it', (id, rest) => {
    expect(missOf(...rest.toReversed().map((one) => rule(one)))?.rule).toBe(id);
    expect(missOf(...rest.map((one) => rule(one)))?.rule).toBe(id);
  });

  it('those that are not of the chain come in the order of the table', () => {
    expect(missOf(rule('B1'), rule('A1'), rule('S1'))?.rule).toBe('S1');
    expect(missOf(rule('B1'), rule('A1'))?.rule).toBe('A1');
  });

  it('one that only asks for a look is not the miss of a refusal, and a note never is', () => {
    expect(missOf(rule('I2', { severity: 'W' }), rule('S1'))?.rule).toBe('S1');
    expect(missOf(rule('I2', { severity: 'N' }), rule('S1'))?.rule).toBe('S1');
    expect(missOf(rule('S2', { outcome: 'passed' }), rule('I2', { severity: 'W' }))?.rule).toBe('I2');
    expect(missOf(rule('S2', { outcome: 'passed' }), rule('I2', { severity: 'N' }))).toBeUndefined();
  });

  it('an open one is the miss of what is undetermined', () => {
    const open = rule('S1', { outcome: 'undetermined' });
    expect(missOf(rule('S2', { outcome: 'passed' }), rule('I2', { severity: 'W' }), open)?.rule).toBe('S1');
    expect(
      missOf(rule('S2', { outcome: 'passed' }), rule('I2', { severity: 'N', outcome: 'undetermined' }), open)?.rule,
    ).toBe('S1');
  });
});

describe('the link', () => {
  it('is from who signed a credential to whom it is about', () => {
    expect(missOf(rule('C3', { subject: 'accreditation' }))?.link).toEqual({
      from: LINK.issuer,
      to: 'did:web:verifier.example',
      credential: 'accreditation',
    });
  });
  it('is that of the credential that grants, before that of the one that is judged', () => {
    expect(missOf(rule('C3', { subject: 'bare', params: { grantedBy: 'accreditation' } }))?.link.credential).toBe(
      'accreditation',
    );
    expect(missOf(rule('C3', { subject: 'bare', params: { grantedBy: 'absent' } }))?.link).toEqual({
      from: 'did:web:issuer.example:bare',
      to: 'bare',
      credential: 'bare',
    });
  });
  it('comes from nowhere where nobody vouches', () => {
    expect(missOf(rule('R1', { params: { did: 'did:web:a.example' }, subject: 'x' }))?.link).toEqual({
      to: 'did:web:a.example',
    });
    expect(missOf(rule('R1', { subject: 'x' }))?.link).toEqual({ to: 'x' });
    expect(missOf(rule('R1'))?.link).toEqual({ to: 'claim' });
  });
});

describe('a cause further up', () => {
  it('is told with the rule that rests on it, the first of the chain first', () => {
    const causes = [rule('V4', { subject: 'bare' }), rule('C3', { subject: 'accreditation', code: 'OUT_OF_SCOPE' })];
    const miss = missOf(rule('B7', { code: 'CHAIN_BROKEN', causes }));
    expect(miss).toMatchObject({ rule: 'B7', code: 'CHAIN_BROKEN', link: { credential: 'accreditation' } });
    expect(miss?.cause).toEqual({ id: 'C3', code: 'OUT_OF_SCOPE', message: 'R1', params: {} });
    expect(missOf(rule('B7', { causes: [rule('V4')] }))?.cause).toEqual({ id: 'V4', message: 'R1', params: {} });
  });
  it('is not there without one', () => {
    const miss = missOf(rule('B7'));
    expect(miss).toEqual({ path: [], link: { to: 'claim' }, rule: 'B7', message: 'R1', params: {} });
  });
});
