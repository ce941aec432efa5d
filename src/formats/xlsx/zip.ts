/** ZIP archives (APPNOTE 6.3.10), as far as office documents need it: stored and deflated parts, no encryption, one disk, no ZIP64. */
import { crc32, inflateRawSync } from 'node:zlib';
import { failed, type Read, readFailed, readOk } from '../../base/finding.ts';

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const MOST_PARTS = 2000;

interface Part {
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

/** What an archive holds. Nothing is unpacked before it is asked for, and never more than the archive's allowance in all. */
export class ZipArchive {
  readonly #bytes: Buffer;
  readonly #parts: ReadonlyMap<string, Part>;
  /** Bytes that may still be unpacked, whatever the archive says about itself. */
  #allowance: number;

  private constructor(bytes: Buffer, parts: ReadonlyMap<string, Part>, allowance: number) {
    this.#bytes = bytes;
    this.#parts = parts;
    this.#allowance = allowance;
  }

  /** Errors: PARSING_ERROR, LIMIT_EXCEEDED. */
  static open(input: Uint8Array, { mostUnpacked }: { readonly mostUnpacked: number }): Read<ZipArchive> {
    const bytes = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
    const parts = listParts(bytes);
    if (parts === undefined) return broken('not an archive that can be read');
    return parts.size > MOST_PARTS ? tooLarge() : readOk(new ZipArchive(bytes, parts, mostUnpacked));
  }

  has(name: string): boolean {
    return this.#parts.has(name);
  }

  /** One part, unpacked. Errors: PARSING_ERROR, LIMIT_EXCEEDED. */
  read(name: string): Read<Uint8Array> {
    const part = this.#parts.get(name);
    if (part === undefined) return broken(`${name} is missing`);
    const data = this.#packedBytes(part);
    if (data === undefined) return broken(`${name} is damaged`);
    const unpacked = this.#unpack(part, data);
    if (unpacked === 'too large') return tooLarge();
    if (unpacked === undefined || unpacked.length !== part.size || crc32(unpacked) !== part.crc)
      return broken(`${name} is damaged`);
    this.#allowance -= unpacked.length;
    return readOk(unpacked);
  }

  #packedBytes({ offset, packed, flags }: Part): Buffer | undefined {
    const bytes = this.#bytes;
    const encrypted = (flags & 1) !== 0;
    if (encrypted || offset + 30 > bytes.length || bytes.readUInt32LE(offset) !== LOCAL) return undefined;
    const from = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
    return from + packed > bytes.length ? undefined : bytes.subarray(from, from + packed);
  }

  #unpack({ method }: Part, data: Buffer): Buffer | 'too large' | undefined {
    if (method === 0) return data.length > this.#allowance ? 'too large' : data;
    if (method !== 8) return undefined;
    if (this.#allowance < 1) return 'too large';
    try {
      return inflateRawSync(data, { maxOutputLength: this.#allowance });
    } catch (error) {
      return error instanceof RangeError ? 'too large' : undefined;
    }
  }
}

function listParts(bytes: Buffer): ReadonlyMap<string, Part> | undefined {
  const end = findEnd(bytes);
  if (end === undefined) return undefined;
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  const parts = new Map<string, Part>();
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > end || bytes.readUInt32LE(at) !== CENTRAL) return undefined;
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    // Two parts of one name: readers would differ in which of them counts.
    if (parts.has(name)) return undefined;
    parts.set(name, {
      flags: bytes.readUInt16LE(at + 8),
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      packed: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      offset: bytes.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return parts;
}

function findEnd(bytes: Buffer): number | undefined {
  const first = Math.max(0, bytes.length - END_BYTES - LONGEST_COMMENT);
  for (let at = bytes.length - END_BYTES; at >= first; at -= 1) if (bytes.readUInt32LE(at) === END) return at;
  return undefined;
}

const broken = (detail: string): Read<never> => readFailed(failed('xlsx.zip', 'PARSING_ERROR', detail));
const tooLarge = (): Read<never> =>
  readFailed(failed('xlsx.zip', 'LIMIT_EXCEEDED', 'unpacked, it would be larger than is read'));
