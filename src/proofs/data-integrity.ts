/**
 * Data Integrity proofs on credentials and presentations (W3C VC Data Integrity 1.0): the one door to this room.
 */
import { ServiceError } from '../base/error.ts';
import { asArray, isObject, type JsonObject, type JsonValue, pointerOf } from '../base/json.ts';
import { findAt } from '../base/json-lookup.ts';
import { type Contexts, V1_CONTEXT } from '../credentials/contexts.ts';
import { createSdJwtVcEnvelope, isEnveloped, isSdEnvelope, openEnvelope, readableOf } from '../credentials/envelope.ts';
import { isEnvelopedPresentation, openPresentation } from '../credentials/enveloped-presentation.ts';
import type { OpenedEnvelope } from '../credentials/opened-envelope.ts';
import type { TokenWishes } from '../credentials/sd-jwt-vc.ts';
import { ALGORITHMS } from '../crypto/algorithms.ts';
import type { Signer } from '../crypto/signer.ts';
import type { DidResolver } from '../dids/resolver.ts';
import { presentationHeaderOf } from './bbs-disclosure.ts';
import { type Canonicaliser, createCanonicaliser, TransformationRefusal } from './canonicaliser.ts';
import {
  checkCredentialProofs,
  checkPresentationProof,
  type PresentationExpectation,
  type ProofReport,
} from './check-proofs.ts';
import { decodeProofValue, findCryptosuite, findCryptosuiteFor } from './cryptosuites.ts';
import { assertDerivable } from './derivable.ts';
import { assertSelectable } from './disclosed-statements.ts';
import { stageOf } from './disclosure-value.ts';
import {
  checkEnvelope,
  checkEnvelopedPresentation,
  checkStatusListToken,
  envelopCredential,
  envelopDisclosably,
  envelopPresentation,
  envelopSdJwtVc,
  signStatusList,
} from './jose.ts';
import { bindTo } from './key-binding.ts';
import { deriveWithLibrary, type Run, type SignInput, signWithLibrary } from './library.ts';
import { DC_SD_JWT, VC_JWT, VC_SD_JWT, VP_JWT } from './mechanisms.ts';
import { readChain } from './proof-chain.ts';
import type { ExpectedStage } from './proof-form.ts';
import { assertConcealable, assertSdJwtVc, deriveSdEnvelope, isWholeSdJwt } from './sd-jwt.ts';

export type { PresentationExpectation, ProofReport } from './check-proofs.ts';

export interface SecureOptions {
  readonly signer: Signer;
  /** Milliseconds since the epoch; written as whole seconds. */
  readonly created: number;
  /** Name of the cryptosuite; unless given, the one over RDF that goes with the signer's key, and all is shown. */
  readonly cryptosuite?: string;
  /** What every derived proof will show; for a suite with selective disclosure, and then required. */
  readonly mandatoryPointers?: readonly string[];
  /** For `dc+sd-jwt` alone: whose key it is bound to, and its place in a Token Status List. */
  readonly token?: TokenWishes | undefined;
  /** `id` of the new proof, where a later one is to name it. */
  readonly proofId?: string;
  /** `id` of the proof or proofs of the document that the new one covers too (a proof chain). */
  readonly previousProof?: string | readonly string[];
}

interface CheckOptions {
  readonly resolver: DidResolver;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Of a selectively disclosable credential; as presented unless given, since a base proof stays with the holder. */
  readonly stage?: ExpectedStage | undefined;
  /** Whose challenge and domain the presentation is for that the credential stands in: what was derived for others is refused. */
  readonly presentedTo?: PresentationExpectation | undefined;
}

interface Derivation {
  readonly selectivePointers: readonly string[];
  /** For one challenge and domain alone, where the suite can say so. */
  readonly presentedTo?: PresentationExpectation | undefined;
  /** Whoever shows it, at an instant (milliseconds): needed for a credential that is bound to a key. */
  readonly holder?: { readonly signer: Signer; readonly created: number } | undefined;
}

