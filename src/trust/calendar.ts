/** Years and periods on the UTC calendar, as the acts count them. */
import { formatDate, readDate } from '../formats/date-time.ts';

/** An interval whose end is exclusive, milliseconds. */
export interface Period {
  readonly start: number;
  readonly end: number;
}

/** From one instant to another; nothing where one is not known, or the end does not come after the start. */
export function periodBetween(start: number | undefined, end: number | undefined): Period | undefined {
  return start === undefined || end === undefined || start >= end ? undefined : { start, end };
}

export function yearPeriod(year: string): Period | undefined {
  if (!/^\d{4}$/.test(year)) return undefined;
  return periodBetween(readDate(`${year}-01-01`), readDate(`${Number(year) + 1}-01-01`));
}

/** A calendar year `2026`, or `2026-04-01/2027-04-01`. */
export function readPeriod(text: string | undefined): Period | undefined {
  if (text === undefined) return undefined;
  const [first, second, ...rest] = text.split('/');
  if (first === undefined || rest.length > 0) return undefined;
  if (second === undefined) return yearPeriod(first);
  return periodBetween(readDate(first), readDate(second));
}

/** A period that is not known covers nothing and is not covered. */
export function coversPeriod(outer: Period | undefined, inner: Period | undefined): boolean {
  return outer !== undefined && inner !== undefined && outer.start <= inner.start && inner.end <= outer.end;
}

/** A period that is not known overlaps with none. */
export function overlap(a: Period | undefined, b: Period | undefined): boolean {
  return a !== undefined && b !== undefined && a.start < b.end && b.start < a.end;
}

/** The same day and time some years later; from 29 February to the 28th where there is no other. Nothing beyond the year 9999. */
export function addYears(ms: number, years: number): number | undefined {
  const [year = '', month = '', day = ''] = formatDate(ms).split('-');
  const target = String(Number(year) + years).padStart(4, '0');
  const midnight = readDate(`${target}-${month}-${day}`) ?? readDate(`${target}-${month}-28`);
  const startOfDay = readDate(formatDate(ms));
  return midnight === undefined || startOfDay === undefined ? undefined : midnight + (ms - startOfDay);
}
