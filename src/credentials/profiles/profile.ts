import { BASE_URL } from '../../base/problem.ts';
import { PROOFPRINT_CONTEXT, V2_CONTEXT } from '../contexts.ts';
import { SCHEMA_DIGESTS, type SchemaName } from './schema-digests.ts';

/** Everything that is fixed by the type of a credential and its version. */
export interface Profile {
  /** The type beside `VerifiableCredential`, or that itself for the bare one. */
  readonly type: string;
  /** `@context`, in this order. */
  readonly contexts: readonly string[];
  readonly schemaUrl: string;
  /** Digest (multibase, RFC 8785) of the schema, as `credentialSchema` states it. */
  readonly schemaDigest: string;
  /** Whether credentials of this type name their schema in `credentialSchema`. */
  readonly statesSchema: boolean;
  /** Pointers to the selectively disclosable members; `*` is any entry of an array. All other members are the core. */
  readonly sdMembers: readonly string[];
  /** Pointers to values that are signed as one JSON literal. */
  readonly literals: readonly string[];
  /** Purposes for which the issuer allots a status entry. */
  readonly statusPurposes: readonly string[];
  readonly statusRequired: boolean;
  /** Whether the type carries `blinding` unless something is withheld: types with sd members that a link can name. */
  readonly blinding: boolean;
}

interface Definition {
  readonly type: string;
  /** File name of the schema, without its ending. */
  readonly schema: SchemaName;
  readonly sdMembers?: readonly string[];
  readonly literals?: readonly string[];
  readonly suspension?: boolean;
}

/** One of the project's own types: the same envelope, status and schema rules for all (docs/domain.md, section 2). */
export function defineProfile({
  type,
  schema,
  sdMembers = [],
  literals = [],
  suspension = false,
}: Definition): Profile {
  return {
    type,
    contexts: [V2_CONTEXT, PROOFPRINT_CONTEXT],
    ...schemaOf(schema),
    statesSchema: true,
    sdMembers,
    literals,
    statusPurposes: suspension ? ['revocation', 'suspension'] : ['revocation'],
    statusRequired: true,
    blinding: sdMembers.length > 0,
  };
}

export function schemaOf(name: SchemaName): Pick<Profile, 'schemaUrl' | 'schemaDigest'> {
  return { schemaUrl: `${BASE_URL}schemas/v1/${name}.json`, schemaDigest: SCHEMA_DIGESTS[name] };
}
