/** A5 to A7: the private sheet behind a footprint, where its holder hands it over (docs/domain.md, section 9.2). */
import type { JsonObject } from '../../base/json.ts';
import { percentOf, productOf, totalOf } from '../../credentials/worksheet/leaves.ts';
import { add, canonical, equal, isDecimal, isZero, multiply, places, round } from '../../formats/decimal.ts';
import { merkleRoot, rootAbove } from '../../formats/merkle.ts';
import { overlap } from '../calendar.ts';
import type { Candidate } from '../candidate.ts';
import type { Case, StatementCase } from '../case.ts';
import type { Worksheet } from '../evaluation.ts';
import { amountAt, figureAt, isSame, product } from '../figures.ts';
import { checkKeys } from '../in-force.ts';
import { objectAt, textAt, wordAt } from '../member.ts';
import { broken, doubtful, met, metUnless, missing, type Rule, type RuleFinding } from '../rule.ts';
import { figuresOf } from './arithmetic.ts';
import { supersededBy } from './links.ts';
import { periodOf } from './statement.ts';

/** Whether the sheet holds every line, so that it can be added up. */
export function isWhole(worksheet: Worksheet): boolean {
  return worksheet.paths === undefined;
}

function aggregationOf(claim: Candidate): JsonObject | undefined {
  return objectAt(claim.subject, 'aggregation');
}

export const A5: Rule = {
  id: 'A5',
  group: 'arithmetic',
  severity: 'E',
  regimes: 'all',
  source: 'PACT 3.0.3, calculation with supplier data; domain.md, section 2 (aggregation)',
  onClaim: (given) => {
    const { claim, worksheet } = given;
    if (aggregationOf(claim) === undefined) return [];
    if (worksheet === undefined) return [missing('A5.no-worksheet', { subject: claim.id })];
    const inputs = worksheet.leaves.filter((leaf) => leaf['claim'] !== undefined);
    const names = inputs.map((leaf) => textAt(leaf, 'claim', 'target'));
    const repeated = new Set(names).size < names.length;
    const found = inputs.flatMap((leaf) => checkInput(given, leaf));
    if (repeated) found.push(broken('A5.twice', { subject: claim.id }));
    return inputs.length === 0 ? [] : metUnless(found, { subject: claim.id });
  },
};

/** The factor is the supplier's figure per unit, and the supplier's claim may be built upon. */
function checkInput(given: Case, leaf: JsonObject): readonly RuleFinding[] {
  const { evidence, claim } = given;
  const end = evidence.follow(leaf['claim']);
  const name = wordAt(leaf, 'claim', 'target');
  const more = { subject: claim.id, params: { claim: name } };
  if (end.state === 'absent') return [missing('A5.no-claim', more)];
  if (end.state === 'undetermined') return [doubtful('A5.no-claim', { ...more, code: end.code })];
  if (end.state !== 'resolved') return [broken('A5.link', { ...more, code: end.code })];
  const supplier = end.target;
  const found: RuleFinding[] = [...checkKeys(supplier)];
  const pcf = figuresOf({ claim: supplier });
  const expected = product(figureAt(leaf, 'factor'), figureAt(pcf, 'declaredUnitAmount'));
  if (!isSame(expected, figureAt(pcf, 'pcfExcludingBiogenicUptake'))) found.push(broken('A5.factor', more));
  const boundary = textAt(supplier.subject, 'boundary');
  if (textAt(claim.subject, 'boundary') !== 'gate-to-gate' && boundary === 'gate-to-gate') {
    found.push(broken('A5.boundary', more));
  }
  const [own, theirs] = [periodOf(claim), periodOf(supplier)];
  const inForce = supplier.validFrom <= claim.validFrom && claim.validFrom < supplier.validUntil;
  if (!inForce || !overlap(own, theirs)) found.push(broken('A5.period', more));
  if (supersededBy(evidence, supplier) !== undefined) found.push(broken('A5.superseded', { ...more, severity: 'W' }));
  return found;
}

export const A6: Rule = {
  id: 'A6',
  group: 'arithmetic',
  severity: 'E',
  also: ['W'],
  regimes: 'all',
  source: 'domain.md, sections 2 (aggregation) and 9.2',
  onClaim: ({ claim, worksheet }) => {
    if (aggregationOf(claim) === undefined) return [];
    const subject = claim.id;
    if (worksheet === undefined || !isWhole(worksheet)) return [missing('A6.no-worksheet', { subject })];
    const { faults, total } = sumOf(worksheet);
    const found = faults.map(({ message, line }) => broken(message, { subject, params: { line } }));
    const stated = amountAt(figuresOf({ claim }), 'pcfExcludingBiogenicUptake');
    if (!equal(round(total, places(stated)), stated)) {
      found.push(broken('A6.total', { subject, params: { stated: canonical(stated), total } }));
    }
    return metUnless(found, { subject });
  },
  onStatement: checkVerifiedShare,
};

interface SheetSum {
  readonly faults: readonly { readonly message: 'A6.line-form' | 'A6.line'; readonly line: string }[];
  readonly total: string;
}

/** Sums by sheet, for the reason for which `roots` are kept. */
const sums = new WeakMap<Worksheet, SheetSum>();

