/**
 * Comma-separated values as RFC 4180 has them, read strictly: a header and rows of as many fields, `,` between fields, LF or CRLF between
 * lines, quotes doubled inside quotes. A byte order mark before the header is dropped, because spreadsheets write one.
 */
import { failed, type Read, readFailed, readOk } from '../base/finding.ts';

export interface CsvTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One field: quoted, or bare without quotes; then what ends it. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

/** Errors (as findings): PARSING_ERROR with the line, which is counted from 1 and includes the header. */
export function readCsv(input: string): Read<CsvTable> {
  const text = input.startsWith('\ufeff') ? input.slice(1) : input;
  const lines: string[][] = [];
  let line: string[] = [];
  const pattern = new RegExp(FIELD);
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) return refuse(lines.length + 1, 'a quote stands where none may, or is not closed');
    const [, quoted, bare = '', end] = match;
    line.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === ',' && pattern.lastIndex < text.length) continue;
    if (end === ',') line.push('');
    lines.push(line);
    line = [];
  }
  const [header, ...rows] = lines;
  if (header === undefined) return refuse(1, 'the file is empty');
  const uneven = rows.findIndex((row) => row.length !== header.length);
  if (uneven >= 0) return refuse(uneven + 2, `there must be ${header.length} fields, as in the first line`);
  return readOk({ header, rows });
}

function refuse(line: number, detail: string): Read<never> {
  return readFailed(failed('csv', 'PARSING_ERROR', `line ${line}: ${detail}`));
}
