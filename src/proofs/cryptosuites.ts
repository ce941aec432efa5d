import type { JsonObject } from '../base/json.ts';
import { LEGACY_PROOF_TYPE } from '../credentials/legacy-context.ts';
import { ALGORITHMS } from '../crypto/algorithms.ts';
import type { KeyType } from '../crypto/signer.ts';
import { decodeMultibase } from '../formats/multibase.ts';
import { LONGEST_VALUE } from './disclosure-value.ts';

/** Everything that differs between the cryptosuites spoken here. A new one is a new row. */
export interface Cryptosuite {
  /** `cryptosuite` of the proof. */
  readonly name: string;
  readonly keyTypes: readonly KeyType[];
  /** How a document becomes the bytes that are hashed: as RDF (RDFC-1.0) or as JSON (RFC 8785). */
  readonly transformation: 'rdfc' | 'jcs';
  /** Whether a holder may derive a proof that shows less. */
  readonly selective?: true;
  /** Whether it is a type of proof of its own instead of a cryptosuite. */
  readonly legacy?: true;
  /** Whether its proofs say when they were made: a date would tell two showings of one credential to belong together. */
  readonly undated?: true;
  /** Longest `proofValue`, characters: judged before anything is decoded, since base58 is quadratic. */
  readonly longestProofValue: number;
  /** The one multibase header that the suite's specification allows. */
  readonly multibase: 'z' | 'u';
}

const EDDSA = { keyTypes: ['Ed25519'], longestProofValue: 128, multibase: 'z' } as const;
const ECDSA = { keyTypes: ['P-256', 'P-384'], longestProofValue: 160, multibase: 'z' } as const;

export const CRYPTOSUITES: readonly Cryptosuite[] = [
  // Data Integrity EdDSA Cryptosuites 1.0, sections 3.2 and 3.3
  { name: 'eddsa-rdfc-2022', transformation: 'rdfc', ...EDDSA },
  { name: 'eddsa-jcs-2022', transformation: 'jcs', ...EDDSA },
  // Data Integrity ECDSA Cryptosuites 1.0, sections 3.2 and 3.3
  { name: 'ecdsa-rdfc-2019', transformation: 'rdfc', ...ECDSA },
  { name: 'ecdsa-jcs-2019', transformation: 'jcs', ...ECDSA },
  // The same, section 3.5
  {
    name: 'ecdsa-sd-2023',
    transformation: 'rdfc',
    selective: true,
    keyTypes: ['P-256'],
    longestProofValue: LONGEST_VALUE,
    multibase: 'u',
  },
  // Data Integrity BBS Cryptosuites 1.0, section 3.4
  {
    name: 'bbs-2023',
    transformation: 'rdfc',
    selective: true,
    undated: true,
    keyTypes: ['Bls12381G2'],
    longestProofValue: LONGEST_VALUE,
    multibase: 'u',
  },
];

/**
 * Verifiable Credential Data Integrity's predecessor, as its report of 2020 has it: the same two hashes, the type of the proof instead of a
 * cryptosuite, and a context of its own in the document. Verified and never made, so it is in no table of what can be chosen.
 */
export const ED25519_SIGNATURE_2020: Cryptosuite = {
  name: LEGACY_PROOF_TYPE,
  transformation: 'rdfc',
  legacy: true,
  ...EDDSA,
};

const BY_NAME: ReadonlyMap<string, Cryptosuite> = new Map(CRYPTOSUITES.map((row) => [row.name, row]));

/** The suite of a proof, or nothing when neither its type nor its cryptosuite is known here. */
export function suiteOf(proof: JsonObject): Cryptosuite | undefined {
  if (proof['type'] === 'DataIntegrityProof') return findCryptosuite(proof['cryptosuite']);
  return proof['type'] === LEGACY_PROOF_TYPE && !('cryptosuite' in proof) ? ED25519_SIGNATURE_2020 : undefined;
}

export function findCryptosuite(name: unknown): Cryptosuite | undefined {
  return typeof name === 'string' ? BY_NAME.get(name) : undefined;
}

/** The suite that a key of this type signs with unless another is asked for. */
export function findCryptosuiteFor(keyType: KeyType): Cryptosuite | undefined {
  return CRYPTOSUITES.find((row) => row.keyTypes.includes(keyType));
}

/** Whether a signature of a suite may have so many bytes, whatever the key; the key then allows one length only. */
export function isSignatureLength(suite: Cryptosuite, length: number | undefined): boolean {
  return suite.keyTypes.some((keyType) => ALGORITHMS[keyType].signatureBytes === length);
}

/** The bytes of a proof value in the one multibase of its suite, which is judged first: base58 takes the square of the length. */
export function decodeProofValue(
  value: unknown,
  { multibase, longestProofValue }: Pick<Cryptosuite, 'multibase' | 'longestProofValue'>,
): Uint8Array | undefined {
  return typeof value === 'string' && value.startsWith(multibase)
    ? decodeMultibase(value, longestProofValue)
    : undefined;
}
