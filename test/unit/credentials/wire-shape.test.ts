import { describe, expect, test } from 'vitest';
import { type JsonObject, type JsonValue, readJsonObject } from '../../../src/base/json.ts';
import { MAX_CONTEXTS } from '../../../src/credentials/context-list.ts';
import { createEnvelope } from '../../../src/credentials/envelope.ts';
import { MAX_STRING } from '../../../src/credentials/shape-report.ts';
import {
  checkWireShape,
  MAX_ANONYMOUS,
  MAX_ARRAY,
  MAX_CREDENTIALS,
  MAX_DEPTH,
  MAX_NODES,
} from '../../../src/credentials/wire-shape.ts';
import { contexts, refusals } from '../../support/credential-dependencies.ts';
import { exampleCredentials } from '../../support/example-credentials.ts';
import { applyPatch } from '../../support/json-patch.ts';

const V2 = 'https://www.w3.org/ns/credentials/v2';
const V1 = 'https://www.w3.org/2018/credentials/v1';
const OURS = 'https://w3id.org/proofprint/contexts/v1';
const MALFORMED = 'MALFORMED_VALUE_ERROR';

function example(key: string): JsonObject {
  const found = exampleCredentials('steel-coil').get(key);
  if (found === undefined) throw new Error(key);
  return found;
}
const coil = example('claim:coil');
const footprint = example('claim:coil-pcf');
const slab = example('claim:slab');

const shape = (document: JsonObject, more: { signing?: boolean } = {}) =>
  refusals(checkWireShape(document, { kind: 'credential', contexts, ...more }));
const presented = (document: JsonObject) => refusals(checkWireShape(document, { kind: 'presentation', contexts }));
/** The coil claim with values put at pointers. */
const withAt = (changes: Readonly<Record<string, JsonValue>>, base = coil): JsonObject =>
  applyPatch(
    base,
    Object.entries(changes).map(([path, value]) => ({ op: 'add', path, value })),
  );
const withSubject = (member: string, value: JsonValue) => withAt({ [`/credentialSubject/${member}`]: value });

test('an honest credential gives one passed finding', () => {
  expect(checkWireShape(coil, { kind: 'credential', contexts })).toEqual([{ check: 'shape', outcome: 'passed' }]);
});

describe('W3, the list of contexts', () => {
  const cases: readonly (readonly [string, JsonValue, readonly string[]])[] = [
    ['a context outside the list', [V2, 'https://evil.example/c'], ['CONTEXT_NOT_ALLOWED /@context/1']],
    ['a context inside the document', [V2, { pcf: 'https://evil.example/#' }], ['CONTEXT_NOT_ALLOWED /@context/1']],
    ['an import', [V2, { '@import': 'https://evil.example/c' }], ['CONTEXT_NOT_ALLOWED /@context/1']],
    ['a vocabulary for everything', [V2, { '@vocab': 'https://evil.example/' }], ['CONTEXT_NOT_ALLOWED /@context/1']],
    ['one string', V2, [`${MALFORMED} /@context`]],
    ['one object', { name: 'https://schema.org/name' }, [`${MALFORMED} /@context`]],
    ['another order', [OURS, V2], [`${MALFORMED} /@context/0`]],
    ['a context twice', [V2, OURS, OURS], [`${MALFORMED} /@context/2`]],
    ['no context at all', [], [`${MALFORMED} /@context/0`]],
  ];
  for (const [says, value, expected] of cases) {
    test(`${says} is refused`, () => expect(shape(withAt({ '/@context': value }))).toEqual(expected));
  }

  test('an absent list is refused', () => {
    const { '@context': _, ...without } = coil;
    expect(shape(without)).toEqual([`${MALFORMED} /@context`]);
  });

  test('a repeated context costs nothing: the list is capped first', () => {
    expect(shape(withAt({ '/@context': Array(20_000).fill(V2) }))).toEqual(['LIMIT_EXCEEDED /@context']);
    expect(shape(withAt({ '/@context': Array(MAX_CONTEXTS + 1).fill(V2) }))).toEqual(['LIMIT_EXCEEDED /@context']);
    expect(shape(withAt({ '/@context': Array(MAX_CONTEXTS).fill(V2) }))).not.toContain('LIMIT_EXCEEDED /@context');
  });

  test('VCDM 1.1 has a context of its own, which comes first as well', () => {
    const old = { '@context': [V1], type: ['VerifiableCredential'], credentialSubject: { id: 'urn:example:a' } };
    expect(shape(old)).toEqual([]);
    expect(shape({ ...old, '@context': ['https://w3id.org/security/data-integrity/v2', V1] })).toEqual([
      `${MALFORMED} /@context/0`,
    ]);
  });

  test('the names of Object members are no contexts', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(shape(withAt({ '/@context': [V2, name] }))).toEqual(['CONTEXT_NOT_ALLOWED /@context/1']);
    }
  });
});

