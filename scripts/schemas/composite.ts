/** What rests on a verified claim and never recognises it: docs/domain.md, section 3.7. */
import { credentialSchema } from './envelope.ts';
import {
  closed,
  cnCode,
  count,
  country,
  decimal,
  digest,
  line,
  linkTo,
  matching,
  period,
  type Schema,
  text,
  urn,
} from './parts.ts';

/** Economic Operators Registration and Identification, Delegated Regulation (EU) 2015/2446, Annex B: country, then 1 to 15 characters. */
const eori = matching('^[A-Z]{2}[A-Z0-9]{1,15}$');
/** By the number, or by a salted hash of it; never both, or the hash would hide nothing. */
const buyer: Schema = closed({}, { eori, saltedHash: digest }, { minProperties: 1, maxProperties: 1 });

export const shipmentAllocation = credentialSchema(
  'shipment-allocation',
  'ShipmentAllocation',
  'An operator allocates part of a verified quantity to one buyer',
  closed(
    {
      id: urn,
      statement: linkTo('VerificationStatement'),
      cnCode,
      netMass: closed({ value: decimal, unit: { const: 't' } }),
      buyer,
      period,
    },
    { sequence: count, runningTotal: decimal, supersedes: linkTo('ShipmentAllocation') },
    { dependentRequired: { runningTotal: ['sequence'] } },
  ),
);

/** ISO 4217. */
const currency = matching('^[A-Z]{3}$');

export const carbonPricePaid = credentialSchema(
  'carbon-price-paid',
  'CarbonPricePaid',
  'An independent person certifies the carbon price effectively paid for the emissions of one claim',
  closed(
    {
      id: urn,
      claim: linkTo('EmbeddedEmissionsClaim'),
      instrument: closed({ name: line, country }),
      amount: closed({ value: decimal, currency }),
      emissionsCovered: closed({ value: decimal, unit: { const: 'tCO2e' } }),
      certifier: closed({ name: line, contact: line, independence: text }),
      evidenceDigest: digest,
    },
    { rebates: closed({ value: decimal }), supersedes: linkTo('CarbonPricePaid') },
  ),
);
