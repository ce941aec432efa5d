/** B8 to B11: the verification report on a CBAM claim. */

import { CLOCK_SKEW_MS } from '../../credentials/validity-period.ts';
import { formatDate, readDate } from '../../formats/date-time.ts';
import { yearPeriod } from '../calendar.ts';
import type { Candidate } from '../candidate.ts';
import type { StatementCase } from '../case.ts';
import { figureAt, isAtMost } from '../figures.ts';
import { checkInForce } from '../in-force.ts';
import { objectAt, objectsAt, textAt, wordAt } from '../member.ts';
import { broken, metUnless, type Rule, type RuleFinding } from '../rule.ts';
import { FIRST_VERIFIED_YEAR, goodsOf, isSameReport } from './cbam.ts';
import { supersededBy } from './links.ts';

const CBAM = ['eu-cbam'] as const;
const FIGURES = ['total-specific-embedded-emissions', 'specific-embedded-free-allocation'];
const MOST_PERCENT = '5';

export const B8: Rule = {
  id: 'B8',
  group: 'cbam',
  severity: 'E',
  regimes: CBAM,
  source: 'IR (EU) 2025/2546, Art. 5; DR (EU) 2025/2551, Annex II 2.17.2',
  onStatement: (given) => {
    const goods = goodsOf(given);
    if (goods.length === 0) return [];
    const { id, subject } = given.statement;
    const found: RuleFinding[] = [];
    const opinion = textAt(subject, 'opinionCode') ?? '–';
    if (opinion !== 'satisfactory') found.push(broken('B8.opinion', { subject: id, params: { opinion } }));
    const conclusion = textAt(subject, 'conclusion');
    if (opinion === 'satisfactory' && conclusion !== 'unmodified')
      found.push(broken('B8.contradiction', { subject: id }));
    if (textAt(subject, 'levelOfAssurance') !== 'reasonable') {
      found.push(broken('B8.assurance', { subject: id, code: 'POLICY_ASSURANCE' }));
    }
    const stated = statedMateriality(given.statement);
    for (const good of goods) {
      const cnCode = wordAt(good, 'cnCode');
      for (const figure of FIGURES) {
        if (!stated.has(`${figure} ${cnCode}`)) {
          found.push(broken('B8.materiality', { subject: cnCode, params: { cnCode, figure, limit: MOST_PERCENT } }));
        }
      }
    }
    return metUnless(found, { subject: id });
  },
};

/** Figure and CN code of every materiality that is small enough. */
function statedMateriality(statement: Candidate): ReadonlySet<string> {
  const small = objectsAt(statement.subject, 'materiality').filter((entry) =>
    isAtMost(figureAt(entry, 'percent'), MOST_PERCENT),
  );
  return new Set(small.map((entry) => `${textAt(entry, 'figure')} ${textAt(entry, 'cnCode')}`));
}

export const B9: Rule = {
  id: 'B9',
  group: 'cbam',
  severity: 'E',
  regimes: CBAM,
  source: 'IR (EU) 2025/2546 (one report for each installation and period, revisions named)',
  onStatement: (given) => {
    if (goodsOf(given).length === 0) return [];
    const { evidence, statement } = given;
    const found = reportsBeside(given)
      .filter((other) => supersededBy(evidence, other) === undefined && isLive(given, other))
      .map((other) => broken('B9.second-report', { subject: statement.id, params: { other: other.id } }));
    if (supersededBy(evidence, statement) !== undefined) found.push(broken('B9.superseded', { subject: statement.id }));
    return metUnless(found, { subject: statement.id });
  },
};

/** Other CBAM reports on the same installation and year. */
function reportsBeside({ evidence, claim, statement }: StatementCase): readonly Candidate[] {
  return evidence.ofType('VerificationStatement').filter((other) => {
    if (other.id === statement.id || textAt(other.subject, 'programme') !== 'eu-cbam') return false;
    return isSameReport(claim, evidence.targetOf(other.subject['claim']));
  });
}

