import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { digestOfJson } from '../../../src/formats/digest.ts';
import { readPolicy } from '../../../src/trust/policy.ts';
import { applyPatch, type PatchOperation } from '../../support/json-patch.ts';

const examples = ['steel-coil', 'battery-cell'].map((name) => {
  const file = new URL(`../../examples/${name}.json`, import.meta.url);
  return [name, (JSON.parse(readFileSync(file, 'utf8')) as { policy: JsonObject }).policy] as const;
});
const [, steel = {}] = examples[0] ?? [];

const replace = (path: string, value: JsonValue): PatchOperation[] => [{ op: 'replace', path, value }];
const add = (path: string, value: JsonValue): PatchOperation[] => [{ op: 'add', path, value }];
const remove = (path: string): PatchOperation[] => [{ op: 'remove', path }];

function pointersOf(value: unknown): (string | undefined)[] {
  const read = readPolicy(value);
  if (read.ok) return [];
  expect(read.findings.every((finding) => finding.code === 'CONFIG_REFUSED')).toBe(true);
  return read.findings.map((finding) => finding.pointer);
}

describe('readPolicy', () => {
  it.each(examples)('reads the policy of %s as it is, with the usual limits', (_name, policy) => {
    const read = readPolicy(policy);
    expect(read.ok && read.value.limits).toEqual({ credentials: 64, pathLength: 5, links: 256 });
    expect(read.ok && read.value.digest).toBe(digestOfJson(policy));
  });

  it('fills in what a built-in regime admits', () => {
    const read = readPolicy(applyPatch(steel, replace('/regimes', [{ id: 'eu-cbam' }, { id: 'scheme-mra' }])));
    expect(read.ok && read.value.regimes).toMatchObject([
      {
        id: 'eu-cbam',
        programmes: ['eu-cbam'],
        legalBases: ['Reg-765/2008+DR-2025/2551'],
        arrangementKinds: [],
        minimumAssurance: 'reasonable',
        maximumPathLength: 3,
        decision: false,
        notOwed: ['B4', 'B12', 'B13'],
      },
      { id: 'scheme-mra', decision: true, arrangementKinds: ['scheme-mra'], notOwed: ['A5', 'A6', 'A7'] },
    ]);
  });

  it('takes a regime of the party that follows a built-in one', () => {
    const own = { id: 'green-steel-club', basedOn: 'iso14067-pcf', legalBases: ['national'], notOwed: [] };
    const read = readPolicy(applyPatch(steel, replace('/regimes', [own])));
    expect(read.ok && read.value.regimes[0]).toMatchObject({
      kind: 'iso14067-pcf',
      programmes: ['green-steel-club'],
      notOwed: [],
    });
  });

  it.each<[string, PatchOperation[], string]>([
    ['no anchors', replace('/anchors', []), '/anchors'],
    ['anchors left out', remove('/anchors'), '/anchors'],
    ['no regimes', replace('/regimes', []), '/regimes'],
    ['an unknown member', add('/anchorz', []), '/anchorz'],
    ['an unknown member of an anchor', add('/anchors/0/trusted', true), '/anchors/0/trusted'],
    ['an unknown member of a regime', add('/regimes/0/minimumAssurence', 'limited'), '/regimes/0/minimumAssurence'],
    ['a DID that is none', replace('/anchors/0/did', 'ab-italy.example'), '/anchors/0/did'],
    ['an unknown role', replace('/anchors/0/role', 'company'), '/anchors/0/role'],
    ['an anchor for nothing', replace('/anchors/0/programmes', []), '/anchors/0/programmes'],
    ['an interval that ends first', replace('/anchors/0/validUntil', '2026-01-01'), '/anchors/0/validUntil'],
    ['a day that no calendar has', replace('/anchors/0/validFrom', '2026-02-30'), '/anchors/0/validFrom'],
    ['a name in one language', remove('/anchors/0/name/ko'), '/anchors/0/name/ko'],
    ['no source', remove('/trustedOrganisations/0/source'), '/trustedOrganisations/0/source'],
    [
      'a figure as a number',
      replace('/regimes/0/maximumMaterialityPercent', 5),
      '/regimes/0/maximumMaterialityPercent',
    ],
    ['a regime twice', [{ op: 'copy', from: '/regimes/0', path: '/regimes/-' }], '/regimes/2/id'],
    ['an own regime without rules', replace('/regimes/0/id', 'mine'), '/regimes/0/id'],
    ['CBAM on a national basis', replace('/regimes/0/legalBases', ['national']), '/regimes/0/legalBases'],
    ['CBAM through an arrangement', add('/regimes/0/arrangementKinds', ['bilateral']), '/regimes/0/arrangementKinds'],
    ['CBAM with limited assurance', replace('/regimes/0/minimumAssurance', 'limited'), '/regimes/0/minimumAssurance'],
    ['a rule whose data everybody is owed', add('/regimes/0/notOwed', ['S1']), '/regimes/0/notOwed/0'],
    ['more credentials than the cap', add('/limits', { credentials: 65 }), '/limits/credentials'],
  ])('refuses %s', (_name, patch, pointer) => {
    expect(pointersOf(applyPatch(steel, patch))).toContain(pointer);
  });

  it.each([[undefined], [null], ['{}'], [[]], [{}], [42]])('refuses %j', (value) => {
    expect(pointersOf(value).length).toBeGreaterThan(0);
  });
});
