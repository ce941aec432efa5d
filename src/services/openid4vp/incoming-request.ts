/**
 * A request that a verifier makes of us, before anybody here is asked (OpenID4VP 1.0, sections 5 and 14): who asks, for what, and where the
 * answer goes. Only the parameters of the request object count, whatever stands in the link. Errors name the error of the protocol.
 */
import { z } from 'zod';
import { ServiceError } from '../../base/error.ts';
import { excerpt, type Finding } from '../../base/finding.ts';
import { isObject, type JsonObject, readJsonObject } from '../../base/json.ts';
import type { ProblemCode } from '../../base/problem.ts';
import { type DcqlQuery, readDcqlQuery } from '../../credentials/dcql/query.ts';
import { CLOCK_SKEW_MS } from '../../credentials/validity-period.ts';
import { readDid } from '../../formats/did-url.ts';
import { readRequestUrl } from '../../net/request-url.ts';

/** Characters of a link, which may hold a whole request. */
export const LONGEST_LINK = 32_768;
/** Values that the protocol has in characters which stand in a URL as they are (section 5.2). */
const URL_SAFE = /^[A-Za-z0-9\-._~]{1,512}$/;
const AUDIENCE = 'https://self-issued.me/v2';

/** Who asks, by the kinds of client id that are taken. */
export type Client =
  | { readonly prefix: 'decentralized_identifier'; readonly clientId: string; readonly did: string }
  | { readonly prefix: 'redirect_uri'; readonly clientId: string; readonly responseUri: string };

export interface Link {
  readonly client: Client;
  /** The request object, by reference … */
  readonly requestUri?: { readonly url: string; readonly method: 'get' | 'post' };
  /** … or by value … */
  readonly request?: string;
  /** … or its parameters. */
  readonly parameters?: JsonObject;
}

export interface IncomingRequest {
  readonly client: Client;
  readonly responseUri: string;
  readonly responseMode: 'direct_post' | 'direct_post.jwt';
  readonly nonce: string;
  readonly state?: string;
  readonly query: DcqlQuery;
  /** Names of the formats that the verifier takes. */
  readonly formats: readonly string[];
  readonly jwks: readonly JsonObject[];
  readonly encryptions?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
}

/** A refusal, with the name that the protocol has for it (section 8.5). */
export const invalid = (detail: string, error = 'invalid_request', code: ProblemCode = 'BAD_REQUEST'): ServiceError =>
  new ServiceError(code, `${error}: ${detail}`, { pointer: '/link' });

/** The same of what did not even read; what is too much keeps its code. */
export function unreadable(what: string, findings: readonly Finding[]): ServiceError {
  const { code, pointer = '', detail = '' } = findings[0] ?? {};
  return invalid(`${what}${pointer} ${detail}`, undefined, code === 'LIMIT_EXCEEDED' ? code : 'BAD_REQUEST');
}

/** Errors: BAD_REQUEST for what is no link to a request, and for a client id that is not taken. */
export function readLink(link: string): Link {
  if (link.length > LONGEST_LINK || !URL.canParse(link)) throw invalid('not a link to a request');
  const query = new URL(link).searchParams;
  for (const name of query.keys()) {
    if (query.getAll(name).length > 1) throw invalid(`${excerpt(name, 40)} stands twice`);
  }
  const client = readClient(query.get('client_id') ?? '');
  const [request, url, method] = [query.get('request'), query.get('request_uri'), query.get('request_uri_method')];
  if (request !== null && url !== null) throw invalid('a request both by value and by reference');
  if (url === null && method !== null) throw invalid('a request_uri_method without a request_uri');
  if (method !== null && method !== 'get' && method !== 'post')
    throw invalid('neither get nor post', 'invalid_request_uri_method');
  if (url !== null) return { client, requestUri: { url, method: method ?? 'get' } };
  if (request !== null) return { client, request };
  const entries = [...query].map(([name, value]) => [name, isJson(name) ? parsed(name, value) : value] as const);
  return { client, parameters: Object.fromEntries(entries) };
}

const isJson = (name: string): boolean => name === 'dcql_query' || name === 'client_metadata';

function parsed(name: string, value: string): JsonObject {
  const read = readJsonObject(value);
  if (!read.ok) throw unreadable(name, read.findings);
  return read.value;
}

