/** The lines of a worksheet as a company keeps them, before they become leaves (docs/domain.md, section 9.2). */
import { excerpt, type Finding, failed, type Read, readFailed, readOk } from '../../base/finding.ts';
import { isObject, type JsonObject, type JsonValue, pointerOf } from '../../base/json.ts';
import { canonical, isDecimal, isNegative, LONGEST_DECIMAL, multiply } from '../../formats/decimal.ts';
import { isLinkRef, type LinkRef } from '../link.ts';

/** As many lines as an evaluation reads of one sheet. */
export const MOST_LINES = 1000;
const LONGEST_NAME = 200;
const MEMBERS = ['role', 'name', 'quantity', 'factor', 'claim', 'verified'];

export interface WorksheetRow {
  /** Whether the line is an input from outside or the company's own part. */
  readonly role: 'input' | 'own';
  readonly name: string;
  /** Canonical decimals; their product has at most 40 characters. */
  readonly quantity: string;
  readonly factor: string;
  /** The supplier's claim from which the factor is taken. */
  readonly claim: LinkRef | undefined;
  /** Whether that claim has a statement of its own. */
  readonly verified: boolean;
}

/**
 * Read rows. Errors (as findings, each with the pointer of its row and member): MALFORMED_VALUE_ERROR for the form, RANGE_ERROR for a
 * quantity below 0 and for a product of more than 40 characters, LIMIT_EXCEEDED for more than 1,000 rows.
 */
export function readWorksheetRows(value: JsonValue | undefined): Read<readonly WorksheetRow[]> {
  if (!Array.isArray(value) || value.length === 0)
    return readFailed(fault('/rows', 'must be a list of at least one row'));
  if (value.length > MOST_LINES) {
    return readFailed(failed('worksheet.rows', 'LIMIT_EXCEEDED', `more than ${MOST_LINES} rows`, { pointer: '/rows' }));
  }
  const rows = value as readonly JsonValue[];
  const findings = rows.flatMap((row, index) => checkRow(row, pointerOf('rows', index)));
  findings.push(...checkRepeated(rows));
  if (findings.length > 0) return readFailed(...findings.slice(0, 20));
  return readOk(rows.filter(isObject).map(rowOf));
}

function rowOf(row: JsonObject): WorksheetRow {
  const claim = row['claim'];
  return {
    role: row['role'] === 'own' ? 'own' : 'input',
    name: String(row['name']),
    quantity: canonical(String(row['quantity'])),
    factor: canonical(String(row['factor'])),
    claim: isLinkRef(claim) ? claim : undefined,
    verified: claim !== undefined && row['verified'] !== false,
  };
}

function checkRow(row: JsonValue, at: string): Finding[] {
  if (!isObject(row)) return [fault(at, 'must be an object')];
  const { role, name, quantity, factor, claim, verified } = row;
  const unknown = Object.keys(row).filter((member) => !MEMBERS.includes(member));
  const figures = [['quantity', quantity] as const, ['factor', factor] as const].flatMap(([member, value]) => {
    const detail = decimalFault(value);
    return detail === undefined ? [] : [fault(at + pointerOf(member), detail)];
  });
  return [
    ...unknown.map((member) => fault(at + pointerOf(excerpt(member)), 'is not a member of a row')),
    ...(role === 'input' || role === 'own' ? [] : [fault(`${at}/role`, 'must be input or own')]),
    ...(isName(name) ? [] : [fault(`${at}/name`, `must be text on one line, ${LONGEST_NAME} characters at most`)]),
    ...figures,
    ...(figures.length === 0 ? checkProduct(String(quantity), String(factor), at) : []),
    ...checkClaim(claim, role, at),
    ...(verified === undefined || (typeof verified === 'boolean' && claim !== undefined)
      ? []
      : [fault(`${at}/verified`, 'must be true or false, and stand beside a claim')]),
  ];
}

function checkProduct(quantity: string, factor: string, at: string): Finding[] {
  const findings: Finding[] = [];
  if (isNegative(quantity)) findings.push(outOfRange(`${at}/quantity`, 'must not be below 0'));
  if (!isDecimal(multiply(quantity, factor))) {
    findings.push(outOfRange(at, `quantity times factor has more than ${LONGEST_DECIMAL} characters`));
  }
  return findings;
}

function checkClaim(claim: JsonValue | undefined, role: JsonValue | undefined, at: string): Finding[] {
  if (claim === undefined) return [];
  if (!isLinkRef(claim) || claim.targetType !== 'CarbonFootprintClaim') {
    return [fault(`${at}/claim`, 'must be a link to a CarbonFootprintClaim: target, targetType, digestMultibase')];
  }
  return role === 'input' ? [] : [fault(`${at}/claim`, 'only an input has a claim of its own')];
}

/** Rule A5: no input twice. */
function checkRepeated(rows: readonly JsonValue[]): Finding[] {
  const targets = rows.map((row) => (isObject(row) && isLinkRef(row['claim']) ? row['claim'].target : undefined));
  return targets.flatMap((target, index) =>
    target !== undefined && targets.indexOf(target) < index
      ? [fault(`${pointerOf('rows', index)}/claim`, 'the same claim stands in an earlier row')]
      : [],
  );
}

export function isName(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value.length <= LONGEST_NAME && /^[^\p{Cc}\p{Cs}]+$/u.test(value);
}

/** What keeps a value from being a figure of ours, in words; nothing for a figure. */
export function decimalFault(value: JsonValue | undefined): string | undefined {
  if (value === undefined) return 'is missing';
  if (typeof value !== 'string') return 'must be a text such as "0.56", not a number';
  if (value === '') return 'is missing';
  if (value.length > LONGEST_DECIMAL) return `has more than ${LONGEST_DECIMAL} characters`;
  if (isDecimal(value)) return undefined;
  if (/^[+-]?[\d.]+e[+-]?\d+$/i.test(value)) return 'must be written without an exponent';
  if (/^[+-]?\d[\d.,' _\u00a0\u202f]*$/.test(value) && /[,' _\u00a0\u202f]/.test(value)) {
    return 'must be written without separators between thousands, with a point before decimals';
  }
  if (/^\+/.test(value)) return 'must be written without a plus sign';
  if (/^-?0\d/.test(value)) return 'must be written without leading zeros';
  if (/^-?\.\d|^-?\d+\.$/.test(value)) return 'must have digits on both sides of the point';
  return 'is not a decimal';
}

function fault(pointer: string, detail: string): Finding {
  return failed('worksheet.rows', 'MALFORMED_VALUE_ERROR', detail, { pointer });
}

function outOfRange(pointer: string, detail: string): Finding {
  return failed('worksheet.rows', 'RANGE_ERROR', detail, { pointer });
}
