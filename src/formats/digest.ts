/**
 * SHA-256 digests. In signed data a digest is a multihash (0x12 0x20 and 32 bytes) in multibase base64url, so it always begins with
 * `uEi` (docs/domain.md, section 2). Where Node's own hash is at hand it does the work, six times as fast; nothing is imported for it,
 * so that a page in a browser computes the same in plain code. The tests compare the two.
 */
import { sha256 as nobleSha256, sha384 as nobleSha384, sha512 as nobleSha512 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { JsonValue } from '../base/json.ts';
import { jcs } from './jcs.ts';
import { decodeBase64url, encodeBase64urlMultibase } from './multibase.ts';

/** Multicodec `sha2-256`, then the length of the hash. */
const HEADER = Uint8Array.of(0x12, 0x20);
/** `u` and 34 bytes in base64url. */
const DIGEST_CHARS = 47;

const native = globalThis.process?.getBuiltinModule?.('node:crypto');

/** A string is hashed as UTF-8; a lone surrogate in it as U+FFFD, as every encoder of the platform has it. */
export function sha256(input: Uint8Array | string): Uint8Array {
  if (native !== undefined) return Uint8Array.from(native.hash('sha256', input, 'buffer'));
  return nobleSha256(typeof input === 'string' ? utf8ToBytes(input) : input);
}

/** For signatures of P-384 keys alone; every digest that is written down is a SHA-256. */
export function sha384(bytes: Uint8Array): Uint8Array {
  return nobleSha384(bytes);
}

/** What others may have stated of some bytes, in the three functions of Subresource Integrity; lower-case hexadecimal. */
export function hashesOfBytes(bytes: Uint8Array): Readonly<Record<'sha256' | 'sha384' | 'sha512', string>> {
  return {
    sha256: sha256Hex(bytes),
    sha384: bytesToHex(nobleSha384(bytes)),
    sha512: bytesToHex(nobleSha512(bytes)),
  };
}

/** Lower-case hexadecimal; a string is hashed as UTF-8. */
export function sha256Hex(input: Uint8Array | string): string {
  return native === undefined ? bytesToHex(sha256(input)) : native.hash('sha256', input, 'hex');
}

/** The digest form `uEi…` of the SHA-256 of some bytes. */
export function digestMultibase(bytes: Uint8Array): string {
  return writeDigest(sha256(bytes));
}

/** The digest form of a hash that has been computed already. Errors: RangeError unless it is 32 bytes. */
export function writeDigest(hash: Uint8Array): string {
  if (hash.length !== 32) throw new RangeError('not a SHA-256 hash');
  return encodeBase64urlMultibase(concatBytes(HEADER, hash));
}

/** The digest form of the SHA-256 over a JSON value in its RFC 8785 form. */
export function digestOfJson(value: JsonValue): string {
  return writeDigest(sha256(jcs(value)));
}

/** The 32 bytes of the hash of a digest `uEi…`, or nothing when it is not one in exactly this form. */
export function readDigest(text: unknown): Uint8Array | undefined {
  if (typeof text !== 'string' || text.length !== DIGEST_CHARS || !text.startsWith('u')) return undefined;
  const bytes = decodeBase64url(text.slice(1), DIGEST_CHARS);
  if (bytes?.length !== 34 || bytes[0] !== HEADER[0] || bytes[1] !== HEADER[1]) return undefined;
  return bytes.slice(2);
}