describe('W4, contexts elsewhere', () => {
  test('in the subject', () => {
    expect(shape(withSubject('@context', { goods: 'https://evil.example/#' }))).toEqual([
      'CONTEXT_NOT_ALLOWED /credentialSubject/@context',
    ]);
  });

  test('in an entry of an array', () => {
    expect(shape(withAt({ '/credentialSubject/goods/0/@context': [V2] }))).toEqual([
      'CONTEXT_NOT_ALLOWED /credentialSubject/goods/0/@context',
    ]);
  });

  const proof = { type: 'DataIntegrityProof', cryptosuite: 'eddsa-jcs-2022', '@context': [V2, OURS] };
  test('a jcs proof may repeat the context of its document', () => {
    expect(shape({ ...coil, proof })).toEqual([]);
    expect(shape({ ...coil, proof: [proof] })).toEqual([]);
  });
  test('but not another one, and no other suite may', () => {
    expect(shape({ ...coil, proof: { ...proof, '@context': [V2] } })).toEqual(['CONTEXT_NOT_ALLOWED /proof/@context']);
    expect(shape({ ...coil, proof: { ...proof, cryptosuite: 'eddsa-rdfc-2022' } })).toEqual([
      'CONTEXT_NOT_ALLOWED /proof/@context',
    ]);
    expect(
      shape(
        withAt({
          '/credentialSubject/operator/@context': [V2, OURS],
          '/credentialSubject/operator/cryptosuite': 'eddsa-jcs-2022',
        }),
      ),
    ).toEqual(['CONTEXT_NOT_ALLOWED /credentialSubject/operator/@context']);
  });
});

