/** Contexts and schemas say the same: rule W10, docs/domain.md, section 2. */
import jsonld from 'jsonld';
import { describe, expect, test } from 'vitest';
import { isObject, type JsonObject, type JsonValue } from '../../../src/base/json.ts';
import { PROOFPRINT_CONTEXT, V2_CONTEXT } from '../../../src/credentials/contexts.ts';
import { profiles } from '../../../src/credentials/profiles/profile-table.ts';
import { jcs } from '../../../src/formats/jcs.ts';
import { allocationOf, priceOf } from '../../support/composite-credentials.ts';
import { contexts, schemas } from '../../support/credential-dependencies.ts';
import { EXAMPLE_NAMES, exampleCredentials, exampleStatusList } from '../../support/example-credentials.ts';

type Terms = Readonly<Record<string, JsonValue>>;
const termsOf = (url: string): Terms => contexts.document(url)?.['@context'] as Terms;
const ours = termsOf(PROOFPRINT_CONTEXT);
const standard = termsOf(V2_CONTEXT);

/** Terms of the data model that only hold inside one of its types. */
const scoped = (type: string): Terms => (standard[type] as JsonObject)['@context'] as Terms;

interface Place {
  readonly name: string;
  readonly schema: JsonObject;
}

/** Every member of every object below a schema, the JSON literal excepted. */
function members(schema: JsonValue | undefined): readonly Place[] {
  if (!isObject(schema)) return [];
  const own = Object.entries((schema['properties'] ?? {}) as Terms).flatMap(([name, inner]) =>
    name === 'footprint'
      ? [{ name, schema: inner as JsonObject }]
      : [{ name, schema: inner as JsonObject }, ...members(inner)],
  );
  return [...own, ...members(schema['items'])];
}

const ownSchemas = profiles
  .filter((profile) => profile.contexts.includes(PROOFPRINT_CONTEXT))
  .map((profile) => schemas.document(profile.schemaUrl) as JsonObject);
const subjectMembers = ownSchemas.flatMap((schema) =>
  members((schema['properties'] as JsonObject)['credentialSubject']),
);

describe('our context', () => {
  test('is flat and protected, with one kind of thing for a term', () => {
    expect(ours['@protected']).toBe(true);
    expect(ours['@vocab']).toBeUndefined();
    for (const [term, meaning] of Object.entries(ours)) {
      if (term.startsWith('@') || typeof meaning === 'string') continue;
      expect(Object.keys(meaning as JsonObject), term).not.toContain('@context');
      expect((meaning as JsonObject)['@container'] ?? '@set', term).toBe('@set');
      expect((meaning as JsonObject)['@protected'], term).toBeUndefined();
    }
  });

  test('gives every term an IRI of our vocabulary, or exactly what the data model gives it', () => {
    const entry = scoped('BitstringStatusListEntry');
    for (const [term, meaning] of Object.entries(ours)) {
      if (term.startsWith('@')) continue;
      const iri = isObject(meaning) ? meaning['@id'] : meaning;
      if (iri === `https://w3id.org/proofprint/vocab#${term}`) expect(entry[term], term).toBeUndefined();
      else expect(meaning, term).toEqual(entry[term]);
    }
  });

  test('defines nothing that the data model defines for all types', () => {
    for (const term of Object.keys(ours)) {
      if (!term.startsWith('@')) expect(standard[term], term).toBeUndefined();
    }
  });

  test('has no term without a use', () => {
    const used = new Set([...subjectMembers.map(({ name }) => name), ...profiles.map(({ type }) => type)]);
    expect(Object.keys(ours).filter((term) => !term.startsWith('@') && !used.has(term))).toEqual([]);
  });
});

