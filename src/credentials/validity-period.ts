import { type Finding, failed, passed } from '../base/finding.ts';
import type { JsonObject } from '../base/json.ts';
import { formatDateTime, readDateTime } from '../formats/date-time.ts';

/** How far two clocks may differ, milliseconds (docs/threats.md, section 5.15). */
export const CLOCK_SKEW_MS = 300_000;

/**
 * Whether a credential is inside its validity period at an instant, give or take the skew: from `validFrom` on, until before
 * `validUntil` (VCDM 2.0, section 4.9); an absent end is open.
 * Codes: NOT_YET_VALID, EXPIRED, MALFORMED_VALUE_ERROR (a date that is not one, an end that is not after its start).
 */
export function checkValidityPeriod(credential: JsonObject, at: number, skewMs = CLOCK_SKEW_MS): Finding[] {
  const [start, from = Number.NEGATIVE_INFINITY] = readEnd(credential, 'validFrom', 'issuanceDate');
  const [end, until = Number.POSITIVE_INFINITY] = readEnd(credential, 'validUntil', 'expirationDate');
  const malformed = [start, end].filter((finding) => finding !== undefined);
  if (malformed.length > 0) return malformed;
  if (until <= from) {
    return [failed('period', 'MALFORMED_VALUE_ERROR', 'validUntil is not after validFrom', { pointer: '/validUntil' })];
  }
  const params = { ...instant('validFrom', from), ...instant('validUntil', until), skewSeconds: String(skewMs / 1000) };
  if (at + skewMs < from) {
    return [failed('period', 'NOT_YET_VALID', 'the validity period has not begun', { pointer: '/validFrom', params })];
  }
  if (at - skewMs >= until) {
    return [failed('period', 'EXPIRED', 'the validity period has ended', { pointer: '/validUntil', params })];
  }
  return [passed('period', { params })];
}

/** One end of the period, by its name in VCDM 2.0 or 1.1: what is wrong with it, and the instant if it is there. */
function readEnd(credential: JsonObject, ...names: readonly string[]): [Finding | undefined, number | undefined] {
  const name = names.find((candidate) => Object.hasOwn(credential, candidate));
  if (name === undefined) return [undefined, undefined];
  const ms = readDateTime(credential[name]);
  if (ms !== undefined) return [undefined, ms];
  return [failed('period', 'MALFORMED_VALUE_ERROR', 'must be a date and time', { pointer: `/${name}` }), undefined];
}

function instant(name: string, ms: number): Record<string, string> {
  return Number.isFinite(ms) ? { [name]: formatDateTime(ms) } : {};
}
