/** What has no rule of its own in domain.md: claim, statement and decision count at the instant asked about, arrangements at Ts. */
import { CLOCK_SKEW_MS } from '../../credentials/validity-period.ts';
import { checkInForce } from '../in-force.ts';
import { textAt } from '../member.ts';
import { metUnless, type Rule } from '../rule.ts';

const SOURCE = 'trust.md, section 4; VC Data Model 2.0, section 4.9; Bitstring Status List 1.0';

export const TIME_CLAIM: Rule = {
  id: 'time.claim',
  group: 'time',
  severity: 'E',
  regimes: 'all',
  source: SOURCE,
  onClaim: ({ claim, regime, at }) =>
    metUnless(checkInForce(claim, regime, { at, now: at, skew: CLOCK_SKEW_MS }), { subject: claim.id }),
};

export const TIME_STATEMENT: Rule = {
  id: 'time.statement',
  group: 'time',
  severity: 'E',
  regimes: 'all',
  source: SOURCE,
  onStatement: ({ statement, regime, at }) =>
    metUnless(checkInForce(statement, regime, { at, now: at, skew: CLOCK_SKEW_MS }), { subject: statement.id }),
};

export const TIME_DECISION: Rule = {
  id: 'time.decision',
  group: 'time',
  severity: 'E',
  regimes: 'all',
  source: SOURCE,
  onPath: ({ path: { decision }, regime, at }) =>
    decision === undefined
      ? []
      : metUnless(checkInForce(decision, regime, { at, now: at, skew: CLOCK_SKEW_MS }), { subject: decision.id }),
};

/** R3 judges those of an MLA and R4 the basis of a decision; the instant is the same. */
export const TIME_ARRANGEMENT: Rule = {
  id: 'time.arrangement',
  group: 'time',
  severity: 'E',
  regimes: 'all',
  source: SOURCE,
  onPath: ({ path, statement, regime, at }) =>
    path.arrangements
      .filter((arrangement) => textAt(arrangement.subject, 'kind') !== 'mla-signatory')
      .flatMap((arrangement) =>
        metUnless(
          checkInForce(arrangement, regime, { at: statement.validFrom, now: at, code: 'POLICY_NOT_VALID_THEN' }),
          { subject: arrangement.id },
        ),
      ),
};
