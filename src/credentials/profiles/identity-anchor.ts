import { defineProfile } from './profile.ts';

/** A register says which organisation a DID is: the shape of UNTP's Digital Identity Anchor 0.7.0. */
export const identityAnchor = defineProfile({ type: 'IdentityAnchor', schema: 'identity-anchor' });
