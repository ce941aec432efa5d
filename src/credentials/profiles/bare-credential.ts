import { V2_CONTEXT } from '../contexts.ts';
import { type Profile, schemaOf } from './profile.ts';

/**
 * `VerifiableCredential` alone, for trying things out. Its subject has only `id`, `type`, `name` and `description`; no link names
 * this type, so it carries no `blinding`, and it has no member to name its schema in.
 */
export const bareCredential: Profile = {
  type: 'VerifiableCredential',
  contexts: [V2_CONTEXT],
  ...schemaOf('verifiable-credential'),
  statesSchema: false,
  sdMembers: ['/credentialSubject/name', '/credentialSubject/description'],
  literals: [],
  statusPurposes: ['revocation'],
  statusRequired: false,
  blinding: false,
};
