/** Which member of which credential feeds which dimension of a scope record: the table of docs/domain.md, section 3.8. */
import { type JsonObject, oncePerFrozen } from '../base/json.ts';
import { isDecimal, isZero } from '../formats/decimal.ts';
import type { Candidate } from './candidate.ts';
import { objectAt, objectsAt, textAt, textsAt, valueAt, wordAt } from './member.ts';
import type { AnchorEntry } from './policy.ts';
import { activityGroupOf } from './reference/cbam-goods.ts';
import { type Demand, except, type Grant, only, type ScopeRecord } from './scope.ts';

/** Programmes that rest on an act of the Union; no agreement among accreditation bodies reaches them. */
const STATUTORY_PROGRAMMES = ['eu-cbam', 'eu-battery-art7'];
/** The criterion by which an MLA names a programme in its level 5. */
const CRITERION_PROGRAMMES: ReadonlyMap<string, string> = new Map([['ISO 14067', 'iso14067-pcf']]);

/** One record. */
export function scopeOfAnchor(entry: AnchorEntry): ScopeRecord {
  return {
    activity: only(...entry.activities),
    programme: only(...entry.programmes),
    ...(entry.territories === undefined ? {} : { territory: only(...entry.territories) }),
  };
}

/** One record. */
export function scopeOfArrangement(arrangement: Candidate): ScopeRecord {
  return scopeOfArrangementSubject(arrangement.subject);
}

const scopeOfArrangementSubject = oncePerFrozen((subject): ScopeRecord => {
  const levels = textAt(subject, 'kind') === 'mla-signatory' ? (objectAt(subject, 'levels') ?? {}) : undefined;
  return {
    activity: levels === undefined ? only('verification') : activitiesOfLevel2(textAt(levels, 'L2')),
    programme: levels === undefined ? only(...textsAt(subject, 'programmes')) : programmesOfLevels(levels),
    ...stated('standard', levels, 'L4'),
    ...stated('territory', subject, 'territory'),
  };
});

/** One record for each entry of `scopes[]`; an entry without activity or programme grants nothing. */
export function scopesOfAccreditation(accreditation: Candidate): readonly ScopeRecord[] {
  return scopesOfAccreditationSubject(accreditation.subject);
}

const scopesOfAccreditationSubject = oncePerFrozen((subject): readonly ScopeRecord[] =>
  objectsAt(subject, 'scopes').map((scope) => ({
    activity: only(...textsAt(scope, 'activity')),
    programme: only(...textsAt(scope, 'programme')),
    ...stated('standard', scope, 'normative'),
    ...stated('cbamActivityGroup', scope, 'cbamActivityGroups'),
    ...stated('sector', scope, 'sectors'),
    ...stated('territory', scope, 'locations'),
  })),
);

/** What a statement on this claim asks of a scope, the goods left aside (rule C3). */
export function demandOf(statement: Candidate, claim: Candidate): Demand {
  const territory = territoryOf(claim);
  return {
    activity: wordAt(statement.subject, 'engagement'),
    programme: wordAt(statement.subject, 'programme'),
    standard: wordAt(statement.subject, 'verificationStandard'),
    ...(territory === undefined ? {} : { territory }),
  };
}

/** Where the installation stands or the product is made: the first letters of the UN/LOCODE, or PACT's `geographyCountry`. */
export function territoryOf(claim: Candidate): string | undefined {
  const place = textAt(claim.subject, 'installation', 'unLocode')?.slice(0, 2);
  return place ?? textAt(claim.subject, 'footprint', 'pcf', 'geographyCountry');
}

export interface GroupDemand {
  /** The CN code of the good, or what else asks for the group. */
  readonly subject: string;
  readonly group: string;
}

/**
 * The CBAM activity groups that a claim asks for (rule C4): that of each good's category, LII where indirect emissions are actual
 * values, L where CO2 is captured. A category that no table knows asks for a group that nobody can have.
 */
export function groupDemandsOf(claim: Candidate): readonly GroupDemand[] {
  const goods = objectsAt(claim.subject, 'goods');
  const demands = goods.map((good) => ({
    subject: wordAt(good, 'cnCode'),
    group: activityGroupOf(wordAt(good, 'aggregatedGoodsCategory')) ?? 'unknown',
  }));
  for (const good of goods.filter(hasActualIndirect)) demands.push({ subject: wordAt(good, 'cnCode'), group: 'LII' });
  if (valueAt(claim.subject, 'flags', 'co2Capture') === true) demands.push({ subject: 'co2Capture', group: 'L' });
  return demands;
}

function hasActualIndirect(good: JsonObject): boolean {
  if (textAt(good, 'specificIndirect') === undefined) return false;
  const share = textAt(good, 'indirectActualSharePercent');
  return !isDecimal(share) || !isZero(share);
}

function activitiesOfLevel2(level: string | undefined): Grant {
  if (level === 'validation-and-verification') return only('validation', 'verification');
  return level === 'validation' || level === 'verification' ? only(level) : only();
}

/** ISO/IEC 17029 gives the voluntary programmes; a stated level 5 keeps only those whose criterion it names. */
function programmesOfLevels(levels: JsonObject): Grant {
  if (withoutYear(wordAt(levels, 'L3')) !== 'ISO/IEC 17029') return only();
  const criteria = textsAt(levels, 'L5');
  if (criteria.length === 0) return except(...STATUTORY_PROGRAMMES);
  return only(...criteria.flatMap((criterion) => CRITERION_PROGRAMMES.get(withoutYear(criterion)) ?? []));
}

/** Whether an arrangement covers L2 verification and L3 ISO/IEC 17029 (rule R3). */
export function coversVerification(arrangement: Candidate): boolean {
  const level2 = textAt(arrangement.subject, 'levels', 'L2');
  const level3 = wordAt(arrangement.subject, 'levels', 'L3');
  return (
    (level2 === 'verification' || level2 === 'validation-and-verification') && withoutYear(level3) === 'ISO/IEC 17029'
  );
}

function withoutYear(standard: string): string {
  return standard.replace(/:\d{4}$/, '');
}

function stated(
  dimension: 'standard' | 'cbamActivityGroup' | 'sector' | 'territory',
  from: JsonObject | undefined,
  member: string,
): ScopeRecord {
  if (from === undefined || valueAt(from, member) === undefined) return {};
  return { [dimension]: only(...textsAt(from, member)) };
}
