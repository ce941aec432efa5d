/**
 * What an organisation's token, or a person who signed in, may do for the organisation. Every route for organisations names one of them.
 *
 * - `issue`: sign as the organisation's issuer instances, and have drafts checked
 * - `status`: revoke, suspend and reinstate
 * - `present`: keep credentials in a holder instance, derive, present, share worksheets
 * - `evaluate`: have credentials evaluated, watched and reported
 * - `approve`: approve or refuse what another caller asked for, where four eyes are wanted
 * - `read`: look at what is kept
 */
export const SCOPES = ['issue', 'status', 'present', 'evaluate', 'approve', 'read'] as const;
export type Scope = (typeof SCOPES)[number];

/** Acts that an organisation may want two callers for. */
export const FOUR_EYES_ACTS = ['issue', 'revoke'] as const;
export type FourEyesAct = (typeof FOUR_EYES_ACTS)[number];
