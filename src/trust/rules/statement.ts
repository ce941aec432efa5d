/** V1 to V7: what the verification body concluded, about this very claim, with enough assurance. */

import type { JsonObject } from '../../base/json.ts';
import { CLOCK_SKEW_MS } from '../../credentials/validity-period.ts';
import { formatDate } from '../../formats/date-time.ts';
import { coversPeriod, type Period, readPeriod, yearPeriod } from '../calendar.ts';
import type { Candidate } from '../candidate.ts';
import type { StatementCase } from '../case.ts';
import { figureAt, isAtMost, isSame } from '../figures.ts';
import { checkInForce } from '../in-force.ts';
import { flagAt, objectAt, objectsAt, textAt, textsAt, wordAt } from '../member.ts';
import { broken, doubtful, metUnless, type Rule, type RuleFinding } from '../rule.ts';
import { referencePeriodOf } from './arithmetic.ts';
import { supersededBy } from './links.ts';

export const V1: Rule = {
  id: 'V1',
  group: 'statement',
  severity: 'E',
  regimes: 'all',
  source: 'ISO/IEC 17029, clause 5.3 (impartiality); DR (EU) 2025/2551, Annex II 1.7',
  onStatement: ({ claim, statement }) => {
    const found: RuleFinding[] = [];
    if (statement.issuer === claim.issuer)
      found.push(broken('V1.own-claim', { subject: statement.id, code: 'POLICY_ROLE' }));
    const holders = [textAt(statement.subject, 'claimHolder'), textAt(claim.subject, 'operator', 'id')];
    for (const holder of holders.filter((did) => did !== undefined).filter((did) => did !== claim.issuer)) {
      found.push(broken('V1.holder', { subject: statement.id, code: 'CHAIN_BROKEN', params: { holder } }));
    }
    return metUnless(found, { subject: statement.id });
  },
};

export const V2: Rule = {
  id: 'V2',
  group: 'statement',
  severity: 'E',
  regimes: 'all',
  source: 'IR (EU) 2025/2546, Annex 2.4(b); ISO 14064-3, clause 9',
  onStatement: (given) => {
    const { claim, statement } = given;
    const checked = objectsAt(statement.subject, 'checkedValues');
    const found = checked.flatMap((entry) => checkValue(given, entry));
    const named = new Set(checked.map((entry) => `${textAt(entry, 'metric')} ${wordAt(entry, 'cnCode')}`));
    for (const { metric, cnCode } of mainFigures(claim)) {
      if (named.has(`${metric} ${cnCode}`)) continue;
      found.push(broken('V2.not-checked', { subject: statement.id, code: 'CHAIN_BROKEN', params: { metric, cnCode } }));
    }
    return metUnless([...found, ...checkBoundary(given)], { subject: statement.id });
  },
};

/** The figures a statement on such a claim has to cover; that of a footprint is about no CN code. */
function mainFigures(claim: Candidate): readonly { readonly metric: string; readonly cnCode: string }[] {
  if (objectAt(claim.subject, 'footprint') !== undefined) return [{ metric: 'pcfExcludingBiogenicUptake', cnCode: '' }];
  return objectsAt(claim.subject, 'goods').flatMap((good) =>
    ['specificDirect', 'specificIndirect']
      .filter((metric) => metric === 'specificDirect' || good[metric] !== undefined)
      .map((metric) => ({ metric, cnCode: wordAt(good, 'cnCode') })),
  );
}

/** PACT's declared units as the denominators of our own figures (domain.md, section 2). */
const PACT_UNITS: ReadonlyMap<string, string> = new Map([
  ['liter', 'l'],
  ['kilogram', 'kg'],
  ['cubic meter', 'm3'],
  ['kilowatt hour', 'kWh'],
  ['megajoule', 'MJ'],
  ['ton kilometer', 'tkm'],
  ['square meter', 'm2'],
  ['piece', 'piece'],
  ['hour', 'h'],
  ['megabit second', 'Mbit.s'],
]);

interface Claimed {
  readonly value: string | undefined;
  /** Whether the claim's type may withhold it. */
  readonly hidden?: boolean;
  readonly unit?: string;
  readonly per?: string;
}

