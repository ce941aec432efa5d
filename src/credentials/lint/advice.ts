import { type Finding, failed } from '../../base/finding.ts';
import { compare, isNegative, isPactDecimal, isZero } from '../../formats/decimal.ts';
import type { Sign } from '../footprint.ts';

/** `error`: it would be refused, so it is not signed. `warning`: it is signed, and the issuer is told. */
export type Severity = 'error' | 'warning';

/** What is wrong with the meaning of a credential, under the rule of docs/domain.md, section 8, that would find it later. */
export function advice(rule: string, pointer: string, detail: string, severity: Severity = 'error'): Finding {
  return failed(rule, 'LINT_FAILED', detail, { pointer, params: { severity } });
}

/** Rule S3: the sign of a figure, judged as a number. What is no decimal is a matter of form. */
export function checkSign(value: unknown, sign: Sign, pointer: string): Finding[] {
  if (!isPactDecimal(value)) return [];
  if (sign === 'positive' && (isNegative(value) || isZero(value))) return [advice('S3', pointer, 'must be above 0')];
  if (sign === 'not-negative' && isNegative(value)) return [advice('S3', pointer, 'must not be below 0')];
  if (sign === 'not-positive' && !isNegative(value) && !isZero(value)) {
    return [advice('S3', pointer, 'must not be above 0')];
  }
  return [];
}

export function checkRange(rule: string, value: unknown, low: string, high: string, pointer: string): Finding[] {
  if (!isPactDecimal(value) || (compare(value, low) >= 0 && compare(value, high) <= 0)) return [];
  return [advice(rule, pointer, `must be from ${low} to ${high}`)];
}
