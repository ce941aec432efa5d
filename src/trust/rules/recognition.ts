/** R1 to R5: the chain is of a kind that this regime admits. Recognition is always under one regime, never as such. */
import { CLOCK_SKEW_MS } from '../../credentials/validity-period.ts';
import { type Candidate, CLAIM_TYPES } from '../candidate.ts';
import type { PathCase } from '../case.ts';
import { checkAnchorInForce, checkInForce } from '../in-force.ts';
import { textAt, textsAt, wordAt } from '../member.ts';
import type { Regime } from '../regimes/regime.ts';
import { broken, doubtful, enumerated, met, metUnless, type Rule, type RuleFinding } from '../rule.ts';
import { coversVerification } from '../scope-records.ts';
import { mayIssue } from './identity.ts';

export const R1: Rule = {
  id: 'R1',
  group: 'recognition',
  severity: 'E',
  regimes: 'all',
  source: 'DR (EU) 2025/2551, Art. 3; Reg. (EU) 2023/1542, Art. 17(2); domain.md, sections 7 and 13',
  onPath: (given) => {
    const { regime, path, statement } = given;
    const { accreditation, arrangements } = path;
    const found = [
      ...(accreditation === undefined ? [] : checkLegalBasis(accreditation, regime)),
      ...arrangements.flatMap((arrangement) => checkKind(arrangement, regime)),
      ...checkReached(given),
    ];
    return metUnless(found, { subject: statement.id });
  },
  onLink: ({ link, regime }) => {
    if (link.type === 'VerifierAccreditation') return metUnless(checkLegalBasis(link, regime), { subject: link.id });
    return link.type === 'RecognitionArrangement' ? metUnless(checkKind(link, regime), { subject: link.id }) : [];
  },
};

function checkLegalBasis(accreditation: Candidate, regime: Regime): RuleFinding[] {
  const basis = wordAt(accreditation.subject, 'legalBasis') || '–';
  if ((regime.legalBases as readonly string[]).includes(basis)) return [];
  const params = { basis, admitted: enumerated(regime.legalBases), regime: regime.id };
  return [broken('R1.legal-basis', { subject: accreditation.id, params })];
}

function checkKind(arrangement: Candidate, regime: Regime): RuleFinding[] {
  const kind = wordAt(arrangement.subject, 'kind') || '–';
  if ((regime.arrangementKinds as readonly string[]).includes(kind)) return [];
  const params = { kind, admitted: enumerated(regime.arrangementKinds), regime: regime.id };
  return [broken('R1.kind', { subject: arrangement.id, params })];
}

/** A missing arrangement, and a missing accreditation, is R1. */
function checkReached({ evidence, regime, path, statement }: PathCase): RuleFinding[] {
  if (regime.decision) {
    if (path.decision === undefined || path.arrangements.length > 0) return [];
    return [broken('R1.no-basis', { subject: path.decision.id, code: 'NO_TRUST_PATH' })];
  }
  if (path.accreditation === undefined) {
    const doubt = evidence.doubtAbout('VerifierAccreditation');
    const more = { subject: statement.issuer, params: { did: statement.issuer } };
    if (doubt !== undefined) return [doubtful('R1.undetermined', { ...more, code: doubt })];
    return [broken('R1.no-accreditation', { ...more, code: 'NO_TRUST_PATH' })];
  }
  if (path.anchor !== undefined) return [];
  const [top] = path.parties;
  const doubt = evidence.doubtAbout('RecognitionArrangement');
  const more = { subject: top, params: { did: top } };
  if (doubt !== undefined) return [doubtful('R1.undetermined', { ...more, code: doubt })];
  return [broken('R1.no-path', { ...more, code: 'NO_TRUST_PATH' })];
}

export const R2: Rule = {
  id: 'R2',
  group: 'recognition',
  severity: 'E',
  regimes: 'all',
  source: 'domain.md, sections 1 and 7 (footprint and embedded emissions are different quantities)',
  onPath: ({ regime, claim, statement, path }) => {
    const programme = wordAt(statement.subject, 'programme');
    const basis = path.arrangements.at(-1);
    if (regime.decision && basis === undefined) return [];
    const admitted = regime.decision && basis ? textsAt(basis.subject, 'programmes') : regime.programmes;
    const found: RuleFinding[] = [];
    if (!admitted.includes(programme)) {
      const params = { programme, admitted: enumerated(admitted), regime: regime.id };
      found.push(broken('R2.programme', { subject: statement.id, params }));
    }
    found.push(...checkClaimType(claim, regime));
    return metUnless(found, { subject: statement.id });
  },
  onLink: ({ link, regime }) =>
    CLAIM_TYPES.includes(link.type) ? metUnless(checkClaimType(link, regime), { subject: link.id }) : [],
};

function checkClaimType(claim: Candidate, regime: Regime): readonly RuleFinding[] {
  if (claim.type === regime.claimType) return [];
  const params = { type: claim.type, wanted: regime.claimType, regime: regime.id };
  return [broken('R2.claim-type', { subject: claim.id, params })];
}

