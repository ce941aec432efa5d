import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../../src/base/finding.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { checkCredentialForm, withoutProof } from '../../../src/credentials/credential.ts';
import { linkDigest } from '../../../src/credentials/link.ts';
import { profileOfType } from '../../../src/credentials/profiles/profile-table.ts';
import { readDigitalIdentityAnchor, toDigitalIdentityAnchor } from '../../../src/exchange/untp/identity-anchor.ts';
import { contexts, schemas } from '../../support/credential-dependencies.ts';

const word = fc.stringMatching(/^[A-Za-z0-9가-힣 ().-]{1,40}$/).filter((text) => text.trim() === text && text !== '');
const did = fc.stringMatching(/^did:web:[a-z]{1,12}\.example$/);
const uri = fc.stringMatching(/^https:\/\/register\.example\/[a-z0-9/]{1,20}$/);
const date = fc.integer({ min: 0, max: 20_000 }).map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10));
const profile = profileOfType('IdentityAnchor');
const digest = `uEi${'A'.repeat(44)}`;

const subject = fc
  .record(
    {
      id: did,
      registeredName: word,
      registeredId: word,
      registeredDate: date,
      idScheme: fc.record({ id: uri, name: word }),
      registerType: fc.constantFrom('business', 'facility', 'accreditation'),
      registrationScope: fc.uniqueArray(uri, { minLength: 1, maxLength: 3 }),
      registrar: fc.record({ id: did, name: word }),
      publicInformation: uri,
      supersedes: fc.record({
        target: fc.uuid().map((id) => `urn:uuid:${id}`),
        targetType: fc.constant('IdentityAnchor'),
        digestMultibase: fc.constant(digest),
      }),
    },
    { requiredKeys: ['id', 'registeredName', 'registeredId', 'registeredDate', 'idScheme', 'registerType'] },
  )
  .map((one) =>
    one.registerType === 'accreditation' && !('registrationScope' in one) ? { ...one, registerType: 'business' } : one,
  );

const anchor = fc.record({ subject, id: fc.uuid({ version: 4 }), issuer: did, index: fc.nat() }).map(
  ({ subject: inner, id, issuer, index }): JsonObject => ({
    '@context': profile?.contexts ?? [],
    id: `urn:uuid:${id}`,
    type: ['VerifiableCredential', 'IdentityAnchor'],
    issuer,
    validFrom: '2026-10-01T00:00:00Z',
    validUntil: '2031-10-01T00:00:00Z',
    credentialStatus: {
      type: 'BitstringStatusListEntry',
      statusPurpose: 'revocation',
      statusListIndex: String(index),
      statusListCredential: 'https://register.example/status-lists/1',
    },
    credentialSchema: {
      id: profile?.schemaUrl ?? '',
      type: 'JsonSchema',
      digestMultibase: profile?.schemaDigest ?? '',
    },
    credentialSubject: inner as JsonObject,
  }),
);

/** Published facts of the 0.7.0 schema: docs/domain.md, section 3.1 and docs/exchange.md, section 3. */
function follows(document: JsonObject): void {
  expect(document['@context']).toEqual([
    'https://www.w3.org/ns/credentials/v2',
    'https://vocabulary.uncefact.org/untp/0.7.0/context/',
  ]);
  for (const name of ['id', 'issuer', 'validFrom', 'name', 'credentialSubject'])
    expect(document).toHaveProperty([name]);
  expect(Object.keys(document['issuer'] as JsonObject).sort()).toEqual(['id', 'name', 'type']);
  const inner = document['credentialSubject'] as JsonObject;
  for (const name of ['id', 'registeredName', 'registeredId', 'registeredDate', 'idScheme', 'registerType']) {
    expect(inner).toHaveProperty([name]);
  }
  expect(inner['type']).toEqual(['RegisteredIdentity']);
  expect(Object.keys(inner['idScheme'] as JsonObject).sort()).toEqual(['id', 'name', 'type']);
  expect(Number.isInteger((document['credentialStatus'] as JsonObject)['statusListIndex'])).toBe(true);
}

const read = (document: JsonObject): JsonObject => {
  const result = readDigitalIdentityAnchor(document);
  if (!result.ok) throw new Error(JSON.stringify(result.findings));
  return result.value.document;
};

const formOf = (document: JsonObject) => checkCredentialForm(document, { contexts, schemas });

