/**
 * Every proof of a document, in the order of docs/threats.md, section 3: form of all, then the keys of all, then the arithmetic of all,
 * each proof by its own call. A document stands when every proof holds and one of them is by the party that speaks in it.
 */
import { ServiceError } from '../base/error.ts';
import { type Finding, failed, passed, skipped } from '../base/finding.ts';
import { isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import type { ProblemCode } from '../base/problem.ts';
import type { SeenDidDocument } from '../credentials/checked-credential.ts';
import type { ProofKey } from '../credentials/proof-key.ts';
import type { DidResolver } from '../dids/resolver.ts';
import { retrieveVerificationMethod } from '../dids/verification-method.ts';
import { readDateTime } from '../formats/date-time.ts';
import { readDidUrl } from '../formats/did-url.ts';
import { presentationHeaderOf } from './bbs-disclosure.ts';
import { type Canonicaliser, TransformationRefusal } from './canonicaliser.ts';
import { type VerifyInput, type VettedKey, verifyWithLibrary } from './library.ts';
import { type ExpectedStage, type ProofPurpose, readProofs, type WellFormedProof } from './proof-form.ts';

/** What came of the proofs of one document. The verdict is that of the findings and of nothing else. */
export interface ProofReport {
  readonly findings: readonly Finding[];
  /** Controller DID of each proof that holds, in the order of the proofs. */
  readonly controllers: readonly string[];
  /** The key of each proof that holds, in the order of the proofs. */
  readonly keys: readonly ProofKey[];
  readonly seen: readonly SeenDidDocument[];
}

/** Who has to have made one of the proofs: the issuer of a credential, the holder of a presentation. */
interface Speaker {
  readonly check: 'proof.issuer' | 'presentation.holder';
  readonly id: string | undefined;
  readonly code: ProblemCode;
  readonly pointer: string;
  /** Whether the document may leave open who it is by; then any good proof will do. */
  readonly optional?: boolean;
}

interface CheckDeps {
  readonly canonicaliser: Canonicaliser;
  readonly resolver: DidResolver;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Of a selectively disclosable credential; as presented unless given. */
  readonly stage?: ExpectedStage | undefined;
  /** Whose challenge and domain the presentation is for that the credential stands in. */
  readonly presentedTo?: PresentationExpectation | undefined;
}

export async function checkCredentialProofs(document: JsonObject, deps: CheckDeps): Promise<ProofReport> {
  const forms = readProofs(document, { purpose: 'assertionMethod', now: deps.now, stage: deps.stage });
  if (forms.proofs.length === 0) return { findings: forms.findings, controllers: [], keys: [], seen: [] };
  const issuer: Speaker = {
    check: 'proof.issuer',
    id: idOf(document['issuer']),
    code: 'PROOF_VERIFICATION_ERROR',
    pointer: '/issuer',
  };
  return checkSignatures(document, forms, issuer, deps);
}

/** What the presenter was asked to sign: exactly these two strings. */
export interface PresentationExpectation {
  readonly challenge: string;
  readonly domain: string;
  /** Where it only proves whose key somebody has, a presentation need not say who it is by; what it does say has to be so. */
  readonly holderOptional?: boolean | undefined;
}

/** The presentation's own proof. Embedded credentials are part of what is signed and are not looked at. */
export async function checkPresentationProof(
  document: JsonObject,
  deps: CheckDeps & PresentationExpectation,
): Promise<ProofReport> {
  const forms = readProofs(document, { purpose: 'authentication', now: deps.now });
  if (forms.proofs.length === 0) return { findings: forms.findings, controllers: [], keys: [], seen: [] };
  const holder: Speaker = {
    check: 'presentation.holder',
    id: idOf(document['holder']),
    code: 'HOLDER_MISMATCH',
    pointer: '/holder',
    // VCDM 2.0, section 4.13, leaves the holder out if it likes; we accept no presentation by nobody, but for conformance tests.
    optional: deps.holderOptional === true || deps.canonicaliser.contexts.intake === 'conformance',
  };
  const compared = [
    ...forms.proofs.flatMap((proof) => checkBinding(proof, deps)),
    ...checkClaimedHolder(holder, forms.proofs),
  ];
  const findings = [...forms.findings, ...compared];
  if (compared.some(({ outcome }) => outcome === 'failed')) return { findings, controllers: [], keys: [], seen: [] };
  const { challenge, domain } = deps;
  return checkSignatures(document, { findings, proofs: forms.proofs }, holder, deps, { challenge, domain });
}

/** Equal as strings: an array that contains the domain was made for others as well. */
function checkBinding({ value, pointer }: WellFormedProof, expected: PresentationExpectation): Finding[] {
  const equal = (member: 'challenge' | 'domain', code: ProblemCode): Finding =>
    typeof expected[member] === 'string' && expected[member] !== '' && value[member] === expected[member]
      ? passed(`presentation.${member}`, { pointer })
      : failed(`presentation.${member}`, code, `not the ${member} that was asked for`, {
          pointer: `${pointer}/${member}`,
        });
  return [equal('challenge', 'INVALID_CHALLENGE_ERROR'), equal('domain', 'INVALID_DOMAIN_ERROR')];
}

/** Before any key is fetched: some proof at least claims a key of the holder. The key itself is judged afterwards. */
function checkClaimedHolder(holder: Speaker, proofs: readonly WellFormedProof[]): Finding[] {
  const { id, check, code, pointer, optional } = holder;
  if (id === undefined && optional === true) return [];
  if (id === undefined) return [failed(check, code, 'the presentation names no holder', { pointer })];
  const claimed = proofs.some(({ value }) => readDidUrl(value['verificationMethod'])?.did === id);
  return claimed ? [] : [failed(check, code, 'no proof is by a key of the holder', { pointer })];
}

async function checkSignatures(
  document: JsonObject,
  {
    findings: formFindings,
    proofs,
  }: { readonly findings: readonly Finding[]; readonly proofs: readonly WellFormedProof[] },
  speaker: Speaker,
  deps: CheckDeps,
  expected?: PresentationExpectation,
): Promise<ProofReport> {
  const findings = [...formFindings];
  const seen: SeenDidDocument[] = [];
  const controllers: string[] = [];
  const keys: ProofKey[] = [];
  const hashes = new Map<string, Promise<Uint8Array>>();
  const relationship = expected === undefined ? 'assertionMethod' : 'authentication';
  const retrieved = await Promise.all(
    proofs.map(async (proof) => ({ proof, ...(await retrieveKey(proof, relationship, deps)) })),
  );
  for (const { proof, key, finding: keyFinding, seen: didDocument } of retrieved) {
    findings.push(keyFinding);
    if (didDocument !== undefined) seen.push(didDocument);
    if (key === undefined) {
      findings.push(skipped('proof.signature', 'there is no key to check it with', { pointer: proof.pointer }));
      continue;
    }
    const { canonicaliser, now, presentedTo } = deps;
    const presentationHeader = presentedTo === undefined ? undefined : presentationHeaderOf(presentedTo);
    const finding = await checkSignature(
      { canonicaliser, now, presentationHeader, document, proof, key, hashes },
      expected,
    );
    findings.push(finding);
    if (finding.outcome !== 'passed') continue;
    controllers.push(key.controller);
    keys.push({
      method: key.id,
      publicKeyMultibase: key.publicKeyMultibase,
      created: readDateTime(proof.value['created']),
    });
  }
  const allJudged = !findings.some(({ outcome }) => outcome === 'undetermined' || outcome === 'skipped');
  findings.push(checkSpeaker(speaker, controllers, allJudged));
  return { findings, controllers, keys, seen };
}

interface KeyRetrieval {
  readonly finding: Finding;
  readonly key?: VettedKey;
  readonly seen?: SeenDidDocument;
}

async function retrieveKey(
  { value, pointer, suite }: WellFormedProof,
  relationship: ProofPurpose,
  { resolver, now }: CheckDeps,
): Promise<KeyRetrieval> {
  const at = { pointer: `${pointer}/verificationMethod` };
  try {
    const method = value['verificationMethod'];
    // Whoever presents does so now; what a credential says was said when it was signed.
    const madeAt = relationship === 'assertionMethod' ? readDateTime(value['created']) : undefined;
    const retrieved = await retrieveVerificationMethod(resolver, { method, relationship, now, madeAt });
    if (!retrieved.ok) {
      const { finding, seen } = retrieved;
      return { finding: { ...at, ...finding }, ...(seen === undefined ? {} : { seen }) };
    }
    const { key, seen } = retrieved;
    if (!suite.keyTypes.includes(key.keyType)) {
      const detail = `${suite.name} takes no ${key.keyType} key`;
      return { finding: failed('proof.key', 'INVALID_VERIFICATION_METHOD', detail, at), seen };
    }
    return { finding: passed('proof.key', at), key, seen };
  } catch {
    return { finding: failed('proof.key', 'PROOF_VERIFICATION_ERROR', 'the key could not be retrieved', at) };
  }
}

async function checkSignature(
  input: Omit<VerifyInput, 'expected'>,
  expected: PresentationExpectation | undefined,
): Promise<Finding> {
  const at = { pointer: input.proof.pointer };
  const bad = failed('proof.signature', 'PROOF_VERIFICATION_ERROR', 'the signature does not match the document', at);
  try {
    const run = await verifyWithLibrary(expected === undefined ? input : { ...input, expected });
    if (run.refusal !== undefined) return failed('proof.signature', run.refusal.code, run.refusal.message, at);
    // Two witnesses: the library's verdict over purpose and controller, and our own arithmetic with the vetted key.
    return run.verified && run.signatureHeld ? passed('proof.signature', at) : bad;
  } catch (error) {
    // Nobody looked at it: whoever asked is told to come back.
    if (error instanceof ServiceError && error.code === 'UNAVAILABLE') throw error;
    if (error instanceof TransformationRefusal) return failed('proof.signature', error.code, error.message, at);
    // Whatever else was thrown, `null` included, is a check that did not pass.
    return bad;
  }
}

function checkSpeaker(speaker: Speaker, controllers: readonly string[], allJudged: boolean): Finding {
  const { check, id, code, pointer, optional } = speaker;
  if (id === undefined && optional === true)
    return skipped(check, 'the document does not say who it is by', { pointer });
  if (id !== undefined && controllers.includes(id)) return passed(check, { pointer });
  // A proof that could not be judged has its own finding, and may well have been the one.
  if (id !== undefined && !allJudged) return skipped(check, 'not every proof could be judged', { pointer });
  return failed(check, code, 'no good proof is by a key of this party', { pointer });
}

function idOf(value: JsonValue | undefined): string | undefined {
  const id = isObject(value) ? value['id'] : value;
  return typeof id === 'string' ? id : undefined;
}
