/** L1 to L5: every link leads to the very document that was linked, backwards in time, and the claim is its newest version. */
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { footprintCoreDigest } from '../../credentials/footprint.ts';
import type { Candidate } from '../candidate.ts';
import type { Case, PathCase, StatementCase } from '../case.ts';
import type { Evidence, LinkEnd } from '../evidence.ts';
import { objectAt, objectsAt, textAt, textsAt, wordAt } from '../member.ts';
import type { MessageKey } from '../messages/message.ts';
import { broken, doubtful, met, metUnless, noted, type Rule, type RuleFinding, toldCauses } from '../rule.ts';

export const L1: Rule = {
  id: 'L1',
  group: 'links',
  severity: 'E',
  regimes: 'all',
  source: 'domain.md, section 2 (LinkRef); VC Data Model 2.0, section 5.3',
  onClaim: (given) =>
    objectsAt(given.claim.subject, 'precursors')
      .map((precursor) => precursor['statement'])
      .filter((link) => link !== undefined)
      .flatMap((link) => checkPrecursorLink(given, link)),
  onStatement: (given) => [...checkClaimLink(given), ...checkReliance(given)],
  onPath: checkDecisionLinks,
};

export const L2: Rule = {
  id: 'L2',
  group: 'links',
  severity: 'E',
  regimes: 'all',
  source: 'IR (EU) 2025/2546, Annex 1.3(d)-(h); ISO/IEC 17029, clause 9.7',
  onStatement: ({ evidence, statement }) => [
    checkEnd(evidence.follow(statement.subject['accreditation']), statement, 'accreditation', 'E'),
  ],
};

export const L3: Rule = {
  id: 'L3',
  group: 'links',
  severity: 'E',
  regimes: 'all',
  source: 'domain.md, sections 2 and 3.4 (coreDigest)',
  onClaim: ({ claim }) => {
    const footprint = objectAt(claim.subject, 'footprint');
    if (footprint === undefined) return [];
    const computed = footprintCoreDigest(footprint);
    if (textAt(claim.subject, 'coreDigest') === computed) return [met({ subject: claim.id })];
    return [broken('L3.core-digest', { subject: claim.id, code: 'CHAIN_DIGEST_MISMATCH', params: { computed } })];
  },
};

export const L4: Rule = {
  id: 'L4',
  group: 'links',
  severity: 'E',
  regimes: 'all',
  source: 'domain.md, section 2 (links point backwards in time only)',
  onClaim: ({ evidence, claim }) => [...checkOrder(evidence, claim), ...checkCycle(evidence, claim)],
  onStatement: ({ evidence, statement }) =>
    metUnless([...checkOrder(evidence, statement), ...checkCycle(evidence, statement)], { subject: statement.id }),
  onPath: ({ evidence, path: { decision } }) =>
    decision === undefined ? [] : metUnless(checkOrder(evidence, decision), { subject: decision.id }),
};

export const L5: Rule = {
  id: 'L5',
  group: 'links',
  severity: 'W',
  regimes: 'all',
  source: 'PACT 3.0.3, status and precedingPfIds; ISO 14064-3, clause 10',
  onClaim: ({ evidence, claim }) => {
    const found: RuleFinding[] = [];
    if (textAt(claim.subject, 'footprint', 'status') === 'Deprecated') {
      found.push(broken('L5.deprecated', { subject: claim.id }));
    }
    const newer = supersededBy(evidence, claim);
    if (newer !== undefined) found.push(broken('L5.superseded', { subject: claim.id, params: { newer: newer.id } }));
    return metUnless(found, { subject: claim.id });
  },
  onStatement: ({ evidence, statement }) => {
    const newer = supersededBy(evidence, statement);
    if (newer === undefined) return [];
    return [broken('L5.superseded', { subject: statement.id, params: { newer: newer.id } })];
  },
};

/** A later credential of the same issuer that says it takes this one's place; for footprints, PACT's own chain counts too. */
export function supersededBy(evidence: Evidence, credential: Candidate): Candidate | undefined {
  const footprintId = textAt(credential.subject, 'footprint', 'id');
  return evidence.ofType(credential.type).find((other) => {
    if (other.issuer !== credential.issuer || other.id === credential.id) return false;
    const link = objectAt(other.subject, 'supersedes');
    if (textAt(link, 'target') === credential.id) return true;
    return footprintId !== undefined && textsAt(other.subject, 'footprint', 'precedingPfIds').includes(footprintId);
  });
}

function checkClaimLink({ evidence, statement, claim }: StatementCase): readonly RuleFinding[] {
  const end = evidence.follow(statement.subject['claim']);
  if (end.state === 'resolved' && end.target.id !== claim.id) {
    return [broken('L1.other', { subject: statement.id, code: 'CHAIN_BROKEN', params: { member: 'claim' } })];
  }
  return [checkEnd(end, statement, 'claim', 'E')];
}

