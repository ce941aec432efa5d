/**
 * bbs-2023 (Data Integrity BBS Cryptosuites 1.0, section 3.4) as cryptosuite objects for `DataIntegrityProof`, in its plain form: no
 * pseudonyms and no binding to a holder's secret. Selection and labels come from the primitives that both suites share; the arithmetic
 * is that of the desk, away from the event loop.
 */
import {
  canonicalize,
  canonicalizeAndGroup,
  createHmac,
  createHmacIdLabelMapFunction,
  hashCanonizedProof,
  hashMandatory,
  selectJsonLd,
  stripBlankNodePrefixes,
} from '@digitalbazaar/di-sd-primitives';
import { encode } from 'cborg';
import { isObject, type JsonObject } from '../base/json.ts';
import { bbsDesk } from '../crypto/bbs-desk.ts';
import { MOST_MESSAGES } from '../crypto/bbs-job.ts';
import type { Signer } from '../crypto/signer.ts';
import { jcs } from '../formats/jcs.ts';
import { TransformationRefusal } from './canonicaliser.ts';
import { assertCoreIsMandatory, readLabels, readStatements } from './disclosed-statements.ts';
import {
  type DisclosureStage,
  indexesOf,
  isBytes,
  isIndex,
  isListOf,
  isText,
  partsOf,
  writeValue,
} from './disclosure-value.ts';

const SUITE = 'bbs-2023';
const KEY_TYPE = 'Bls12381G2';
const HMAC_KEY_BYTES = 32;
/** Bytes of a presentation header. */
const LONGEST_HEADER = 2048;

interface SuiteInput {
  readonly document: JsonObject;
  readonly proof: JsonObject;
  readonly documentLoader: unknown;
}

/** For whom a derived proof was made: nobody else's challenge and domain give the same bytes. */
export function presentationHeaderOf({ challenge, domain }: { challenge: string; domain: string }): Uint8Array {
  return new TextEncoder().encode(jcs({ challenge, domain }));
}

/** The statements of the whole document under labels that say nothing of its order, in groups by pointers (section 3.3.2). */
async function groupsOf<Name extends string>(
  { document, documentLoader }: Pick<SuiteInput, 'document' | 'documentLoader'>,
  hmacKey: Uint8Array | null,
  groups: Readonly<Record<Name, readonly string[]>>,
) {
  const hmac = await createHmac({ key: hmacKey });
  const byHmac = createHmacIdLabelMapFunction({ hmac });
  const labelMapFactoryFunction = async (input: { readonly canonicalIdMap: ReadonlyMap<string, string> }) => {
    const labels = await byHmac(input);
    const order = [...labels.values()].sort();
    return new Map([...labels].map(([node, label]) => [node, `b${order.indexOf(label)}`]));
  };
  const grouped = await canonicalizeAndGroup({
    document,
    labelMapFactoryFunction,
    groups,
    options: { documentLoader },
  });
  return { ...grouped, hmac };
}

/** The BBS header of a proof: what is always shown (sections 3.4.2 and 3.4.7). */
async function headerOf(
  { document, proof, documentLoader }: SuiteInput,
  mandatory: readonly string[],
): Promise<Uint8Array> {
  const [proofHash, { mandatoryHash }] = await Promise.all([
    hashCanonizedProof({ document, proof, options: { documentLoader } }),
    hashMandatory({ mandatory }),
  ]);
  return Uint8Array.of(...proofHash, ...mandatoryHash);
}

const messagesOf = (statements: Iterable<string>): Uint8Array[] =>
  [...statements].map((statement) => new TextEncoder().encode(statement));

