/** bbs-2023: what a holder may leave out and what not, for whom a proof is good, and what a stranger may write into one. */
import { createDiscloseCryptosuite, createVerifyCryptosuite } from '@digitalbazaar/bbs-2023-cryptosuite';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { derive, verifyCredential } from '@digitalbazaar/vc';
import { base58 } from '@scure/base';
import { decode, encode } from 'cborg';
import jsigs from 'jsonld-signatures';
import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { corePointersOf } from '../../../src/credentials/core-pointers.ts';
import { linkDigest } from '../../../src/credentials/link.ts';
import { findProfile, type Profile } from '../../../src/credentials/profiles/profile-table.ts';
import { bbsDesk } from '../../../src/crypto/bbs-desk.ts';
import * as bls12381 from '../../../src/crypto/bls12381.ts';
import { encodeMultikey } from '../../../src/crypto/multikey.ts';
import type { Signer } from '../../../src/crypto/signer.ts';
import { createDataIntegrity, isForHolderOnly } from '../../../src/proofs/data-integrity.ts';
import type { DisclosureStage } from '../../../src/proofs/disclosure-value.ts';
import { createResolverDouble, createTestContexts, didDocumentOf } from '../../support/data-integrity.ts';
import { exampleCredentials } from '../../support/example-credentials.ts';

const NOW = Date.parse('2027-04-15T00:00:00Z');
const DID = 'did:web:mill.example';
const { publicKey, privateKey } = bls12381.generate();
const signer: Signer = {
  id: `${DID}#bbs`,
  keyType: 'Bls12381G2',
  publicKeyMultibase: encodeMultikey('Bls12381G2', publicKey),
  sign: async () => bls12381.sign(),
  signMessages: (input) => bbsDesk.sign(privateKey, { publicKey, ...input }),
};
const resolver = createResolverDouble([didDocumentOf(DID, signer)]);
const integrity = createDataIntegrity({ contexts: createTestContexts() });
const claim: JsonObject = { ...(exampleCredentials('steel-coil').get('claim:coil') as JsonObject), issuer: DID };
const core = corePointersOf(claim, findProfile(claim) as Profile);
const sign = (mandatoryPointers: readonly string[] = core, document = claim) =>
  integrity.secureCredential(document, { signer, created: NOW, cryptosuite: 'bbs-2023', mandatoryPointers });
const TO = { challenge: 'c1', domain: 'https://buyer.example' };
interface Asked {
  readonly stage?: DisclosureStage;
  readonly presentedTo?: typeof TO;
}
const failures = async (document: JsonObject, asked: Asked = {}) =>
  (await integrity.checkCredentialProofs(document, { resolver, now: NOW, ...asked })).findings
    .filter(({ outcome }) => outcome !== 'passed' && outcome !== 'skipped')
    .map(({ check, code }) => [check, code]);
const proofOf = (document: JsonObject) => document['proof'] as JsonObject;
const subjectOf = (document: JsonObject) => document['credentialSubject'] as JsonObject;
const goodsOf = (document: JsonObject) => subjectOf(document)['goods'] as unknown as JsonObject[];
const withValue = (document: JsonObject, proofValue: string) => ({
  ...document,
  proof: { ...proofOf(document), proofValue },
});

let base: JsonObject;
let derived: JsonObject;
beforeAll(async () => {
  base = await sign();
  derived = await integrity.deriveCredential(base, { selectivePointers: ['/credentialSubject/goods/0/quantity'] });
});

describe('a base proof', () => {
  it('is for the holder, and says no time', async () => {
    expect(isForHolderOnly(base)).toBe(true);
    expect(proofOf(base)['created']).toBeUndefined();
    expect(await failures(base, { stage: 'base' })).toEqual([]);
    expect(await failures(base)).toContainEqual(['proof.form', 'PROOF_VERIFICATION_ERROR']);
  });

  it('does not cover a document that was changed', async () => {
    expect(await failures({ ...base, validUntil: '2031-01-01T00:00:00Z' }, { stage: 'base' })).toContainEqual([
      'proof.signature',
      'PROOF_VERIFICATION_ERROR',
    ]);
  });
});

