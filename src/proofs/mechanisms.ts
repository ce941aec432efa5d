import type { KeyType } from '../crypto/signer.ts';
import { CRYPTOSUITES } from './cryptosuites.ts';

/** A way of securing a credential that an issuer instance may have: a cryptosuite, or an envelope. */
export interface Mechanism {
  readonly name: string;
  readonly keyTypes: readonly KeyType[];
  /** Whether a holder may derive a proof that shows less. */
  readonly selective?: true;
}

/** The credential as the payload of a JWS (VC-JOSE-COSE 1.0, section 3.1). */
export const VC_JWT = 'vc+jwt';

const MECHANISMS: readonly Mechanism[] = [...CRYPTOSUITES, { name: VC_JWT, keyTypes: ['Ed25519', 'P-256', 'P-384'] }];

export const MECHANISM_NAMES: readonly string[] = MECHANISMS.map(({ name }) => name);

export function findMechanism(name: unknown): Mechanism | undefined {
  return MECHANISMS.find((mechanism) => mechanism.name === name);
}
