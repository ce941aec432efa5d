import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { ROOMS, COMPOSITION_ROOT } = createRequire(import.meta.url)('../../scripts/floorplan.cjs') as {
  ROOMS: Record<string, string[]>;
  COMPOSITION_ROOT: string[];
};

/** A copy of the house with something planted in it. */
function houseWith(files: Record<string, string>): string {
  const house = mkdtempSync(join(tmpdir(), 'house-'));
  houses.push(house);
  for (const name of ['src', 'scripts', '.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) {
    cpSync(join(root, name), join(house, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(house, path)), { recursive: true });
    writeFileSync(join(house, path), text);
  }
  return house;
}

function cruise(house: string): { status: number | null; output: string; modules: number } {
  const bin = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const run = spawnSync(process.execPath, [bin, '--config', '.dependency-cruiser.cjs', 'src'], {
    cwd: house,
    encoding: 'utf8',
  });
  const output = run.stdout + run.stderr;
  return {
    status: run.status,
    output,
    modules: Number(/\((\d+) modules/.exec(output)?.[1] ?? /(\d+) modules/.exec(output)?.[1] ?? 0),
  };
}

const houses: string[] = [];
afterAll(() => {
  for (const house of houses) rmSync(house, { recursive: true, force: true });
});

describe('the floor plan', () => {
  it('names every room that stands under src, and no file lies loose', () => {
    const entries = readdirSync(join(root, 'src'), { withFileTypes: true });
    expect(
      entries
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
        .sort(),
    ).toEqual(Object.keys(ROOMS).sort());
    for (const file of entries.filter((entry) => entry.isFile())) expect(COMPOSITION_ROOT).toContain(file.name);
  });

  it('lets each room import only rooms that stand below it', () => {
    const order = Object.keys(ROOMS);
    for (const [room, below] of Object.entries(ROOMS)) {
      for (const one of below) expect(order.indexOf(one), `${room} imports ${one}`).toBeLessThan(order.indexOf(room));
    }
  });

  it('is met by the house as it stands, and the gate sees the whole of it', () => {
    const { status, output, modules } = cruise(root);
    expect(output).toContain('no dependency violations found');
    expect(status).toBe(0);
    const files = readdirSync(join(root, 'src'), { recursive: true }).filter((name) => String(name).endsWith('.ts'));
    expect(modules).toBeGreaterThanOrEqual(files.length - 5);
  });

  /** Where each is planted, and the rule that has to name it. In one house, because looking through it is what takes long. */
  const PLANTS: readonly (readonly [what: string, files: Readonly<Record<string, string>>, rule: string])[] = [
    ['an upward import', { 'src/base/upward.ts': "export { jcs } from '../formats/jcs.ts';\n" }, 'floor-plan-base'],
    [
      'an upward type import',
      {
        'src/formats/upward-type.ts':
          "import type { Signer } from '../crypto/signer.ts';\nexport type Planted = Signer;\n",
      },
      'floor-plan-formats',
    ],
    [
      'a door that reads the store',
      { 'src/http/reader.ts': "import type { Store } from '../store/store.ts';\nexport type Planted = Store;\n" },
      'floor-plan-http',
    ],
    [
      'a fenced package outside its room',
      { 'src/services/fenced.ts': "import express from 'express';\nexport const planted = express;\n" },
      'fence-http',
    ],
    [
      'the network outside its room',
      { 'src/trust/network.ts': "import { get } from 'node:https';\nexport const planted = get;\n" },
      'fence-net',
    ],
    [
      'one service that knows another',
      { 'src/services/acquainted.ts': "export { Issuer } from './issuer.ts';\n" },
      'services-are-strangers',
    ],
    [
      'a cycle of types',
      {
        'src/base/cycle-a.ts': "import type { B } from './cycle-b.ts';\nexport interface A { readonly b?: B }\n",
        'src/base/cycle-b.ts': "import type { A } from './cycle-a.ts';\nexport interface B { readonly a?: A }\n",
      },
      'no-cycles',
    ],
  ];
  const planted: { errors: readonly string[] } = { errors: [] };

  it('is not met by a house with something planted in it', () => {
    const { status, output } = cruise(houseWith(Object.assign({}, ...PLANTS.map(([, files]) => files))));
    expect(status).not.toBe(0);
    planted.errors = output.split('\n').filter((line) => line.includes('error '));
    // Each plant is named, and nothing that was there before.
    const places = PLANTS.flatMap(([, files]) => Object.keys(files));
    expect(planted.errors.filter((line) => !places.some((place) => line.includes(place)))).toEqual([]);
  });

  it.each(PLANTS)('refuses %s', (_what, files, rule) => {
    const places = Object.keys(files);
    const told = planted.errors.filter((line) => places.some((place) => line.includes(place)));
    expect(told.some((line) => line.includes(rule))).toBe(true);
  });
});
