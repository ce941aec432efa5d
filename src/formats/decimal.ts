/**
 * Exact decimals, from string to string (docs/domain.md, section 2, numbers). No figure is ever held as a `number`; big.js works in
 * its strict mode on a constructor of our own, so that nobody else's settings reach us and ours reach nobody.
 *
 * Arguments are decimals in either form below, of any length; anything else is a RangeError, because figures are checked where they
 * come in. Results are canonical: `^-?(0|[1-9]\d*)(\.\d*[1-9])?$`, never `-0`.
 */
import { Big as SharedBig } from 'big.js';

/** Longest figure in signed project data, characters (rule W11). */
export const LONGEST_DECIMAL = 40;
/** Longest figure taken from inside a PACT literal, characters; PACT itself names no limit. */
export const LONGEST_PACT_DECIMAL = 128;
/** Most places a quotient or a rounding can be asked for. */
const MOST_PLACES = 1000;

const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const PACT_DECIMAL = /^[+-]?\d+(?:\.\d+)?$/;

const Exact = SharedBig();
Exact.strict = true;
Exact.RM = SharedBig.roundHalfUp;

/** Rule W11: a figure as signed project data writes it, `-?(0|[1-9]\d*)(\.\d+)?`, at most 40 characters. */
export function isDecimal(text: unknown): text is string {
  return typeof text === 'string' && text.length <= LONGEST_DECIMAL && DECIMAL.test(text);
}

/** A figure as PACT 3.0 writes it, `[+-]?\d+(\.\d+)?`: leading zeros and a plus sign may stand, an exponent may not. */
export function isPactDecimal(text: unknown): text is string {
  return typeof text === 'string' && text.length <= LONGEST_PACT_DECIMAL && PACT_DECIMAL.test(text);
}

/** The one spelling of a value: `+021.80` and `21.8` become `21.8`, `-0.0` becomes `0`. */
export function canonical(text: string): string {
  return write(read(text));
}

/** Order by value; `21.80` and `21.8` are the same. */
export function compare(a: string, b: string): -1 | 0 | 1 {
  return read(a).cmp(read(b));
}

export function equal(a: string, b: string): boolean {
  return read(a).eq(read(b));
}

/** The exact sum; of nothing, `0`. */
export function add(...terms: readonly string[]): string {
  return write(terms.reduce((sum, term) => sum.plus(read(term)), new Exact('0')));
}

export function subtract(a: string, b: string): string {
  return write(read(a).minus(read(b)));
}

/** The exact product: it has as many places as both factors together. */
export function multiply(a: string, b: string): string {
  return write(read(a).times(read(b)));
}

/** The quotient rounded half up (away from zero) to `places`. Errors: RangeError for a divisor of 0. */
export function divide(a: string, b: string, places: number): string {
  const divisor = read(b);
  if (divisor.eq('0')) throw new RangeError('division by zero');
  // Synchronous, and on the private constructor alone.
  Exact.DP = checkedPlaces(places);
  return write(read(a).div(divisor));
}

/** Rounded half up (away from zero) to at most `places`. */
export function round(a: string, decimals: number): string {
  return write(read(a).round(checkedPlaces(decimals)));
}

/** The same rounding, written with exactly `places` places, for figures that a text shows: `21.8` → `21.80`. */
export function toPlaces(a: string, decimals: number): string {
  // Rounded before it is written: `toFixed` alone would leave the sign of -0.001 standing before 0.00.
  return read(a).round(checkedPlaces(decimals)).toFixed(decimals);
}

/** How many places the text states: 2 for `21.80`. A tolerance of one unit in the last stated place follows from it. */
export function places(a: string): number {
  checkForm(a);
  const point = a.indexOf('.');
  return point < 0 ? 0 : a.length - point - 1;
}

export function isNegative(a: string): boolean {
  return read(a).lt('0');
}

export function isZero(a: string): boolean {
  return read(a).eq('0');
}

function checkForm(text: string): void {
  if (!PACT_DECIMAL.test(text)) throw new RangeError('not a decimal');
}

function read(text: string): SharedBig {
  checkForm(text);
  return new Exact(text.startsWith('+') ? text.slice(1) : text);
}

function write(value: SharedBig): string {
  // Never an exponent, no trailing zeros, and of a negative zero plainly 0, unlike `valueOf`.
  return value.toFixed();
}

function checkedPlaces(count: number): number {
  if (!Number.isInteger(count) || count < 0 || count > MOST_PLACES) throw new RangeError('not a number of places');
  return count;
}
