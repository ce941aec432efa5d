import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { refuse, ServiceError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import { readCsv } from '../../formats/csv.ts';
import { readXlsx } from '../../formats/xlsx/workbook.ts';
import { type Terminal, UsageError } from '../command.ts';
import { readColumns } from './columns.ts';

const MOST_BYTES = 64 * 1024 * 1024;

/**
 * A file as lines, each numbered as its row: `.ndjson` as it stands; `.csv` and `.xlsx` by a template, with an empty line for whatever row
 * holds no credential. Errors: BAD_REQUEST when it cannot be read, PARSING_ERROR, LIMIT_EXCEEDED, MALFORMED_VALUE_ERROR.
 */
export async function readRows(
  path: string,
  terminal: Terminal,
  { template, sheet }: { readonly template: JsonObject | undefined; readonly sheet: string | undefined },
): Promise<AsyncIterable<Uint8Array>> {
  const kind = /\.(ndjson|jsonl|csv|xlsx)$/i.exec(path)?.[1]?.toLowerCase();
  if (kind === undefined) throw new UsageError('a batch is a file .ndjson, .csv or .xlsx');
  const isTable = kind === 'csv' || kind === 'xlsx';
  if (isTable !== (template !== undefined)) throw new UsageError('a table, and only a table, needs --template');
  if (sheet !== undefined && kind !== 'xlsx') throw new UsageError('--sheet is for .xlsx');
  const unreadable = (cause: unknown): never => {
    throw new ServiceError('BAD_REQUEST', `${path} cannot be read`, { cause });
  };
  if (template === undefined) {
    await access(path).catch(unreadable);
    return fileBytes(path);
  }
  const bytes = await terminal.readFile(path).catch(unreadable);
  const table = kind === 'csv' ? csvRows(bytes) : xlsxRows(bytes, sheet);
  const [header, ...rows] = table;
  if (header === undefined || rows.length === 0) throw new ServiceError('PARSING_ERROR', 'there is not one row');
  const toCredential = readColumns(
    header.fields.map((name) => name ?? ''),
    template,
  );
  const credentials = rows.map(({ number, fields }) => ({ number, credential: toCredential(fields, number) }));
  return linesOf(credentials);
}

async function* fileBytes(path: string): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* createReadStream(path) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw new ServiceError('BAD_REQUEST', `${path} cannot be read`, { cause });
  }
}

interface Row {
  readonly number: number;
  readonly fields: readonly (string | undefined)[];
}

function csvRows(bytes: Uint8Array): readonly Row[] {
  if (bytes.length > MOST_BYTES) throw new ServiceError('LIMIT_EXCEEDED', `more than ${MOST_BYTES} bytes`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ServiceError('PARSING_ERROR', 'not well-formed UTF-8; save the table as CSV in UTF-8');
  }
  const read = readCsv(text);
  if (!read.ok) return refuse(read.findings);
  const rows = read.value.rows.map((fields, index) => ({ number: index + 2, fields }));
  return [
    { number: 1, fields: read.value.header },
    ...rows.filter(({ fields }) => fields.some((field) => field !== '')),
  ];
}

function xlsxRows(bytes: Uint8Array, sheet: string | undefined): readonly Row[] {
  const read = readXlsx(bytes, sheet);
  if (!read.ok) return refuse(read.findings);
  return read.value.map(({ number, cells }) => {
    const fields: (string | undefined)[] = Array.from({ length: Math.max(...cells.keys()) + 1 });
    for (const [column, text] of cells) fields[column] = text;
    return { number, fields };
  });
}

/** So that the number of a line is the number of its row. */
async function* linesOf(
  credentials: readonly { readonly number: number; readonly credential: JsonObject }[],
): AsyncGenerator<Uint8Array, void, void> {
  const encoder = new TextEncoder();
  let line = 1;
  for (const { number, credential } of credentials) {
    yield encoder.encode(`${'\n'.repeat(number - line)}${JSON.stringify(credential)}\n`);
    line = number + 1;
  }
}
