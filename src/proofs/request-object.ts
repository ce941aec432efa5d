/**
 * Request objects (RFC 9101 as OpenID4VP 1.0 has it, sections 5 and 5.9): what a verifier asks, in a JWS that a key out of its DID document
 * signs, or, where its client id is nothing but an address, in one that nobody signs.
 */
import { type Finding, failed, passed, type Read, readFailed, readOk, undetermined } from '../base/finding.ts';
import type { JsonObject } from '../base/json.ts';
import { readToken } from '../credentials/token.ts';
import type { Signer } from '../crypto/signer.ts';
import type { DidResolver } from '../dids/resolver.ts';
import { type Retrieval, retrieveVerificationMethod } from '../dids/verification-method.ts';
import { encodeBase64url } from '../formats/multibase.ts';
import { checkArithmetic, faultOfHeader, LONGEST_KID, signToken } from './jws.ts';

const REQUEST_OBJECT = 'oauth-authz-req+jwt';
export const REQUEST_OBJECT_TYPE = `application/${REQUEST_OBJECT}`;
const CHECK = 'request.signature';

/** Errors: whatever the signer throws; PROOF_GENERATION_ERROR. */
export function signRequestObject(payload: JsonObject, signer: Signer): Promise<string> {
  return signToken(payload, signer, { kid: signer.id, typ: REQUEST_OBJECT });
}

/** The same parameters in the form of a request object, without a signature (`alg` is `none`). */
export function writeRequestObject(payload: JsonObject): string {
  const part = (value: object): string => encodeBase64url(new TextEncoder().encode(JSON.stringify(value)));
  return `${part({ alg: 'none', typ: REQUEST_OBJECT })}.${part(payload)}.`;
}

/** A request object taken apart; nobody has looked at its signature yet. */
export interface OpenedRequest {
  readonly token: string;
  readonly header: JsonObject;
  readonly payload: JsonObject;
  readonly signed: boolean;
}

/** Errors (as findings): those of `readToken`; MALFORMED_VALUE_ERROR for another type of token. */
export function openRequestObject(text: string): Read<OpenedRequest> {
  // A token without a signature has an empty third part, which no reader of signed ones takes; a stand-in is read instead.
  const signed = !text.endsWith('.');
  const read = readToken(signed ? text : `${text}AA`);
  if (!read.ok) return read;
  const { header, payload } = read.value;
  if (header['typ'] !== REQUEST_OBJECT || (header['alg'] === 'none') === signed) {
    return readFailed(failed('request.form', 'MALFORMED_VALUE_ERROR', `not a token of type ${REQUEST_OBJECT}`));
  }
  return readOk({ token: text, header, payload, signed });
}

/**
 * Whether a key of this DID signed the request, by the one function that keys come from (docs/threats.md, section 5.4). It may stand in the
 * document for authentication or for assertions. Codes: PROOF_VERIFICATION_ERROR, those of key retrieval. Never throws.
 */
export async function checkRequestObject(
  { token, header, signed }: OpenedRequest,
  { did, resolver, now }: { readonly did: string; readonly resolver: DidResolver; readonly now: number },
): Promise<Finding> {
  const refuse = (detail: string): Finding => failed(CHECK, 'PROOF_VERIFICATION_ERROR', detail);
  const { kid } = header;
  if (!signed) return refuse('the request is not signed');
  const fault = faultOfHeader(header);
  if (fault !== undefined) return refuse(fault);
  if (typeof kid !== 'string' || kid.length > LONGEST_KID) return refuse('the request names no key');
  if (!kid.startsWith(`${did}#`)) return refuse('the key is not of whoever asks');
  const retrieved = await retrieve(kid, { resolver, now });
  if (!retrieved.ok) {
    const { outcome, code = 'PROOF_VERIFICATION_ERROR', detail = 'no such key' } = retrieved.finding;
    return outcome === 'undetermined' ? undetermined(CHECK, code, detail) : failed(CHECK, code, detail);
  }
  const arithmetic = await checkArithmetic({ token, header }, retrieved.key);
  return arithmetic.outcome === 'passed' ? passed(CHECK) : refuse('the signature does not match the request');
}

async function retrieve(
  method: string,
  { resolver, now }: { readonly resolver: DidResolver; readonly now: number },
): Promise<Retrieval> {
  const forAuthentication = await retrieveVerificationMethod(resolver, { method, relationship: 'authentication', now });
  if (forAuthentication.ok || forAuthentication.finding.outcome === 'undetermined') return forAuthentication;
  const forAssertions = await retrieveVerificationMethod(resolver, { method, relationship: 'assertionMethod', now });
  return forAssertions.ok ? forAssertions : forAuthentication;
}
