import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../src/base/clock.ts';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import type { ProblemCode } from '../../../src/base/problem.ts';
import { ALGORITHMS } from '../../../src/crypto/algorithms.ts';
import { readMultikey } from '../../../src/crypto/multikey.ts';
import type { DidDocument } from '../../../src/dids/did-document.ts';
import { createDidResolver, type DidResolver, type Resolution } from '../../../src/dids/resolver.ts';
import { type Retrieval, retrieveVerificationMethod } from '../../../src/dids/verification-method.ts';
import { digestOfJson } from '../../../src/formats/digest.ts';
import { makeDidDocument, makeMultikey } from '../../support/did-documents.ts';

const DID = 'did:web:good.example';
const ID = `${DID}#key-1`;
const OTHER = 'did:web:evil.example';

const answering = (resolution: Resolution): DidResolver => ({ resolve: () => Promise.resolve(resolution) });

/** A real resolver over one document that a host would serve. */
function serving(document: JsonValue): DidResolver {
  return createDidResolver({
    clock: createManualClock(0),
    fetchJson: (url) =>
      Promise.resolve({
        status: 'ok',
        url,
        mediaType: 'application/did',
        bytes: new TextEncoder().encode(JSON.stringify(document)),
      }),
  });
}

function retrieve(document: JsonValue, method: unknown = ID): Promise<Retrieval> {
  return retrieveVerificationMethod(serving(document), { method, relationship: 'assertionMethod' });
}

function codeOf(retrieval: Retrieval): ProblemCode | undefined {
  return retrieval.ok ? undefined : retrieval.finding.code;
}

const methodOf = (changes: JsonObject): JsonObject => ({ id: ID, type: 'Multikey', controller: DID, ...changes });
const multikey = makeMultikey();

/** A P-256 public key as a JWK, by way of node. */
function makeJwk(): { readonly [member: string]: string } {
  const { privateKey } = ALGORITHMS['P-256'].generate();
  const { kty = '', crv = '', x = '', y = '', d = '' } = privateKey.export({ format: 'jwk' });
  return { kty, crv, x, y, d };
}

describe('an honest method', () => {
  it('gives its key, and the document it was seen in', async () => {
    const document = makeDidDocument(DID, {
      verificationMethod: [methodOf({ publicKeyMultibase: multikey })],
      service: [{ id: '#hub', type: 'Unknown', serviceEndpoint: 'https://good.example/' }],
      somethingNew: { nested: [1, 2] },
    });
    expect(await retrieve(document)).toEqual({
      ok: true,
      key: {
        id: ID,
        controller: DID,
        keyType: 'Ed25519',
        publicKeyMultibase: multikey,
        bytes: readMultikey(multikey)?.bytes,
      },
      seen: { did: DID, digest: digestOfJson(document), source: 'network' },
    });
  });

  it('may be P-256', async () => {
    const key = makeMultikey('P-256');
    const document = makeDidDocument(DID, { verificationMethod: [methodOf({ publicKeyMultibase: key })] });
    expect(await retrieve(document)).toMatchObject({ ok: true, key: { keyType: 'P-256', publicKeyMultibase: key } });
  });

  it('may be a JWK of either curve', async () => {
    const { d: _d, ...ec } = makeJwk();
    const bytes = readMultikey(multikey)?.bytes ?? new Uint8Array();
    const okp = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(bytes).toString('base64url') };
    for (const [publicKeyJwk, keyType] of [
      [ec, 'P-256'],
      [okp, 'Ed25519'],
      [{ ...okp, alg: 'EdDSA', use: 'sig', kid: 'key-1' }, 'Ed25519'],
    ] as const) {
      const document = makeDidDocument(DID, { verificationMethod: [methodOf({ type: 'JsonWebKey', publicKeyJwk })] });
      expect(await retrieve(document)).toMatchObject({ ok: true, key: { keyType } });
    }
    const document = makeDidDocument(DID, {
      verificationMethod: [methodOf({ type: 'JsonWebKey', publicKeyJwk: okp })],
    });
    expect(await retrieve(document)).toMatchObject({ key: { publicKeyMultibase: multikey } });
  });

  it('may stand inside the relationship alone', async () => {
    const document = makeDidDocument(DID, {
      verificationMethod: [],
      assertionMethod: [methodOf({ publicKeyMultibase: multikey })],
      authentication: [],
    });
    expect(await retrieve(document)).toMatchObject({ ok: true, key: { publicKeyMultibase: multikey } });
  });

  it('may be a did:key, for both relationships', async () => {
    const did = `did:key:${multikey}`;
    for (const relationship of ['assertionMethod', 'authentication'] as const) {
      const retrieval = await retrieveVerificationMethod(serving({}), { method: `${did}#${multikey}`, relationship });
      expect(retrieval).toMatchObject({ ok: true, key: { controller: did }, seen: { did, source: 'self' } });
    }
  });

  it('is good until it expires or is revoked', async () => {
    for (const member of ['expires', 'revoked']) {
      const document = makeDidDocument(DID, {
        verificationMethod: [methodOf({ publicKeyMultibase: multikey, [member]: '2026-03-01T00:00:00Z' })],
      });
      const at = (now?: number): Promise<Retrieval> =>
        retrieveVerificationMethod(serving(document), {
          method: ID,
          relationship: 'assertionMethod',
          ...(now === undefined ? {} : { now }),
        });
      const end = Date.UTC(2026, 2, 1);
      expect(await at(end - 1)).toMatchObject({ ok: true });
      expect(codeOf(await at(end))).toBe('INVALID_VERIFICATION_METHOD');
      expect(codeOf(await at())).toBe('INVALID_VERIFICATION_METHOD');
    }
    const odd = makeDidDocument(DID, {
      verificationMethod: [methodOf({ publicKeyMultibase: multikey, expires: 'soon' })],
    });
    expect(
      codeOf(await retrieveVerificationMethod(serving(odd), { method: ID, relationship: 'assertionMethod', now: 0 })),
    ).toBe('INVALID_VERIFICATION_METHOD');
  });
});

