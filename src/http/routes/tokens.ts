import { z } from 'zod';
import { ServiceError } from '../../base/error.ts';
import { SCOPES } from '../../base/scope.ts';
import { readDateTime } from '../../formats/date-time.ts';
import type { AdminTokens } from '../../services/admin-tokens.ts';
import { MOST_GRACE, type Tokens } from '../../services/identity/tokens.ts';
import { type Call, type Route, route } from '../route.ts';

/** Time to put a new token in its places before the old one ends. */
const DEFAULT_GRACE = 24 * 60 * 60;

const NewToken = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9._-]{0,62}$/, 'up to 63 small letters, digits, dots, hyphens and underscores, a letter first'),
  scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
  /** An instant; a token without one is good until it is revoked. */
  expiresAt: z.string().max(40).optional(),
});
const Rotation = z
  .strictObject({
    /** How long the old token stays good beside the new one. */
    graceSeconds: z.int().min(0).max(MOST_GRACE).optional(),
  })
  .optional();

interface TokenRouteDeps {
  readonly tokens: Tokens;
  readonly adminTokens: AdminTokens;
}

export function tokenRoutes({ tokens, adminTokens }: TokenRouteDeps): readonly Route[] {
  const tag = 'Administration';
  return [
    route({
      method: 'POST',
      path: '/admin/organizations/{slug}/tokens',
      access: 'admin',
      tag,
      summary: 'Give an organisation one more token, for some scopes only, with an end or without',
      request: NewToken,
      answers: { 201: 'the token, shown once, and what is kept of it', 409: 'the name is taken' },
      handle: async (call) => {
        const { name, scopes, expiresAt } = call.body;
        if (expiresAt !== undefined && readDateTime(expiresAt) === undefined) {
          const detail = 'an instant such as 2027-04-15T00:00:00Z';
          throw new ServiceError('MALFORMED_VALUE_ERROR', detail, { pointer: '/expiresAt' });
        }
        const { token, view } = await tokens.create(slugOf(call), { name, scopes, expiresAt });
        return { status: 201, body: { token, ...view } };
      },
    }),
    {
      method: 'GET',
      path: '/admin/organizations/{slug}/tokens',
      access: 'admin',
      tag,
      summary: 'The tokens of an organisation: names, scopes, ends and the day of last use; never the tokens',
      answers: { 200: 'the list', 404: 'no such organisation' },
      handle: async (call) => ({ status: 200, body: { tokens: await tokens.list(slugOf(call)) } }),
    },
    route({
      method: 'POST',
      path: '/admin/organizations/{slug}/tokens/{name}/rotate',
      access: 'admin',
      tag,
      summary: 'A new token of the same name and scopes; the old one stays good for a day, or for graceSeconds',
      request: Rotation,
      answers: { 200: 'the new token, shown once', 404: 'no such token' },
      handle: async (call) => {
        const { token, view } = await tokens.rotate(
          slugOf(call),
          nameOf(call),
          call.body?.graceSeconds ?? DEFAULT_GRACE,
        );
        return { status: 200, body: { token, ...view } };
      },
    }),
    {
      method: 'DELETE',
      path: '/admin/organizations/{slug}/tokens/{name}',
      access: 'admin',
      tag,
      summary: 'Revoke a token; it ends at once, and so does the one that it replaced',
      answers: { 204: 'revoked', 404: 'no such token' },
      handle: async (call) => {
        await tokens.revoke(slugOf(call), nameOf(call));
        return { status: 204 };
      },
    },
    route({
      method: 'POST',
      path: '/admin/organizations/{slug}/token',
      access: 'admin',
      tag,
      summary: 'Replace the token that the organisation was created with; the old one ends at once',
      request: z.strictObject({}).optional(),
      answers: { 200: 'the new token, shown once' },
      handle: async (call) => ({ status: 200, body: { token: await tokens.replaceMain(slugOf(call)) } }),
    }),
    route({
      method: 'POST',
      path: '/admin/token',
      access: 'admin',
      tag,
      summary: 'Replace the generated ADMIN_TOKEN; the old one stays good for a day, or for graceSeconds',
      request: Rotation,
      answers: {
        200: 'the new token, shown once',
        409: 'the token is set in the environment: change it there; or somebody else changed it at this moment',
      },
      handle: async ({ body }) => ({
        status: 200,
        body: { token: await adminTokens.rotate(body?.graceSeconds ?? DEFAULT_GRACE) },
      }),
    }),
  ];
}

function slugOf(call: Call): string {
  return call.params['slug'] ?? '';
}

function nameOf(call: Call): string {
  return call.params['name'] ?? '';
}
