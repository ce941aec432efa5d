/** The ways of securing a credential that are offered, as an attacker's signer speaks them. */
import { isObject, type JsonObject } from '../../src/base/json.ts';
import type { Signer } from '../../src/crypto/signer.ts';
import { readDateTime } from '../../src/formats/date-time.ts';
import type { Party } from '../support/data-integrity.ts';
import { deriveBbs, signBbs } from './bbs-signing.ts';
import type { CorpusKeyType } from './ecdsa-keys.ts';
import { at, good, keyOf, NOW } from './parties.ts';
import { hide, SD_ADDRESS, sdEnvelope } from './sd-jwts.ts';
import { derive, signBase } from './selective-signing.ts';
import { type ProofMembers, sign } from './signing.ts';
import { envelopeOf, signToken } from './tokens.ts';

export interface Mechanism {
  /** As it stands in a form's name. */
  readonly name: string;
  readonly keyType: Signer['keyType'];
  /** As an issuer instance is told it. */
  readonly option: string;
  /** `cryptosuite` of the proof; nothing for an envelope. */
  readonly cryptosuite?: string;
  /**
   * The credential secured by this key. Of the members an envelope knows `verificationMethod`, as its `kid`, and `created`, as its
   * `iat`.
   */
  secure(unsecured: JsonObject, signer: Signer, members?: ProofMembers): Promise<JsonObject>;
  /** Of an envelope: the same header and signature around another document. */
  exchange?(envelope: JsonObject, document: JsonObject): JsonObject;
  /** How the issuer hands it to its holder, where that is not what the holder shows. */
  readonly issued?: Mechanism;
}

/** Signs all of a document in one. */
interface WholeMechanism extends Mechanism {
  readonly keyType: CorpusKeyType;
}

const suite = (cryptosuite: string, keyType: CorpusKeyType): WholeMechanism => ({
  name: `${cryptosuite} ${keyType}`,
  option: cryptosuite,
  keyType,
  cryptosuite,
  secure: (unsecured, signer, members = {}) => sign(unsecured, signer, { cryptosuite, ...members }),
});

/** `created` as the `iat` of a token. */
function dated(unsecured: JsonObject, created: ProofMembers['created']): JsonObject {
  const seconds = readDateTime(created);
  return seconds === undefined ? unsecured : { ...unsecured, iat: seconds / 1000 };
}

/** The signed part of a token in an envelope, around another payload. */
function withPayload(envelope: JsonObject, payload: JsonObject): string {
  const [token = ''] = (String(envelope['id']).split(',').at(-1) ?? '').split('~');
  const [head, , signature] = token.split('.');
  return `${head}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.${signature}`;
}

const envelope = (keyType: CorpusKeyType): WholeMechanism => ({
  name: `vc+jwt ${keyType}`,
  option: 'vc+jwt',
  keyType,
  secure: async (unsecured, signer, { verificationMethod = signer.id, created } = {}) =>
    envelopeOf(await signToken(dated(unsecured, created), signer, { kid: verificationMethod })),
  exchange: (given, document) => envelopeOf(withPayload(given, document)),
});

/** With everything in the open, but for a name in a disclosure that is shown. */
const sdEnvelopeBy = (keyType: CorpusKeyType): Mechanism => ({
  name: `vc+sd-jwt ${keyType}`,
  option: 'vc+sd-jwt',
  keyType,
  secure: (unsecured, signer, { verificationMethod = signer.id, created } = {}) =>
    sdEnvelope({ ...hide(dated(unsecured, created), [FREE]), header: { kid: verificationMethod } }, signer),
  exchange: (given, document) => {
    const { payload, disclosures } = hide(document, [FREE]);
    return envelopeOf([withPayload(given, payload), ...disclosures, ''].join('~'), SD_ADDRESS);
  },
});

/** Every way of signing a document whole, but the first, which every case runs under on every surface. */
export const OTHER_MECHANISMS: readonly WholeMechanism[] = [
  suite('eddsa-jcs-2022', 'Ed25519'),
  suite('ecdsa-rdfc-2019', 'P-256'),
  suite('ecdsa-rdfc-2019', 'P-384'),
  suite('ecdsa-jcs-2019', 'P-256'),
  suite('ecdsa-jcs-2019', 'P-384'),
  envelope('Ed25519'),
  envelope('P-256'),
  envelope('P-384'),
];

export const ECDSA_MECHANISMS: readonly WholeMechanism[] = OTHER_MECHANISMS.filter(
  ({ cryptosuite }) => cryptosuite?.startsWith('ecdsa-') === true,
);

/** One member that a holder may withhold, and shows; everything else is marked by the issuer. */
const FREE = '/credentialSubject/name';

function markedIn(unsecured: JsonObject): readonly string[] {
  const { '@context': _, proof: _proof, credentialSubject: subject, ...rest } = unsecured;
  const inside = isObject(subject) ? Object.keys(subject).map((name) => pointer('credentialSubject', name)) : [];
  const outside = Object.keys(rest).map((name) => pointer(name));
  return [...outside, ...inside].filter((marked) => marked !== FREE);
}

const shownIn = ({ credentialSubject: subject }: JsonObject): readonly string[] =>
  isObject(subject) && 'name' in subject ? [FREE] : [];

const pointer = (...tokens: readonly string[]): string =>
  tokens.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const ecdsaBase: Mechanism = {
  name: 'derived ecdsa-sd-2023',
  option: 'ecdsa-sd-2023',
  keyType: 'P-256',
  cryptosuite: 'ecdsa-sd-2023',
  secure: (unsecured, signer, members) => signBase(unsecured, signer, markedIn(unsecured), members),
};

const bbsBase: Mechanism = {
  name: 'derived bbs-2023',
  option: 'bbs-2023',
  keyType: 'Bls12381G2',
  cryptosuite: 'bbs-2023',
  // A BBS proof has no time of its own.
  secure: (unsecured, signer, { created: _, ...members } = {}) =>
    signBbs(unsecured, signer, markedIn(unsecured), members),
};

/** Credentials of which a holder may show a part, as such a holder shows them. */
export const DERIVED_MECHANISMS: readonly Mechanism[] = [
  {
    ...ecdsaBase,
    secure: async (unsecured, ...more) => derive(await ecdsaBase.secure(unsecured, ...more), shownIn(unsecured)),
    issued: ecdsaBase,
  },
  {
    ...bbsBase,
    secure: async (unsecured, ...more) => deriveBbs(await bbsBase.secure(unsecured, ...more), shownIn(unsecured)),
    issued: bbsBase,
  },
  sdEnvelopeBy('Ed25519'),
  sdEnvelopeBy('P-256'),
  sdEnvelopeBy('P-384'),
];

/** Every one but the first. */
export const MECHANISMS: readonly Mechanism[] = [...OTHER_MECHANISMS, ...DERIVED_MECHANISMS];

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
