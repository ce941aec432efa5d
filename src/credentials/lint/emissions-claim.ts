/** Rules S2, S3, B1, B2 and B11 for one embedded-emissions claim, as far as no reference table is needed (docs/domain.md, sections 5 and 8). */
import type { Finding } from '../../base/finding.ts';
import { asArray, isObject, type JsonObject, type JsonValue, pointerOf } from '../../base/json.ts';
import { add, compare, isDecimal, places, subtract } from '../../formats/decimal.ts';
import { subjectOf } from '../credential-members.ts';
import type { Sign } from '../footprint.ts';
import { advice, checkRange, checkSign } from './advice.ts';

const SUBJECT = '/credentialSubject';
/** First year of the definitive period, Reg. (EU) 2023/956, Art. 36. */
const FIRST_YEAR = 2026;
/** Most decimals of a specific value, IR (EU) 2025/2547, Annex II, A.1(7). */
const MOST_PLACES = 5;
/** United Nations Code for Trade and Transport Locations: country, then three letters or digits from 2 to 9. */
const UN_LOCODE = /^[A-Z]{2}[A-Z2-9]{3}$/;
/** IR (EU) 2025/2546, Annex, 1.1(d). */
const COORDINATE_PLACES = 6;

const GOOD_SIGNS: readonly (readonly [string, Sign])[] = [
  ['quantity', 'not-negative'],
  ['attributedEmissions', 'not-negative'],
  ['specificDirect', 'not-negative'],
  ['specificIndirect', 'not-negative'],
  ['specificFreeAllocation', 'not-negative'],
];
const PERCENTS = ['defaultSharePercent', 'indirectActualSharePercent'];
const SPECIFIC = ['specificDirect', 'specificIndirect'];
const PARAMETER_PERCENTS = [
  ...['clinkerRatioPercent', 'concentrationPercent', 'purityPercent', 'nitrogenPercent'],
  ...['preConsumerScrapPercent', 'otherElementsPercent'],
];

export function lintEmissionsClaim(credential: JsonObject): Finding[] {
  const subject = subjectOf(credential);
  if (subject === undefined) return [];
  const goods = entries(subject, 'goods');
  const precursors = entries(subject, 'precursors');
  return [
    ...checkPeriodAndPlace(subject),
    ...checkTotals(subject, goods),
    ...goods.flatMap((good, index) => checkFigures(good, `${SUBJECT}/goods/${index}`)),
    ...precursors.flatMap((precursor, index) => checkFigures(precursor, `${SUBJECT}/precursors/${index}`)),
  ];
}

/** B1 and B11. */
function checkPeriodAndPlace(subject: JsonObject): Finding[] {
  const findings: Finding[] = [];
  if (Number(subject['reportingPeriod']) < FIRST_YEAR) {
    findings.push(advice('B1', `${SUBJECT}/reportingPeriod`, `must be ${FIRST_YEAR} or later`));
  }
  if (subject['language'] !== 'en') findings.push(advice('B11', `${SUBJECT}/language`, 'must be en'));
  const installation = subject['installation'];
  if (!isObject(installation)) return findings;
  const at = `${SUBJECT}/installation`;
  if (!UN_LOCODE.test(String(installation['unLocode'])))
    findings.push(advice('B11', `${at}/unLocode`, 'must be a UN/LOCODE'));
  for (const [name, limit] of [['latitude', '90'] as const, ['longitude', '180'] as const]) {
    const value = installation[name];
    if (isDecimal(value) && places(value) !== COORDINATE_PLACES) {
      findings.push(advice('B11', at + pointerOf(name), `must have ${COORDINATE_PLACES} decimals`));
    }
    findings.push(...checkRange('B11', value, `-${limit}`, limit, at + pointerOf(name)));
  }
  return findings;
}

/** B2 for totals, and a total that cannot hold its parts. */
function checkTotals(subject: JsonObject, goods: readonly JsonObject[]): Finding[] {
  const findings = ['totalDirectEmissions', 'totalIndirectEmissions'].flatMap((name) => {
    const total = subject[name];
    const value = isObject(total) ? total['value'] : undefined;
    const pointer = `${SUBJECT}/${name}/value`;
    const whole = !isDecimal(value) || places(value) === 0;
    return [
      ...(whole ? [] : [advice('B2', pointer, 'must be whole tonnes')]),
      ...checkSign(value, 'not-negative', pointer),
    ];
  });
  const total = subject['totalDirectEmissions'];
  const direct = isObject(total) ? total['value'] : undefined;
  if (!isDecimal(direct) || movesHeat(subject['flags'])) return findings;
  const parts = add(...goods.map((good) => good['attributedEmissions']).filter(isDecimal));
  // Totals are whole tonnes, so one tonne may be lost in rounding.
  if (compare(subtract(parts, direct), '1') > 0) {
    findings.push(
      advice('S3', `${SUBJECT}/totalDirectEmissions/value`, 'is below the emissions attributed to the goods'),
    );
  }
  return findings;
}

/** Heat and waste gases from outside are attributed to goods without being emitted here. */
function movesHeat(flags: JsonValue | undefined): boolean {
  return isObject(flags) && (flags['heatTransfer'] === true || flags['wasteGases'] === true);
}

/** S3 and B2 for one good or one precursor. */
function checkFigures(entry: JsonObject, at: string): Finding[] {
  const { sectorParameters, defaultValue } = entry;
  const fine = SPECIFIC.filter((name) => isDecimal(entry[name]) && places(String(entry[name])) > MOST_PLACES);
  return [
    ...GOOD_SIGNS.flatMap(([name, sign]) => checkSign(entry[name], sign, at + pointerOf(name))),
    ...PERCENTS.flatMap((name) => checkRange('S3', entry[name], '0', '100', at + pointerOf(name))),
    ...fine.map((name) => advice('B2', at + pointerOf(name), `must have ${MOST_PLACES} decimals at most`)),
    ...(isObject(defaultValue) ? checkSign(defaultValue['value'], 'not-negative', `${at}/defaultValue/value`) : []),
    ...(isObject(sectorParameters) ? checkParameters(sectorParameters, `${at}/sectorParameters`) : []),
  ];
}

function checkParameters(parameters: JsonObject, at: string): Finding[] {
  const mass = parameters['massPercent'];
  const elements = isObject(mass) ? Object.entries(mass) : [];
  return [
    ...PARAMETER_PERCENTS.flatMap((name) => checkRange('S3', parameters[name], '0', '100', at + pointerOf(name))),
    ...elements.flatMap(([name, value]) => checkRange('S3', value, '0', '100', at + pointerOf('massPercent', name))),
    ...checkSign(parameters['scrapTonnesPerTonne'], 'not-negative', `${at}/scrapTonnesPerTonne`),
  ];
}

function entries(subject: JsonObject, name: string): readonly JsonObject[] {
  return asArray(subject[name] as JsonValue).filter(isObject);
}
