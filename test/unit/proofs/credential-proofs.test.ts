import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Finding, verdictOf } from '../../../src/base/finding.ts';
import { deepFreeze, type JsonObject, type JsonValue } from '../../../src/base/json.ts';
import { encodeMultikey } from '../../../src/crypto/multikey.ts';
import * as p256 from '../../../src/crypto/p256.ts';
import type { KeyType } from '../../../src/crypto/signer.ts';
import { createDidResolver } from '../../../src/dids/resolver.ts';
import { encodeBase58btc } from '../../../src/formats/multibase.ts';
import { createDataIntegrity } from '../../../src/proofs/data-integrity.ts';
import {
  createParty,
  createResolverDouble,
  createTestContexts,
  FIXTURE_CONTEXT,
  signerFromSeed,
} from '../../support/data-integrity.ts';
import { fastest } from '../../support/fastest.ts';

const NOW = Date.UTC(2026, 0, 15, 12);
const MINUTE = 60_000;
const good = createParty('did:web:good.example');
const evil = createParty('did:web:evil.example');
const body = createParty('did:web:verification-body.example');
const resolver = createResolverDouble([good.didDocument, evil.didDocument, body.didDocument]);
const integrity = createDataIntegrity({ contexts: createTestContexts() });

const claim: JsonObject = deepFreeze({
  '@context': ['https://www.w3.org/ns/credentials/v2', FIXTURE_CONTEXT],
  id: 'urn:uuid:00000000-0000-4000-8000-000000000001',
  type: ['VerifiableCredential'],
  issuer: good.did,
  validFrom: '2026-01-01T00:00:00Z',
  credentialSubject: { id: 'https://good.example/products/1', pcfFossil: '1840.5' },
});

const sign = (document: JsonObject = claim, more: object = {}) =>
  integrity.secureCredential(document, { signer: good.signer, created: NOW, ...more });
const check = (document: JsonObject, options: object = {}) =>
  integrity.checkCredentialProofs(document, { resolver, now: NOW, ...options });
const proofOf = (document: JsonObject) => document['proof'] as JsonObject;
const withProof = (document: JsonObject, change: JsonObject): JsonObject => ({
  ...document,
  proof: { ...proofOf(document), ...change },
});
const faults = (findings: readonly Finding[]) =>
  findings.filter(({ outcome }) => outcome === 'failed').map(({ check: name, code }) => `${name} ${code}`);

describe('secureCredential', () => {
  it('leaves its argument as it was and hands back a fresh object', async () => {
    const before = structuredClone(claim);
    const secured = await sign();
    expect(claim).toEqual(before);
    expect(secured).not.toBe(claim);
    expect(secured['credentialSubject']).not.toBe(claim['credentialSubject']);
    expect({ ...secured, proof: undefined }).toEqual({ ...before, proof: undefined });
  });

  it('writes the time it was given, cut to whole seconds', async () => {
    const secured = await integrity.secureCredential(claim, { signer: good.signer, created: NOW + 999 });
    expect(proofOf(secured)['created']).toBe('2026-01-15T12:00:00Z');
  });

  it('refuses a term that no context defines, before the signer is called', async () => {
    let calls = 0;
    const signer = {
      ...good.signer,
      sign: async () => {
        calls += 1;
        return new Uint8Array(64);
      },
    };
    await expect(
      integrity.secureCredential({ ...claim, undefinedTerm: 'lost' }, { signer, created: NOW }),
    ).rejects.toMatchObject({ name: 'ServiceError', code: 'DATA_LOSS_DETECTION_ERROR' });
    expect(calls).toBe(0);
  });

  it('passes on what the signer throws, null included', async () => {
    const failing = (thrown: unknown) => ({ ...good.signer, sign: () => Promise.reject(thrown) });
    const token = new Error('token removed');
    await expect(sign(claim, { signer: failing(token) })).rejects.toBe(token);
    await expect(sign(claim, { signer: failing(null) })).rejects.toBeNull();
  });

  it.each([63, 65, 0])('refuses a signer that answers %i bytes', async (length) => {
    const signer = { ...good.signer, sign: async () => new Uint8Array(length) };
    await expect(sign(claim, { signer })).rejects.toMatchObject({ code: 'PROOF_GENERATION_ERROR' });
  });

  it('secures a VCDM 1.1 credential under the Data Integrity context, and never dates it by itself', async () => {
    const dated: JsonObject = {
      '@context': ['https://www.w3.org/2018/credentials/v1'],
      type: ['VerifiableCredential'],
      issuer: good.did,
      issuanceDate: '2026-01-01T00:00:00Z',
      credentialSubject: { id: 'https://good.example/products/1' },
    };
    const secured = await sign(dated);
    expect(secured['@context']).toEqual([
      'https://www.w3.org/2018/credentials/v1',
      'https://w3id.org/security/data-integrity/v2',
    ]);
    expect(verdictOf((await check(secured)).findings)).toBe('accepted');
    const { issuanceDate: _, ...undated } = dated;
    await expect(sign(undated)).rejects.toMatchObject({ code: 'MALFORMED_VALUE_ERROR' });
  });

  it('refuses a key that no cryptosuite here takes', async () => {
    await expect(sign(claim, { signer: { ...good.signer, keyType: 'RSA' as KeyType } })).rejects.toMatchObject({
      code: 'PROOF_GENERATION_ERROR',
    });
  });

  it('refuses to build on a proof that is not there', async () => {
    await expect(sign(claim, { previousProof: 'urn:uuid:6a1676b8-b51f-11ed-937b-d76685a20ff5' })).rejects.toMatchObject(
      {
        code: 'PROOF_GENERATION_ERROR',
      },
    );
  });
});