function isLive({ regime, at }: StatementCase, other: Candidate): boolean {
  const findings = checkInForce(other, regime, { at, now: at, skew: CLOCK_SKEW_MS });
  return findings.every((finding) => finding.outcome !== 'failed');
}

export const B10: Rule = {
  id: 'B10',
  group: 'cbam',
  severity: 'E',
  also: ['W'],
  regimes: CBAM,
  source: 'IR (EU) 2025/2546, Art. 2-4',
  onStatement: (given) => {
    if (goodsOf(given).length === 0) return [];
    const { statement } = given;
    const visit = objectAt(statement.subject, 'siteVisit');
    const year = wordAt(given.claim.subject, 'reportingPeriod');
    return metUnless(checkVisit(visit, statement, year), { subject: statement.id });
  },
};

/**
 * Physical in the first verified year and at least every second; virtual if a physical one took place in the preceding period; waived
 * if in the two preceding. A visit after a year's end and before the report still belongs to that year.
 */
function checkVisit(visit: ReturnType<typeof objectAt>, statement: Candidate, year: string): readonly RuleFinding[] {
  const kind = textAt(visit, 'visitType') ?? '–';
  const more = { subject: statement.id, params: { kind, year } };
  if (kind === 'physical') {
    const date = readDate(textAt(visit, 'date'));
    const start = yearPeriod(year)?.start;
    if (date === undefined || start === undefined || date < start || date > statement.validFrom) {
      return [broken('B10.date', more)];
    }
    return [];
  }
  if (kind !== 'virtual' && kind !== 'waived') return [broken('B10.pattern', more)];
  if (!textAt(visit, 'reason')) return [broken('B10.reason', more)];
  if (year <= FIRST_VERIFIED_YEAR) return [broken('B10.first-year', more)];
  const last = readDate(textAt(visit, 'lastPhysical'));
  if (last === undefined) return [broken('B10.history', { ...more, severity: 'W' })];
  const preceding = yearPeriod(String(Number(year) - 1));
  if (preceding === undefined || last < preceding.start) return [broken('B10.pattern', more)];
  // One date cannot show physical visits in both preceding periods.
  return kind === 'waived' ? [broken('B10.history', { ...more, severity: 'W' })] : [];
}

const UN_LOCODE = /^[A-Z]{2}[A-Z2-9]{3}$/;
const SIX_DECIMALS = /^-?\d{1,3}\.\d{6}$/;
/** From then on the report is issued in the CBAM registry. */
const REGISTRY_FROM = '2027-01-01';

export const B11: Rule = {
  id: 'B11',
  group: 'cbam',
  severity: 'E',
  regimes: CBAM,
  source: 'IR (EU) 2025/2546, Annex 1.1(d) and 1.2(a); DR (EU) 2025/2551, Annex II 2.17.3',
  onClaim: (given) => {
    if (goodsOf(given).length === 0) return [];
    const { id, subject } = given.claim;
    const found: RuleFinding[] = [];
    if (!UN_LOCODE.test(wordAt(subject, 'installation', 'unLocode'))) found.push(broken('B11.locode', { subject: id }));
    for (const member of ['latitude', 'longitude']) {
      if (SIX_DECIMALS.test(wordAt(subject, 'installation', member))) continue;
      found.push(broken('B11.coordinates', { subject: id, params: { member } }));
    }
    if (subject['language'] !== 'en') found.push(broken('B11.language', { subject: id }));
    return metUnless(found, { subject: id });
  },
  onStatement: (given) => {
    if (goodsOf(given).length === 0) return [];
    const { id, subject, validFrom } = given.statement;
    const found: RuleFinding[] = [];
    if (subject['reportLanguage'] !== 'en') found.push(broken('B11.language', { subject: id }));
    if (formatDate(validFrom) >= REGISTRY_FROM && !textAt(subject, 'registryReportId')) {
      found.push(broken('B11.registry', { subject: id }));
    }
    return metUnless(found, { subject: id });
  },
};
