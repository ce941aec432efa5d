/** SD-JWT: the published examples, what RFC 9901 refuses, and that exactly what was chosen is shown. */

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { compactVerify, importJWK, type JWK } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Read } from '../../../src/base/finding.ts';
import { isObject, type JsonObject, type JsonValue, pointerOf } from '../../../src/base/json.ts';
import { findAt } from '../../../src/base/json-lookup.ts';
import {
  concealPlaces,
  digestOfDisclosure,
  hasReservedName,
  joinSdJwt,
  MAX_DISCLOSURE_DEPTH,
  MAX_DISCLOSURES,
  type ProcessedPayload,
  processDisclosures,
  splitSdJwt,
} from '../../../src/formats/sd-jwt.ts';

interface Vector {
  readonly name: string;
  readonly sdJwt: string;
  readonly publicKeyJwk?: JWK;
  readonly keyBinding?: true;
  readonly processed?: JsonObject;
  readonly refused?: string;
}
const vectors = JSON.parse(
  readFileSync(new URL('../../vectors/sd-jwt.json', import.meta.url), 'utf8'),
) as readonly Vector[];

const write = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString('base64url');
const codeOf = (from: Read<unknown>): unknown => (from.ok ? 'read' : from.findings.map(({ code }) => code));
const process = (payload: JsonObject, ...disclosures: string[]) => processDisclosures(payload, disclosures);
const read = (from: Read<ProcessedPayload>): ProcessedPayload => {
  if (!from.ok) throw new Error(JSON.stringify(from.findings));
  return from.value;
};
const BAD = ['PROOF_VERIFICATION_ERROR'];
const a = write(['salt-a', 'a', 1]);
const one = digestOfDisclosure(a);
const element = write(['salt-e', 'entry']);
const decoy = digestOfDisclosure('a decoy');

describe.each(vectors.map((vector) => [vector.name, vector] as const))('the published example %s', (_name, vector) => {
  it('is read as printed, and nothing of it can be left aside', async () => {
    const parts = splitSdJwt(vector.sdJwt);
    if (vector.processed === undefined || !parts.ok) {
      expect(codeOf(parts)).toEqual([vector.refused]);
      return;
    }
    const { token, disclosures, keyBinding } = parts.value;
    expect(keyBinding !== '').toBe(vector.keyBinding === true);
    if (vector.keyBinding !== true) expect(joinSdJwt(parts.value)).toBe(vector.sdJwt);
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as JsonObject;
    expect(read(process(payload, ...disclosures)).payload).toEqual(vector.processed);
    if (vector.publicKeyJwk !== undefined) {
      const key = await importJWK(vector.publicKeyJwk, vector.publicKeyJwk.crv === 'P-384' ? 'ES384' : 'ES256');
      await expect(compactVerify(token, key)).resolves.toBeDefined();
    }
    for (const [index, disclosure] of disclosures.entries()) {
      const changed = disclosures.with(index, `${disclosure.slice(0, -1)}${disclosure.endsWith('A') ? 'B' : 'A'}`);
      expect(codeOf(process(payload, ...changed))).toEqual(BAD);
      expect(codeOf(process(payload, ...disclosures, disclosure))).toEqual(BAD);
    }
  });
});

describe('the digest of a disclosure', () => {
  it('is over its characters as they are sent (RFC 9901, section 4.2.3)', () => {
    const disclosure = 'WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0';
    expect(digestOfDisclosure(disclosure)).toBe('X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0');
  });
});

describe('the compact form', () => {
  it('has a separator behind every part', () => {
    expect(splitSdJwt('a.b.c~')).toEqual({ ok: true, value: { token: 'a.b.c', disclosures: [], keyBinding: '' } });
    expect(splitSdJwt('a.b.c~d~k.k.k')).toEqual({
      ok: true,
      value: { token: 'a.b.c', disclosures: ['d'], keyBinding: 'k.k.k' },
    });
  });

  it.each([['a.b.c'], [''], ['a.b.c~~'], ['a.b.c~d~~'], ['a.b.c~~d~']])('is not %j', (text) => {
    expect(codeOf(splitSdJwt(text))).toEqual(['PARSING_ERROR']);
  });

  it(`has ${MAX_DISCLOSURES} disclosures at most`, () => {
    expect(splitSdJwt(`t~${'d~'.repeat(MAX_DISCLOSURES)}`).ok).toBe(true);
    expect(codeOf(splitSdJwt(`t~${'d~'.repeat(MAX_DISCLOSURES + 1)}`))).toEqual(['LIMIT_EXCEEDED']);
    const many = Array.from({ length: MAX_DISCLOSURES + 1 }, (_, index) => write(['s', `n${index}`, 1]));
    expect(codeOf(process({ _sd: many.map(digestOfDisclosure) }, ...many))).toEqual(['LIMIT_EXCEEDED']);
  });
});

