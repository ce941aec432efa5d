import { PROOFPRINT_CONTEXT, V2_CONTEXT } from '../contexts.ts';
import { type Profile, schemaOf } from './profile.ts';

const shared = {
  type: 'BitstringStatusListCredential',
  statesSchema: false,
  sdMembers: [],
  literals: [],
  // A list has no status of its own: that way lies a loop.
  statusPurposes: [],
  statusRequired: false,
  blinding: false,
};

/** Our status lists, with a notice for every change of a bit. */
export const statusListCredential: Profile = {
  ...shared,
  contexts: [V2_CONTEXT, PROOFPRINT_CONTEXT],
  ...schemaOf('bitstring-status-list-credential'),
};

/** Status lists of other publishers: Bitstring Status List 1.0 without our notices. */
export const foreignStatusListCredential: Profile = {
  ...shared,
  contexts: [V2_CONTEXT],
  ...schemaOf('foreign-status-list-credential'),
};
