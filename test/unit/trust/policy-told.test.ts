/**
 * What a policy may hold, and what is said of one that holds something else. The schema is what OpenAPI and editors show; the faults are
 * what an operator reads. Both are kept in told/policy.json.
 */
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { policyJsonSchema, readPolicy } from '../../../src/trust/policy.ts';
import { readExample } from '../../support/example-credentials.ts';
import { applyPatch, type PatchOperation } from '../../support/json-patch.ts';
import { createRecord } from '../../support/told.ts';

const toldBefore = createRecord('policy');
const steel = readExample('steel-coil')['policy'] as JsonObject;
const set = (path: string, value: JsonValue): PatchOperation => ({ op: 'add', path, value });
const faultsOf = (value: unknown): readonly string[] => {
  const read = readPolicy(value);
  return read.ok
    ? []
    : read.findings.map(({ check, code, pointer, detail }) => `${check} ${code} ${pointer}: ${detail}`);
};
const source = { document: 'fictional', date: '2026-09-20' };
const FROM = '2026-12-01T00:00:00Z';
const key = { verificationMethod: 'did:web:ab.example#k', from: FROM, source };
const row = { act: 'Act', cnCode: '7208', year: '2026', value: '1.5', unit: 'tCO2e', per: 't' };

/** A line for each member: where it is, and what it may be. */
function linesOf(schema: JsonValue | undefined, path = ''): string[] {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return [];
  const { properties, items, required, additionalProperties, ...rest } = schema as JsonObject;
  const more = additionalProperties === false ? 'no other member' : JSON.stringify(additionalProperties);
  const own = [
    JSON.stringify(rest),
    ...(required === undefined ? [] : [`needs ${(required as string[]).join(', ')}`]),
    ...(additionalProperties === undefined ? [] : [`others: ${more}`]),
  ];
  return [
    `${path === '' ? '/' : path} ${own.join('; ')}`,
    ...Object.entries((properties ?? {}) as JsonObject).flatMap(([name, inner]) => linesOf(inner, `${path}/${name}`)),
    ...linesOf(items, `${path}/*`),
  ];
}

describe('the schema of a policy', () => {
  it('is the one on record', () => {
    const lines = linesOf(policyJsonSchema());
    expect(lines).toEqual(toldBefore('schema', lines));
    expect(lines.length).toBeGreaterThan(60);
  });
});

