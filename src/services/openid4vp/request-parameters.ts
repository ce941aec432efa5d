/** What a wallet is told: the parameters of an authorization request (OpenID4VP 1.0, section 5) and the links that lead to them. */
import type { JsonObject } from '../../base/json.ts';
import { publicHalfOf, RESPONSE_ENCRYPTIONS } from '../../proofs/encrypted-response.ts';
import type { PresentationRequestRecord } from '../../store/presentation-records.ts';
import { FORMATS, findFormat } from './formats.ts';

/** By which client id a wallet was asked: `signed` by a DID of ours, `unsigned` by the address that takes the response. */
export type Variant = 'signed' | 'unsigned';

/** Section 5.8: of a request that was made without knowing the wallet. */
const AUDIENCE = 'https://self-issued.me/v2';
const SCHEME = 'openid4vp://';

/** What of a request is sealed while it waits. */
export interface RequestSecrets {
  readonly nonce: string;
  readonly state: string;
  readonly responseKey?: JsonObject;
}

export interface Addresses {
  readonly requestUri: string;
  readonly responseUri: string;
  readonly clientId: string;
}

/** Where a request is fetched and answered. Each variant has addresses of its own, so that an answer says by which it was asked. */
export function addressesOf(
  variant: Variant,
  { publicUrl, handle, clientId }: { readonly publicUrl: string; readonly handle: string; readonly clientId: string },
): Addresses {
  const tail = variant === 'signed' ? handle : `${handle}/unsigned`;
  const responseUri = `${publicUrl}/openid4vp/responses/${tail}`;
  return {
    requestUri: `${publicUrl}/openid4vp/requests/${tail}`,
    responseUri,
    // The whole id, prefix and all, is what a presentation is made for (section 14.10).
    clientId: variant === 'signed' ? clientId : `redirect_uri:${responseUri}`,
  };
}

export function parametersOf(
  record: PresentationRequestRecord,
  { nonce, state, responseKey }: RequestSecrets,
  { clientId, responseUri }: Addresses,
): JsonObject {
  return {
    response_type: 'vp_token',
    response_mode: record.responseMode,
    client_id: clientId,
    response_uri: responseUri,
    nonce,
    state,
    dcql_query: record.query,
    client_metadata: {
      vp_formats_supported: formatsIn(record.query),
      ...(responseKey === undefined
        ? {}
        : {
            jwks: { keys: [publicHalfOf(responseKey)] },
            encrypted_response_enc_values_supported: RESPONSE_ENCRYPTIONS,
          }),
    },
    aud: AUDIENCE,
  };
}

function formatsIn({ credentials }: JsonObject): JsonObject {
  const asked = new Set((credentials as readonly JsonObject[]).map(({ format }) => String(format)));
  return Object.fromEntries(
    FORMATS.filter((name) => asked.has(name)).map((name) => [name, findFormat(name)?.supported ?? {}]),
  );
}

/** A link that a wallet opens, with the request by reference. */
export function linkByReference({ clientId, requestUri }: Addresses, method: 'get' | 'post' | undefined): string {
  const parameters = new URLSearchParams({ client_id: clientId, request_uri: requestUri });
  if (method !== undefined) parameters.set('request_uri_method', method);
  return `${SCHEME}?${parameters}`;
}

/** The same with all of the request in it; objects stand in it as JSON (section 5.1). */
export function linkByValue({ aud: _, ...parameters }: JsonObject): string {
  const entries = Object.entries(parameters).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return `${SCHEME}?${new URLSearchParams(Object.fromEntries(entries) as Record<string, string>)}`;
}