/** Signs a base proof; the pointers name what every derived proof will show. */
export function createBbsSigningSuite(
  mandatoryPointers: readonly string[],
  publicKey: Uint8Array,
  signMessages: Signer['signMessages'],
): object {
  return {
    name: SUITE,
    requiredAlgorithm: KEY_TYPE,
    createVerifier: neverUsed,
    createVerifyData: async (input: SuiteInput) => {
      const { groups, hmac } = await groupsOf(input, null, { mandatory: mandatoryPointers });
      const { matching, nonMatching } = groups.mandatory;
      if (nonMatching.size > MOST_MESSAGES) {
        const detail = `more than ${MOST_MESSAGES} statements to withhold`;
        throw new TransformationRefusal('LIMIT_EXCEEDED', detail);
      }
      const header = await headerOf(input, [...matching.values()]);
      return { header, messages: messagesOf(nonMatching.values()), hmacKey: await hmac.export() };
    },
    createProofValue: async ({ verifyData }: { readonly verifyData: Signed }) => {
      const { header, messages, hmacKey } = verifyData;
      if (signMessages === undefined) throw new TypeError('the signer signs no lists of messages');
      const signature = await signMessages({ header, messages });
      return writeValue(SUITE, 'base', encode([signature, header, publicKey, hmacKey, [...mandatoryPointers]]));
    },
  };
}

interface Signed {
  readonly header: Uint8Array;
  readonly messages: readonly Uint8Array[];
  readonly hmacKey: Uint8Array;
}

interface BaseParts {
  readonly signature: Uint8Array;
  readonly header: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly hmacKey: Uint8Array;
  readonly pointers: readonly string[];
}

/** Errors: TypeError. */
function readBase(proofValue: unknown): BaseParts {
  const [signature, header, publicKey, hmacKey, pointers] = partsOf(SUITE, proofValue, 'base');
  if (!isBytes(signature) || !isBytes(header) || !isBytes(publicKey)) throw new TypeError('not a base proof value');
  if (!isBytes(hmacKey) || hmacKey.length !== HMAC_KEY_BYTES || !isListOf(pointers, isText))
    throw new TypeError('not a base proof value');
  return { signature, header, publicKey, hmacKey, pointers };
}

export interface BbsDisclosure {
  readonly document: JsonObject;
  readonly selectivePointers: readonly string[];
  readonly presentationHeader: Uint8Array;
  readonly documentLoader: unknown;
}

/**
 * A copy that shows the mandatory part and what the pointers select (section 3.4.5). Errors: TypeError for a document without exactly one
 * base proof; those of the desk.
 */
export async function deriveBbs({
  document: secured,
  selectivePointers,
  ...options
}: BbsDisclosure): Promise<JsonObject> {
  const { proof, ...document } = secured;
  if (!isObject(proof)) throw new TypeError('not exactly one proof');
  const { presentationHeader, documentLoader } = options;
  const { signature, header, publicKey, hmacKey, pointers } = readBase(proof['proofValue']);
  const combinedPointers = [...pointers, ...selectivePointers];
  const { groups, labelMap } = await groupsOf({ document, documentLoader }, hmacKey, {
    mandatory: pointers,
    selective: selectivePointers,
    combined: combinedPointers,
  });
  const rest = [...groups.mandatory.nonMatching.keys()];
  const shown = [...groups.combined.matching.keys()];
  const disclosed = rest.flatMap((index, place) => (groups.selective.matching.has(index) ? [place] : []));
  const bbsProof = await bbsDesk.derive({
    publicKey,
    header,
    messages: messagesOf(groups.mandatory.nonMatching.values()),
    signature,
    presentationHeader,
    disclosed,
  });
  const labels = await labelsForVerifier(groups.combined.deskolemizedNQuads, labelMap, documentLoader);
  const indexes = shown.flatMap((index, place) => (groups.mandatory.matching.has(index) ? [place] : []));
  const value = writeValue(SUITE, 'presented', encode([bbsProof, labels, indexes, disclosed, presentationHeader]));
  return { ...(selectJsonLd({ document, pointers: combinedPointers }) ?? {}), proof: { ...proof, proofValue: value } };
}

/** The number of each label by that of the canonical label which whoever sees only this part will find. */
async function labelsForVerifier(
  statements: readonly string[],
  labelMap: ReadonlyMap<string, string>,
  documentLoader: unknown,
): Promise<ReadonlyMap<number, number>> {
  const found = new Map<string, string>();
  const options = { documentLoader, inputFormat: 'application/n-quads', canonicalIdMap: found };
  await canonicalize(statements.join(''), options);
  return new Map(
    [...stripBlankNodePrefixes(found)].map(([node, canonical]) => [
      Number(canonical.slice('c14n'.length)),
      Number(labelMap.get(node)?.slice('b'.length)),
    ]),
  );
}