describe('what is said of a policy', () => {
  it.each<[string, PatchOperation[]]>([
    ['a DID that is none', [set('/anchors/0/did', 'ab-italy.example')]],
    ['a day that is none', [set('/anchors/0/validFrom', '2026-02-30')]],
    ['two days that are none', [set('/anchors/0/validFrom', 'a'), set('/anchors/0/validUntil', 'b')]],
    ['a day of a source that is none', [set('/anchors/0/source/date', 'soon')]],
    ['an interval that ends first', [set('/anchors/0/validUntil', '2026-01-01')]],
    ['an interval that ends much earlier', [set('/anchors/0/validUntil', '2020-01-01')]],
    ['an anchor for no programme', [set('/anchors/0/programmes', [])]],
    ['an anchor for no activity', [set('/anchors/0/activities', [])]],
    ['an anchor for nothing', [set('/anchors/0/programmes', []), set('/anchors/0/activities', [])]],
    ['a figure that is none', [set('/regimes/0/maximumMaterialityPercent', '5 %')]],
    ['a percentage below nought', [set('/regimes/0/maximumMaterialityPercent', '-1')]],
    ['a percentage that begins like one', [set('/regimes/0/maximumMaterialityPercent', '-x')]],
    ['a digest that is none', [set('/anchors/0/pinnedDidDocuments', ['x'])]],
    ['a country in small letters', [set('/anchors/0/territories', ['it'])]],
    ['a programme with capitals', [set('/anchors/0/programmes', ['CBAM'])]],
    ['an empty word', [set('/anchors/0/name/en', '')]],
    ['a name in a third language that is no text', [set('/anchors/0/name/fr', 1)]],
    ['a role that is none', [set('/anchors/0/role', 'company')]],
    ['a regime twice', [{ op: 'copy', from: '/regimes/0', path: '/regimes/-' }]],
    [
      'a regime three times',
      [
        { op: 'copy', from: '/regimes/1', path: '/regimes/-' },
        { op: 'copy', from: '/regimes/1', path: '/regimes/-' },
      ],
    ],
    ['a regime of its own without rules', [set('/regimes/0/id', 'mine')]],
    ['a built-in regime by other rules', [set('/regimes/0/basedOn', 'iso14067-pcf')]],
    [
      'CBAM wider than its law',
      [
        set('/regimes/0/legalBases', ['national']),
        set('/regimes/0/arrangementKinds', ['bilateral']),
        set('/regimes/0/programmes', ['eu-cbam', 'own']),
        set('/regimes/0/minimumAssurance', 'limited'),
      ],
    ],
    [
      'batteries wider than their law',
      [set('/regimes/1', { id: 'eu-battery-art7', legalBases: ['national'], minimumAssurance: 'limited' })],
    ],
    ['a rule whose data everybody is owed', [set('/regimes/0/notOwed', ['S1'])]],
    ['unknown members', [set('/x', 1), set('/regimes/0/y', 1)]],
    ['many unknown members', Array.from({ length: 12 }, (_, at) => set(`/x${at}`, 1))],
    ['a member with a long name', [set(`/${'x'.repeat(100)}`, 1)]],
    ['a path length of one', [set('/limits', { pathLength: 1 })]],
    ['no key', [set('/compromisedKeys', [{ from: FROM, source }])]],
    [
      'a key whose method has no fragment',
      [set('/compromisedKeys', [{ ...key, verificationMethod: 'did:web:ab.example' }])],
    ],
    ['a key whose method is none', [set('/compromisedKeys', [{ ...key, verificationMethod: 'k' }])]],
    ['a key since a day', [set('/compromisedKeys', [{ ...key, from: '2026-12-01' }])]],
    ['a key that is none', [set('/compromisedKeys', [{ ...key, publicKeyMultibase: 'xyz' }])]],
    ['a default value in another unit', [set('/referenceData', { defaultValues: [{ ...row, unit: 'kg' }] })]],
    ['a default value that is none', [set('/referenceData', { defaultValues: [{ ...row, value: 'much' }] })]],
    ['default values left out', [set('/referenceData', {})]],
  ])('with %s', (title, patch) => {
    const lines = faultsOf(applyPatch(steel, patch));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines).toEqual(toldBefore(title, lines));
  });
  it.each<[string, JsonValue | undefined]>([
    ['nothing', undefined],
    ['a text', '{}'],
    ['an array', []],
    ['an empty object', {}],
  ])('that is %s', (title, value) => {
    const lines = faultsOf(value);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines).toEqual(toldBefore(`that is ${title}`, lines));
  });
  it('is at most fifty faults', () => {
    expect(faultsOf({ ...steel, anchors: Array.from({ length: 60 }, () => ({})) })).toHaveLength(50);
  });
  it.each<[string, PatchOperation[]]>([
    [
      'a register for nothing',
      [set('/anchors/0/role', 'register'), set('/anchors/0/programmes', []), set('/anchors/0/activities', [])],
    ],
    ['a name in a third language', [set('/anchors/0/name/fr', 'x')]],
    ['a built-in regime by its own rules', [set('/regimes/0/basedOn', 'eu-cbam')]],
    ['a narrower CBAM', [set('/regimes/0/legalBases', []), set('/regimes/0/minimumAssurance', 'reasonable')]],
    [
      'another regime that is wider',
      [
        set('/regimes/1/legalBases', ['Reg-765/2008']),
        set('/regimes/1/arrangementKinds', ['bilateral']),
        set('/regimes/1/programmes', ['own']),
      ],
    ],
    [
      'a regime of its own wider than what it follows',
      [set('/regimes/0', { id: 'mine', basedOn: 'eu-cbam', legalBases: ['national'], minimumAssurance: 'limited' })],
    ],
    [
      'a key by itself',
      [set('/compromisedKeys', [{ publicKeyMultibase: `z6Mk${'A'.repeat(44)}`, from: FROM, source }])],
    ],
  ])('with %s is nothing', (_, patch) => {
    expect(faultsOf(applyPatch(steel, patch))).toEqual([]);
  });
});