/** What a statement relies on upstream need not be shown; what is shown has to be the document that was linked. */
function checkReliance({ evidence, statement }: StatementCase): readonly RuleFinding[] {
  return objectsAt(statement.subject, 'upstreamReliance').flatMap((link) => {
    const end = evidence.follow(link);
    if (end.state === 'mismatch') return [checkEnd(end, statement, 'upstreamReliance', 'E')];
    return end.state === 'resolved' ? [met({ subject: end.target.id })] : [];
  });
}

function checkPrecursorLink({ evidence, claim }: Case, link: JsonValue): readonly RuleFinding[] {
  const end = evidence.follow(link);
  const findings = [checkEnd(end, claim, 'precursors/statement', 'E')];
  if (end.state !== 'resolved') return findings;
  return [...findings, checkEnd(evidence.follow(end.target.subject['claim']), end.target, 'claim', 'E')];
}

function checkDecisionLinks({ evidence, statement, path }: PathCase): readonly RuleFinding[] {
  const { decision } = path;
  if (decision === undefined) return [];
  const end = evidence.follow(decision.subject['statement']);
  const wrong = end.state === 'resolved' && end.target.id !== statement.id;
  const more = { subject: decision.id, code: 'CHAIN_BROKEN' as const, params: { member: 'statement' } };
  return [
    wrong ? broken('L1.other', more) : checkEnd(end, decision, 'statement', 'E'),
    checkEnd(evidence.follow(decision.subject['basis']), decision, 'basis', 'E'),
  ];
}

const MISMATCHES: Readonly<Record<'digest' | 'base' | 'target', MessageKey>> = {
  digest: 'L1.digest',
  base: 'L1.base-digest',
  target: 'L1.other',
};

function checkEnd(end: LinkEnd, source: Candidate, member: string, severity: 'E' | 'W'): RuleFinding {
  const more = { subject: source.id, severity, params: { member } };
  switch (end.state) {
    case 'resolved':
      return met({ subject: source.id, params: { member, target: end.target.id } });
    case 'mismatch':
      return broken(MISMATCHES[end.why], { ...more, code: end.code });
    case 'refused':
      return broken('L1.refused', { ...more, code: end.code });
    case 'undetermined':
      return doubtful('L1.undetermined', { ...more, code: end.code });
    case 'absent':
      return broken('L1.absent', { ...more, code: 'CHAIN_BROKEN' });
  }
}

const LINKS = ['claim', 'accreditation', 'statement', 'basis', 'supersedes', 'upstreamReliance'];

/** Every link a credential of ours carries, by the member that holds it. */
function linksOf(credential: Candidate): readonly JsonObject[] {
  const { subject } = credential;
  return [
    ...LINKS.flatMap((member) => objectsAt(subject, member)),
    ...objectsAt(subject, 'precursors').flatMap((precursor) => objectsAt(precursor, 'statement')),
  ];
}

function checkOrder(evidence: Evidence, source: Candidate): readonly RuleFinding[] {
  return linksOf(source).flatMap((link) => {
    const target = evidence.targetOf(link);
    if (target === undefined || target.validFrom <= source.validFrom) return [];
    return [broken('L4.order', { subject: source.id, code: 'CHAIN_BROKEN', params: { target: target.id } })];
  });
}

function namesLinkedBy(credential: Candidate): readonly string[] {
  return linksOf(credential).map((link) => wordAt(link, 'target'));
}

/** Digests cannot close a circle, names can: a credential that can be reached from itself by the names in its links. */
function checkCycle(evidence: Evidence, start: Candidate): readonly RuleFinding[] {
  const reached = new Set(namesLinkedBy(start));
  // A set that grows while it is walked is walked to its new end, each name once.
  for (const id of reached) {
    if (id === start.id) return [broken('L4.cycle', { subject: start.id, code: 'CHAIN_CYCLE' })];
    for (const name of evidence.named(id).flatMap(namesLinkedBy)) reached.add(name);
  }
  return [];
}

/** What the report notes of a statement that leans on others: whether these hold under the same regime. */
export const RELIANCE: Rule = {
  id: 'reliance',
  group: 'links',
  severity: 'W',
  also: ['N'],
  regimes: 'all',
  source: 'trust.md, section 5, step 6; ISO 14064-3 (reliance on other verifications)',
  onStatement: ({ evidence, statement, judgeUpstream }) =>
    objectsAt(statement.subject, 'upstreamReliance').flatMap((link) => {
      const relied = evidence.targetOf(link);
      if (relied === undefined) return [];
      const nested = judgeUpstream(relied);
      const params = { statement: relied.id };
      if (nested.failed.length > 0) {
        return [broken('reliance.refused', { subject: statement.id, params, causes: toldCauses(nested.failed) })];
      }
      if (nested.undetermined.length > 0) {
        return [noted('reliance.unknown', { subject: statement.id, params, causes: toldCauses(nested.undetermined) })];
      }
      return [met({ subject: relied.id })];
    }),
};
