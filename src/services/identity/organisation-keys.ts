import { ServiceError } from '../../base/error.ts';
import { createDidDocument, type DidDocument, type VerificationRelationship } from '../../dids/did-document.ts';
import type { KeyRecord, OrganisationRecord } from '../../store/store.ts';

/** The key an organisation signs with. Errors: CONFLICT when it has none. */
export function activeKey(organisation: OrganisationRecord): KeyRecord {
  const key = organisation.keys.find((candidate) => candidate.state === 'active' && candidate.keyType === 'Ed25519');
  if (key === undefined) throw new ServiceError('CONFLICT', 'the organisation has no active key');
  return key;
}

/** The DID document of a did:web organisation. A retired key stays listed for what it signed; a compromised one is shown as revoked, and listed for nothing. */
export function documentOf(organisation: OrganisationRecord): DidDocument {
  return createDidDocument({
    did: organisation.did,
    methods: organisation.keys.map((key) => ({
      id: key.verificationMethod,
      publicKeyMultibase: key.publicKeyMultibase,
      relationships: RELATIONSHIPS[key.state],
      ...(key.state === 'compromised' ? { revoked: key.until ?? key.since } : {}),
    })),
  });
}

const RELATIONSHIPS: Readonly<Record<KeyRecord['state'], readonly VerificationRelationship[]>> = {
  active: ['assertionMethod', 'authentication', 'capabilityInvocation', 'capabilityDelegation'],
  retired: ['assertionMethod'],
  compromised: [],
};
