/** A1 to A4: a footprint agrees with itself. The worksheet behind it is for worksheet.ts. */

import type { JsonObject } from '../../base/json.ts';
import { excludingSums } from '../../credentials/footprint.ts';
import { readDateTime } from '../../formats/date-time.ts';
import { equal, multiply } from '../../formats/decimal.ts';
import { addYears, type Period, periodBetween } from '../calendar.ts';
import type { Case } from '../case.ts';
import { amountAt, coarsestPlace, figureAt, isAtMost, sum, within, withinOnePercent } from '../figures.ts';
import { instantText } from '../in-force.ts';
import { objectAt, textAt, valueAt } from '../member.ts';
import { broken, metUnless, type Rule, type RuleFinding } from '../rule.ts';

/** The PACT figures of a footprint claim; nothing for another type, and then these rules have nothing to judge. */
export function figuresOf({ claim }: Pick<Case, 'claim'>): JsonObject | undefined {
  return claim.type === 'CarbonFootprintClaim' ? objectAt(claim.subject, 'footprint', 'pcf') : undefined;
}

export const A1: Rule = {
  id: 'A1',
  group: 'arithmetic',
  severity: 'W',
  regimes: 'all',
  source: 'PACT 3.0.3, sums of pcfExcludingBiogenicUptake and pcfIncludingBiogenicUptake',
  onClaim: (given) => {
    const pcf = figuresOf(given);
    if (pcf === undefined) return [];
    const excluding = amountAt(pcf, 'pcfExcludingBiogenicUptake');
    const including = amountAt(pcf, 'pcfIncludingBiogenicUptake');
    const uptake = amountAt(pcf, 'biogenicCO2Uptake');
    const found: RuleFinding[] = [];
    // PACT's text and its published example add up differently: either will do.
    const [parts, withLand] = excludingSums(pcf);
    const subject = given.claim.id;
    if (!withinOnePercent(parts, excluding) && !withinOnePercent(withLand, excluding)) {
      found.push(broken('A1.excluding', { subject, params: { stated: excluding, parts } }));
    }
    const expected = sum([excluding, uptake]);
    if (!within(including, expected, coarsestPlace(excluding, including))) {
      found.push(broken('A1.including', { subject, params: { stated: including, expected } }));
    }
    return metUnless(found, { subject });
  },
};

export const A2: Rule = {
  id: 'A2',
  group: 'arithmetic',
  severity: 'W',
  regimes: 'all',
  source: 'PACT 3.0.3, biogenicCO2Uptake (44/12 of the biogenic carbon content)',
  onClaim: (given) => {
    const pcf = figuresOf(given);
    const uptake = figureAt(pcf, 'biogenicCO2Uptake');
    const carbon = figureAt(pcf, 'biogenicCarbonContent');
    if (uptake === undefined || carbon === undefined) return [];
    const subject = given.claim.id;
    // uptake · 12 = −44 · carbon, so that nothing has to be divided.
    const found = withinOnePercent(times(uptake, 12), times(carbon, -44))
      ? []
      : [broken('A2.uptake', { subject, params: { uptake, carbon } })];
    return metUnless(found, { subject });
  },
};

function times(figure: string, factor: number): string {
  return multiply(figure, String(factor));
}

/** The period that the figures are about. */
export function referencePeriodOf(pcf: JsonObject | undefined): Period | undefined {
  return periodBetween(
    readDateTime(valueAt(pcf, 'referencePeriodStart')),
    readDateTime(valueAt(pcf, 'referencePeriodEnd')),
  );
}

const VALIDITY_YEARS = 3;

export const A3: Rule = {
  id: 'A3',
  group: 'arithmetic',
  severity: 'E',
  regimes: 'all',
  source: 'PACT 3.0.3, reference period and validity period',
  onClaim: (given) => {
    const pcf = figuresOf(given);
    if (pcf === undefined) return [];
    const subject = given.claim.id;
    const footprint = objectAt(given.claim.subject, 'footprint');
    const period = referencePeriodOf(pcf);
    if (period === undefined) return [broken('A3.reference-period', { subject })];
    const { end } = period;
    const latest = addYears(end, VALIDITY_YEARS) ?? Number.POSITIVE_INFINITY;
    const from = readDateTime(valueAt(footprint, 'validityPeriodStart')) ?? end;
    const until = readDateTime(valueAt(footprint, 'validityPeriodEnd')) ?? latest;
    const params = () => ({ from: instantText(from), until: instantText(until), at: instantText(given.at) });
    const { validFrom, validUntil } = given.claim;
    const outside = from < end || until > latest || validFrom < end || validUntil > latest;
    if (outside || from >= until) return [broken('A3.validity-period', { subject, params: params() })];
    const inside = from <= given.at && given.at < until;
    return metUnless(inside ? [] : [broken('A3.instant', { subject, params: params() })], { subject });
  },
};

const PERCENTS = ['exemptedEmissionsPercent', 'primaryDataShare'];
const RATINGS = ['technologicalDQR', 'geographicalDQR', 'temporalDQR'];
const GEOGRAPHIES = ['geographyRegionOrSubregion', 'geographyCountry', 'geographyCountrySubdivision'];

export const A4: Rule = {
  id: 'A4',
  group: 'arithmetic',
  severity: 'E',
  regimes: 'all',
  source: 'PACT 3.0.3, CarbonFootprint (geography, percentages, data quality, declared unit)',
  onClaim: (given) => {
    const pcf = figuresOf(given);
    if (pcf === undefined) return [];
    const { claim, regime } = given;
    const subject = claim.id;
    const found: RuleFinding[] = [];
    if (GEOGRAPHIES.filter((member) => textAt(pcf, member) !== undefined).length > 1) {
      found.push(broken('A4.geography', { subject }));
    }
    const share = figureAt(claim.subject, 'aggregation', 'verifiedSharePercent');
    const percents = [
      ...PERCENTS.map((member) => [member, figureAt(pcf, member)] as const),
      ['verifiedSharePercent', share] as const,
    ];
    for (const [member, figure] of percents) {
      if (!inRange(figure, '0', '100')) found.push(broken('A4.percent', { subject, params: { member } }));
    }
    for (const member of RATINGS) {
      if (!inRange(figureAt(pcf, 'dqi', member), '1', '5'))
        found.push(broken('A4.rating', { subject, params: { member } }));
    }
    const amount = figureAt(pcf, 'declaredUnitAmount');
    const mass = figureAt(pcf, 'productMassPerDeclaredUnit');
    if (textAt(pcf, 'declaredUnitOfMeasurement') === 'kilogram' && amount && mass && !equal(amount, mass)) {
      found.push(broken('A4.mass', { subject, params: { amount, mass } }));
    }
    const limit = regime.maximumExemptedEmissionsPercent;
    if (limit !== undefined && !isAtMost(figureAt(pcf, 'exemptedEmissionsPercent'), limit)) {
      const percent = textAt(pcf, 'exemptedEmissionsPercent') ?? '–';
      found.push(broken('A4.exempted', { subject, params: { percent, limit } }));
    }
    return metUnless(found, { subject });
  },
};

/** What is not stated is in range. */
function inRange(figure: string | undefined, least: string, most: string): boolean {
  return figure === undefined || (isAtMost(least, figure) && isAtMost(figure, most));
}
