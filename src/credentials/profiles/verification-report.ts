import { defineProfile } from './profile.ts';

/** What a relying party's own evaluation found. It is recognised for nothing: no rule reads it, whoever signed it. */
export const verificationReport = defineProfile({ type: 'VerificationReport', schema: 'verification-report' });
