import type { KeyType } from '../crypto/signer.ts';
import { CRYPTOSUITES } from './cryptosuites.ts';

/** A way of securing a credential that an issuer instance may have: a cryptosuite, or an envelope. */
export interface Mechanism {
  readonly name: string;
  readonly keyTypes: readonly KeyType[];
  /** Whether a holder may derive a proof that shows less. */
  readonly selective?: true;
  /** Whether the issuer may bind a credential to the key of a holder, who then shows that key whenever it presents it. */
  readonly bindsHolder?: true;
}

/** The credential as the payload of a JWS (VC-JOSE-COSE 1.0, section 3.1). */
export const VC_JWT = 'vc+jwt';
/** The credential as the payload of an SD-JWT, of which a holder leaves out what may be withheld (VC-JOSE-COSE 1.0, section 3.2.1). */
export const VC_SD_JWT = 'vc+sd-jwt';
/** An SD-JWT VC with the credential in its claim `ld` (draft-ietf-oauth-sd-jwt-vc-19; OpenID4VP 1.0, appendix B.3.7). */
export const DC_SD_JWT = 'dc+sd-jwt';
/** A Status List Token (draft-ietf-oauth-status-list-20, section 5.1). */
export const STATUS_LIST_JWT = 'statuslist+jwt';
/** The presentation as the payload of a JWS (VC-JOSE-COSE 1.0, section 3.1.2). */
export const VP_JWT = 'vp+jwt';

const TOKEN_KEYS: readonly KeyType[] = ['Ed25519', 'P-256', 'P-384'];
const MECHANISMS: readonly Mechanism[] = [
  ...CRYPTOSUITES,
  { name: VC_JWT, keyTypes: TOKEN_KEYS },
  { name: VC_SD_JWT, keyTypes: TOKEN_KEYS, selective: true },
  { name: DC_SD_JWT, keyTypes: TOKEN_KEYS, selective: true, bindsHolder: true },
];
/** What a holder may secure a presentation with: whoever sees it is to see all of it. */
const OF_PRESENTATIONS: readonly Mechanism[] = [
  ...CRYPTOSUITES.filter(({ selective }) => selective !== true),
  { name: VP_JWT, keyTypes: TOKEN_KEYS },
];

export const PRESENTATION_MECHANISM_NAMES: readonly string[] = OF_PRESENTATIONS.map(({ name }) => name);

export function findPresentationMechanism(name: unknown): Mechanism | undefined {
  return OF_PRESENTATIONS.find((mechanism) => mechanism.name === name);
}

export const MECHANISM_NAMES: readonly string[] = MECHANISMS.map(({ name }) => name);

export function findMechanism(name: unknown): Mechanism | undefined {
  return MECHANISMS.find((mechanism) => mechanism.name === name);
}