describe('step 1, the URL', () => {
  const never: DidResolver = { resolve: () => Promise.reject(new Error('asked although the URL is bad')) };

  it.each<[unknown, ProblemCode]>([
    [undefined, 'INVALID_VERIFICATION_METHOD_URL'],
    [null, 'INVALID_VERIFICATION_METHOD_URL'],
    [{ id: ID }, 'INVALID_VERIFICATION_METHOD_URL'],
    [[ID], 'INVALID_VERIFICATION_METHOD_URL'],
    ['', 'INVALID_VERIFICATION_METHOD_URL'],
    ['#key-1', 'INVALID_VERIFICATION_METHOD_URL'],
    ['key-1', 'INVALID_VERIFICATION_METHOD_URL'],
    [DID, 'INVALID_VERIFICATION_METHOD_URL'],
    [`${DID}#`, 'INVALID_VERIFICATION_METHOD_URL'],
    [`${DID}/keys#key-1`, 'INVALID_VERIFICATION_METHOD_URL'],
    [`${DID}?versionId=1#key-1`, 'INVALID_VERIFICATION_METHOD_URL'],
    [`${DID}?#key-1`, 'INVALID_VERIFICATION_METHOD_URL'],
    [`${DID}#key 1`, 'INVALID_VERIFICATION_METHOD_URL'],
    [`${DID}#${'k'.repeat(600)}`, 'INVALID_VERIFICATION_METHOD_URL'],
    ['https://evil.example/key.json#key-1', 'INVALID_VERIFICATION_METHOD'],
    ['urn:uuid:0c0e5f5e-1f3b-4c5c-8a2e-6f9f0a3b1c2d', 'INVALID_VERIFICATION_METHOD'],
    ['did:web#key-1', 'INVALID_DID'],
    ['did:WEB:good.example#key-1', 'INVALID_DID'],
    ['did:web:good.example%0#key-1', 'INVALID_DID'],
    [`did:web:host.example${':a'.repeat(5000)}#key-1`, 'INVALID_DID'],
  ])('%s', async (method, code) => {
    const retrieval = await retrieveVerificationMethod(never, { method, relationship: 'assertionMethod' });
    expect(codeOf(retrieval)).toBe(code);
    expect(retrieval).toMatchObject({ finding: { check: 'proof.key', outcome: 'failed' } });
  });
});