describe('a payload', () => {
  it('shows what was disclosed and forgets what was not, decoys too', () => {
    const list = ['first', { '...': digestOfDisclosure(element) }, { '...': decoy }, 'last'];
    const payload = { _sd: [one], _sd_alg: 'sha-256', b: { _sd: [digestOfDisclosure('x')], c: 2 }, list };
    expect(read(process(payload, a, element))).toEqual({
      payload: { a: 1, b: { c: 2 }, list: ['first', 'entry', 'last'] },
      disclosed: [
        { pointer: '/a', disclosure: a },
        { pointer: '/list/1', disclosure: element },
      ],
      concealing: ['/b', '/list'],
    });
    expect(read(process(payload)).payload).toEqual({ b: { c: 2 }, list: ['first', 'last'] });
    expect(read(process({ _sd: [] })).payload).toEqual({});
  });

  it('shows what lies in a disclosure only with that one', () => {
    const outer = write(['salt-o', 'outer', { _sd: [one], plain: true }]);
    const payload = { _sd: [digestOfDisclosure(outer)] };
    const { payload: shown, disclosed } = read(process(payload, outer, a));
    expect(shown).toEqual({ outer: { plain: true, a: 1 } });
    expect(disclosed.map(({ pointer }) => pointer)).toEqual(['/outer', '/outer/a']);
    expect(read(process(payload, outer))).toMatchObject({
      payload: { outer: { plain: true } },
      concealing: ['/outer'],
    });
    expect(codeOf(process(payload, a))).toEqual(BAD);
  });

  it.each<[string, JsonObject, string[]]>([
    ['a disclosure that no digest refers to', { b: 1 }, [a]],
    ['the same disclosure twice', { _sd: [one] }, [a, a]],
    ['a digest twice in a list', { _sd: [one, one] }, [a]],
    ['a digest twice in two places', { _sd: [one], b: { _sd: [one] } }, [a]],
    ['a digest twice, though nothing is disclosed', { _sd: [decoy], b: [{ '...': decoy }] }, []],
    [
      'a digest twice, once in a disclosure',
      { _sd: [one, digestOfDisclosure(write(['s', 'b', { _sd: [one] }]))] },
      [a, write(['s', 'b', { _sd: [one] }])],
    ],
    ['a claim that is there already', { _sd: [one], a: 2 }, [a]],
    [
      'two disclosures of one claim',
      { _sd: [one, digestOfDisclosure(write(['t', 'a', 2]))] },
      [a, write(['t', 'a', 2])],
    ],
    ['another hash', { _sd: [one], _sd_alg: 'sha-512' }, [a]],
    ['a weak hash, though nothing is disclosed', { b: 1, _sd_alg: 'md5' }, []],
    ['a hash that is no text', { _sd: [one], _sd_alg: ['sha-256'] }, [a]],
    ['a hash named inside', { b: { _sd_alg: 'sha-256' } }, []],
    ['a list that is none', { _sd: one }, [a]],
    ['a list of other things', { _sd: [1] }, []],
    ['a digest of other length', { _sd: [one.slice(1)] }, []],
    ['a digest spelt otherwise', { _sd: [`${one.slice(0, -1)}${String.fromCharCode(one.charCodeAt(42) + 1)}`] }, []],
    ['a digest with padding', { _sd: [`${one}=`] }, []],
    ['an element outside of an array', { '...': one }, [a]],
    ['an element with another member', { list: [{ '...': digestOfDisclosure(element), b: 1 }] }, [element]],
    ['a reserved name in what is shown', JSON.parse('{"b": {"...": "x"}}') as JsonObject, []],
  ])('is refused with %s', (_name, payload, disclosures) => {
    expect(codeOf(process(payload, ...disclosures))).toEqual(BAD);
  });

  it.each<[string, unknown, readonly string[]]>([
    ['of two elements', ['s', 1], BAD],
    ['of four elements', ['s', 'a', 1, 2], BAD],
    ['that is an object', { salt: 's', name: 'a', value: 1 }, BAD],
    ['that is a text', 'a', BAD],
    ['without a text for its salt', [1, 'a', 1], BAD],
    ['with a name that is no text', ['s', 1, 1], BAD],
    ['named _sd', ['s', '_sd', []], BAD],
    ['named ...', ['s', '...', 'x'], BAD],
    ['named _sd_alg', ['s', '_sd_alg', 'sha-256'], BAD],
    ['named __proto__', ['s', '__proto__', {}], BAD],
    ['named constructor', ['s', 'constructor', 1], BAD],
    ['with a reserved name in its value', ['s', 'a', { '...': 1 }], BAD],
  ])('is refused with a disclosure %s', (_name, content, codes) => {
    const disclosure = write(content);
    expect(codeOf(process({ _sd: [digestOfDisclosure(disclosure)] }, disclosure))).toEqual(codes);
  });

  it.each([
    ['with padding', `${a}=`, 'PARSING_ERROR'],
    ['in the plain alphabet', Buffer.from('["s?>","a","??>>"]').toString('base64'), 'PARSING_ERROR'],
    ['with a line break', `${a}\n`, 'PARSING_ERROR'],
    ['that is no JSON', Buffer.from('["s","a",').toString('base64url'), 'PARSING_ERROR'],
    ['with a member twice', Buffer.from('["s","a",{"b":1,"b":2}]').toString('base64url'), 'PARSING_ERROR'],
    ['in broken UTF-8', Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]).toString('base64url'), 'PARSING_ERROR'],
    ['with a number that changes', Buffer.from('["s","a",1e400]').toString('base64url'), 'MALFORMED_VALUE_ERROR'],
  ])('is refused with a disclosure %s, though its issuer signed it', (_name, disclosure, code) => {
    expect(codeOf(process({ _sd: [digestOfDisclosure(disclosure)] }, disclosure))).toEqual([code]);
  });

  it('is refused with an element of an array in three parts', () => {
    expect(codeOf(process({ list: [{ '...': one }] }, a))).toEqual(BAD);
    expect(codeOf(process({ list: [{ '...': digestOfDisclosure(element) }] }, element))).toBe('read');
  });

  it(`is refused with disclosures in more than ${MAX_DISCLOSURE_DEPTH} others`, () => {
    const nested = (count: number): [JsonObject, string[]] => {
      const disclosures = [write(['s', 'leaf', 1])];
      for (let index = 1; index < count; index += 1)
        disclosures.push(write(['s', 'n', { _sd: [digestOfDisclosure(String(disclosures.at(-1)))] }]));
      return [{ _sd: [digestOfDisclosure(String(disclosures.at(-1)))] }, disclosures];
    };
    const [payload, disclosures] = nested(MAX_DISCLOSURE_DEPTH);
    expect(codeOf(process(payload, ...disclosures))).toBe('read');
    const [deeper, more] = nested(MAX_DISCLOSURE_DEPTH + 1);
    expect(codeOf(process(deeper, ...more))).toEqual(['LIMIT_EXCEEDED']);
  });

  it('is refused when disclosures put together what is nested too deep for anybody', () => {
    const deep = (levels: number): string => `${'{"d":'.repeat(levels)}1${'}'.repeat(levels)}`;
    const inner = Buffer.from(`["s","x",${deep(25)}]`).toString('base64url');
    const outer = Buffer.from(
      `["s","y",${'{"d":'.repeat(20)}{"_sd":["${digestOfDisclosure(inner)}"]}${'}'.repeat(20)}]`,
    ).toString('base64url');
    const payload = { _sd: [digestOfDisclosure(outer)] };
    expect(codeOf(process(payload, outer))).toBe('read');
    expect(codeOf(process(payload, outer, inner))).toEqual(['LIMIT_EXCEEDED']);
  });
});

