import { Buffer } from 'node:buffer';
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../base/error.ts';

export const SESSION_COOKIE = 'proofprint';
export const SIGN_IN_COOKIE = 'proofprint-sign-in';

/** Under https a name that only this host can have set, for the whole of it (RFC 6265bis, `__Host-`). */
function nameOf(cookie: string, publicUrl: string): string {
  return publicUrl.startsWith('https:') ? `__Host-${cookie}` : cookie;
}

/** The value of one of our cookies; one that stands twice is none. */
export function cookieOf(request: IncomingMessage, cookie: string, publicUrl: string): string | undefined {
  const start = `${nameOf(cookie, publicUrl)}=`;
  const found = (request.headers.cookie ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(start));
  const value = found.length === 1 ? found[0]?.slice(start.length) : undefined;
  return value !== undefined && /^[\w\-.~+/=]{1,4000}$/.test(value) ? value : undefined;
}

/** A `Set-Cookie`. Without a value, the cookie ends. */
export function setCookie(
  cookie: string,
  value: string | undefined,
  {
    publicUrl,
    seconds,
    sameSite,
  }: { readonly publicUrl: string; readonly seconds: number; readonly sameSite: 'Strict' | 'Lax' },
): string {
  return [
    `${nameOf(cookie, publicUrl)}=${value ?? ''}`,
    'Path=/',
    `Max-Age=${value === undefined ? 0 : seconds}`,
    'HttpOnly',
    `SameSite=${sameSite}`,
    ...(publicUrl.startsWith('https:') ? ['Secure'] : []),
  ].join('; ');
}

/**
 * A browser sends a cookie with whatever any page makes it send. A change counts only when the browser says that a page of this node asked
 * for it, and the page sends what only such a page can have read. Errors: FORBIDDEN.
 */
export function assertFromHere({ headers }: IncomingMessage, publicUrl: string, csrfToken: string): void {
  const { origin, 'sec-fetch-site': site, 'x-csrf-token': sent } = headers;
  const fromHere =
    origin === undefined ? site === 'same-origin' : origin === publicUrl && (site ?? 'same-origin') === 'same-origin';
  if (!fromHere) throw new ServiceError('FORBIDDEN', 'a sign-in is good for pages of this node only');
  if (typeof sent !== 'string' || !same(sent, csrfToken))
    throw new ServiceError('FORBIDDEN', 'send X-CSRF-Token, as /auth/session gives it');
}

function same(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
