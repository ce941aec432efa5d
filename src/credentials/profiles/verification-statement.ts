import { defineProfile } from './profile.ts';

/** What a verification body concluded about one claim; whose statements it relied on may be withheld. */
export const verificationStatement = defineProfile({
  type: 'VerificationStatement',
  schema: 'verification-statement',
  sdMembers: ['/credentialSubject/upstreamReliance', '/credentialSubject/blinding'],
});
