/** S1 to S3: what was admitted is well made. The form itself was checked before anything was admitted. */

import type { JsonObject } from '../../base/json.ts';
import { PCF_SIGNS, type Sign } from '../../credentials/footprint.ts';
import { isDecimal, isNegative, isPactDecimal, isZero } from '../../formats/decimal.ts';
import type { Candidate } from '../candidate.ts';
import type { PathCase } from '../case.ts';
import { checkKeys } from '../in-force.ts';
import { objectAt, objectsAt, valueAt } from '../member.ts';
import { broken, metUnless, type Rule, type RuleFinding } from '../rule.ts';

/**
 * Only `admit` lets a credential in, and only with every proof good: the finding says so for each credential of the path. What is left
 * to judge is whether the policy still believes the keys.
 */
export const S1: Rule = {
  id: 'S1',
  group: 'structure',
  severity: 'E',
  regimes: 'all',
  source: 'VC Data Integrity 1.0, section 4.4; Controlled Identifiers 1.0, section 3.3',
  onClaim: ({ claim }) => metUnless(checkKeys(claim), { subject: claim.id }),
  onStatement: ({ statement }) => metUnless(checkKeys(statement), { subject: statement.id }),
  onPath: (given) => credentialsOf(given).flatMap((link) => metUnless(checkKeys(link), { subject: link.id })),
};

export const S2: Rule = {
  id: 'S2',
  group: 'structure',
  severity: 'E',
  regimes: 'all',
  source: 'VC Data Model 2.0, section 4.11; domain.md, section 2',
  onClaim: ({ claim }) =>
    metUnless(countMismatch(claim, 'precursorCount', objectsAt(claim.subject, 'precursors').length), {
      subject: claim.id,
    }),
  onStatement: ({ statement }) =>
    metUnless(countMismatch(statement, 'uncorrectedCount', objectsAt(statement.subject, 'uncorrected').length), {
      subject: statement.id,
    }),
};

export const S3: Rule = {
  id: 'S3',
  group: 'structure',
  severity: 'E',
  regimes: 'all',
  source: 'PACT 3.0.3, section on decimals; domain.md, section 2',
  onClaim: ({ claim }) => metUnless(figureFaults(claim), { subject: claim.id }),
};

function credentialsOf({ path }: PathCase): readonly Candidate[] {
  return [...path.arrangements, path.accreditation, path.decision].filter((link) => link !== undefined);
}

/** A count stands beside an array that may be left out, so that *none* and *not said* differ. */
function countMismatch(credential: Candidate, member: string, entries: number): readonly RuleFinding[] {
  const count = valueAt(credential.subject, member);
  if (count === undefined || count === String(entries)) return [];
  const params = { member, stated: typeof count === 'string' ? count : '–', entries: String(entries) };
  return [broken('S2.count', { subject: credential.id, code: 'MALFORMED_VALUE_ERROR', params })];
}

/** Figures whose sign PACT leaves open still have to be figures. */
const UNSIGNED = [
  'pcfExcludingBiogenicUptake',
  'pcfIncludingBiogenicUptake',
  'exemptedEmissionsPercent',
  'primaryDataShare',
];

const GOODS_SIGNS: Readonly<Record<string, Sign>> = {
  quantity: 'positive',
  attributedEmissions: 'not-negative',
  specificDirect: 'not-negative',
  specificIndirect: 'not-negative',
  specificFreeAllocation: 'not-negative',
  defaultSharePercent: 'not-negative',
  indirectActualSharePercent: 'not-negative',
};

const PRECURSOR_SIGNS: Readonly<Record<string, Sign>> = {
  quantity: 'not-negative',
  specificDirect: 'not-negative',
  specificIndirect: 'not-negative',
};

function figureFaults(claim: Candidate): readonly RuleFinding[] {
  const pcf = objectAt(claim.subject, 'footprint', 'pcf');
  const found: RuleFinding[] = [];
  for (const member of UNSIGNED) found.push(...fault(claim, pcf, member, undefined, isPactDecimal));
  for (const [member, sign] of PCF_SIGNS) found.push(...fault(claim, pcf, member, sign, isPactDecimal));
  for (const good of objectsAt(claim.subject, 'goods')) found.push(...faults(claim, good, GOODS_SIGNS));
  for (const precursor of objectsAt(claim.subject, 'precursors')) {
    found.push(...faults(claim, precursor, PRECURSOR_SIGNS));
  }
  for (const total of ['totalDirectEmissions', 'totalIndirectEmissions']) {
    found.push(
      ...fault(claim, { [total]: valueAt(claim.subject, total, 'value') ?? null }, total, 'not-negative', isDecimal),
    );
  }
  return found;
}

function faults(claim: Candidate, from: JsonObject, signs: Readonly<Record<string, Sign>>): readonly RuleFinding[] {
  return Object.entries(signs).flatMap(([member, sign]) => fault(claim, from, member, sign, isDecimal));
}

function fault(
  claim: Candidate,
  from: JsonObject | undefined,
  member: string,
  sign: Sign | undefined,
  wellFormed: (text: unknown) => boolean,
): readonly RuleFinding[] {
  const value = valueAt(from, member);
  if (value === undefined || value === null) return [];
  const more = { subject: claim.id, code: 'MALFORMED_VALUE_ERROR' as const, params: { member } };
  if (typeof value !== 'string' || !wellFormed(value)) return [broken('S3.form', more)];
  const wrong =
    (sign === 'positive' && (isNegative(value) || isZero(value))) ||
    (sign === 'not-negative' && isNegative(value)) ||
    (sign === 'not-positive' && !isNegative(value) && !isZero(value));
  return wrong ? [broken('S3.sign', more)] : [];
}
