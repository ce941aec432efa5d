/** DIDs and DID URLs, the grammar of DID Core 1.0, sections 3.1 and 3.2. One pass of an unambiguous expression each. */

/** Longest DID and longest DID URL, characters. */
export const LONGEST_DID = 512;

const DID = /^did:([a-z0-9]+):((?:[A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})*)$/;
const DID_URL_PARTS = /^([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;
const PATH = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/;
const QUERY_OR_FRAGMENT = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*$/;

export interface Did {
  /** The whole DID, as written. */
  readonly did: string;
  /** `web` of `did:web:…`. */
  readonly method: string;
  /** What follows the method, as written: percent-encoding is not undone. */
  readonly id: string;
}

export interface DidUrl extends Did {
  /** Empty, or from its first `/` on. */
  readonly path: string;
  /** Without the `?`; nothing when there is none, empty when there is only the `?`. */
  readonly query: string | undefined;
  /** Without the `#`; nothing when there is none. */
  readonly fragment: string | undefined;
}

/** A DID without path, query or fragment, or nothing when the text is not one or is too long. */
export function readDid(text: unknown): Did | undefined {
  if (typeof text !== 'string' || text.length > LONGEST_DID) return undefined;
  const [did, method, id] = DID.exec(text) ?? [];
  // The method-specific id may hold empty segments but not end with one.
  if (did === undefined || method === undefined || !id || id.endsWith(':')) return undefined;
  return { did, method, id };
}

/** A DID URL in its parts, or nothing when the text is not one or is too long. A bare DID is one, with every part empty. */
export function readDidUrl(text: unknown): DidUrl | undefined {
  if (typeof text !== 'string' || text.length > LONGEST_DID) return undefined;
  const [, head, path = '', query, fragment] = DID_URL_PARTS.exec(text) ?? [];
  const did = readDid(head);
  if (did === undefined || !PATH.test(path)) return undefined;
  if (!QUERY_OR_FRAGMENT.test(query ?? '') || !QUERY_OR_FRAGMENT.test(fragment ?? '')) return undefined;
  return { ...did, path, query, fragment };
}
