import canonicalize from 'canonicalize';
import type { JsonValue } from '../base/json.ts';

/**
 * The JSON Canonicalization Scheme, RFC 8785: members sorted by UTF-16 code units, no white space, numbers as ECMAScript writes them.
 * Errors: throws on what JSON cannot hold (a lone surrogate, NaN, an infinity, a cycle, a function).
 */
export function jcs(value: JsonValue): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}
