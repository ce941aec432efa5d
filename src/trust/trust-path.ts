/**
 * Upward from a statement to the anchors: the parties that vouch for each other, found breadth first over what was admitted
 * (docs/trust.md, section 5, step 3). Bounded, cycle-safe, and in one order whatever the presentation had. Nothing is judged here but
 * who is linked to whom.
 */
import type { Candidate } from './candidate.ts';
import type { Evidence } from './evidence.ts';
import { textAt } from './member.ts';
import type { AnchorEntry, Policy } from './policy.ts';

/** How a path ends at its top. */
export type PathEnd = 'anchor' | 'no-anchor' | 'cycle' | 'too-long';

/** There is always one: the verification body. */
type Parties = readonly [top: string, ...below: string[]];

export interface TrustPath {
  /** The policy entry at the top; a DID that stands in the policy twice gives two paths. */
  readonly anchor: AnchorEntry | undefined;
  readonly end: PathEnd;
  /** DIDs from the top down to the verification body. */
  readonly parties: Parties;
  /** From the top down; each is issued by one party about the next. */
  readonly arrangements: readonly Candidate[];
  readonly accreditation: Candidate | undefined;
  /** The decision on this very statement, where one is what recognises it. */
  readonly decision: Candidate | undefined;
}

export interface PathSearch {
  readonly paths: readonly TrustPath[];
  /** Whether the search stopped because it had looked at as many links as the policy allows. */
  readonly exhausted: boolean;
}

/** Counts the links looked at, over everything one evaluation searches. */
export class LinkBudget {
  #left: number;
  constructor(links: number) {
    this.#left = links;
  }
  /** Whether one more link may be looked at. */
  spend(): boolean {
    if (this.#left <= 0) return false;
    this.#left -= 1;
    return true;
  }
}

/** A path that is still growing upward. */
interface Partial {
  readonly top: string;
  readonly parties: Parties;
  readonly arrangements: readonly Candidate[];
  readonly accreditation: Candidate | undefined;
  readonly decision: Candidate | undefined;
}

/** Paths through the accreditations of the statement's issuer. */
export function searchAccreditations(
  evidence: Evidence,
  policy: Policy,
  statement: Candidate,
  budget: LinkBudget,
): PathSearch {
  const verifier = statement.issuer;
  const starts: Partial[] = [];
  for (const accreditation of evidence.about(verifier, 'VerifierAccreditation')) {
    if (!budget.spend()) return { paths: [], exhausted: true };
    const selfMade = accreditation.issuer === verifier;
    starts.push({
      top: accreditation.issuer,
      parties: selfMade ? [verifier] : [accreditation.issuer, verifier],
      arrangements: [],
      accreditation,
      decision: undefined,
    });
  }
  return climb(evidence, policy, starts, budget);
}

/** Paths through the decisions on this statement and the arrangements they rest on. */
export function searchDecisions(
  evidence: Evidence,
  policy: Policy,
  statement: Candidate,
  budget: LinkBudget,
): PathSearch {
  const starts: Partial[] = [];
  for (const decision of evidence.linkedTo(statement, 'RecognitionDecision', 'statement')) {
    if (!budget.spend()) return { paths: [], exhausted: true };
    const basis = evidence.targetOf(decision.subject['basis']);
    const recognised = basis === undefined ? undefined : textAt(basis.subject, 'id');
    const between = recognised === undefined || recognised === statement.issuer ? [] : [recognised];
    const top = basis?.issuer ?? decision.issuer;
    starts.push({
      top,
      parties: [top, ...[...between, statement.issuer].filter((party) => party !== top)],
      arrangements: basis === undefined ? [] : [basis],
      accreditation: evidence.targetOf(statement.subject['accreditation']),
      decision,
    });
  }
  return climb(evidence, policy, starts, budget);
}

function climb(evidence: Evidence, policy: Policy, starts: readonly Partial[], budget: LinkBudget): PathSearch {
  const paths: TrustPath[] = [];
  const queue: Partial[] = [...starts];
  for (let at = 0; at < queue.length; at += 1) {
    const partial = queue[at] as Partial;
    const anchors = policy.anchors.filter((entry) => entry.did === partial.top);
    for (const anchor of anchors) paths.push(finish(partial, 'anchor', anchor));
    let blocked: PathEnd = 'no-anchor';
    let grown = false;
    // An anchor may itself be recognised by another, for more: the search goes on above it.
    for (const arrangement of evidence.about(partial.top, 'RecognitionArrangement')) {
      if (!budget.spend()) return { paths, exhausted: true };
      if (partial.parties.includes(arrangement.issuer)) {
        blocked = 'cycle';
      } else if (partial.parties.length >= policy.limits.pathLength) {
        blocked = 'too-long';
      } else {
        grown = true;
        queue.push({
          ...partial,
          top: arrangement.issuer,
          parties: [arrangement.issuer, ...partial.parties],
          arrangements: [arrangement, ...partial.arrangements],
        });
      }
    }
    if (anchors.length === 0 && !grown) paths.push(finish(partial, deadEnd(evidence, partial, blocked), undefined));
  }
  return { paths, exhausted: false };
}

/** A party accredited by one further down, or by itself, goes round in a circle even though no arrangement says so. */
function deadEnd(evidence: Evidence, { top, parties, accreditation }: Partial, blocked: PathEnd): PathEnd {
  if (blocked !== 'no-anchor' || accreditation === undefined) return blocked;
  const circular = evidence
    .about(top, 'VerifierAccreditation')
    .some((link) => link.issuer !== top && parties.includes(link.issuer));
  return circular ? 'cycle' : 'no-anchor';
}

function finish({ parties, arrangements, accreditation, decision }: Partial, end: PathEnd, anchor?: AnchorEntry) {
  return { anchor, end, parties, arrangements, accreditation, decision };
}
