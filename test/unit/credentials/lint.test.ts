import { describe, expect, test } from 'vitest';
import { isObject, type JsonObject, type JsonValue } from '../../../src/base/json.ts';
import { footprintCoreDigest } from '../../../src/credentials/footprint.ts';
import { lintCredential } from '../../../src/credentials/lint.ts';
import { EXAMPLE_NAMES, exampleCredentials } from '../../support/example-credentials.ts';
import { applyPatch } from '../../support/json-patch.ts';

const steel = exampleCredentials('steel-coil');
const example = (key: string): JsonObject => {
  const found = steel.get(key);
  if (found === undefined) throw new Error(key);
  return found;
};
const S = '/credentialSubject';
const PCF = `${S}/footprint/pcf`;

/** `rule pointer`, with `?` behind a mere warning; every finding has the one code. */
function lint(credential: JsonObject): readonly string[] {
  return lintCredential(credential).map(({ check, code, outcome, pointer, params }) => {
    expect([code, outcome]).toEqual(['LINT_FAILED', 'failed']);
    return `${check} ${pointer}${params?.['severity'] === 'warning' ? '?' : ''}`;
  });
}

function put(credential: JsonObject, changes: Readonly<Record<string, JsonValue>>): JsonObject {
  return applyPatch(
    credential,
    Object.entries(changes).map(([path, value]) => ({ op: 'add', path, value })),
  );
}

