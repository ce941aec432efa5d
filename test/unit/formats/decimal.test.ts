import { Big } from 'big.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  canonical,
  compare,
  divide,
  equal,
  isDecimal,
  isNegative,
  isPactDecimal,
  isZero,
  LONGEST_DECIMAL,
  LONGEST_PACT_DECIMAL,
  multiply,
  places,
  round,
  subtract,
  toPlaces,
} from '../../../src/formats/decimal.ts';

const CANONICAL = /^-?(0|[1-9]\d*)(\.\d*[1-9])?$/;

/** An exact value as a whole number of 10⁻ˢᶜᵃˡᵉ, the model that the arithmetic is held against. */
interface Exact {
  readonly units: bigint;
  readonly scale: number;
}
function exact(text: string): Exact {
  const [whole = '', fraction = ''] = text.replace('+', '').split('.');
  return { units: BigInt(whole + fraction), scale: fraction.length };
}
const sign = (text: string): bigint => (text.startsWith('-') ? -1n : 1n);
const model = (text: string): Exact => {
  const { units, scale } = exact(text.replace('-', ''));
  return { units: units * sign(text), scale };
};
function same(a: Exact, b: Exact): boolean {
  return a.units * 10n ** BigInt(b.scale) === b.units * 10n ** BigInt(a.scale);
}
/** num/den rounded half up, away from zero, to `digits` places, in units of 10⁻ᵈⁱᵍⁱᵗˢ. */
function roundedRatio(num: bigint, den: bigint, digits: number): bigint {
  const negative = num < 0n !== den < 0n;
  const [n, d] = [num < 0n ? -num : num, den < 0n ? -den : den];
  const rounded = (2n * n * 10n ** BigInt(digits) + d) / (2n * d);
  return negative ? -rounded : rounded;
}

const signed = fc.stringMatching(/^-?(0|[1-9]\d{0,18})(\.\d{1,18})?$/);
const pact = fc.stringMatching(/^[+-]?\d{1,19}(\.\d{1,18})?$/);
const any = fc.oneof(signed, pact);
const digits = fc.integer({ min: 0, max: 20 });

describe('the two forms', () => {
  it.each(['0', '-0', '0.0', '1', '-1', '21.80', '10', '0.001', `1${'0'.repeat(39)}`, `-0.${'1'.repeat(37)}`])(
    '%s is a figure of ours, and of PACT',
    (text) => {
      expect(isDecimal(text)).toBe(true);
      expect(isPactDecimal(text)).toBe(true);
    },
  );

  it.each(['+90', '007', '-01.5', '+0.10', '00'])('%s is one of PACT only', (text) => {
    expect(isDecimal(text)).toBe(false);
    expect(isPactDecimal(text)).toBe(true);
  });

  it.each([
    '',
    ' 1',
    '1 ',
    '1\n',
    '.5',
    '5.',
    '-',
    '+',
    '--1',
    '+-1',
    '1e3',
    '1.2345e+6',
    '1,5',
    '1 000',
    '0x1f',
    'NaN',
    'Infinity',
    '١',
    '１',
    '−1',
    '1.2.3',
    1,
    null,
    undefined,
    ['1'],
  ])('%j is none', (text) => {
    expect(isDecimal(text)).toBe(false);
    expect(isPactDecimal(text)).toBe(false);
  });

  it('have a length, on both sides of which the answer differs', () => {
    expect(isDecimal('1'.repeat(LONGEST_DECIMAL))).toBe(true);
    expect(isDecimal('1'.repeat(LONGEST_DECIMAL + 1))).toBe(false);
    expect(isPactDecimal('1'.repeat(LONGEST_PACT_DECIMAL))).toBe(true);
    expect(isPactDecimal('1'.repeat(LONGEST_PACT_DECIMAL + 1))).toBe(false);
  });
});

describe('the canonical form', () => {
  it.each([
    ['21.80', '21.8'],
    ['+021.80', '21.8'],
    ['-0', '0'],
    ['-0.000', '0'],
    ['+0', '0'],
    ['100', '100'],
    ['1.550', '1.55'],
    ['-00.5', '-0.5'],
    ['0.0000000001', '0.0000000001'],
    [`1${'0'.repeat(39)}`, `1${'0'.repeat(39)}`],
  ])('of %s is %s', (text, form) => {
    expect(canonical(text)).toBe(form);
  });

  it('is the same value, canonically written, and its own canonical form', () => {
    fc.assert(
      fc.property(any, (text) => {
        const form = canonical(text);
        expect(form).toMatch(CANONICAL);
        expect(form).not.toBe('-0');
        expect(same(model(text), model(form))).toBe(true);
        expect(canonical(form)).toBe(form);
        expect(equal(text, form)).toBe(true);
      }),
    );
  });
});