describe('what may be a base proof', () => {
  const respelled = (change: (value: string) => string): JsonObject =>
    withValue(base, change(String(proofOf(base)['proofValue'])));

  it.each<[string, (value: string) => string]>([
    ['in another multibase', (value) => `z${base58.encode(Buffer.from(value.slice(1), 'base64url'))}`],
    ['with padding', (value) => `${value}=`],
    ['of another form', (value) => value.replace('u2V0C', 'u2V0E')],
    ['too long to be looked at', (value) => value + 'A'.repeat(131_072)],
    ['of characters beyond counting', () => `z${'2'.repeat(131_000)}`],
  ])('%s is for the holder too', (_name, change) => {
    expect(isForHolderOnly(respelled(change))).toBe(true);
    expect(isForHolderOnly(base)).toBe(true);
    expect(isForHolderOnly(derived)).toBe(false);
  });
});

describe('a derived proof', () => {
  it('is not derived from again, nor is a set of proofs', async () => {
    const code = { code: 'PROOF_GENERATION_ERROR' };
    await expect(integrity.deriveCredential(derived, { selectivePointers: [] })).rejects.toMatchObject(code);
    const set = { ...base, proof: [proofOf(base)] };
    await expect(integrity.deriveCredential(set, { selectivePointers: [] })).rejects.toMatchObject({
      ...code,
      message: 'a bbs-2023 proof is derived from where it stands alone',
      pointer: '/verifiableCredential/proof',
    });
  });

  it('is of one document, one key and one suite', async () => {
    const other = await sign(core, { ...claim, validUntil: '2030-01-01T00:00:00Z' });
    const swapped = await integrity.deriveCredential(other, { selectivePointers: [] });
    expect(await failures(swapped)).toEqual([]);
    expect((await failures({ ...swapped, proof: proofOf(derived) })).map(([, code]) => code)).toContain(
      'PROOF_VERIFICATION_ERROR',
    );
    const suite = { ...derived, proof: { ...proofOf(derived), cryptosuite: 'ecdsa-sd-2023' } };
    expect((await failures(suite)).map(([, code]) => code)).toContain('PROOF_VERIFICATION_ERROR');
    const purpose = { ...derived, proof: { ...proofOf(derived), proofPurpose: 'authentication' } };
    expect(await failures(purpose)).toContainEqual(['proof.purpose', 'PROOF_VERIFICATION_ERROR']);
  });

  it('shows the core and what was selected, and the links to it hold', async () => {
    expect(await failures(derived)).toEqual([]);
    expect(isForHolderOnly(derived)).toBe(false);
    expect(goodsOf(derived)[0]?.['quantity']).toBe(goodsOf(claim)[0]?.['quantity']);
    expect(goodsOf(derived)[0]).not.toHaveProperty('attributedEmissions');
    expect(linkDigest(derived)).toBe(linkDigest(claim));
  });

  it('is another one each time', async () => {
    const again = await integrity.deriveCredential(base, {
      selectivePointers: ['/credentialSubject/goods/0/quantity'],
    });
    expect(proofOf(again)['proofValue']).not.toBe(proofOf(derived)['proofValue']);
    expect(await failures(again)).toEqual([]);
  });

  it.each<[string, (document: JsonObject) => JsonObject]>([
    ['a changed figure', (d) => ({ ...d, validUntil: '2031-01-01T00:00:00Z' })],
    ['a date put into it', (d) => ({ ...d, proof: { ...proofOf(d), created: '2027-01-01T00:00:00Z' } })],
    [
      'a member put in',
      (d) => ({
        ...d,
        credentialSubject: {
          ...subjectOf(d),
          goods: goodsOf(d).map((good) => ({ ...good, attributedEmissions: '1' })),
        },
      }),
    ],
  ])('does not hold with %s', async (_name, change) => {
    expect((await failures(change(derived))).map(([, code]) => code)).toContain('PROOF_VERIFICATION_ERROR');
  });

  it('shows the core of the type, whatever the issuer left open', async () => {
    const lax = await sign(core.filter((pointer) => pointer !== '/validUntil'));
    const shown = await integrity.deriveCredential(lax, { selectivePointers: ['/validUntil'] });
    expect(await failures(shown)).toContainEqual(['proof.signature', 'MANDATORY_CLAIM_MISSING']);
  });
});

