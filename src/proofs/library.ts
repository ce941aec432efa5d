/**
 * The calls into `@digitalbazaar/vc` and `jsonld-signatures`, through their extension points alone: a cryptosuite object of ours
 * (canonicalisation with a work limit, our own key handling, previous proofs bound to the document) and a loader that knows two
 * documents. What they answer is evidence, never the verdict: `signatureHeld` is set only by our own verifier.
 */
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { derive, issue, signPresentation, verifyCredential } from '@digitalbazaar/vc';
import jsigs from 'jsonld-signatures';
import { ServiceError } from '../base/error.ts';
import { isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import { ALGORITHMS } from '../crypto/algorithms.ts';
import { readMultikey } from '../crypto/multikey.ts';
import type { KeyType, Signer } from '../crypto/signer.ts';
import { sha256, sha384 } from '../formats/digest.ts';
import { jcs } from '../formats/jcs.ts';
import { createBbsCheckingSuite, createBbsSigningSuite, deriveBbs } from './bbs-disclosure.ts';
import { type Canonicaliser, TransformationRefusal } from './canonicaliser.ts';
import { type Cryptosuite, decodeProofValue } from './cryptosuites.ts';
import { assertSelectable } from './disclosed-statements.ts';
import { stageOf } from './disclosure-value.ts';
import type { ProofPurpose, WellFormedProof } from './proof-form.ts';
import { createCheckingSuite, createDerivingSuite, createSigningSuite } from './selective-disclosure.ts';

const { AssertionProofPurpose, AuthenticationProofPurpose } = jsigs.purposes;

export interface VettedKey {
  readonly id: string;
  readonly controller: string;
  readonly keyType: KeyType;
  readonly publicKeyMultibase: string;
  readonly bytes: Uint8Array;
}

/** What happened while the library had the word. */
export interface Run {
  refusal?: TransformationRefusal;
  /** Nobody had time to look: neither good nor bad. */
  unavailable?: ServiceError;
  signatureHeld: boolean;
}

interface VerifyDataInput {
  readonly document: JsonObject;
  readonly proof: JsonObject;
  readonly dataIntegrityProof: DataIntegrityProof;
  readonly documentLoader: unknown;
}

interface SuiteParts {
  readonly suite: Cryptosuite;
  /** Of the key that signs or has signed: it decides the hash. */
  readonly keyType: KeyType;
  readonly canonicaliser: Canonicaliser;
  readonly previous: readonly JsonObject[];
  readonly run: Run;
  readonly key?: VettedKey;
  /** The proof to be checked as it stands in the document; the library adds a context to its own copy. */
  readonly value?: JsonObject;
  /** Hashes of what was already canonicalised of this document, by the previous proofs that are covered with it. */
  readonly hashes?: Map<string, Promise<Uint8Array>>;
}

const guardWith =
  (run: Run) =>
  async <Value>(work: Promise<Value>): Promise<Value> => {
    try {
      return await work;
    } catch (error) {
      if (error instanceof TransformationRefusal) run.refusal = error;
      if (error instanceof ServiceError && error.code === 'UNAVAILABLE') run.unavailable = error;
      throw error;
    }
  };

/** The cryptosuite object that `DataIntegrityProof` takes. */
function createLibrarySuite({ suite, keyType, canonicaliser, previous, run, key, value, hashes }: SuiteParts): object {
  const hashOf = (text: string): Uint8Array => HASHES[keyType](new TextEncoder().encode(text));
  const guarded = guardWith(run);
  const canonize = (input: JsonObject) =>
    guarded(suite.transformation === 'jcs' ? jsonOf(input) : canonicaliser.canonicalise(input));
  const hashOfCovered = async (document: JsonObject): Promise<Uint8Array> => {
    const covered = previous.length === 0 ? document : { ...document, proof: previous };
    const name = JSON.stringify([suite.transformation, keyType, ...previous.map(({ id }) => id ?? null)]);
    const hash = hashes?.get(name) ?? canonize(covered).then(hashOf);
    hashes?.set(name, hash);
    return guarded(hash);
  };
  return {
    name: suite.name,
    requiredAlgorithm: suite.keyTypes,
    canonize,
    // VC Data Integrity 1.0, sections 4.3 step 6 and 4.5 step 3.3: a later proof covers the earlier ones it names.
    createVerifyData: async ({ document, proof, dataIntegrityProof, documentLoader }: VerifyDataInput) => {
      const options =
        suite.transformation === 'jcs'
          ? await canonize(withoutValue(value ?? proof))
          : await dataIntegrityProof.canonizeProof(proof, { document, documentLoader });
      return concatenated(hashOf(options), await hashOfCovered(document));
    },
    createVerifier: async () => ({
      algorithm: keyType,
      verify: async ({ data, signature }: { data: Uint8Array; signature: Uint8Array }) => {
        run.signatureHeld = key !== undefined && ALGORITHMS[key.keyType].verify(key.bytes, data, signature);
        return run.signatureHeld;
      },
    }),
  };
}

/** Data Integrity ECDSA Cryptosuites 1.0, section 3.1: the hash goes with the curve. */
const HASHES: Readonly<Record<KeyType, (bytes: Uint8Array) => Uint8Array>> = {
  Ed25519: sha256,
  'P-256': sha256,
  'P-384': sha384,
  // Only for suites that hash by themselves.
  Bls12381G2: sha256,
};

async function jsonOf(value: JsonObject): Promise<string> {
  try {
    return jcs(value);
  } catch (cause) {
    throw new TransformationRefusal('PROOF_TRANSFORMATION_ERROR', 'the document has no RFC 8785 form', cause);
  }
}

function withoutValue({ proofValue: _, ...options }: JsonObject): JsonObject {
  return options;
}

function concatenated(left: Uint8Array, right: Uint8Array): Uint8Array {
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}

export interface VerifyInput {
  readonly document: JsonObject;
  readonly proof: WellFormedProof;
  readonly key: VettedKey;
  readonly canonicaliser: Canonicaliser;
  readonly now: number;
  /** Shared by the calls for one document. */
  readonly hashes: Map<string, Promise<Uint8Array>>;
  /** Only for a presentation. */
  readonly expected?: { readonly challenge: string; readonly domain: string };
  /** Of the presentation that a derived credential stands in. */
  readonly presentationHeader?: Uint8Array | undefined;
}

const BBS = 'bbs-2023';

/**
 * One proof of a credential or presentation, by a call of its own: the libraries are content with one good proof of several.
 * Answers whether the library said *verified*, and what was seen on the way. Errors: ServiceError `UNAVAILABLE`; TransformationRefusal for
 * what cannot be disclosed in part; whatever the library throws.
 */
export async function verifyWithLibrary(input: VerifyInput): Promise<Run & { readonly verified: boolean }> {
  const { document, proof, key, canonicaliser, hashes, now, expected } = input;
  if (proof.suite.legacy === true) return verifyLegacy(input);
  const run: Run = { signatureHeld: false };
  const cryptosuite =
    proof.suite.selective === true
      ? await createSelectiveSuite(input, run)
      : createLibrarySuite({ ...proof, keyType: key.keyType, canonicaliser, run, key, hashes });
  const suite = new DataIntegrityProof({ cryptosuite });
  const alone = { ...document, proof: proof.value };
  const relationship = expected === undefined ? 'assertionMethod' : 'authentication';
  const documentLoader = createKeyLoader(key, relationship, canonicaliser);
  const answer =
    expected === undefined
      ? await verifyCredential({
          credential: alone,
          suite,
          documentLoader,
          purpose: new AssertionProofPurpose(),
          now: new Date(now),
          // Period and status are judged elsewhere, each at the instant that counts for it; here they must not interfere.
          maxClockSkew: Number.POSITIVE_INFINITY,
          checkStatus: async () => ({ verified: true }),
        })
      : // Not `vc.verify`, which would verify every embedded credential before the presentation's own proof.
        await jsigs.verify(alone, { suite, documentLoader, purpose: new AuthenticationProofPurpose(expected) });
  if (run.unavailable !== undefined) throw run.unavailable;
  return { ...run, verified: isObject(answer) && (answer['verified'] as unknown) === true };
}

/**
 * `Ed25519Signature2020` by our own arithmetic alone: its library brings another way to keys, and the purpose, the controller and the key
 * were judged before (./check-proofs.ts). Only for credentials. Never throws.
 */
async function verifyLegacy({
  document,
  proof,
  key,
  canonicaliser,
  expected,
}: VerifyInput): Promise<Run & { readonly verified: boolean }> {
  const run: Run = { signatureHeld: false };
  const { proof: _, ...unsecured } = document;
  const { proofValue, ...options } = proof.value;
  const signature = decodeProofValue(proofValue, proof.suite);
  try {
    const hashOf = async (part: JsonObject): Promise<Uint8Array> =>
      sha256(new TextEncoder().encode(await canonicaliser.canonicalise(part)));
    const context = document['@context'] ?? null;
    const data = concatenated(await hashOf({ '@context': context, ...options }), await hashOf(unsecured));
    run.signatureHeld = signature !== undefined && ALGORITHMS[key.keyType].verify(key.bytes, data, signature);
  } catch (error) {
    if (error instanceof TransformationRefusal) run.refusal = error;
  }
  return { ...run, verified: run.signatureHeld && expected === undefined };
}

/** Errors: TransformationRefusal. */
async function assertDisclosable({ proof: _, ...document }: JsonObject, canonicaliser: Canonicaliser): Promise<void> {
  assertSelectable(await canonicaliser.canonicalise(document));
}

/** The library canonicalises on its own here, without a limit, so a document that has no canonical form within ours never gets there. */
async function createSelectiveSuite(
  { document, proof, key, canonicaliser, presentationHeader }: VerifyInput,
  run: Run,
): Promise<object> {
  await assertDisclosable(document, canonicaliser);
  const guard = guardWith(run);
  const hold = (held: boolean): void => {
    run.signatureHeld = held;
  };
  const { name } = proof.suite;
  const stage = stageOf(name, decodeProofValue(proof.value['proofValue'], proof.suite)) ?? 'presented';
  const takesAnyType = canonicaliser.contexts.intake === 'conformance';
  if (name !== BBS) return createCheckingSuite(stage, key.bytes, hold, guard, takesAnyType);
  const publicKey = key.bytes;
  return createBbsCheckingSuite({ stage, publicKey, presentationHeader, takesAnyType, onSignature: hold, guard });
}

/** The bundled contexts, the verification method that our own retrieval vetted, and its controller listing it. */
function createKeyLoader(
  { id, controller, publicKeyMultibase }: VettedKey,
  relationship: ProofPurpose,
  { contexts }: Canonicaliser,
) {
  const documents = new Map<string, object>([
    [controller, { '@context': 'https://www.w3.org/ns/did/v1', id: controller, [relationship]: [id] }],
    [id, { id, type: 'Multikey', controller, publicKeyMultibase }],
  ]);
  return async (url: string) => {
    const document = documents.get(url) ?? contexts.document(url);
    if (document === undefined) throw new Error('outside the closed world');
    return { contextUrl: null, documentUrl: url, document };
  };
}

const onlyContexts =
  ({ contexts }: Canonicaliser) =>
  async (url: string) => {
    const document = contexts.document(url);
    if (document === undefined) throw new Error('outside the closed world');
    return { contextUrl: null, documentUrl: url, document };
  };

export interface SignInput {
  readonly document: JsonObject;
  readonly suite: Cryptosuite;
  readonly keyType: KeyType;
  readonly canonicaliser: Canonicaliser;
  readonly signer: Pick<Signer, 'id' | 'publicKeyMultibase' | 'sign' | 'signMessages'>;
  readonly created: number;
  /** Members of the new proof beside those that the library writes. */
  readonly members: JsonObject;
  readonly previous: readonly JsonObject[];
  /** What every derived proof will show; only for a suite with selective disclosure. */
  readonly mandatoryPointers: readonly string[];
  /** Only for a presentation. */
  readonly expected?: { readonly challenge: string; readonly domain: string };
}

/** A copy of the document with one proof more. Errors: whatever the signer or the library throws; `run` tells a refused document. */
export async function signWithLibrary(input: SignInput, run: Run): Promise<unknown> {
  const { document, suite: row, keyType, canonicaliser, signer, created, members, previous, expected } = input;
  if (row.selective === true) await guardWith(run)(assertDisclosable(document, canonicaliser));
  const suite = new DataIntegrityProof({
    cryptosuite:
      row.selective === true
        ? createBaseSuite(input)
        : createLibrarySuite({ suite: row, keyType, canonicaliser, previous, run }),
    signer: { id: signer.id, algorithm: keyType, sign: signer.sign.bind(signer) },
    date: row.undated === true ? null : new Date(created),
  });
  suite.proof = row.transformation === 'jcs' ? { '@context': document['@context'] as JsonValue, ...members } : members;
  const documentLoader = onlyContexts(canonicaliser);
  // Deep copies: the library writes the proof into what it is handed.
  return expected === undefined
    ? issue({ credential: structuredClone(document), suite, documentLoader, now: new Date(created) })
    : signPresentation({
        presentation: structuredClone(document),
        suite,
        documentLoader,
        purpose: new AuthenticationProofPurpose(expected),
      });
}

function createBaseSuite({ suite, mandatoryPointers, signer }: SignInput): object {
  if (suite.name !== BBS) return createSigningSuite(mandatoryPointers);
  const publicKey = readMultikey(signer.publicKeyMultibase)?.bytes ?? new Uint8Array();
  return createBbsSigningSuite(mandatoryPointers, publicKey, signer.signMessages);
}

/**
 * A copy of a credential with a derived proof instead of its base proof. Errors: TransformationRefusal for what cannot be disclosed in
 * part; whatever the library throws.
 */
export async function deriveWithLibrary(input: {
  readonly document: JsonObject;
  readonly selectivePointers: readonly string[];
  readonly presentationHeader?: Uint8Array | undefined;
  readonly canonicaliser: Canonicaliser;
}): Promise<unknown> {
  await assertDisclosable(input.document, input.canonicaliser);
  const { proof } = input.document;
  if (isObject(proof) && proof['cryptosuite'] === BBS) {
    const { presentationHeader = new Uint8Array() } = input;
    return deriveBbs({ ...input, presentationHeader, documentLoader: onlyContexts(input.canonicaliser) });
  }
  const suite = new DataIntegrityProof({ cryptosuite: createDerivingSuite(input.selectivePointers) });
  return derive({
    verifiableCredential: structuredClone(input.document),
    suite,
    documentLoader: onlyContexts(input.canonicaliser),
  });
}
