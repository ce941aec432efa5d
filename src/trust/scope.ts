/**
 * Scopes (docs/trust.md, section 3): a union of records, each with one grant for each dimension. Scopes narrow record by record, never
 * dimension by dimension across records: who may verify under A and validate under B may not verify under B.
 */
import { byText, sortedSet } from './order.ts';

export const DIMENSIONS = ['activity', 'programme', 'standard', 'cbamActivityGroup', 'sector', 'territory'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** The values granted: these and no others, or all but these. */
export interface Grant {
  readonly kind: 'only' | 'except';
  readonly values: readonly string[];
}

/** An absent dimension is no limit. */
export type ScopeRecord = { readonly [Name in Dimension]?: Grant };

/** What one statement needs from a scope, one value in each dimension that it asks about. */
export type Demand = { readonly [Name in Dimension]?: string };

export const only = (...values: readonly string[]): Grant => ({ kind: 'only', values: unique(values) });
export const except = (...values: readonly string[]): Grant => ({ kind: 'except', values: unique(values) });

/** The effective scope below `parents` of a link that grants `children`: each record with each, without those that come out empty. */
export function intersectScopes(
  parents: readonly ScopeRecord[],
  children: readonly ScopeRecord[],
): readonly ScopeRecord[] {
  const records: ScopeRecord[] = [];
  for (const parent of parents) {
    for (const child of children) {
      const record = intersectRecords(parent, child);
      if (record !== undefined) records.push(record);
    }
  }
  return records.length < 2 ? records : distinctInOrder(records);
}

/** Each record once, in the order of their JSON texts. */
function distinctInOrder(records: readonly ScopeRecord[]): readonly ScopeRecord[] {
  const once = new Map(records.map((record) => [JSON.stringify(record), record]));
  return [...once].sort(([a], [b]) => byText(a, b)).map(([, record]) => record);
}

/** Whether a record grants what is asked in one dimension. A CBAM group is never granted by silence: DR (EU) 2025/2551, Art. 6. */
export function grants(record: ScopeRecord, dimension: Dimension, value: string): boolean {
  const grant = record[dimension];
  if (grant === undefined) return dimension !== 'cbamActivityGroup';
  const listed = grant.values.some((granted) => sameValue(dimension, granted, value));
  return grant.kind === 'only' ? listed : !listed;
}

/** Whether one record grants every dimension that is asked about. */
export function covers(record: ScopeRecord, demand: Demand, dimensions: readonly Dimension[] = DIMENSIONS): boolean {
  return dimensions.every((dimension) => {
    const value = demand[dimension];
    return value === undefined || grants(record, dimension, value);
  });
}

/** What `child` grants that `parents` did not have to give; it does not count, and the report says so. */
export function excessOf(
  parents: readonly ScopeRecord[],
  children: readonly ScopeRecord[],
): readonly { readonly dimension: Dimension; readonly values: readonly string[] }[] {
  return DIMENSIONS.flatMap((dimension) => {
    const values = sortedSet(children.flatMap((child) => namedIn(child[dimension]))).filter(
      (value) => !parents.some((parent) => parent[dimension] === undefined || grants(parent, dimension, value)),
    );
    return values.length === 0 ? [] : [{ dimension, values }];
  });
}

/** Everything a scope grants in one dimension, for people: values, or `*` where nothing limits it. */
export function grantedValues(records: readonly ScopeRecord[], dimension: Dimension): readonly string[] {
  const values = records.flatMap((record): readonly string[] => {
    const grant = record[dimension];
    if (grant === undefined) return dimension === 'cbamActivityGroup' ? [] : ['*'];
    return grant.kind === 'only' ? grant.values : [`* - ${[...grant.values].sort().join(', ')}`];
  });
  return sortedSet(values);
}

function namedIn(grant: Grant | undefined): readonly string[] {
  return grant?.kind === 'only' ? grant.values : [];
}

function intersectRecords(parent: ScopeRecord, child: ScopeRecord): ScopeRecord | undefined {
  const record: { [Name in Dimension]?: Grant } = {};
  for (const dimension of DIMENSIONS) {
    const grant = intersectGrants(dimension, parent[dimension], child[dimension]);
    if (grant === undefined) continue;
    if (grant.kind === 'only' && grant.values.length === 0) return undefined;
    record[dimension] = grant.values.length < 2 ? grant : { kind: grant.kind, values: [...grant.values].sort() };
  }
  return record;
}

function intersectGrants(dimension: Dimension, a: Grant | undefined, b: Grant | undefined): Grant | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (a.kind === 'except' && b.kind === 'except') return except(...a.values, ...b.values);
  const [list, other] = a.kind === 'only' ? [a, b] : [b, a];
  const kept = list.values.flatMap((value) => {
    const matches = other.values.filter((known) => sameValue(dimension, value, known));
    if (other.kind === 'except') return matches.length === 0 ? [value] : [];
    // Of a standard with and without its year, the dated one is the narrower.
    return matches.map((known) => (known.length > value.length ? known : value));
  });
  return only(...kept);
}

const DATED = /:\d{4}$/;

/** Standards match with or without their year when one side states none (domain.md, section 3.8); all else is exact. */
function sameValue(dimension: Dimension, a: string, b: string): boolean {
  if (a === b) return true;
  if (dimension !== 'standard' || DATED.test(a) === DATED.test(b)) return false;
  return a.replace(DATED, '') === b.replace(DATED, '');
}

function unique(values: readonly string[]): readonly string[] {
  return values.length < 2 ? values : [...new Set(values)];
}