describe('a proof derived for one presentation', () => {
  it('is refused in any other, and good where nothing is asked', async () => {
    const bound = await integrity.deriveCredential(base, { selectivePointers: [], presentedTo: TO });
    expect(await failures(bound, { presentedTo: TO })).toEqual([]);
    expect(await failures(bound)).toEqual([]);
    for (const other of [{ challenge: 'c2' }, { domain: 'https://other.example' }]) {
      expect(await failures(bound, { presentedTo: { ...TO, ...other } })).toEqual([
        ['proof.signature', 'INVALID_CHALLENGE_ERROR'],
        ['proof.issuer', 'PROOF_VERIFICATION_ERROR'],
      ]);
    }
  });

  it('may be bound to nobody', async () => {
    expect(await failures(derived, { presentedTo: TO })).toEqual([]);
  });
});

describe('an independent implementation', () => {
  const contexts = createTestContexts();
  const documents = new Map<string, object>([
    [DID, { '@context': 'https://www.w3.org/ns/did/v1', id: DID, assertionMethod: [signer.id] }],
    [signer.id, { id: signer.id, type: 'Multikey', controller: DID, publicKeyMultibase: signer.publicKeyMultibase }],
  ]);
  const documentLoader = async (url: string) => {
    const document = documents.get(url) ?? contexts.document(url);
    if (document === undefined) throw new Error(`not at hand: ${url}`);
    return { contextUrl: null, documentUrl: url, document };
  };

  it('takes what we derive', async () => {
    const answer = await verifyCredential({
      credential: structuredClone(derived),
      suite: new DataIntegrityProof({ cryptosuite: createVerifyCryptosuite() }),
      purpose: new jsigs.purposes.AssertionProofPurpose(),
      documentLoader,
      now: new Date(NOW),
      maxClockSkew: 300,
      checkStatus: async () => ({ verified: true }),
    });
    expect(answer).toMatchObject({ verified: true });
  });

  it('derives from what we sign', async () => {
    const cryptosuite = createDiscloseCryptosuite({ selectivePointers: ['/credentialSubject/goods/0/quantity'] });
    const theirs = await derive({
      verifiableCredential: structuredClone(base),
      suite: new DataIntegrityProof({ cryptosuite }),
      documentLoader,
    });
    expect(await failures(theirs as JsonObject)).toEqual([]);
  });
});

describe('what is shown whole', () => {
  it('is signed by a key that has no other suite', async () => {
    const list = exampleCredentials('steel-coil').get('accreditation:eu') as JsonObject;
    const whole = await integrity.secureCredential({ ...list, issuer: DID }, { signer, created: NOW });
    expect(whole).toMatchObject(list['credentialSubject'] === undefined ? {} : { type: list['type'] ?? [] });
    expect(subjectOf(whole)).toEqual(list['credentialSubject']);
    expect(isForHolderOnly(whole)).toBe(false);
    expect(await failures(whole)).toEqual([]);
  });
});

