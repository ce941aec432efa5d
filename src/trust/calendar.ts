/** Years and periods on the UTC calendar, as the acts count them. */
import { formatDate, readDate } from '../formats/date-time.ts';

/** An interval whose end is exclusive, milliseconds. */
export interface Period {
  readonly start: number;
  readonly end: number;
}

export function yearPeriod(year: string): Period | undefined {
  if (!/^\d{4}$/.test(year)) return undefined;
  const start = readDate(`${year}-01-01`);
  const end = readDate(`${Number(year) + 1}-01-01`);
  return start === undefined || end === undefined ? undefined : { start, end };
}

/** A calendar year `2026`, or `2026-04-01/2027-04-01`. */
export function readPeriod(text: string | undefined): Period | undefined {
  if (text === undefined) return undefined;
  const [first, second, ...rest] = text.split('/');
  if (first === undefined || rest.length > 0) return undefined;
  if (second === undefined) return yearPeriod(first);
  const start = readDate(first);
  const end = readDate(second);
  return start === undefined || end === undefined || start >= end ? undefined : { start, end };
}

export function coversPeriod(outer: Period, inner: Period): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

export function overlap(a: Period, b: Period): boolean {
  return a.start < b.end && b.start < a.end;
}

/** The same day and time some years later; from 29 February to the 28th where there is no other. Nothing beyond the year 9999. */
export function addYears(ms: number, years: number): number | undefined {
  const [year = '', month = '', day = ''] = formatDate(ms).split('-');
  const target = String(Number(year) + years).padStart(4, '0');
  const midnight = readDate(`${target}-${month}-${day}`) ?? readDate(`${target}-${month}-28`);
  const startOfDay = readDate(formatDate(ms));
  return midnight === undefined || startOfDay === undefined ? undefined : midnight + (ms - startOfDay);
}