describe('checkCredentialProofs, one proof', () => {
  it('accepts an honest credential and says whose proof it is', async () => {
    const report = await check(deepFreeze(await sign()));
    expect(verdictOf(report.findings)).toBe('accepted');
    expect(report.findings.map(({ check: name, outcome }) => `${name} ${outcome}`)).toEqual([
      'proof.form passed',
      'proof.purpose passed',
      'proof.created passed',
      'proof.key passed',
      'proof.signature passed',
      'proof.issuer passed',
    ]);
    expect(report.controllers).toEqual([good.did]);
    expect(report.seen).toMatchObject([{ did: good.did, source: 'network' }]);
  });

  it('says nothing of period and status: both are judged elsewhere, at the instant that counts', async () => {
    const over = {
      ...claim,
      validUntil: '2020-01-02T00:00:00Z',
      validFrom: '2020-01-01T00:00:00Z',
      credentialStatus: {
        type: 'BitstringStatusListEntry',
        statusPurpose: 'revocation',
        statusListIndex: '7',
        statusListCredential: 'https://good.example/status/1',
      },
    };
    expect(verdictOf((await check(await sign(over))).findings)).toBe('accepted');
  });

  it('accepts an issuer written as an object', async () => {
    const report = await check(await sign({ ...claim, issuer: { id: good.did, name: 'Good Steel' } }));
    expect(verdictOf(report.findings)).toBe('accepted');
  });

  it('accepts a proof without a time: the standard leaves it to the signer', async () => {
    const { created: _, ...timeless } = proofOf(await sign());
    const resigned = await resign(timeless);
    expect(verdictOf((await check({ ...claim, proof: resigned })).findings)).toBe('accepted');
  });

  it.each([
    ['absent', undefined],
    ['an empty array', []],
    ['null', null],
    ['a string', 'x'],
    ['an array with null', [null]],
  ] as [string, JsonValue | undefined][])('refuses a proof that is %s', async (_, proof) => {
    const document = proof === undefined ? claim : { ...claim, proof };
    expect(faults((await check(document)).findings)).toEqual(['proof.form PROOF_VERIFICATION_ERROR']);
  });

  it('refuses a claim that was changed after signing', async () => {
    const secured = await sign();
    const changed = { ...secured, credentialSubject: { id: 'https://good.example/products/1', pcfFossil: '184.5' } };
    expect(faults((await check(changed)).findings)).toContain('proof.signature PROOF_VERIFICATION_ERROR');
  });

  it('refuses the key of B under the name of A, though the signature is good', async () => {
    const forged = await integrity.secureCredential(claim, { signer: evil.signer, created: NOW });
    const report = await check(forged);
    expect(faults(report.findings)).toEqual(['proof.issuer PROOF_VERIFICATION_ERROR']);
    expect(report.controllers).toEqual([evil.did]);
  });

  it.each([
    ['an unknown suite', { cryptosuite: 'eddsa-rdfc-2099' }, 'proof.form UNSUPPORTED_PROOF'],
    ['a suite of another kind of key', { cryptosuite: 'bbs-2099' }, 'proof.form UNSUPPORTED_PROOF'],
    ['no suite', { cryptosuite: null }, 'proof.form UNSUPPORTED_PROOF'],
    ['an unknown type', { type: 'ExampleSignature2099' }, 'proof.form UNSUPPORTED_PROOF'],
    ['an array for a type', { type: ['DataIntegrityProof'] }, 'proof.form UNSUPPORTED_PROOF'],
    ['the wrong purpose', { proofPurpose: 'authentication' }, 'proof.purpose PROOF_VERIFICATION_ERROR'],
    ['two purposes', { proofPurpose: ['assertionMethod', 'x'] }, 'proof.purpose PROOF_VERIFICATION_ERROR'],
    ['an unknown purpose', { proofPurpose: 'exampleMethod' }, 'proof.purpose UNSUPPORTED_PURPOSE'],
  ])('refuses %s by its own name', async (_, change, finding) => {
    const report = await check(withProof(await sign(), change as JsonObject));
    expect(faults(report.findings)).toEqual([finding]);
  });

  it('refuses a proof that carries its own signed copy of the document', async () => {
    const document = { ...claim, proof: { type: 'JwtProof2020', jwt: 'e30.e30.AA' } };
    expect(faults((await check(document)).findings)).toEqual(['proof.form UNSUPPORTED_PROOF']);
  });

  it('refuses a proof with a context of its own', async () => {
    const document = withProof(await sign(), { '@context': claim['@context'] as JsonValue });
    expect(faults((await check(document)).findings)).toEqual(['proof.form CONTEXT_NOT_ALLOWED']);
  });

  it('says which member no signature would cover', async () => {
    const document = { ...(await sign()), undefinedTerm: 'unsigned' };
    const { findings } = await check(document);
    expect(findings).toContainEqual(
      expect.objectContaining({
        check: 'proof.signature',
        code: 'DATA_LOSS_DETECTION_ERROR',
        detail: expect.stringContaining('undefinedTerm'),
      }),
    );
  });
});

