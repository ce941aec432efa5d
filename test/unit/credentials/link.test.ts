import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import {
  BLINDING_BYTES,
  baseDigest,
  checkLinkRef,
  coreOf,
  createLinkRef,
  createStatusSnapshot,
  linkDigest,
  newBlinding,
} from '../../../src/credentials/link.ts';
import { findProfile } from '../../../src/credentials/profiles/profile-table.ts';
import { digestOfJson } from '../../../src/formats/digest.ts';
import { exampleCredentials, exampleStatusList } from '../../support/example-credentials.ts';
import { applyPatch } from '../../support/json-patch.ts';

function example(key: string): JsonObject {
  const found = exampleCredentials('steel-coil').get(key);
  if (found === undefined) throw new Error(key);
  return found;
}
const coil = example('claim:coil');
const statement = example('statement:coil');
const accreditation = example('accreditation:eu');
const changed = (document: JsonObject, path: string, value: JsonValue) =>
  applyPatch(document, [{ op: 'replace', path, value }]);
const without = (document: JsonObject, ...paths: readonly string[]) =>
  applyPatch(
    document,
    paths.map((path) => ({ op: 'remove', path })),
  );
const secured = (document: JsonObject): JsonObject => ({
  ...document,
  proof: { type: 'DataIntegrityProof', proofValue: 'z1' },
});
const code = (link: JsonValue | undefined, target: JsonObject) =>
  checkLinkRef(link, target).code ?? checkLinkRef(link, target).outcome;

const WITHHELD = [
  '/credentialSubject/goods/0/quantity',
  '/credentialSubject/goods/0/attributedEmissions',
  '/credentialSubject/precursors/0/quantity',
  '/credentialSubject/blinding',
];

describe('the core', () => {
  test('is the document without its proof and without what its type may withhold', () => {
    const core = coreOf(secured(coil), findProfile(coil));
    expect(core).toEqual(without(coil, ...WITHHELD));
    expect(coreOf(secured(statement), findProfile(statement))).toEqual(
      without(statement, '/credentialSubject/upstreamReliance', '/credentialSubject/blinding'),
    );
  });
  test('is the whole document for the other types', () => {
    expect(coreOf(secured(accreditation), findProfile(accreditation))).toEqual(accreditation);
    expect(linkDigest(accreditation)).toBe(digestOfJson(accreditation));
    expect(baseDigest(secured(accreditation))).toBe(digestOfJson(accreditation));
  });
  test('leaves its argument alone', () => {
    const before = structuredClone(coil);
    coreOf(coil, findProfile(coil));
    expect(coil).toEqual(before);
  });
});

describe('a link', () => {
  const link = createLinkRef(coil);

  test('says target, type and digests, and has no id', () => {
    expect(link).toEqual({
      target: coil['id'],
      targetType: 'EmbeddedEmissionsClaim',
      digestMultibase: linkDigest(coil),
      baseDigestMultibase: baseDigest(coil),
    });
    expect(createLinkRef(accreditation)).not.toHaveProperty('baseDigestMultibase');
  });

  test('does not depend on the proof', () => {
    expect(createLinkRef(secured(coil))).toEqual(link);
    expect(code(link, secured(coil))).toBe('passed');
  });

  test('holds for the target with its hidden members left out', () => {
    expect(code(link, without(coil, ...WITHHELD))).toBe('passed');
  });

  test('breaks with any figure of the core', () => {
    expect(code(link, changed(coil, '/credentialSubject/goods/0/specificDirect', '1'))).toBe('CHAIN_DIGEST_MISMATCH');
    expect(code(link, changed(coil, '/validUntil', '2030-12-31T00:00:00Z'))).toBe('CHAIN_DIGEST_MISMATCH');
  });

  test('breaks with a hidden figure too, once the target is shown whole', () => {
    const altered = changed(coil, '/credentialSubject/goods/0/quantity', '1');
    expect(code(link, altered)).toBe('CHAIN_DIGEST_MISMATCH');
    expect(code({ ...link, baseDigestMultibase: baseDigest(altered) }, altered)).toBe('passed');
    // Without blinding nothing says that the figure was ever there.
    expect(code(link, without(altered, '/credentialSubject/blinding'))).toBe('passed');
  });

  test('to a target that carries blinding needs the digest of the whole', () => {
    const { baseDigestMultibase: _, ...core } = link;
    expect(code(core, coil)).toBe('CHAIN_DIGEST_MISMATCH');
    expect(code(core, without(coil, ...WITHHELD))).toBe('passed');
  });

  test('breaks when a set is written in another order', () => {
    const criteria = ['b', 'a'];
    const two = changed(statement, '/credentialSubject/criteria', ['a', 'b']);
    expect(code(createLinkRef(two), changed(two, '/credentialSubject/criteria', criteria))).toBe(
      'CHAIN_DIGEST_MISMATCH',
    );
  });

  test('names one credential of one type', () => {
    expect(code({ ...link, target: 'urn:uuid:00000000-0000-4000-8000-0000000000ff' }, coil)).toBe('CHAIN_BROKEN');
    expect(code({ ...link, targetType: 'CarbonFootprintClaim' }, coil)).toBe('CHAIN_BROKEN');
  });

  test('has a SHA-256 digest: CH-005', () => {
    const { digestMultibase: _, ...bare } = link;
    for (const bad of [
      undefined,
      'x',
      bare,
      { ...link, digestMultibase: 'uERQ' },
      { ...link, baseDigestMultibase: 'zQm' },
    ]) {
      expect(code(bad, coil)).toBe('MALFORMED_VALUE_ERROR');
    }
  });

  test('cannot be made to what has no id', () => {
    const { id: _, ...nameless } = coil;
    expect(() => createLinkRef(nameless)).toThrow(RangeError);
  });
});

test('a snapshot pins the list without its proof', () => {
  const list = exampleStatusList('did:web:ab.example', 'suspension');
  expect(createStatusSnapshot(secured(list), '2027-03-20T00:00:00Z')).toEqual({
    statusListCredential: list['id'],
    at: '2027-03-20T00:00:00Z',
    digestMultibase: digestOfJson(list),
  });
  expect(() => createStatusSnapshot({}, '2027-03-20T00:00:00Z')).toThrow(RangeError);
});

test('blinding is 128 bits in 22 characters', () => {
  expect(newBlinding(new Uint8Array(BLINDING_BYTES))).toBe('A'.repeat(22));
  expect(newBlinding(new Uint8Array(BLINDING_BYTES).fill(255))).toBe(`${'_'.repeat(21)}w`);
  expect(() => newBlinding(new Uint8Array(BLINDING_BYTES - 1))).toThrow(RangeError);
});
