/**
 * Default values of CBAM goods, mark-up included, as rows that are read and never computed (docs/domain.md, 5.5). A policy may bring
 * rows of its own; they come first. The rows here are from secondary sources and say so in `act`: whoever relies on one reads
 * IR (EU) 2025/2621, or the act that replaced its annex, before use.
 */
import { byText } from '../order.ts';
import type { DefaultValueRow } from '../policy.ts';

export const DEFAULT_VALUES_VERSION = '2026-10-10';

const ACT = 'IR (EU) 2025/2621, Annex I (read in a secondary source, state of 2026-10-10)';

export const DEFAULT_VALUES: readonly DefaultValueRow[] = [
  {
    act: ACT,
    country: 'KR',
    cnCode: '7208',
    year: '2026',
    value: '2.33',
    unit: 'tCO2e',
    per: 't',
    benchmarkRoute: 'C',
  },
  {
    act: ACT,
    country: 'KR',
    cnCode: '72071210',
    year: '2026',
    value: '2.33',
    unit: 'tCO2e',
    per: 't',
    benchmarkRoute: 'C',
  },
];

/**
 * The row that fits a good of one origin in one year: the policy's before ours, the longest code before a shorter one, a row of the
 * country before one of none. Nothing when no row fits; a value is never derived.
 */
export function findDefaultValue(
  own: readonly DefaultValueRow[],
  good: { readonly country: string | undefined; readonly cnCode: string; readonly year: string },
): DefaultValueRow | undefined {
  for (const rows of [own, DEFAULT_VALUES]) {
    const fitting = rows
      .filter((row) => row.year === good.year && good.cnCode.startsWith(row.cnCode))
      .filter((row) => row.country === undefined || row.country === good.country)
      .sort(
        (a, b) =>
          Number(b.country !== undefined) - Number(a.country !== undefined) ||
          b.cnCode.length - a.cnCode.length ||
          byText(a.act, b.act) ||
          byText(a.value, b.value),
      );
    if (fitting[0] !== undefined) return fitting[0];
  }
  return undefined;
}
