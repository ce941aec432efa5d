/** The case of one path: what its links grant, and which of its conditions are still open. */
import { CLOCK_SKEW_MS } from '../credentials/validity-period.ts';
import type { PathCase, ScopeLayer } from './case.ts';
import { checkInForce } from './in-force.ts';
import { textAt, textsAt } from './member.ts';
import { sortedSet } from './order.ts';
import { intersectScopes, type ScopeRecord } from './scope.ts';
import { scopeOfAnchor, scopeOfArrangement, scopesOfAccreditation } from './scope-records.ts';
import type { TrustPath } from './trust-path.ts';

/** What the links of a path grant, from the anchor down, and what they grant together. The same under every regime. */
export function scopeOfPath(path: TrustPath): Pick<PathCase, 'layers' | 'scope'> {
  const layers: ScopeLayer[] = [];
  if (path.anchor !== undefined) {
    layers.push({ grantedBy: path.anchor.did, speaksOfGroups: false, records: [scopeOfAnchor(path.anchor)] });
  }
  for (const arrangement of path.arrangements) {
    layers.push({ grantedBy: arrangement.id, speaksOfGroups: false, records: [scopeOfArrangement(arrangement)] });
  }
  if (path.accreditation !== undefined) {
    const records = scopesOfAccreditation(path.accreditation);
    layers.push({ grantedBy: path.accreditation.id, speaksOfGroups: true, records });
  }
  const [top, ...below] = layers;
  const scope = below.reduce<readonly ScopeRecord[]>(
    (granted, layer) => intersectScopes(granted, layer.records),
    top?.records ?? [],
  );
  return { layers, scope };
}

/** Conditions of a decision, or of an arrangement that no decision has settled (docs/domain.md, section 7). */
export function openConditions(given: PathCase): readonly string[] {
  const { evidence, path, statement, regime, at } = given;
  if (path.decision !== undefined) {
    if (textAt(path.decision.subject, 'decision') !== 'accepted-with-conditions') return [];
    const stated = textsAt(path.decision.subject, 'conditions');
    return stated.length > 0 ? stated : ['accepted-with-conditions'];
  }
  const open = path.arrangements.filter((arrangement) => {
    const conditions = textsAt(arrangement.subject, 'conditions').filter((condition) => condition !== 'none');
    if (conditions.length === 0) return false;
    return !evidence.linkedTo(statement, 'RecognitionDecision', 'statement').some((decision) => {
      const settled =
        textAt(decision.subject, 'decision') === 'accepted' &&
        decision.issuer === arrangement.issuer &&
        decision.compromise?.own === undefined &&
        evidence.leadsTo(decision.subject['statement'], statement) &&
        evidence.leadsTo(decision.subject['basis'], arrangement);
      const findings = checkInForce(decision, regime, { at, now: at, skew: CLOCK_SKEW_MS });
      return settled && findings.every((finding) => finding.outcome === 'passed');
    });
  });
  const named = open.flatMap((arrangement) => textsAt(arrangement.subject, 'conditions'));
  return sortedSet(named.filter((condition) => condition !== 'none'));
}
