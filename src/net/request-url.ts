import { isIP } from 'node:net';

/** Longest URL that is requested, in UTF-16 code units. */
export const MAX_URL = 2048;

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Whether a text is a DNS host name as we write it: LDH labels (RFC 1123 2.1), lower case, at most 253 characters, no trailing dot,
 * and nothing that a URL parser would take for an IPv4 address (last label a number, WHATWG URL 3.5).
 */
export function isHostName(text: string): boolean {
  if (text.length === 0 || text.length > 253) return false;
  const labels = text.split('.');
  const last = labels.at(-1) ?? '';
  return labels.every((label) => LABEL.test(label)) && !/^(?:\d+|0x[0-9a-f]*)$/.test(last);
}

export interface RequestUrl {
  readonly host: string;
  readonly port: number;
  /** Path and query as they are sent. */
  readonly target: string;
}

export type RequestUrlRead =
  | { readonly ok: true; readonly url: RequestUrl }
  | { readonly ok: false; readonly blocked: boolean; readonly reason: string };

const invalid = (reason: string): RequestUrlRead => ({ ok: false, blocked: false, reason });

/**
 * Read a URL that a stranger wants us to request. The text and what the URL parser makes of it must agree on the authority, so
 * that no spelling (upper case, escapes, full-width digits, tabs, back slashes, user info) names one host and reaches another.
 * IP addresses in any spelling the parser understands are `blocked`; every other fault is merely not a usable URL.
 */
export function readRequestUrl(text: string): RequestUrlRead {
  if (text.length > MAX_URL) return invalid(`longer than ${MAX_URL} characters`);
  if (/[\p{Cc}\s\\]/u.test(text)) return invalid('control character, space or back slash');
  if (!URL.canParse(text)) return invalid('not a URL');
  const parsed = new URL(text);
  if (parsed.protocol !== 'https:') return invalid('not https');
  if (parsed.username !== '' || parsed.password !== '') return invalid('user information');
  if (parsed.hostname.startsWith('[') || isIP(parsed.hostname) !== 0) {
    return { ok: false, blocked: true, reason: 'ip-literal' };
  }
  const authority = /^https:\/\/([^/?#]*)/.exec(text)?.[1]?.replace(/:443$/, '');
  if (authority !== parsed.host || !isHostName(parsed.hostname)) return invalid('not a plain lower-case host name');
  const port = parsed.port === '' ? 443 : Number(parsed.port);
  if (port === 0) return invalid('port 0');
  return { ok: true, url: { host: parsed.hostname, port, target: `${parsed.pathname}${parsed.search}` } };
}