interface CheckInput {
  readonly stage: DisclosureStage;
  /** The vetted key. */
  readonly publicKey: Uint8Array;
  /** Of the presentation it stands in; without it any header is taken. An empty one binds to nobody and is taken as well. */
  readonly presentationHeader: Uint8Array | undefined;
  /** As in conformance instances. */
  readonly takesAnyType: boolean;
  readonly onSignature: (held: boolean) => void;
  readonly guard: <Value>(work: Promise<Value>) => Promise<Value>;
}

/**
 * Checks a proof at its stage. Errors of the suite's functions: TransformationRefusal `MANDATORY_CLAIM_MISSING`, `INVALID_CHALLENGE_ERROR`;
 * those of the desk; anything else is a proof that does not hold.
 */
export function createBbsCheckingSuite(check: CheckInput): object {
  const { stage, presentationHeader, onSignature, guard } = check;
  return {
    name: SUITE,
    requiredAlgorithm: KEY_TYPE,
    createVerifyData: (input: SuiteInput) => guard(stage === 'base' ? readHeld(input, check) : readShown(input, check)),
    createVerifier: async () => ({
      algorithm: KEY_TYPE,
      verify: async ({ data }: { readonly data: Question }) => {
        const held = await guard(data.ask());
        onSignature(held);
        // Only what the issuer signed says what the issuer left open.
        if (held && data.judge !== undefined) await guard(data.judge(presentationHeader));
        return held;
      },
    }),
  };
}

/** The one question about the signature, and what is judged when the answer was yes. */
interface Question {
  readonly ask: () => Promise<boolean>;
  readonly judge?: (expectedHeader: Uint8Array | undefined) => Promise<void>;
}

async function readHeld(input: SuiteInput, { publicKey }: CheckInput): Promise<Question> {
  const base = readBase(input.proof['proofValue']);
  const { groups } = await groupsOf(input, base.hmacKey, { mandatory: base.pointers });
  const header = await headerOf(input, [...groups.mandatory.matching.values()]);
  const same = Buffer.from(header).equals(base.header) && Buffer.from(publicKey).equals(base.publicKey);
  const messages = messagesOf(groups.mandatory.nonMatching.values());
  return { ask: async () => same && bbsDesk.verify({ publicKey, header, messages, signature: base.signature }) };
}

async function readShown(input: SuiteInput, { publicKey, takesAnyType }: CheckInput): Promise<Question> {
  const [proof, labelMap, mandatoryIndexes, disclosed, presentationHeader] = partsOf(
    SUITE,
    input.proof['proofValue'],
    'presented',
  );
  if (!isBytes(proof) || !isBytes(presentationHeader) || presentationHeader.length > LONGEST_HEADER)
    throw new TypeError('not a derived proof value');
  const mandatory = indexesOf(mandatoryIndexes);
  const indexes = indexesOf(disclosed);
  const labels = readLabels(labelMap, (label) => (isIndex(label) ? `b${label}` : undefined));
  const { statements, core } = await readStatements({ ...input, labels, takesAnyType });
  if (mandatory.some((index) => index >= statements.length)) throw new TypeError('an index of no statement');
  const always = new Set(mandatory);
  const header = await headerOf(
    input,
    statements.filter((_, index) => always.has(index)),
  );
  const messages = messagesOf(statements.filter((_, index) => !always.has(index)));
  return {
    ask: () => bbsDesk.verifyProof({ publicKey, header, proof, presentationHeader, disclosed: indexes, messages }),
    judge: async (expected) => {
      assertCoreIsMandatory(core, mandatory);
      if (expected === undefined || presentationHeader.length === 0) return;
      if (Buffer.from(expected).equals(presentationHeader)) return;
      throw new TransformationRefusal('INVALID_CHALLENGE_ERROR', 'derived for another challenge or domain');
    },
  };
}

const neverUsed = async (): Promise<never> => {
  throw new TypeError('made for signing alone');
};
