import { defineProfile } from './profile.ts';

/** The operator's summary emissions report under CBAM; the quantities behind it may be withheld. */
export const embeddedEmissionsClaim = defineProfile({
  type: 'EmbeddedEmissionsClaim',
  schema: 'embedded-emissions-claim',
  sdMembers: [
    '/credentialSubject/goods/*/quantity',
    '/credentialSubject/goods/*/attributedEmissions',
    '/credentialSubject/precursors/*/quantity',
    '/credentialSubject/blinding',
  ],
});
