/** Scopes by example, and which member of which credential feeds which dimension. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import type { Candidate } from '../../../src/trust/candidate.ts';
import type { AnchorEntry } from '../../../src/trust/policy.ts';
import { covers, except, excessOf, grantedValues, grants, intersectScopes, only } from '../../../src/trust/scope.ts';
import {
  coversVerification,
  demandOf,
  groupDemandsOf,
  scopeOfAnchor,
  scopeOfArrangement,
  scopesOfAccreditation,
  territoryOf,
} from '../../../src/trust/scope-records.ts';

const credential = (subject: JsonObject): Candidate => ({
  ...{ document: {}, id: 'urn:uuid:1', type: '', issuer: 'did:web:a.example', subject, validFrom: 0, validUntil: 1 },
  ...{ digest: '', keys: [], didDocuments: [], status: [] },
});

describe('an anchor', () => {
  it('grants what the policy says, everywhere unless it names countries', () => {
    const entry = { activities: ['verification'], programmes: ['a', 'b'] } as unknown as AnchorEntry;
    const granted = { activity: only('verification'), programme: only('a', 'b') };
    expect(scopeOfAnchor(entry)).toStrictEqual(granted);
    expect(scopeOfAnchor({ ...entry, territories: ['IT'] })).toStrictEqual({ ...granted, territory: only('IT') });
  });
});

describe('an arrangement among accreditation bodies', () => {
  const scope = (levels: JsonObject | undefined, more: JsonObject = {}) =>
    scopeOfArrangement(credential({ kind: 'mla-signatory', ...(levels === undefined ? {} : { levels }), ...more }));
  it.each<[string | undefined, readonly string[]]>([
    ['verification', ['verification']],
    ['validation', ['validation']],
    ['validation-and-verification', ['validation', 'verification']],
    ['inspection', []],
    [undefined, []],
  ])('grants by its level 2, %s, %j', (L2, activities) => {
    expect(scope(L2 === undefined ? {} : { L2 }).activity).toEqual(only(...activities));
  });
  it('grants by ISO/IEC 17029, with its year or without, what no act of the Union reserves', () => {
    const voluntary = except('eu-cbam', 'eu-battery-art7');
    expect(scope({ L3: 'ISO/IEC 17029' }).programme).toEqual(voluntary);
    expect(scope({ L3: 'ISO/IEC 17029:2019' }).programme).toEqual(voluntary);
    expect(scope({ L3: 'ISO/IEC 17029:2019 draft' }).programme).toEqual(only());
    expect(scope({ L3: 'ISO/IEC 17065' }).programme).toEqual(only());
    expect(scope({}).programme).toEqual(only());
    expect(scope(undefined).programme).toEqual(only());
  });
  it('grants no more than the criteria of its level 5', () => {
    const at5 = (...L5: string[]) => scope({ L3: 'ISO/IEC 17029', L5 }).programme;
    expect(at5('ISO 14067:2018')).toEqual(only('iso14067-pcf'));
    expect(at5('ISO 14067', 'ISO 14064-1')).toEqual(only('iso14067-pcf'));
    expect(at5('ISO 14064-1')).toEqual(only());
  });
  it('grants the standards of its level 4 and its countries where it names some', () => {
    expect(scope({ L4: ['ISO 14065:2020'] })).toMatchObject({ standard: only('ISO 14065:2020') });
    expect(scope({})).not.toHaveProperty('standard');
    expect(scope({}, { territory: ['KR', 'JP'] })).toMatchObject({ territory: only('KR', 'JP') });
    expect(scope({})).not.toHaveProperty('territory');
  });
  it('covers verification by its levels 2 and 3 together', () => {
    const covered = (levels: JsonObject) => coversVerification(credential({ levels }));
    const L3 = 'ISO/IEC 17029:2019';
    expect(covered({ L2: 'verification', L3 })).toBe(true);
    expect(covered({ L2: 'validation-and-verification', L3 })).toBe(true);
    expect(covered({ L2: 'validation', L3 })).toBe(false);
    expect(covered({ L2: 'verification', L3: 'ISO/IEC 17020' })).toBe(false);
    expect(covered({ L2: 'verification' })).toBe(false);
    expect(covered({ L3 })).toBe(false);
  });
});

describe('an arrangement of another kind', () => {
  it('grants verification under the programmes it names', () => {
    const subject = { kind: 'scheme-mra', programmes: ['a'], levels: { L2: 'validation', L4: ['x'] } };
    expect(scopeOfArrangement(credential(subject))).toStrictEqual({
      activity: only('verification'),
      programme: only('a'),
    });
    expect(scopeOfArrangement(credential({ kind: 'bilateral', territory: 'KR' }))).toStrictEqual({
      ...{ activity: only('verification'), programme: only(), territory: only('KR') },
    });
  });
});

describe('an accreditation', () => {
  it('grants a record for each of its scopes, and nothing by silence on activity or programme', () => {
    const scopes = [
      {
        ...{ activity: ['verification'], programme: 'a', normative: ['n'], cbamActivityGroups: ['V'] },
        ...{ sectors: ['steel'], locations: ['KR'] },
      },
      {},
    ];
    expect(scopesOfAccreditation(credential({ scopes }))).toStrictEqual([
      {
        ...{ activity: only('verification'), programme: only('a'), standard: only('n'), cbamActivityGroup: only('V') },
        ...{ sector: only('steel'), territory: only('KR') },
      },
      { activity: only(), programme: only() },
    ]);
    expect(scopesOfAccreditation(credential({}))).toEqual([]);
  });
});

describe('what a statement asks for', () => {
  it('is its engagement, programme and standard, and the place of the claim', () => {
    const statement = { engagement: 'verification', programme: 'a', verificationStandard: 'n' };
    const demand = { activity: 'verification', programme: 'a', standard: 'n' };
    expect(demandOf(credential(statement), credential({}))).toStrictEqual(demand);
    expect(demandOf(credential(statement), credential({ installation: { unLocode: 'KRKPO' } }))).toStrictEqual({
      ...demand,
      territory: 'KR',
    });
    const unsaid = demandOf(credential({}), credential({}));
    expect(unsaid).toStrictEqual({ activity: '', programme: '', standard: '' });
    expect(covers({ activity: only('verification'), programme: only('a') }, unsaid)).toBe(false);
  });
  it('has the place of the installation before that of the product', () => {
    const footprint = { pcf: { geographyCountry: 'IT' } };
    expect(territoryOf(credential({ footprint }))).toBe('IT');
    expect(territoryOf(credential({ footprint, installation: { unLocode: 'KRKPO' } }))).toBe('KR');
    expect(territoryOf(credential({}))).toBeUndefined();
  });
  it('is for CBAM a group for each good, and more where indirect emissions are actual or CO2 is captured', () => {
    const coil = { cnCode: '72083700', aggregatedGoodsCategory: 'iron-or-steel-products' };
    const groups = (...goods: JsonObject[]) => groupDemandsOf(credential({ goods }));
    expect(groups(coil)).toEqual([{ subject: '72083700', group: 'VIII' }]);
    expect(groups({ ...coil, aggregatedGoodsCategory: 'toys' })).toEqual([{ subject: '72083700', group: 'unknown' }]);
    expect(groups({})).toEqual([{ subject: '', group: 'unknown' }]);
    const indirect = (share?: string) => {
      const good = { ...coil, specificIndirect: '1' };
      return groups(share === undefined ? good : { ...good, indirectActualSharePercent: share }).slice(1);
    };
    const LII = [{ subject: '72083700', group: 'LII' }];
    expect([indirect('0'), indirect('0.0'), indirect('1'), indirect('x'), indirect()]).toEqual([[], [], LII, LII, LII]);
    expect(groups({ ...coil, indirectActualSharePercent: '1' })).toHaveLength(1);
    const captured = (co2Capture: JsonObject[string]) => groupDemandsOf(credential({ flags: { co2Capture } }));
    expect([captured(true), captured(false), captured('true')]).toEqual([
      [{ subject: 'co2Capture', group: 'L' }],
      [],
      [],
    ]);
  });
});

describe('scopes', () => {
  const dated = (...names: string[]) => [{ standard: only(...names) }];
  const standards = (parents: string[], children: string[]) =>
    intersectScopes(dated(...parents), dated(...children)).flatMap(({ standard }) => standard?.values ?? []);
  it('know a standard by its name where one side states no year, and then keep the year', () => {
    expect(standards(['N'], ['N:2019'])).toEqual(['N:2019']);
    expect(standards(['N:2019'], ['N'])).toEqual(['N:2019']);
    expect(standards(['N'], ['N'])).toEqual(['N']);
    expect(standards(['N:2018', 'N:2019'], ['N'])).toEqual(['N:2018', 'N:2019']);
    expect(standards(['N'], ['N:2019', 'N:2018', 'M'])).toEqual(['N:2018', 'N:2019']);
    expect(standards(['N:2018'], ['N:2019'])).toEqual([]);
    expect(standards(['N:2018:A'], ['N:A'])).toEqual([]);
    expect(standards(['N'], ['N:20191'])).toEqual([]);
    expect(intersectScopes([{ sector: only('N') }], [{ sector: only('N:2019') }])).toEqual([]);
  });
  it('take each value once and in order', () => {
    expect(only('b', 'a', 'b').values).toEqual(['b', 'a']);
    expect(intersectScopes([{ sector: only('b', 'a') }], [{ sector: only('a', 'b', 'b') }])).toEqual([
      { sector: only('a', 'b') },
    ]);
    expect(intersectScopes([{}], [{ sector: only('b', 'a') }])).toEqual([{ sector: only('a', 'b') }]);
    expect(intersectScopes([{ programme: except('b', 'a') }], [{ programme: except('b') }])).toEqual([
      { programme: except('a', 'b') },
    ]);
    expect(intersectScopes([{ programme: only('a', 'b') }], [{ programme: except('b') }])).toEqual([
      { programme: only('a') },
    ]);
  });
  it('are records that stand once, in one order', () => {
    const [a, b] = [{ sector: only('a') }, { sector: only('b') }];
    expect(intersectScopes([{}, {}], [b, a])).toEqual([a, b]);
    expect(intersectScopes([b, a], [{}])).toEqual([a, b]);
    expect(intersectScopes([], [a])).toEqual([]);
  });
  it('cover what one record grants in every dimension asked about', () => {
    const record = { activity: only('a'), programme: except('p') };
    expect(covers(record, { activity: 'a', programme: 'q', territory: 'KR' })).toBe(true);
    expect(covers(record, { activity: 'a', programme: 'p' })).toBe(false);
    expect(covers(record, { activity: 'a', programme: 'p' }, ['activity'])).toBe(true);
    expect(covers(record, { cbamActivityGroup: 'V' })).toBe(false);
    expect([grants(record, 'programme', 'p'), grants(record, 'programme', 'q')]).toEqual([false, true]);
  });
  it('are shown with what they leave out, and with what was not theirs to grant', () => {
    expect(grantedValues([{ programme: except('b', 'a') }, {}], 'programme')).toEqual(['*', '* - a, b']);
    const own = [
      { sector: only('b', 'a'), programme: except('x'), territory: only('KR'), cbamActivityGroup: only('V') },
    ];
    expect(excessOf([{ sector: only('c') }, { sector: only('a') }], own)).toEqual([
      { dimension: 'sector', values: ['b'] },
    ]);
    expect(excessOf([{}], own)).toEqual([]);
    expect(
      excessOf(
        [
          { territory: only('IT'), sector: only('a') },
          { territory: only('KR'), sector: only('b') },
        ],
        own,
      ),
    ).toEqual([]);
    expect(excessOf([{ territory: only('IT') }], [...own, { territory: only('JP') }])).toEqual([
      { dimension: 'territory', values: ['JP', 'KR'] },
    ]);
    expect(excessOf([{ cbamActivityGroup: only('VI') }], own)).toEqual([
      { dimension: 'cbamActivityGroup', values: ['V'] },
    ]);
  });
});
