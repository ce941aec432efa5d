/** Digests without a salt, of what can be guessed: refused before anything is signed, whatever form they are written in. */
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { lintDigests } from '../../../src/credentials/lint/guessable-digest.ts';
import { digestMultibase, digestOfJson, sha256, sha256Hex } from '../../../src/formats/digest.ts';
import { encodeBase58btc } from '../../../src/formats/multibase.ts';
import { EXAMPLE_NAMES, exampleCredentials } from '../../support/example-credentials.ts';

const found = (subject: JsonObject) =>
  lintDigests({ credentialSubject: subject }).map(({ code, pointer, params }) => [code, pointer, params?.['member']]);
const QUANTITY = '1234.5';
const text = (value: string) => new TextEncoder().encode(value);
const refused = [['GUESSABLE_DIGEST', '/credentialSubject/proofOfQuantity', '/credentialSubject/quantity']];

describe('a digest of a figure', () => {
  it.each<[string, JsonValue]>([
    ['as text, in hexadecimal', sha256Hex(QUANTITY)],
    ['as text, in capitals', sha256Hex(QUANTITY).toUpperCase()],
    ['as text, with the name of the hash', `sha-256:${sha256Hex(QUANTITY)}`],
    ['as text, as a multihash in base64url', digestMultibase(text(QUANTITY))],
    ['as text, as a multihash in base58', encodeBase58btc(Uint8Array.of(0x12, 0x20, ...sha256(QUANTITY)))],
    ['as text, as Subresource Integrity writes it', `sha256-${Buffer.from(sha256(QUANTITY)).toString('base64')}`],
    ['as JSON', digestOfJson(QUANTITY)],
    ['as a number', digestOfJson(1234.5)],
    ['with its name', digestOfJson({ quantity: QUANTITY })],
    ['with its name, as text', sha256Hex(`quantity=${QUANTITY}`)],
  ])('%s is refused', (_name, digest) => {
    expect(found({ quantity: QUANTITY, proofOfQuantity: digest })).toEqual(refused);
  });

  it('is found wherever the figure stands', () => {
    const goods = [{ mass: { value: '7', unit: 't' } }];
    expect(found({ goods, seal: digestOfJson({ value: '7', unit: 't' }) })).toEqual([
      ['GUESSABLE_DIGEST', '/credentialSubject/seal', '/credentialSubject/goods/0/mass'],
    ]);
  });

  it('may stand with a salt, and with a figure that is another', () => {
    const salt = '0f'.repeat(16);
    expect(found({ quantity: QUANTITY, salted: digestOfJson({ quantity: QUANTITY, salt }) })).toEqual([]);
    expect(found({ quantity: QUANTITY, other: sha256Hex('1234.6') })).toEqual([]);
    expect(found({ opened: { quantity: QUANTITY, salt }, seal: digestOfJson({ quantity: QUANTITY, salt }) })).toEqual(
      [],
    );
  });
});

it.each(EXAMPLE_NAMES)('nothing is found in the worked example %s', (name) => {
  for (const credential of exampleCredentials(name).values()) expect(lintDigests(credential)).toEqual([]);
});
