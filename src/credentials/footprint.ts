/** The PACT document inside a footprint claim, as far as one can say things about it alone (docs/domain.md, section 4). */
import { isObject, type JsonObject, type JsonValue, oncePerFrozen } from '../base/json.ts';
import { add, isPactDecimal } from '../formats/decimal.ts';
import { digestOfJson } from '../formats/digest.ts';

/**
 * `coreDigest`: over the RFC 8785 form of the footprint without `status`, `pcf.verification` and `extensions`, which may change or be
 * added after verification. Computed once for a frozen footprint.
 */
export const footprintCoreDigest: (footprint: JsonObject) => string = oncePerFrozen((footprint) => {
  const { status: _status, extensions: _extensions, ...rest } = footprint;
  const pcf = rest['pcf'];
  if (!isObject(pcf)) return digestOfJson(rest);
  const { verification: _verification, ...figures } = pcf;
  return digestOfJson({ ...rest, pcf: figures });
});

/** A member of a PACT object; in PACT, `null` and absent are the same. */
export function definedIn(object: JsonObject, member: string): JsonValue | undefined {
  return object[member] ?? undefined;
}

/** A figure of a PACT object, or nothing when it is undefined or no decimal. */
export function figureOf(object: JsonObject, member: string): string | undefined {
  const value = definedIn(object, member);
  return isPactDecimal(value) ? value : undefined;
}

/** The terms of `pcfExcludingBiogenicUptake` (PACT 3.0.3; docs/domain.md, section 4.3); an absent one counts 0. */
export const EXCLUDING_TERMS = [
  'fossilGhgEmissions',
  'landUseChangeGhgEmissions',
  'landManagementBiogenicCO2Emissions',
  'landManagementBiogenicCO2Removals',
  'technologicalCO2Removals',
  'ccsTechnologicalCO2Capture',
  'biogenicNonCO2Emissions',
] as const;

/**
 * What the terms add up to. Land management's fossil emissions are part of the fossil ones by the text, apart from them in PACT's own
 * published example, so both sums are given, the one of the text first.
 */
export function excludingSums(pcf: JsonObject): readonly [string, string] {
  const sum = add(...EXCLUDING_TERMS.map((term) => figureOf(pcf, term) ?? '0'));
  return [sum, add(sum, figureOf(pcf, 'landManagementFossilGhgEmissions') ?? '0')];
}

/** Which values a figure may have; signs are checked as numbers, never with PACT's patterns (docs/domain.md, section 4.4). */
export type Sign = 'positive' | 'not-negative' | 'not-positive';

/** Figures of `pcf` whose sign PACT 3.0.3 fixes; the others may have either. */
export const PCF_SIGNS: ReadonlyMap<string, Sign> = new Map<string, Sign>([
  ['declaredUnitAmount', 'positive'],
  ['productMassPerDeclaredUnit', 'not-negative'],
  ['fossilGhgEmissions', 'not-negative'],
  ['fossilCarbonContent', 'not-negative'],
  ['biogenicCarbonContent', 'not-negative'],
  ['recycledCarbonContent', 'not-negative'],
  ['landUseChangeGhgEmissions', 'not-negative'],
  ['biogenicNonCO2Emissions', 'not-negative'],
  ['biogenicCO2Uptake', 'not-positive'],
  ['landManagementBiogenicCO2Emissions', 'not-negative'],
  ['landManagementBiogenicCO2Removals', 'not-positive'],
  ['landManagementFossilGhgEmissions', 'not-negative'],
  ['landCarbonLeakage', 'not-negative'],
  ['landAreaOccupation', 'not-negative'],
  ['aircraftGhgEmissions', 'not-negative'],
  ['packagingGhgEmissions', 'not-negative'],
  ['packagingBiogenicCarbonContent', 'not-negative'],
  ['outboundLogisticsGhgEmissions', 'not-negative'],
  ['ccsTechnologicalCO2Capture', 'not-positive'],
  ['technologicalCO2Removals', 'not-positive'],
  ['ccuCarbonContent', 'not-negative'],
]);
