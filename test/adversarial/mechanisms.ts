/** The ways of securing a credential that are offered, as an attacker's signer speaks them. */
import type { JsonObject } from '../../src/base/json.ts';
import type { Signer } from '../../src/crypto/signer.ts';
import { readDateTime } from '../../src/formats/date-time.ts';
import type { Party } from '../support/data-integrity.ts';
import type { CorpusKeyType } from './ecdsa-keys.ts';
import { at, good, keyOf, NOW } from './parties.ts';
import { type ProofMembers, sign } from './signing.ts';
import { envelopeOf, signToken } from './tokens.ts';

export interface Mechanism {
  /** As it stands in a form's name. */
  readonly name: string;
  readonly keyType: CorpusKeyType;
  /** `cryptosuite` of the proof; nothing for an envelope. */
  readonly cryptosuite?: string;
  /**
   * The credential secured by this key. Of the members an envelope knows `verificationMethod`, as its `kid`, and `created`, as its
   * `iat`.
   */
  secure(unsecured: JsonObject, signer: Signer, members?: ProofMembers): Promise<JsonObject>;
}

const suite = (cryptosuite: string, keyType: CorpusKeyType): Mechanism => ({
  name: `${cryptosuite} ${keyType}`,
  keyType,
  cryptosuite,
  secure: (unsecured, signer, members = {}) => sign(unsecured, signer, { cryptosuite, ...members }),
});

const envelope = (keyType: CorpusKeyType): Mechanism => ({
  name: `vc+jwt ${keyType}`,
  keyType,
  secure: async (unsecured, signer, { verificationMethod = signer.id, created } = {}) => {
    const seconds = readDateTime(created);
    const payload = seconds === undefined ? unsecured : { ...unsecured, iat: seconds / 1000 };
    return envelopeOf(await signToken(payload, signer, { kid: verificationMethod }));
  },
});

/** Every way but the first, which every case runs under on every surface. Those of which a part may be shown have cases of their own. */
export const OTHER_MECHANISMS: readonly Mechanism[] = [
  suite('eddsa-jcs-2022', 'Ed25519'),
  suite('ecdsa-rdfc-2019', 'P-256'),
  suite('ecdsa-rdfc-2019', 'P-384'),
  suite('ecdsa-jcs-2019', 'P-256'),
  suite('ecdsa-jcs-2019', 'P-384'),
  envelope('Ed25519'),
  envelope('P-256'),
  envelope('P-384'),
];

export const ECDSA_MECHANISMS: readonly Mechanism[] = OTHER_MECHANISMS.filter(
  ({ cryptosuite }) => cryptosuite?.startsWith('ecdsa-') === true,
);

/** Honest, by the key of the party that goes with the mechanism. */
export function securedBy(
  mechanism: Mechanism,
  unsecured: JsonObject,
  members: ProofMembers = {},
  party: Party = good,
): Promise<JsonObject> {
  const created = at(NOW - 24 * 3_600_000);
  return mechanism.secure(unsecured, keyOf(party, mechanism.keyType), { created, ...members });
}
