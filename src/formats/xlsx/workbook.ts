/**
 * Tables out of workbooks (Office Open XML, ECMA-376 part 1), read for what was typed into their cells. Formulas are not evaluated, and what
 * somebody else evaluated is not believed: such a cell is refused by its name.
 */
import { type Finding, failed, type Read, readFailed, readOk } from '../../base/finding.ts';
import { formatCodeOf, textOfNumber } from './number-cell.ts';
import { readXml, XmlError, type XmlEvent } from './xml.ts';
import { ZipArchive } from './zip.ts';

/** Bytes of the file, and of what it unpacks to. */
const MOST_BYTES = 32 * 1024 * 1024;
const MOST_UNPACKED = 64 * 1024 * 1024;
const MOST_ROWS = 100_000;
const MOST_COLUMNS = 1000;
const MOST_FINDINGS = 20;

export interface XlsxRow {
  /** As people count, from 1. */
  readonly number: number;
  /** By column, from 0. Empty cells are absent. */
  readonly cells: ReadonlyMap<number, string>;
}

interface Parts {
  readonly zip: ZipArchive;
  readonly strings: readonly string[];
  /** Code of the number format of each cell style. */
  readonly formats: readonly (string | undefined)[];
}

/**
 * The rows of one sheet, the first one unless another is named.
 * Errors (as findings): PARSING_ERROR, LIMIT_EXCEEDED, NOT_FOUND for a sheet, MALFORMED_VALUE_ERROR for each cell that cannot be taken.
 */
export function readXlsx(bytes: Uint8Array, sheet?: string): Read<readonly XlsxRow[]> {
  if (bytes.length > MOST_BYTES) return readFailed(failed('xlsx', 'LIMIT_EXCEEDED', `more than ${MOST_BYTES} bytes`));
  const opened = ZipArchive.open(bytes, { mostUnpacked: MOST_UNPACKED });
  if (!opened.ok) return opened;
  const zip = opened.value;
  try {
    const path = sheetPath(zip, sheet);
    if (path === undefined) return readFailed(failed('xlsx', 'NOT_FOUND', 'the workbook has no sheet of this name'));
    return readSheet({ zip, strings: stringsOf(zip), formats: formatsOf(zip) }, path);
  } catch (error) {
    if (error instanceof Stop) return readFailed(...error.findings);
    if (error instanceof XmlError) return readFailed(failed('xlsx', 'PARSING_ERROR', error.message));
    throw error;
  }
}

/** Ends reading with what was found. */
class Stop extends Error {
  readonly findings: readonly Finding[];

  constructor(...findings: readonly Finding[]) {
    super('unreadable');
    this.findings = findings;
  }
}

function* eventsOf(zip: ZipArchive, path: string): Generator<XmlEvent, void, void> {
  const read = zip.read(path);
  if (!read.ok) throw new Stop(...read.findings);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(read.value);
  } catch {
    throw new XmlError('not well-formed UTF-8');
  }
  yield* readXml(text);
}

function sheetPath(zip: ZipArchive, wanted: string | undefined): string | undefined {
  const targets = new Map<string, string>();
  for (const event of eventsOf(zip, 'xl/_rels/workbook.xml.rels')) {
    if (event.kind !== 'open' || event.name !== 'Relationship') continue;
    targets.set(event.attributes.get('Id') ?? '', event.attributes.get('Target') ?? '');
  }
  for (const event of eventsOf(zip, 'xl/workbook.xml')) {
    if (event.kind !== 'open' || event.name !== 'sheet') continue;
    if (wanted !== undefined && event.attributes.get('name') !== wanted) continue;
    const target = targets.get(event.attributes.get('id') ?? '') ?? '';
    return target.startsWith('/') ? target.slice(1) : `xl/${target}`;
  }
  return undefined;
}

/** Texts that cells name by number; pronunciation hints are none of it. */
function stringsOf(zip: ZipArchive): readonly string[] {
  const strings: string[] = [];
  if (!zip.has('xl/sharedStrings.xml')) return strings;
  let current = '';
  let [inText, hints] = [false, 0];
  for (const event of eventsOf(zip, 'xl/sharedStrings.xml')) {
    if (event.kind === 'text') {
      if (inText && hints === 0) current += event.text;
    } else if (event.name === 'rPh') hints += event.kind === 'open' ? 1 : -1;
    else if (event.name === 't') inText = event.kind === 'open';
    else if (event.name === 'si') {
      if (event.kind === 'close') strings.push(unescaped(current));
      else current = '';
    }
  }
  return strings;
}

