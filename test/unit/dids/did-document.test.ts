import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../src/base/json.ts';
import {
  createDidDocument,
  isListed,
  MAX_METHODS,
  methodsOf,
  readDidDocument,
} from '../../../src/dids/did-document.ts';
import { makeDidDocument, makeMultikey } from '../../support/did-documents.ts';

const DID = 'did:web:good.example';

function codeOf(value: JsonValue): string | undefined {
  const read = readDidDocument(value, DID);
  return read.ok ? undefined : read.findings[0]?.code;
}

describe('createDidDocument', () => {
  it('lists each method under its relationships only, and is a document that we would read', () => {
    const [one, two] = [makeMultikey(), makeMultikey('P-256')];
    const document = createDidDocument({
      did: DID,
      methods: [
        { id: `${DID}#a`, publicKeyMultibase: one, relationships: ['assertionMethod', 'authentication'] },
        { id: `${DID}#b`, publicKeyMultibase: two, relationships: ['assertionMethod'] },
        { id: `${DID}#c`, publicKeyMultibase: two, relationships: [] },
      ],
    });
    expect(document).toEqual({
      '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
      id: DID,
      verificationMethod: [
        { id: `${DID}#a`, type: 'Multikey', controller: DID, publicKeyMultibase: one },
        { id: `${DID}#b`, type: 'Multikey', controller: DID, publicKeyMultibase: two },
        { id: `${DID}#c`, type: 'Multikey', controller: DID, publicKeyMultibase: two },
      ],
      authentication: [`${DID}#a`],
      assertionMethod: [`${DID}#a`, `${DID}#b`],
    });
    expect(readDidDocument(document, DID)).toEqual({ ok: true, value: document });
  });
});

describe('readDidDocument', () => {
  it('keeps what it does not know, and freezes all of it', () => {
    const document = makeDidDocument(DID, { service: [{ id: '#x' }], alsoKnownAs: ['did:web:old.example'] });
    const read = readDidDocument(document, DID);
    expect(read).toEqual({ ok: true, value: document });
    expect(Object.isFrozen(read.ok && methodsOf(read.value)[0])).toBe(true);
  });

  it.each<[string, JsonValue, string]>([
    ['null', null, 'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT'],
    ['a list', [], 'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT'],
    ['no id', {}, 'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT'],
    ['a list of ids', { id: [DID] }, 'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT'],
    ['another id', { id: `${DID}:x` }, 'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID'],
    ['an id in other letters', { id: 'did:web:Good.example' }, 'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID'],
    ['one method without a list', { id: DID, verificationMethod: {} }, 'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT'],
    ['methods by reference', { id: DID, verificationMethod: [`${DID}#a`] }, 'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT'],
    [
      'a relationship without a list',
      { id: DID, assertionMethod: `${DID}#a` },
      'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT',
    ],
    ['a relationship of numbers', { id: DID, authentication: [1] }, 'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT'],
    ['a null relationship', { id: DID, keyAgreement: null }, 'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT'],
    ['a secret at its root', { id: DID, secretKeyMultibase: 'z1' }, 'INVALID_VERIFICATION_METHOD'],
    [
      'a secret in an embedded method',
      { id: DID, keyAgreement: [{ secretKeyJwk: {} }] },
      'INVALID_VERIFICATION_METHOD',
    ],
    ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'].map((member): [string, JsonValue, string] => [
      `a JWK with ${member}`,
      { id: DID, verificationMethod: [{ publicKeyJwk: { kty: 'OKP', [member]: 'x' } }] },
      'INVALID_VERIFICATION_METHOD',
    ]),
  ])('refuses %s', (_what, value, code) => {
    expect(codeOf(value)).toBe(code);
  });

  it('takes 64 methods and not 65, embedded ones counted', () => {
    const methods = (count: number): JsonValue[] =>
      Array.from({ length: count }, (_, index) => ({ id: `${DID}#${index}` }));
    expect(MAX_METHODS).toBe(64);
    expect(codeOf({ id: DID, verificationMethod: methods(64) })).toBeUndefined();
    expect(codeOf({ id: DID, verificationMethod: methods(65) })).toBe('LIMIT_EXCEEDED');
    expect(codeOf({ id: DID, verificationMethod: methods(32), authentication: methods(33) })).toBe('LIMIT_EXCEEDED');
  });
});

describe('isListed', () => {
  it('reads references and embedded methods alike', () => {
    const read = readDidDocument({ id: DID, assertionMethod: [`${DID}#a`, { id: `${DID}#b` }] }, DID);
    if (!read.ok) throw new Error('not read');
    expect(isListed(read.value, 'assertionMethod', `${DID}#a`)).toBe(true);
    expect(isListed(read.value, 'assertionMethod', `${DID}#b`)).toBe(true);
    expect(isListed(read.value, 'assertionMethod', `${DID}#c`)).toBe(false);
    expect(isListed(read.value, 'authentication', `${DID}#a`)).toBe(false);
  });
});
