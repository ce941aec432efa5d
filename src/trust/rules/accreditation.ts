/** C1 to C5: the verification body was accredited for just this, on the day of its statement. */
import { formatDate, readDate } from '../../formats/date-time.ts';
import { addYears } from '../calendar.ts';
import type { Candidate } from '../candidate.ts';
import type { PathCase, ScopeLayer } from '../case.ts';
import { checkInForce } from '../in-force.ts';
import { objectsAt, textAt, wordAt } from '../member.ts';
import { broken, doubtful, enumerated, met, metUnless, noted, type Rule, type RuleFinding } from '../rule.ts';
import { covers, type Demand, type Dimension, grantedValues, grants, type ScopeRecord } from '../scope.ts';
import { demandOf, groupDemandsOf } from '../scope-records.ts';

export const C1: Rule = {
  id: 'C1',
  group: 'accreditation',
  severity: 'E',
  regimes: 'all',
  source: 'ISO/IEC 17029, clause 9.7; IR (EU) 2025/2546, Annex 1.3',
  onStatement: ({ evidence, statement }) => {
    const named = evidence.targetOf(statement.subject['accreditation']);
    if (named === undefined) return [];
    const found: RuleFinding[] = [];
    const params = { accreditation: named.id };
    if (textAt(named.subject, 'id') !== statement.issuer) {
      found.push(broken('C1.subject', { subject: statement.id, code: 'CHAIN_BROKEN', params }));
    }
    const number = textAt(statement.subject, 'verifier', 'accreditationNumber');
    if (number !== undefined && number !== textAt(named.subject, 'accreditationId')) {
      found.push(broken('C1.number', { subject: statement.id, code: 'CHAIN_BROKEN', params }));
    }
    return metUnless(found, { subject: named.id });
  },
};

export const C2: Rule = {
  id: 'C2',
  group: 'accreditation',
  severity: 'E',
  also: ['N'],
  regimes: 'all',
  source: 'IR (EU) 2025/2547, Annex II A.1(4)(a); DR (EU) 2025/2551, Art. 9(6); trust.md, section 4',
  onPath: (given) => {
    const { accreditation } = given.path;
    if (accreditation === undefined) return [];
    const { statement, regime, at } = given;
    const found = [
      ...checkInForce(accreditation, regime, { at: statement.validFrom, now: at, code: 'POLICY_NOT_VALID_THEN' }),
      ...checkDates(accreditation),
      ...checkSnapshots(given, accreditation),
    ];
    if (regime.accreditationNow) {
      const now = checkInForce(accreditation, regime, { at, now: at, code: 'POLICY_NOT_VALID_THEN' });
      found.push(...now.filter((finding) => finding.outcome !== 'passed'));
    }
    return found.every((finding) => finding.outcome === 'passed')
      ? [...found, met({ subject: accreditation.id })]
      : found;
  },
  onLink: ({ link }) =>
    link.type === 'VerifierAccreditation' ? metUnless(checkDates(link), { subject: link.id }) : [],
};

/** The dates on the certificate are those of the credential. */
function checkDates(accreditation: Candidate): readonly RuleFinding[] {
  const pairs = [
    ['effectiveDate', accreditation.validFrom],
    ['expiryDate', accreditation.validUntil],
  ] as const;
  return pairs.flatMap(([member, instant]) => {
    const stated = textAt(accreditation.subject, member);
    if (stated === undefined || stated === formatDate(instant)) return [];
    return [broken('C2.dates', { subject: accreditation.id, params: { member, stated } })];
  });
}

/** A pinned list that nobody could show is worth a note; what was shown instead has been judged. */
function checkSnapshots({ statement }: PathCase, accreditation: Candidate): readonly RuleFinding[] {
  const seen = accreditation.status.flatMap((entry) =>
    entry.observations.map(({ list }) => `${list.url} ${list.digest}`),
  );
  const lists = accreditation.status.map((entry) => entry.statusListCredential);
  return objectsAt(statement.subject, 'accreditationStatus').flatMap((snapshot) => {
    const url = wordAt(snapshot, 'statusListCredential');
    if (!lists.includes(url) || seen.includes(`${url} ${textAt(snapshot, 'digestMultibase')}`)) return [];
    return [noted('C2.snapshot', { subject: accreditation.id, params: { list: url } })];
  });
}

/** At least one. */
type Asked = readonly [Dimension, ...Dimension[]];

const C3_DIMENSIONS: Asked = ['activity', 'programme', 'standard', 'territory'];