describe('W5, names of members', () => {
  const iri = 'https://www.w3.org/2018/credentials#validUntil';
  const names = [
    iri,
    'schema:name',
    '@type',
    '@id',
    '@index',
    '@included',
    '@nest',
    '@set',
    '@graph',
    '@reverse',
    '@value',
    '',
    'constructor',
    'prototype',
  ];
  for (const name of names) {
    test(`${JSON.stringify(name)} is refused at the root and in the subject`, () => {
      const escaped = name.replaceAll('/', '~1');
      expect(shape({ ...coil, [name]: 'x' })).toEqual([`${MALFORMED} /${escaped}`]);
      expect(shape(withSubject(escaped, 'x'))).toEqual([`${MALFORMED} /credentialSubject/${escaped}`]);
    });
  }

  test('__proto__, as it arrives in a text', () => {
    const text = JSON.stringify(coil).replace('"flags"', '"__proto__":{"polluted":true},"flags"');
    expect(shape(JSON.parse(text) as JsonObject)).toEqual([`${MALFORMED} /credentialSubject/__proto__`]);
    // The strict reader refuses it before that.
    const read = readJsonObject(text);
    expect(read.ok ? [] : read.findings.map(({ code }) => code)).toEqual([MALFORMED]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('renaming an end or a status does not hide it: SHAPE-001, SHAPE-002', () => {
    const { validUntil, ...unending } = coil;
    expect(shape({ ...unending, [iri]: { '@type': 'xsd:dateTime', '@value': String(validUntil) } })).toContain(
      `${MALFORMED} /https:~1~1www.w3.org~12018~1credentials#validUntil`,
    );
  });

  test('a name that another object inherits is just a name', () => {
    expect(shape(withSubject('toString', 'x'))).toEqual([]);
    // and has no cap of its own for it
    expect(shape(withSubject('valueOf', 'x'.repeat(MAX_STRING + 1)))).toEqual([
      'LIMIT_EXCEEDED /credentialSubject/valueOf',
    ]);
  });
});

describe('W6, text with a language', () => {
  const named = (value: JsonValue) => shape(withAt({ '/credentialSubject/operator/name': value }));
  const at = '/credentialSubject/operator/name';

  test('is taken where names and descriptions stand', () => {
    expect(named({ '@value': 'شركة', '@language': 'ar', '@direction': 'rtl' })).toEqual([]);
    expect(named({ '@value': 'Steel' })).toEqual([]);
    expect(
      named([
        { '@value': 'Stahl', '@language': 'de' },
        { '@value': 'Steel', '@language': 'en' },
      ]),
    ).toEqual([]);
  });
  test('has these members and no others', () => {
    expect(named({ '@value': 'a', '@type': 'x' })).toEqual([`${MALFORMED} ${at}/@type`]);
    expect(named({ '@value': 'a', '@index': 'x' })).toEqual([`${MALFORMED} ${at}/@index`]);
    expect(named({ '@value': 'a', '@language': 'not a language' })).toEqual([`${MALFORMED} ${at}/@language`]);
    expect(named({ '@value': 'a', '@direction': 'up' })).toEqual([`${MALFORMED} ${at}/@direction`]);
    expect(named({ '@value': 5 })).toEqual([`${MALFORMED} ${at}/@value`]);
  });
  test('stands nowhere else', () => {
    expect(shape(withAt({ '/credentialSubject/reportingPeriod': { '@value': '2026' } }))).toEqual([
      `${MALFORMED} /credentialSubject/reportingPeriod/@value`,
    ]);
    expect(shape(withAt({ '/validUntil': { '@value': '2099-01-01T00:00:00Z' } }))).toEqual([
      `${MALFORMED} /validUntil/@value`,
    ]);
  });
  test('counts as the same whatever the letter case of its language', () => {
    expect(
      named([
        { '@value': 'a', '@language': 'en' },
        { '@value': 'a', '@language': 'EN' },
      ]),
    ).toEqual([`${MALFORMED} ${at}/1`]);
    expect(
      named([
        { '@value': 'a', '@language': 'en' },
        { '@value': 'a', '@language': 'de' },
      ]),
    ).toEqual([]);
  });
});

describe('W7, nothing said', () => {
  test('null, an empty array, an array in an array', () => {
    expect(shape({ ...coil, validUntil: null })).toEqual([`${MALFORMED} /validUntil`]);
    expect(shape(withSubject('goods', []))).toEqual([`${MALFORMED} /credentialSubject/goods`]);
    expect(shape(withSubject('standards', [['a'], ['b']]))).toEqual([
      `${MALFORMED} /credentialSubject/standards/0`,
      `${MALFORMED} /credentialSubject/standards/1`,
    ]);
    expect(shape(withSubject('standards', ['a', null]))).toEqual([`${MALFORMED} /credentialSubject/standards/1`]);
  });
  test('an array with one entry says something', () => expect(shape(withSubject('standards', ['a']))).toEqual([]));
});

describe('W8 and W9, sets and nodes', () => {
  test('a literal twice is refused, equal objects without id are not: CAN-003', () => {
    expect(shape(withSubject('standards', ['5', '7', '5']))).toEqual([`${MALFORMED} /credentialSubject/standards/2`]);
    expect(shape(withSubject('standards', [5, 7, 5]))).toEqual([`${MALFORMED} /credentialSubject/standards/2`]);
    expect(shape(withSubject('standards', [true, true]))).toEqual([`${MALFORMED} /credentialSubject/standards/1`]);
    expect(shape(withSubject('standards', ['5', 5, '7']))).toEqual([]);
    expect(shape(withSubject('materiality', [{ percent: '5' }, { percent: '5' }, { percent: '5' }]))).toEqual([]);
  });
  test('an id stands once in an array, as an object or as text', () => {
    expect(shape(withSubject('criteria', [{ id: 'urn:example:a' }, { id: 'urn:example:a' }]))).toEqual([
      `${MALFORMED} /credentialSubject/criteria/1`,
    ]);
    expect(shape(withSubject('criteria', [{ id: 'urn:example:a' }, 'urn:example:a']))).toEqual([
      `${MALFORMED} /credentialSubject/criteria/1`,
    ]);
    expect(shape(withSubject('criteria', [{ id: 'urn:example:a' }, { id: 'urn:example:b' }]))).toEqual([]);
  });
  test('a node has members in one place only', () => {
    const id = 'urn:example:node';
    expect(
      shape(
        withAt({ '/credentialSubject/scope': { id, boundary: 'a' }, '/credentialSubject/report': { id, digest: 'b' } }),
      ),
    ).toEqual([`${MALFORMED} /credentialSubject/report/id`]);
    expect(
      shape(withAt({ '/credentialSubject/scope': { id, boundary: 'a' }, '/credentialSubject/report': { id } })),
    ).toEqual([]);
  });
  test('an issuer that is the subject is written as text: SHAPE-009', () => {
    const id = 'did:web:good.example';
    const self = { ...coil, credentialSubject: { id, name: 'a' } };
    expect(shape({ ...self, issuer: { id, description: 'b' } })).toEqual([`${MALFORMED} /credentialSubject/id`]);
    expect(shape({ ...self, issuer: id })).toEqual([]);
  });
  test('each proof is a graph of its own, but no two have one id', () => {
    const proof = { id: 'urn:uuid:00000000-0000-4000-8000-0000000000aa', type: 'DataIntegrityProof' };
    expect(
      shape({ ...coil, proof: [proof, { ...proof, id: 'urn:uuid:00000000-0000-4000-8000-0000000000ab' }] }),
    ).toEqual([]);
    expect(shape({ ...coil, proof: [proof, proof] })).toEqual([`${MALFORMED} /proof/1`]);
    expect(shape({ ...coil, proof: [{ type: 'a' }, { type: 'b' }] })).toEqual([]);
    expect(shape({ ...coil, proof: { ...proof, id: String(coil['id']) } })).toEqual([]);
  });
});

describe('W11 and W12, figures and text', () => {
  test('numbers are small whole ones', () => {
    for (const number of [1.5, 2 ** 53, -(2 ** 53), Number.POSITIVE_INFINITY, Number.NaN, -0]) {
      expect(shape(withSubject('horizonYears', number)), String(number)).toEqual([
        `${MALFORMED} /credentialSubject/horizonYears`,
      ]);
    }
    expect(shape(withSubject('horizonYears', 2 ** 53 - 1))).toEqual([]);
  });
  test('text is well-formed and free of control characters', () => {
    for (const text of ['\ud800', 'a\u0000b', '\u001b[31m', '\u007f', '\u0085']) {
      expect(shape(withSubject('language', text))).toEqual([`${MALFORMED} /credentialSubject/language`]);
    }
    for (const text of ['two\nlines\tand\r', 'Việt', '한국', 'שלום', 'a\u200bb', '\ufeffa', '👩‍🏭']) {
      expect(shape(withSubject('language', text))).toEqual([]);
    }
  });
  test('names of members as well', () => {
    expect(shape(withSubject('a\u0000', 'x'))).toEqual([`${MALFORMED} /credentialSubject/a\u0000`]);
  });
  test('normal form C is asked of what we sign, not of what we are shown', () => {
    expect(shape(withSubject('language', 'cafe\u0301'))).toEqual([]);
    expect(shape(withSubject('language', 'cafe\u0301'), { signing: true })).toEqual([
      `${MALFORMED} /credentialSubject/language`,
    ]);
    expect(shape(withSubject('language', 'caf\u00e9'), { signing: true })).toEqual([]);
  });
});

describe('W13, identifiers', () => {
  test('are absolute', () => {
    for (const id of ['_:b0', 'a', '/a', '#a', '', '//host/a', 7, null]) {
      expect(shape(withAt({ '/credentialSubject/id': id })), String(id)).toContain(
        `${MALFORMED} /credentialSubject/id`,
      );
    }
    for (const id of ['did:web:a.example', 'urn:example:a', 'https://a.example/b']) {
      expect(shape(withAt({ '/credentialSubject/id': id })), id).toEqual([]);
    }
  });
  test('also where they stand as text', () => {
    expect(shape(withSubject('claimHolder', '_:b0'))).toEqual([`${MALFORMED} /credentialSubject/claimHolder`]);
    expect(shape(withAt({ '/credentialStatus/statusListCredential': 'list' }))).toEqual([
      `${MALFORMED} /credentialStatus/statusListCredential`,
    ]);
    expect(shape(withSubject('claimHolder', 'did:web:a.example'))).toEqual([]);
  });
  test('a DID too long for one is left to the check that has a name for it', () => {
    expect(shape({ ...coil, issuer: `did:web:host.example${':a'.repeat(50_000)}` })).toEqual([]);
    expect(shape({ ...coil, issuer: '_:b0' })).toEqual([`${MALFORMED} /issuer`]);
  });
});

describe('the JSON literal', () => {
  test('keeps everything that PACT writes', () => {
    const more = { comment: null, 'x:y': ['5', '5'], '@type': [[], []], id: 'relative', pcf: { a: 1.5, b: '+90' } };
    expect(shape(withAt({ '/credentialSubject/footprint': more }, footprint))).toEqual([]);
  });
  test('is literal at its own place only', () => {
    expect(shape(withAt({ '/credentialSubject/battery': { footprint: { comment: null } } }, footprint))).toEqual([
      `${MALFORMED} /credentialSubject/battery/footprint/comment`,
    ]);
    expect(shape(withAt({ '/footprint': { comment: null } }, footprint))).toEqual([`${MALFORMED} /footprint/comment`]);
    expect(shape(withSubject('footprint', { comment: null }))).toEqual([
      `${MALFORMED} /credentialSubject/footprint/comment`,
    ]);
  });
  test('is none without the context that makes it one', () => {
    expect(shape(withAt({ '/@context': [V2], '/credentialSubject/footprint': { comment: null } }, footprint))).toEqual([
      `${MALFORMED} /credentialSubject/footprint/comment`,
    ]);
  });
  test('holds no reserved name, no control character and no infinity', () => {
    const inside = (value: JsonValue) => shape(withAt({ '/credentialSubject/footprint/comment': value }, footprint));
    const at = '/credentialSubject/footprint/comment';
    expect(inside({ constructor: { prototype: { polluted: 1 } } } as unknown as JsonObject)).toEqual([
      `${MALFORMED} ${at}/constructor`,
      `${MALFORMED} ${at}/constructor/prototype`,
    ]);
    expect(inside('a\u0000')).toEqual([`${MALFORMED} ${at}`]);
    expect(inside('\udfff')).toEqual([`${MALFORMED} ${at}`]);
    expect(inside(Number.POSITIVE_INFINITY)).toEqual([`${MALFORMED} ${at}`]);
    expect(inside('cafe\u0301')).toEqual([]);
  });
  test('is no hole in the caps', () => {
    const inside = (value: JsonValue) => shape(withAt({ '/credentialSubject/footprint/comment': value }, footprint));
    const at = '/credentialSubject/footprint/comment';
    expect(inside(Array(MAX_ARRAY + 1).fill('a'))).toEqual([`LIMIT_EXCEEDED ${at}`]);
    expect(inside(Array(MAX_ARRAY).fill('a'))).toEqual([]);
    expect(inside('a'.repeat(MAX_STRING + 1))).toEqual([`LIMIT_EXCEEDED ${at}`]);
    const rows = Array.from({ length: 6 }, () => Array(MAX_ARRAY).fill(1) as JsonValue);
    expect(inside(rows)[0]).toMatch(/^LIMIT_EXCEEDED /);
  });
});

describe('caps, on both sides', () => {
  /** How many values a document has, itself included. */
  const size = (value: JsonValue): number =>
    1 +
    (typeof value === 'object' && value !== null
      ? Object.values(value).reduce<number>((sum, inner) => sum + size(inner), 0)
      : 0);

  test('values', () => {
    // `@context` is counted apart.
    const spare = MAX_NODES - (size(slab) - size(slab['@context'] as JsonValue)) - 6;
    const filled = (total: number) => {
      const rows: JsonValue[] = [];
      for (let left = total; left > 0; left -= Math.min(left, 800))
        rows.push({ texts: Array.from({ length: Math.min(left, 800) }, (_, i) => `${i}`) });
      return rows;
    };
    const rowsOf = (extra: number) => {
      const base = withAt({ '/credentialSubject/rows': filled(spare - 20) }, slab);
      const missing = MAX_NODES - (size(base) - size(base['@context'] as JsonValue));
      const last = Array.from({ length: missing - 1 + extra }, (_, i) => i);
      return withAt({ '/credentialSubject/last': last }, base);
    };
    expect(shape(rowsOf(0))).toEqual([]);
    expect(shape(rowsOf(1))[0]).toMatch(/^LIMIT_EXCEEDED /);
  });

  test('objects without id', () => {
    const count = (value: JsonValue): number => {
      if (Array.isArray(value)) return (value as JsonValue[]).reduce<number>((sum, inner) => sum + count(inner), 0);
      if (typeof value !== 'object' || value === null) return 0;
      const here = Object.hasOwn(value, 'id') ? 0 : 1;
      return Object.values(value).reduce<number>((sum, inner) => sum + count(inner), here);
    };
    const free = MAX_ANONYMOUS - count(slab);
    expect(free).toBeGreaterThan(0);
    const rows = (length: number) => Array.from({ length }, (_, i) => ({ value: `${i}` }));
    expect(shape(withAt({ '/credentialSubject/rows': rows(free) }, slab))).toEqual([]);
    expect(shape(withAt({ '/credentialSubject/rows': rows(free + 1) }, slab))[0]).toMatch(/^LIMIT_EXCEEDED /);
  });

  test('entries, characters, levels', () => {
    const texts = (length: number) => Array.from({ length }, (_, i) => `${i}`);
    expect(shape(withSubject('standards', texts(MAX_ARRAY)))).toEqual([]);
    expect(shape(withSubject('standards', texts(MAX_ARRAY + 1)))).toEqual([
      'LIMIT_EXCEEDED /credentialSubject/standards',
    ]);
    expect(shape(withSubject('language', 'a'.repeat(MAX_STRING)))).toEqual([]);
    expect(shape(withSubject('language', 'a'.repeat(MAX_STRING + 1)))).toEqual([
      'LIMIT_EXCEEDED /credentialSubject/language',
    ]);
    const nested = (levels: number): JsonValue => (levels === 0 ? 'x' : { scope: nested(levels - 1) });
    // Root and subject are two levels already.
    expect(shape(withSubject('scope', nested(MAX_DEPTH - 2)))).toEqual([]);
    expect(shape(withSubject('scope', nested(MAX_DEPTH - 1)))[0]).toMatch(/^LIMIT_EXCEEDED /);
  });

  test('thousands of levels do not reach the stack', () => {
    let deep: JsonValue = 'x';
    for (let level = 0; level < 100_000; level += 1) deep = level % 2 === 0 ? [deep] : { scope: deep };
    expect(shape({ ...coil, credentialSubject: deep }).at(-1)).toMatch(/^LIMIT_EXCEEDED /);
  });

  test('a long list and a long proof value have caps of their own', () => {
    const list = (length: number) => withAt({ '/credentialSubject/encodedList': 'u'.padEnd(length, 'A') });
    expect(shape(list(1_572_864))).toEqual([]);
    expect(shape(list(1_572_865))).toEqual(['LIMIT_EXCEEDED /credentialSubject/encodedList']);
  });

  test('no more than twenty findings', () => {
    const nulls = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`a${i}`, null]));
    expect(shape({ ...coil, ...nulls })).toHaveLength(20);
  });
});