export interface DataIntegrity {
  /**
   * A fresh copy of the credential with a proof for `assertionMethod`; where it had proofs, one more.
   * Errors: ServiceError `DATA_LOSS_DETECTION_ERROR`, `PROOF_TRANSFORMATION_ERROR`, `CONTEXT_NOT_ALLOWED`, `LIMIT_EXCEEDED` for what cannot be signed,
   * `PROOF_GENERATION_ERROR` for what went wrong with the signature; whatever the signer throws is passed on.
   */
  secureCredential(unsecured: JsonObject, options: SecureOptions): Promise<JsonObject>;
  /** The same for a presentation, for `authentication`, bound to one challenge and one domain. Errors: also LIMIT_EXCEEDED for a token too long to be read. */
  securePresentation(unsecured: JsonObject, options: SecureOptions & PresentationExpectation): Promise<JsonObject>;
  /**
   * A copy that shows the mandatory part and what the pointers select, with a proof derived from the base proof; of an SD-JWT the same token
   * with fewer disclosures, and with the key binding of its holder where it is bound to a key and shown to somebody.
   * Errors: ServiceError `BAD_REQUEST` for a pointer to nothing, `PROOF_GENERATION_ERROR` for a credential that cannot be derived from,
   * or that is bound to another key, `LIMIT_EXCEEDED`.
   */
  deriveCredential(document: JsonObject, options: Derivation): Promise<JsonObject>;
  /** Every proof, and that one of them is the issuer's. Errors: ServiceError `UNAVAILABLE` when nobody has time to look; nothing else. */
  checkCredentialProofs(document: JsonObject, options: CheckOptions): Promise<ProofReport>;
  /** The presentation's own proofs, bound to challenge and domain, and that one of them is the holder's. Never throws. */
  checkPresentationProof(document: JsonObject, options: CheckOptions & PresentationExpectation): Promise<ProofReport>;
  /** A Status List Token with these claims, compact JWS. Errors: `PROOF_GENERATION_ERROR`; whatever the signer throws. */
  signStatusList(claims: JsonObject, signer: Signer): Promise<string>;
  /** One that was read, by a key of its issuer as of now. Never throws. */
  checkStatusList(list: StatusListToken, options: Pick<CheckOptions, 'resolver' | 'now'>): Promise<ProofReport>;
  /** That the document can be signed, with this cryptosuite if one is named, and checked by everyone. Errors: as `secureCredential`, before any key is touched. */
  assertCanonicalisable(document: JsonObject, cryptosuite?: string): Promise<void>;
  /** Canonical N-Quads (RDFC-1.0) of the document without its proofs. Errors: as `assertCanonicalisable`. */
  canonicalise(document: JsonObject): Promise<string>;
}

type StatusListToken = Pick<OpenedEnvelope, 'header' | 'token'> & { readonly issuer: string };

/**
 * Whether a credential may carry a base proof, from which everything in it could be shown: only what is plainly a derived proof, in its one
 * spelling, is none. Whoever gets another spelling may well be able to read it. Of an SD-JWT: whether it still shows everything.
 */
export function isForHolderOnly(credential: JsonObject): boolean {
  if (isSdEnvelope(credential)) return isWholeSdJwt(credential);
  return asArray(credential['proof'] as JsonValue).some((proof) => {
    const suite = isObject(proof) ? findCryptosuite(proof['cryptosuite']) : undefined;
    if (suite?.selective !== true || !isObject(proof)) return false;
    const bytes = decodeProofValue(proof['proofValue'], suite);
    return stageOf(suite.name, bytes) !== 'presented';
  });
}

const NO_POINTERS = 'mandatory pointers belong to selective disclosure, and it to them';