/** A proof over `claim` with exactly these members, made without the library's own signing path. */
async function resign(members: JsonObject): Promise<JsonObject> {
  const { sha256 } = await import('../../../src/formats/digest.ts');
  const { proofValue: _, ...options } = members;
  const utf8 = (text: string) => new TextEncoder().encode(text);
  const ofOptions = await integrity.canonicalise({ '@context': claim['@context'] as JsonValue, ...options });
  const data = Uint8Array.from([...sha256(utf8(ofOptions)), ...sha256(utf8(await integrity.canonicalise(claim)))]);
  return { ...options, proofValue: encodeBase58btc(await good.signer.sign({ data })) };
}

describe('proofValue', () => {
  const reports = async (proofValue: JsonValue) =>
    faults((await check(withProof(await sign(), { proofValue }))).findings);

  it('refuses 100 KB of base58 by its length alone, within 20 ms', async () => {
    const document = withProof(await sign(), { proofValue: `z${'z'.repeat(100_000)}` });
    const { findings } = await check(document);
    expect(await fastest(() => check(document))).toBeLessThan(20);
    expect(faults(findings)).toEqual(['proof.form LIMIT_EXCEEDED']);
  });

  it('judges 128 characters by what they say, 129 by their length', async () => {
    expect(await reports(`z${'z'.repeat(127)}`)).toEqual(['proof.form PROOF_VERIFICATION_ERROR']);
    expect(await reports(`z${'z'.repeat(128)}`)).toEqual(['proof.form LIMIT_EXCEEDED']);
  });

  it('takes one spelling of the bytes: the same in another multibase is refused', async () => {
    const { base58, base64urlnopad } = await import('@scure/base');
    const value = String(proofOf(await sign())['proofValue']);
    expect(await reports(`u${base64urlnopad.encode(base58.decode(value.slice(1)))}`)).toEqual([
      'proof.form PROOF_VERIFICATION_ERROR',
    ]);
  });

  it.each([63, 65])('refuses %i bytes', async (length) => {
    expect(await reports(encodeBase58btc(new Uint8Array(length).fill(7)))).toEqual([
      'proof.form PROOF_VERIFICATION_ERROR',
    ]);
  });

  it.each([
    ['absent', null],
    ['a number', 7],
    ['empty', ''],
    ['outside the alphabet', `z${'0'.repeat(80)}`],
  ])('refuses one that is %s', async (_, value) => {
    expect(await reports(value as JsonValue)).toEqual(['proof.form PROOF_VERIFICATION_ERROR']);
  });

  it('refuses 64 good-looking bytes that are no signature, all zero ones too', async () => {
    for (const fill of [0, 1, 255]) {
      expect(await reports(encodeBase58btc(new Uint8Array(64).fill(fill)))).toContain(
        'proof.signature PROOF_VERIFICATION_ERROR',
      );
    }
  });
});

