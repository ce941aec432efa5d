import { encode } from 'uqr';

/** Light modules around the code, as ISO/IEC 18004 asks for. */
const QUIET = 4;

/**
 * A text as a QR code (ISO/IEC 18004, error correction M): an SVG without size, colours in attributes alone, nothing in it from outside.
 * Errors: RangeError for more than fits, some 2,300 bytes.
 */
export function qrCodeOf(text: string): string {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET });
  const path = data
    .map((row, y) =>
      runsOf(row)
        .map(([from, length]) => `M${from} ${y}h${length}v1h-${length}z`)
        .join(''),
    )
    .join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/><path fill="#000" d="${path}"/></svg>`;
}

/** Where dark modules stand side by side, and how many. */
function runsOf(row: readonly boolean[]): readonly (readonly [from: number, length: number])[] {
  const runs: [number, number][] = [];
  for (const [x, dark] of row.entries()) {
    const last = runs.at(-1);
    if (!dark) continue;
    if (last !== undefined && last[0] + last[1] === x) last[1] += 1;
    else runs.push([x, 1]);
  }
  return runs;
}
