import { V2_CONTEXT } from '../contexts.ts';
import { bareCredential } from './bare-credential.ts';
import type { Profile } from './profile.ts';

/**
 * What is fixed for a credential of a type that has no profile: nothing. Not in the table; only conformance instances issue such ones,
 * and their form is judged by the data model alone (docs/conformance.md).
 */
export const anyCredential: Profile = {
  ...bareCredential,
  type: 'VerifiableCredential',
  contexts: [V2_CONTEXT],
  sdMembers: [],
  statusPurposes: [],
};