describe('step 2, the document', () => {
  it('passes on what the resolver could not do, and keeps a doubt a doubt', async () => {
    const request = { method: ID, relationship: 'assertionMethod' } as const;
    expect(
      await retrieveVerificationMethod(answering({ outcome: 'failed', code: 'NOT_FOUND_DID', detail: 'no' }), request),
    ).toMatchObject({ ok: false, finding: { outcome: 'failed', code: 'NOT_FOUND_DID' } });
    expect(
      await retrieveVerificationMethod(
        answering({ outcome: 'undetermined', code: 'DID_RESOLUTION_ERROR', detail: 'timeout' }),
        request,
      ),
    ).toEqual({
      ok: false,
      finding: {
        check: 'proof.key',
        outcome: 'undetermined',
        code: 'DID_RESOLUTION_ERROR',
        detail: 'timeout',
        params: { verificationMethod: ID },
      },
    });
  });

  it('is the one of the DID in the URL', async () => {
    const spoofed = makeDidDocument(OTHER);
    expect(codeOf(await retrieve(spoofed, ID))).toBe('INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID');
  });
});

describe('steps 3 to 5, the method', () => {
  const good = methodOf({ publicKeyMultibase: multikey });
  const { d, ...jwk } = makeJwk();

  it.each<[string, JsonObject, ProblemCode]>([
    ['no such method', { verificationMethod: [] }, 'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT'],
    ['twice the same id', { verificationMethod: [good, good] }, 'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT'],
    ['embedded a second time', { keyAgreement: [good] }, 'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT'],
    [
      'a relative id only',
      { verificationMethod: [{ ...good, id: '#key-1' }], assertionMethod: ['#key-1'] },
      'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT',
    ],
    [
      'a relative id beside the absolute one',
      { verificationMethod: [good, { ...good, id: '#key-1' }] },
      'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT',
    ],
    ['another controller', { verificationMethod: [{ ...good, controller: OTHER }] }, 'INVALID_VERIFICATION_METHOD'],
    [
      'no controller',
      { verificationMethod: [{ id: ID, type: 'Multikey', publicKeyMultibase: multikey }] },
      'INVALID_VERIFICATION_METHOD',
    ],
    ['two controllers', { verificationMethod: [{ ...good, controller: [DID, OTHER] }] }, 'INVALID_VERIFICATION_METHOD'],
    ['no key', { verificationMethod: [methodOf({})] }, 'INVALID_VERIFICATION_METHOD'],
    ['two keys', { verificationMethod: [{ ...good, publicKeyJwk: jwk }] }, 'INVALID_VERIFICATION_METHOD'],
    [
      'two keys, one of an old form',
      { verificationMethod: [{ ...good, publicKeyBase58: 'x' }] },
      'INVALID_VERIFICATION_METHOD',
    ],
    [
      'an old form alone',
      { verificationMethod: [methodOf({ type: 'Ed25519VerificationKey2018', publicKeyBase58: 'x' })] },
      'INVALID_VERIFICATION_METHOD',
    ],
    [
      'an account',
      { verificationMethod: [methodOf({ blockchainAccountId: 'eip155:1:0x0' })] },
      'INVALID_VERIFICATION_METHOD',
    ],
    ['a JWK called Multikey', { verificationMethod: [methodOf({ publicKeyJwk: jwk })] }, 'INVALID_VERIFICATION_METHOD'],
    [
      'a Multikey called JsonWebKey',
      { verificationMethod: [{ ...good, type: 'JsonWebKey' }] },
      'INVALID_VERIFICATION_METHOD',
    ],
    ['types in a list', { verificationMethod: [{ ...good, type: ['Multikey'] }] }, 'INVALID_VERIFICATION_METHOD'],
    [
      'a private JWK',
      { verificationMethod: [methodOf({ type: 'JsonWebKey', publicKeyJwk: { ...jwk, d: d ?? '' } })] },
      'INVALID_VERIFICATION_METHOD',
    ],
    [
      'a secret Multikey',
      { verificationMethod: [{ ...good, secretKeyMultibase: 'z1' }] },
      'INVALID_VERIFICATION_METHOD',
    ],
    [
      'a private key in another method',
      { verificationMethod: [good, { id: `${DID}#key-2`, privateKeyBase58: 'z1' }] },
      'INVALID_VERIFICATION_METHOD',
    ],
    ['not listed', { assertionMethod: [] }, 'INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD'],
    ['no relationship at all', { assertionMethod: [`${DID}#key-2`] }, 'INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD'],
    ['listed by a relative id', { assertionMethod: ['#key-1'] }, 'INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD'],
    [
      'embedded in another relationship alone',
      { verificationMethod: [], assertionMethod: [], authentication: [good] },
      'INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD',
    ],
    [
      'X25519',
      { verificationMethod: [methodOf({ publicKeyMultibase: 'z6LSeu9HkTHSfLLeUs2nnzUSNedgDUevfNQgQjQC23ZCit6F' })] },
      'INVALID_VERIFICATION_METHOD',
    ],
    [
      'no multibase',
      { verificationMethod: [methodOf({ publicKeyMultibase: multikey.slice(1) })] },
      'INVALID_VERIFICATION_METHOD',
    ],
    [
      'a number for a key',
      { verificationMethod: [methodOf({ publicKeyMultibase: 1 })] },
      'INVALID_VERIFICATION_METHOD',
    ],
    [
      'a JWK without y',
      {
        verificationMethod: [
          methodOf({ type: 'JsonWebKey', publicKeyJwk: { kty: 'EC', crv: 'P-256', x: jwk['x'] ?? '' } }),
        ],
      },
      'INVALID_VERIFICATION_METHOD',
    ],
  ])('%s', async (_what, changes, code) => {
    const document = makeDidDocument(DID, { verificationMethod: [good], ...changes });
    const retrieval = await retrieve(document);
    expect(codeOf(retrieval)).toBe(code);
    expect(retrieval).toMatchObject({ ok: false, finding: { check: 'proof.key', outcome: 'failed' } });
  });

  it('never shows or keeps a private key', async () => {
    const document = makeDidDocument(DID, {
      verificationMethod: [methodOf({ type: 'JsonWebKey', publicKeyJwk: { ...jwk, d: d ?? '' } })],
    });
    const resolver = serving(document);
    const seen = [
      await retrieveVerificationMethod(resolver, { method: ID, relationship: 'assertionMethod' }),
      await resolver.resolve(DID),
    ];
    expect(d).toBeTruthy();
    expect(JSON.stringify(seen)).not.toContain(d);
  });

  it('names the document even when the method is refused', async () => {
    const document = makeDidDocument(DID, { assertionMethod: [] });
    expect(await retrieve(document)).toMatchObject({ seen: { did: DID, digest: digestOfJson(document) } });
  });

  it('a did:key answers only to its own key', async () => {
    const request = { relationship: 'assertionMethod' } as const;
    const other = makeMultikey();
    for (const [method, code] of [
      [`did:key:${multikey}#${other}`, 'INVALID_VERIFICATION_METHOD'],
      [`did:key:${multikey}#key-1`, 'INVALID_VERIFICATION_METHOD'],
      [`did:key:z#${multikey}`, 'INVALID_DID'],
    ] as const) {
      expect(codeOf(await retrieveVerificationMethod(serving({}), { ...request, method }))).toBe(code);
    }
  });

  it('a key only for authentication signs presentations and no credential', async () => {
    const document = makeDidDocument(DID, { assertionMethod: [] }) as DidDocument;
    const resolver = answering({ outcome: 'resolved', document, source: 'network' });
    expect(await retrieveVerificationMethod(resolver, { method: ID, relationship: 'authentication' })).toMatchObject({
      ok: true,
    });
    expect(codeOf(await retrieveVerificationMethod(resolver, { method: ID, relationship: 'assertionMethod' }))).toBe(
      'INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD',
    );
  });
});
