/** Rules S2 and S3 and the dates of one verification statement or accreditation (docs/domain.md, sections 3 and 8). */
import type { Finding } from '../../base/finding.ts';
import { asArray, isObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import { formatDate } from '../../formats/date-time.ts';
import { subjectOf, validFromOf, validUntilOf } from '../credential-members.ts';
import { advice, checkRange, checkSign } from './advice.ts';
import { checkPeriod } from './period.ts';

const SUBJECT = '/credentialSubject';

export function lintStatement(credential: JsonObject): Finding[] {
  const subject = subjectOf(credential);
  if (subject === undefined) return [];
  const { siteVisit, period } = subject;
  const materiality = asArray(subject['materiality'] as JsonValue).filter(isObject);
  return [
    ...checkDay(subject, 'statementDate', validFromOf(credential)),
    ...checkPeriod(period),
    ...(isObject(siteVisit) ? checkSign(siteVisit['days'], 'not-negative', `${SUBJECT}/siteVisit/days`) : []),
    ...materiality.flatMap(({ percent }, index) =>
      checkRange('S3', percent, '0', '100', `${SUBJECT}/materiality/${index}/percent`),
    ),
  ];
}

export function lintAccreditation(credential: JsonObject): Finding[] {
  const subject = subjectOf(credential);
  if (subject === undefined) return [];
  return [
    ...checkDay(subject, 'effectiveDate', validFromOf(credential)),
    ...checkDay(subject, 'expiryDate', validUntilOf(credential)),
  ];
}

/** The date that the subject states is the day, in UTC, of an end of the validity period. */
function checkDay(subject: JsonObject, name: string, ms: number | undefined): Finding[] {
  if (ms === undefined || subject[name] === formatDate(ms)) return [];
  return [
    advice('S2', `${SUBJECT}/${name}`, `must be the day of ${name === 'expiryDate' ? 'validUntil' : 'validFrom'}`),
  ];
}