export function createDataIntegrity({ contexts }: { readonly contexts: Contexts }): DataIntegrity {
  const canonicaliser = createCanonicaliser({ contexts });
  const secure = (unsecured: JsonObject, options: SecureOptions, expected?: PresentationExpectation) => {
    const { signer, created, proofId, previousProof, cryptosuite, mandatoryPointers = [] } = options;
    const { keyType } = signer;
    const suite = cryptosuite === undefined ? findCryptosuiteFor(keyType) : findCryptosuite(cryptosuite);
    if (suite?.keyTypes.includes(keyType) !== true)
      throw new ServiceError('PROOF_GENERATION_ERROR', `no such cryptosuite for ${keyType} keys`);
    if ((suite.selective === true) !== mandatoryPointers.length > 0) {
      throw new ServiceError('PROOF_GENERATION_ERROR', NO_POINTERS);
    }
    const members = {
      ...(proofId === undefined ? {} : { id: proofId }),
      ...(previousProof === undefined ? {} : { previousProof }),
    };
    const previous = previousOf(unsecured, members);
    const input = {
      document: unsecured,
      suite,
      keyType,
      canonicaliser,
      signer,
      created,
      members,
      previous,
      mandatoryPointers,
    };
    return sign(expected === undefined ? input : { ...input, expected });
  };
  const canonicalise = async ({ proof: _, ...document }: JsonObject) => {
    try {
      return await canonicaliser.canonicalise(document);
    } catch (error) {
      throw refusalFor(error);
    }
  };
  const assertCanonicalisable = async (document: JsonObject, cryptosuite?: string) => {
    if (cryptosuite === VC_SD_JWT || cryptosuite === DC_SD_JWT) assertConcealable(document);
    if (cryptosuite === DC_SD_JWT) assertSdJwtVc(document);
    const canonical = await canonicalise(document);
    try {
      if (findCryptosuite(cryptosuite)?.selective === true) assertSelectable(canonical);
    } catch (error) {
      throw refusalFor(error);
    }
  };
  return {
    secureCredential: async (unsecured, options) => {
      if (options.cryptosuite === VC_JWT) return envelopCredential(unsecured, options);
      if (options.cryptosuite === VC_SD_JWT || options.cryptosuite === DC_SD_JWT) {
        const { mandatoryPointers = [], token, ...signing } = options;
        if (mandatoryPointers.length === 0) throw new ServiceError('PROOF_GENERATION_ERROR', NO_POINTERS);
        return options.cryptosuite === DC_SD_JWT
          ? envelopSdJwtVc(unsecured, { ...signing, ...token, mandatoryPointers })
          : envelopDisclosably(unsecured, { ...signing, mandatoryPointers });
      }
      assertDated(unsecured);
      const { cryptosuite = findCryptosuiteFor(options.signer.keyType)?.name } = options;
      if (options.cryptosuite !== undefined || findCryptosuite(cryptosuite)?.selective !== true)
        return secure(unsecured, options);
      // A key without a plain suite: a base proof that leaves nothing to withhold, and all of it shown.
      const { proof: _, '@context': __, type: ___, ...members } = unsecured;
      const mandatoryPointers = Object.keys(members).map((name) => pointerOf(name));
      return derive(
        await secure(unsecured, { ...options, mandatoryPointers }),
        { selectivePointers: [] },
        canonicaliser,
      );
    },
    securePresentation: async (unsecured, { challenge, domain, ...options }) =>
      options.cryptosuite === VP_JWT
        ? envelopPresentation(unsecured, { ...options, challenge, domain })
        : secure(unsecured, options, { challenge, domain }),
    checkCredentialProofs: async (document, options) => {
      if (!isEnveloped(document)) return checkCredentialProofs(document, { canonicaliser, ...options });
      const opened = openEnvelope(document);
      if (opened.ok)
        return checkEnvelope(opened.value, { ...options, takesAnyType: contexts.intake === 'conformance' });
      return { findings: opened.findings, controllers: [], keys: [], seen: [] };
    },
    checkPresentationProof: async (document, options) => {
      if (!isEnvelopedPresentation(document)) return checkPresentationProof(document, { canonicaliser, ...options });
      const opened = openPresentation(document);
      if (opened.ok) return checkEnvelopedPresentation(opened.value, options);
      return { findings: opened.findings, controllers: [], keys: [], seen: [] };
    },
    deriveCredential: async (document, options) => derive(document, options, canonicaliser),
    signStatusList,
    checkStatusList: checkStatusListToken,
    canonicalise,
    assertCanonicalisable,
  };
}

/** Into a VCDM 1.1 credential without a date the library would write the time of the machine. */
function assertDated(unsecured: JsonObject): void {
  if (asArray(unsecured['@context'] as JsonValue)[0] !== V1_CONTEXT || unsecured['issuanceDate'] !== undefined) return;
  throw new ServiceError('MALFORMED_VALUE_ERROR', 'a VCDM 1.1 credential has an issuanceDate', {
    pointer: '/issuanceDate',
  });
}

