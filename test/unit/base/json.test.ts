import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Read } from '../../../src/base/finding.ts';
import {
  asArray,
  deepFreeze,
  isObject,
  type JsonLimits,
  oncePerFrozen,
  pointerOf,
  REQUEST_LIMITS,
  readJson,
  readJsonObject,
} from '../../../src/base/json.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const WIDE: JsonLimits = { maxBytes: 1e9, maxDepth: 1e6, maxNodes: 1e6, maxArray: 1e6, maxString: 1e6 };

function readable<Value>(read: Read<Value>): Value {
  if (!read.ok) throw new Error(`refused: ${JSON.stringify(read.findings)}`);
  return read.value;
}
function refusal(read: Read<unknown>) {
  if (read.ok) throw new Error(`accepted: ${JSON.stringify(read.value).slice(0, 200)}`);
  expect(read.findings).toHaveLength(1);
  const [{ outcome, code, check, pointer } = {}] = read.findings;
  expect(outcome).toBe('failed');
  return { code, check, ...(pointer === undefined ? {} : { pointer }) };
}
const wrong = (text: string | Uint8Array, limits?: JsonLimits) => refusal(readJson(text, limits)).code;

/** JSON values without the member names that rule W5 reserves. */
const RESERVED = ['__proto__', 'constructor', 'prototype'];
const text = fc.string({ unit: 'binary' }).filter((some) => !RESERVED.includes(some));
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom(null, true, false),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
    fc.integer(),
    text,
    fc.array(tie('value'), { maxLength: 6 }),
    fc.dictionary(text, tie('value'), { maxKeys: 6 }),
  ),
}));

