import type { IntentRequest } from '../../src/store/store.ts';

export const ISSUER = 'hanbit-steel';

/** The request for a credential, the same for the same id: with the Idempotency-Key that a client would send again. */
export function createIntent(id: string): IntentRequest {
  return {
    issuer: ISSUER,
    organisation: ISSUER,
    credentialId: `urn:uuid:${id}`,
    type: 'CarbonFootprintClaim',
    statusPurposes: ['revocation', 'suspension'],
    draft: (entries) => ({
      id: `urn:uuid:${id}`,
      credentialStatus: entries.map((entry) => ({ ...entry })),
      // About as long as a real claim.
      footprint: 'x'.repeat(1500),
    }),
    at: '2026-01-02T03:04:05Z',
    idempotency: { scope: 'torture', key: id, requestDigest: 'uEiA' },
  };
}
