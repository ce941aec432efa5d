/**
 * Changes that keep the signed statements, or add to them unsigned, while they move what a reader finds (docs/threats.md, section 1).
 * Each is tried at a random place of an honest credential; the form has to refuse it before any proof is looked at.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isObject, type JsonObject, type JsonValue, pointerOf } from '../../../src/base/json.ts';
import { checkCredentialForm } from '../../../src/credentials/credential.ts';
import { contexts, refusals, schemas } from '../../support/credential-dependencies.ts';
import { EXAMPLE_NAMES, exampleCredentials } from '../../support/example-credentials.ts';
import { applyPatch, type PatchOperation, valueAtPointer } from '../../support/json-patch.ts';

const honest = EXAMPLE_NAMES.flatMap((name) => [...exampleCredentials(name).values()]);
const form = (document: JsonObject) => refusals(checkCredentialForm(document, { contexts, schemas }));

interface Member {
  readonly owner: string;
  readonly name: string;
  readonly value: JsonValue;
}

/** Every member of every object, those of the JSON literal excepted: inside it any change breaks the proof. */
function membersOf(value: JsonValue, owner = ''): readonly Member[] {
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[]).flatMap((inner, index) => membersOf(inner, `${owner}/${index}`));
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const below = name === '@context' || name === 'footprint' ? [] : membersOf(inner, owner + pointerOf(name));
    return [{ owner, name, value: inner }, ...below];
  });
}

/** A random member of a random honest credential. */
const place = fc.constantFrom(...honest).chain((document) => {
  const all = membersOf(document).filter(({ name }) => name !== '@context');
  return fc
    .constantFrom(...all)
    .map((member) => ({ document, ...member, path: member.owner + pointerOf(member.name) }));
});
type Place = typeof place extends fc.Arbitrary<infer Value> ? Value : never;

const renamed = ({ owner, name, path, value }: Place, to: (name: string) => string): PatchOperation[] => [
  { op: 'remove', path },
  { op: 'add', path: owner + pointerOf(to(name)), value },
];
const beside = ({ owner, value }: Place, name: string, other: JsonValue = value): PatchOperation[] => [
  { op: 'add', path: owner + pointerOf(name), value: other },
];
const replaced = ({ path }: Place, value: JsonValue): PatchOperation[] => [{ op: 'replace', path, value }];

const MUTATIONS: Readonly<Record<string, (at: Place) => readonly PatchOperation[]>> = {
  'renamed to its IRI': (at) => renamed(at, (name) => `https://w3id.org/proofprint/vocab#${name}`),
  'renamed to a compact IRI': (at) => renamed(at, (name) => `schema:${name}`),
  'renamed to a keyword': (at) => renamed(at, (name) => `@${name}`),
  'doubled under its IRI': (at) => beside(at, `https://w3id.org/proofprint/vocab#${at.name}`),
  'doubled by a keyword': (at) => beside(at, at.name === 'type' ? '@type' : '@id'),
  'followed by free text': (at) => beside(at, '@index', 'free text'),
  'followed by nothing': (at) => beside(at, '@included', []),
  'followed by a nest': (at) => beside(at, '@nest', {}),
  'followed by a context': (at) => beside(at, at.owner === '' ? '@vocab' : '@context', 'https://evil.example/'),
  'followed by what nobody defined': (at) => beside(at, 'undefinedTerm', 'x'),
  'followed by a prototype': (at) => beside(at, 'constructor', { prototype: { polluted: 1 } }),
  nulled: (at) => replaced(at, null),
  emptied: (at) => replaced(at, []),
  'wrapped as a value': (at) => replaced(at, { '@value': at.value }),
  'wrapped as a set': (at) => replaced(at, { '@set': [at.value] }),
  'wrapped as a list': (at) => replaced(at, { '@list': [at.value] }),
  'wrapped as a graph': (at) => replaced(at, { '@graph': [at.value] }),
  'put into an array twice': (at) =>
    replaced(at, Array.isArray(at.value) ? [...at.value, ...at.value] : [at.value, at.value]),
  'put into an array in an array': (at) => replaced(at, [[at.value]]),
  'made a number': (at) => replaced(at, 0.5),
};

/** Repeating what has no id repeats a statement too, so it is another document and breaks the proof; the form may let it pass. */
const breaksTheProof = (at: Place): boolean =>
  Array.isArray(at.value) &&
  (at.value as readonly JsonValue[]).every((entry) => isObject(entry) && entry['id'] === undefined);

describe('an honest credential with one member', () => {
  for (const [says, mutate] of Object.entries(MUTATIONS)) {
    test(`${says} is refused`, () => {
      fc.assert(
        fc.property(place, (at) => {
          fc.pre(says !== 'put into an array twice' || !(breaksTheProof(at) || at.name === 'credentialStatus'));
          expect(form(applyPatch(at.document, mutate(at)))).not.toEqual([]);
        }),
        { numRuns: 150 },
      );
    });
  }

  test('moved to where another object mentions the same node is refused', () => {
    fc.assert(
      fc.property(fc.constantFrom(...honest), (document) => {
        const moved = applyPatch(document, [
          { op: 'replace', path: '/issuer', value: { id: String(document['issuer']), name: 'x' } },
        ]);
        expect(form(moved)).not.toEqual([]);
      }),
    );
  });

  test('none of this is refused when nothing was changed', () => {
    for (const document of honest) expect(form(structuredClone(document))).toEqual([]);
  });

  test('members in another order, and what is read, stay the same: OK-002', () => {
    const reversed = (value: JsonValue): JsonValue => {
      if (Array.isArray(value)) return (value as readonly JsonValue[]).map(reversed);
      if (!isObject(value)) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([name, inner]) => [name, reversed(inner)]),
      );
    };
    for (const document of honest) {
      const other = reversed(document) as JsonObject;
      expect(form(other)).toEqual([]);
      expect(valueAtPointer(other, '/credentialSubject')).toEqual(document['credentialSubject']);
    }
  });
});