function previousOf(unsecured: JsonObject, members: JsonObject): readonly JsonObject[] {
  const proof: JsonObject = members;
  const chain = readChain([...asArray(unsecured['proof']).filter(isObject), proof]);
  const fault = chain.findings.find(({ outcome }) => outcome === 'failed');
  if (fault !== undefined) throw new ServiceError('PROOF_GENERATION_ERROR', fault.detail ?? 'the chain is broken');
  return chain.previous.get(proof) ?? [];
}

type Statement = Parameters<Signer['signMessages'] & object>[0];

async function sign(input: SignInput): Promise<JsonObject> {
  const run: Run = { signatureHeld: false };
  let signerFault: { readonly thrown: unknown } | undefined;
  const listen = async <Value>(work: Promise<Value>): Promise<Value> => {
    try {
      return await work;
    } catch (error) {
      signerFault = { thrown: error };
      throw error;
    }
  };
  const { signMessages } = input.signer;
  const signer = {
    ...input.signer,
    ...(signMessages === undefined ? {} : { signMessages: (what: Statement) => listen(signMessages(what)) }),
    sign: async (what: { readonly data: Uint8Array }) => {
      const signature = await listen(input.signer.sign(what));
      if (signature.length === ALGORITHMS[input.keyType].signatureBytes) return signature;
      throw new ServiceError('PROOF_GENERATION_ERROR', 'the signer answered bytes that are no signature');
    },
  };
  try {
    const secured = await signWithLibrary({ ...input, signer }, run);
    if (isObject(secured)) return secured;
  } catch (error) {
    // The library may wrap what it catches; the signer's own words are what the operator needs.
    if (signerFault !== undefined) throw (signerFault as { readonly thrown: unknown }).thrown;
    throw run.refusal === undefined ? refusalFor(error) : refusalFor(run.refusal);
  }
  throw new ServiceError('PROOF_GENERATION_ERROR', 'no secured document came back');
}

async function derive(
  document: JsonObject,
  { selectivePointers, presentedTo, holder }: Derivation,
  canonicaliser: Canonicaliser,
): Promise<JsonObject> {
  const content = readableOf(document);
  for (const [place, pointer] of selectivePointers.entries()) {
    const at = { pointer: `/options/selectivePointers/${place}` };
    if (pointer === '/proof' || pointer.startsWith('/proof/'))
      throw new ServiceError('PROOF_GENERATION_ERROR', 'points into the proof, which is no part of what is shown', at);
    if (findAt(content, pointer) !== undefined) continue;
    throw new ServiceError('BAD_REQUEST', 'points at no member of the credential', at);
  }
  if (isSdEnvelope(document)) {
    return boundTo(deriveSdEnvelope(document, selectivePointers), presentedTo, holder);
  }
  assertDerivable(document);
  try {
    const presentationHeader = presentedTo === undefined ? undefined : presentationHeaderOf(presentedTo);
    const derived = await deriveWithLibrary({ document, selectivePointers, presentationHeader, canonicaliser });
    if (isObject(derived)) return derived;
  } catch (error) {
    throw refusalFor(error, '/verifiableCredential');
  }
  throw new ServiceError('PROOF_GENERATION_ERROR', 'no derived credential came back');
}

/** The same token with the key binding of its holder, where it is bound to a key and shown to somebody. */
async function boundTo(
  envelope: JsonObject,
  presentedTo: PresentationExpectation | undefined,
  holder: Derivation['holder'],
): Promise<JsonObject> {
  const opened = openEnvelope(envelope);
  if (!opened.ok || presentedTo === undefined || holder === undefined) return envelope;
  const { vc } = opened.value;
  if (vc?.confirmation === undefined) return envelope;
  return createSdJwtVcEnvelope(await bindTo(vc, { ...holder, ...presentedTo }));
}

/** `whole`: where the document stands in the request. */
function refusalFor(error: unknown, whole = '/credential'): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof TransformationRefusal) {
    const at = error.code === 'LIMIT_EXCEEDED' ? { pointer: whole } : {};
    return new ServiceError(error.code, error.message, { cause: error, ...at });
  }
  return new ServiceError('PROOF_GENERATION_ERROR', 'the proof could not be made', { cause: error });
}
