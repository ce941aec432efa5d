import { z } from 'zod';
import type { Identity } from '../../services/identity/identity.ts';
import { LONGEST_LINK } from '../../services/openid4vp/incoming-request.ts';
import type { Presenter } from '../../services/openid4vp/presenter.ts';
import { type Call, type Route, route } from '../route.ts';

/** Characters of a request as it was sealed: a query at its caps, and what stands around it. */
const LONGEST_REQUEST = 262_144;
const Resolve = z.strictObject({ link: z.string().min(1).max(LONGEST_LINK) });
const Respond = z
  .strictObject({
    request: z.string().min(1).max(LONGEST_REQUEST),
    /** Id of a query → ids of held credentials. */
    credentials: z.record(z.string().max(100), z.array(z.string().max(200)).min(1).max(32)).optional(),
    /** Nothing is to be shown; the verifier is told so. */
    refuse: z.literal(true).optional(),
  })
  .refine((body) => (body.credentials === undefined) !== (body.refuse === undefined), {
    message: 'give either credentials or refuse',
    path: ['credentials'],
  });

interface PresenterRouteDeps {
  readonly identity: Identity;
  readonly presenter: Presenter;
}

export function presenterRoutes({ identity, presenter }: PresenterRouteDeps): readonly Route[] {
  const instanceOf = (call: Call) => identity.requireInstance('holder', call.params['id'] ?? '', call.organisation);
  return [
    route({
      method: 'POST',
      path: '/holders/{id}/openid4vp/requests',
      access: 'organisation',
      scope: 'present',
      tag: 'OpenID4VP',
      summary: 'Who asks for what by this link, and what would be shown; nothing is shown yet',
      request: Resolve,
      keepsNothing: true,
      answers: { 200: 'the request, and what is held that answers it', 400: 'not a request that is taken' },
      handle: async (call) => ({
        status: 200,
        body: await presenter.resolve(await instanceOf(call), call.body.link),
      }),
    }),
    route({
      method: 'POST',
      path: '/holders/{id}/openid4vp/respond',
      access: 'organisation',
      scope: 'present',
      tag: 'OpenID4VP',
      summary: 'Present what was chosen to whoever asked, or refuse',
      request: Respond,
      answers: { 200: 'what the verifier said to it', 400: 'not a choice that answers the request' },
      handle: async (call) => {
        const { request, credentials } = call.body;
        return { status: 200, body: await presenter.respond(await instanceOf(call), request, credentials) };
      },
    }),
  ];
}