describe('agreement with JSON.parse', () => {
  it('on every JSON value, however it is spaced, as text and as bytes', () => {
    fc.assert(
      fc.property(anyValue, fc.constantFrom(undefined, 1, '\t', '\r\n'.slice(1)), (value, space) => {
        const json = ` ${JSON.stringify(value, null, space)}\r\n`;
        expect(readable(readJson(json))).toEqual(JSON.parse(json));
        expect(readable(readJson(utf8(json)))).toEqual(JSON.parse(json));
      }),
      { numRuns: 500 },
    );
  });

  it('on values with every character escaped', () => {
    const spell = (some: string): string =>
      some.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
    fc.assert(
      fc.property(text, text, (name, value) => {
        expect(readable(readJson(`{"${spell(name)}":"${spell(value)}"}`))).toEqual(
          JSON.parse(JSON.stringify({ [name]: value })),
        );
      }),
    );
  });

  it('never accepts what JSON.parse refuses, and refuses more only for a rule of its own', () => {
    const pieces = fc.constantFrom(
      ...'{}[]:,"\\ \t\n\v-+.eE0123'.split(''),
      ...[
        'true',
        'false',
        'null',
        'tru',
        'NaN',
        '"a"',
        '"a":',
        '1e5',
        '\\u00e9',
        '\\ud800',
        'é',
        '\u00a0',
        "'",
        '/**/',
      ],
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const json = parts.join('');
        const read = readJson(json);
        let parsed: unknown;
        try {
          parsed = JSON.parse(json);
        } catch {
          // A rule of our own may have stopped the reading before the fault in the syntax.
          expect(read.ok).toBe(false);
          return;
        }
        if (read.ok) expect(read.value).toEqual(parsed);
        else expect(['bytes.number', 'bytes.surrogate', 'bytes.duplicate-member']).toContain(refusal(read).check);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    '',
    ' ',
    '{',
    '[1,]',
    '[,1]',
    '{"a":1,}',
    '{"a"}',
    '{"a":}',
    '{a:1}',
    "{'a':1}",
    '[1 2]',
    '{"a":1 "b":2}',
    '[1}',
    '{]',
    '1 2',
    '01',
    '-',
    '+1',
    '.5',
    '1.',
    '1e',
    '0x10',
    'NaN',
    'Infinity',
    'undefined',
    'True',
    'nul',
    '"a',
    '"\\',
    '"\\x41"',
    '"\\u12"',
    '"a\nb"',
    '"\u0000"',
    '// comment\n1',
    '[1]]',
    '\u00a0[]',
    '[]\u0000',
  ])('refuses %j as no JSON', (json) => {
    expect(() => JSON.parse(json)).toThrow();
    expect(wrong(json)).toBe('PARSING_ERROR');
  });
});

describe('bytes', () => {
  it.each([
    ['a continuation byte alone', [0x22, 0x80, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a code point above U+10FFFF', [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]],
    ['a sequence that breaks off', [0x22, 0xe2, 0x82, 0x22]],
    ['UTF-16', [0x5b, 0x00, 0x5d, 0x00, 0xff]],
  ])('refuses %s', (_why, bytes) => {
    expect(refusal(readJson(Uint8Array.from(bytes)))).toEqual({ code: 'PARSING_ERROR', check: 'bytes.utf-8' });
    expect(readable(readJson(utf8('"€"')))).toBe('€');
  });

  it('refuses a byte order mark in front, not inside a string', () => {
    expect(refusal(readJson(Uint8Array.of(0xef, 0xbb, 0xbf, 0x5b, 0x5d)))).toMatchObject({ check: 'bytes.bom' });
    expect(refusal(readJson('\ufeff[]'))).toEqual({ code: 'PARSING_ERROR', check: 'bytes.bom' });
    expect(readable(readJson('"\ufeff"'))).toBe('\ufeff');
  });

  it.each(['"\\ud800"', '"\\udc00"', '"\\udc00\\ud800"', '"\ud800"', '{"\\ud83d":1}', '["x",{"a":"\\ud800x"}]'])(
    'refuses a lone surrogate: %j',
    (json) => {
      expect(refusal(readJson(json))).toMatchObject({ code: 'MALFORMED_VALUE_ERROR', check: 'bytes.surrogate' });
      expect(readable(readJson('"\\ud83d\\ude00"'))).toBe('😀');
    },
  );
});

describe('member names', () => {
  it('may not stand twice in one object, at any depth, however they are escaped', () => {
    const path = fc.array(fc.constantFrom('array', 'object'), { maxLength: 20 });
    fc.assert(
      fc.property(path, text, fc.boolean(), (kinds, name, escaped) => {
        const plain = JSON.stringify(name);
        const first = name.charCodeAt(0);
        const again =
          escaped && name !== '' && first >= 0x20 && first !== 0x22 && first !== 0x5c
            ? `"\\u${first.toString(16).padStart(4, '0')}${plain.slice(2)}`
            : plain;
        fc.pre(JSON.parse(again) === name);
        const wrap = (inner: string): string =>
          kinds.reduce((json, kind) => (kind === 'array' ? `[0,${json}]` : `{"x":${json}}`), inner);
        expect(
          refusal(readJson(wrap(`{${plain}:1,"${name === 'other' ? 'o' : 'other'}":2,${again}:1}`))),
        ).toMatchObject({
          code: 'PARSING_ERROR',
          check: 'bytes.duplicate-member',
        });
        expect(readJson(wrap(`{${plain}:1}`)).ok).toBe(true);
      }),
    );
  });

  it('may stand again in another object', () => {
    expect(readJson('[{"a":{"a":{"a":1}}},{"a":2}]').ok).toBe(true);
  });

  it.each(RESERVED)('may not be %s, escaped or not', (name) => {
    for (const json of [
      `{"${name}":1}`,
      `[{"a":{"${name}":{}}}]`,
      `{"\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}":1}`,
    ]) {
      expect(refusal(readJson(json))).toMatchObject({ code: 'MALFORMED_VALUE_ERROR', check: 'bytes.reserved-name' });
    }
    expect(readJson(`["${name}",{"${name}s":"${name}"}]`).ok).toBe(true);
  });

  it('are named in the pointer, escaped as RFC 6901 has it', () => {
    expect(refusal(readJson('{"a":[1,{"b/~c":1,"b/~c":2}]}')).pointer).toBe('/a/1/b~1~0c');
    expect(refusal(readJson('{"a":1,"b":[true,nul]}')).pointer).toBe('/b/1');
    expect(refusal(readJson('{"a":{"b":1},}')).pointer).toBe('');
    expect(refusal(readJson('{"a":{!')).pointer).toBe('/a');
    expect(refusal(readJson('[[[]]]', { ...WIDE, maxDepth: 2 })).pointer).toBe('/0/0');
  });
});

describe('numbers', () => {
  it.each([
    '1.0000000000000001',
    '9007199254740993',
    '-9007199254740993',
    '123456789012345678901234567890',
    '0.1000000000000000055511151231257827',
    '1e400',
    '-1e400',
    '1e-400',
    '4.9e-324',
    '1e99999999999999999999',
    `1${'0'.repeat(400)}`,
    `0.${'0'.repeat(400)}`,
  ])('refuses %s, which would become another value', (token) => {
    for (const json of [token, `[${token}]`, `{"a":${token}}`]) {
      expect(refusal(readJson(json))).toMatchObject({ code: 'MALFORMED_VALUE_ERROR', check: 'bytes.number' });
    }
  });

  it.each([
    ['0', 0],
    ['-0', -0],
    ['0e-999', 0],
    ['1.0', 1],
    ['1.50', 1.5],
    ['0.1', 0.1],
    ['100', 100],
    ['1e2', 100],
    ['1E+2', 100],
    ['1000000000000000000000000', 1e24],
    ['9007199254740992', 2 ** 53],
    ['9007199254740991', 2 ** 53 - 1],
    ['5e-324', 5e-324],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['0.000001', 1e-6],
    ['-12.340', -12.34],
  ])('takes %s', (token, value) => {
    expect(readable(readJson(token))).toBe(value);
  });

  it('takes exactly the tokens whose decimal value a double gives back', () => {
    const digits = fc.stringMatching(/^[1-9]\d{0,25}$/);
    fc.assert(
      fc.property(digits, fc.integer({ min: -30, max: 30 }), (mantissa, exponent) => {
        const token = `${mantissa}e${exponent}`;
        // An independent judgement with whole numbers: the double, as its shortest decimal, times a power of ten.
        const [, whole = '', fraction = '', power = '0'] =
          /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(Number(token))) ?? [];
        const shift = Number(power) - fraction.length - exponent;
        const scaled = (some: string, by: number): bigint => BigInt(some) * 10n ** BigInt(Math.max(by, 0));
        const keeps = scaled(whole + fraction, shift) === scaled(mantissa, -shift);
        expect(readJson(token).ok).toBe(keeps);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('caps, on both sides', () => {
  const nested = (levels: number, open = '[', close = ']'): string => open.repeat(levels) + close.repeat(levels);

  it('bytes', () => {
    const limits = { ...WIDE, maxBytes: 8 };
    expect(readJson('"abcdef"', limits).ok).toBe(true);
    expect(readJson(utf8('"abcdef"'), limits).ok).toBe(true);
    expect(refusal(readJson('"abcdefg"', limits))).toEqual({ code: 'LIMIT_EXCEEDED', check: 'bytes.size' });
    expect(refusal(readJson(utf8('"abcdefg"'), limits))).toMatchObject({ check: 'bytes.size' });
  });

  it('bytes of a text are those of its UTF-8 form', () => {
    const limits = { ...WIDE, maxBytes: 8 };
    expect(readJson('"철철"', limits).ok).toBe(true);
    expect(readJson(utf8('"철철"'), limits).ok).toBe(true);
    expect(wrong('"철철a"', limits)).toBe('LIMIT_EXCEEDED');
    expect(wrong(utf8('"철철a"'), limits)).toBe('LIMIT_EXCEEDED');
  });

  it('depth', () => {
    const { maxDepth } = REQUEST_LIMITS;
    expect(maxDepth).toBe(32);
    expect(readJson(nested(maxDepth)).ok).toBe(true);
    expect(refusal(readJson(nested(maxDepth + 1)))).toMatchObject({ code: 'LIMIT_EXCEEDED', check: 'bytes.limit' });
    expect(readJson(`${'{"a":'.repeat(maxDepth)}1${'}'.repeat(maxDepth)}`).ok).toBe(true);
    expect(wrong(`${'{"a":'.repeat(maxDepth + 1)}1${'}'.repeat(maxDepth + 1)}`)).toBe('LIMIT_EXCEEDED');
    expect(readJson('1', { ...WIDE, maxDepth: 0 }).ok).toBe(true);
    expect(wrong('{}', { ...WIDE, maxDepth: 0 })).toBe('LIMIT_EXCEEDED');
  });

  it('depth, ten thousand and half a million levels, without a full stack and at once', () => {
    const start = performance.now();
    expect(wrong(nested(10_000))).toBe('LIMIT_EXCEEDED');
    expect(wrong('['.repeat(500_000))).toBe('LIMIT_EXCEEDED');
    expect(wrong('{"a":'.repeat(100_000))).toBe('LIMIT_EXCEEDED');
    expect(performance.now() - start).toBeLessThan(200);
    // The scanner itself does not mind either.
    expect(readJson(nested(10_000), WIDE).ok).toBe(true);
  });

  it('values', () => {
    const limits = { ...WIDE, maxNodes: 5 };
    expect(readJson('[1,{"a":2,"b":3}]', limits).ok).toBe(true);
    expect(wrong('[1,{"a":2,"b":[]},3]', limits)).toBe('LIMIT_EXCEEDED');
    expect(readJson('[1,2,3,4]', limits).ok).toBe(true);
    expect(wrong('[1,2,3,4,5]', limits)).toBe('LIMIT_EXCEEDED');
    const { maxNodes } = REQUEST_LIMITS;
    // 49 arrays of 1000 entries and one of the rest, 51 arrays in all.
    const big = (rest: number): string =>
      `[${[...Array(49).fill(`[${Array(1000).fill(0)}]`), `[${Array(rest).fill(0)}]`]}]`;
    expect(readJson(big(maxNodes - 49_000 - 51)).ok).toBe(true);
    expect(wrong(big(maxNodes - 49_000 - 51 + 1))).toBe('LIMIT_EXCEEDED');
  });

  it('entries of one array', () => {
    const { maxArray } = REQUEST_LIMITS;
    expect(readJson(`[${Array(maxArray).fill('""')}]`).ok).toBe(true);
    expect(refusal(readJson(`{"a":[${Array(maxArray + 1).fill('""')}]}`))).toEqual({
      code: 'LIMIT_EXCEEDED',
      check: 'bytes.limit',
      pointer: `/a/${maxArray}`,
    });
  });

  it('characters of one string, as value and as name, escaped or not', () => {
    const limits = { ...WIDE, maxString: 4 };
    for (const [good, bad] of [
      ['abcd', 'abcde'],
      ['\\u0061\\u0061\\u0061\\u0061', '\\u0061\\u0061\\u0061\\u0061\\u0061'],
      ['\\n\\n\\n\\n', '\\n\\n\\n\\n\\n'],
      ['😀😀', '😀😀a'],
    ]) {
      expect(readJson(`"${good}"`, limits).ok).toBe(true);
      expect(readJson(`{"${good}":1}`, limits).ok).toBe(true);
      expect(wrong(`"${bad}"`, limits)).toBe('LIMIT_EXCEEDED');
      expect(wrong(`{"${bad}":1}`, limits)).toBe('LIMIT_EXCEEDED');
    }
    const { maxString } = REQUEST_LIMITS;
    expect(readJson(`["${'x'.repeat(maxString)}"]`).ok).toBe(true);
    expect(wrong(`["${'x'.repeat(maxString + 1)}"]`)).toBe('LIMIT_EXCEEDED');
  });

  it('characters of a member that may be longer', () => {
    const limits = { ...WIDE, maxString: 4, longMembers: { list: 8 } };
    expect(readJson('{"list":"12345678"}', limits).ok).toBe(true);
    expect(wrong('{"list":"123456789"}', limits)).toBe('LIMIT_EXCEEDED');
    expect(wrong('{"other":"12345"}', limits)).toBe('LIMIT_EXCEEDED');
    expect(wrong('{"list":["12345"]}', limits)).toBe('LIMIT_EXCEEDED');
    expect(wrong('{"toString":"12345"}', { ...limits, longMembers: {} })).toBe('LIMIT_EXCEEDED');
  });

  it('names of parties are read however long, so that they can be called no DIDs', () => {
    for (const member of ['issuer', 'holder', 'verificationMethod']) {
      expect(readJson(JSON.stringify({ [member]: 'x'.repeat(100_000) })).ok).toBe(true);
      expect(wrong(JSON.stringify({ [member]: 'x'.repeat(131_073) }))).toBe('LIMIT_EXCEEDED');
    }
  });

  it('and a full request is read in well under a second', () => {
    const entry = `{"name":"${'n'.repeat(60)}","quantity":"21.80","n":12.5}`;
    const json = `[${Array(20).fill(`[${Array(500).fill(entry)}]`)}]`;
    expect(json.length).toBeLessThan(REQUEST_LIMITS.maxBytes);
    expect(json.length).toBeGreaterThan(900_000);
    const start = performance.now();
    expect(readJson(utf8(json)).ok).toBe(true);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('readJsonObject', () => {
  it('takes an object at the root and nothing else', () => {
    expect(readable(readJsonObject('{"a":1}'))).toEqual({ a: 1 });
    for (const json of ['[]', '1', '"{}"', 'null', 'true']) {
      expect(refusal(readJsonObject(json))).toEqual({ code: 'PARSING_ERROR', check: 'bytes.object' });
    }
    expect(refusal(readJsonObject('{')).check).toBe('bytes.json');
  });
});

describe('small things', () => {
  it('pointerOf escapes ~ and /', () => {
    expect(pointerOf()).toBe('');
    expect(pointerOf('a', 0, 'b/c', 'd~e', '~1', '')).toBe('/a/0/b~1c/d~0e/~01/');
  });

  it('isObject', () => {
    expect([{}, { a: 1 }].every(isObject)).toBe(true);
    expect([null, undefined, [], 'a', 1].some(isObject)).toBe(false);
  });

  it('asArray', () => {
    expect(asArray(undefined)).toEqual([]);
    expect(asArray('a')).toEqual(['a']);
    expect(asArray(['a', 'b'])).toEqual(['a', 'b']);
    expect(asArray<unknown>(null)).toEqual([null]);
  });

  it('oncePerFrozen computes once for what cannot change, and anew for what can', () => {
    let calls = 0;
    const count = oncePerFrozen((object) => {
      calls += 1;
      return Object.keys(object).length;
    });
    const open: Record<string, number> = { a: 1 };
    expect(count(open)).toBe(1);
    open['b'] = 2;
    expect(count(open)).toBe(2);
    expect(count(Object.freeze({ a: 1, b: {} }))).toBe(2);
    expect(calls).toBe(3);
    const frozen = deepFreeze({ a: 1, inner: { b: 2 } });
    expect([count(frozen), count(frozen), count(frozen.inner), count(frozen.inner)]).toEqual([2, 2, 1, 1]);
    expect(calls).toBe(5);
  });

  it('deepFreeze reaches the bottom, also below what was frozen before', () => {
    const inner = { list: [{ a: 1 }] };
    const outer = deepFreeze(Object.freeze({ inner }));
    expect(Object.isFrozen(outer.inner.list[0])).toBe(true);
    expect(() => inner.list.push({ a: 2 })).toThrow(TypeError);
    expect(deepFreeze(outer)).toBe(outer);
    expect([null, 1, 'a', undefined].map(deepFreeze)).toEqual([null, 1, 'a', undefined]);
  });
});
