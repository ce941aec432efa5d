/** Who takes part, with keys from fixed seeds and a clock that stands still, so that a run can be repeated byte for byte. */
import { asArray, type JsonObject } from '../../src/base/json.ts';
import type { Signer } from '../../src/crypto/signer.ts';
import { createDidDocument } from '../../src/dids/did-document.ts';
import { formatDateTime } from '../../src/formats/date-time.ts';
import { createParty, type Party, signerFromSeed } from '../support/data-integrity.ts';
import { bbsKeyOf, bbsSignerOf } from './bbs-keys.ts';
import { ecdsaSigner } from './ecdsa-keys.ts';

export const NOW = Date.UTC(2027, 3, 15, 12);
export const DAY = 86_400_000;
export const at = (ms: number): string => formatDateTime(ms);

export const VERIFIER_DOMAIN = 'https://verifier.example';

export const good = createParty('did:web:good.example');
export const evil = createParty('did:web:evil.example');
/** The subject of bare credentials, and whoever presents. */
export const holder = createKeyParty('the holder of the credentials');
export const thief = createKeyParty('somebody else with a key of his own');

/** A party whose DID is its key. */
export function createKeyParty(seed: string): Party {
  const bytes = new Uint8Array(32);
  bytes.set(new TextEncoder().encode(seed).slice(0, 32));
  const signer = signerFromSeed(bytes, (multibase) => `did:key:${multibase}#${multibase}`);
  const did = signer.id.split('#')[0] ?? '';
  const relationships = ['assertionMethod', 'authentication'] as const;
  return {
    did,
    signer,
    didDocument: createDidDocument({
      did,
      methods: [{ id: signer.id, publicKeyMultibase: signer.publicKeyMultibase, relationships }],
    }) as JsonObject,
  };
}

/** The same key under another name: to sign for any `verificationMethod`. */
export function signerNamed(signer: Signer, id: string): Signer {
  return { ...signer, id, sign: (input) => signer.sign(input) };
}

/** The key of a party of each kind, by which it signs under each mechanism; the same in every run. */
export function keyOf(party: Party, keyType: Signer['keyType']): Signer {
  const { did, signer } = party;
  if (keyType === 'Ed25519') return signer;
  if (keyType === 'Bls12381G2') return bbsSignerOf(party);
  return ecdsaSigner(keyType, `${did.toLowerCase()} ${keyType}`, () => `${did}#${keyType.toLowerCase()}`);
}

/** The DID document of a party with all its keys under both purposes. */
export function documentWithAllKeys(party: Party): JsonObject {
  const { verificationMethod = [], assertionMethod = [], authentication = [] } = party.didDocument;
  const more = [...(['P-256', 'P-384'] as const).map((keyType) => keyOf(party, keyType)), bbsKeyOf(party)];
  const ids = more.map(({ id }) => id);
  return {
    ...party.didDocument,
    verificationMethod: [
      ...asArray(verificationMethod),
      ...more.map(({ id, publicKeyMultibase }) => ({
        id,
        type: 'Multikey',
        controller: party.did,
        publicKeyMultibase,
      })),
    ],
    assertionMethod: [...asArray(assertionMethod), ...ids],
    authentication: [...asArray(authentication), ...ids],
  };
}

/** A `urn:uuid` that is the same in every run. */
export function urn(name: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(name)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  const hex = hash.toString(16).padStart(16, '0');
  return `urn:uuid:00000000-0000-4000-${hex.slice(0, 4)}-${hex.slice(4)}`;
}
