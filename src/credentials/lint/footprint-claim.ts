/** Rules S2, S3, L3 and A1 to A4 for one footprint claim (docs/domain.md, sections 4 and 8). */
import type { Finding } from '../../base/finding.ts';
import { isObject, type JsonObject, pointerOf } from '../../base/json.ts';
import { formatDateTime, readDateTime } from '../../formats/date-time.ts';
import { add, compare, divide, equal, isNegative, multiply, places, subtract } from '../../formats/decimal.ts';
import { subjectOf, validFromOf, validUntilOf } from '../credential-members.ts';
import { definedIn, EXCLUDING_TERMS, excludingSums, figureOf, footprintCoreDigest, PCF_SIGNS } from '../footprint.ts';
import { advice, checkRange, checkSign } from './advice.ts';

const FOOTPRINT = '/credentialSubject/footprint';
const PCF = `${FOOTPRINT}/pcf`;
const GEOGRAPHIES = ['geographyRegionOrSubregion', 'geographyCountry', 'geographyCountrySubdivision'];
const RATINGS = ['technologicalDQR', 'geographicalDQR', 'temporalDQR'];
/** How long a footprint may be valid after the end of its reference period, years (PACT 3.0.3). */
const VALID_YEARS = 3;

export function lintFootprintClaim(credential: JsonObject): Finding[] {
  const subject = subjectOf(credential);
  const footprint = subject?.['footprint'];
  if (subject === undefined || !isObject(footprint)) return [];
  const pcf = footprint['pcf'];
  return [
    ...checkAgreement(subject, footprint),
    ...checkBattery(subject),
    ...(isObject(pcf) ? [...lintFigures(pcf), ...checkTimes(credential, footprint, pcf)] : []),
  ];
}

/** S2 and L3: what the subject says about its footprint is what the footprint says. */
function checkAgreement(subject: JsonObject, footprint: JsonObject): Finding[] {
  const findings: Finding[] = [];
  if (subject['coreDigest'] !== footprintCoreDigest(footprint)) {
    findings.push(advice('L3', '/credentialSubject/coreDigest', 'is not the digest of this footprint'));
  }
  if (subject['id'] !== `urn:uuid:${String(footprint['id']).toLowerCase()}`) {
    findings.push(advice('S2', '/credentialSubject/id', 'must be urn:uuid: and the id of the footprint'));
  }
  const { gwp, cnCode } = subject;
  const sets = isObject(footprint['pcf']) ? footprint['pcf']['ipccCharacterizationFactors'] : undefined;
  if (isObject(gwp) && Array.isArray(sets) && !sets.includes(gwp['set'])) {
    findings.push(
      advice('S2', '/credentialSubject/gwp/set', 'is not among the characterization factors of the footprint'),
    );
  }
  const classes = footprint['productClassifications'];
  const named = Array.isArray(classes) && classes.some((entry) => String(entry).endsWith(`:cn-code:${String(cnCode)}`));
  if (cnCode !== undefined && !named) {
    const pointer = '/credentialSubject/cnCode';
    findings.push(advice('S2', pointer, 'does not stand among the classifications of the footprint', 'warning'));
  }
  const shares = subject['aggregation'];
  const share = isObject(shares) ? shares['verifiedSharePercent'] : undefined;
  return [
    ...findings,
    ...checkRange('A4', share, '0', '100', '/credentialSubject/aggregation/verifiedSharePercent'),
    ...checkSign(subject['uncertaintyPercent'], 'not-negative', '/credentialSubject/uncertaintyPercent'),
  ];
}

function checkBattery(subject: JsonObject): Finding[] {
  const battery = subject['battery'];
  if (!isObject(battery)) return [];
  return [
    ...checkSign(battery['totalEnergyKWh'], 'positive', '/credentialSubject/battery/totalEnergyKWh'),
    ...checkSign(battery['carbonFootprintPerKWh'], 'not-negative', '/credentialSubject/battery/carbonFootprintPerKWh'),
  ];
}

function lintFigures(pcf: JsonObject): Finding[] {
  const signs = [...PCF_SIGNS].flatMap(([name, sign]) => checkSign(pcf[name], sign, PCF + pointerOf(name)));
  return [...signs, ...checkExcluding(pcf), ...checkIncluding(pcf), ...checkUptake(pcf), ...checkStatements(pcf)];
}

/** A1: the total is the sum of its terms within 1 %; E where a total is too small to hold one of its terms at all. */
function checkExcluding(pcf: JsonObject): Finding[] {
  const total = figureOf(pcf, 'pcfExcludingBiogenicUptake');
  if (total === undefined) return [];
  const sums = excludingSums(pcf);
  if (sums.some((sum) => isWithinPercent(total, sum))) return [];
  const pointer = `${PCF}/pcfExcludingBiogenicUptake`;
  const terms = EXCLUDING_TERMS.map((term) => figureOf(pcf, term) ?? '0');
  const lowered = add(...terms.filter(isNegative));
  const impossible = terms.some((term) => {
    const least = add(term, isNegative(term) ? '0' : lowered);
    return !isNegative(term) && compare(total, least) < 0 && !isWithinPercent(total, least);
  });
  return [
    impossible
      ? advice('A1', pointer, 'is below one of the parts it is made of')
      : advice('A1', pointer, 'differs from the sum of its parts by more than 1 %', 'warning'),
  ];
}

