import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  formatDate,
  formatDateTime,
  hasZone,
  isOwnDateTime,
  readDate,
  readDateTime,
} from '../../../src/formats/date-time.ts';

const FIRST = Date.UTC(1900, 0, 1);
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const instant = fc.integer({ min: FIRST, max: LAST });

describe('a date-time', () => {
  it.each([
    ['2026-03-01T00:00:00Z', Date.UTC(2026, 2, 1)],
    ['2026-03-01T09:00:00+09:00', Date.UTC(2026, 2, 1)],
    ['2026-02-28T18:30:00-05:30', Date.UTC(2026, 2, 1)],
    ['2026-03-01T00:00:00+00:00', Date.UTC(2026, 2, 1)],
    ['2026-03-01T00:00:00-00:00', Date.UTC(2026, 2, 1)],
    ['2026-03-01T14:00:00+14:00', Date.UTC(2026, 2, 1)],
    ['2026-03-01T00:00:00', Date.UTC(2026, 2, 1)],
    ['2026-03-01T00:00:00.5Z', Date.UTC(2026, 2, 1, 0, 0, 0, 500)],
    ['2026-03-01T00:00:00.007Z', Date.UTC(2026, 2, 1, 0, 0, 0, 7)],
    ['2026-03-01T00:00:00.9999999999Z', Date.UTC(2026, 2, 1, 0, 0, 0, 999)],
    ['2024-02-29T23:59:59Z', Date.UTC(2024, 1, 29, 23, 59, 59)],
    ['2000-02-29T12:00:00Z', Date.UTC(2000, 1, 29, 12)],
    ['1900-01-01T00:00:00Z', FIRST],
    ['9999-12-31T23:59:59.999Z', LAST],
  ])('%s is read', (text, ms) => {
    expect(readDateTime(text)).toBe(ms);
  });

  it.each([
    '',
    ' ',
    '2026-03-01',
    '2026-03-01T00:00Z',
    '2026-03-01 00:00:00Z',
    '2026-03-01t00:00:00z',
    '2026-03-01T00:00:00z',
    ' 2026-03-01T00:00:00Z',
    '2026-03-01T00:00:00Z ',
    '2026-03-01T00:00:00Z\n',
    'x2026-03-01T00:00:00Z',
    '2026-03-01T00:00:00Zx',
    '2026-3-1T00:00:00Z',
    '26-03-01T00:00:00Z',
    '02026-03-01T00:00:00Z',
    '+2026-03-01T00:00:00Z',
    '-2026-03-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-32T00:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T25:00:00Z',
    '2026-03-01T00:60:00Z',
    '2016-12-31T23:59:60Z',
    '2026-03-01T00:00:00.Z',
    '2026-03-01T00:00:00,5Z',
    `2026-03-01T00:00:00.${'0'.repeat(31)}Z`,
    '2026-03-01T00:00:00+9:00',
    '2026-03-01T00:00:00+0900',
    '2026-03-01T00:00:00+09',
    '2026-03-01T00:00:00+09:60',
    '2026-03-01T00:00:00+14:01',
    '2026-03-01T00:00:00+24:00',
    '2026-03-01T00:00:00Z+09:00',
    '1899-12-31T23:59:59Z',
    '1900-01-01T00:00:00+09:00',
    '9999-12-31T23:59:59-01:00',
    '0000-01-01T00:00:00Z',
    '２０２６-03-01T00:00:00Z',
    'Sun, 01 Mar 2026 00:00:00 GMT',
    '2026-W09-7T00:00:00Z',
    '20260301T000000Z',
    1_772_323_200_000,
    null,
    undefined,
    {},
    ['2026-03-01T00:00:00Z'],
  ])('%j is not', (text) => {
    expect(readDateTime(text)).toBeUndefined();
    expect(isOwnDateTime(text)).toBe(false);
  });

  it('of every instant is read as that instant, in every zone and with any fraction', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: -840, max: 840 }), fc.stringMatching(/^\d{0,10}$/), (ms, offset, more) => {
        const local = ms + offset * 60_000;
        fc.pre(local >= FIRST && local <= LAST);
        const two = (n: number): string => String(n).padStart(2, '0');
        const size = Math.abs(offset);
        const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
        expect(readDateTime(`${new Date(local).toISOString().slice(0, -1)}${more}${zone}`)).toBe(ms);
        expect(readDateTime(new Date(ms).toISOString())).toBe(ms);
        expect(readDateTime(new Date(ms).toISOString().slice(0, -1))).toBe(ms);
      }),
    );
  });

  it('exists for exactly the days that a calendar has', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1890, max: 9999 }),
        fc.integer({ min: 0, max: 14 }),
        fc.integer({ min: 0, max: 33 }),
        (year, month, day) => {
          const text = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
          const date = new Date(Date.UTC(year, month - 1, day));
          const real = year >= 1900 && date.toISOString().slice(0, 10) === text;
          expect(readDate(text)).toBe(real ? date.getTime() : undefined);
          expect(readDateTime(`${text}T00:00:00Z`)).toBe(real ? date.getTime() : undefined);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('says whether it has a zone, and whether it is as we write it', () => {
    for (const [text, zone, own] of [
      ['2026-03-01T00:00:00Z', true, true],
      ['2026-03-01T00:00:00.0Z', true, false],
      ['2026-03-01T00:00:00+00:00', true, false],
      ['2026-03-01T00:00:00', false, false],
      ['2026-02-30T00:00:00Z', false, false],
      ['Z', false, false],
    ] as const) {
      expect(hasZone(text)).toBe(zone);
      expect(isOwnDateTime(text)).toBe(own);
    }
  });
});

