import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bitstring } from '../../../src/formats/bitstring.ts';

describe('a bit string', () => {
  it('counts from the left-most bit of the first byte', () => {
    const bits = Bitstring.fromBytes(Uint8Array.of(0b1000_0001, 0b0100_0000));
    expect(bits.length).toBe(16);
    expect([...Array(16).keys()].filter((index) => bits.get(index))).toEqual([0, 7, 9]);
    bits.set(0, false);
    bits.set(15, true);
    expect(bits.toBytes()).toEqual(Uint8Array.of(0b0000_0001, 0b0100_0001));
  });

  it('does what an array of booleans does', () => {
    const model = fc
      .integer({ min: 1, max: 100 })
      .chain((length) =>
        fc.record({ length: fc.constant(length), acts: fc.array(fc.tuple(fc.nat(length - 1), fc.boolean())) }),
      );
    fc.assert(
      fc.property(model, ({ length, acts }) => {
        const bits = new Bitstring(length);
        const expected = Array<boolean>(length).fill(false);
        for (const [index, value] of acts) {
          bits.set(index, value);
          expected[index] = value;
        }
        expect(expected.map((_, index) => bits.get(index))).toEqual(expected);
        const again = Bitstring.fromBytes(bits.toBytes());
        expect(again.length).toBe(Math.ceil(length / 8) * 8);
        expect(expected.map((_, index) => again.get(index))).toEqual(expected);
      }),
    );
  });

  it('has no bit outside: a wrong index never reads as not set', () => {
    const bits = new Bitstring(12);
    bits.set(11, true);
    expect(bits.get(11)).toBe(true);
    for (const index of [-1, 12, 15, 0.5, Number.NaN, 2 ** 32, 2 ** 53]) {
      expect(() => bits.get(index)).toThrow(RangeError);
      expect(() => bits.set(index, true)).toThrow(RangeError);
    }
    expect(bits.toBytes()).toEqual(Uint8Array.of(0, 0b0001_0000));
  });

  it('is not moved by what happens to the bytes it came from or gave', () => {
    const bytes = Uint8Array.of(0);
    const bits = Bitstring.fromBytes(bytes);
    bytes[0] = 255;
    bits.toBytes().fill(255);
    expect(bits.get(0)).toBe(false);
  });

  it('has at least one bit', () => {
    for (const length of [0, -8, 1.5, Number.NaN, 2 ** 60]) expect(() => new Bitstring(length)).toThrow(RangeError);
    expect(() => Bitstring.fromBytes(new Uint8Array(0))).toThrow(RangeError);
  });
});