/** Every place of a document that can be hidden. */
function placesOf(value: JsonValue, place = ''): string[] {
  const inner: [string | number, JsonValue][] = Array.isArray(value)
    ? [...(value as readonly JsonValue[]).entries()]
    : isObject(value)
      ? Object.entries(value)
      : [];
  return inner.flatMap(([name, entry]) => [place + pointerOf(name), ...placesOf(entry, place + pointerOf(name))]);
}

const json = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  object: fc.dictionary(fc.string({ maxLength: 6 }), tie('value'), {
    maxKeys: 5,
  }) as fc.Arbitrary<JsonObject>,
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }) as fc.Arbitrary<JsonValue>,
    tie('object') as fc.Arbitrary<JsonValue>,
  ),
}));
const hidden = json.object
  .filter((document) => !hasReservedName(document))
  .chain((document) => fc.tuple(fc.constant(document), fc.subarray(placesOf(document))))
  .map(([document, places]) => {
    const outermost = places.filter((place) => !places.some((wider) => place.startsWith(`${wider}/`)));
    let salt = 0;
    return {
      document,
      places: outermost,
      ...concealPlaces(document, outermost, () => Uint8Array.of(++salt >> 8, salt)),
    };
  });

/** The document without these places; entries of arrays close up. */
function without(value: JsonValue, places: readonly string[], place = ''): JsonValue {
  if (Array.isArray(value))
    return (value as readonly JsonValue[]).flatMap((entry, index) =>
      places.includes(`${place}/${index}`) ? [] : [without(entry, places, `${place}/${index}`)],
    );
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !places.includes(place + pointerOf(name)))
      .map(([name, entry]) => [name, without(entry, places, place + pointerOf(name))]),
  );
}

