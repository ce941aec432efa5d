/**
 * ecdsa-sd-2023 (Data Integrity ECDSA Cryptosuites 1.0, section 3.5) as cryptosuite objects for `DataIntegrityProof`. The library selects,
 * labels and groups; the arithmetic is ours, and so is what the library leaves to its caller: bounds on the CBOR, and that whatever a
 * type always shows was signed as mandatory, whoever issued it (docs/threats.md, section 5.6).
 */
import {
  canonicalizeAndGroup,
  createHmac,
  createHmacIdLabelMapFunction,
  hashCanonizedProof,
  hashMandatory,
} from '@digitalbazaar/di-sd-primitives';
import {
  createDiscloseCryptosuite,
  createSignCryptosuite,
  createVerifyCryptosuite,
} from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import type { JsonObject } from '../base/json.ts';
import { verify as verifyP256 } from '../crypto/p256.ts';
import { assertCoreIsMandatory, readLabels, readStatements } from './disclosed-statements.ts';
import { type DisclosureStage, indexesOf, isBytes, isListOf, isText, partsOf } from './disclosure-value.ts';

const SUITE = 'ecdsa-sd-2023';
const P256_HEADER_BYTES = 2;

interface VerifyData {
  readonly baseSignature: Uint8Array;
  readonly proofHash: Uint8Array;
  /** Multikey form: header, then the compressed point. */
  readonly publicKey: Uint8Array;
  readonly signatures: readonly Uint8Array[];
  readonly nonMandatory: readonly string[];
  readonly mandatoryHash: Uint8Array;
}

interface LibrarySuite {
  readonly createVerifyData: (input: VerifyDataInput) => Promise<VerifyData>;
}
interface VerifyDataInput {
  readonly document: JsonObject;
  readonly proof: JsonObject;
  readonly documentLoader: unknown;
  readonly cryptosuite: unknown;
}

/** Signs a base proof; the pointers name what every derived proof will show. */
export function createSigningSuite(mandatoryPointers: readonly string[]): object {
  return createSignCryptosuite({ mandatoryPointers: [...mandatoryPointers] });
}

/** Derives a proof that shows the mandatory part and what these pointers select. */
export function createDerivingSuite(selectivePointers: readonly string[]): object {
  return createDiscloseCryptosuite({ selectivePointers: [...selectivePointers] });
}

/**
 * Checks a proof at its stage. `onSignature` hears what our own arithmetic with the vetted key says, and `guard` what was refused.
 * With `takesAnyType` (conformance instances) a type without a profile has no core, and none is demanded.
 * Errors of the suite's functions: TransformationRefusal `MANDATORY_CLAIM_MISSING`; anything else is a proof that does not hold.
 */
export function createCheckingSuite(
  stage: DisclosureStage,
  publicKey: Uint8Array | undefined,
  onSignature: (held: boolean) => void,
  guard: <Value>(work: Promise<Value>) => Promise<Value>,
  takesAnyType = false,
): object {
  const library = createVerifyCryptosuite() as LibrarySuite;
  let derived: Derived | undefined;
  return {
    ...library,
    createVerifyData: async (input: VerifyDataInput) => {
      if (stage === 'base') return guard(dataOfBase(input));
      derived = await guard(readDerived(input, takesAnyType));
      return guard(library.createVerifyData(input));
    },
    createVerifier: async () => ({
      algorithm: 'P-256',
      verify: async ({ data }: { readonly data: VerifyData }) => {
        const held = publicKey !== undefined && holds(data, publicKey);
        onSignature(held);
        // Only what the issuer signed says what the issuer left open (docs/threats.md, section 3: step 6 comes after step 5).
        if (held && derived !== undefined) await guard(judgeCore(derived));
        return held;
      },
    }),
  };
}

/** The statements by the issuer's one-time key, and that key with the rest by the issuer's own (section 3.5.8). */
function holds(data: VerifyData, publicKey: Uint8Array): boolean {
  const { baseSignature, proofHash, publicKey: oneTime, signatures, nonMandatory, mandatoryHash } = data;
  if (signatures.length !== nonMandatory.length || oneTime[0] !== 0x80 || oneTime[1] !== 0x24) return false;
  const signed = Uint8Array.of(...proofHash, ...oneTime, ...mandatoryHash);
  if (!verifyP256(publicKey, signed, baseSignature)) return false;
  const point = oneTime.subarray(P256_HEADER_BYTES);
  const text = new TextEncoder();
  return signatures.every((signature, index) => verifyP256(point, text.encode(nonMandatory[index]), signature));
}

/**
 * What the issuer signed, out of the base proof (section 3.5.4 and the steps after it). The library's own check of a base proof labels
 * the mandatory part as a document of its own, and so refuses any that has blank nodes; version 3.4.1.
 */
async function dataOfBase({ document, proof, documentLoader }: VerifyDataInput): Promise<VerifyData> {
  const parts = partsOf(SUITE, proof['proofValue'], 'base');
  const [baseSignature, publicKey, hmacKey, signatures, pointers] = parts;
  if (!(hmacKey instanceof Uint8Array) || !isListOf(signatures, isBytes) || !isListOf(pointers, isText))
    throw new TypeError('not a base proof value');
  if (!isBytes(baseSignature) || !isBytes(publicKey)) throw new TypeError('not a base proof value');
  const options = { documentLoader };
  const hmac = await createHmac({ key: hmacKey });
  const { groups } = await canonicalizeAndGroup({
    document,
    labelMapFactoryFunction: createHmacIdLabelMapFunction({ hmac }),
    groups: { mandatory: pointers },
    options,
  });
  const mandatory = [...(groups['mandatory']?.matching.values() ?? [])];
  return {
    baseSignature,
    publicKey,
    signatures,
    nonMandatory: [...(groups['mandatory']?.nonMatching.values() ?? [])],
    mandatoryHash: (await hashMandatory({ mandatory })).mandatoryHash,
    proofHash: await hashCanonizedProof({ document, proof, options }),
  };
}

/** Which statements of a derived credential its issuer signed as mandatory, and which the core of its type is. */
interface Derived {
  readonly mandatory: readonly number[];
  readonly core: readonly number[];
}

/**
 * The labels and mandatory indexes of a derived proof, judged before the library walks over them: within bounds, and each for a blank
 * node or a statement that there is, so that one derived credential has one proof value. Errors: TypeError.
 */
async function readDerived(
  { document, proof, documentLoader }: VerifyDataInput,
  takesAnyType: boolean,
): Promise<Derived> {
  const [, , signatures, labelMap, indexes] = partsOf(SUITE, proof['proofValue'], 'presented');
  if (!isListOf(signatures, isBytes)) throw new TypeError('too many signatures');
  const mandatory = indexesOf(indexes);
  const labels = readLabels(labelMap, (label) =>
    isBytes(label) ? `u${Buffer.from(label).toString('base64url')}` : undefined,
  );
  const { statements, core } = await readStatements({ document, labels, documentLoader, takesAnyType });
  if (mandatory.some((index) => index >= statements.length)) throw new TypeError('an index of no statement');
  return { mandatory, core };
}

const judgeCore = async ({ core, mandatory }: Derived): Promise<void> => assertCoreIsMandatory(core, mandatory);
