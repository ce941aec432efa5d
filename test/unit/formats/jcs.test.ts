import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonValue, readJson } from '../../../src/base/json.ts';
import { jcs } from '../../../src/formats/jcs.ts';

describe('the examples of RFC 8785', () => {
  it('section 3.2.2: literals, strings and numbers', () => {
    const input = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    expect(jcs(JSON.parse(input))).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('section 3.2.3: members in the order of their UTF-16 code units', () => {
    const input = String.raw`{
      "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"
    }`;
    const output = jcs(JSON.parse(input));
    expect(output.match(/"[^"]*"(?=[,}])/g)).toEqual(
      [
        'Carriage Return',
        'One',
        'Control',
        'Latin Small Letter O With Diaeresis',
        'Euro Sign',
        'Emoji: Grinning Face',
        'Hebrew Letter Dalet With Dagesh',
      ].map((name) => `"${name}"`),
    );
    expect(output.startsWith('{"\\r":"Carriage Return","1":')).toBe(true);
  });

  // Appendix B: the bits of a double and how it is written.
  it.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('appendix B: %s', (bits, text) => {
    expect(jcs(Buffer.from(bits, 'hex').readDoubleBE())).toBe(text);
  });
});

describe('the canonical form', () => {
  /** Written anew from the text of RFC 8785, for comparison. */
  function model(value: JsonValue): string {
    if (Array.isArray(value)) return `[${value.map(model).join(',')}]`;
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${model(inner)}`).join(',')}}`;
  }
  // The strict reader refuses these names wherever they stand, and fast-check likes to draw them.
  const reserved = /"(?:__proto__|constructor|prototype)":/;
  const value = fc
    .jsonValue({ stringUnit: 'binary' })
    .filter((some) => !reserved.test(JSON.stringify(some))) as fc.Arbitrary<JsonValue>;

  it('is what the model writes, and JSON of the same value', () => {
    fc.assert(
      fc.property(value, (some) => {
        const text = jcs(some);
        expect(text).toBe(model(some));
        expect(jcs(JSON.parse(text))).toBe(text);
        const read = readJson(text);
        expect(read.ok).toBe(true);
      }),
    );
  });

  it('does not depend on the order of members, but on that of array entries', () => {
    expect(jcs({ b: 1, a: { d: [1, 2], c: 2 } })).toBe(jcs({ a: { c: 2, d: [1, 2] }, b: 1 }));
    expect(jcs([1, 2])).not.toBe(jcs([2, 1]));
    expect(jcs({ 10: 1, 9: 2, a: 0 })).toBe('{"10":1,"9":2,"a":0}');
  });

  it('leaves text as it is: no normalisation', () => {
    expect(jcs('e\u0301')).not.toBe(jcs('\u00e9'));
    expect(jcs('21.80')).toBe('"21.80"');
  });

  it.each([
    ['a lone surrogate', 'a\ud800'],
    ['a lone surrogate in a name', { '\udc00': 1 }],
    ['NaN', Number.NaN],
    ['an infinity', [Number.POSITIVE_INFINITY]],
    ['nothing', undefined],
    ['a function', () => 1],
  ])('does not exist for %s', (_why, some) => {
    expect(() => jcs(some as JsonValue)).toThrow();
  });

  it('does not exist for a cycle, but for a value that stands twice', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(() => jcs(cycle as unknown as JsonValue)).toThrow();
    const shared = { a: 1 };
    expect(jcs([shared, shared])).toBe('[{"a":1},{"a":1}]');
  });
});
