/** Arithmetic over the leaves of a worksheet: exact, whatever stands in them (docs/domain.md, sections 2 and 9.2). */
import type { JsonObject } from '../../base/json.ts';
import { add, divide, isDecimal, isZero, multiply } from '../../formats/decimal.ts';

/** Quantity × factor, exact; 0 for what are no figures. */
export function productOf({ quantity, factor }: JsonObject): string {
  return isDecimal(quantity) && isDecimal(factor) ? multiply(quantity, factor) : '0';
}

export function totalOf(leaves: readonly JsonObject[]): string {
  return add(...leaves.map(productOf));
}

/** `part` of `whole` in percent, two places half up; nothing of a whole of 0. */
export function percentOf(part: string, whole: string): string | undefined {
  return isZero(whole) ? undefined : divide(multiply(part, '100'), whole, 2);
}
