/**
 * One gzip member and nothing else (RFC 1952). The library calls would take a second member, or trailing bytes, and read them along or
 * past them: two lists in one, of which two readers see different ones.
 */
import { crc32, gzipSync, inflateRawSync } from 'node:zlib';
import { inflateWhole, type Unpacked } from './inflate.ts';

const FIXED_HEADER = 10;
const TRAILER = 8;
const DEFLATE = 8;
const FLAG = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const;

const MALFORMED: Unpacked = { ok: false, reason: 'malformed' };

/** Compress to one member, the same bytes for the same input. */
export function gzip(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(gzipSync(bytes, { level: 9 }));
}

/** The content of exactly one member with good sums, at most `mostBytes` long. The bytes are a copy with a buffer of their own. */
export function gunzip(input: Uint8Array, mostBytes: number): Unpacked {
  const start = readHeader(input);
  if (start === undefined || input.length < start + TRAILER) return MALFORMED;
  const inflated = inflateWhole(inflateRawSync, input.subarray(start), mostBytes);
  if (!inflated.ok) return inflated;
  const end = start + inflated.consumed;
  if (end + TRAILER !== input.length) return MALFORMED;
  const trailer = new DataView(input.buffer, input.byteOffset + end, TRAILER);
  const { bytes } = inflated;
  if (trailer.getUint32(0, true) !== crc32(bytes) || trailer.getUint32(4, true) !== bytes.length) return MALFORMED;
  return { ok: true, bytes };
}

/** Where the compressed data begins (RFC 1952, section 2.3), or nothing. */
function readHeader(input: Uint8Array): number | undefined {
  const [id1, id2, method, flags = 0] = input;
  if (id1 !== 0x1f || id2 !== 0x8b || method !== DEFLATE || (flags & FLAG.reserved) !== 0) return undefined;
  let at = FIXED_HEADER;
  if (flags & FLAG.extra) {
    const [low, high] = input.subarray(at);
    if (low === undefined || high === undefined) return undefined;
    at += 2 + low + high * 256;
  }
  for (const text of [FLAG.name, FLAG.comment]) {
    if (!(flags & text)) continue;
    const end = input.indexOf(0, at);
    if (end < 0) return undefined;
    at = end + 1;
  }
  if (!(flags & FLAG.headerCrc)) return at;
  const [low, high] = input.subarray(at);
  return low !== undefined && high !== undefined && (crc32(input.subarray(0, at)) & 0xffff) === low + high * 256
    ? at + 2
    : undefined;
}
