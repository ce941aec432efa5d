import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { CLOCK_SKEW_MS, checkValidityPeriod } from '../../../src/credentials/validity-period.ts';

const FROM = Date.UTC(2027, 0, 1);
const UNTIL = Date.UTC(2028, 0, 1);
const credential = { validFrom: '2027-01-01T00:00:00Z', validUntil: '2028-01-01T00:00:00Z' };
const at = (instant: number, document: JsonObject = credential, skew?: number) =>
  checkValidityPeriod(document, instant, skew).map(({ code, outcome, pointer }) =>
    [code ?? outcome, pointer ?? ''].join(' ').trim(),
  );

describe('the validity period', () => {
  test('begins with validFrom, give or take the skew: OK-013', () => {
    expect(at(FROM)).toEqual(['passed']);
    expect(at(FROM - 240_000)).toEqual(['passed']);
    expect(at(FROM - CLOCK_SKEW_MS)).toEqual(['passed']);
    expect(at(FROM - CLOCK_SKEW_MS - 1)).toEqual(['NOT_YET_VALID /validFrom']);
  });
  test('ends before validUntil', () => {
    expect(at(UNTIL + CLOCK_SKEW_MS - 1)).toEqual(['passed']);
    expect(at(UNTIL + CLOCK_SKEW_MS)).toEqual(['EXPIRED /validUntil']);
    expect(at(UNTIL - 1, credential, 0)).toEqual(['passed']);
    expect(at(UNTIL, credential, 0)).toEqual(['EXPIRED /validUntil']);
    expect(at(FROM, credential, 0)).toEqual(['passed']);
    expect(at(FROM - 1, credential, 0)).toEqual(['NOT_YET_VALID /validFrom']);
  });
  test('may be open, and may be written as VCDM 1.1 did', () => {
    expect(at(0, {})).toEqual(['passed']);
    expect(at(UNTIL, { validFrom: credential.validFrom })).toEqual(['passed']);
    expect(at(UNTIL + 1, { expirationDate: credential.validUntil }, 0)).toEqual(['EXPIRED /validUntil']);
    expect(at(FROM - 1, { issuanceDate: credential.validFrom }, 0)).toEqual(['NOT_YET_VALID /validFrom']);
  });
  test('is made of dates: TIM-001', () => {
    for (const bad of [
      ['2099-01-01T00:00:00Z'],
      { '@value': '2099-01-01T00:00:00Z' },
      4_070_908_800,
      '',
      '2026-02-30T00:00:00Z',
      '2026-01-01T24:00:00Z',
      null,
    ]) {
      expect(at(FROM, { ...credential, validUntil: bad })).toEqual(['MALFORMED_VALUE_ERROR /validUntil']);
    }
  });
  test('ends after it begins: TIM-002', () => {
    expect(at(FROM, { validFrom: '2026-06-01T00:00:00Z', validUntil: '2026-01-01T00:00:00Z' })).toEqual([
      'MALFORMED_VALUE_ERROR /validUntil',
    ]);
    expect(at(FROM, { validFrom: credential.validFrom, validUntil: credential.validFrom })).toEqual([
      'MALFORMED_VALUE_ERROR /validUntil',
    ]);
  });
  test('reads offsets, and a time without a zone as UTC', () => {
    expect(at(FROM, { validFrom: '2027-01-01T05:30:00+05:30', validUntil: '2027-01-01T00:00:01.5' }, 0)).toEqual([
      'passed',
    ]);
    expect(at(FROM - 1, { validFrom: '2027-01-01T05:30:00+05:30' }, 0)).toEqual(['NOT_YET_VALID /validFrom']);
  });
  test('is reported with the skew', () => {
    expect(checkValidityPeriod(credential, FROM)[0]?.params).toEqual({
      validFrom: '2027-01-01T00:00:00Z',
      validUntil: '2028-01-01T00:00:00Z',
      skewSeconds: '300',
    });
  });
});