describe('dates of a proof', () => {
  const made = async (members: JsonObject) => {
    const { proofValue: _, ...honest } = proofOf(await sign());
    return { ...claim, proof: await resign({ ...honest, ...members }) };
  };

  it('takes a proof from up to five minutes ahead, and none from later', async () => {
    const created = (ms: number) => made({ created: `${new Date(NOW + ms).toISOString().slice(0, 19)}Z` });
    expect(verdictOf((await check(await created(5 * MINUTE))).findings)).toBe('accepted');
    expect(faults((await check(await created(5 * MINUTE + 1000))).findings)).toEqual([
      'proof.created PROOF_VERIFICATION_ERROR',
    ]);
    expect(faults((await check(await made({ created: '2099-01-01T00:00:00Z' }))).findings)).toEqual([
      'proof.created PROOF_VERIFICATION_ERROR',
    ]);
  });

  it('refuses an expired proof, and takes one that has not expired', async () => {
    expect(faults((await check(await made({ expires: '2020-01-01T00:00:00Z' }))).findings)).toEqual([
      'proof.expires PROOF_VERIFICATION_ERROR',
    ]);
    expect(verdictOf((await check(await made({ expires: '2026-02-01T00:00:00Z' }))).findings)).toBe('accepted');
    const expired = (ms: number) => made({ expires: `${new Date(NOW - ms).toISOString().slice(0, 19)}Z` });
    expect(verdictOf((await check(await expired(5 * MINUTE))).findings)).toBe('accepted');
    expect(verdictOf((await check(await expired(5 * MINUTE + 1000))).findings)).toBe('rejected');
  });

  it.each(['2026-02-30T00:00:00Z', '2026-01-01T24:00:00Z', 'x2026-01-01T00:00:00Z', ''])(
    'refuses %j as a time',
    async (created) => {
      expect(faults((await check(withProof(await sign(), { created }))).findings)).toEqual([
        'proof.created PROOF_VERIFICATION_ERROR',
      ]);
    },
  );
});

