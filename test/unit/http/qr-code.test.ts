import { expect, it } from 'vitest';
import { qrCodeOf } from '../../../src/http/qr-code.ts';

/** The modules that the paths of an SVG paint. */
function modulesOf(svg: string): readonly string[] {
  const size = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1]);
  const rows = Array.from({ length: size }, () => Array.from({ length: size }, () => '.'));
  for (const [, x, y, length] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g))
    rows[Number(y)]?.fill('#', Number(x), Number(x) + Number(length));
  return rows.map((row) => row.join(''));
}

it('a QR code has its three corners and its quiet edge, and is another one for another text', () => {
  const modules = modulesOf(qrCodeOf('openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fnode.example'));
  const corner = ['#######', '#.....#', '#.###.#', '#.###.#', '#.###.#', '#.....#', '#######'];
  const at = (row: number, column: number) => modules.slice(row, row + 7).map((line) => line.slice(column, column + 7));
  const far = modules.length - 4 - 7;
  expect([at(4, 4), at(4, far), at(far, 4)]).toEqual([corner, corner, corner]);
  expect(at(far, far)).not.toEqual(corner);
  expect(modules.slice(0, 4).join('')).not.toContain('#');
  expect(modules.every((line) => line.startsWith('....') && line.endsWith('....'))).toBe(true);
  expect(qrCodeOf('a')).not.toBe(qrCodeOf('b'));
  expect(() => qrCodeOf('x'.repeat(2400))).toThrow(RangeError);
});
