import { ServiceError } from '../../base/error.ts';
import type { KeyType } from '../../crypto/signer.ts';
import { createDidDocument, type DidDocument, type VerificationRelationship } from '../../dids/did-document.ts';
import type { KeyRecord, OrganisationRecord } from '../../store/store.ts';

/** The key of this type that an organisation signs with under one of its DIDs. Errors: CONFLICT when it has none. */
export function activeKey(organisation: OrganisationRecord, did: string, keyType: KeyType): KeyRecord {
  const key = findActiveKey(organisation, did, keyType);
  if (key === undefined) throw new ServiceError('CONFLICT', `the organisation has no active ${keyType} key`);
  return key;
}

export function findActiveKey(organisation: OrganisationRecord, did: string, keyType: KeyType): KeyRecord | undefined {
  return organisation.keys.find(
    (key) => key.state === 'active' && key.keyType === keyType && key.verificationMethod.startsWith(`${did}#`),
  );
}

/**
 * The DID document of an organisation with a hosted DID. A retired key stays listed for what it signed; a compromised one is shown as
 * revoked, and listed for nothing. A did:webvh names the did:web of its place beside itself.
 */
export function documentOf({ did, keys }: Pick<OrganisationRecord, 'did' | 'keys'>): DidDocument {
  const [, web] = /^did:webvh:[^:]+:(.+)$/.exec(did) ?? [];
  return createDidDocument({
    did,
    ...(web === undefined ? {} : { alsoKnownAs: [`did:web:${web}`] }),
    methods: keys.map((key) => ({
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