function formatsOf(zip: ZipArchive): readonly (string | undefined)[] {
  const formats: (string | undefined)[] = [];
  if (!zip.has('xl/styles.xml')) return formats;
  const custom = new Map<number, string>();
  let inCells = false;
  for (const event of eventsOf(zip, 'xl/styles.xml')) {
    if (event.kind === 'text') continue;
    if (event.name === 'cellXfs') inCells = event.kind === 'open';
    if (event.kind !== 'open') continue;
    const id = Number(event.attributes.get('numFmtId') ?? '0');
    if (event.name === 'numFmt') custom.set(id, event.attributes.get('formatCode') ?? '');
    else if (event.name === 'xf' && inCells) formats.push(formatCodeOf(id, custom));
  }
  return formats;
}

interface Cell {
  readonly name: string;
  readonly column: number;
  readonly type: string;
  readonly style: number;
  formula: boolean;
  value: string;
}

function readSheet(parts: Parts, path: string): Read<readonly XlsxRow[]> {
  const rows: XlsxRow[] = [];
  const findings: Finding[] = [];
  let row = 0;
  let cells = new Map<number, string>();
  let cell: Cell | undefined;
  let [inValue, hints] = [false, 0];
  for (const event of eventsOf(parts.zip, path)) {
    if (event.kind === 'text') {
      if (cell !== undefined && inValue && hints === 0) cell.value += event.text;
    } else if (event.kind === 'open') {
      if (event.name === 'row') {
        row = rowNumber(event.attributes.get('r'), row);
        cells = new Map();
      } else if (event.name === 'c') cell = beginCell(event.attributes, row, cells);
      else if (event.name === 'f' && cell !== undefined) cell.formula = true;
      else if (event.name === 'v' || event.name === 't') inValue = true;
      else if (event.name === 'rPh') hints += 1;
    } else if (event.name === 'v' || event.name === 't') inValue = false;
    else if (event.name === 'rPh') hints -= 1;
    else if (event.name === 'c' && cell !== undefined) {
      const taken = textOf(cell, parts);
      if ('why' in taken) findings.push(failed('xlsx.cell', 'MALFORMED_VALUE_ERROR', `cell ${cell.name} ${taken.why}`));
      else if (taken.text !== '') cells.set(cell.column, taken.text);
      if (findings.length >= MOST_FINDINGS) return readFailed(...findings);
      cell = undefined;
    } else if (event.name === 'row' && cells.size > 0) rows.push({ number: row, cells });
  }
  return findings.length > 0 ? readFailed(...findings) : readOk(rows);
}

function rowNumber(stated: string | undefined, before: number): number {
  const number = stated === undefined ? before + 1 : Number(stated);
  if (!Number.isSafeInteger(number) || number <= before) throw new XmlError('rows are out of order');
  if (number > MOST_ROWS) throw new Stop(failed('xlsx', 'LIMIT_EXCEEDED', `more than ${MOST_ROWS} rows`));
  return number;
}

function beginCell(attributes: ReadonlyMap<string, string>, row: number, cells: ReadonlyMap<number, string>): Cell {
  const stated = attributes.get('r');
  const column = stated === undefined ? Math.max(-1, ...cells.keys()) + 1 : columnOf(stated);
  if (column >= MOST_COLUMNS) throw new Stop(failed('xlsx', 'LIMIT_EXCEEDED', `more than ${MOST_COLUMNS} columns`));
  return {
    name: stated ?? `${column + 1} of row ${row}`,
    column,
    type: attributes.get('t') ?? 'n',
    style: Number(attributes.get('s') ?? '0'),
    formula: false,
    value: '',
  };
}

/** `A1` is 0, `AB7` is 27. */
function columnOf(name: string): number {
  const letters = /^([A-Z]{1,3})\d{1,7}$/.exec(name)?.[1];
  if (letters === undefined) throw new XmlError('a cell has no place');
  return [...letters].reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

function textOf(cell: Cell, { strings, formats }: Parts): { readonly text: string } | { readonly why: string } {
  const { type, value, style } = cell;
  if (cell.formula) return { why: 'is a formula; write its value' };
  switch (type) {
    case 's': {
      const text = strings[Number(value)];
      return text === undefined ? { why: 'names a text that is not there' } : { text };
    }
    case 'inlineStr':
    case 'str':
      return { text: unescaped(value) };
    case 'b':
      return { text: value === '1' ? 'true' : 'false' };
    case 'n':
      return value === ''
        ? { text: '' }
        : textOfNumber(value, style === 0 && formats.length === 0 ? 'General' : formats[style]);
    case 'e':
      return { why: 'is an error' };
    default:
      return { why: 'is of a kind that is not read; write it as text' };
  }
}

/** Characters that XML cannot hold are written as `_xHHHH_` (ECMA-376 part 1, 22.9.2.19). */
function unescaped(text: string): string {
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
