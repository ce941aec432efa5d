/**
 * What can be said about the proofs of a document without a key and without arithmetic, cheapest first (docs/threats.md, section 3,
 * step 5): how many, their form, suite, lengths, purpose, dates and the order they claim.
 */
import { excerpt, type Finding, failed, passed, undetermined } from '../base/finding.ts';
import { asArray, isObject, type JsonObject, type JsonValue, pointerOf } from '../base/json.ts';
import { ED25519_2020_CONTEXT } from '../credentials/contexts.ts';
import { CLOCK_SKEW_MS } from '../credentials/validity-period.ts';
import { readDateTime } from '../formats/date-time.ts';
import { jcs } from '../formats/jcs.ts';
import { type Cryptosuite, decodeProofValue, isSignatureLength, suiteOf } from './cryptosuites.ts';
import { type DisclosureStage, stageOf } from './disclosure-value.ts';
import { readChain } from './proof-chain.ts';

export const MOST_PROOFS = 8;
/** Of suites with selective disclosure, one for each: each has the whole document expanded and grouped anew. */
export const MOST_SELECTIVE_PROOFS = 2;

export type ProofPurpose = 'assertionMethod' | 'authentication';

/** A proof whose form is good, so that it is worth a key and its arithmetic. */
export interface WellFormedProof {
  readonly value: JsonObject;
  readonly pointer: string;
  readonly suite: Cryptosuite;
  /** The proofs that it names in `previousProof`, in the order of the document: it secures them together with the document. */
  readonly previous: readonly JsonObject[];
}

export interface ProofForms {
  readonly findings: readonly Finding[];
  /** Empty when any finding is a failure. */
  readonly proofs: readonly WellFormedProof[];
}

/** `held`: either form, as a holder may keep it. */
export type ExpectedStage = DisclosureStage | 'held';

export interface ProofExpectation {
  readonly purpose: ProofPurpose;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Of a selectively disclosable credential; a base proof is for the holder alone. */
  readonly stage?: ExpectedStage | undefined;
}

/** Check the form of all proofs of a secured document. */
export function readProofs(document: JsonObject, { purpose, now, stage = 'presented' }: ProofExpectation): ProofForms {
  const proof = document['proof'];
  const list = Array.isArray(proof) ? (proof as readonly JsonValue[]) : [proof];
  if (list.length > MOST_PROOFS) return stop(failed('proof.form', 'LIMIT_EXCEEDED', `more than ${MOST_PROOFS} proofs`));
  if (list.length === 0 || !list.every(isObject)) {
    return stop(failed('proof.form', 'PROOF_VERIFICATION_ERROR', 'there is no proof', { pointer: '/proof' }));
  }
  if (list.filter((entry) => suiteOf(entry)?.selective === true).length > MOST_SELECTIVE_PROOFS) {
    const detail = `more than ${MOST_SELECTIVE_PROOFS} proofs with selective disclosure`;
    return stop(failed('proof.form', 'LIMIT_EXCEEDED', detail, { pointer: '/proof' }));
  }
  const chain = readChain(list);
  // Beside a proof that can be judged, one that cannot is a doubt; alone, it leaves nothing to believe.
  const anyKnown = list.some((entry) => suiteOf(entry) !== undefined);
  const findings: Finding[] = [...chain.findings];
  const proofs: WellFormedProof[] = [];
  for (const [index, value] of list.entries()) {
    const pointer = Array.isArray(proof) ? pointerOf('proof', index) : '/proof';
    const suite = suiteOf(value);
    if (suite === undefined) {
      findings.push(unknownProof(value, pointer, anyKnown));
      continue;
    }
    findings.push(
      ...formOf(value, suite, pointer, { context: document['@context'], stage }),
      ...usageOf(value, pointer, purpose, now),
    );
    proofs.push({ value, pointer, suite, previous: chain.previous.get(value) ?? [] });
  }
  return findings.some((finding) => finding.outcome === 'failed') ? { findings, proofs: [] } : { findings, proofs };
}

const stop = (finding: Finding): ProofForms => ({ findings: [finding], proofs: [] });

function unknownProof(proof: JsonObject, pointer: string, besideKnown: boolean): Finding {
  const detail = 'neither the type nor the cryptosuite of this proof is known here';
  // A proof that carries its own signed copy of the document says nothing about the members around it.
  const isDoubt = besideKnown && !('jwt' in proof || 'jws' in proof);
  return (isDoubt ? undetermined : failed)('proof.form', 'UNSUPPORTED_PROOF', detail, { pointer });
}

