/** Order by UTF-16 code units, the same on every machine and in every locale. */
export function byText(a: string, b: string): number {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}

/** A sorted copy without repetitions. */
export function sortedSet(values: Iterable<string>): readonly string[] {
  return [...new Set(values)].sort(byText);
}
