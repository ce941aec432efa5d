/**
 * Dates and date-times, the narrow profile of docs/threats.md, section 5.15: a strict subset of `xsd:dateTimeStamp` and
 * `xsd:date`, read without `Date.parse`, whose answers depend on the time zone of the machine.
 */

const DATE_TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,30}))?(?:(Z)|([+-])(\d{2}):(\d{2}))?$/;
const OWN_DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const ZONE = /(?:Z|[+-]\d{2}:\d{2})$/;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const FIRST_YEAR = 1900;
const LAST_YEAR = 9999;
/** The offsets that XML Schema knows reach to fourteen hours, the offsets in use as well. */
const WIDEST_OFFSET_MINUTES = 14 * 60;

/**
 * Milliseconds since the epoch of `YYYY-MM-DDThh:mm:ss[.s…][Z|±hh:mm]`, or nothing when it is not one.
 * A time without a zone is read as UTC (VCDM 2.0, section 4.9). Digits beyond the millisecond are cut off. Refused: 24:00, leap
 * seconds, dates that no calendar has, years (as written and in UTC) before 1900 or after 9999.
 */
export function readDateTime(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const match = DATE_TIME.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', , sign, offsetHour, offsetMinute] = match;
  const midnight = midnightOf(Number(year), Number(month), Number(day));
  if (midnight === undefined) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const offset = readOffset(sign, offsetHour, offsetMinute);
  if (offset === undefined) return undefined;
  const millisecond = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const local = midnight + (Number(hour) * 60 + Number(minute)) * MINUTE_MS + Number(second) * 1000 + millisecond;
  const instant = local - offset * MINUTE_MS;
  return inRange(instant) ? instant : undefined;
}

/** Whether a date-time says its zone. Our own issuer never signs one that does not. */
export function hasZone(text: string): boolean {
  return ZONE.test(text) && readDateTime(text) !== undefined;
}

/** Whether it is a date-time as our own types write it: whole seconds and `Z`. */
export function isOwnDateTime(text: unknown): boolean {
  return typeof text === 'string' && OWN_DATE_TIME.test(text) && readDateTime(text) !== undefined;
}

/** Milliseconds of 00:00 UTC of `YYYY-MM-DD` (no zone), or nothing when it is not a date of the years 1900 to 9999. */
export function readDate(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const match = DATE.exec(text);
  return match === null ? undefined : midnightOf(Number(match[1]), Number(match[2]), Number(match[3]));
}

/**
 * `YYYY-MM-DDThh:mm:ssZ` of an instant, cut to the whole second that has begun.
 * Errors: RangeError outside the years 1900 to 9999, which this form cannot write or we would not read.
 */
export function formatDateTime(ms: number): string {
  return `${isoOf(ms).slice(0, 19)}Z`;
}

/** `YYYY-MM-DD` of an instant, in UTC. Errors: RangeError outside the years 1900 to 9999. */
export function formatDate(ms: number): string {
  return isoOf(ms).slice(0, 10);
}

function isoOf(ms: number): string {
  if (!inRange(ms)) throw new RangeError('an instant outside the years 1900 to 9999');
  return new Date(ms).toISOString();
}

function inRange(ms: number): boolean {
  return ms >= Date.UTC(FIRST_YEAR, 0, 1) && ms < Date.UTC(LAST_YEAR, 11, 31) + DAY_MS;
}

function midnightOf(year: number, month: number, day: number): number | undefined {
  if (year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > 12) return undefined;
  if (day < 1 || day > daysIn(year, month)) return undefined;
  return Date.UTC(year, month - 1, day);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Minutes east of UTC; 0 for `Z` and for a time without a zone. */
function readOffset(sign: string | undefined, hour: string | undefined, minute: string | undefined) {
  if (sign === undefined) return 0;
  const minutes = Number(hour) * 60 + Number(minute);
  if (Number(minute) > 59 || minutes > WIDEST_OFFSET_MINUTES) return undefined;
  return sign === '-' ? -minutes : minutes;
}
