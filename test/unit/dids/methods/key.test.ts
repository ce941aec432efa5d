import { driver, Ed25519KeyPair } from '@transmute/did-key-ed25519';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALGORITHMS } from '../../../../src/crypto/algorithms.ts';
import { encodeMultikey } from '../../../../src/crypto/multikey.ts';
import type { KeyType } from '../../../../src/crypto/signer.ts';
import { createDidKey, MAX_DID_KEY, resolveDidKey } from '../../../../src/dids/methods/key.ts';
import { encodeBase58btc } from '../../../../src/formats/multibase.ts';

// Examples of the did:key method specification.
const ED25519 = 'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK';
const P256 = 'zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169';
const P384 = 'z82Lm1MpAkeJcix9K8TMiLd5NMAhnwkjjCBeWHXyu3U4oT2MVJJKXkcVBgjGhnLBn2Kaau9';

async function codeOf(did: string): Promise<string | undefined> {
  const read = await resolveDidKey(did);
  return read.ok ? undefined : read.findings[0]?.code;
}

describe('resolveDidKey', () => {
  it.each([ED25519, P256, P384])('gives the document of did:key:%s in our form', async (key) => {
    const did = `did:key:${key}`;
    expect(await resolveDidKey(did)).toEqual({
      ok: true,
      value: {
        '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
        id: did,
        verificationMethod: [{ id: `${did}#${key}`, type: 'Multikey', controller: did, publicKeyMultibase: key }],
        authentication: [`${did}#${key}`],
        assertionMethod: [`${did}#${key}`],
        capabilityInvocation: [`${did}#${key}`],
        capabilityDelegation: [`${did}#${key}`],
      },
    });
  });

  it.each([
    ['no key at all', 'did:key:z'],
    ['one byte', 'did:key:z2'],
    ['no multibase prefix', 'did:key:6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'],
    ['letters outside the alphabet', 'did:key:zO0Il'],
    ['another multibase', 'did:key:u7QEAAA'],
    ['a port-like tail', `did:key:${ED25519}:1`],
    ['a fragment', `did:key:${ED25519}#${ED25519}`],
    ['another method', 'did:web:good.example'],
    ['no DID', ED25519],
    ['a megabyte', `did:key:${'z'.repeat(1_000_000)}`],
  ])('INVALID_DID: %s', async (_what, did) => {
    expect(await codeOf(did)).toBe('INVALID_DID');
  });

  it.each([
    ['X25519', 'z6LSeu9HkTHSfLLeUs2nnzUSNedgDUevfNQgQjQC23ZCit6F'],
    ['secp256k1', 'zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme'],
    ['P-521', 'z2J9gaYxrKVpdoG9A4gRnmpnRCcxU6agDtFVVBVdn1JedouoZN7SzcyREXXzWgt3gGiwpoHq7K68X4m32D8HgzG8wv3sY5j7'],
    ['31 bytes', encodeBase58btc(Uint8Array.of(0xed, 0x01, ...new Uint8Array(31).fill(7)))],
    ['33 bytes', encodeBase58btc(Uint8Array.of(0xed, 0x01, ...new Uint8Array(33).fill(7)))],
    ['the identity point', encodeBase58btc(Uint8Array.of(0xed, 0x01, 1, ...new Uint8Array(31)))],
    [
      'an x that no point of P-256 has',
      encodeBase58btc(Uint8Array.of(0x80, 0x24, 2, ...new Uint8Array(32).fill(0xff))),
    ],
  ])('INVALID_VERIFICATION_METHOD: %s', async (_what, key) => {
    expect(await codeOf(`did:key:${key}`)).toBe('INVALID_VERIFICATION_METHOD');
  });

  it('looks at 152 characters and not at one more', async () => {
    const long = (length: number): string => `did:key:${'z'.repeat(length - 'did:key:'.length)}`;
    expect(MAX_DID_KEY).toBe(152);
    expect(await codeOf(long(152))).toBe('INVALID_VERIFICATION_METHOD');
    expect(await codeOf(long(153))).toBe('INVALID_DID');
  });

  it('answers to any text at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(['INVALID_DID', 'INVALID_VERIFICATION_METHOD']).toContain(await codeOf(`did:key:z${text}`));
      }),
    );
  });
});

describe('createDidKey', () => {
  it.each(['Ed25519', 'P-256'] as const)('is undone by resolving, for %s', async (keyType) => {
    const { publicKey } = ALGORITHMS[keyType].generate();
    const multikey = encodeMultikey(keyType, publicKey);
    const did = createDidKey(keyType, multikey);
    expect(did).toBe(`did:key:${multikey}`);
    expect(await resolveDidKey(did)).toMatchObject({ ok: true, value: { id: did } });
  });

  it('agrees with the package on keys that the package made', async () => {
    const pair = await Ed25519KeyPair.generate({ seed: '11'.repeat(32) });
    const legacy = await driver.get({ did: pair.controller });
    expect(createDidKey('Ed25519', pair.fingerprint())).toBe(pair.controller);
    expect(await resolveDidKey(pair.controller)).toMatchObject({
      ok: true,
      value: { id: legacy.id, verificationMethod: [{ id: `${legacy.id}${legacy.publicKey[0]?.id}` }] },
    });
  });

  it.each<[KeyType, string]>([
    ['P-256', ED25519],
    ['Ed25519', P256],
    ['Ed25519', 'z6LSeu9HkTHSfLLeUs2nnzUSNedgDUevfNQgQjQC23ZCit6F'],
    ['Ed25519', ''],
  ])('refuses a key that is not the %s it is said to be', (keyType, key) => {
    expect(() => createDidKey(keyType, key)).toThrow(RangeError);
  });
});

it('answers the same however many others were asked for between', async () => {
  const didOf = () => createDidKey('P-256', encodeMultikey('P-256', ALGORITHMS['P-256'].generate().publicKey));
  const did = didOf();
  const first = await resolveDidKey(did);
  for (let n = 0; n < 300; n += 1) await resolveDidKey(didOf());
  expect(await resolveDidKey(did)).toEqual(first);
  expect(first.ok && Object.isFrozen(first.value)).toBe(true);
});
