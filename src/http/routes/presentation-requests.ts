import { z } from 'zod';
import type { Finding } from '../../base/finding.ts';
import { asArray, isObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import type { Identity } from '../../services/identity/identity.ts';
import { FORMATS } from '../../services/openid4vp/formats.ts';
import { LONGEST_LIFE_S, type PresentationRequests } from '../../services/openid4vp/presentation-requests.ts';
import type { Variant } from '../../services/openid4vp/request-parameters.ts';
import { type Language, problemsOf } from '../problem-details.ts';
import { type Answer, type Call, formRoute, type Route, route } from '../route.ts';
import { JsonDocument } from './issuers.ts';

const REQUEST_OBJECT_TYPE = 'application/oauth-authz-req+jwt';
const Ask = z.strictObject({
  /** What is asked for, in DCQL … */
  dcql_query: JsonDocument.optional(),
  /** … or the types of which one credential each is wanted, in any of the formats. */
  types: z.array(z.string().max(100)).min(1).max(16).optional(),
  formats: z.array(z.enum(FORMATS)).min(1).max(FORMATS.length).optional(),
  /** Under which what is presented is evaluated. */
  regimes: z.array(z.string().max(100)).min(1).max(16).optional(),
  responseMode: z.enum(['direct_post', 'direct_post.jwt']).optional(),
  requestUriMethod: z.enum(['get', 'post']).optional(),
  /** Seconds. */
  expiresIn: z.int().min(10).max(LONGEST_LIFE_S).optional(),
  /** Where the browser of a wallet on the same device goes afterwards. */
  returnTo: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
});
/** The protocol has members ignored that are not known. */
const FetchForm = z.looseObject({ wallet_nonce: z.string().optional() });
const ResponseForm = z.looseObject({
  vp_token: z.string().optional(),
  response: z.string().optional(),
  error: z.string().min(1).max(100).optional(),
  error_description: z.string().max(2000).optional(),
  state: z.string().max(512).optional(),
});

interface PresentationRequestRouteDeps {
  readonly identity: Identity;
  readonly presentationRequests: PresentationRequests;
}

export function presentationRequestRoutes(deps: PresentationRequestRouteDeps): readonly Route[] {
  return [...askingRoutes(deps), ...walletRoutes(deps, 'signed'), ...walletRoutes(deps, 'unsigned')];
}

function askingRoutes({ identity, presentationRequests }: PresentationRequestRouteDeps): readonly Route[] {
  const instanceOf = (call: Call) => identity.requireInstance('verifier', call.params['id'] ?? '', call.organisation);
  return [
    route({
      method: 'POST',
      path: '/verifiers/{id}/presentation-requests',
      access: 'organisation',
      scope: 'evaluate',
      tag: 'OpenID4VP',
      summary: 'Ask a wallet for credentials; the links are shown this once',
      request: Ask,
      answers: {
        201: 'the request, and the links that wallets open',
        400: 'malformed query, or nothing that is taken',
      },
      handle: async (call) => {
        const instance = await instanceOf(call);
        const { dcql_query: dcqlQuery, ...asked } = call.body;
        const created = await presentationRequests.create(instance, {
          ...asked,
          dcqlQuery: dcqlQuery as JsonObject | undefined,
        });
        return { status: 201, body: created };
      },
    }),
    {
      method: 'GET',
      path: '/verifiers/{id}/presentation-requests/{requestId}',
      access: 'organisation',
      scope: 'read',
      tag: 'OpenID4VP',
      summary: 'Where a presentation request stands, and what came of it',
      query: { responseCode: 'the response_code that the browser came back with' },
      answers: { 200: 'the state, and the outcome once there is one', 404: 'no such request' },
      handle: async (call) => {
        const instance = await instanceOf(call);
        const code = call.query.get('responseCode') ?? undefined;
        const view = await presentationRequests.require(instance, call.params['requestId'] ?? '', code);
        return { status: 200, body: withProblems(view, call.language) };
      },
    },
  ];
}

/** What wallets call. Each variant has paths of its own: the path says by which client id a wallet was asked. */
function walletRoutes(
  { presentationRequests }: Pick<PresentationRequestRouteDeps, 'presentationRequests'>,
  variant: Variant,
): readonly Route[] {
  const tail = variant === 'signed' ? '' : '/unsigned';
  const handleOf = (call: Call): string => call.params['handle'] ?? '';
  const requestObject = async (call: Call, walletNonce?: string): Promise<Answer> => ({
    status: 200,
    body: await presentationRequests.requestObject(handleOf(call), variant, walletNonce),
    mediaType: REQUEST_OBJECT_TYPE,
  });
  return [
    {
      method: 'GET',
      path: `/openid4vp/requests/{handle}${tail}`,
      access: 'public',
      speaks: 'oauth',
      tag: 'OpenID4VP',
      summary: `The request object, ${variant}; fetching it spends nothing`,
      answers: { 200: 'a request object', 404: 'no such request, or it was answered, or it is over' },
      handle: (call) => requestObject(call),
    },
    formRoute({
      method: 'POST',
      path: `/openid4vp/requests/{handle}${tail}`,
      access: 'public',
      speaks: 'oauth',
      tag: 'OpenID4VP',
      summary: `The request object, ${variant}, with the nonce of the wallet in it`,
      requestForm: FetchForm,
      answers: { 200: 'a request object', 404: 'no such request, or it was answered, or it is over' },
      handle: (call) => requestObject(call, call.body.wallet_nonce),
    }),
    formRoute({
      method: 'POST',
      path: `/openid4vp/responses/{handle}${tail}`,
      access: 'public',
      speaks: 'oauth',
      tag: 'OpenID4VP',
      summary: 'The one response of a wallet',
      requestForm: ResponseForm,
      answers: { 200: 'taken; where to send the browser, if anywhere', 400: 'refused, or not accepted' },
      handle: async (call) => ({
        status: 200,
        body: await presentationRequests.receive(handleOf(call), variant, call.body),
      }),
    }),
  ];
}

/** The findings of an outcome once more as problem details, as every verification answers them. */
function withProblems(view: JsonObject, language: Language): JsonObject {
  const { outcome } = view;
  if (!isObject(outcome) || outcome['findings'] === undefined) return view;
  const findings = asArray(outcome['findings'] as JsonValue) as unknown as readonly Finding[];
  const problemDetails = problemsOf(findings, language) as unknown as JsonValue;
  return { ...view, outcome: { ...outcome, problemDetails } };
}
