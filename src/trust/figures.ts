/** Figures of a document as decimals, and the tolerances that rules compare them with. Strings throughout (formats/decimal.ts). */
import type { JsonValue } from '../base/json.ts';
import { add, compare, equal, isNegative, isPactDecimal, multiply, places, subtract } from '../formats/decimal.ts';
import { textAt } from './member.ts';

/** The decimal at a place, or nothing for what is no decimal. */
export function figureAt(from: JsonValue | undefined, ...path: readonly string[]): string | undefined {
  const text = textAt(from, ...path);
  return isPactDecimal(text) ? text : undefined;
}

/** The decimal at a place; one that is not stated counts 0. */
export function amountAt(from: JsonValue | undefined, ...path: readonly string[]): string {
  return figureAt(from, ...path) ?? '0';
}

/** Whether both are stated and of one value. */
export function isSame(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && equal(a, b);
}

/** Whether both are stated and the first is no greater than the second. */
export function isAtMost(figure: string | undefined, limit: string | undefined): boolean {
  return figure !== undefined && limit !== undefined && compare(figure, limit) <= 0;
}

/** The product of two figures; nothing where one is not stated. */
export function product(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || b === undefined ? undefined : multiply(a, b);
}

export function absolute(figure: string): string {
  return isNegative(figure) ? subtract('0', figure) : figure;
}

export function sum(figures: readonly (string | undefined)[]): string {
  return add(...figures.map((figure) => figure ?? '0'));
}

/** Whether two figures lie at most `tolerance` apart. */
export function within(a: string, b: string, tolerance: string): boolean {
  return compare(absolute(subtract(a, b)), tolerance) <= 0;
}

/** Whether `a` lies within one hundredth of `b`. */
export function withinOnePercent(a: string, b: string): boolean {
  return within(a, b, multiply(absolute(b), '0.01'));
}

/** One unit in the last stated place: `0.01` for `21.80`. */
export function lastPlace(figure: string): string {
  const count = places(figure);
  return count === 0 ? '1' : `0.${'0'.repeat(count - 1)}1`;
}

/** The coarser of the two last places. */
export function coarsestPlace(a: string, b: string): string {
  return compare(lastPlace(a), lastPlace(b)) >= 0 ? lastPlace(a) : lastPlace(b);
}
