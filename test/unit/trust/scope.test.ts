import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  covers,
  type Demand,
  DIMENSIONS,
  except,
  excessOf,
  type Grant,
  grantedValues,
  grants,
  intersectScopes,
  only,
  type ScopeRecord,
} from '../../../src/trust/scope.ts';

const verification = only('verification');

describe('intersectScopes', () => {
  it('narrows pairwise, record by record, and never across records', () => {
    const parents = [{ activity: verification, programme: only('a', 'b') }];
    const children = [
      { activity: verification, programme: only('a') },
      { activity: only('validation'), programme: only('b') },
    ];
    expect(intersectScopes(parents, children)).toEqual([{ activity: verification, programme: only('a') }]);
  });

  it('keeps what a parent allowed where the child is silent, and the child where the parent is', () => {
    const [record] = intersectScopes([{ territory: only('KR') }], [{ sector: only('steel') }]);
    expect(record).toEqual({ territory: only('KR'), sector: only('steel') });
  });

  it('keeps of a standard with and without its year the dated one', () => {
    const dated = { standard: only('ISO 14064-3:2019') };
    expect(intersectScopes([{ standard: only('ISO 14064-3') }], [dated])).toEqual([dated]);
    expect(intersectScopes([dated], [{ standard: only('ISO 14064-3:2006') }])).toEqual([]);
    expect(intersectScopes([dated], [{ standard: only('ISO 14064-1') }])).toEqual([]);
  });

  it('takes values away from a grant of all but some', () => {
    const voluntary = { programme: except('eu-cbam') };
    expect(intersectScopes([voluntary], [{ programme: only('eu-cbam') }])).toEqual([]);
    expect(intersectScopes([voluntary], [{ programme: only('eu-cbam', 'own') }])).toEqual([{ programme: only('own') }]);
    expect(intersectScopes([voluntary], [{ programme: except('other') }])).toEqual([
      { programme: except('eu-cbam', 'other') },
    ]);
  });
});

describe('grants', () => {
  it('an absent dimension is no limit, but a CBAM group is never granted by silence', () => {
    expect(grants({}, 'territory', 'KR')).toBe(true);
    expect(grants({}, 'cbamActivityGroup', 'V')).toBe(false);
    expect(grants({ cbamActivityGroup: only('V') }, 'cbamActivityGroup', 'V')).toBe(true);
  });
  it('shows what is granted and what exceeds the parent', () => {
    expect(grantedValues([{ cbamActivityGroup: only('VIII', 'V') }, {}], 'cbamActivityGroup')).toEqual(['V', 'VIII']);
    expect(grantedValues([{}], 'territory')).toEqual(['*']);
    expect(grantedValues([{ programme: except('eu-cbam') }], 'programme')).toEqual(['* - eu-cbam']);
    const excess = excessOf(
      [{ programme: only('a'), territory: only('KR') }],
      [{ programme: only('a', 'b'), sector: only('x') }],
    );
    expect(excess).toEqual([{ dimension: 'programme', values: ['b'] }]);
  });
});

const values = ['a', 'b', 'c', 'a:2019', 'a:2020'];
const listed: fc.Arbitrary<Grant> = fc.subarray(values, { minLength: 1 }).map((some) => only(...some));
/** Only an MLA grants all but some, and only programmes. */
const grant: fc.Arbitrary<Grant> = fc.oneof(
  listed,
  listed.map((some) => except(...some.values)),
);
const record: fc.Arbitrary<ScopeRecord> = fc.record(
  { activity: listed, programme: grant, standard: listed, cbamActivityGroup: listed, territory: listed },
  { requiredKeys: [] },
);
const records = fc.array(record, { minLength: 1, maxLength: 3 });
const demand: fc.Arbitrary<Demand> = fc.record(
  Object.fromEntries(DIMENSIONS.map((name) => [name, fc.constantFrom(...values)])) as Record<
    string,
    fc.Arbitrary<string>
  >,
  { requiredKeys: ['activity', 'programme'] },
);
const RUNS = { numRuns: Math.ceil(10_000 * Number(process.env['PROPERTY_RUNS'] ?? '1')) };
const granted = (scope: readonly ScopeRecord[], asked: Demand): boolean => scope.some((entry) => covers(entry, asked));

describe('properties of scopes', () => {
  it('what passes below passed above: a link never widens', () => {
    fc.assert(
      fc.property(records, records, demand, (parents, children, { cbamActivityGroup: _group, ...asked }) => {
        if (!granted(intersectScopes(parents, children), asked)) return;
        expect(granted(children, asked)).toBe(true);
        expect(granted(parents, asked)).toBe(true);
      }),
      RUNS,
    );
  });

  it('one pair of records decides: both grant it, and only then the intersection does', () => {
    fc.assert(
      fc.property(record, record, demand, (parent, child, asked) => {
        const { standard: _standard, cbamActivityGroup: _group, ...plain } = asked;
        const both = covers(parent, plain) && covers(child, plain);
        expect(granted(intersectScopes([parent], [child]), plain)).toBe(both && !hasEmptyDimension(parent, child));
      }),
      RUNS,
    );
  });

  it('removing a value from any record grants nothing new', () => {
    fc.assert(
      fc.property(records, records, demand, fc.nat(), fc.nat(), (parents, children, asked, at, which) => {
        const fewer = withoutOneValue(children, at, which);
        if (granted(intersectScopes(parents, fewer), asked)) {
          expect(granted(intersectScopes(parents, children), asked)).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it('the order of records changes nothing', () => {
    fc.assert(
      fc.property(records, records, (parents, children) => {
        expect(intersectScopes([...parents].reverse(), [...children].reverse())).toEqual(
          intersectScopes(parents, children),
        );
      }),
      RUNS,
    );
  });
});

function hasEmptyDimension(parent: ScopeRecord, child: ScopeRecord): boolean {
  return intersectScopes([parent], [child]).length === 0;
}

/** Takes one listed value out of one grant of the kind that lists what is allowed. */
function withoutOneValue(scope: readonly ScopeRecord[], at: number, which: number): readonly ScopeRecord[] {
  return scope.map((entry, index) => {
    if (index !== at % scope.length) return entry;
    const name = DIMENSIONS[which % DIMENSIONS.length] ?? 'activity';
    const old = entry[name];
    if (old?.kind !== 'only') return entry;
    return { ...entry, [name]: only(...old.values.slice(1)) };
  });
}