describe('what a policy leaves out', () => {
  const policyOf = (policy: JsonObject) => {
    const read = readPolicy(policy);
    if (!read.ok) throw new Error(JSON.stringify(read.findings));
    return read.value;
  };
  it('is empty, and the limits are the usual ones', () => {
    const { trustedOrganisations: _, ...rest } = steel;
    const { anchors, digest: __, regimes: ___, ...read } = policyOf(rest);
    expect(read).toStrictEqual({
      trustedOrganisations: [],
      limits: { credentials: 64, pathLength: 5, links: 256 },
      defaultValues: [],
      compromisedKeys: [],
    });
    expect(anchors).toEqual(steel['anchors']);
    expect(policyOf({ ...rest, limits: { links: 9 } }).limits).toEqual({ credentials: 64, pathLength: 5, links: 9 });
  });
  it('of reference data and keys is kept as it stands', () => {
    const read = policyOf({ ...steel, referenceData: { defaultValues: [row] }, compromisedKeys: [key] });
    expect(read).toMatchObject({ defaultValues: [row], compromisedKeys: [key] });
  });

  const read = (settings: JsonObject) => policyOf({ ...steel, regimes: [settings] }).regimes[0];
  const usual = {
    ...{ decision: false, statement: true, minimumAssurance: 'limited', maximumMaterialityPercent: '5' },
    ...{
      conclusions: ['unmodified'],
      maximumPathLength: 3,
      statusFreshness: undefined,
      maximumStatementAge: undefined,
    },
    ...{ maximumExemptedEmissionsPercent: undefined, accreditationNow: false, audience: undefined },
  };
  const bases = ['national', 'Reg-765/2008', 'Reg-765/2008+DR-2025/2551'];
  const worksheet = ['A5', 'A6', 'A7'];
  const footprint = 'CarbonFootprintClaim';
  it.each<[string, JsonObject]>([
    [
      'iso14067-pcf',
      {
        claimType: footprint,
        programmes: ['iso14067-pcf'],
        legalBases: bases,
        arrangementKinds: ['mla-signatory'],
        notOwed: worksheet,
      },
    ],
    [
      'scheme-mra',
      {
        claimType: footprint,
        programmes: [],
        legalBases: bases,
        arrangementKinds: ['scheme-mra'],
        decision: true,
        notOwed: worksheet,
      },
    ],
    [
      'eu-cbam',
      {
        claimType: 'EmbeddedEmissionsClaim',
        programmes: ['eu-cbam'],
        legalBases: ['Reg-765/2008+DR-2025/2551'],
        arrangementKinds: [],
        minimumAssurance: 'reasonable',
        notOwed: ['B4', 'B12', 'B13'],
      },
    ],
    [
      'eu-battery-art7',
      { claimType: footprint, programmes: ['eu-battery-art7'], legalBases: [], arrangementKinds: [], notOwed: [] },
    ],
    [
      'catena-x-pcf',
      {
        claimType: footprint,
        programmes: ['catena-x-pcf'],
        legalBases: bases,
        arrangementKinds: ['mla-signatory', 'scheme-mra', 'bilateral'],
        notOwed: [],
      },
    ],
    [
      'pact-exchange',
      {
        claimType: footprint,
        programmes: [],
        legalBases: [],
        arrangementKinds: [],
        statement: false,
        notOwed: worksheet,
      },
    ],
  ])('of %s is what that regime admits', (id, own) => {
    expect(read({ id })).toStrictEqual({ id, kind: id, ...usual, ...own });
    const mine = read({ id: 'mine', basedOn: id });
    expect(mine).toStrictEqual({ ...usual, ...own, id: 'mine', kind: id, programmes: ['mine'] });
  });
  it('is left to the regime only where it says nothing itself', () => {
    const own = {
      ...{ programmes: ['a', 'b'], legalBases: ['national'], arrangementKinds: ['bilateral'], notOwed: [] },
      ...{ minimumAssurance: 'reasonable', maximumMaterialityPercent: '3', conclusions: ['modified'] },
      ...{ maximumPathLength: 4, maximumExemptedEmissionsPercent: '1', audience: 'buyer' },
    };
    const more = { statusFreshnessSeconds: 60, maximumStatementAgeDays: 2, accreditationInForce: 'statement-and-now' };
    expect(read({ id: 'iso14067-pcf', decision: 'accepted', ...own, ...more })).toMatchObject({
      ...{ ...own, decision: true, statusFreshness: 60_000, maximumStatementAge: 172_800_000, accreditationNow: true },
    });
    expect(read({ id: 'iso14067-pcf', accreditationInForce: 'statement' })).toMatchObject({ accreditationNow: false });
  });
});
