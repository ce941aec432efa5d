/** A product's carbon footprint, PACT 3.0.3 with what ISO 14067 and the Battery Regulation need: docs/domain.md, sections 3.4 and 6. */
import { credentialSchema } from './envelope.ts';
import { pactFootprint } from './pact.ts';
import {
  closed,
  cnCode,
  count,
  country,
  decimal,
  digest,
  line,
  linkTo,
  oneOf,
  text,
  uri,
  uuidUrn,
  whenIs,
} from './parts.ts';

const stages = closed({ raw: decimal, production: decimal, distribution: decimal, endOfLife: decimal });

const battery = closed(
  {
    modelId: line,
    plant: closed({ name: line, country, address: text }),
    totalEnergyKWh: decimal,
    carbonFootprintPerKWh: decimal,
    stages,
    studyUrl: uri,
  },
  { docId: line },
);

export const carbonFootprintClaim = credentialSchema(
  'carbon-footprint-claim',
  'CarbonFootprintClaim',
  "A company states a product's carbon footprint",
  closed(
    {
      id: uuidUrn,
      boundary: oneOf('gate-to-gate', 'cradle-to-gate', 'cradle-to-grave', 'cradle-to-grave-excl-use'),
      gwp: closed({ set: oneOf('AR5', 'AR6'), horizonYears: { const: 100 } }),
      footprint: pactFootprint,
      coreDigest: digest,
    },
    {
      cnCode,
      facilityId: uri,
      aggregation: closed({
        method: { const: 'sum-inputs-plus-own' },
        leavesRoot: digest,
        leafCount: count,
        verifiedSharePercent: decimal,
      }),
      uncertaintyPercent: decimal,
      profile: oneOf('base', 'catena-x', 'eu-battery'),
      battery,
      supersedes: linkTo('CarbonFootprintClaim'),
    },
    whenIs('profile', 'eu-battery', 'battery'),
  ),
);