export const R3: Rule = {
  id: 'R3',
  group: 'recognition',
  severity: 'E',
  regimes: 'all',
  source: 'IAF PL 3; IAF MD 6 (levels of the MLA)',
  onPath: ({ path, statement, regime, at }) =>
    path.arrangements
      .filter((arrangement) => textAt(arrangement.subject, 'kind') === 'mla-signatory')
      .flatMap((arrangement) => {
        const instant = { at: statement.validFrom, now: at, code: 'POLICY_NOT_VALID_THEN' } as const;
        const found = [...checkInForce(arrangement, regime, instant), ...checkLevels(arrangement)];
        return metUnless(found, { subject: arrangement.id });
      }),
  onLink: ({ link }) =>
    link.type === 'RecognitionArrangement' && textAt(link.subject, 'kind') === 'mla-signatory'
      ? metUnless(checkLevels(link), { subject: link.id })
      : [],
};

function checkLevels(arrangement: Candidate): readonly RuleFinding[] {
  if (coversVerification(arrangement)) return [];
  return [broken('R3.levels', { subject: arrangement.id, code: 'OUT_OF_SCOPE' })];
}

export const R4: Rule = {
  id: 'R4',
  group: 'recognition',
  severity: 'E',
  also: ['W'],
  regimes: 'all',
  source: 'Practice of scheme-to-scheme recognition: domain.md, sections 3.7 and 13',
  onPath: (given) => {
    const { evidence, regime, statement, path } = given;
    if (!regime.decision) return [];
    const { decision } = path;
    if (decision === undefined) {
      const doubt = evidence.doubtAbout('RecognitionDecision');
      if (doubt !== undefined) return [doubtful('R4.undetermined', { subject: statement.id, code: doubt })];
      return [broken('R4.none', { subject: statement.id, code: 'NO_TRUST_PATH' })];
    }
    const basis = path.arrangements.at(-1);
    const found = [...checkDecision(given, decision), ...checkRefusals(given, decision)];
    if (basis !== undefined) found.push(...checkBasis(given, decision, basis));
    return metUnless(found, { subject: decision.id });
  },
};

function checkDecision({ statement }: PathCase, decision: Candidate): readonly RuleFinding[] {
  const verdict = textAt(decision.subject, 'decision');
  const found: RuleFinding[] = [];
  if (verdict !== 'accepted' && verdict !== 'accepted-with-conditions') {
    found.push(broken('R4.refused', { subject: decision.id }));
  }
  if (decision.validUntil > statement.validUntil) found.push(broken('R4.outlives', { subject: decision.id }));
  return found;
}

/** A later refusal by the same party leaves it to a person which of its decisions stands. */
function checkRefusals({ evidence, regime, statement, at }: PathCase, decision: Candidate): readonly RuleFinding[] {
  return evidence
    .linkedTo(statement, 'RecognitionDecision', 'statement')
    .filter((other) => {
      if (other.id === decision.id || other.issuer !== decision.issuer) return false;
      if (other.validFrom < decision.validFrom || other.subject['decision'] !== 'refused') return false;
      const findings = checkInForce(other, regime, { at, now: at, skew: CLOCK_SKEW_MS });
      return findings.every((finding) => finding.outcome !== 'failed');
    })
    .map((other) => broken('R4.refused-later', { subject: decision.id, severity: 'W', params: { other: other.id } }));
}

/** The decider is the party that the arrangement says accepts; under a mutual one it may be the other, if the policy anchors it. */
function checkBasis({ policy, regime, at }: PathCase, decision: Candidate, basis: Candidate): readonly RuleFinding[] {
  const instant = { at: decision.validFrom, now: at, code: 'POLICY_NOT_VALID_THEN' } as const;
  const found = checkInForce(basis, regime, instant).filter((finding) => finding.outcome !== 'passed');
  const reverse =
    textAt(basis.subject, 'direction') === 'mutual' &&
    decision.issuer === textAt(basis.subject, 'id') &&
    policy.anchors.some(
      (anchor) =>
        anchor.did === decision.issuer &&
        mayIssue(anchor, 'RecognitionDecision') &&
        checkAnchorInForce(anchor, decision.validFrom).length === 0,
    );
  if (decision.issuer !== basis.issuer && !reverse) {
    const params = { did: decision.issuer, basis: basis.id };
    found.push(broken('R4.direction', { subject: decision.id, code: 'CHAIN_BROKEN', params }));
  }
  return found;
}

export const R5: Rule = {
  id: 'R5',
  group: 'recognition',
  severity: 'E',
  regimes: 'all',
  source: 'trust.md, section 2; Practice of accreditation: no recognition of a recognition without end',
  onPath: ({ regime, path, statement }) => {
    if ((regime.decision ? path.decision : path.accreditation) === undefined) return [];
    const parties = String(path.parties.length);
    if (path.parties.length <= regime.maximumPathLength) return [met({ subject: statement.id, params: { parties } })];
    const params = { parties, longest: String(regime.maximumPathLength) };
    return [broken('R5.too-long', { subject: statement.id, code: 'POLICY_PATH_LENGTH', params })];
  },
};
