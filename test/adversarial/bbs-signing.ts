/**
 * bbs-2023 (Data Integrity BBS Cryptosuites 1.0) for attackers, on an implementation that is not ours: issuers that leave to the holder
 * what is not the holder's, and holders that make up what they show.
 */
import { createDiscloseCryptosuite, createSignCryptosuite } from '@digitalbazaar/bbs-2023-cryptosuite';
import * as Bls12381Multikey from '@digitalbazaar/bls12-381-multikey';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { decode, encode } from 'cborg';
import type { JsonObject } from '../../src/base/json.ts';
import { loadContexts } from '../../src/credentials/contexts.ts';
import type { Signer } from '../../src/crypto/signer.ts';
import { bbsKeyBehind } from './bbs-keys.ts';
import type { ProofMembers } from './signing.ts';

const DERIVED = [0xd9, 0x5d, 0x03];

/** Proof, labels, mandatory indexes, disclosed indexes, presentation header; before they are written down. */
export type BbsParts = readonly [Uint8Array, Map<unknown, unknown>, readonly unknown[], readonly unknown[], unknown];

const contexts = loadContexts();
const documentLoader = async (url: string) => {
  const document = contexts.document(url);
  if (document === undefined) throw new Error(`not at hand: ${url}`);
  return { contextUrl: null, documentUrl: url, document };
};

/** A base proof with these pointers and no others as mandatory; `members` replace or extend those of the proof before it is signed. */
export async function signBbs(
  unsecured: JsonObject,
  signer: Signer,
  mandatoryPointers: readonly string[],
  { verificationMethod: method = signer.id, proofPurpose = 'assertionMethod', ...more }: ProofMembers = {},
): Promise<JsonObject> {
  const { secretKey, publicKey } = bbsKeyBehind(signer);
  const algorithm = Bls12381Multikey.ALGORITHMS.BBS_BLS12381_SHA256;
  const { multisign } = (await Bls12381Multikey.fromRaw({ algorithm, publicKey, secretKey })).signer();
  const suite = new DataIntegrityProof({
    cryptosuite: createSignCryptosuite({ mandatoryPointers: [...mandatoryPointers] }),
    signer: { id: method, algorithm, publicKey, multisign, sign: multisign },
    date: null,
  });
  suite.proof = more;
  const purpose = { update: async (proof: object) => ({ ...proof, proofPurpose }) };
  const document = structuredClone(unsecured);
  return { ...unsecured, proof: (await suite.createProof({ document, purpose, documentLoader })) as JsonObject };
}

/** What a holder shows, with a proof that `change` may have made into something else. */
export async function deriveBbs(
  base: JsonObject,
  selectivePointers: readonly string[],
  change?: (parts: BbsParts) => readonly unknown[],
  header: readonly number[] = DERIVED,
): Promise<JsonObject> {
  const cryptosuite = createDiscloseCryptosuite({ selectivePointers: [...selectivePointers] });
  const { proof: baseProof, ...document } = structuredClone(base);
  const suite = new DataIntegrityProof({ cryptosuite });
  const purpose = { term: (baseProof as JsonObject)['proofPurpose'] };
  const derived = (await suite.derive({ document, purpose, proofSet: [baseProof], documentLoader })) as JsonObject;
  if (change === undefined && header === DERIVED) return derived;
  const proof = derived['proof'] as JsonObject;
  const bytes = Buffer.from(String(proof['proofValue']).slice(1), 'base64url');
  const parts = decode(bytes.subarray(DERIVED.length), { useMaps: true }) as BbsParts;
  const written = Buffer.concat([Uint8Array.from(header), encode(change?.(parts) ?? parts)]);
  return { ...derived, proof: { ...proof, proofValue: `u${written.toString('base64url')}` } };
}