describe('under another time zone of the machine', () => {
  const before = process.env['TZ'];
  afterEach(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });

  it.each(['UTC', 'Asia/Seoul', 'America/New_York', 'Pacific/Kiritimati', 'Pacific/Apia'])(
    '%s says the same',
    (zone) => {
      process.env['TZ'] = zone;
      expect(readDateTime('2026-03-01T00:00:00')).toBe(1_772_323_200_000);
      // An hour that New York skipped, a day that Apia skipped.
      expect(readDateTime('2026-03-08T02:30:00')).toBe(Date.UTC(2026, 2, 8, 2, 30));
      expect(readDate('2011-12-30')).toBe(Date.UTC(2011, 11, 30));
      expect(formatDateTime(1_772_323_200_000)).toBe('2026-03-01T00:00:00Z');
      expect(formatDate(1_772_323_200_000)).toBe('2026-03-01');
    },
  );
});

describe('a date', () => {
  it.each(['2026-03-01', '2024-02-29', '1900-01-01', '9999-12-31'])('%s is read', (text) => {
    expect(readDate(text)).toBe(Date.parse(`${text}T00:00:00Z`));
  });

  it.each([
    '',
    '2026-3-1',
    '2026-02-29',
    '2026-03-01Z',
    '2026-03-01+09:00',
    '2026-03-01\n',
    '1899-12-31',
    '20260301',
    20260301,
  ])('%j is not', (text) => {
    expect(readDate(text)).toBeUndefined();
  });
});

describe('what we write', () => {
  it('is cut to the whole second and read back', () => {
    fc.assert(
      fc.property(instant, (ms) => {
        const text = formatDateTime(ms);
        expect(isOwnDateTime(text)).toBe(true);
        expect(readDateTime(text)).toBe(Math.floor(ms / 1000) * 1000);
        expect(readDate(formatDate(ms))).toBe(Math.floor(ms / 86_400_000) * 86_400_000);
      }),
    );
    expect(formatDateTime(-1)).toBe('1969-12-31T23:59:59Z');
  });

  it('is only what we would read', () => {
    for (const ms of [FIRST - 1, LAST + 1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => formatDateTime(ms)).toThrow(RangeError);
      expect(() => formatDate(ms)).toThrow(RangeError);
    }
    expect(formatDateTime(LAST)).toBe('9999-12-31T23:59:59Z');
    expect(formatDateTime(FIRST)).toBe('1900-01-01T00:00:00Z');
  });
});