describe('a proof value from a stranger', () => {
  type Parts = [Uint8Array, Map<number, number>, number[], number[], Uint8Array];
  const changed = (change: (parts: Parts) => unknown, header = [0xd9, 0x5d, 0x03]): JsonObject => {
    const bytes = Buffer.from(String(proofOf(derived)['proofValue']).slice(1), 'base64url');
    const parts = decode(bytes.subarray(3), { useMaps: true }) as Parts;
    return withValue(derived, `u${Buffer.from([...header, ...encode(change(parts))]).toString('base64url')}`);
  };

  it('is taken as it was', async () => {
    expect(await failures(changed((parts) => parts))).toEqual([]);
  });

  it.each<[string, (parts: Parts) => unknown]>([
    ['an index of no statement', ([a, b, c, d, e]) => [a, b, [...c, 9999], d, e]],
    ['an index twice', ([a, b, c, d, e]) => [a, b, [...c, c[0]], d, e]],
    ['an index below nothing', ([a, b, c, d, e]) => [a, b, [...c, -1], d, e]],
    ['a disclosed index twice', ([a, b, c, d, e]) => [a, b, c, [...d, d[0]], e]],
    ['a disclosed index below nothing', ([a, b, c, , e]) => [a, b, c, [-1], e]],
    ['a disclosed index beyond all messages', ([a, b, c, , e]) => [a, b, c, [5000], e]],
    ['disclosed indexes in another order', ([a, b, c, d, e]) => [a, b, c, [...d, 0], e]],
    ['no disclosed index', ([a, b, c, , e]) => [a, b, c, [], e]],
    ['a mandatory index less', ([a, b, [, ...c], d, e]) => [a, b, c, d, e]],
    ['two nodes of one label', ([a, b, c, d, e]) => [a, new Map([...b].map(([key]) => [key, 0])), c, d, e]],
    ['a label for no node', ([a, b, c, d, e]) => [a, new Map([...b, [999, 999]]), c, d, e]],
    ['a label that is a text', ([a, b, c, d, e]) => [a, new Map<unknown, unknown>([...b, [999, 'b1']]), c, d, e]],
    ['another header', ([a, b, c, d]) => [a, b, c, d, Uint8Array.of(1)]],
    ['a header of 4 KiB', ([a, b, c, d]) => [a, b, c, d, new Uint8Array(4096)]],
    ['a header that is a text', ([a, b, c, d]) => [a, b, c, d, 'x']],
    ['a shorter proof', ([a, b, c, d, e]) => [a.subarray(32), b, c, d, e]],
    ['a proof of another length', ([a, b, c, d, e]) => [a.subarray(1), b, c, d, e]],
    ['room for more messages than there may be', ([, b, c, d, e]) => [new Uint8Array(64_272).fill(1), b, c, d, e]],
    ['four parts', (parts) => parts.slice(1)],
    ['nothing', () => []],
  ])('is refused with %s', async (_name, change) => {
    expect((await failures(changed(change))).map(([, code]) => code)).toContain('PROOF_VERIFICATION_ERROR');
  });

  /** The same parts in other bytes, by hand. */
  const spelled = (change: (parts: Uint8Array) => readonly number[]): JsonObject => {
    const bytes = Buffer.from(String(proofOf(derived)['proofValue']).slice(1), 'base64url');
    const value = Buffer.from([0xd9, 0x5d, 0x03, ...change(bytes.subarray(3))]);
    return withValue(derived, `u${value.toString('base64url')}`);
  };
  /** Where the map of labels begins: after the head of five parts and the proof. */
  const mapIn = (parts: Uint8Array): number => {
    const [proof] = decode(parts, { useMaps: true }) as Parts;
    return 1 + encode(proof).length;
  };

  it('is taken in its own bytes, and with labels', async () => {
    expect(await failures(spelled((parts) => [...parts]))).toEqual([]);
    const bytes = Buffer.from(String(proofOf(derived)['proofValue']).slice(1), 'base64url').subarray(3);
    const first = bytes[mapIn(bytes)] as number;
    // A map of 1 to 22 labels, the first of them 0: what the cases below take apart.
    expect(first).toBeGreaterThan(0xa0);
    expect(first).toBeLessThan(0xb7);
    expect(bytes[mapIn(bytes) + 1]).toBe(0);
  });

  it.each<[string, (parts: Uint8Array) => readonly number[]]>([
    ['a list without a length', (parts) => [0x9f, ...parts.subarray(1), 0xff]],
    ['a length in two bytes', (parts) => [0x98, 5, ...parts.subarray(1)]],
    [
      'a label twice, first another one',
      (parts) => {
        const at = mapIn(parts);
        return [...parts.subarray(0, at), (parts[at] as number) + 1, 0, 22, ...parts.subarray(at + 1)];
      },
    ],
    [
      'a label in two bytes',
      (parts) => {
        const at = mapIn(parts);
        return [...parts.subarray(0, at + 1), 0x18, 0, ...parts.subarray(at + 2)];
      },
    ],
    ['a tag', (parts) => [0xc1, ...parts]],
    ['something behind it', (parts) => [...parts, 0]],
    ['its end cut off', (parts) => [...parts.subarray(0, -1)]],
    ['a promise of more than there is', () => [0x9b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]],
    ['bytes longer than memory', () => [0x5b, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['lists in lists, thirty thousand deep', () => new Array<number>(30_000).fill(0x81)],
  ])('is refused with %s', async (_name, change) => {
    expect((await failures(spelled(change))).map(([, code]) => code)).toContain('PROOF_VERIFICATION_ERROR');
  });

  it.each([
    ['a base proof with a commitment', 0x04],
    ['a derived proof with a holder secret', 0x05],
    ['a base proof with a pseudonym', 0x06],
    ['a derived proof with a pseudonym', 0x07],
    ['a form that nobody knows', 0x08],
    ['the form of the other suite', 0x01],
  ])('is refused as %s', async (_name, tag) => {
    expect(await failures(changed((parts) => parts, [0xd9, 0x5d, tag]))).toContainEqual([
      'proof.form',
      'PROOF_VERIFICATION_ERROR',
    ]);
  });
});
