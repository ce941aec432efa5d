/** Multibase (Controlled Identifiers 1.0, section 2.4): the two bases in use here, `z` base58btc and `u` base64url without padding. */
import { base58, base64, base64urlnopad } from '@scure/base';

export function encodeBase58btc(bytes: Uint8Array): string {
  return `z${base58.encode(bytes)}`;
}

export function encodeBase64urlMultibase(bytes: Uint8Array): string {
  return `u${base64urlnopad.encode(bytes)}`;
}

/**
 * The bytes of a `z…` or `u…` text of at most `maxChars` characters (the prefix counted), or nothing when it is not one.
 * The length is judged first: base58 is quadratic, and 100 KB of it would block for seconds.
 */
export function decodeMultibase(text: unknown, maxChars: number): Uint8Array | undefined {
  if (typeof text !== 'string' || text.length > maxChars) return undefined;
  if (text.startsWith('z')) return attempt(() => base58.decode(text.slice(1)));
  if (text.startsWith('u')) return attempt(() => base64urlnopad.decode(text.slice(1)));
  return undefined;
}

/** Base64url without padding, RFC 4648 section 5. */
export function encodeBase64url(bytes: Uint8Array): string {
  return base64urlnopad.encode(bytes);
}

/** Strict: no padding, no white space, no stray bits in the last character. Nothing when it is not one or longer than `maxChars`. */
export function decodeBase64url(text: unknown, maxChars: number): Uint8Array | undefined {
  if (typeof text !== 'string' || text.length > maxChars) return undefined;
  return attempt(() => base64urlnopad.decode(text));
}

/** The plain alphabet with padding, RFC 4648 section 4: as Subresource Integrity writes hashes. Nothing when it is not one. */
export function decodeBase64(text: string, maxChars: number): Uint8Array | undefined {
  return text.length > maxChars ? undefined : attempt(() => base64.decode(text));
}

/** The same alphabet, written. */
export function encodeBase64(bytes: Uint8Array): string {
  return base64.encode(bytes);
}

function attempt(decode: () => Uint8Array): Uint8Array | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}
