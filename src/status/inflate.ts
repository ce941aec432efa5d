import type { InputType, inflateRawSync, inflateSync } from 'node:zlib';

export type Unpacked =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: 'malformed' | 'too-large' };

/** Unpack at most `mostBytes`, and say how much of the input that took. The bytes are a copy with a buffer of their own. */
export function inflateWhole(
  library: typeof inflateSync | typeof inflateRawSync,
  data: InputType,
  mostBytes: number,
): { readonly ok: true; readonly bytes: Uint8Array; readonly consumed: number } | Exclude<Unpacked, { ok: true }> {
  try {
    // `info` is missing from the types: with it the answer tells how much of the input the compressed data took.
    const { buffer, engine } = library(data, { maxOutputLength: mostBytes, info: true }) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    return { ok: true, bytes: Uint8Array.from(buffer), consumed: engine.bytesWritten };
  } catch (error) {
    const tooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return { ok: false, reason: tooLarge ? 'too-large' : 'malformed' };
  }
}
