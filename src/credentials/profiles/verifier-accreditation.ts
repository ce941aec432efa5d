import { defineProfile } from './profile.ts';

/** What a verification body is competent for. An accreditation can be suspended for a while. */
export const verifierAccreditation = defineProfile({
  type: 'VerifierAccreditation',
  schema: 'verifier-accreditation',
  suspension: true,
});