/** What is wrong in the lines, and what they add up to. The sheet must not change any more. */
function sumOf(worksheet: Worksheet): SheetSum {
  const { leaves } = worksheet;
  const known = sums.get(worksheet) ?? { faults: leaves.flatMap(checkLine), total: totalOf(leaves) };
  sums.set(worksheet, known);
  return known;
}

function checkLine(leaf: JsonObject, index: number): SheetSum['faults'] {
  const [quantity, factor, contribution] = ['quantity', 'factor', 'contribution'].map((member) => textAt(leaf, member));
  const line = String(index + 1);
  const role = leaf['role'] === 'input' || leaf['role'] === 'own';
  if (!role || !isDecimal(quantity) || !isDecimal(factor) || !isDecimal(contribution)) {
    return [{ message: 'A6.line-form', line }];
  }
  return equal(multiply(quantity, factor), contribution) ? [] : [{ message: 'A6.line', line }];
}

/** The share of verified inputs, where the sheet and the inputs' own chains are here to compute it. */
function checkVerifiedShare(given: StatementCase): readonly RuleFinding[] {
  const computed = verifiedShare(given);
  const claimed = figureAt(aggregationOf(given.claim), 'verifiedSharePercent');
  if (computed === undefined || claimed === undefined || equal(computed, claimed)) return [];
  const params = { computed, claimed };
  return [broken('A6.verified-share', { subject: given.claim.id, severity: 'W', params })];
}

/**
 * (own part + inputs whose claim has a statement of its own that holds) / footprint, percent, two places half up. The own part counts
 * because the statement on this claim covers it. Nothing unless the whole sheet and every claim it names are here.
 */
export function verifiedShare(given: StatementCase): string | undefined {
  const { worksheet, claim, evidence } = given;
  const footprint = figureAt(figuresOf(given), 'pcfExcludingBiogenicUptake');
  if (worksheet === undefined || !isWhole(worksheet) || footprint === undefined || isZero(footprint)) return undefined;
  if (aggregationOf(claim) === undefined) return undefined;
  const verified: string[] = [];
  for (const leaf of worksheet.leaves) {
    if (leaf['role'] === 'own') verified.push(productOf(leaf));
    else if (leaf['claim'] !== undefined) {
      const supplier = evidence.targetOf(leaf['claim']);
      if (supplier === undefined) return undefined;
      if (hasOwnStatement(given, supplier)) verified.push(productOf(leaf));
    }
  }
  return percentOf(add(...verified), footprint);
}

function hasOwnStatement({ evidence, judgeUpstream }: StatementCase, supplier: Candidate): boolean {
  return evidence.linkedTo(supplier, 'VerificationStatement', 'claim').some((statement) => {
    const nested = judgeUpstream(statement);
    return nested.claim?.id === supplier.id && nested.failed.length === 0 && nested.undetermined.length === 0;
  });
}

export const A7: Rule = {
  id: 'A7',
  group: 'arithmetic',
  severity: 'E',
  regimes: 'all',
  source: 'domain.md, section 9.2; RFC 6962, section 2.1',
  onClaim: ({ claim, worksheet }) => {
    const root = textAt(aggregationOf(claim), 'leavesRoot');
    if (root === undefined) return [];
    const subject = claim.id;
    if (worksheet === undefined) return [missing('A7.no-worksheet', { subject })];
    if (provesTo(worksheet, root)) return [met({ subject })];
    return [broken('A7.root', { subject, code: 'CHAIN_DIGEST_MISMATCH', params: { root } })];
  },
  onStatement: ({ claim, statement }) => {
    const root = textAt(aggregationOf(claim), 'leavesRoot');
    if (root === undefined) return [];
    const verified = textAt(statement.subject, 'aggregation', 'leavesRoot');
    if (verified === root) return [met({ subject: statement.id })];
    return [broken('A7.statement-root', { subject: statement.id, code: 'CHAIN_DIGEST_MISMATCH' })];
  },
};

/** Whether all leaves, or each with its path, belong to the tree of that root. */
export function provesTo(worksheet: Worksheet, root: string): boolean {
  return rootOfSheet(worksheet) === root;
}

/** Roots by sheet: many claims may be compared with one sheet, under many regimes, and hashing it is what takes time. */
const roots = new WeakMap<Worksheet, { readonly root: string | undefined }>();

/** The one root to which all leaves lead; nothing for a sheet that leads nowhere. The sheet must not change any more. */
function rootOfSheet(worksheet: Worksheet): string | undefined {
  const known = roots.get(worksheet) ?? { root: findRoot(worksheet) };
  roots.set(worksheet, known);
  return known.root;
}

type SheetPath = NonNullable<Worksheet['paths']>[number];

function findRoot({ leaves, paths }: Worksheet): string | undefined {
  const [first] = leaves;
  if (first === undefined) return undefined;
  if (paths === undefined) return merkleRoot(leaves);
  if (paths.length !== leaves.length) return undefined;
  // As many paths as leaves, so each leaf has one.
  const [root, ...others] = new Set(leaves.map((leaf, index) => rootAbove(leaf, paths[index] as SheetPath)));
  return others.length === 0 ? root : undefined;
}
