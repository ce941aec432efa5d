/**
 * The bits of a status list, each 0 or 1. Index 0 is the left-most bit, the most significant of the first byte
 * (Bitstring Status List 1.0, section 2.2).
 * Errors: RangeError for an index outside `0 … length-1`, because a wrong index must never read as *not set*.
 */
export class Bitstring {
  /** How many bits there are. */
  readonly length: number;
  readonly #bytes: Uint8Array;

  constructor(length: number) {
    if (!Number.isSafeInteger(length) || length < 1) throw new RangeError('not a number of bits');
    this.length = length;
    this.#bytes = new Uint8Array(Math.ceil(length / 8));
  }

  /** Eight bits of each byte; the bytes are copied. */
  static fromBytes(bytes: Uint8Array): Bitstring {
    const bits = new Bitstring(bytes.length * 8);
    bits.#bytes.set(bytes);
    return bits;
  }

  get(index: number): boolean {
    return (this.#byteAt(index) & this.#mask(index)) !== 0;
  }

  set(index: number, value: boolean): void {
    const byte = this.#byteAt(index);
    this.#bytes[index >> 3] = value ? byte | this.#mask(index) : byte & ~this.#mask(index);
  }

  /** A copy of the bytes; bits after `length` in the last one are 0. */
  toBytes(): Uint8Array {
    return this.#bytes.slice();
  }

  #byteAt(index: number): number {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.length) throw new RangeError('no such bit');
    return this.#bytes[index >> 3] ?? 0;
  }

  #mask(index: number): number {
    return 0x80 >> (index & 7);
  }
}
