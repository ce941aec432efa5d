/** One ZLIB stream and nothing behind it (RFC 1950): how a Token Status List is packed. The sum at its end is checked by the library. */
import { deflateSync, inflateSync } from 'node:zlib';
import { inflateWhole, type Unpacked } from './inflate.ts';

/** Compress to one stream, the same bytes for the same input. */
export function deflate(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(deflateSync(bytes, { level: 9 }));
}

/** The content of exactly one stream, at most `mostBytes` long. The bytes are a copy with a buffer of their own. */
export function inflate(input: Uint8Array, mostBytes: number): Unpacked {
  const inflated = inflateWhole(inflateSync, input, mostBytes);
  if (!inflated.ok) return inflated;
  return inflated.consumed === input.length ? { ok: true, bytes: inflated.bytes } : { ok: false, reason: 'malformed' };
}
