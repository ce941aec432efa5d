import type { Finding } from '../../base/finding.ts';
import type { JsonValue } from '../../base/json.ts';
import { readDate } from '../../formats/date-time.ts';
import { advice } from './advice.ts';

/** Rule S2: `start/end`, end exclusive. A calendar year needs no look. */
export function checkPeriod(period: JsonValue | undefined): Finding[] {
  if (typeof period !== 'string' || !period.includes('/')) return [];
  const [start, end] = period.split('/').map(readDate);
  if (start !== undefined && end !== undefined && start < end) return [];
  return [advice('S2', '/credentialSubject/period', 'must be two dates, the first before the second')];
}
