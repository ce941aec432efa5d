import { describe, expect, it } from 'vitest';
import { refuse, ServiceError } from '../../../src/base/error.ts';
import { failed, passed, undetermined } from '../../../src/base/finding.ts';

function thrown(act: () => unknown): ServiceError {
  try {
    act();
  } catch (error) {
    if (error instanceof ServiceError) return error;
  }
  throw new Error('not refused');
}

describe('a refusal', () => {
  it('takes its code, detail and pointer from the first finding that did not pass', () => {
    const findings = [
      passed('a'),
      failed('b', 'RANGE_ERROR', 'too large', { pointer: '/b' }),
      undetermined('c', 'UNAVAILABLE', 'not reached'),
    ];
    expect(thrown(() => refuse(findings))).toMatchObject({
      code: 'RANGE_ERROR',
      message: 'too large',
      pointer: '/b',
      findings,
    });
  });

  it('without any such finding is a bad request', () => {
    expect(thrown(() => refuse([passed('a')]))).toMatchObject({ code: 'BAD_REQUEST', pointer: undefined });
  });

  it('keeps its cause out of its message', () => {
    const cause = new Error('the cause');
    const error = new ServiceError('INTERNAL', 'failed', { cause });
    expect(error.cause).toBe(cause);
    expect(error.message).toBe('failed');
    expect('cause' in new ServiceError('INTERNAL', 'failed')).toBe(false);
  });
});
