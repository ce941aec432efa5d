/** The operator's summary emissions report, IR (EU) 2025/2547, Annex IV 1.2: docs/domain.md, section 3.5. */
import { credentialSchema } from './envelope.ts';
import {
  blinding,
  closed,
  cnCode,
  count,
  country,
  date,
  decimal,
  did,
  flag,
  goodsCategory,
  line,
  linkTo,
  matching,
  oneOf,
  setOf,
  text,
  urn,
  whenIs,
  word,
  year,
} from './parts.ts';

const total = closed({ value: decimal, unit: { const: 'tCO2e' } });

/** Sector parameters, IR (EU) 2025/2547, Annex IV 2; the names are a closed list (docs/domain.md, section 5.2). */
const sectorParameters = closed(
  {},
  {
    clinkerRatioPercent: decimal,
    concentrationPercent: decimal,
    purityPercent: decimal,
    nitrogenPercent: decimal,
    nitrogenForms: closed(
      {},
      { ammonium: decimal, nitrate: decimal, urea: decimal, other: decimal },
      { minProperties: 1 },
    ),
    mainReducingAgent: line,
    massPercent: closed(
      {},
      { Mn: decimal, Cr: decimal, Ni: decimal, C: decimal, other: decimal },
      { minProperties: 1 },
    ),
    scrapTonnesPerTonne: decimal,
    preConsumerScrapPercent: decimal,
    otherElementsPercent: decimal,
  },
  { minProperties: 1 },
);

const good = closed(
  {
    cnCode,
    aggregatedGoodsCategory: goodsCategory,
    functionalUnit: oneOf('t', 't-clinker', 'kg-N', 'kWh', 'supplementary'),
    specificDirect: decimal,
    defaultSharePercent: decimal,
  },
  {
    productionRoute: word,
    benchmarkRoute: oneOf('A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L'),
    quantity: decimal,
    attributedEmissions: decimal,
    specificIndirect: decimal,
    indirectActualSharePercent: decimal,
    specificFreeAllocation: decimal,
    sectorParameters,
  },
);

const precursor = closed(
  { cnCode, aggregatedGoodsCategory: goodsCategory, valueBasis: oneOf('actual', 'default') },
  {
    name: line,
    countryOfOrigin: country,
    quantity: decimal,
    specificDirect: decimal,
    specificIndirect: decimal,
    reportingPeriod: year,
    periodBasis: oneOf('default', 'actual-time'),
    statement: linkTo('VerificationStatement'),
    source: closed({}, { operatorName: line, installationName: line, registryId: line }, { minProperties: 1 }),
    defaultValue: closed({ value: decimal, act: line }),
    weighting: oneOf('none', 'periods', 'installations', 'installation-subset'),
  },
  {
    allOf: [
      whenIs('valueBasis', 'actual', 'specificDirect', 'reportingPeriod'),
      whenIs('valueBasis', 'default', 'defaultValue'),
    ],
  },
);

export const embeddedEmissionsClaim = credentialSchema(
  'embedded-emissions-claim',
  'EmbeddedEmissionsClaim',
  'An operator states the embedded emissions of goods of one installation and year under CBAM',
  closed(
    {
      id: urn,
      regime: { const: 'eu-cbam' },
      language: matching('^[a-z]{2}$'),
      reportingPeriod: year,
      operator: closed({ id: did, name: line, registrationNumber: line, address: text, country }),
      installation: closed({
        name: line,
        cbamRegistryId: line,
        unLocode: word,
        address: text,
        latitude: decimal,
        longitude: decimal,
      }),
      totalDirectEmissions: total,
      goods: setOf(good),
      precursorCount: count,
    },
    {
      monitoringPlan: closed({ version: line, date }),
      processes: setOf(
        closed({ processId: line, aggregatedGoodsCategory: goodsCategory }, { route: word, joint: flag }),
      ),
      totalIndirectEmissions: total,
      precursors: setOf(precursor),
      flags: closed(
        {},
        { heatTransfer: flag, zeroRatedFuels: flag, wasteGases: flag, co2Capture: flag },
        { minProperties: 1 },
      ),
      supersedes: linkTo('EmbeddedEmissionsClaim'),
      blinding,
    },
  ),
);