describe('keys', () => {
  it('keeps a resolver that is down apart from a forged signature: undetermined', async () => {
    const down = createResolverDouble([], {
      [good.did]: { outcome: 'undetermined', code: 'DID_RESOLUTION_ERROR', detail: 'the host does not answer' },
    });
    const { findings } = await check(await sign(), { resolver: down });
    expect(verdictOf(findings)).toBe('undetermined');
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'proof.key', outcome: 'undetermined', code: 'DID_RESOLUTION_ERROR' }),
    );
  });

  it('refuses what could not be retrieved because a resolver threw, null included', async () => {
    for (const thrown of [new Error('bug'), null]) {
      const broken = { resolve: () => Promise.reject(thrown) };
      expect(verdictOf((await check(await sign(), { resolver: broken })).findings)).toBe('rejected');
    }
  });

  it('refuses a key that is listed for authentication alone', async () => {
    const { assertionMethod: _, ...didDocument } = good.didDocument;
    const { findings, seen } = await check(await sign(), { resolver: createResolverDouble([didDocument]) });
    expect(faults(findings)).toContain('proof.key INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD');
    expect(seen).toMatchObject([{ did: good.did }]);
  });

  it('refuses a key under which any signature would do: the identity point', async () => {
    const weak = encodeBase58btc(Uint8Array.from([0xed, 0x01, 1, ...new Uint8Array(31)]));
    const [method] = good.didDocument['verificationMethod'] as [JsonObject];
    const didDocument = { ...good.didDocument, verificationMethod: [{ ...method, publicKeyMultibase: weak }] };
    const trivial = encodeBase58btc(Uint8Array.from([1, ...new Uint8Array(63)]));
    const { findings } = await check(withProof(await sign(), { proofValue: trivial }), {
      resolver: createResolverDouble([didDocument]),
    });
    expect(faults(findings)).toContain('proof.key INVALID_VERIFICATION_METHOD');
  });

  it('refuses a key of another type than the suite is for', async () => {
    const { publicKey } = p256.generate();
    const [method] = good.didDocument['verificationMethod'] as [JsonObject];
    const publicKeyMultibase = encodeMultikey('P-256', publicKey);
    const didDocument = { ...good.didDocument, verificationMethod: [{ ...method, publicKeyMultibase }] };
    const { findings } = await check(await sign(), { resolver: createResolverDouble([didDocument]) });
    expect(faults(findings)).toContain('proof.key INVALID_VERIFICATION_METHOD');
  });

  it.each([
    ['https://evil.example/vm.json', 'INVALID_VERIFICATION_METHOD'],
    [good.did, 'INVALID_VERIFICATION_METHOD_URL'],
    [7, 'INVALID_VERIFICATION_METHOD_URL'],
    [{ id: good.signer.id }, 'INVALID_VERIFICATION_METHOD_URL'],
  ])('dereferences no %j', async (verificationMethod, code) => {
    const { findings } = await check(withProof(await sign(), { verificationMethod: verificationMethod as JsonValue }));
    expect(faults(findings)).toContain(`proof.key ${code}`);
  });

  it('verifies with a did:key, which needs no network', async () => {
    const signer = signerFromSeed(new Uint8Array(32).fill(9), (key) => `did:key:${key}#${key}`);
    const did = signer.id.split('#')[0] ?? '';
    const secured = await sign({ ...claim, issuer: did }, { signer });
    const real = createDidResolver({
      fetchJson: () => Promise.reject(new Error('no network')),
      clock: { now: () => NOW },
    });
    const report = await check(secured, { resolver: real });
    expect(verdictOf(report.findings)).toBe('accepted');
    expect(report.seen).toMatchObject([{ did, source: 'self' }]);
  });

  it('asks the resolver for nothing when the form of the proof is bad', async () => {
    const counting = createResolverDouble([good.didDocument]);
    await check(withProof(await sign(), { proofValue: 'z3Fake' }), { resolver: counting });
    expect(counting.asked).toEqual([]);
  });
});