describe('IdentityAnchor and Digital Identity Anchor', () => {
  it('lose nothing there and back, to the digest', () => {
    let accepted = 0;
    fc.assert(
      fc.property(anchor, (original) => {
        const there = toDigitalIdentityAnchor({ ...original, proof: { type: 'DataIntegrityProof' } });
        if (there === undefined) throw new Error('no rendering');
        follows(there.document);
        const back = read(there.document);
        expect(back).toEqual(withoutProof(original));
        expect(linkDigest(back)).toBe(linkDigest(original));
        expect(toDigitalIdentityAnchor(back)?.document).toEqual(there.document);
        expect(formOf(back)).toEqual(formOf(original));
        accepted += Number(verdictOf(formOf(back)) === 'accepted');
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(400);
  });
  it('come back from version 0.6.1 and from the published samples by their own names', () => {
    const scheme = { type: ['IdentifierScheme'], id: 'https://register.example/scheme', name: 'Register' };
    const envelope = {
      type: ['DigitalIdentityAnchor', 'VerifiableCredential'],
      issuer: { id: 'did:web:r.example', name: 'R' },
    };
    const facts = {
      id: 'did:web:mill.example',
      registeredId: '7',
      idScheme: { id: scheme.id, name: scheme.name },
    };
    const old = {
      ...envelope,
      credentialSubject: {
        ...{ type: ['RegisteredIdentity'], id: facts.id, name: 'Mill', registeredId: '7', idScheme: scheme },
        ...{ registerType: 'Accreditation', registrationScopeList: ['https://register.example/scope'] },
      },
    };
    expect(read(old)['credentialSubject']).toEqual({
      ...facts,
      registeredName: 'Mill',
      registerType: 'accreditation',
      registrationScope: ['https://register.example/scope'],
    });
    const sample = {
      ...envelope,
      id: 'https://register.example/dia/7',
      credentialSubject: {
        ...{ type: ['RegisteredIdentity'], id: facts.id, registeredName: 'Mill', registeredId: '7', schemeId: scheme },
        ...{ registerType: 'business', registrar: { id: 'https://register.example', name: 'R' }, colour: 'green' },
      },
    };
    const result = readDigitalIdentityAnchor(sample);
    if (!result.ok) throw new Error('not read');
    expect(result.value.document).toEqual({
      '@context': ['https://www.w3.org/ns/credentials/v2', 'https://w3id.org/proofprint/contexts/v1'],
      type: ['VerifiableCredential', 'IdentityAnchor'],
      issuer: 'did:web:r.example',
      credentialSubject: { ...facts, registeredName: 'Mill', registerType: 'business' },
    });
    expect(result.value.losses.map(({ key, members }) => [key, ...members])).toEqual([
      ['unsigned', '/proof'],
      ['dia.registrar', '/credentialSubject/registrar'],
      ['dia.more', '/credentialSubject/colour'],
    ]);
  });
  it.each([
    [
      'another credential',
      (one: JsonObject) => ({ ...one, type: ['VerifiableCredential'] }),
      'MALFORMED_VALUE_ERROR',
      '/type',
    ],
    [
      'a register without a role here',
      (one: JsonObject) => ({
        ...one,
        credentialSubject: { ...(one['credentialSubject'] as JsonObject), registerType: 'trademark' },
      }),
      'MALFORMED_VALUE_ERROR',
      '/credentialSubject/registerType',
    ],
    [
      'a subject that is no DID',
      (one: JsonObject) => ({
        ...one,
        credentialSubject: { ...(one['credentialSubject'] as JsonObject), id: 'https://mill.example' },
      }),
      'MALFORMED_VALUE_ERROR',
      '/credentialSubject/id',
    ],
    [
      'a scheme without a name',
      (one: JsonObject) => ({
        ...one,
        credentialSubject: { ...(one['credentialSubject'] as JsonObject), idScheme: { id: 'https://r.example' } },
      }),
      'MANDATORY_CLAIM_MISSING',
      '/credentialSubject/idScheme',
    ],
    [
      'one without a number',
      (one: JsonObject) => {
        const { registeredId: _, ...rest } = one['credentialSubject'] as JsonObject;
        return { ...one, credentialSubject: rest };
      },
      'MANDATORY_CLAIM_MISSING',
      '/credentialSubject/registeredId',
    ],
  ])('%s is not read', (_, bend, code, pointer) => {
    const [original] = fc.sample(anchor, { numRuns: 1, seed: 3 });
    const good = toDigitalIdentityAnchor(original ?? {})?.document ?? {};
    expect(readDigitalIdentityAnchor(good).ok).toBe(true);
    const result = readDigitalIdentityAnchor(bend(good));
    expect(result.ok ? [] : result.findings.map((finding) => [finding.code, finding.pointer])).toEqual([
      [code, pointer],
    ]);
  });
  it('say what version 0.7.0 asks for and an anchor may lack', () => {
    const [original] = fc.sample(anchor, { numRuns: 1, seed: 5 });
    const {
      registeredDate: _,
      registrar: __,
      supersedes: ___,
      ...rest
    } = (original?.['credentialSubject'] ?? {}) as JsonObject;
    const keys = (credential: JsonObject) => toDigitalIdentityAnchor(credential)?.losses.map(({ key }) => key);
    const bare: JsonObject = { ...original, credentialSubject: rest };
    expect(keys(bare)).toEqual(['unsigned', 'names-by-did', 'dia.registered-date']);
    const registrar = { id: String(original?.['issuer']), name: 'Register' };
    const full: JsonObject = { ...original, credentialSubject: { ...rest, registeredDate: '2011-03-02', registrar } };
    expect(keys(full)).toEqual(['unsigned']);
    expect(toDigitalIdentityAnchor(full)?.document['issuer']).toEqual({ type: ['CredentialIssuer'], ...registrar });
    const two: JsonObject = {
      ...full,
      credentialStatus: [full['credentialStatus'] ?? {}, full['credentialStatus'] ?? {}],
    };
    expect(keys(two)).toEqual(['unsigned', 'status-one-entry']);
  });
});