describe('any document with any places hidden', () => {
  it('shows exactly what was chosen', () => {
    fc.assert(
      fc.property(
        hidden.chain((one) => fc.tuple(fc.constant(one), fc.subarray([...one.disclosures], { minLength: 0 }))),
        ([{ document, places, payload, disclosures }, chosen]) => {
          const all = read(process(payload, ...disclosures));
          expect(all.payload).toEqual(document);
          expect(all.concealing).toEqual([]);
          expect(all.disclosed.map(({ pointer }) => pointer).sort()).toEqual([...places].sort());
          const placeOf = new Map(all.disclosed.map(({ pointer, disclosure }) => [disclosure, pointer]));
          const left = disclosures.filter((one) => !chosen.includes(one)).map((one) => placeOf.get(one) ?? '');
          const some = read(process(payload, ...chosen));
          expect(some.payload).toEqual(without(document, left));
          for (const { pointer, disclosure } of some.disclosed)
            expect(findAt(some.payload, pointer)).toEqual(findAt(document, placeOf.get(disclosure) ?? ''));
        },
      ),
    );
  });

  it('tells nothing hidden in what is signed, and has its digests in order', () => {
    const secret = fc.string({ minLength: 12, maxLength: 12, unit: fc.constantFrom(...'abcdefghij') });
    fc.assert(
      fc.property(
        secret,
        secret,
        fc.uniqueArray(fc.string({ maxLength: 4 }), { minLength: 2, maxLength: 6 }),
        (first, second, names) => {
          const document = Object.fromEntries(names.map((name, index) => [`k${name}`, index === 0 ? first : second]));
          const places = Object.keys(document).map((name) => pointerOf(name));
          const { payload, disclosures } = concealPlaces(document, places, () =>
            crypto.getRandomValues(new Uint8Array(16)),
          );
          expect(JSON.stringify(payload)).not.toMatch(new RegExp(`${first}|${second}`));
          expect(Object.keys(payload).sort()).toEqual(['_sd', '_sd_alg']);
          expect(payload['_sd']).toEqual([...(payload['_sd'] as unknown as string[])].sort());
          expect(new Set(disclosures).size).toBe(places.length);
        },
      ),
    );
  });

  it('is refused with any character of any disclosure changed, and with one that is no part of it', () => {
    fc.assert(
      fc.property(
        hidden.filter(({ disclosures }) => disclosures.length > 0),
        fc.nat(),
        fc.nat(),
        fc.constantFrom(...'AZaz09-_=+/ .'),
        ({ payload, disclosures }, which, where, letter) => {
          const index = which % disclosures.length;
          const disclosure = disclosures[index] ?? '';
          const at = where % disclosure.length;
          const changed = disclosure.slice(0, at) + letter + disclosure.slice(at + 1);
          fc.pre(changed !== disclosure);
          expect(process(payload, ...disclosures.with(index, changed)).ok).toBe(false);
          expect(process(payload, ...disclosures, changed).ok).toBe(false);
        },
      ),
    );
  });
});

describe('hiding', () => {
  const salt = () => new Uint8Array(16);
  it.each<[string, JsonObject, string[]]>([
    ['a place that is not there', { a: 1 }, ['/b']],
    ['a place inside another', { a: { b: 1 } }, ['/a', '/a/b']],
    ['with a reserved name in the document', { a: { _sd: [] } }, ['/a']],
    ['more than anybody takes', { a: [] }, Array.from({ length: MAX_DISCLOSURES + 1 }, (_, index) => `/a/${index}`)],
  ])('%s is refused', (_name, document, places) => {
    expect(() => concealPlaces(document, places, salt)).toThrow(RangeError);
  });
});
