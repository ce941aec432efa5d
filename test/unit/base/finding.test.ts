import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  excerpt,
  type Finding,
  failed,
  owed,
  passed,
  skipped,
  undetermined,
  verdictOf,
} from '../../../src/base/finding.ts';

const finding = fc.constantFrom<Finding>(
  passed('a'),
  skipped('b', 'nothing to do'),
  failed('c', 'PARSING_ERROR', 'wrong'),
  undetermined('d', 'DID_RESOLUTION_ERROR', 'not reached'),
);

describe('the verdict', () => {
  it('is the worst of the findings, whatever their order and however many passed', () => {
    fc.assert(
      fc.property(fc.array(finding), (findings) => {
        const has = (outcome: Finding['outcome']) => findings.some((one) => one.outcome === outcome);
        const expected = has('failed')
          ? 'rejected'
          : has('undetermined') || !has('passed')
            ? 'undetermined'
            : 'accepted';
        expect(verdictOf(findings)).toBe(expected);
        expect(verdictOf(findings.toReversed())).toBe(expected);
      }),
    );
  });

  it('of nothing, or of checks that had nothing to do, accepts nothing', () => {
    expect(verdictOf([])).toBe('undetermined');
    expect(verdictOf([skipped('a', 'nothing to do')])).toBe('undetermined');
    expect(verdictOf([skipped('a', 'nothing to do'), passed('b')])).toBe('accepted');
  });
});

describe('a finding', () => {
  it('keeps its outcome, whatever else it is made with', () => {
    expect(passed('a', { outcome: 'failed', pointer: '/x' })).toEqual({ check: 'a', outcome: 'passed', pointer: '/x' });
    expect(failed('a', 'RANGE_ERROR', 'b', { outcome: 'passed', check: 'c' })).toEqual({
      check: 'a',
      outcome: 'failed',
      code: 'RANGE_ERROR',
      detail: 'b',
    });
  });
});

describe('a step that has to be made', () => {
  it('and found something is left as it is; one that found nothing leaves a doubt', () => {
    const found = [passed('a')];
    expect(owed('a', 'RANGE_ERROR', found)).toBe(found);
    expect(owed('a', 'RANGE_ERROR', [])).toMatchObject([{ check: 'a', outcome: 'undetermined', code: 'RANGE_ERROR' }]);
    expect(verdictOf([passed('b'), ...owed('a', 'RANGE_ERROR', [])])).toBe('undetermined');
  });
});

describe('an excerpt', () => {
  it('is short, well-formed and without control or format characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.integer({ min: 1, max: 100 }), (text, longest) => {
        const short = excerpt(text, longest);
        expect(short.length).toBeLessThanOrEqual(longest + 1);
        expect(short.isWellFormed()).toBe(true);
        expect(short).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        expect(short.endsWith('…') || text.length <= longest).toBe(true);
      }),
    );
  });

  it('leaves a plain text of just the length alone, and never cuts a pair in half', () => {
    expect(excerpt('x'.repeat(80))).toBe('x'.repeat(80));
    expect(excerpt('x'.repeat(81))).toBe(`${'x'.repeat(80)}…`);
    expect(excerpt(`${'x'.repeat(79)}😀`)).toBe(`${'x'.repeat(79)}\ufffd…`);
    expect(excerpt('a\u202eb\nc\ud800')).toBe('a\ufffdb\ufffdc\ufffd');
  });
});
