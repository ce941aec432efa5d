import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../../src/formats/csv.ts';

/** Header and rows as one list, or what is said against the text. */
function read(text: string): readonly (readonly string[])[] | string {
  const result = readCsv(text);
  if (result.ok) return [result.value.header, ...result.value.rows];
  expect(result.findings.map(({ code }) => code)).toEqual(['PARSING_ERROR']);
  return result.findings[0]?.detail ?? '';
}

describe('comma-separated values', () => {
  it.each<[string, string, readonly (readonly string[])[]]>([
    [
      'plain',
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'without a last line end',
      'a,b\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'with CRLF',
      'a,b\r\n1,2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['with a byte order mark', '\ufeffa\n1\n', [['a'], ['1']]],
    [
      'quoted',
      'a,b\n"1,5","say ""x""\n"\n',
      [
        ['a', 'b'],
        ['1,5', 'say "x"\n'],
      ],
    ],
    [
      'with empty fields',
      'a,b\n,\n"",\n',
      [
        ['a', 'b'],
        ['', ''],
        ['', ''],
      ],
    ],
    [
      'with an empty last field at the end',
      'a,b\n1,',
      [
        ['a', 'b'],
        ['1', ''],
      ],
    ],
    ['with spaces that belong to the field', 'a\n 1 \n', [['a'], [' 1 ']]],
  ])('%s', (_what, text, rows) => expect(read(text)).toEqual(rows));

  it.each<[string, string, string]>([
    ['nothing at all', '', 'line 1: the file is empty'],
    ['a field too few', 'a,b\n1,2\n1\n', 'line 3: there must be 2 fields, as in the first line'],
    ['a field too many', 'a\n1,2\n', 'line 2: there must be 1 fields, as in the first line'],
    ['an empty line', 'a,b\n\n1,2\n', 'line 2: there must be 2 fields, as in the first line'],
    ['an open quote', 'a\n"1\n', 'line 2: a quote stands where none may, or is not closed'],
    ['a quote inside', 'a\n1"2\n', 'line 2: a quote stands where none may, or is not closed'],
    ['text after a quote', 'a\n"1"2\n', 'line 2: a quote stands where none may, or is not closed'],
    ['a lone CR', 'a\r1\n', 'line 1: a quote stands where none may, or is not closed'],
  ])('%s is refused with its line', (_what, text, detail) => expect(read(text)).toBe(detail));

  it('reads back whatever was written with quotes', () => {
    const table = fc
      .integer({ min: 1, max: 5 })
      .chain((width) =>
        fc.array(fc.array(fc.string(), { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
      );
    const write = (rows: readonly (readonly string[])[]) =>
      rows.map((row) => row.map((field) => `"${field.replaceAll('"', '""')}"`).join(',')).join('\r\n');
    fc.assert(
      fc.property(table, (rows) => {
        expect(read(write(rows))).toEqual(rows);
      }),
    );
  });
});
