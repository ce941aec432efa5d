import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { readSchemaEntries, schemaOf } from '../../../src/credentials/credential-schema.ts';
import { checkByForeignSchema, MOST_SUBSCHEMAS, MOST_VALUES } from '../../../src/credentials/foreign-schema.ts';

const ID = 'https://schema.example/mail.json';
const VERSIONS = [
  'https://json-schema.org/draft/2020-12/schema',
  'https://json-schema.org/draft/2019-09/schema',
  'http://json-schema.org/draft-07/schema#',
];
const schema = (more: object = {}): JsonObject => ({
  $id: ID,
  $schema: VERSIONS[0] ?? '',
  type: 'object',
  properties: {
    credentialSubject: { type: 'object', properties: { mail: { type: 'string' } }, required: ['mail'] },
  },
  ...(more as JsonObject),
});
const subject = (value: object): JsonObject => ({ credentialSubject: value as JsonObject });
const judge = (document: JsonObject, by: JsonObject) => {
  const { outcome, code } = checkByForeignSchema(document, by, '/credentialSchema');
  return `${outcome} ${code ?? ''}`;
};

describe('a schema of somebody else', () => {
  it.each(VERSIONS)('is applied in version %s', ($schema) => {
    expect(judge(subject({ mail: 'a@b.example' }), schema({ $schema }))).toBe('passed ');
    expect(judge(subject({ mail: 7 }), schema({ $schema }))).toBe('failed MALFORMED_VALUE_ERROR');
    expect(judge(subject({}), schema({ $schema }))).toBe('failed MALFORMED_VALUE_ERROR');
  });

  it.each<[string, object]>([
    ['says no version', { $schema: undefined }],
    ['has no $id', { $id: undefined }],
    ['has a relative $id', { $id: 'mail.json' }],
    ['is none', { type: 'no-such-type' }],
  ])('is no schema when it %s', (_name, more) => {
    expect(judge(subject({ mail: 'x' }), JSON.parse(JSON.stringify(schema(more))))).toBe(
      'failed MALFORMED_VALUE_ERROR',
    );
  });

  it.each<[string, object]>([
    ['another version', { $schema: 'https://json-schema.org/draft/unknown/schema' }],
    ['a reference to elsewhere', { $ref: 'https://schema.example/other.json' }],
    [
      'a reference to itself',
      { $ref: '#/$defs/a', $defs: { a: { properties: { credentialSubject: { $ref: '#/$defs/a' } } } } },
    ],
    ['a reference to nothing', { $ref: '#/$defs/a' }],
    ['an anchor', { $defs: { a: { $anchor: 'a' } }, allOf: [{ $anchor: 'b' }] }],
    [
      'a pattern that repeats what repeats',
      { properties: { credentialSubject: { properties: { mail: { pattern: '^(a+)+$' } } } } },
    ],
    [
      'a pattern of many choices',
      { properties: { credentialSubject: { properties: { mail: { pattern: 'a?a?a?a?a?aaaaa' } } } } },
    ],
    ['too many subschemas', { anyOf: Array.from({ length: MOST_SUBSCHEMAS + 1 }, () => ({ type: 'string' })) }],
    [
      'references that double each time',
      {
        anyOf: [{ $ref: '#/$defs/d0' }],
        $defs: Object.fromEntries(
          Array.from({ length: 40 }, (_, n) => [
            `d${n}`,
            n === 39 ? { type: 'string' } : { anyOf: [{ $ref: `#/$defs/d${n + 1}` }, { $ref: `#/$defs/d${n + 1}` }] },
          ]),
        ),
      },
    ],
  ])('is not followed with %s', (_name, more) => {
    expect(judge(subject({ mail: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' }), schema(more))).toBe(
      'undetermined SCHEMA_UNSUPPORTED',
    );
  });

  it('keeps its patterns apart', () => {
    const by = schema({ properties: { a: { pattern: '^x$' }, b: { pattern: '^y$' } } });
    expect(judge({ a: 'x', b: 'y' }, by)).toBe('passed ');
    expect(judge({ a: 'x', b: 'x' }, by)).toBe('failed MALFORMED_VALUE_ERROR');
  });

  it('may refer to its own parts, and test short texts by a simple pattern', () => {
    const by = (pattern: string) =>
      schema({
        properties: { credentialSubject: { $ref: '#/$defs/s' } },
        $defs: { s: { properties: { mail: { pattern } } } },
      });
    expect(judge(subject({ mail: '2026-11' }), by('^\\d{4}-\\d{2}$'))).toBe('passed ');
    expect(judge(subject({ mail: 'x' }), by('^\\d{4}-\\d{2}$'))).toBe('failed MALFORMED_VALUE_ERROR');
    expect(judge(subject({ mail: 'a'.repeat(900) }), by('^a+$'))).toBe('passed ');
    expect(judge(subject({ mail: 'a'.repeat(1100) }), by('^a+$'))).toBe('undetermined SCHEMA_UNSUPPORTED');
  });
});

describe('a schema that would keep the node busy, or answer for it', () => {
  it.each(VERSIONS)('is not followed where its answer would be a promise, in version %s', ($schema) => {
    const rejections: unknown[] = [];
    const listen = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', listen);
    for (const $async of [true, {}, 'yes']) {
      const by = schema({ $schema, $async, required: ['there is no such member'] });
      expect(judge(subject({ mail: 'x' }), by)).toBe('undetermined SCHEMA_UNSUPPORTED');
    }
    process.off('unhandledRejection', listen);
    expect(rejections).toEqual([]);
    // Further in, it is an error of the schema; as the name of a property it is one like any other.
    const within = schema({ $schema, properties: { credentialSubject: { $async: true, type: 'string' } } });
    expect(judge(subject({ mail: 'x' }), within)).toBe('failed MALFORMED_VALUE_ERROR');
    const described = schema({ $schema, properties: { $async: { type: 'string' } } });
    expect(judge({ $async: 'x' }, described)).toBe('passed ');
    expect(judge({ $async: 7 }, described)).toBe('failed MALFORMED_VALUE_ERROR');
  });

  it.each(['definitions', '$defs'])('is counted below a property that is called %s', (name) => {
    const again = { additionalProperties: { $ref: `#/properties/${name}` } };
    const doubling = schema({ properties: { [name]: { allOf: [again, again] } } });
    expect(judge({ [name]: {} }, doubling)).toBe('undetermined SCHEMA_UNSUPPORTED');
    const plain = schema({ properties: { [name]: { type: 'string' } } });
    expect(judge({ [name]: 'x' }, plain)).toBe('passed ');
    expect(judge({ [name]: 7 }, plain)).toBe('failed MALFORMED_VALUE_ERROR');
  });

  it('may list many values, but not without end, and not many times over', () => {
    const values = (count: number) => Array.from({ length: count }, (_, n) => `v${n}`);
    const listing = (count: number, times: number) =>
      schema({
        properties: {
          credentialSubject: {
            properties: { mail: { allOf: Array.from({ length: times }, () => ({ $ref: '#/$defs/e' })) } },
          },
        },
        $defs: { e: { enum: values(count) } },
      });
    expect(judge(subject({ mail: 'v2999' }), listing(3000, 1))).toBe('passed ');
    expect(judge(subject({ mail: 'w' }), listing(3000, 1))).toBe('failed MALFORMED_VALUE_ERROR');
    expect(judge(subject({ mail: 'v0' }), listing(MOST_VALUES, 1))).toBe('undetermined SCHEMA_UNSUPPORTED');
    expect(judge(subject({ mail: 'v0' }), listing(3000, 2))).toBe('undetermined SCHEMA_UNSUPPORTED');
  });

  it.each([
    ['a*b', 1],
    ['a?a?b', 1],
    ['a{200}b', 0],
  ])('tries the pattern %s on few texts, not on many', (pattern) => {
    const text = (n: number): string => 'a'.repeat(240) + String(n).padStart(4, 'c');
    const texts = (count: number): JsonObject => ({ list: Array.from({ length: count }, (_, n) => text(n)) });
    const by = (times: number) =>
      schema({
        properties: {
          list: {
            items: {
              allOf: Array.from({ length: times }, (_, n) => ({ not: { pattern: `${pattern}${'b'.repeat(n)}` } })),
            },
          },
        },
      });
    expect(judge(texts(1), by(1))).toBe('passed ');
    expect(
      judge({ list: ['aab', 'x'.repeat(5)].concat(pattern.includes('{') ? [`${'a'.repeat(200)}b`] : []) }, by(1)),
    ).toBe('failed MALFORMED_VALUE_ERROR');
    expect(judge(texts(900), by(100))).toBe('undetermined SCHEMA_UNSUPPORTED');
  });

  it('compares the entries of a list by what they say, once', () => {
    const list = (more: readonly JsonObject[]) => ({
      list: [...Array.from({ length: 900 }, (_, n) => ({ a: { b: { c: { d: n } } } })), ...more],
    });
    const by = schema({ properties: { list: { allOf: Array.from({ length: 400 }, () => ({ uniqueItems: true })) } } });
    expect(judge(list([{ a: { b: { c: { d: -1 } } } }]), by)).toBe('passed ');
    expect(judge(list([{ a: { b: { c: { d: 0 } } } }]), by)).toBe('failed MALFORMED_VALUE_ERROR');
    const any = schema({ properties: { list: { uniqueItems: false } } });
    expect(judge({ list: ['x', 'x'] }, any)).toBe('passed ');
    const pairs = schema({ properties: { list: { uniqueItems: true } } });
    expect(
      judge(
        {
          list: [
            { x: 1, y: 2 },
            { y: 2, x: 1 },
          ],
        },
        pairs,
      ),
    ).toBe('failed MALFORMED_VALUE_ERROR');
    expect(judge({ list: [1, '1', true, 'true'] }, pairs)).toBe('passed ');
  });
});

describe('the schemas that a credential names', () => {
  const entries = (credentialSchema: object) => {
    const read = readSchemaEntries({ credentialSchema: credentialSchema as JsonObject });
    return read.ok ? read.value.map(({ kind, id }) => `${kind} ${id}`) : read.findings.map(({ code }) => code);
  };

  it('are of two types, and any other is refused by name', () => {
    expect(
      entries([
        { id: ID, type: 'JsonSchema' },
        { id: ID, type: 'JsonSchemaCredential' },
      ]),
    ).toEqual([`JsonSchema ${ID}`, `JsonSchemaCredential ${ID}`]);
    expect(entries({ id: ID, type: 'ExampleSchema' })).toEqual(['SCHEMA_UNSUPPORTED']);
    expect(entries({ id: ID, type: ['JsonSchema', 'ExampleSchema'] })).toEqual(['SCHEMA_UNSUPPORTED']);
    expect(entries({ type: 'JsonSchema' })).toEqual(['MALFORMED_VALUE_ERROR']);
    expect(entries(Array.from({ length: 5 }, () => ({ id: ID, type: 'JsonSchema' })))).toEqual(['LIMIT_EXCEEDED']);
  });

  const found = (more: object = {}): JsonObject => ({
    id: ID,
    type: ['VerifiableCredential', 'JsonSchemaCredential'],
    credentialSchema: { id: 'https://www.w3.org/ns/credentials/json-schema/v2.json', type: 'JsonSchema' },
    credentialSubject: { type: 'JsonSchema', jsonSchema: schema() },
    ...(more as JsonObject),
  });
  const read = (kind: 'JsonSchema' | 'JsonSchemaCredential', document: JsonObject) =>
    schemaOf({ kind, id: ID, pointer: '/credentialSchema' }, document);

  it('are read where they are named', () => {
    expect(read('JsonSchema', schema())).toMatchObject({ ok: true, value: { $id: ID } });
    expect(read('JsonSchemaCredential', found())).toMatchObject({ ok: true, value: { $id: ID } });
  });

  it.each<[string, 'JsonSchema' | 'JsonSchemaCredential', JsonObject]>([
    ['another $id', 'JsonSchema', schema({ $id: 'https://schema.example/other.json' })],
    ['another id', 'JsonSchemaCredential', found({ id: 'https://schema.example/other.json' })],
    ['another type', 'JsonSchemaCredential', found({ type: ['VerifiableCredential'] })],
    ['another schema of its own', 'JsonSchemaCredential', found({ credentialSchema: { id: ID, type: 'JsonSchema' } })],
    ['no schema of its own', 'JsonSchemaCredential', found({ credentialSchema: [] })],
    ['a subject of another type', 'JsonSchemaCredential', found({ credentialSubject: { jsonSchema: schema() } })],
    ['a subject without a schema', 'JsonSchemaCredential', found({ credentialSubject: { type: 'JsonSchema' } })],
  ])('are none with %s', (_name, kind, document) => {
    expect(read(kind, document)).toMatchObject({ ok: false, findings: [{ code: 'MALFORMED_VALUE_ERROR' }] });
  });
});
