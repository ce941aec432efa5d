/** P1 and P2: nobody is sent more than is meant for them, and nothing hidden can be worked out. Before sending, and on receipt. */

import type { Audience } from '../../credentials/audience.ts';
import { baseDigest, isShownWhole } from '../../credentials/link.ts';
import { isDecimal } from '../../formats/decimal.ts';
import { jcs } from '../../formats/jcs.ts';
import type { Candidate } from '../candidate.ts';
import type { Case } from '../case.ts';
import { objectAt, objectsAt, textAt, valueAt } from '../member.ts';
import type { MessageKey } from '../messages/message.ts';
import { broken, metUnless, type Rule, type RuleFinding } from '../rule.ts';

export const P1: Rule = {
  id: 'P1',
  group: 'privacy',
  severity: 'E',
  regimes: 'all',
  source: 'domain.md, section 9; IR (EU) 2025/2547, recital 17',
  onStatement: (given) => {
    const { claim, statement, regime, evidence, worksheet } = given;
    const found: RuleFinding[] = [];
    const base = valueAt(statement.subject, 'claim', 'baseDigestMultibase');
    if (isShownWhole(claim.document) && base !== undefined && base !== baseDigest(claim.document)) {
      found.push(broken('P1.blinding', { subject: claim.id }));
    }
    if (regime.audience !== undefined) {
      const shown = evidence.admitted.filter((credential) => belongsToCase(given, credential));
      found.push(...checkDisclosure(shown, claim, regime.audience));
      if (worksheet !== undefined && regime.audience !== 'verifier')
        found.push(tooMuch('P1.worksheet', claim, regime.audience));
    }
    return metUnless(found, { subject: claim.id });
  },
};

/** Unrelated credentials are somebody else's business: only what this claim builds on gives it away. */
function belongsToCase({ evidence, claim }: Case, credential: Candidate): boolean {
  if (credential.id === claim.id) return true;
  if (credential.type === 'VerificationStatement') return true;
  if (credential.type === 'CarbonPricePaid') return evidence.leadsTo(credential.subject['claim'], claim);
  if (credential.type === 'ShipmentAllocation') {
    const statement = evidence.targetOf(credential.subject['statement']);
    return evidence.leadsTo(statement?.subject['claim'], claim);
  }
  return objectsAt(claim.subject, 'precursors').some((precursor) => {
    const statement = evidence.targetOf(precursor['statement']);
    return evidence.leadsTo(statement?.subject['claim'], credential);
  });
}

/**
 * What stands in these credentials although such an audience may not be sent it: the allow-list of domain.md, section 9.1. A sender
 * asks before presenting; a receiver whose policy names its audience refuses what it should not have been sent.
 */
export function checkDisclosure(
  shown: readonly Candidate[],
  claim: Candidate,
  audience: Audience,
): readonly RuleFinding[] {
  if (audience === 'verifier') return [];
  const found: RuleFinding[] = [];
  for (const credential of shown) {
    const { subject } = credential;
    const volumes = [...objectsAt(subject, 'goods'), ...objectsAt(subject, 'precursors')].some(
      (entry) => entry['quantity'] !== undefined || entry['attributedEmissions'] !== undefined,
    );
    if (volumes) found.push(tooMuch('P1.quantities', credential, audience));
    if (audience === 'declarant') continue;
    if (credential.type === 'ShipmentAllocation') found.push(tooMuch('P1.allocation', credential, audience));
    if (credential.type === 'CarbonPricePaid') found.push(tooMuch('P1.carbon-price', credential, audience));
    if (confirmsVolumes(credential)) found.push(tooMuch('P1.quantities', credential, audience));
    if (subject['upstreamReliance'] !== undefined) found.push(tooMuch('P1.reliance', credential, audience));
    const footprint = credential.type === 'CarbonFootprintClaim' || credential.type === 'EmbeddedEmissionsClaim';
    if (footprint && credential.id !== claim.id) found.push(tooMuch('P1.supplier', credential, audience));
  }
  return audience === 'declarant' ? [...found, ...checkBuyers(shown)] : found;
}

/** A statement may repeat what the claim withholds (IR (EU) 2025/2546, Annex 2.4(b)). */
function confirmsVolumes({ subject }: Candidate): boolean {
  const metrics = objectsAt(subject, 'checkedValues').map((entry) => entry['metric']);
  return metrics.includes('quantity') || metrics.includes('attributedEmissions');
}

/** A declarant is one buyer: what others bought is theirs to know. Under different salts one buyer looks like two, and is refused. */
function checkBuyers(shown: readonly Candidate[]): readonly RuleFinding[] {
  const allocations = shown.filter(({ type }) => type === 'ShipmentAllocation');
  const buyers = new Map(
    allocations.map((credential) => [jcs(objectAt(credential.subject, 'buyer') ?? null), credential]),
  );
  const [, other] = buyers.values();
  return other === undefined ? [] : [tooMuch('P1.other-buyer', other, 'declarant')];
}

function tooMuch(message: MessageKey, credential: Candidate, audience: Audience): RuleFinding {
  return broken(message, { subject: credential.id, params: { audience } });
}

export const P2: Rule = {
  id: 'P2',
  group: 'privacy',
  severity: 'W',
  regimes: 'all',
  source: 'domain.md, section 9.1 (number of inputs)',
  onClaim: ({ claim, worksheet }) => {
    const count = textAt(claim.subject, 'aggregation', 'leafCount');
    if (!isDecimal(count)) return [];
    const subject = claim.id;
    const found: RuleFinding[] = [];
    if (count === '1') found.push(broken('P2.single', { subject }));
    const shown = worksheet?.paths === undefined ? undefined : worksheet.leaves.length;
    if (shown !== undefined && String(shown + 1) === count) found.push(broken('P2.one-left', { subject }));
    return metUnless(found, { subject });
  },
};