function claimedFigure(claim: Candidate, metric: string, cnCode: string): Claimed | undefined {
  const pcf = objectAt(claim.subject, 'footprint', 'pcf');
  if (pcf !== undefined) {
    const per = PACT_UNITS.get(wordAt(pcf, 'declaredUnitOfMeasurement'));
    const emissions = /^(pcf|.*(Emissions|Removals|Uptake|Capture)$)/.test(metric);
    return {
      value: figureAt(pcf, metric) ?? figureAt(claim.subject, 'battery', metric),
      ...(emissions ? { unit: 'kgCO2e', per: per ?? '' } : {}),
    };
  }
  if (metric === 'totalDirectEmissions' || metric === 'totalIndirectEmissions') {
    return { value: figureAt(claim.subject, metric, 'value'), unit: 'tCO2e' };
  }
  const good = objectsAt(claim.subject, 'goods').find((entry) => entry['cnCode'] === cnCode);
  if (good === undefined) return undefined;
  const specific = metric === 'specificDirect' || metric === 'specificIndirect';
  return {
    value: figureAt(good, metric),
    hidden: metric === 'quantity' || metric === 'attributedEmissions',
    ...(specific ? { unit: 'tCO2e', per: wordAt(good, 'functionalUnit') } : {}),
  };
}

function checkValue({ claim, statement }: StatementCase, entry: JsonObject): readonly RuleFinding[] {
  const metric = wordAt(entry, 'metric');
  const cnCode = wordAt(entry, 'cnCode');
  const more = { subject: statement.id, params: { metric, cnCode } };
  const claimed = claimedFigure(claim, metric, cnCode);
  if (claimed?.value === undefined) {
    if (claimed?.hidden) return [doubtful('V2.withheld', more)];
    return [broken('V2.no-such-figure', { ...more, code: 'CHAIN_BROKEN' })];
  }
  if (!isSame(figureAt(entry, 'value'), claimed.value)) return [broken('V2.value', { ...more, code: 'CHAIN_BROKEN' })];
  const sameUnit = claimed.unit === undefined || claimed.unit === textAt(entry, 'unit');
  const samePer = claimed.per === undefined || claimed.per === textAt(entry, 'per');
  return sameUnit && samePer ? [] : [broken('V2.unit', { ...more, code: 'CHAIN_BROKEN' })];
}

const BOUNDARIES = ['gate-to-gate', 'cradle-to-gate', 'cradle-to-grave', 'cradle-to-grave-excl-use'];

/** Only where the statement names a boundary by its id; free words are for people. */
function checkBoundary({ claim, statement }: StatementCase): readonly RuleFinding[] {
  const verified = wordAt(statement.subject, 'scope', 'boundary');
  const claimed = textAt(claim.subject, 'boundary');
  if (claimed === undefined || !BOUNDARIES.includes(verified) || verified === claimed) return [];
  const params = { verified, claimed };
  return [broken('V2.boundary', { subject: statement.id, code: 'CHAIN_BROKEN', params })];
}

export const V3: Rule = {
  id: 'V3',
  group: 'statement',
  severity: 'E',
  regimes: 'all',
  source: 'ISO 14064-3, clause 9; ISO/IEC 17029, clause 9.7',
  onStatement: ({ claim, statement }) => {
    const { subject } = statement;
    const found: RuleFinding[] = [];
    const period = periodOf(claim);
    const verified = readPeriod(textAt(subject, 'period'));
    if (textAt(subject, 'statementDate') !== formatDate(statement.validFrom)) {
      found.push(broken('V3.statement-date', { subject: statement.id }));
    }
    if (statement.validFrom < claim.validFrom) found.push(broken('V3.before-claim', { subject: statement.id }));
    const verification = textAt(subject, 'engagement') === 'verification';
    if (verification && textAt(subject, 'dataNature') !== 'historical') {
      found.push(broken('V3.not-historical', { subject: statement.id }));
    }
    if (verification && period !== undefined && claim.validFrom < period.end) {
      found.push(broken('V3.before-period-end', { subject: claim.id }));
    }
    if (!coversPeriod(verified, period)) {
      found.push(broken('V3.period', { subject: statement.id, code: 'CHAIN_BROKEN' }));
    }
    return metUnless(found, { subject: statement.id });
  },
};

/** The period a claim is about. */
export function periodOf(claim: Candidate): Period | undefined {
  const year = textAt(claim.subject, 'reportingPeriod');
  if (year !== undefined) return yearPeriod(year);
  return referencePeriodOf(objectAt(claim.subject, 'footprint', 'pcf'));
}

