import { z } from 'zod';
import { ServiceError } from '../../base/error.ts';
import { COMING_BACK_S, LIFETIME_S, type SignIn } from '../../services/sign-in/sign-in.ts';
import { SESSION_COOKIE, SIGN_IN_COOKIE, setCookie } from '../cookies.ts';
import { type Call, type Route, route } from '../route.ts';

const COMING_BACK = {
  code: 'of the provider',
  state: 'as it was sent',
  iss: 'who answers (RFC 9207)',
  error: 'why the provider refused',
  error_description: 'not shown',
  error_uri: 'not shown',
  session_state: 'not used',
  scope: 'not used',
  authuser: 'not used',
  hd: 'not used',
  prompt: 'not used',
};

/** For people: sign in at the identity provider, see who one is, sign out. Answered only where a provider is configured. */
export function signInRoutes({
  signIn,
  publicUrl,
}: {
  readonly signIn: SignIn;
  readonly publicUrl: () => string;
}): readonly Route[] {
  const tag = 'Sign-in';
  const session = (value: string | undefined): string =>
    setCookie(SESSION_COOKIE, value, { publicUrl: publicUrl(), seconds: LIFETIME_S, sameSite: 'Strict' });
  const underWay = (value: string | undefined): string =>
    setCookie(SIGN_IN_COOKIE, value, { publicUrl: publicUrl(), seconds: COMING_BACK_S, sameSite: 'Lax' });
  return [
    {
      method: 'GET',
      path: '/auth/login',
      access: 'public',
      tag,
      summary: 'To the identity provider, and back to /auth/callback',
      query: {
        organisation: 'where several are open to the person',
        returnTo: 'a path of this node, /auth/session unless given',
      },
      answers: { 303: 'the address of the provider', 503: 'the provider cannot be asked' },
      handle: async ({ query }) => {
        const { url, carry } = await signIn.begin({
          organisation: query.get('organisation') ?? undefined,
          returnTo: query.get('returnTo') ?? undefined,
        });
        return { status: 303, headers: { location: url, 'set-cookie': underWay(carry) } };
      },
    },
    {
      method: 'GET',
      path: '/auth/callback',
      access: 'public',
      tag,
      summary: 'Where the provider sends people back to',
      query: COMING_BACK,
      answers: {
        200: 'signed in: a page that goes on',
        403: 'the answer does not hold, or nothing is open to the person',
      },
      handle: async (call) => {
        const { session: secret, returnTo } = await signIn.finish(call.query, call.cookie(SIGN_IN_COOKIE));
        return {
          status: 200,
          // A page of our own, and no redirect: a browser that comes from the provider would not send the new cookie along.
          body: goOn(returnTo),
          mediaType: 'text/html; charset=utf-8',
          headers: { 'set-cookie': [session(secret), underWay(undefined)], 'referrer-policy': 'no-referrer' },
        };
      },
    },
    {
      method: 'GET',
      path: '/auth/session',
      access: 'public',
      tag,
      summary: 'Who is signed in, for which organisation and scopes, until when, and the token to send with changes',
      answers: { 200: 'the person', 401: 'nobody is signed in' },
      handle: async (call) => {
        const secret = call.cookie(SESSION_COOKIE);
        const person = secret === undefined ? undefined : await signIn.find(secret);
        if (secret === undefined || person === undefined)
          throw new ServiceError('UNAUTHORIZED', 'nobody is signed in; begin at /auth/login');
        return { status: 200, body: { ...person, csrfToken: signIn.csrfTokenOf(secret) } };
      },
    },
    route({
      method: 'POST',
      path: '/auth/logout',
      access: 'public',
      tag,
      summary: 'End the session here; the one at the provider goes on',
      request: z.strictObject({}).optional(),
      answers: { 204: 'ended', 403: 'not asked for by a page of this node' },
      handle: async (call: Call) => {
        const secret = call.cookie(SESSION_COOKIE);
        if (secret !== undefined) {
          call.assertFromHere(signIn.csrfTokenOf(secret));
          await signIn.end(secret);
        }
        return { status: 204, headers: { 'set-cookie': session(undefined) } };
      },
    }),
  ];
}

/** `returnTo` holds nothing that means something in HTML but `&`. */
function goOn(returnTo: string): string {
  const to = returnTo.replaceAll('&', '&amp;');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${to}"><title>Proofprint</title></head><body><p><a href="${to}">Continue · 계속</a></p></body></html>`;
}