/** Bare `did:` and `https:` ids are those of older drafts, `origin:` is reserved, and the rest needs what is not here. */
function readClient(clientId: string): Client {
  const at = clientId.indexOf(':');
  const [prefix, identifier] = [clientId.slice(0, Math.max(at, 0)), clientId.slice(at + 1)];
  if (prefix === 'decentralized_identifier') {
    const did = readDid(identifier)?.did;
    if (did === undefined) throw invalid('the client id names no DID');
    return { prefix, clientId, did };
  }
  if (prefix === 'redirect_uri') {
    assertAddress(identifier);
    return { prefix, clientId, responseUri: identifier };
  }
  throw invalid(`a client id of the kind ${excerpt(prefix, 40) || 'without a prefix'} is not taken`);
}

function assertAddress(url: string): void {
  const read = readRequestUrl(url);
  if (read.ok) return;
  throw invalid(read.reason, undefined, read.blocked ? 'HOST_BLOCKED' : 'BAD_REQUEST');
}

const Parameters = z.object({
  client_id: z.string(),
  response_type: z.literal('vp_token'),
  response_mode: z.enum(['direct_post', 'direct_post.jwt']),
  response_uri: z.string(),
  nonce: z.string().regex(URL_SAFE),
  state: z.string().regex(URL_SAFE).optional(),
  client_metadata: z
    .object({
      vp_formats_supported: z.record(z.string(), z.looseObject({})).optional(),
      jwks: z.object({ keys: z.array(z.looseObject({})).max(16) }).optional(),
      encrypted_response_enc_values_supported: z.array(z.string().max(40)).min(1).max(16).optional(),
    })
    .optional(),
  aud: z.literal(AUDIENCE).optional(),
  iat: z.int().positive().optional(),
  nbf: z.int().positive().optional(),
  exp: z.int().positive().optional(),
});

/** Members of a request that are not taken, and what is wrong with them there. */
const REFUSED: readonly (readonly [member: string, detail: string, error?: string])[] = [
  ['redirect_uri', 'a redirect_uri beside a response_uri'],
  ['request', 'a request in a request'],
  ['request_uri', 'a request in a request'],
  ['scope', 'queries by scope are not known here'],
  ['presentation_definition', 'a query of an older draft'],
  ['transaction_data', 'no kind of transaction data is known here', 'invalid_transaction_data'],
];

/**
 * The parameters of a request whose signature has been looked at.
 * Errors: BAD_REQUEST for what the protocol or this wallet does not take; HOST_BLOCKED; those of a query's form.
 */
export function readParameters(client: Client, parameters: JsonObject, now: number): IncomingRequest {
  const refused = REFUSED.find(([member]) => parameters[member] !== undefined);
  if (refused !== undefined) throw invalid(refused[1], refused[2]);
  const read = Parameters.safeParse(parameters);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw invalid(`${excerpt(String(issue?.path.join('.') ?? ''), 60)} ${issue?.message ?? ''}`);
  }
  const { client_id: clientId, response_uri: responseUri, client_metadata: metadata = {}, ...rest } = read.data;
  if (clientId !== client.clientId) throw invalid('the client id of the link is not that of the request');
  assertAddress(responseUri);
  // The address is the whole name of whoever asks without a signature.
  if (client.prefix === 'redirect_uri' && client.responseUri !== responseUri)
    throw invalid('the client id is not the address of the response');
  assertNow(rest, now);
  const query = readDcqlQuery(parameters['dcql_query']);
  if (!query.ok) throw unreadable('dcql_query', query.findings);
  const { vp_formats_supported: formats, jwks, encrypted_response_enc_values_supported: encryptions } = metadata;
  return {
    client,
    responseUri,
    responseMode: rest.response_mode,
    nonce: rest.nonce,
    ...(rest.state === undefined ? {} : { state: rest.state }),
    query: query.value,
    formats: Object.keys(formats ?? {}),
    jwks: (jwks?.keys ?? []).filter(isObject),
    ...(encryptions === undefined ? {} : { encryptions }),
    ...(rest.exp === undefined ? {} : { expiresAt: rest.exp * 1000 }),
  };
}

function assertNow(
  { iat, nbf, exp }: { iat?: number | undefined; nbf?: number | undefined; exp?: number | undefined },
  now: number,
): void {
  const begins = Math.max(iat ?? 0, nbf ?? 0) * 1000;
  if (begins > now + CLOCK_SKEW_MS) throw invalid('the request is not good yet');
  if (exp !== undefined && exp * 1000 <= now) throw invalid('the request is over');
}
