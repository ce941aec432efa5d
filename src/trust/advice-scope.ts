/** An accreditation or arrangement before it is signed: whether what it grants is its issuer's to grant, and serves the regime. */
import type { AdviceCase } from './advice.ts';
import type { RuleResult } from './evaluation.ts';
import { checkAnchorInForce } from './in-force.ts';
import { enumerated } from './rule.ts';
import { mayIssue } from './rules/identity.ts';
import { excessOf, grantedValues, grants, intersectScopes, type ScopeRecord } from './scope.ts';
import { scopeOfAnchor, scopeOfArrangement, scopesOfAccreditation } from './scope-records.ts';

export function adviseOnScope(given: AdviceCase): readonly RuleResult[] {
  const { draft } = given;
  if (draft.type !== 'VerifierAccreditation' && draft.type !== 'RecognitionArrangement') return [];
  const own = draft.type === 'VerifierAccreditation' ? scopesOfAccreditation(draft) : [scopeOfArrangement(draft)];
  return [...checkAnchored(given), ...checkProgramme(given, own), ...checkGranted(given, own)];
}

/** I2, as far as it goes: an anchor of the policy, or a party that an arrangement at hand speaks of. */
function checkAnchored({ draft, evidence, policy }: AdviceCase): readonly RuleResult[] {
  const anchors = policy.anchors.filter((entry) => entry.did === draft.issuer);
  const base = { id: 'I2', severity: 'E', subject: draft.issuer } as const;
  const [first] = anchors;
  if (first === undefined) {
    if (evidence.about(draft.issuer, 'RecognitionArrangement').length > 0) return [];
    const params = { did: draft.issuer };
    return [{ ...base, outcome: 'failed', code: 'POLICY_UNTRUSTED_ANCHOR', message: 'I2.no-anchor', params }];
  }
  const able = anchors.find((anchor) => mayIssue(anchor, draft.type));
  if (able === undefined) {
    const params = { did: draft.issuer, role: first.role, type: draft.type };
    return [{ ...base, outcome: 'failed', code: 'POLICY_ROLE', message: 'I2.role', params }];
  }
  const [ended] = checkAnchorInForce(able, draft.validFrom);
  if (ended === undefined) return [{ ...base, outcome: 'passed', message: 'I2', params: {} }];
  const { params = {} } = ended;
  return [{ ...base, outcome: 'failed', code: 'POLICY_NOT_VALID_THEN', message: 'I2.anchor-interval', params }];
}

/** C3 and C4: what it grants is of use under this regime at all. */
function checkProgramme({ draft, regime }: AdviceCase, own: readonly ScopeRecord[]): readonly RuleResult[] {
  const base = { severity: 'E', outcome: 'failed', code: 'OUT_OF_SCOPE', subject: draft.id } as const;
  const useful = own.filter((record) => regime.programmes.some((programme) => grants(record, 'programme', programme)));
  if (regime.programmes.length === 0) return [];
  if (useful.length === 0) {
    const granted = enumerated(grantedValues(own, 'programme'));
    const params = { dimension: 'programme', demand: regime.programmes.join(', '), granted, grantedBy: draft.id };
    return [{ ...base, id: 'C3', message: 'scope.outside', params }];
  }
  const grouped = useful.some((record) => record.cbamActivityGroup !== undefined);
  if (regime.kind !== 'eu-cbam' || draft.type !== 'VerifierAccreditation' || grouped) return [];
  return [{ ...base, id: 'C4', message: 'advice.no-groups', params: { programme: regime.programmes.join(', ') } }];
}

/** What its issuer was granted: by the policy, and by the arrangements at hand. Whatever lies beyond all of them will not count. */
function checkGranted({ draft, evidence, policy }: AdviceCase, own: readonly ScopeRecord[]): readonly RuleResult[] {
  const arrangements = evidence.about(draft.issuer, 'RecognitionArrangement');
  const anchors = policy.anchors.filter((entry) => entry.did === draft.issuer);
  const parents = [...arrangements.map(scopeOfArrangement), ...anchors.map(scopeOfAnchor)];
  if (parents.length === 0) return [];
  const grantedBy = [...arrangements.map(({ id }) => id), ...anchors.map(({ did }) => did)].join(', ');
  const base = { id: 'C3', outcome: 'failed', code: 'OUT_OF_SCOPE', subject: draft.id } as const;
  if (intersectScopes(parents, own).length === 0) {
    return [{ ...base, severity: 'E', message: 'advice.nothing-left', params: { grantedBy } }];
  }
  // Only accreditations speak of CBAM groups, so none of them is beyond what a link above grants.
  return excessOf(parents, own)
    .filter(({ dimension }) => dimension !== 'cbamActivityGroup')
    .map(({ dimension, values }) => ({
      ...base,
      severity: 'N',
      message: 'advice.excess',
      params: { dimension, values: values.join(', '), grantedBy },
    }));
}
