import { refuse, ServiceError } from '../base/error.ts';
import { isObject, type JsonObject, type JsonValue, REQUEST_LIMITS, readJson } from '../base/json.ts';
import { readCsv } from '../formats/csv.ts';
import type { Terminal } from './command.ts';

const NEEDED = ['role', 'name', 'quantity', 'factor'];
const LINK: ReadonlyMap<string, string> = new Map([
  ['claim', 'target'],
  ['claimDigest', 'digestMultibase'],
  ['claimBaseDigest', 'baseDigestMultibase'],
]);
const COLUMNS = [...NEEDED, ...LINK.keys(), 'verified'];

/**
 * The rows of a file: JSON (`{"rows": […]}` or the list alone) or, for a name that ends in `.csv`, a table with the columns `role`, `name`,
 * `quantity`, `factor` and, where an input has a claim, `claim`, `claimDigest`, `claimBaseDigest`, `verified`.
 * Errors: BAD_REQUEST when the file cannot be read, PARSING_ERROR, MALFORMED_VALUE_ERROR.
 */
export async function readWorksheetRowsFile(path: string, terminal: Terminal): Promise<JsonValue> {
  const bytes = await terminal.readFile(path).catch((cause: unknown) => {
    throw new ServiceError('BAD_REQUEST', `${path} cannot be read`, { cause });
  });
  if (path.toLowerCase().endsWith('.csv')) return readTable(textOf(bytes));
  const read = readJson(bytes, REQUEST_LIMITS);
  if (!read.ok) return refuse(read.findings);
  return isObject(read.value) ? (read.value['rows'] ?? null) : read.value;
}

function textOf(bytes: Uint8Array): string {
  if (bytes.length > REQUEST_LIMITS.maxBytes) {
    throw new ServiceError('LIMIT_EXCEEDED', `more than ${REQUEST_LIMITS.maxBytes} bytes`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ServiceError('PARSING_ERROR', 'not well-formed UTF-8; save the table as CSV in UTF-8');
  }
}

function readTable(text: string): JsonValue {
  const read = readCsv(text);
  if (!read.ok) return refuse(read.findings);
  const { header, rows } = read.value;
  const missing = NEEDED.filter((column) => !header.includes(column));
  const unknown = header.filter((column, index) => !COLUMNS.includes(column) || header.indexOf(column) < index);
  if (missing.length > 0 || unknown.length > 0) {
    throw new ServiceError('MALFORMED_VALUE_ERROR', `the first line names the columns: ${COLUMNS.join(', ')}`);
  }
  return rows.map((fields) => rowOf(new Map(header.map((column, index) => [column, fields[index] ?? '']))));
}

/** An empty field is an absent member. */
function rowOf(fields: ReadonlyMap<string, string>): JsonObject {
  const stated = [...fields].filter(([, value]) => value !== '');
  const link = stated.flatMap(([column, value]) => {
    const member = LINK.get(column);
    return member === undefined ? [] : [[member, value] as const];
  });
  const plain = stated.filter(([column]) => !LINK.has(column) && column !== 'verified');
  const verified = fields.get('verified') ?? '';
  return {
    ...Object.fromEntries(plain),
    ...(link.length === 0 ? {} : { claim: { targetType: 'CarbonFootprintClaim', ...Object.fromEntries(link) } }),
    ...(verified === '' ? {} : { verified: verified === 'true' ? true : verified === 'false' ? false : verified }),
  };
}
