import { z } from 'zod';
import type { JsonObject } from '../../base/json.ts';
import type { CredentialIssuing } from '../../services/openid4vci/credential-issuing.ts';
import { type Answer, type Call, formRoute, type Route, route } from '../route.ts';

/** Wallets send what we do not know: the protocol has us pass over it, and what we do know is read by the service. */
const Anything = z.looseObject({});

const NO_STORE = { 'cache-control': 'no-store' };
/** Read from pages of any origin: wallets in a browser have no other way, and there is nothing in it that not everybody may know. */
const PUBLISHED = { 'cache-control': 'public, max-age=60', 'access-control-allow-origin': '*' };

interface Openid4vciRouteDeps {
  readonly credentialIssuing: CredentialIssuing;
}

/** What wallets ask of an issuer: OpenID4VCI 1.0 with the pre-authorized code flow. */
export function openid4vciRoutes({ credentialIssuing }: Openid4vciRouteDeps): readonly Route[] {
  const tag = 'Wallets: OpenID4VCI 1.0';
  const idOf = (call: Call): string => call.params['id'] ?? '';
  const published = (path: string, summary: string, read: (id: string) => Promise<JsonObject>): Route => ({
    method: 'GET',
    path,
    access: 'public',
    tag,
    summary,
    answers: { 200: 'the metadata', 404: 'no such issuer' },
    handle: async (call) => ({ status: 200, body: await read(idOf(call)), headers: PUBLISHED }),
  });
  const [ofIssuer, ofServer] = ['openid-credential-issuer', 'oauth-authorization-server'];
  const aboutIssuer = 'What an issuer instance hands to wallets, and where (section 12.2)';
  const aboutServer = 'Where access tokens are had (RFC 8414)';
  return [
    published(`/.well-known/${ofIssuer}/issuers/{id}`, aboutIssuer, (id) => credentialIssuing.issuerMetadata(id)),
    published(`/.well-known/${ofServer}/issuers/{id}`, aboutServer, (id) => credentialIssuing.serverMetadata(id)),
    // Where older wallets look.
    published(`/issuers/{id}/.well-known/${ofIssuer}`, aboutIssuer, (id) => credentialIssuing.issuerMetadata(id)),
    published(`/issuers/{id}/.well-known/${ofServer}`, aboutServer, (id) => credentialIssuing.serverMetadata(id)),
    {
      method: 'GET',
      path: '/issuers/{id}/openid4vci/offers/{handle}',
      access: 'public',
      tag,
      summary: 'A credential offer at its own address; reading it spends nothing (section 4.1.3)',
      answers: { 200: 'the offer', 404: 'no such offer, or it has ended' },
      handle: async (call) => ({
        status: 200,
        body: await credentialIssuing.readOffer(idOf(call), call.params['handle'] ?? ''),
        headers: NO_STORE,
      }),
    },
    formRoute({
      method: 'POST',
      path: '/issuers/{id}/openid4vci/token',
      access: 'public',
      speaks: 'oauth',
      tag,
      summary: 'An access token for a pre-authorized code, once (section 6)',
      requestForm: Anything,
      answers: { 200: 'the access token', 400: 'the error, by its name' },
      handle: async (call) => said(await credentialIssuing.token(idOf(call), call.body)),
    }),
    {
      method: 'POST',
      path: '/issuers/{id}/openid4vci/nonce',
      access: 'public',
      speaks: 'oauth',
      tag,
      summary: 'A nonce for one key proof (section 7)',
      answers: { 200: 'the nonce' },
      handle: async (call) => said(await credentialIssuing.nonce(idOf(call))),
    },
    route({
      method: 'POST',
      path: '/issuers/{id}/openid4vci/credential',
      access: 'public',
      speaks: 'oauth',
      tag,
      summary: 'The credential that was offered, for a key that is proved (section 8); by access token',
      request: Anything,
      answers: {
        200: 'the credential',
        202: 'it is being looked at first',
        400: 'the error, by its name',
        401: 'no good access token',
      },
      handle: async (call) => {
        const body = call.body as JsonObject;
        const answer = await credentialIssuing.credential(idOf(call), call.authorization, body);
        return { ...answer, headers: NO_STORE };
      },
    }),
    route({
      method: 'POST',
      path: '/issuers/{id}/openid4vci/deferred',
      access: 'public',
      speaks: 'oauth',
      tag,
      summary: 'A credential that had to wait, once (section 9); by access token',
      request: Anything,
      answers: { 200: 'the credential', 202: 'not yet', 400: 'the error, by its name', 401: 'no good access token' },
      handle: async (call) => {
        const body = call.body as JsonObject;
        const answer = await credentialIssuing.deferred(idOf(call), call.authorization, body);
        return { ...answer, headers: NO_STORE };
      },
    }),
    route({
      method: 'POST',
      path: '/issuers/{id}/openid4vci/notification',
      access: 'public',
      speaks: 'oauth',
      tag,
      summary: 'What became of a credential at the wallet (section 11); by access token',
      request: Anything,
      answers: { 204: 'noted', 400: 'the error, by its name', 401: 'no good access token' },
      handle: async (call) => {
        await credentialIssuing.notification(idOf(call), call.authorization, call.body as JsonObject);
        return { status: 204, headers: NO_STORE };
      },
    }),
  ];
}

const said = (body: JsonObject): Answer => ({ status: 200, body, headers: NO_STORE });
