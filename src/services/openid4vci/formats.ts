/**
 * Credential formats that wallets are offered (OpenID4VCI 1.0, appendix A): which one an instance issues, how the wallet is told of it, and
 * what goes over the wire. A further format is a further row.
 */
import { asArray, type JsonObject, type JsonValue } from '../../base/json.ts';
import { V1_CONTEXT } from '../../credentials/contexts.ts';
import { typeOf } from '../../credentials/credential-members.ts';
import { isEnveloped, isSdEnvelope, readableOf } from '../../credentials/envelope.ts';
import { type Profile, profiles } from '../../credentials/profiles/profile-table.ts';
import { isKeyType } from '../../crypto/algorithms.ts';
import { findCryptosuite } from '../../proofs/cryptosuites.ts';
import { ALGS } from '../../proofs/jws.ts';
import { KEY_PROOF_ALGS } from '../../proofs/key-proof.ts';
import { PRESENTATION_MECHANISM_NAMES, VC_JWT } from '../../proofs/mechanisms.ts';
import type { InstanceRecord } from '../../store/store.ts';

interface FormatRow {
  /** The name in the protocol. */
  readonly format: string;
  /** Whether an instance that signs by this mechanism issues it. */
  readonly isSignedBy: (mechanism: string) => boolean;
  readonly isFormOf: (document: JsonObject) => boolean;
  /** Names of how it is signed; in each configuration those of one kind only, since wallets read them so. */
  readonly algorithms: (settings: JsonObject) => readonly string[];
  readonly definition: (profile: Profile) => JsonObject;
  /** As it stands in the credential response. */
  readonly write: (document: JsonObject) => JsonValue;
}

const typesOf = ({ type }: Profile): readonly string[] => [...new Set(['VerifiableCredential', type])];

const FORMATS: readonly FormatRow[] = [
  {
    // Appendix A.1.2.
    format: 'ldp_vc',
    isSignedBy: (mechanism) => findCryptosuite(mechanism) !== undefined,
    isFormOf: (document) => !isEnveloped(document),
    algorithms: ({ cryptosuite }) => [String(cryptosuite)],
    definition: (profile) => ({ credential_definition: { '@context': profile.contexts, type: typesOf(profile) } }),
    write: (document) => document,
  },
  {
    // Appendix A.1.1, with tokens of Securing Verifiable Credentials using JOSE and COSE 1.0 (docs/divergences.md).
    format: 'jwt_vc_json',
    isSignedBy: (mechanism) => mechanism === VC_JWT,
    isFormOf: (document) => isEnveloped(document) && !isSdEnvelope(document),
    algorithms: ({ keyType }) => (isKeyType(keyType) ? ALGS[keyType].slice(0, 1) : []),
    definition: (profile) => ({ credential_definition: { type: typesOf(profile) } }),
    write: (document) => String(document['id']).replace(/^data:[^,]*,/, ''),
  },
];

/** The format that an instance issues; undefined where what it signs has no name in the protocol. */
export function formatOf({ settings }: InstanceRecord): string | undefined {
  return FORMATS.find(({ isSignedBy }) => isSignedBy(String(settings['cryptosuite'])))?.format;
}

/** The format of a credential that exists. */
export function formatOfDocument(document: JsonObject): string | undefined {
  return FORMATS.find(({ isFormOf }) => isFormOf(document))?.format;
}

/** Of a draft or a credential; undefined for what has no configuration: none of our types, or by VCDM 1.1. */
export function configurationOf(document: JsonObject, format: string): string | undefined {
  const content = readableOf(document);
  if (asArray(content['@context'])[0] === V1_CONTEXT) return undefined;
  const type = typeOf(content);
  return OFFERED.some((profile) => profile.type === type) ? `${type}_${format}` : undefined;
}

export function writeCredential(document: JsonObject, format: string): JsonValue {
  return FORMATS.find((row) => row.format === format)?.write(document) ?? document;
}

/** What a relying party publishes itself is offered to nobody, and wallets are told of the current data model alone. */
const OFFERED = profiles.filter(
  ({ type, contexts }) => contexts[0] !== V1_CONTEXT && type !== 'BitstringStatusListCredential',
);

/** Methods by which a wallet may name its key, beside a bare `jwk`. */
const BINDING_METHODS = ['did:key', 'did:jwk', 'did:web', 'did:webvh', 'jwk'];
const PROOF_TYPES: JsonObject = {
  jwt: { proof_signing_alg_values_supported: KEY_PROOF_ALGS },
  di_vp: {
    proof_signing_alg_values_supported: PRESENTATION_MECHANISM_NAMES.filter(
      (name) => findCryptosuite(name) !== undefined,
    ),
  },
};

/** `credential_configurations_supported` of an instance. */
export function configurationsOf({ settings }: InstanceRecord): JsonObject {
  const row = FORMATS.find(({ isSignedBy }) => isSignedBy(String(settings['cryptosuite'])));
  if (row === undefined) return {};
  const { format, algorithms, definition } = row;
  return Object.fromEntries(
    OFFERED.map((profile) => [
      `${profile.type}_${format}`,
      {
        format,
        ...definition(profile),
        credential_signing_alg_values_supported: algorithms(settings),
        cryptographic_binding_methods_supported: BINDING_METHODS,
        proof_types_supported: PROOF_TYPES,
        credential_metadata: { display: [{ name: nameOf(profile), locale: 'en' }] },
      },
    ]),
  );
}

/** `CarbonFootprintClaim` as words. */
const nameOf = ({ type }: Profile): string => type.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ');