/** A footprint claim with other figures, and the digest that fits them. */
function footprint(
  figures: Readonly<Record<string, JsonValue>>,
  more: Readonly<Record<string, JsonValue>> = {},
): JsonObject {
  const moved = Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${PCF}/${name}`, value]));
  const changed = put(example('claim:coil-pcf'), { ...moved, ...more });
  const subject = changed['credentialSubject'];
  const document = isObject(subject) ? subject['footprint'] : undefined;
  return put(changed, { [`${S}/coreDigest`]: footprintCoreDigest(document as JsonObject) });
}

describe('the worked examples', () => {
  for (const name of EXAMPLE_NAMES) {
    for (const [key, credential] of exampleCredentials(name)) {
      test(`${name}: ${key} may be signed`, () => expect(lintCredential(credential)).toEqual([]));
    }
  }
});

describe('every type', () => {
  test('S2: carries an entry for each purpose of its type', () => {
    const { credentialStatus, ...without } = example('accreditation:eu');
    expect(lint(without)).toEqual(['S2 /credentialStatus', 'S2 /credentialStatus']);
    expect(lint({ ...without, credentialStatus: (credentialStatus as readonly JsonValue[])[0] as JsonValue })).toEqual([
      'S2 /credentialStatus',
    ]);
  });
  test('S2: counts are the number of entries', () => {
    expect(lint(put(example('claim:coil'), { [`${S}/precursorCount`]: '0' }))).toEqual([`S2 ${S}/precursorCount`]);
    expect(lint(put(example('statement:coil'), { [`${S}/uncorrectedCount`]: '1' }))).toEqual([
      `S2 ${S}/uncorrectedCount`,
    ]);
    const open = { kind: 'misstatement', material: false, text: 'a' };
    expect(
      lint(put(example('statement:coil'), { [`${S}/uncorrectedCount`]: '1', [`${S}/uncorrected`]: [open] })),
    ).toEqual([]);
  });
  test('a type that is not ours has no meaning here', () =>
    expect(lint({ type: ['VerifiableCredential'] })).toEqual([]));
});

describe('footprint claims', () => {
  test('L3: the digest is that of this footprint', () => {
    expect(lint(put(example('claim:coil-pcf'), { [`${PCF}/geographyCountry`]: 'JP' }))).toEqual([`L3 ${S}/coreDigest`]);
    expect(lint(footprint({ geographyCountry: 'JP' }))).toEqual([]);
  });
  test('L3: what may change later is not in it', () => {
    const later = {
      [`${S}/footprint/status`]: 'Active',
      [`${S}/footprint/extensions`]: [{ specVersion: '2.0.0' }],
      [`${PCF}/verification`]: { providerName: 'x' },
    };
    expect(lint(put(example('claim:coil-pcf'), later))).toEqual([]);
  });
  test('S2: subject and footprint agree', () => {
    expect(
      lint(put(example('claim:coil-pcf'), { [`${S}/id`]: 'urn:uuid:00000000-0000-4000-8000-000000000001' })),
    ).toEqual([`S2 ${S}/id`]);
    expect(lint(put(example('claim:coil-pcf'), { [`${S}/gwp/set`]: 'AR5' }))).toEqual([`S2 ${S}/gwp/set`]);
    expect(lint(put(example('claim:coil-pcf'), { [`${S}/cnCode`]: '72083800' }))).toEqual([`S2 ${S}/cnCode?`]);
  });

  const signs: readonly (readonly [string, string, string])[] = [
    ['declaredUnitAmount', '0', '1'],
    ['fossilCarbonContent', '-0.1', '0'],
    ['landUseChangeGhgEmissions', '-0.1', '-0'],
    ['biogenicCO2Uptake', '10', '-0.001'],
    ['landManagementBiogenicCO2Removals', '+5.0', '-0.00'],
    ['ccsTechnologicalCO2Capture', '0.1', '0'],
    ['packagingGhgEmissions', '-1', '1'],
  ];
  for (const [name, bad, good] of signs) {
    test(`S3: ${name} is not ${bad}`, () => {
      expect(lint(footprint({ [name]: bad }))).toContain(`S3 ${PCF}/${name}`);
      expect(lint(footprint({ [name]: good }))).not.toContain(`S3 ${PCF}/${name}`);
    });
  }
  test('S3: fossil emissions are not negative, in whatever spelling', () => {
    expect(lint(footprint({ fossilGhgEmissions: '-2.4244' }))).toContain(`S3 ${PCF}/fossilGhgEmissions`);
    expect(lint(footprint({ fossilGhgEmissions: '+002.42440' }))).toEqual([]);
  });

  test('A1: the total is the sum of its parts within one per cent', () => {
    const total = { pcfExcludingBiogenicUptake: '2.4', pcfIncludingBiogenicUptake: '2.4' };
    expect(lint(footprint({ ...total, fossilGhgEmissions: '2.376' }))).toEqual([
      `A1 ${PCF}/pcfExcludingBiogenicUptake?`,
    ]);
    expect(lint(footprint({ ...total, fossilGhgEmissions: '2.377' }))).toEqual([]);
    // The example that PACT publishes adds land management once more.
    expect(lint(footprint({ ...total, fossilGhgEmissions: '2', landManagementFossilGhgEmissions: '0.4' }))).toEqual([]);
    expect(lint(footprint({ ...total, fossilGhgEmissions: '3', ccsTechnologicalCO2Capture: '-0.6' }))).toEqual([]);
  });
  test('A1: a total below a part is impossible', () => {
    const total = { pcfExcludingBiogenicUptake: '2', pcfIncludingBiogenicUptake: '2' };
    expect(lint(footprint({ ...total, fossilGhgEmissions: '2.5' }))).toEqual([`A1 ${PCF}/pcfExcludingBiogenicUptake`]);
    // Removals may bring it below: then it is only a sum that does not fit.
    expect(lint(footprint({ ...total, fossilGhgEmissions: '2.5', technologicalCO2Removals: '-2' }))).toEqual([
      `A1 ${PCF}/pcfExcludingBiogenicUptake?`,
    ]);
  });
  test('A1: with the uptake it is the total including it', () => {
    expect(lint(footprint({ pcfIncludingBiogenicUptake: '2.4246' }))).toEqual([
      `A1 ${PCF}/pcfIncludingBiogenicUptake?`,
    ]);
    expect(lint(footprint({ pcfIncludingBiogenicUptake: '2.4245' }))).toEqual([]);
    expect(
      lint(footprint({ biogenicCO2Uptake: '-1', pcfIncludingBiogenicUptake: '1.4244', biogenicCarbonContent: null })),
    ).toEqual([]);
  });
  test('A2: the uptake is the carbon it holds', () => {
    const uptake = (biogenicCO2Uptake: string, biogenicCarbonContent: string, pcfIncludingBiogenicUptake: string) =>
      lint(footprint({ biogenicCO2Uptake, biogenicCarbonContent, pcfIncludingBiogenicUptake }));
    expect(uptake('-1.1', '0.3', '1.3244')).toEqual([]);
    expect(uptake('-1.111', '0.3', '1.3134')).toEqual([]);
    expect(uptake('-1.112', '0.3', '1.3124')).toEqual([`A2 ${PCF}/biogenicCO2Uptake?`]);
  });
  test('A3: periods are in order, validity within three years of the reference period', () => {
    expect(lint(footprint({ referencePeriodStart: '2027-01-01T00:00:00Z' }))).toEqual([`A3 ${PCF}/referencePeriodEnd`]);
    const claim = footprint({});
    expect(lint({ ...claim, validFrom: '2026-12-31T23:59:59Z' })).toEqual(['A3 /validFrom']);
    expect(lint({ ...claim, validUntil: '2030-01-01T00:00:00Z' })).toEqual([]);
    expect(lint({ ...claim, validUntil: '2030-01-01T00:00:01Z' })).toEqual(['A3 /validUntil']);
    const stated = (start: string, end: string) =>
      lint(footprint({}, { [`${S}/footprint/validityPeriodStart`]: start, [`${S}/footprint/validityPeriodEnd`]: end }));
    expect(stated('2027-01-01T00:00:00Z', '2028-01-01T00:00:00Z')).toEqual([]);
    expect(stated('2028-01-01T00:00:00Z', '2027-06-01T00:00:00Z')).toEqual([`A3 ${S}/footprint/validityPeriodEnd`]);
    expect(stated('2026-01-01T00:00:00Z', '2031-01-01T00:00:00Z')).toEqual([
      `A3 ${S}/footprint/validityPeriodStart`,
      `A3 ${S}/footprint/validityPeriodEnd`,
    ]);
  });
  test('A3: three years from a 29 February', () => {
    const leap = footprint({
      referencePeriodStart: '2027-03-01T00:00:00Z',
      referencePeriodEnd: '2028-02-29T00:00:00Z',
    });
    const until = (validUntil: string) => lint({ ...leap, validFrom: '2028-02-29T00:00:00Z', validUntil });
    expect(until('2031-03-01T00:00:00Z')).toEqual([]);
    expect(until('2031-03-01T00:00:01Z')).toEqual(['A3 /validUntil']);
  });
  test('A4: one place, percents, ratings, and a kilogram is a kilogram', () => {
    expect(lint(footprint({ geographyRegionOrSubregion: 'Asia' }))).toEqual([`A4 ${PCF}`]);
    expect(lint(footprint({ geographyRegionOrSubregion: null }))).toEqual([]);
    expect(lint(footprint({ exemptedEmissionsPercent: '100.1' }))).toEqual([`A4 ${PCF}/exemptedEmissionsPercent`]);
    expect(lint(footprint({ primaryDataShare: '-1' }))).toEqual([`A4 ${PCF}/primaryDataShare`]);
    expect(lint(footprint({ primaryDataShare: '100' }))).toEqual([]);
    expect(lint(footprint({ dqi: { technologicalDQR: '0.9', geographicalDQR: '5', temporalDQR: '5.1' } }))).toEqual([
      `A4 ${PCF}/dqi/technologicalDQR`,
      `A4 ${PCF}/dqi/temporalDQR`,
    ]);
    expect(lint(footprint({ productMassPerDeclaredUnit: '2' }))).toEqual([`A4 ${PCF}/productMassPerDeclaredUnit`]);
    expect(lint(footprint({ productMassPerDeclaredUnit: '1.000' }))).toEqual([]);
    expect(lint(footprint({ declaredUnitOfMeasurement: 'piece', productMassPerDeclaredUnit: '2' }))).toEqual([]);
  });
});

describe('embedded-emissions claims', () => {
  const coil = example('claim:coil');
  const good = (member: string, value: JsonValue) => lint(put(coil, { [`${S}/goods/0/${member}`]: value }));
  test('S3: figures have their sign and percents their range', () => {
    expect(good('specificDirect', '-1')).toEqual([`S3 ${S}/goods/0/specificDirect`]);
    expect(good('defaultSharePercent', '100.01')).toEqual([`S3 ${S}/goods/0/defaultSharePercent`]);
    expect(good('defaultSharePercent', '100')).toEqual([]);
    expect(
      good('sectorParameters', { massPercent: { Mn: '101' }, scrapTonnesPerTonne: '-1', purityPercent: '-1' }),
    ).toEqual([
      `S3 ${S}/goods/0/sectorParameters/purityPercent`,
      `S3 ${S}/goods/0/sectorParameters/massPercent/Mn`,
      `S3 ${S}/goods/0/sectorParameters/scrapTonnesPerTonne`,
    ]);
    expect(lint(put(coil, { [`${S}/precursors/0/quantity`]: '-1' }))).toEqual([`S3 ${S}/precursors/0/quantity`]);
  });
  test('S3: a total is not below its parts', () => {
    const at = `${S}/totalDirectEmissions/value`;
    expect(lint(put(coil, { [at]: '28220' }))).toEqual([`S3 ${at}`]);
    expect(lint(put(coil, { [at]: '28221' }))).toEqual([]);
    expect(lint(put(coil, { [at]: '-28222' }))).toEqual([`S3 ${at}`, `S3 ${at}`]);
    // Heat from outside is attributed to the goods and not emitted here.
    expect(lint(put(coil, { [at]: '1', [`${S}/flags/heatTransfer`]: true }))).toEqual([]);
  });
  test('B1: the definitive period began in 2026', () => {
    expect(lint(put(coil, { [`${S}/reportingPeriod`]: '2025' }))).toEqual([`B1 ${S}/reportingPeriod`]);
  });
  test('B2: five decimals at most, totals in whole tonnes', () => {
    expect(good('specificDirect', '2.077641')).toEqual([`B2 ${S}/goods/0/specificDirect`]);
    expect(good('specificDirect', '2.07764')).toEqual([]);
    expect(lint(put(coil, { [`${S}/totalDirectEmissions/value`]: '28222.0' }))).toEqual([
      `B2 ${S}/totalDirectEmissions/value`,
    ]);
    expect(lint(put(coil, { [`${S}/precursors/0/specificDirect`]: '1.941200' }))).toEqual([
      `B2 ${S}/precursors/0/specificDirect`,
    ]);
  });
  test('B11: place, coordinates, language', () => {
    const at = `${S}/installation`;
    expect(lint(put(coil, { [`${at}/unLocode`]: 'KRKP1' }))).toEqual([`B11 ${at}/unLocode`]);
    expect(lint(put(coil, { [`${at}/latitude`]: '36.05' }))).toEqual([`B11 ${at}/latitude`]);
    expect(lint(put(coil, { [`${at}/latitude`]: '90.000001' }))).toEqual([`B11 ${at}/latitude`]);
    expect(lint(put(coil, { [`${at}/longitude`]: '-180.000000' }))).toEqual([]);
    expect(lint(put(coil, { [`${S}/language`]: 'ko' }))).toEqual([`B11 ${S}/language`]);
  });
});

describe('statements and accreditations', () => {
  test('S2: dates are the days of the validity period', () => {
    expect(lint(put(example('statement:coil'), { [`${S}/statementDate`]: '2027-03-19' }))).toEqual([
      `S2 ${S}/statementDate`,
    ]);
    expect(lint(put(example('accreditation:eu'), { [`${S}/effectiveDate`]: '2026-09-16' }))).toEqual([
      `S2 ${S}/effectiveDate`,
    ]);
    expect(lint(put(example('accreditation:eu'), { [`${S}/expiryDate`]: '2031-09-15' }))).toEqual([
      `S2 ${S}/expiryDate`,
    ]);
  });
  test('S2: a period of two dates is in order', () => {
    expect(lint(put(example('statement:coil'), { [`${S}/period`]: '2026-01-01/2027-01-01' }))).toEqual([]);
    for (const period of ['2027-01-01/2026-01-01', '2026-01-01/2026-01-01', '2026-02-30/2026-03-30']) {
      expect(lint(put(example('statement:coil'), { [`${S}/period`]: period })), period).toEqual([`S2 ${S}/period`]);
    }
  });
  test('S3: days and percents', () => {
    expect(lint(put(example('statement:coil'), { [`${S}/siteVisit/days`]: '-1' }))).toEqual([`S3 ${S}/siteVisit/days`]);
    expect(lint(put(example('statement:coil'), { [`${S}/materiality/1/percent`]: '101' }))).toEqual([
      `S3 ${S}/materiality/1/percent`,
    ]);
  });
});
