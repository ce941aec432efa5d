/** The response of a wallet as a form (OpenID4VP 1.0, sections 8.2, 8.3.1 and 8.5). */
import { failed, type Read, readFailed, readOk } from '../../base/finding.ts';
import { isObject, type JsonLimits, type JsonObject, REQUEST_LIMITS, readJsonObject } from '../../base/json.ts';
import { MAX_TOKEN } from '../../credentials/token.ts';
import { decryptResponse } from '../../proofs/encrypted-response.ts';
import { refusal } from './refusal.ts';

export interface ResponseForm {
  readonly vp_token?: string | undefined;
  readonly response?: string | undefined;
  readonly error?: string | undefined;
  readonly error_description?: string | undefined;
  readonly state?: string | undefined;
}

export interface ReadResponse {
  readonly vpToken: JsonObject;
  readonly state: string | undefined;
}

/** What stands around a credential: the response, its `vp_token`, a list, a presentation and its list. Tokens stand there as texts. */
const RESPONSE_LIMITS: JsonLimits = {
  ...REQUEST_LIMITS,
  maxDepth: REQUEST_LIMITS.maxDepth + 6,
  maxString: MAX_TOKEN,
};

/** Errors: ProtocolError invalid_request for what is neither a response nor an error, or is several of them. Nothing is spent by it. */
export function assertOneKind({ vp_token: token, response, error }: ResponseForm): void {
  if ([token, response, error].filter((one) => one !== undefined).length === 1) return;
  throw refusal('send one of vp_token, response and error');
}

/**
 * What was presented. A response has the mode that was asked for: one that comes in the open where it was to be encrypted is refused, and so
 * is the reverse. Errors (as findings): CRYPTOGRAPHIC_SECURITY_ERROR, those of strict JSON, MALFORMED_VALUE_ERROR.
 */
export async function readResponse(
  { vp_token: token, response, state }: ResponseForm,
  { mode, responseKey }: { readonly mode: string; readonly responseKey: JsonObject | undefined },
): Promise<Read<ReadResponse>> {
  if (mode === 'direct_post') {
    if (token === undefined) return otherMode('it was to be sent as it is');
    const read = readJsonObject(token, RESPONSE_LIMITS);
    return read.ok ? readOk({ vpToken: read.value, state }) : read;
  }
  if (response === undefined || responseKey === undefined) return otherMode('it was to be encrypted');
  const opened = await decryptResponse(response, { privateJwk: responseKey, limits: RESPONSE_LIMITS });
  if (!opened.ok) return opened;
  const { vp_token: vpToken, state: inside } = opened.value;
  if (!isObject(vpToken) || (inside !== undefined && typeof inside !== 'string')) {
    return readFailed(failed('response.form', 'MALFORMED_VALUE_ERROR', 'no vp_token', { pointer: '/vp_token' }));
  }
  return readOk({ vpToken, state: inside ?? state });
}

function otherMode(detail: string): Read<never> {
  return readFailed(failed('response.mode', 'CRYPTOGRAPHIC_SECURITY_ERROR', detail));
}
