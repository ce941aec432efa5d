import { describe, expect, it } from 'vitest';
import { readColumns } from '../../../src/cli/batch/columns.ts';

const TEMPLATE = {
  type: ['VerifiableCredential', 'X'],
  credentialSubject: {
    goods: [{ cnCode: '', quantity: '' }],
    joint: false,
    gwp: { horizonYears: 100 },
    kept: 'as it is',
  },
};
const HEADER = [
  '/credentialSubject/goods/0/quantity',
  'credentialSubject.joint',
  '#note',
  'credentialSubject.gwp.horizonYears',
  'credentialSubject.goods.0.cnCode',
  '/a~1b',
];
const code = expect.objectContaining({ code: 'MALFORMED_VALUE_ERROR' });

describe('the columns of a table', () => {
  it('put text in its place, and other kinds only where the template has them', () => {
    const row = readColumns(HEADER, TEMPLATE);
    expect(row(['007.10', 'TRUE', 'never read', '100', '=HYPERLINK("x")', '1'], 2)).toEqual({
      ...TEMPLATE,
      credentialSubject: {
        ...TEMPLATE.credentialSubject,
        goods: [{ cnCode: '=HYPERLINK("x")', quantity: '007.10' }],
        joint: true,
      },
      'a/b': '1',
    });
    // What is left empty is left out, and nothing of the template stands in for it.
    expect(row(['5', '', '', '', '', ''], 2)['credentialSubject']).toEqual({
      goods: [{ quantity: '5' }],
      gwp: {},
      kept: 'as it is',
    });
    expect(() => row(['5', 'yes'], 2)).toThrow(code);
    expect(() => row(['5', 'true', '', '1e2'], 2)).toThrow('row 2, column credentialSubject.gwp.horizonYears');
  });

  it.each([
    ['none', ['#a', '']],
    ['one place twice', ['a.b', '/a/b']],
    ['a place inside another', ['a', 'a.b']],
    ['no place', ['a..b']],
    ['what no object may have', ['__proto__.x']],
  ])('that name %s are refused', (_what, header) => {
    expect(() => readColumns(header, {})).toThrow(code);
  });

  it('name no place that the template cannot have', () => {
    expect(() => readColumns(['type.7'], TEMPLATE)(['x'], 2)).toThrow(code);
    expect(() => readColumns(['credentialSubject.kept.more'], TEMPLATE)(['x'], 2)).toThrow(code);
    expect(() => readColumns(['credentialSubject.goods'], TEMPLATE)(['x'], 2)).toThrow(code);
  });
});
