import { ServiceError } from '../../base/error.ts';
import { createDidDocument, type DidDocument } from '../../dids/did-document.ts';
import type { KeyRecord, OrganisationRecord } from '../../store/store.ts';

/** The key an organisation signs with. Errors: CONFLICT when it has none. */
export function activeKey(organisation: OrganisationRecord): KeyRecord {
  const key = organisation.keys.find((candidate) => candidate.state === 'active' && candidate.keyType === 'Ed25519');
  if (key === undefined) throw new ServiceError('CONFLICT', 'the organisation has no active key');
  return key;
}

/** The DID document of a did:web organisation. A compromised key leaves the document at once; a retired one stays listed until what it signed has ended. */
export function documentOf(organisation: OrganisationRecord): DidDocument {
  return createDidDocument({
    did: organisation.did,
    methods: organisation.keys
      .filter((key) => key.state !== 'compromised')
      .map((key) => ({
        id: key.verificationMethod,
        publicKeyMultibase: key.publicKeyMultibase,
        relationships:
          key.state === 'active'
            ? ['assertionMethod', 'authentication', 'capabilityInvocation', 'capabilityDelegation']
            : ['assertionMethod'],
      })),
  });
}
