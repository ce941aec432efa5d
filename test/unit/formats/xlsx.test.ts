import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textOfNumber } from '../../../src/formats/xlsx/number-cell.ts';
import { readXlsx } from '../../../src/formats/xlsx/workbook.ts';
import { workbookOf, zipOf } from '../../support/workbook.ts';

const STYLES =
  '<numFmts><numFmt numFmtId="164" formatCode="0.0000"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/></numFmts>' +
  '<cellXfs><xf numFmtId="0"/><xf numFmtId="2"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="9"/></cellXfs>';

const codesOf = (bytes: Uint8Array) => {
  const read = readXlsx(bytes);
  return read.ok ? [] : read.findings.map(({ code, detail }) => [code, detail]);
};

describe('a workbook', () => {
  it('is read for what was typed into it', () => {
    const strings = [
      '<t>name</t>',
      '<r><t>rich </t></r><r><t xml:space="preserve">text &amp; more</t></r><rPh><t>no</t></rPh>',
    ];
    const rows =
      '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>value</t></is></c></row>' +
      '<row r="4"><c r="A4" t="s"><v>1</v></c><c r="B4"/><c r="C4" s="2"><v>0.10000000000000001</v></c>' +
      '<c r="D4" t="b"><v>1</v></c><c r="AA4" t="inlineStr"><is><t>=1+1</t></is></c></row>';
    const read = readXlsx(workbookOf(rows, { strings, styles: STYLES }));
    expect(read.ok && read.value.map(({ number, cells }) => [number, ...cells])).toEqual([
      [1, [0, 'name'], [2, 'value']],
      [4, [0, 'rich text & more'], [2, '0.1000'], [3, 'true'], [26, '=1+1']],
    ]);
  });

  it.each([
    ['a formula', '<c r="B7"><f>1+1</f><v>2</v></c>', 'cell B7 is a formula; write its value'],
    ['an error', '<c r="B7" t="e"><v>#REF!</v></c>', 'cell B7 is an error'],
    ['a date', '<c r="B7" s="3"><v>46000</v></c>', 'cell B7 is shown as a date'],
    ['a percentage', '<c r="B7" s="4"><v>0.12</v></c>', 'cell B7 is shown as a date, a percentage'],
    ['a computed figure', '<c r="B7"><v>0.30000000000000004</v></c>', 'cell B7 holds more digits than were typed'],
    ['more than it shows', '<c r="B7" s="1"><v>3.1415</v></c>', 'cell B7 holds more digits than it shows'],
    ['a text that is not there', '<c r="B7" t="s"><v>5</v></c>', 'cell B7 names a text'],
  ])('with %s in a cell is refused by the name of the cell', (_what, cell, detail) => {
    expect(codesOf(workbookOf(`<row r="7">${cell}</row>`, { styles: STYLES }))).toEqual([
      ['MALFORMED_VALUE_ERROR', expect.stringContaining(detail)],
    ]);
  });

  it.each([
    ['no archive', Buffer.from('a,b\n'), 'PARSING_ERROR'],
    ['an archive without a workbook', zipOf([{ name: 'a', content: 'b' }]), 'PARSING_ERROR'],
    ['a document type', workbookOf('<!DOCTYPE x [<!ENTITY a "b">]><row r="1"/>'), 'PARSING_ERROR'],
    ['an unknown entity', workbookOf('<row r="1"><c r="A1" t="str"><v>&a;</v></c></row>'), 'PARSING_ERROR'],
    [
      'a part whose size lies',
      zipOf([{ name: 'xl/_rels/workbook.xml.rels', content: 'x'.repeat(100), claimed: 9 }]),
      'PARSING_ERROR',
    ],
    [
      'two parts of one name',
      zipOf([
        { name: 'xl/workbook.xml', content: 'x' },
        { name: 'xl/workbook.xml', content: 'y' },
      ]),
      'PARSING_ERROR',
    ],
    ['more rows than are read', workbookOf('<row r="100001"><c r="A100001"><v>1</v></c></row>'), 'LIMIT_EXCEEDED'],
    ['more columns than are read', workbookOf('<row r="1"><c r="ZZZ1"><v>1</v></c></row>'), 'LIMIT_EXCEEDED'],
  ])('that is %s is refused', (_what, bytes, code) => {
    expect(codesOf(bytes).map(([one]) => one)).toEqual([code]);
  });

  it('that unpacks to more than is read is refused before it is unpacked, whatever it says about itself', () => {
    const bomb = zipOf([{ name: 'xl/_rels/workbook.xml.rels', content: Buffer.alloc(65 * 1024 * 1024), claimed: 100 }]);
    expect(bomb.length).toBeLessThan(1024 * 1024);
    expect(codesOf(bomb).map(([code]) => code)).toEqual(['LIMIT_EXCEEDED']);
  });

  it('gives back every decimal of up to fifteen digits as it was typed, however a program writes its double', () => {
    const digits = fc.tuple(fc.bigInt(1n, 10n ** 15n - 1n), fc.integer({ min: 0, max: 12 }), fc.constantFrom('', '-'));
    fc.assert(
      fc.property(digits, fc.constantFrom(0, 15, 16, 17), ([whole, places, sign], precision) => {
        const text = String(whole).padStart(places + 1, '0');
        const typed =
          sign + (places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`.replace(/\.?0+$/, ''));
        const value = Number(typed);
        const written = precision === 0 ? String(value) : value.toPrecision(precision);
        expect(textOfNumber(written, 'General')).toEqual({ text: typed });
      }),
    );
    expect(textOfNumber('3.12000000000000000001', 'General')).toHaveProperty('why');
    expect(textOfNumber('1.1', '#,##0.00')).toEqual({ text: '1.10' });
    expect(textOfNumber('7', '00000')).toHaveProperty('why');
  });
});