/** A1, second half: including = excluding + uptake, within one unit of the last place that is stated. */
function checkIncluding(pcf: JsonObject): Finding[] {
  const including = figureOf(pcf, 'pcfIncludingBiogenicUptake');
  const excluding = figureOf(pcf, 'pcfExcludingBiogenicUptake');
  if (including === undefined || excluding === undefined) return [];
  const uptake = figureOf(pcf, 'biogenicCO2Uptake') ?? '0';
  const coarsest = Math.min(places(including), places(excluding));
  const unit = divide('1', `1${'0'.repeat(coarsest)}`, coarsest);
  if (compare(distance(including, add(excluding, uptake)), unit) <= 0) return [];
  const pointer = `${PCF}/pcfIncludingBiogenicUptake`;
  return [advice('A1', pointer, 'is not the total excluding uptake plus the uptake', 'warning')];
}

/** A2: the uptake is the carbon content as CO2, 44/12, within 1 %. */
function checkUptake(pcf: JsonObject): Finding[] {
  const uptake = figureOf(pcf, 'biogenicCO2Uptake');
  const carbon = figureOf(pcf, 'biogenicCarbonContent');
  if (uptake === undefined || carbon === undefined) return [];
  if (isWithinPercent(multiply(uptake, '12'), multiply(carbon, '-44'))) return [];
  return [
    advice('A2', `${PCF}/biogenicCO2Uptake`, 'differs from -44/12 of the carbon content by more than 1 %', 'warning'),
  ];
}

/** A4. */
function checkStatements(pcf: JsonObject): Finding[] {
  const findings: Finding[] = [];
  if (GEOGRAPHIES.filter((name) => definedIn(pcf, name) !== undefined).length > 1) {
    findings.push(advice('A4', PCF, 'states more than one geography'));
  }
  for (const name of ['exemptedEmissionsPercent', 'primaryDataShare']) {
    findings.push(...checkRange('A4', pcf[name], '0', '100', PCF + pointerOf(name)));
  }
  const ratings = definedIn(pcf, 'dqi');
  for (const name of isObject(ratings) ? RATINGS : []) {
    findings.push(...checkRange('A4', (ratings as JsonObject)[name], '1', '5', PCF + pointerOf('dqi', name)));
  }
  const amount = figureOf(pcf, 'declaredUnitAmount');
  const mass = figureOf(pcf, 'productMassPerDeclaredUnit');
  const kilogram = pcf['declaredUnitOfMeasurement'] === 'kilogram';
  if (kilogram && amount !== undefined && mass !== undefined && !equal(amount, mass)) {
    findings.push(
      advice('A4', `${PCF}/productMassPerDeclaredUnit`, 'must be the declared amount where the unit is the kilogram'),
    );
  }
  return findings;
}

/** A3, without the instant that somebody may ask about later. */
function checkTimes(credential: JsonObject, footprint: JsonObject, pcf: JsonObject): Finding[] {
  const start = readDateTime(pcf['referencePeriodStart']);
  const end = readDateTime(pcf['referencePeriodEnd']);
  if (start === undefined || end === undefined) return [];
  if (start >= end)
    return [advice('A3', `${PCF}/referencePeriodEnd`, 'must be after the start of the reference period')];
  const last = yearsLater(end, VALID_YEARS);
  const outside = (ms: number | undefined) => ms !== undefined && (ms < end || ms > last);
  const says = 'must lie within three years from the end of the reference period';
  const ends: readonly (readonly [number | undefined, string])[] = [
    [validFromOf(credential), '/validFrom'],
    [validUntilOf(credential), '/validUntil'],
    [readDateTime(definedIn(footprint, 'validityPeriodStart')), `${FOOTPRINT}/validityPeriodStart`],
    [readDateTime(definedIn(footprint, 'validityPeriodEnd')), `${FOOTPRINT}/validityPeriodEnd`],
  ];
  const findings = ends.filter(([ms]) => outside(ms)).map(([, pointer]) => advice('A3', pointer, says));
  const [, , from, until] = ends.map(([ms]) => ms);
  if (from !== undefined && until !== undefined && from >= until) {
    findings.push(advice('A3', `${FOOTPRINT}/validityPeriodEnd`, 'must be after the start of the validity period'));
  }
  return findings;
}

/** The same day and time so many years on; 29 February becomes 1 March where there is none. */
function yearsLater(ms: number, years: number): number {
  const text = formatDateTime(ms);
  const later = `${Number(text.slice(0, 4)) + years}${text.slice(4)}`;
  return readDateTime(later) ?? readDateTime(later.replace('-02-29T', '-03-01T')) ?? Number.POSITIVE_INFINITY;
}

function isWithinPercent(value: string, reference: string): boolean {
  return compare(multiply(distance(value, reference), '100'), distance(reference, '0')) <= 0;
}

function distance(a: string, b: string): string {
  const difference = subtract(a, b);
  return isNegative(difference) ? subtract('0', difference) : difference;
}