describe('arithmetic', () => {
  it('is exact, whatever the size of the figures', () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        const [x, y] = [model(a), model(b)];
        const scale = x.scale + y.scale;
        const [xs, ys] = [x.units * 10n ** BigInt(y.scale), y.units * 10n ** BigInt(x.scale)];
        for (const [result, expected] of [
          [add(a, b), xs + ys],
          [subtract(a, b), xs - ys],
          [multiply(a, b), x.units * y.units],
        ] as const) {
          expect(result).toMatch(CANONICAL);
          expect(result).not.toBe('-0');
          expect(same(model(result), { units: expected, scale })).toBe(true);
        }
        expect(compare(a, b)).toBe(xs < ys ? -1 : xs > ys ? 1 : 0);
        expect(equal(a, b)).toBe(xs === ys);
        expect(isNegative(a)).toBe(x.units < 0n);
        expect(isZero(a)).toBe(x.units === 0n);
      }),
      { numRuns: 500 },
    );
  });

  it('does not do what binary fractions do', () => {
    expect(add('0.1', '0.2')).toBe('0.3');
    expect(multiply('0.56', '21.80')).toBe('12.208');
    expect(subtract('1', '0.9')).toBe('0.1');
    expect(add('9007199254740993', '0.0000000000000001')).toBe('9007199254740993.0000000000000001');
    expect(multiply('99999999999999999999', '99999999999999999999')).toBe('9999999999999999999800000000000000000001');
  });

  it('adds any number of terms', () => {
    expect(add()).toBe('0');
    expect(add('5.0')).toBe('5');
    // The worksheet of the battery example.
    expect(add('12.208', '3.06', '0.651', '1.87', '1.296', '0.18', '0.34', '5.3816', '0.62')).toBe('25.6066');
  });

  it('divides and rounds half up, away from zero', () => {
    fc.assert(
      fc.property(any, any, digits, (a, b, to) => {
        const [x, y] = [model(a), model(b)];
        fc.pre(y.units !== 0n);
        const expected = roundedRatio(x.units * 10n ** BigInt(y.scale), y.units * 10n ** BigInt(x.scale), to);
        expect(same(model(divide(a, b, to)), { units: expected, scale: to })).toBe(true);
        expect(divide(a, b, to)).toMatch(CANONICAL);
        const rounded = roundedRatio(x.units, 10n ** BigInt(x.scale), to);
        expect(same(model(round(a, to)), { units: rounded, scale: to })).toBe(true);
        expect(places(round(a, to))).toBeLessThanOrEqual(to);
        expect(places(toPlaces(a, to))).toBe(to);
        expect(equal(toPlaces(a, to), round(a, to))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['1', '3', 2, '0.33'],
    ['2', '3', 2, '0.67'],
    ['1', '8', 2, '0.13'],
    ['-1', '8', 2, '-0.13'],
    ['1', '-8', 2, '-0.13'],
    ['1', '2', 0, '1'],
    ['-1', '3', 0, '0'],
    ['1', '200', 2, '0.01'],
    ['10', '4', 5, '2.5'],
  ])('%s / %s to %i places is %s', (a, b, to, result) => {
    expect(divide(a, b, to)).toBe(result);
  });

  it('writes the places a text shows', () => {
    expect(toPlaces('21.8', 2)).toBe('21.80');
    expect(toPlaces('-0.001', 2)).toBe('0.00');
    expect(toPlaces('0.005', 2)).toBe('0.01');
    expect(toPlaces('5', 0)).toBe('5');
  });

  it('counts the places that are stated', () => {
    expect(['21.80', '21.8', '21', '-0.001', '+090'].map(places)).toEqual([2, 1, 0, 3, 0]);
  });
});

describe('refusals', () => {
  it.each(['', '1e5', 'NaN', '.5', ' 1', '0x1'])('%j is no figure for any operation', (text) => {
    for (const act of [
      () => canonical(text),
      () => add('1', text),
      () => subtract(text, '1'),
      () => multiply('1', text),
      () => divide('1', text, 2),
      () => compare(text, '1'),
      () => equal('1', text),
      () => round(text, 2),
      () => places(text),
      () => isZero(text),
    ]) {
      expect(act).toThrow(RangeError);
    }
  });

  it('no division by zero, no odd number of places', () => {
    for (const zero of ['0', '-0', '0.00', '+0']) expect(() => divide('1', zero, 2)).toThrow(RangeError);
    for (const odd of [-1, 0.5, Number.NaN, 1001]) {
      expect(() => divide('1', '3', odd)).toThrow(RangeError);
      expect(() => round('1', odd)).toThrow(RangeError);
      expect(() => toPlaces('1', odd)).toThrow(RangeError);
    }
    expect(divide('1', '3', 1000)).toBe(`0.${'3'.repeat(1000)}`);
  });
});

it('settings of big.js go neither way', () => {
  const before = { DP: Big.DP, RM: Big.RM, strict: Big.strict };
  expect(divide('1', '3', 5)).toBe('0.33333');
  expect({ DP: Big.DP, RM: Big.RM, strict: Big.strict }).toEqual(before);
  try {
    Big.DP = 1;
    Big.RM = 0;
    expect(divide('2', '3', 5)).toBe('0.66667');
    expect(round('0.15', 1)).toBe('0.2');
    expect(multiply('0.55', '0.55')).toBe('0.3025');
  } finally {
    Object.assign(Big, before);
  }
});
