/** Rules S2, S3 and B12 for one carbon price or one allocation, as far as it can break them by itself (docs/domain.md, sections 3.7 and 8). */
import type { Finding } from '../../base/finding.ts';
import { isObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import { compare, equal, isDecimal, subtract } from '../../formats/decimal.ts';
import { subjectOf } from '../credential-members.ts';
import { advice, checkSign } from './advice.ts';
import { checkPeriod } from './period.ts';

const SUBJECT = '/credentialSubject';

/** Effectively paid is what was due less what was given back, Reg. (EU) 2023/956, Art. 9; it cannot be below nothing. */
export function lintCarbonPrice(credential: JsonObject): Finding[] {
  const subject = subjectOf(credential);
  if (subject === undefined) return [];
  const amount = figure(subject['amount']);
  const rebates = figure(subject['rebates']);
  const moreBack = isDecimal(amount) && isDecimal(rebates) && compare(subtract(amount, rebates), '0') < 0;
  return [
    ...checkSign(amount, 'not-negative', `${SUBJECT}/amount/value`),
    ...checkSign(rebates, 'not-negative', `${SUBJECT}/rebates/value`),
    ...checkSign(figure(subject['emissionsCovered']), 'positive', `${SUBJECT}/emissionsCovered/value`),
    ...(moreBack ? [advice('S3', `${SUBJECT}/rebates/value`, 'must not be above the amount')] : []),
  ];
}

export function lintAllocation(credential: JsonObject): Finding[] {
  const subject = subjectOf(credential);
  if (subject === undefined) return [];
  const netMass = figure(subject['netMass']);
  return [
    ...checkSign(netMass, 'positive', `${SUBJECT}/netMass/value`),
    ...checkPeriod(subject['period']),
    ...checkSeries(subject, netMass),
  ];
}

/** B12: places count from 1, and the first running total is the first mass. */
function checkSeries({ sequence, runningTotal }: JsonObject, netMass: JsonValue | undefined): Finding[] {
  if (sequence === '0') return [advice('B12', `${SUBJECT}/sequence`, 'must count from 1')];
  if (!isDecimal(runningTotal) || !isDecimal(netMass)) return [];
  const at = `${SUBJECT}/runningTotal`;
  if (compare(runningTotal, netMass) < 0) return [advice('B12', at, 'must not be below the net mass')];
  if (sequence !== '1' || equal(runningTotal, netMass)) return [];
  return [advice('B12', at, 'must be the net mass in the first allocation')];
}

function figure(value: JsonValue | undefined): JsonValue | undefined {
  return isObject(value) ? value['value'] : undefined;
}
