import { verdictOf } from '../base/finding.ts';
import { deepFreeze } from '../base/json.ts';
import type { CheckedCredential } from '../credentials/checked-credential.ts';
import { type Candidate, readCandidate } from './candidate.ts';

/** Never exported: nothing outside this file can make a value that carries it. */
const genuine = Symbol('admitted');
/** The very values that `admit` made; a copy of one, changed or not, is none of them. */
const made = new WeakSet<Candidate>();

/**
 * A credential whose bytes, shape, schema and every proof held. Only `admit` makes one, so that an unverified document cannot enter a
 * trust path by mistake. Period and status history come along and are judged later, at the instant that the role asks for
 * (docs/trust.md, section 4).
 */
export interface Admitted extends Candidate {
  readonly [genuine]: true;
}

/**
 * Let a checked credential into the trust layer, or nothing: the verdict must be *accepted*, its findings must say the same, and the
 * envelope must name one issuer, who controls one of the proofs, and it must have been checked by the product's own rules. The document is frozen and stays the one that was checked.
 */
export function admit(checked: CheckedCredential): Admitted | undefined {
  if (checked.forConformance === true) return undefined;
  if (checked.verdict !== 'accepted' || verdictOf(checked.findings) !== 'accepted') return undefined;
  const read = readCandidate(checked.document);
  if (read === undefined || !checked.controllers.includes(read.issuer)) return undefined;
  deepFreeze(checked.document);
  const { digest, keys, didDocuments, status } = checked;
  const admitted: Admitted = Object.freeze({ [genuine]: true as const, ...read, digest, keys, didDocuments, status });
  made.add(admitted);
  return admitted;
}

/** Errors: TypeError for a value that `admit` did not make, whatever it looks like: that is a fault of the caller, not of a document. */
export function assertAdmitted(candidates: readonly Candidate[]): void {
  if (!candidates.every((candidate) => made.has(candidate))) throw new TypeError('only what was admitted is evaluated');
}
