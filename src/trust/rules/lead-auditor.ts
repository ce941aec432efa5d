/** B13: a lead auditor pauses for three years after five annual verifications of one installation. */
import { CLOCK_SKEW_MS } from '../../credentials/validity-period.ts';
import type { Candidate } from '../candidate.ts';
import type { StatementCase } from '../case.ts';
import { checkInForce, checkKeys } from '../in-force.ts';
import { textAt } from '../member.ts';
import { broken, met, missing, type Rule } from '../rule.ts';
import { FIRST_VERIFIED_YEAR, goodsOf, installationOf } from './cbam.ts';
import { checkKnown } from './identity.ts';

const MOST_YEARS_RUNNING = 5;
const PAUSE = 3;

export const B13: Rule = {
  id: 'B13',
  group: 'cbam',
  severity: 'W',
  regimes: ['eu-cbam'],
  source: 'DR (EU) 2025/2551, Annex II 1.7.6',
  onStatement: (given) => {
    if (goodsOf(given).length === 0) return [];
    const subject = given.statement.id;
    const year = Number(textAt(given.claim.subject, 'reportingPeriod'));
    const known = yearsKnown(given);
    const first = Math.min(Number(FIRST_VERIFIED_YEAR), ...known.keys());
    const years = Array.from({ length: Math.max(0, year - first) }, (_, index) => first + index);
    const certain = owesPause(years.map((each) => known.get(each) === 'led'));
    if (certain.owed) {
      const params = { years: String(certain.running + 1) };
      return [broken(certain.running >= MOST_YEARS_RUNNING ? 'B13.too-long' : 'B13.pause', { subject, params })];
    }
    // Were the auditor on every year of which nothing is in hand, and it were still well, then it is well.
    const worst = owesPause(years.map((each) => (known.get(each) ?? earliest(each)) !== 'free'));
    return [worst.owed ? missing('B13.earlier', { subject }) : met({ subject })];
  },
};

/** Before the first year there was nothing to verify. */
function earliest(year: number): 'free' | undefined {
  return year < Number(FIRST_VERIFIED_YEAR) ? 'free' : undefined;
}

/** Whether five years running lie behind without three free ones since, and how many led up to now. */
function owesPause(led: readonly boolean[]): { readonly owed: boolean; readonly running: number } {
  let owed = false;
  let running = 0;
  let free = 0;
  for (const was of led) {
    running = was ? running + 1 : 0;
    free = was ? 0 : free + 1;
    if (running >= MOST_YEARS_RUNNING) owed = true;
    else if (free >= PAUSE) owed = false;
  }
  return { owed, running };
}

/** Years of this installation by whether this auditor led them, as far as reports in hand tell. A pseudonym is one within its body. */
function yearsKnown(given: StatementCase): ReadonlyMap<number, 'led' | 'free'> {
  const { evidence, statement, claim } = given;
  const auditor = textAt(statement.subject, 'leadAuditor');
  const installation = installationOf(claim);
  const own = Number(textAt(claim.subject, 'reportingPeriod'));
  const years = new Map<number, 'led' | 'free'>();
  for (const other of evidence.ofType('VerificationStatement')) {
    if (other.id === statement.id || textAt(other.subject, 'programme') !== 'eu-cbam') continue;
    const target = evidence.targetOf(other.subject['claim']);
    const year = Number(textAt(target?.subject, 'reportingPeriod'));
    const here = installation !== undefined && installationOf(target) === installation;
    if (!here || !Number.isInteger(year) || year >= own) continue;
    const led = other.issuer === statement.issuer && auditor !== undefined && other.subject['leadAuditor'] === auditor;
    if (led) years.set(year, 'led');
    else if (!years.has(year) && auditor !== undefined && showsAnother(given, other)) years.set(year, 'free');
  }
  return years;
}

/** A year counts as somebody else's only by a report that holds, of this body or of one that is known, and that names who led. */
function showsAnother(given: StatementCase, other: Candidate): boolean {
  if (textAt(other.subject, 'leadAuditor') === undefined) return false;
  const { at, regime, statement } = given;
  const inForce = checkInForce(other, regime, { at, now: at, skew: CLOCK_SKEW_MS });
  if ([...inForce, ...checkKeys(other)].some((finding) => finding.outcome !== 'passed')) return false;
  return other.issuer === statement.issuer || checkKnown(given, other.issuer).outcome === 'passed';
}