export const C3: Rule = {
  id: 'C3',
  group: 'accreditation',
  severity: 'E',
  regimes: 'all',
  source: 'ISO/IEC 17029; DR (EU) 2025/2551, Art. 6; trust.md, section 3',
  onPath: (given) => {
    if (given.layers.length === 0) return [];
    const { claim, statement, scope, layers } = given;
    const demand = demandOf(statement, claim);
    if (demand.territory === undefined) {
      const fitting = scope.filter((record) => covers(record, demand, ['activity', 'programme', 'standard']));
      if (fitting.length > 0 && fitting.every((record) => record.territory !== undefined)) {
        return [doubtful('C3.territory-unknown', { subject: statement.id, params: { dimension: 'territory' } })];
      }
    }
    if (scope.some((record) => covers(record, demand, C3_DIMENSIONS))) return [met({ subject: statement.id })];
    return [outOfScope(statement.id, layers, scope, demand, C3_DIMENSIONS)];
  },
};

export const C4: Rule = {
  id: 'C4',
  group: 'accreditation',
  severity: 'E',
  regimes: ['eu-cbam'],
  source: 'DR (EU) 2025/2551, Annex I and Annex II 2.11.1',
  onPath: (given) => {
    if (given.layers.length === 0) return [];
    const { claim, statement, scope, layers } = given;
    const demand = demandOf(statement, claim);
    const fitting = scope.filter((record) => covers(record, demand, C3_DIMENSIONS));
    const records = fitting.length > 0 ? fitting : scope;
    // There are many goods and few groups.
    const byGroup = new Map<string, RuleFinding>();
    return groupDemandsOf(claim).map(({ subject, group }) => {
      const found = byGroup.get(group) ?? checkGroup(subject, layers, records, group);
      byGroup.set(group, found);
      return { ...found, subject };
    });
  },
};

function checkGroup(
  subject: string,
  layers: readonly ScopeLayer[],
  records: readonly ScopeRecord[],
  group: string,
): RuleFinding {
  if (records.some((record) => grants(record, 'cbamActivityGroup', group))) return met({ subject });
  return outOfScope(subject, layers, records, { cbamActivityGroup: group }, ['cbamActivityGroup']);
}

/** Says which link does not grant what is asked, in which dimension, and what it grants instead. */
export function outOfScope(
  subject: string,
  layers: readonly ScopeLayer[],
  scope: readonly ScopeRecord[],
  demand: Demand,
  dimensions: Asked,
): RuleFinding {
  // A link that lacks it by itself is the better answer; records that only fail together are told as a whole.
  const lacking = layers.findLast(
    (layer) => !layer.records.some((record) => coversAlone(layer, record, demand, dimensions)),
  );
  const records = lacking?.records ?? scope;
  const dimension = firstGap(records, demand, dimensions);
  const params = {
    dimension,
    demand: demand[dimension] ?? '',
    granted: enumerated(grantedValues(records, dimension)),
    grantedBy: lacking?.grantedBy ?? '',
  };
  return broken('scope.outside', { subject, code: 'OUT_OF_SCOPE', params });
}

/** Only accreditations speak of CBAM groups; the silence of a link above them is no refusal. */
function coversAlone(
  layer: ScopeLayer,
  record: ScopeRecord,
  demand: Demand,
  dimensions: readonly Dimension[],
): boolean {
  const asked = layer.speaksOfGroups ? dimensions : dimensions.filter((dimension) => dimension !== 'cbamActivityGroup');
  return covers(record, demand, asked);
}

/** The dimension in which the last record falls away. */
function firstGap(records: readonly ScopeRecord[], demand: Demand, dimensions: Asked): Dimension {
  let left = records;
  for (const dimension of dimensions) {
    left = left.filter((record) => covers(record, demand, [dimension]));
    if (left.length === 0) return dimension;
  }
  return dimensions[0];
}

/** Certificates for CBAM run five years at most. */
const LONGEST_TERM_YEARS = 5;

export const C5: Rule = {
  id: 'C5',
  group: 'accreditation',
  severity: 'E',
  regimes: ['eu-cbam'],
  source: 'DR (EU) 2025/2551, Art. 6',
  onPath: ({ path: { accreditation } }) => (accreditation === undefined ? [] : checkTerm(accreditation)),
  onLink: ({ link }) => (link.type === 'VerifierAccreditation' ? checkTerm(link) : []),
};

function checkTerm(accreditation: Candidate): readonly RuleFinding[] {
  if (textAt(accreditation.subject, 'legalBasis') !== 'Reg-765/2008+DR-2025/2551') return [];
  const from = readDate(textAt(accreditation.subject, 'effectiveDate'));
  const until = readDate(textAt(accreditation.subject, 'expiryDate'));
  const longest = from === undefined ? undefined : addYears(from, LONGEST_TERM_YEARS);
  if (until !== undefined && longest !== undefined && until <= longest) return [met({ subject: accreditation.id })];
  return [broken('C5.term', { subject: accreditation.id, params: { years: String(LONGEST_TERM_YEARS) } })];
}
