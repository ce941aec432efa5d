/**
 * What a spreadsheet keeps of a number is a binary float and a way to show it. Figures here are decimals, so a cell counts only where both
 * leave no doubt what was typed.
 */

/** A spreadsheet keeps fifteen digits of what is typed (ECMA-376 has binary doubles); what has more was computed, or was cut. */
const MOST_DIGITS = 15;

/** Number formats that have no code in the file (ECMA-376 part 1, 18.8.30) and show plain figures; dates, percentages and others do not. */
const BUILT_IN: ReadonlyMap<number, string> = new Map([
  [0, 'General'],
  [1, '0'],
  [2, '0.00'],
  [3, '#,##0'],
  [4, '#,##0.00'],
  [37, '#,##0'],
  [38, '#,##0'],
  [39, '#,##0.00'],
  [40, '#,##0.00'],
  [49, '@'],
]);

/** The code of a number format; nothing for one that is not known to show plain figures. */
export function formatCodeOf(id: number, custom: ReadonlyMap<number, string>): string | undefined {
  return custom.get(id) ?? BUILT_IN.get(id);
}

/**
 * A number as it is shown, if that is all of it. `raw`: as it stands in the file. Result: the decimal, or why there is none.
 */
export function textOfNumber(
  raw: string,
  code: string | undefined,
): { readonly text: string } | { readonly why: string } {
  const exact = exactDecimal(raw);
  if (exact === undefined) return { why: 'holds more digits than were typed; write the figure as text' };
  const places = placesOf(code);
  if (places === undefined) return { why: 'is shown as a date, a percentage or the like; write what is meant as text' };
  const [whole = '', fraction = ''] = exact.split('.');
  if (fraction.length > places.most) return { why: 'holds more digits than it shows; write the figure as text' };
  const shown = fraction.padEnd(places.least, '0');
  return { text: shown === '' ? whole : `${whole}.${shown}` };
}

/** Decimal places that a format shows at least and at most. */
function placesOf(code: string | undefined): { readonly least: number; readonly most: number } | undefined {
  if (code === undefined) return undefined;
  const [first = ''] = code.split(';');
  if (/^(?:General|@)$/i.test(first)) return { least: 0, most: Number.POSITIVE_INFINITY };
  const match = /^(?:#,##|#)?0(?:\.(0*)(#*))?(?:_.)?\s*$/.exec(first);
  if (match === null) return undefined;
  const [, always = '', perhaps = ''] = match;
  return { least: always.length, most: always.length + perhaps.length };
}

function exactDecimal(raw: string): string | undefined {
  if (!/^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/.test(raw)) return undefined;
  const value = Number(raw);
  if (!Number.isFinite(value)) return undefined;
  const shortest = plain(String(value));
  if (digitsOf(shortest) > MOST_DIGITS) return undefined;
  // Programs write a double with 15, 16 or 17 digits, or with the fewest that tell it from others; anything else is another figure.
  const forms = [shortest, ...[15, 16, 17].map((digits) => plain(value.toPrecision(digits)))];
  const written = withoutZeros(plain(raw));
  return forms.some((form) => withoutZeros(form) === written) ? shortest : undefined;
}

const digitsOf = (decimal: string): number => decimal.replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '').length;

const withoutZeros = (decimal: string): string => {
  const [whole = '', fraction = ''] = decimal.split('.');
  const rest = fraction.replace(/0+$/, '');
  const trimmed = whole.replace(/^(-?)0+(?=\d)/, '$1');
  return rest === '' ? trimmed : `${trimmed}.${rest}`;
};

/** Without an exponent. */
function plain(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const shift = Number(exponent);
  const digits = whole + fraction;
  const point = whole.length + shift;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`.replace(/\.$/, '');
  if (point >= digits.length) return sign + digits.padEnd(point, '0');
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
