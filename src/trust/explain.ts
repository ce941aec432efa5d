/** A judgement for people: the parties of its path, and, where it was no acceptance, the first link that broke it. */
import type { Candidate } from './candidate.ts';
import type { PathCase } from './case.ts';
import type { NearestMiss, PathParty, RuleResult } from './evaluation.ts';
import type { Evidence } from './evidence.ts';
import type { Judgement } from './judgement.ts';
import { textAt } from './member.ts';
import { nameOf } from './rules/identity.ts';
import { orderOfRule } from './rules/rule-table.ts';
import { excessOf } from './scope.ts';

/** From the anchor down to the verification body. */
export function describePath(given: PathCase | undefined): readonly PathParty[] {
  if (given === undefined) return [];
  const { path, layers } = given;
  const links = [...path.arrangements, path.decision ?? path.accreditation];
  return path.parties.map((did, index) => {
    const above = index === 0 ? undefined : links[index - 1];
    const name = nameOf(given, did);
    const layer = layers.findIndex(({ grantedBy }) => grantedBy === above?.id);
    const [parent, own] = [layers[layer - 1], layers[layer]];
    const excess = parent === undefined || own === undefined ? [] : excessOf(parent.records, own.records);
    return {
      did,
      role: roleOf(given, index),
      ...(name === undefined ? {} : { name }),
      ...(above === undefined ? {} : { credential: { id: above.id, type: above.type, digest: above.digest } }),
      ...(excess.length === 0 ? {} : { excess }),
    };
  });
}

function roleOf({ path }: PathCase, index: number): string {
  if (index === path.parties.length - 1) return 'verification-body';
  if (index === 0 && path.anchor !== undefined) return path.anchor.role;
  if (path.decision !== undefined) return 'scheme-owner';
  return index === path.parties.length - 2 ? 'accreditation-body' : 'arrangement-owner';
}

/** Rules about the chain come first, from its top down; what the statement and the claim say comes after. */
const CHAIN_FIRST = [
  ...['I2', 'time.arrangement', 'R3', 'R4', 'R1', 'R5', 'L2', 'C1', 'C2', 'C3', 'C4', 'C5', 'R2', 'L1', 'I1', 'B7'],
  ...['time.decision', 'time.statement', 'time.claim'],
];

function precedence(rule: RuleResult): number {
  const index = CHAIN_FIRST.indexOf(rule.id);
  return index >= 0 ? index : CHAIN_FIRST.length + orderOfRule(rule.id);
}

/** Nothing for an acceptance. */
export function findNearestMiss(evidence: Evidence, judgement: Judgement): NearestMiss | undefined {
  const { result, rules, statement, pathCase } = judgement;
  const counted = rules.filter((rule) => rule.severity !== 'N');
  const failed = counted.filter((rule) => rule.outcome === 'failed' && (result !== 'REJECT' || rule.severity === 'E'));
  const broken = result === 'UNDETERMINED' ? counted.filter((rule) => rule.outcome === 'undetermined') : failed;
  const [first] = [...broken].sort((a, b) => precedence(a) - precedence(b));
  if (first === undefined) return undefined;
  const [cause] = [...(first.causes ?? [])].sort((a, b) => precedence(a) - precedence(b));
  return {
    ...(statement === undefined ? {} : { statement: statement.id }),
    path: describePath(pathCase),
    link: linkOf(evidence, judgement, cause ?? first),
    rule: first.id,
    ...(first.code === undefined ? {} : { code: first.code }),
    message: first.message,
    params: first.params,
    ...(cause === undefined ? {} : { cause: withoutSubject(cause) }),
  };
}

function withoutSubject({ id, code, message, params }: RuleResult): NonNullable<NearestMiss['cause']> {
  return { id, message, params, ...(code === undefined ? {} : { code }) };
}

/** The credential a rule speaks of, as a link between two parties; a DID that nobody vouches for is a link from nowhere. */
function linkOf(evidence: Evidence, { claim }: Judgement, rule: RuleResult): NearestMiss['link'] {
  const named = [rule.params['grantedBy'], rule.subject].map((id) => credentialOf(evidence, id));
  const credential = named.find((found) => found !== undefined);
  if (credential !== undefined) {
    return {
      from: credential.issuer,
      to: textAt(credential.subject, 'id') ?? credential.id,
      credential: credential.id,
    };
  }
  return { to: rule.params['did'] ?? rule.subject ?? claim.id };
}

function credentialOf(evidence: Evidence, id: string | undefined): Candidate | undefined {
  return evidence.admitted.find((credential) => credential.id === id);
}
