import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { readSchemaEntries, schemaOf } from '../../../src/credentials/credential-schema.ts';
import { checkByForeignSchema, MOST_SUBSCHEMAS } from '../../../src/credentials/foreign-schema.ts';

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