describe('our schemas', () => {
  test('were looked at', () => {
    expect(ownSchemas.length).toBe(11);
    expect(subjectMembers.length).toBeGreaterThan(200);
  });

  test('have no member in a subject that the contexts do not define', () => {
    const list = scoped('BitstringStatusList');
    const unknown = subjectMembers.filter(({ name }) => !(name in ours || name in standard || name in list));
    expect(unknown.map(({ name }) => name)).toEqual([]);
  });

  test('write a set where the context has one, and only there', () => {
    for (const { name, schema } of subjectMembers) {
      const meaning = ours[name];
      const set = isObject(meaning) && meaning['@container'] === '@set';
      // `statusPurpose` of a list is the standard's, which leaves it open.
      if (name !== 'statusPurpose') expect(schema['type'] === 'array', name).toBe(set);
    }
  });

  test('write objects, references and dates as the context has them', () => {
    const kinds: Readonly<Record<string, (schema: JsonObject) => boolean>> = {
      'http://www.w3.org/2001/XMLSchema#date': (schema) => schema['format'] === 'date',
      'http://www.w3.org/2001/XMLSchema#dateTime': (schema) => schema['format'] === 'date-time',
      'http://www.w3.org/2001/XMLSchema#anyURI': (schema) => schema['format'] === 'uri',
      'https://w3id.org/security#multibase': (schema) => String(schema['pattern']).startsWith('^uEi'),
      '@id': (schema) => schema['format'] === 'uri' || schema['pattern'] === '^did:',
      '@json': (schema) => schema['type'] === 'object',
    };
    for (const { name, schema } of subjectMembers) {
      if (name === 'id') continue;
      const meaning = ours[name];
      const kind = isObject(meaning) ? meaning['@type'] : undefined;
      const item = (schema['type'] === 'array' ? schema['items'] : schema) as JsonObject;
      if (typeof kind === 'string') expect(kinds[kind]?.(item), name).toBe(true);
      else expect(['date', 'date-time', 'uri'], name).not.toContain(item['format'] ?? '');
    }
  });

  test('close every object, the data of a PACT extension excepted', () => {
    const open: string[] = [];
    const walk = (value: JsonValue, at: string): void => {
      if (Array.isArray(value)) value.forEach((inner, index) => void walk(inner, `${at}/${index}`));
      if (!isObject(value)) return;
      const types = [value['type']].flat();
      if (types.includes('object') && value['additionalProperties'] !== false) open.push(at);
      for (const [name, inner] of Object.entries(value)) walk(inner, `${at}/${name}`);
    };
    for (const url of schemas.urls) walk(schemas.document(url) as JsonObject, url.slice(url.lastIndexOf('/') + 1));
    expect(open).toEqual([
      'carbon-footprint-claim.json/properties/credentialSubject/properties/footprint/properties/extensions/items/properties/data',
      // Credentials are judged by their own schemas.
      'verifiable-presentation.json/properties/verifiableCredential',
      'verifiable-presentation.json/properties/verifiableCredential/items',
    ]);
  });
});

async function documentLoader(url: string) {
  const document = contexts.document(url);
  if (document === undefined) throw new Error(`not bundled: ${url}`);
  return { documentUrl: url, document: structuredClone(document), contextUrl: undefined };
}

const canonize = (document: JsonObject): Promise<string> =>
  jsonld.canonize(structuredClone(document), {
    documentLoader,
    base: null,
    safe: true,
    rdfDirection: 'i18n-datatype',
    canonizeOptions: { algorithm: 'RDFC-1.0', maxWorkFactor: 1 },
  });

/** Every value that is not a container, as it must turn up among the statements. */
function leaves(value: JsonValue, name = ''): readonly string[] {
  if (name === '@context') return [];
  if (name === 'footprint') return [jcs(value)];
  if (Array.isArray(value)) return (value as readonly JsonValue[]).flatMap((inner) => leaves(inner, name));
  if (isObject(value)) return Object.entries(value).flatMap(([member, inner]) => leaves(inner, member));
  return [String(value)];
}

const SOME_DIGEST = 'uEiAne1gEasr9lXX2P0_jLADlVsVfCDk2B_IUmdb2o6iuGA';

describe('JSON-LD', () => {
  const all = EXAMPLE_NAMES.flatMap((name) => [...exampleCredentials(name)]);
  const list = exampleStatusList('did:web:ab-korea.example', 'revocation');
  const notice = { index: '5', statusPurpose: 'revocation', reason: 'withdrawn', effectiveDate: '2027-01-01' };
  const noted = { ...list, credentialSubject: { ...(list['credentialSubject'] as JsonObject), notices: [notice] } };

  const steel = exampleCredentials('steel-coil');
  const allocation = allocationOf(steel.get('statement:coil') ?? {}, {
    number: 1,
    mass: '2000',
    sequence: '1',
    runningTotal: '2000',
  });
  const composite = [
    ['allocation', allocation],
    [
      'allocation to a hash',
      allocationOf(steel.get('statement:coil') ?? {}, { number: 2, mass: '7', buyer: { saltedHash: SOME_DIGEST } }),
    ],
    ['carbon price', priceOf(steel.get('claim:coil') ?? {}, { rebates: '1250000' })],
  ] as const;

  for (const [key, credential] of [...all, ...composite, ['status list', noted] as const]) {
    test(`${key}: every value becomes part of a statement, in safe mode`, async () => {
      const statements = await canonize(credential);
      const plain = statements.replaceAll('\\"', '"').replaceAll('\\\\', '\\');
      for (const leaf of leaves(credential)) expect(plain, leaf).toContain(leaf);
    });
  }

  test('a member that no context defines is refused in safe mode', async () => {
    const odd = { ...noted, credentialSubject: { ...noted.credentialSubject, extra: 'x' } };
    await expect(canonize(odd)).rejects.toThrow();
  });
});
