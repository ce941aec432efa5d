/** What a selective suite is asked at most, since each statement is expanded, relabelled and grouped on the event loop. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { corePointersOf } from '../../../src/credentials/core-pointers.ts';
import { findProfile, type Profile } from '../../../src/credentials/profiles/profile-table.ts';
import { ALGORITHMS } from '../../../src/crypto/algorithms.ts';
import { bbsDesk } from '../../../src/crypto/bbs-desk.ts';
import { MOST_MESSAGES } from '../../../src/crypto/bbs-job.ts';
import { encodeMultikey } from '../../../src/crypto/multikey.ts';
import type { KeyType, Signer } from '../../../src/crypto/signer.ts';
import { createDataIntegrity } from '../../../src/proofs/data-integrity.ts';
import { MOST_STATEMENTS } from '../../../src/proofs/disclosure-value.ts';
import { createResolverDouble, createTestContexts, didDocumentOf } from '../../support/data-integrity.ts';
import { exampleCredentials } from '../../support/example-credentials.ts';

const NOW = Date.parse('2027-04-15T00:00:00Z');
const DID = 'did:web:mill.example';
const integrity = createDataIntegrity({ contexts: createTestContexts() });

const claim: JsonObject = { ...(exampleCredentials('steel-coil').get('claim:coil') as JsonObject), issuer: DID };
const subject = claim['credentialSubject'] as JsonObject;
const withGoods = (count: number, withQuantity = 0): JsonObject => {
  const goods = Array.from({ length: count }, (_, place) => ({
    cnCode: String(72_000_000 + place),
    aggregatedGoodsCategory: 'iron-or-steel-products',
    functionalUnit: 't',
    specificDirect: '1',
    defaultSharePercent: '0',
    ...(place < withQuantity ? { quantity: '1' } : {}),
  }));
  return { ...claim, credentialSubject: { ...subject, goods } };
};
const statementsOf = async (document: JsonObject) => (await integrity.canonicalise(document)).split('\n').length - 1;
/** A claim of exactly so many statements: six for each good, and one more for each quantity. */
const claimOf = async (statements: number): Promise<JsonObject> => {
  const left = statements - ((await statementsOf(withGoods(1))) - 6);
  const document = withGoods(Math.floor(left / 6), left % 6);
  expect(await statementsOf(document)).toBe(statements);
  return document;
};

function createSigner(keyType: KeyType): Signer {
  const { publicKey, privateKey } = ALGORITHMS[keyType].generate();
  return {
    id: `${DID}#key`,
    keyType,
    publicKeyMultibase: encodeMultikey(keyType, publicKey),
    sign: async ({ data }) => ALGORITHMS[keyType].sign(privateKey, data),
    signMessages: async (input) => bbsDesk.sign(privateKey, { ...input, publicKey }),
  };
}

describe.each<[string, KeyType]>([
  ['ecdsa-sd-2023', 'P-256'],
  ['bbs-2023', 'Bls12381G2'],
])('%s', (cryptosuite, keyType) => {
  const signer = createSigner(keyType);
  const resolver = createResolverDouble([didDocumentOf(DID, signer)]);
  const sign = (document: JsonObject) =>
    integrity.secureCredential(document, {
      signer,
      created: NOW,
      cryptosuite,
      mandatoryPointers: corePointersOf(document, findProfile(document) as Profile),
    });
  const derive = (document: JsonObject) => integrity.deriveCredential(document, { selectivePointers: [] });
  const failures = async (document: JsonObject) =>
    (await integrity.checkCredentialProofs(document, { resolver, now: NOW, stage: 'held' })).findings
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ check, code, pointer }) => [check, code, pointer]);

  it('takes as many statements as there may be, at issue, derivation and verification', async () => {
    const most = await claimOf(MOST_STATEMENTS);
    await integrity.assertCanonicalisable(most, cryptosuite);
    const base = await sign(most);
    expect(await failures(base)).toEqual([]);
    expect(await failures(await derive(base))).toEqual([]);
  });

  it('refuses one more, wherever it is asked', async () => {
    const { proof } = await sign(withGoods(1));
    const tooLarge = await claimOf(MOST_STATEMENTS + 1);
    const refusal = { code: 'LIMIT_EXCEEDED', message: expect.stringContaining(String(MOST_STATEMENTS)) };
    const atIssue = { ...refusal, pointer: '/credential' };
    await expect(integrity.assertCanonicalisable(tooLarge, cryptosuite)).rejects.toMatchObject(atIssue);
    await expect(sign(tooLarge)).rejects.toMatchObject(atIssue);
    const secured = { ...tooLarge, proof } as JsonObject;
    await expect(derive(secured)).rejects.toMatchObject({ ...refusal, pointer: '/verifiableCredential' });
    expect(await failures(secured)).toContainEqual(['proof.signature', 'LIMIT_EXCEEDED', '/proof']);
    // A suite that signs the whole does not group it.
    await integrity.assertCanonicalisable(tooLarge);
  });
});

it('bbs-2023 says so when more may be withheld than one signature covers', async () => {
  const signer = createSigner('Bls12381G2');
  const document = withGoods(MOST_MESSAGES / 6 + 20);
  const sign = (mandatoryPointers: readonly string[]) =>
    integrity.secureCredential(document, { signer, created: NOW, cryptosuite: 'bbs-2023', mandatoryPointers });
  await expect(sign(['/issuer'])).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', pointer: '/credential' });
  expect(await sign(['/issuer', '/credentialSubject'])).toHaveProperty('proof');
});
