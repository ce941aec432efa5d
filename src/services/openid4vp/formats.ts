/**
 * Credential formats that are asked for and taken (OpenID4VP 1.0, appendix B): how a presentation of each stands in a `vp_token`, and what a
 * wallet is told about each. A further format is a further row.
 */
import { type Finding, failed, type Read, readFailed, readOk } from '../../base/finding.ts';
import { isObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import { createEnvelope, isEnveloped, isSdEnvelope } from '../../credentials/envelope.ts';
import { createEnvelopedPresentation, isEnvelopedPresentation } from '../../credentials/enveloped-presentation.ts';
import { CRYPTOSUITES } from '../../proofs/cryptosuites.ts';

export const FORMATS = ['ldp_vc', 'jwt_vc_json'] as const;
export type Format = (typeof FORMATS)[number];

interface FormatRow {
  /** A presentation out of a `vp_token`, as a document that is verified like every other. */
  readonly readPresentation: (value: JsonValue) => Read<JsonObject>;
  /** The same of a credential that is shown without a presentation around it. */
  readonly readCredential: (value: JsonValue) => Read<JsonObject>;
  /** Whether a credential in a presentation is of this format. */
  readonly isOfFormat: (credential: JsonObject) => boolean;
  /** How a document of this format stands in a `vp_token`. */
  readonly write: (document: JsonObject) => JsonValue;
  /** Its entry in `vp_formats_supported`. */
  readonly supported: JsonObject;
}

const FORMAT_ROWS: Readonly<Record<Format, FormatRow>> = {
  // Appendix B.1.3.2: JSON-LD with Data Integrity proofs.
  ldp_vc: {
    readPresentation: (value) =>
      isObject(value) && !isEnvelopedPresentation(value) ? readOk(value) : notOne('a presentation with a proof'),
    readCredential: (value) =>
      isObject(value) && !isEnveloped(value) ? readOk(value) : notOne('a credential with a proof'),
    isOfFormat: (credential) => !isEnveloped(credential),
    write: (document) => document,
    supported: {
      proof_type_values: ['DataIntegrityProof'],
      cryptosuite_values: CRYPTOSUITES.map(({ name }) => name),
    },
  },
  // Appendix B.1.3.1: compact JWS, here those of Securing Verifiable Credentials using JOSE and COSE 1.0.
  jwt_vc_json: {
    readPresentation: (value) =>
      typeof value === 'string' ? readOk(createEnvelopedPresentation(value)) : notOne('a token'),
    readCredential: (value) => (typeof value === 'string' ? readOk(createEnvelope(value)) : notOne('a token')),
    isOfFormat: (credential) => isEnveloped(credential) && !isSdEnvelope(credential),
    write: (document) => String(document['id']).replace(/^data:[^,]*,/, ''),
    supported: { alg_values: ['EdDSA', 'Ed25519', 'ES256', 'ES384'] },
  },
};

export function findFormat(name: string): FormatRow | undefined {
  return Object.hasOwn(FORMAT_ROWS, name) ? FORMAT_ROWS[name as Format] : undefined;
}

function notOne(what: string): Read<never> {
  const finding: Finding = failed('vp_token.format', 'MALFORMED_VALUE_ERROR', `not ${what}`);
  return readFailed(finding);
}
