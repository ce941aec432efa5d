/**
 * The PACT footprint inside a claim, Technical Specifications 3.0.3, in words of our own (docs/domain.md, section 4). It is signed as
 * one JSON literal, so nothing in it is rewritten: optional members may be `null`, figures keep a plus sign and leading zeros.
 * `status`, `pcf.verification` and `extensions` may be left out, because they change or come after the signature.
 */
import { closed, type Members, matching, type Schema } from './parts.ts';

const plain: Schema = { type: 'string', minLength: 1 };
const anyText: Schema = { type: 'string' };
const decimal = matching('^[+-]?\\d+(\\.\\d+)?$', { maxLength: 128 });
const uuid = matching('^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$');
const urn = matching('^[uU][rR][nN]:', { format: 'uri' });
const uri: Schema = { type: 'string', format: 'uri' };
const instant: Schema = { type: 'string', format: 'date-time' };
const boolean: Schema = { type: 'boolean' };
const list = (items: Schema, more: Schema = {}): Schema => ({ type: 'array', items, minItems: 1, ...more });
const distinct = (items: Schema) => list(items, { uniqueItems: true });
const either = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });

/** A PACT object: what is undefined may be absent or `null`. */
function pact(required: Members, optional: Members): Schema {
  return closed(required, Object.fromEntries(Object.entries(optional).map(([name, schema]) => [name, orNull(schema)])));
}

function orNull(schema: Schema): Schema {
  const { type, enum: values, ...rest } = schema;
  return {
    ...rest,
    type: [type as string, 'null'],
    ...(Array.isArray(values) ? { enum: [...(values as string[]), null] } : {}),
  };
}

const decimals = (...names: readonly string[]): Members => Object.fromEntries(names.map((name) => [name, decimal]));

const REGIONS = [
  ...['Africa', 'Americas', 'Asia', 'Europe', 'Oceania', 'Australia and New Zealand', 'Central Asia', 'Eastern Asia'],
  ...['Eastern Europe', 'Latin America and the Caribbean', 'Melanesia', 'Micronesia', 'Northern Africa'],
  ...['Northern America', 'Northern Europe', 'Polynesia', 'South-eastern Asia', 'Southern Asia', 'Southern Europe'],
  ...['Sub-Saharan Africa', 'Western Asia', 'Western Europe'],
];
const UNITS = [
  ...['liter', 'kilogram', 'cubic meter', 'kilowatt hour', 'megajoule', 'ton kilometer', 'square meter', 'piece'],
  ...['hour', 'megabit second'],
];

const sectorRules = closed(
  { operator: either('PEF', 'EPD International', 'Other'), ruleNames: list(plain) },
  { otherOperatorName: { type: ['string', 'null'] } },
);

const carbonFootprint = pact(
  {
    declaredUnitOfMeasurement: either(...UNITS),
    ...decimals('declaredUnitAmount', 'productMassPerDeclaredUnit'),
    referencePeriodStart: instant,
    referencePeriodEnd: instant,
    ...decimals(
      'pcfExcludingBiogenicUptake',
      'pcfIncludingBiogenicUptake',
      'fossilGhgEmissions',
      'fossilCarbonContent',
    ),
    ipccCharacterizationFactors: distinct(matching('^AR\\d+$')),
    crossSectoralStandards: distinct(plain),
    exemptedEmissionsPercent: decimal,
  },
  {
    geographyRegionOrSubregion: either(...REGIONS),
    geographyCountry: matching('^[A-Z]{2}$'),
    geographyCountrySubdivision: matching('^[A-Z]{2}-[A-Z0-9]{1,3}$'),
    boundaryProcessesDescription: anyText,
    ...decimals(
      'biogenicCarbonContent',
      'recycledCarbonContent',
      'landUseChangeGhgEmissions',
      'biogenicNonCO2Emissions',
    ),
    ...decimals('biogenicCO2Uptake', 'landManagementBiogenicCO2Emissions', 'landManagementBiogenicCO2Removals'),
    ...decimals('landManagementFossilGhgEmissions', 'landCarbonLeakage', 'landAreaOccupation', 'aircraftGhgEmissions'),
    packagingEmissionsIncluded: boolean,
    ...decimals('packagingGhgEmissions', 'packagingBiogenicCarbonContent', 'outboundLogisticsGhgEmissions'),
    ccsTechnologicalCO2CaptureIncluded: boolean,
    ...decimals('ccsTechnologicalCO2Capture', 'technologicalCO2Removals'),
    technologicalCO2CaptureOrigin: anyText,
    ccuCarbonContent: decimal,
    ccuCalculationApproach: either('Cut-off', 'Credit'),
    ccuCreditCertification: uri,
    productOrSectorSpecificRules: list(sectorRules),
    exemptedEmissionsDescription: anyText,
    allocationRulesDescription: anyText,
    secondaryEmissionFactorSources: list(closed({ name: plain, version: plain })),
    primaryDataShare: decimal,
    dqi: pact({}, decimals('technologicalDQR', 'geographicalDQR', 'temporalDQR')),
    verification: pact(
      {},
      {
        coverage: either('PCF calculation model', 'PCF program', 'product level'),
        providerName: anyText,
        completedAt: instant,
        standardName: anyText,
        comments: anyText,
      },
    ),
  },
);

/** The one open object: what an extension carries is its own affair, and is signed with the rest. */
const extension = closed(
  { specVersion: plain, dataSchema: uri, data: { type: 'object' } },
  { documentation: { type: ['string', 'null'] } },
);

export const pactFootprint = pact(
  {
    id: uuid,
    specVersion: matching('^\\d+\\.\\d+\\.\\d+(-\\d{8})?$'),
    created: instant,
    companyName: plain,
    companyIds: distinct(urn),
    productDescription: anyText,
    productIds: distinct(urn),
    productNameCompany: plain,
    pcf: carbonFootprint,
  },
  {
    precedingPfIds: distinct(uuid),
    status: either('Active', 'Deprecated'),
    validityPeriodStart: instant,
    validityPeriodEnd: instant,
    productClassifications: distinct(urn),
    comment: anyText,
    extensions: list(extension),
  },
);
