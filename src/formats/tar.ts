/**
 * The container of a backup: plain files one after the other, as `tar` lists and unpacks them (POSIX, pax, "ustar Interchange
 * Format"). Only what we write is read: another spelling of the same header is not one of ours.
 */

/** Headers, and files with their padding, are whole multiples of this. Bytes. */
export const TAR_BLOCK = 512;

export interface TarMember {
  /** Up to 100 ASCII characters. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9./_-]{0,99}$/;
const LARGEST = 8 ** 11;
/** Offsets of the fields: name, mode, owner, group, size, time, checksum, type, magic with version. */
const FIELDS = {
  mode: 100,
  owner: 108,
  group: 116,
  size: 124,
  time: 136,
  checksum: 148,
  type: 156,
  magic: 257,
} as const;

const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;

/** Errors: RangeError for a name or a size that the format cannot carry. */
export function writeTarHeader({ name, size }: TarMember): Uint8Array {
  if (!NAME.test(name) || !Number.isSafeInteger(size) || size < 0 || size >= LARGEST)
    throw new RangeError('no name or size for an archive');
  const block = Buffer.alloc(TAR_BLOCK);
  block.write(name, 0, 'latin1');
  block.write(octal(0o600, 7), FIELDS.mode, 'latin1');
  block.write(octal(0, 7), FIELDS.owner, 'latin1');
  block.write(octal(0, 7), FIELDS.group, 'latin1');
  block.write(octal(size, 11), FIELDS.size, 'latin1');
  block.write(octal(0, 11), FIELDS.time, 'latin1');
  // The checksum is taken with blanks in its own place.
  block.fill(' ', FIELDS.checksum, FIELDS.type);
  block.write('0', FIELDS.type, 'latin1');
  block.write('ustar\u000000', FIELDS.magic, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)} `, FIELDS.checksum, 'latin1');
  return block;
}

/** What a header says; undefined unless it is byte for byte what `writeTarHeader` writes. */
export function readTarHeader(block: Uint8Array): TarMember | undefined {
  if (block.length !== TAR_BLOCK) return undefined;
  const text = Buffer.from(block).toString('latin1');
  const name = text.slice(0, FIELDS.mode).replace(/\0+$/, '');
  const size = Number.parseInt(text.slice(FIELDS.size, FIELDS.time), 8);
  if (!NAME.test(name) || !Number.isSafeInteger(size) || size < 0 || size >= LARGEST) return undefined;
  return Buffer.compare(writeTarHeader({ name, size }), block) === 0 ? { name, size } : undefined;
}

/** Zero bytes that follow so many bytes of a file. */
export function tarPadding(size: number): number {
  return (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK;
}
