import { DATA_INTEGRITY_CONTEXT, V1_CONTEXT, V2_CONTEXT } from '../contexts.ts';
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

/**
 * The same by VCDM 1.1: its context defines no name, no status of our kind and no Data Integrity proof. Terms of the proof come with a
 * second context, which only a proof over the JSON form can do without.
 */
const legacy = {
  ...bareCredential,
  ...schemaOf('verifiable-credential-1.1'),
  sdMembers: [],
  statusPurposes: [],
};
export const bareCredential11: Profile = { ...legacy, contexts: [V1_CONTEXT, DATA_INTEGRITY_CONTEXT] };
export const bareJsonCredential11: Profile = { ...legacy, contexts: [V1_CONTEXT] };
