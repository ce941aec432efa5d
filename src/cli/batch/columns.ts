/** Rows of a table as credentials: each column names a place in a template credential. */
import { refuse, ServiceError } from '../../base/error.ts';
import { excerpt, type Finding, failed } from '../../base/finding.ts';
import { isObject, type JsonObject, type JsonValue } from '../../base/json.ts';

/** A column that is for people: not read. */
const ASIDE = '#';
/** Entries that a column may add to an array beyond those of the template. */
const MOST_ENTRIES = 1000;
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

type Path = readonly string[];

interface Column {
  /** From 0. */
  readonly place: number;
  readonly name: string;
  readonly path: Path;
}

/**
 * A function from the fields of a row to a credential. A column is named by a JSON Pointer (RFC 6901) or a dotted path; one whose name is
 * empty or begins with `#` is not read. A field is text to the end, unless the template has `true` or `false` or a whole number in its
 * place; an empty field means that the member is left out.
 * Errors: MALFORMED_VALUE_ERROR, naming the column or the field.
 */
export function readColumns(
  header: readonly string[],
  template: JsonObject,
): (fields: readonly (string | undefined)[], row: number) => JsonObject {
  const columns = header.flatMap((name, place): Column[] =>
    name.trim() === '' || name.startsWith(ASIDE) ? [] : [{ place, name: name.trim(), path: pathOf(name.trim()) }],
  );
  const findings = columns.flatMap((column, index) => faultsOf(column, columns.slice(0, index)));
  if (columns.length === 0) findings.push(fault('the first row names no column'));
  if (findings.length > 0) refuse(findings);
  return (fields, row) => {
    let credential: JsonValue = template;
    // Later entries of an array first, so that leaving one out moves no other.
    for (const column of [...columns].sort((a, b) => comparePaths(b.path, a.path))) {
      const text = fields[column.place] ?? '';
      credential = put(credential, column.path, (old) => memberOf(text, old, column, row)) ?? {};
    }
    return credential as JsonObject;
  };
}

function pathOf(name: string): Path {
  if (name.startsWith('/'))
    return name
      .slice(1)
      .split('/')
      .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  return name.split('.');
}

function faultsOf(column: Column, before: readonly Column[]): readonly Finding[] {
  const { name, path } = column;
  if (path.some((token) => token === '' || RESERVED.has(token)))
    return [fault(`column ${excerpt(name)} names no place`)];
  const clash = before.find((other) => startsWith(path, other.path) || startsWith(other.path, path));
  return clash === undefined ? [] : [fault(`columns ${excerpt(clash.name)} and ${excerpt(name)} name one place`)];
}

const startsWith = (path: Path, start: Path): boolean => start.every((token, index) => path[index] === token);

function fault(detail: string): Finding {
  return failed('table', 'MALFORMED_VALUE_ERROR', detail);
}

function comparePaths(a: Path, b: Path): number {
  for (const [index, token] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (token === other) continue;
    const numbers = /^\d+$/.test(token) && /^\d+$/.test(other);
    return numbers ? Number(token) - Number(other) : token < other ? -1 : 1;
  }
  return a.length - b.length;
}

/** A copy with what `make` gives at this place; undefined takes the member or entry away. */
function put(
  value: JsonValue | undefined,
  [token, ...rest]: Path,
  make: (old: JsonValue | undefined) => JsonValue | undefined,
): JsonValue | undefined {
  if (token === undefined) return make(value);
  if (Array.isArray(value)) {
    const index = /^(0|[1-9]\d{0,3})$/.test(token) ? Number(token) : Number.NaN;
    if (!(index <= Math.min(value.length, MOST_ENTRIES))) throw noPlace(token);
    const made = put(value[index] as JsonValue | undefined, rest, make);
    const entries = [...(value as readonly JsonValue[])];
    if (made === undefined) entries.splice(index, 1);
    else entries[index] = made;
    return entries;
  }
  if (value !== undefined && !isObject(value)) throw noPlace(token);
  const made = put(value?.[token], rest, make);
  const { [token]: _, ...others } = value ?? {};
  if (made === undefined) return value === undefined ? undefined : others;
  return value !== undefined && Object.hasOwn(value, token)
    ? { ...value, [token]: made }
    : { ...others, [token]: made };
}

const noPlace = (token: string): ServiceError =>
  new ServiceError('MALFORMED_VALUE_ERROR', `the template has no place ${excerpt(token)}`);

function memberOf(text: string, old: JsonValue | undefined, { name }: Column, row: number): JsonValue | undefined {
  if (text === '') return undefined;
  const wrong = (what: string): ServiceError =>
    new ServiceError('MALFORMED_VALUE_ERROR', `row ${row}, column ${excerpt(name)}: ${what}`);
  if (typeof old === 'boolean') {
    const word = text.toLowerCase();
    if (word !== 'true' && word !== 'false') throw wrong('true or false');
    return word === 'true';
  }
  if (typeof old === 'number') {
    if (!/^(0|-?[1-9]\d{0,14})$/.test(text)) throw wrong('a whole number');
    return Number(text);
  }
  if (typeof old === 'object' && old !== null) throw wrong('the template has more than one value in this place');
  return text;
}