export const V4: Rule = {
  id: 'V4',
  group: 'statement',
  severity: 'E',
  also: ['W'],
  regimes: 'all',
  source: 'ISO 14064-3, clause 9 (opinions); domain.md, section 7',
  onStatement: (given) => {
    const { regime, statement } = given;
    const conclusion = wordAt(statement.subject, 'conclusion');
    const more = { subject: statement.id, params: { conclusion } };
    if (conclusion !== 'unmodified' && conclusion !== 'modified') return [broken('V4.negative', more)];
    const found: RuleFinding[] = [];
    if (conclusion === 'modified' && textsAt(statement.subject, 'qualifications').length === 0) {
      found.push(broken('V4.no-qualifications', more));
    }
    if (!regime.conclusions.includes(conclusion)) {
      found.push(broken('V4.modified', { ...more, severity: conclusion === 'modified' ? 'W' : 'E' }));
    }
    for (const other of contradictions(given)) {
      found.push(broken('V4.contradicted', { subject: statement.id, severity: 'W', params: { other: other.id } }));
    }
    return metUnless(found, { subject: statement.id });
  },
};

/** Live statements on this claim under the same programme, by bodies the policy knows, that conclude against it. */
function contradictions(given: StatementCase): readonly Candidate[] {
  const { evidence, policy, regime, claim, statement, at } = given;
  const known = new Set([...policy.trustedOrganisations, ...policy.anchors].map((entry) => entry.did));
  return evidence.linkedTo(claim, 'VerificationStatement', 'claim').filter((other) => {
    if (other.id === statement.id || !known.has(other.issuer)) return false;
    if (other.subject['programme'] !== statement.subject['programme']) return false;
    const against = other.subject['conclusion'] === 'adverse' || other.subject['conclusion'] === 'disclaimed';
    if (!against || !evidence.leadsTo(other.subject['claim'], claim)) return false;
    const findings = checkInForce(other, regime, { at, now: at, skew: CLOCK_SKEW_MS });
    return supersededBy(evidence, other) === undefined && findings.every((finding) => finding.outcome !== 'failed');
  });
}

export const V5: Rule = {
  id: 'V5',
  group: 'statement',
  severity: 'E',
  regimes: 'all',
  source: 'ISO 14064-3, clause 9; IR (EU) 2025/2546, Annex 2.6(b)-(f)',
  onStatement: ({ statement }) => {
    const open = objectsAt(statement.subject, 'uncorrected').filter((finding) => flagAt(finding, 'material') !== false);
    const contradicts = open.length > 0 && textAt(statement.subject, 'conclusion') === 'unmodified';
    const params = { count: String(open.length) };
    return metUnless(contradicts ? [broken('V5.material', { subject: statement.id, params })] : [], {
      subject: statement.id,
    });
  },
};

const ASSURANCE = ['limited', 'reasonable'];

export const V6: Rule = {
  id: 'V6',
  group: 'statement',
  severity: 'E',
  regimes: 'all',
  source: 'ISO 14064-3 (level of assurance, materiality); the policy of the relying party',
  onStatement: ({ regime, statement, at }) => {
    const found: RuleFinding[] = [];
    const level = wordAt(statement.subject, 'levelOfAssurance');
    if (ASSURANCE.indexOf(level) < ASSURANCE.indexOf(regime.minimumAssurance)) {
      const params = { level, minimum: regime.minimumAssurance };
      found.push(broken('V6.assurance', { subject: statement.id, code: 'POLICY_ASSURANCE', params }));
    }
    const limit = regime.maximumMaterialityPercent;
    const materiality = objectsAt(statement.subject, 'materiality');
    for (const entry of materiality.length > 0 ? materiality : [{}]) {
      const percent = figureAt(entry, 'percent');
      if (isAtMost(percent, limit)) continue;
      const params = { figure: textAt(entry, 'figure') ?? '–', percent: percent ?? '–', limit };
      found.push(broken('V6.materiality', { subject: statement.id, params }));
    }
    if (at - statement.validFrom > (regime.maximumStatementAge ?? Number.POSITIVE_INFINITY)) {
      found.push(broken('V6.age', { subject: statement.id, params: { date: formatDate(statement.validFrom) } }));
    }
    return metUnless(found, { subject: statement.id });
  },
};

export const V7: Rule = {
  id: 'V7',
  group: 'statement',
  severity: 'E',
  regimes: 'all',
  source: 'ISO 14064-3, clause 8; DR (EU) 2025/2551, Annex II 2.15',
  onStatement: ({ statement }) => {
    const found: RuleFinding[] = [];
    if (flagAt(statement.subject, 'independentReview') !== true)
      found.push(broken('V7.review', { subject: statement.id }));
    const { name, role } = objectAt(statement.subject, 'signatory') ?? {};
    if (!name || !role) found.push(broken('V7.signatory', { subject: statement.id }));
    return metUnless(found, { subject: statement.id });
  },
};