describe('what others judge', () => {
  test('a proof that is none', () => {
    for (const proof of [null, [], 'x', 7, ['x']]) expect(shape({ ...coil, proof }), JSON.stringify(proof)).toEqual([]);
  });
  test('but inside a proof the rules hold', () => {
    expect(shape({ ...coil, proof: { type: 'DataIntegrityProof', created: null } })).toEqual([
      `${MALFORMED} /proof/created`,
    ]);
    expect(shape({ ...coil, proof: [{ '@type': 'DataIntegrityProof' }] })).toEqual([`${MALFORMED} /proof/0/@type`]);
    expect(shape({ ...coil, proof: { type: 'DataIntegrityProof', verificationMethod: 'not a URL' } })).toEqual([]);
  });
});

describe('presentations', () => {
  const envelope = { '@context': [V2], type: ['VerifiablePresentation'], holder: 'did:web:holder.example' };
  const around = (...credentials: readonly JsonValue[]) => ({ ...envelope, verifiableCredential: credentials });

  test('each credential in it is a graph of its own', () => {
    expect(presented(around(coil, slab, footprint))).toEqual([]);
    expect(presented(around(coil, coil))).toEqual([]);
    expect(presented({ ...envelope, verifiableCredential: coil })).toEqual([]);
  });
  test('and is judged like any other: PRF-013', () => {
    expect(presented(around(slab, { ...coil, validUntil: null }))).toEqual([
      `${MALFORMED} /verifiableCredential/1/validUntil`,
    ]);
    expect(presented(around(withSubject('@context', {})))).toEqual([
      'CONTEXT_NOT_ALLOWED /verifiableCredential/0/credentialSubject/@context',
    ]);
    expect(presented(around({ ...coil, '@context': [V2, 'https://evil.example/c'] }))).toEqual([
      'CONTEXT_NOT_ALLOWED /verifiableCredential/0/@context/1',
    ]);
    const { '@context': _, ...without } = coil;
    expect(presented(around(without))).toEqual([`${MALFORMED} /verifiableCredential/0/@context`]);
    expect(presented(around(withAt({ '/credentialSubject/footprint/comment': null }, footprint)))).toEqual([]);
  });
  describe('an enveloped credential', () => {
    const part = (value: JsonValue) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const envelope = (content: JsonValue): JsonObject =>
      createEnvelope(`${part({ alg: 'ES256', typ: 'vc+jwt' })}.${part(content)}.AAAA`);
    test('is read as the credential in it, whatever its signature', () => {
      expect(presented(around(envelope(coil)))).toEqual([]);
      expect(presented(around(slab, envelope(coil), footprint))).toEqual([]);
      // The short spelling and the long one.
      expect(
        presented(around({ ...envelope(coil), '@context': [V2], type: ['EnvelopedVerifiableCredential'] })),
      ).toEqual([]);
    });
    test('is judged like any other', () => {
      expect(presented(around(envelope({ ...coil, validUntil: null })))).toEqual([
        `${MALFORMED} /verifiableCredential/0/validUntil`,
      ]);
      expect(presented(around(envelope(withSubject('@context', {}))))).toEqual([
        'CONTEXT_NOT_ALLOWED /verifiableCredential/0/credentialSubject/@context',
      ]);
    });
    test('with a token that is none is not read', () => {
      expect(presented(around({ ...envelope(coil), id: 'data:application/vc+jwt,eyJhbGciOiJFUzI1NiJ9' }))).toEqual([
        'PARSING_ERROR /verifiableCredential/0',
      ]);
    });
    test('with more than its three members is malformed', () => {
      expect(presented(around({ ...envelope(coil), issuer: 'did:web:evil.example' }))).toEqual([
        `${MALFORMED} /verifiableCredential/0`,
      ]);
    });
    test('in another one is malformed', () => {
      expect(presented(around(envelope({ ...envelope(coil), issuer: 'did:web:mill.example' })))).toEqual([
        `${MALFORMED} /verifiableCredential/0`,
      ]);
    });
  });
  test('at most so many credentials', () => {
    expect(presented(around(...Array(MAX_CREDENTIALS).fill(slab)))).toEqual([]);
    expect(presented(around(...Array(MAX_CREDENTIALS + 1).fill(slab)))).toEqual([
      'LIMIT_EXCEEDED /verifiableCredential',
    ]);
  });
  test('what is no credential, and none at all', () => {
    expect(presented(around('eyJ'))).toEqual([`${MALFORMED} /verifiableCredential/0`]);
    expect(presented({ ...envelope, verifiableCredential: null })).toEqual([`${MALFORMED} /verifiableCredential`]);
    // Nothing presented has a name of its own.
    expect(presented(around())).toEqual([]);
    expect(presented(envelope)).toEqual([]);
  });
  test('a credential keeps no credentials', () => {
    expect(shape({ ...coil, verifiableCredential: [] })).toEqual([`${MALFORMED} /verifiableCredential`]);
  });
});
