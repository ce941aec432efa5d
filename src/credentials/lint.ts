/**
 * What an issuer must not sign: the rules of docs/domain.md, section 8, that one credential can break by itself. Run on the complete
 * unsecured credential once its form has passed, so that what would be refused later is not signed now.
 */
import { refuse } from '../base/error.ts';
import { type Finding, verdictOf } from '../base/finding.ts';
import { asArray, type JsonObject, type JsonValue } from '../base/json.ts';
import { checkCredentialForm, type FormDependencies, missingStatusPurposes } from './credential.ts';
import { subjectOf } from './credential-members.ts';
import { advice } from './lint/advice.ts';
import { lintAllocation, lintCarbonPrice } from './lint/composite.ts';
import { lintEmissionsClaim } from './lint/emissions-claim.ts';
import { lintFootprintClaim } from './lint/footprint-claim.ts';
import { lintDigests } from './lint/guessable-digest.ts';
import { lintAccreditation, lintStatement } from './lint/statement.ts';
import { findProfile } from './profiles/profile-table.ts';

/** Counts that say *none* where an empty array may not, by the array they count. */
const COUNTS = [
  ['uncorrectedCount', 'uncorrected'],
  ['precursorCount', 'precursors'],
] as const;

const LINTS: ReadonlyMap<string | undefined, (credential: JsonObject) => Finding[]> = new Map([
  ['CarbonFootprintClaim', lintFootprintClaim],
  ['EmbeddedEmissionsClaim', lintEmissionsClaim],
  ['VerificationStatement', lintStatement],
  ['VerifierAccreditation', lintAccreditation],
  ['CarbonPricePaid', lintCarbonPrice],
  ['ShipmentAllocation', lintAllocation],
]);

/**
 * Judge the meaning of one complete credential. Result: only failures, empty when there is nothing to say; each with code
 * LINT_FAILED (GUESSABLE_DIGEST for a digest that hides nothing), the rule's id as `check`, a pointer, and `params.severity`, `error` or
 * `warning`. An error must not be signed.
 */
export function lintCredential(credential: JsonObject): Finding[] {
  const profile = findProfile(credential);
  const missing = profile?.statusRequired === true ? missingStatusPurposes(credential, profile) : [];
  return [
    ...missing.map((purpose) => advice('S2', '/credentialStatus', `must have an entry for ${purpose}`)),
    ...checkCounts(credential),
    ...(LINTS.get(profile?.type)?.(credential) ?? []),
    ...lintDigests(credential),
  ];
}

/** Everything one complete credential can break by itself, before it is signed: its form, and once that holds its meaning. Failures only. */
export function checkDraft(credential: JsonObject, deps: Omit<FormDependencies, 'signing'>): readonly Finding[] {
  const form = checkCredentialForm(credential, { ...deps, signing: true });
  if (verdictOf(form) !== 'accepted') return form.filter((finding) => finding.outcome !== 'passed');
  // Rules are about the types of this product, which a conformance instance does not know.
  if (deps.contexts.intake === 'conformance') return [];
  return lintCredential(credential);
}

/** Whether a finding is about what a draft means, and not about its form: rules can still be asked about it. */
export function isOfMeaning({ code }: Finding): boolean {
  return code === 'LINT_FAILED' || code === 'GUESSABLE_DIGEST';
}

/** Whether a finding about a draft stops its issue. */
export function isAdviceError(finding: Finding): boolean {
  return finding.outcome !== 'passed' && finding.params?.['severity'] !== 'warning';
}

/** Refuse an issue by what was found; the errors come first. */
export function refuseAdvised(findings: readonly Finding[]): never {
  return refuse([...findings].sort((a, b) => Number(isAdviceError(b)) - Number(isAdviceError(a))));
}

/** S2. */
function checkCounts(credential: JsonObject): Finding[] {
  const subject = subjectOf(credential) ?? {};
  return COUNTS.flatMap(([count, counted]) => {
    const number = asArray(subject[counted] as JsonValue).length;
    if (subject[count] === undefined || subject[count] === String(number)) return [];
    return [advice('S2', `/credentialSubject/${count}`, `must be the number of entries in ${counted}`)];
  });
}
