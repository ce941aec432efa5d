/** Longest identifier taken, characters. */
export const LONGEST_URL = 2048;

// RFC 3986: a scheme, then only characters that may stand in a URI, every `%` with its two digits, at most one `#`.
const ABSOLUTE =
  /^[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+(?:#(?:[A-Za-z0-9\-._~:/?@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)?$/;
// RFC 8141: a namespace of 2 to 32 letters, digits and hyphens, and something in it.
const URN = /^urn:[a-z0-9][a-z0-9-]{0,30}[a-z0-9]:[^?#]/i;
const HTTP = /^https?:/i;
const HTTP_WITH_HOST = /^https?:\/\/[^/?#]/i;

/**
 * Rule W13: an absolute URL or URN in the characters of RFC 3986, so neither relative nor a blank node (`_:`), and the same text as
 * JSON-LD identifier and as JSON string. Other letters must be percent-encoded, and host names in their ASCII form.
 */
export function isAbsoluteUrl(text: unknown): text is string {
  if (typeof text !== 'string' || text.length > LONGEST_URL || !ABSOLUTE.test(text)) return false;
  if (/^urn:/i.test(text)) return URN.test(text);
  if (HTTP.test(text) && !HTTP_WITH_HOST.test(text)) return false;
  return URL.canParse(text);
}