function formOf(
  proof: JsonObject,
  suite: Cryptosuite,
  pointer: string,
  { context, stage }: { readonly context: JsonValue | undefined; readonly stage: ExpectedStage },
): Finding[] {
  const value = proof['proofValue'];
  const at = { pointer: `${pointer}/proofValue` };
  if (typeof value === 'string' && value.length > suite.longestProofValue) {
    return [failed('proof.form', 'LIMIT_EXCEEDED', `longer than ${suite.longestProofValue} characters`, at)];
  }
  const own = proof['@context'];
  const repeated =
    suite.transformation === 'jcs' && context !== undefined && own !== undefined && jcs(own) === jcs(context);
  if ('@context' in proof && !repeated) {
    // The library would read the proof under this context instead of the document's (docs/threats.md, rule W4). A proof over the JSON
    // form repeats the document's own (Data Integrity EdDSA Cryptosuites 1.0, section 3.3.1).
    return [failed('proof.form', 'CONTEXT_NOT_ALLOWED', 'a proof has a context of its own', { pointer })];
  }
  if (suite.legacy === true) {
    const fault = legacyFault(proof, context);
    if (fault !== undefined) return [failed('proof.form', 'PROOF_VERIFICATION_ERROR', fault, { pointer })];
  }
  // One spelling of the bytes only: the library takes either multibase.
  const bytes = decodeProofValue(value, suite);
  if (suite.selective === true) return selectiveFormOf(proof, stageOf(suite.name, bytes), stage, pointer);
  if (!isSignatureLength(suite, bytes?.length)) {
    const detail = `not a signature of ${suite.name} in multibase ${suite.multibase}`;
    return [failed('proof.form', 'PROOF_VERIFICATION_ERROR', detail, at)];
  }
  return [passed('proof.form', { pointer })];
}

/** What that type of proof demands of itself (its report of 2020, section 3.1), and that it stands in no chain. */
function legacyFault(proof: JsonObject, context: JsonValue | undefined): string | undefined {
  if (!asArray(context).includes(ED25519_2020_CONTEXT)) return 'a proof of this type needs its context in the document';
  if (proof['created'] === undefined) return 'a proof of this type says when it was made';
  if (proof['previousProof'] !== undefined) return 'a proof of this type covers no other';
  return undefined;
}

function selectiveFormOf(
  proof: JsonObject,
  own: DisclosureStage | undefined,
  stage: ExpectedStage,
  pointer: string,
): Finding[] {
  if (proof['previousProof'] !== undefined) {
    const detail = 'a proof that can be derived covers no other';
    return [failed('proof.form', 'PROOF_VERIFICATION_ERROR', detail, { pointer: `${pointer}/previousProof` })];
  }
  if (own !== undefined && (stage === 'held' || stage === own)) return [passed('proof.form', { pointer })];
  const detail =
    own === 'base'
      ? 'a base proof stays with the holder; derive from it what is to be shown'
      : 'not a proof of this suite at this stage';
  return [failed('proof.form', 'PROOF_VERIFICATION_ERROR', detail, { pointer: `${pointer}/proofValue` })];
}

function usageOf(proof: JsonObject, pointer: string, purpose: ProofPurpose, now: number): Finding[] {
  const findings = [purposeOf(proof, pointer, purpose)];
  // The standard leaves both dates to the maker of the proof.
  if (proof['created'] !== undefined) {
    findings.push(dated('created', proof, pointer, (at) => at - now <= CLOCK_SKEW_MS, 'made in the future'));
  }
  if (proof['expires'] !== undefined) {
    findings.push(dated('expires', proof, pointer, (at) => now - at <= CLOCK_SKEW_MS, 'expired'));
  }
  return findings;
}

/** Verification relationships (Controlled Identifiers 1.0, section 2.3): the purposes that there are. */
const PURPOSES = new Set([
  'assertionMethod',
  'authentication',
  'capabilityInvocation',
  'capabilityDelegation',
  'keyAgreement',
]);

function purposeOf({ proofPurpose: stated }: JsonObject, pointer: string, purpose: ProofPurpose): Finding {
  if (stated === purpose) return passed('proof.purpose', { pointer });
  const at = { pointer: `${pointer}/proofPurpose` };
  if (typeof stated !== 'string' || PURPOSES.has(stated))
    return failed('proof.purpose', 'PROOF_VERIFICATION_ERROR', `not a proof for ${purpose}`, at);
  const params = { proofPurpose: excerpt(stated) };
  return failed('proof.purpose', 'UNSUPPORTED_PURPOSE', 'not a purpose that is known here', { ...at, params });
}

function dated(
  member: 'created' | 'expires',
  proof: JsonObject,
  pointer: string,
  holds: (at: number) => boolean,
  fault: string,
): Finding {
  const at = { pointer: `${pointer}/${member}` };
  const text = proof[member];
  const instant = readDateTime(text);
  if (instant === undefined) return failed(`proof.${member}`, 'PROOF_VERIFICATION_ERROR', 'not a date and time', at);
  if (holds(instant)) return passed(`proof.${member}`, at);
  return failed(`proof.${member}`, 'PROOF_VERIFICATION_ERROR', fault, {
    ...at,
    params: { [member]: excerpt(String(text)), skewSeconds: String(CLOCK_SKEW_MS / 1000) },
  });
}