describe('sets of proofs', () => {
  const both = async () => {
    const once = await sign();
    return integrity.secureCredential(once, { signer: body.signer, created: NOW });
  };
  const entries = (document: JsonObject) => document['proof'] as readonly JsonObject[];

  it('accepts two good proofs, and names both controllers in their order', async () => {
    const report = await check(await both());
    expect(verdictOf(report.findings)).toBe('accepted');
    expect(report.controllers).toEqual([good.did, body.did]);
  });

  it('refuses a good proof beside a forged one of a verification body', async () => {
    const secured = await sign();
    const forged = { ...proofOf(secured), verificationMethod: body.signer.id };
    const { findings, controllers } = await check({ ...secured, proof: [proofOf(secured), forged] });
    expect(faults(findings)).toEqual(['proof.signature PROOF_VERIFICATION_ERROR']);
    expect(controllers).toEqual([good.did]);
    const crude = { ...forged, proofValue: 'z3Fake' };
    expect(faults((await check({ ...secured, proof: [proofOf(secured), crude] })).findings)).toEqual([
      'proof.form PROOF_VERIFICATION_ERROR',
    ]);
  });

  it('leaves a set undetermined when one proof is of a suite not spoken here, and does not ignore it', async () => {
    const secured = await sign();
    const foreign = { ...proofOf(secured), cryptosuite: 'ecdsa-xyz-2031' };
    const { findings } = await check({ ...secured, proof: [proofOf(secured), foreign] });
    expect(verdictOf(findings)).toBe('undetermined');
    expect(findings).toContainEqual(expect.objectContaining({ outcome: 'undetermined', code: 'UNSUPPORTED_PROOF' }));
    const tampered = { ...secured, name: 'changed', proof: [proofOf(secured), foreign] };
    expect(verdictOf((await check(tampered)).findings)).toBe('rejected');
  });

  it('leaves it undetermined when the proof of the issuer is the one not spoken here', async () => {
    const witnessed = await integrity.secureCredential(claim, { signer: body.signer, created: NOW });
    const foreign = { ...proofOf(await sign()), cryptosuite: 'ecdsa-xyz-2031' };
    const { findings } = await check({ ...witnessed, proof: [proofOf(witnessed), foreign] });
    expect(verdictOf(findings)).toBe('undetermined');
    expect(verdictOf((await check(witnessed)).findings)).toBe('rejected');
  });

  it('takes eight proofs and refuses nine', async () => {
    let document = await sign();
    while (!Array.isArray(document['proof']) || document['proof'].length < 8) document = await sign(document);
    expect(verdictOf((await check(document)).findings)).toBe('accepted');
    const nine = { ...document, proof: [...entries(document), ...entries(document).slice(0, 1)] };
    expect(faults((await check(nine)).findings)).toEqual(['proof.form LIMIT_EXCEEDED']);
  });

  it.each([
    ['a proof that is absent', 'urn:uuid:6a1676b8-b51f-11ed-937b-d76685a20ff5'],
    ['nothing', []],
    ['a number', 7],
  ] as [string, JsonValue][])('refuses previousProof to %s', async (_, previousProof) => {
    const { proofValue: __, ...honest } = proofOf(await sign());
    const document = { ...claim, proof: { ...honest, previousProof, proofValue: proofOf(await sign())['proofValue'] } };
    expect(faults((await check(document as JsonObject)).findings)).toEqual(['proof.chain PROOF_VERIFICATION_ERROR']);
  });

  it('refuses proofs that name each other in a circle, or themselves, or an id that two have', async () => {
    const [a, b] = entries(await both()) as [JsonObject, JsonObject];
    const circles: JsonObject[][] = [
      [
        { ...a, id: 'urn:a', previousProof: 'urn:b' },
        { ...b, id: 'urn:b', previousProof: 'urn:a' },
      ],
      [{ ...a, id: 'urn:a', previousProof: 'urn:a' }, b],
      [
        { ...a, id: 'urn:a' },
        { ...b, id: 'urn:a' },
        { ...b, previousProof: 'urn:a' },
      ],
    ];
    for (const proof of circles) {
      expect(faults((await check({ ...claim, proof })).findings)).toEqual(['proof.chain PROOF_VERIFICATION_ERROR']);
    }
  });
});

describe('whatever comes', () => {
  const anything = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;
  const members = [
    'type',
    'cryptosuite',
    'created',
    'expires',
    'verificationMethod',
    'proofPurpose',
    'proofValue',
    'id',
  ];

  it('answers with findings, never with an error, and accepts none of it', async () => {
    const secured = await sign();
    await fc.assert(
      fc.asyncProperty(
        anything,
        fc.dictionary(fc.constantFrom(...members, 'previousProof', '@context'), anything),
        async (noise, some) => {
          const proofs = [noise, { ...proofOf(secured), ...some }, [proofOf(secured), noise]];
          for (const proof of proofs) {
            if (JSON.stringify(proof) === JSON.stringify(proofOf(secured))) continue;
            const report = await check({ ...secured, proof: proof as JsonValue });
            expect(report.findings.length).toBeGreaterThan(0);
            expect(verdictOf(report.findings)).not.toBe('accepted');
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('refuses every change of a text that is signed', async () => {
    const secured = await sign({ ...claim, name: 'coil', description: 'hot rolled' });
    const places = ['id', 'issuer', 'validFrom', 'name', 'description'];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), fc.string({ minLength: 1 }), async (place, text) => {
        if (text === secured[place]) return;
        const { findings } = await check({ ...secured, [place]: text });
        expect(verdictOf(findings)).toBe('rejected');
      }),
      { numRuns: 60 },
    );
  });
});
