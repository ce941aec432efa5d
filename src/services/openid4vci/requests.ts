/** What wallets send, read by the rules of OpenID4VCI 1.0: unknown members are passed over, known ones held to their form. Pure. */

import { isObject, type JsonObject, type JsonValue, readJson } from '../../base/json.ts';
import { ProtocolError } from '../../base/protocol-error.ts';
import { DETAILS_TYPE, PRE_AUTHORIZED } from './metadata.ts';

/** Characters of a parameter that is looked up or kept. */
const LONGEST = 512;

export interface TokenRequest {
  readonly code: string;
  readonly txCode: string | undefined;
  readonly client: string | undefined;
  /** Configurations that credential identifiers are wanted for; undefined when it did not ask for any. */
  readonly configurations: readonly string[] | undefined;
}

/** Section 6.1. Errors: ProtocolError `unsupported_grant_type`, `invalid_request`, `invalid_authorization_details`. */
export function readTokenRequest(form: Readonly<Record<string, unknown>>): TokenRequest {
  const { grant_type, 'pre-authorized_code': code, tx_code: txCode, client_id: client } = form;
  if (grant_type === undefined) throw new ProtocolError('invalid_request', 'grant_type is missing');
  if (grant_type !== PRE_AUTHORIZED) throw new ProtocolError('unsupported_grant_type', `only ${PRE_AUTHORIZED}`);
  if (!isShort(code)) throw new ProtocolError('invalid_request', 'pre-authorized_code is missing');
  for (const value of [txCode, client]) {
    if (value !== undefined && !isShort(value)) throw new ProtocolError('invalid_request', 'a parameter is too long');
  }
  return {
    code,
    txCode: txCode as string | undefined,
    client: client as string | undefined,
    configurations: readDetails(form['authorization_details']),
  };
}

function readDetails(text: unknown): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const read = readJson(String(text));
  const details = read.ok ? read.value : undefined;
  if (!Array.isArray(details) || details.length === 0 || details.length > 16) throw badDetails();
  return details.map((detail: JsonValue) => {
    const configuration = isObject(detail) ? detail['credential_configuration_id'] : undefined;
    if (!isObject(detail) || detail['type'] !== DETAILS_TYPE || !isShort(configuration)) throw badDetails();
    return configuration;
  });
}

export const badDetails = (): ProtocolError =>
  new ProtocolError(
    'invalid_authorization_details',
    `a JSON array of objects with type ${DETAILS_TYPE} and a credential_configuration_id of the offer`,
  );

export interface CredentialRequest {
  readonly identifier: string | undefined;
  readonly configuration: string | undefined;
  readonly proof: { readonly kind: 'jwt' | 'di_vp'; readonly value: JsonValue };
}

/** Section 8.2. Errors: ProtocolError `invalid_credential_request`, `invalid_proof`, `invalid_encryption_parameters`. */
export function readCredentialRequest(body: JsonObject): CredentialRequest {
  const { credential_identifier: identifier, credential_configuration_id: configuration } = body;
  assertNotEncrypted(body);
  if ((identifier === undefined) === (configuration === undefined))
    throw badRequest('exactly one of credential_identifier and credential_configuration_id');
  if (!isShort(identifier ?? configuration)) throw badRequest('an identifier is a text');
  return {
    identifier: identifier as string | undefined,
    configuration: configuration as string | undefined,
    proof: readProofs(body['proofs']),
  };
}

function readProofs(proofs: JsonValue | undefined): CredentialRequest['proof'] {
  if (!isObject(proofs))
    throw new ProtocolError('invalid_proof', 'proofs is missing, and every configuration asks for one');
  const [kind, ...others] = Object.keys(proofs);
  if (kind === undefined || others.length > 0)
    throw new ProtocolError('invalid_proof', 'proofs has exactly one member, named by its proof type');
  if (kind !== 'jwt' && kind !== 'di_vp') throw new ProtocolError('invalid_proof', 'proof types are jwt and di_vp');
  const values = proofs[kind];
  // Several proofs ask for the same credential for several keys; that is not announced, so it is not done.
  if (!Array.isArray(values) || values.length !== 1)
    throw new ProtocolError('invalid_proof', 'an array of exactly one proof');
  return { kind, value: values[0] as JsonValue };
}

/** Section 9.1. Errors: ProtocolError `invalid_transaction_id`, `invalid_encryption_parameters`. */
export function readDeferredRequest(body: JsonObject): string {
  assertNotEncrypted(body);
  const { transaction_id: id } = body;
  if (!isShort(id)) throw new ProtocolError('invalid_transaction_id', 'transaction_id is missing');
  return id;
}

export interface Notification {
  readonly id: string;
  readonly event: string;
  readonly description: string | undefined;
}

const EVENTS = ['credential_accepted', 'credential_failure', 'credential_deleted'];

/** Section 11.1. Errors: ProtocolError `invalid_notification_request`. */
export function readNotification(body: JsonObject): Notification {
  const { notification_id: id, event, event_description: description } = body;
  const refuse = (what: string) => new ProtocolError('invalid_notification_request', what);
  if (!isShort(id)) throw refuse('notification_id is missing');
  if (typeof event !== 'string' || !EVENTS.includes(event)) throw refuse(`event is one of ${EVENTS.join(', ')}`);
  if (description !== undefined && !isShort(description)) throw refuse('event_description is a short text');
  return { id, event, description };
}

/** Keys to encrypt to are not announced: a wallet that sends one would take what it gets for protected. */
function assertNotEncrypted(body: JsonObject): void {
  if (body['credential_response_encryption'] === undefined) return;
  throw new ProtocolError('invalid_encryption_parameters', 'responses are not encrypted here');
}

const badRequest = (what: string): ProtocolError => new ProtocolError('invalid_credential_request', what);

const isShort = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= LONGEST;
