/** Parties with keys from fixed seeds, a resolver that knows them, and the contexts of the examples in the standards. */
import { createPrivateKey, createPublicKey, sign as signBytes } from 'node:crypto';
import type { JsonObject } from '../../src/base/json.ts';
import { type Contexts, loadContexts } from '../../src/credentials/contexts.ts';
import { ALGORITHMS } from '../../src/crypto/algorithms.ts';
import { encodeMultikey } from '../../src/crypto/multikey.ts';
import type { KeyType, Signer } from '../../src/crypto/signer.ts';
import type { DidResolver, Resolution } from '../../src/dids/resolver.ts';
import { encodeBase58btc } from '../../src/formats/multibase.ts';

export interface Party {
  readonly did: string;
  readonly signer: Signer;
  readonly didDocument: JsonObject;
}

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** An Ed25519 signer from a 32-byte seed (RFC 8032). */
export function signerFromSeed(seed: Uint8Array, idOf: (publicKeyMultibase: string) => string): Signer {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' });
  const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  const publicKeyMultibase = encodeBase58btc(Uint8Array.from([0xed, 0x01, ...raw]));
  return {
    id: idOf(publicKeyMultibase),
    keyType: 'Ed25519',
    publicKeyMultibase,
    sign: async ({ data }) => new Uint8Array(signBytes(null, data, key)),
  };
}

/** A party with one key for both purposes, the same in every run. */
export function createParty(did: string, seed = did): Party {
  const bytes = new Uint8Array(32);
  bytes.set(new TextEncoder().encode(seed.slice(-32)));
  const signer = signerFromSeed(bytes, () => `${did}#key-1`);
  return { did, signer, didDocument: didDocumentOf(did, signer) };
}

/** A signer with a new key under the one method `#key` of a DID. */
export function signerOf(keyType: KeyType, did: string): Signer {
  const { publicKey, privateKey } = ALGORITHMS[keyType].generate();
  return {
    id: `${did}#key`,
    keyType,
    publicKeyMultibase: encodeMultikey(keyType, publicKey),
    sign: async ({ data }) => ALGORITHMS[keyType].sign(privateKey, data),
  };
}

export function didDocumentOf(did: string, { id, publicKeyMultibase }: Signer): JsonObject {
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did,
    verificationMethod: [{ id, type: 'Multikey', controller: did, publicKeyMultibase }],
    assertionMethod: [id],
    authentication: [id],
  };
}

/** Knows the given documents by their id, and counts what it was asked for. */
export function createResolverDouble(
  documents: readonly JsonObject[],
  answers: Readonly<Record<string, Resolution>> = {},
): DidResolver & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    resolve: async (did) => {
      asked.push(did);
      const answer = answers[did];
      if (answer !== undefined) return answer;
      const document = documents.find(({ id }) => id === did);
      return document === undefined
        ? { outcome: 'failed', code: 'NOT_FOUND_DID', detail: 'no such party in this test' }
        : { outcome: 'resolved', document, source: 'network' };
    },
  } as DidResolver & { readonly asked: string[] };
}

export const EXAMPLES_CONTEXT = 'https://www.w3.org/ns/credentials/examples/v2';
export const FIXTURE_CONTEXT = 'https://pcf.example/contexts/v1';

/** The bundled contexts and two more: that of the standards' examples, and the fixture terms of the adversarial cases. */
export function createTestContexts(more: Readonly<Record<string, JsonObject>> = {}): Contexts {
  const bundled = loadContexts();
  const pcf = 'https://pcf.example/v#';
  const added = new Map<string, JsonObject>([
    [EXAMPLES_CONTEXT, { '@context': { '@vocab': 'https://www.w3.org/ns/credentials/examples#' } }],
    [
      FIXTURE_CONTEXT,
      {
        '@context': {
          pcf: pcf,
          pcfFossil: `${pcf}fossil`,
          parts: { '@id': `${pcf}parts`, '@container': '@set' },
          next: { '@id': `${pcf}next`, '@type': '@id' },
          raw: { '@id': `${pcf}raw`, '@type': '@json' },
        },
      },
    ],
    ...Object.entries(more),
  ]);
  return {
    ...bundled,
    urls: [...bundled.urls, ...added.keys()],
    document: (url) => added.get(url) ?? bundled.document(url),
  };
}
