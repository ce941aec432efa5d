import { defineProfile } from './profile.ts';

/** A product's carbon footprint. The PACT document in it is one JSON literal, core, and never disclosed in part. */
export const carbonFootprintClaim = defineProfile({
  type: 'CarbonFootprintClaim',
  schema: 'carbon-footprint-claim',
  literals: ['/credentialSubject/footprint'],
});
