/** One ZLIB stream and nothing behind it (RFC 1950): how a Token Status List is packed. The sum at its end is checked by the library. */
import { deflateSync, inflateSync } from 'node:zlib';
import type { Gunzipped } from './gzip.ts';

/** Compress to one stream, the same bytes for the same input. */
export function deflate(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(deflateSync(bytes, { level: 9 }));
}

/** The content of exactly one stream, at most `mostBytes` long. The bytes are a copy with a buffer of their own. */
export function inflate(input: Uint8Array, mostBytes: number): Gunzipped {
  try {
    // `info` is missing from the types: with it the answer tells how much of the input the stream took.
    const { buffer, engine } = inflateSync(input, { maxOutputLength: mostBytes, info: true }) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    if (engine.bytesWritten !== input.length) return { ok: false, reason: 'malformed' };
    return { ok: true, bytes: Uint8Array.from(buffer) };
  } catch (error) {
    const tooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return { ok: false, reason: tooLarge ? 'too-large' : 'malformed' };
  }
}
