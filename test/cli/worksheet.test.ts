import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { digestOfJson } from '../../src/formats/digest.ts';
import { runCommand } from '../support/command-line.ts';
import { exampleCredentials } from '../support/example-credentials.ts';

const CSV = `role,name,quantity,factor,claim,claimDigest
input,cathode active material,0.560,21.80,urn:uuid:00000000-0000-4000-8000-000000000020,${digestOfJson('x')}
input,"anode, graphite",0.360,8.50,,
own,electricity,12.40,0.434,,
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proofprint-worksheet-'));
});
afterAll(() => rm(folder, { recursive: true }));

const run = (argv: readonly string[], files: Readonly<Record<string, string>> = {}, language: 'en' | 'ko' = 'en') =>
  runCommand(['worksheet', ...argv], { files, language });
const built = async (...more: readonly string[]): Promise<JsonObject> => {
  const { code, out, err } = await run(['build', 'rows.csv', ...more], { 'rows.csv': CSV });
  expect(code, err).toBe(0);
  return JSON.parse(out) as JsonObject;
};

describe('proofprint worksheet build', () => {
  it('makes a sheet from CSV and from JSON, with salts of its own each time', async () => {
    const sheet = await built();
    expect(sheet).toMatchObject({ total: '20.6496', aggregation: { leafCount: '3', verifiedSharePercent: '85.18' } });
    const leaves = sheet['leaves'] as JsonObject[];
    expect(leaves[1]).toMatchObject({ role: 'input', name: 'anode, graphite', quantity: '0.36', contribution: '3.06' });
    expect(leaves[0]?.['claim']).toMatchObject({ targetType: 'CarbonFootprintClaim' });
    const rows = leaves.map(({ salt: _s, contribution: _c, ...row }) => row);
    for (const content of [rows, { rows }]) {
      const again = await run(['build', 'r.json', '--json'], { 'r.json': JSON.stringify(content) });
      expect(JSON.parse(again.out)).toMatchObject({ total: '20.6496' });
      expect(JSON.parse(again.out).root).not.toBe(sheet['root']);
    }
  });
  it('pads, and writes to a file', async () => {
    expect((await built('--pad', '8'))['leaves']).toHaveLength(8);
    const file = join(folder, 'sheet.json');
    const { code, out, err } = await run(['build', 'rows.csv', '--out', file], { 'rows.csv': CSV });
    expect([code, out]).toEqual([0, '']);
    const sheet = JSON.parse(await readFile(file, 'utf8'));
    expect(err).toBe(`${sheet.root}  3  20.6496\n`);
  });
  it('says of every bad row where it is and why, and exits 1', async () => {
    const bad = CSV.replace('0.360', '"1,000"').replace('12.40', '-1').replace('21.80', '2e1');
    const { code, out, err } = await run(['build', 'rows.csv'], { 'rows.csv': bad });
    expect([code, out]).toEqual([1, '']);
    expect(err.split('\n').slice(0, -1)).toEqual([
      '  MALFORMED_VALUE_ERROR A value has the wrong form row 1, factor: must be written without an exponent',
      '  MALFORMED_VALUE_ERROR A value has the wrong form row 2, quantity: must be written without separators between thousands, with a point before decimals',
      '  RANGE_ERROR A value is out of range row 3, quantity: must not be below 0',
    ]);
    const inKorean = await run(['build', 'rows.csv'], { 'rows.csv': bad }, 'ko');
    expect(inKorean.err).toContain('2번째 행, quantity');
  });
  it.each<[string, string, string]>([
    ['a column too many', CSV.replace('claimDigest', 'price'), 'MALFORMED_VALUE_ERROR'],
    ['a column twice', CSV.replace('claimDigest', 'claim'), 'MALFORMED_VALUE_ERROR'],
    ['a column too few', CSV.replace('factor', 'verified'), 'MALFORMED_VALUE_ERROR'],
    ['a row too short', `${CSV}own,gas\n`, 'line 5'],
    ['no rows', 'role,name,quantity,factor\n', 'MALFORMED_VALUE_ERROR'],
    ['half a link', CSV.replace(digestOfJson('x'), ''), 'row 1, claim'],
  ])('refuses a table with %s', async (_what, table, said) => {
    const { code, err } = await run(['build', 'rows.csv'], { 'rows.csv': table });
    expect(code).toBe(1);
    expect(err).toContain(said);
  });
  it('tells wrong use from bad rows', async () => {
    const files = { 'rows.csv': CSV };
    for (const argv of [
      [],
      ['build'],
      ['build', 'a', 'b'],
      ['make', 'rows.csv'],
      ['build', 'rows.csv', '--pad', 'x'],
      ['build', 'rows.csv', '--salt', 'x'],
      ['build', 'nowhere.csv'],
      ['build', 'rows.csv', '--pad', '2'],
    ]) {
      expect((await run(argv, files)).code, argv.join(' ')).toBe(64);
    }
  });
});

describe('proofprint worksheet prove and check', () => {
  it('show one line that proves to the root, and no other', async () => {
    const sheet = await built();
    const files = { 's.json': JSON.stringify(sheet) };
    expect(await run(['check', 's.json'], files)).toEqual({
      code: 0,
      out: `the worksheet holds: ${String(sheet['root'])}  3  20.6496\n`,
      err: '',
    });
    const proof = await run(['prove', 's.json', '--leaf', '2'], files);
    const shown = JSON.parse(proof.out);
    expect(proof).toMatchObject({ code: 0, err: '' });
    expect(shown.leaves).toHaveLength(1);
    expect(proof.out).not.toContain('electricity');
    expect((await run(['check', 'p.json'], { 'p.json': proof.out })).code).toBe(0);
    const forged = { ...shown, leaves: [{ ...shown.leaves[0], name: 'nothing' }] };
    expect((await run(['check', 'p.json'], { 'p.json': JSON.stringify(forged) })).code).toBe(1);
    const rootless = { leaves: shown.leaves, paths: shown.paths };
    expect((await run(['check', 'p.json'], { 'p.json': JSON.stringify(rootless) })).code).toBe(2);
  });
  it('warn where one line stays hidden, and refuse a line that is not there or a sheet that does not hold', async () => {
    const files = { 's.json': JSON.stringify(await built()) };
    expect((await run(['prove', 's.json', '--leaf', '1', '--leaf', '3'], files)).err).toContain(
      'one line stays hidden',
    );
    expect((await run(['prove', 's.json', '--leaf', '1', '--leaf', '2', '--leaf', '3'], files)).err).toBe('');
    for (const argv of [
      ['prove', 's.json'],
      ['prove', 's.json', '--leaf', '0'],
      ['prove', 's.json', '--leaf', '4'],
    ]) {
      expect((await run(argv, files)).code, argv.join(' ')).toBe(64);
    }
    const altered = files['s.json'].replace('"12.4"', '"12.5"');
    const refused = await run(['prove', 's.json', '--leaf', '1'], { 's.json': altered });
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('line 3, contribution: is not quantity times factor');
  });
  it('re-add a sheet against the claim that states its root', async () => {
    const sheet = await built();
    const claim = exampleCredentials('battery-cell').get('claim:cell') ?? {};
    const subject = claim['credentialSubject'] as JsonObject;
    const footprint = subject['footprint'] as JsonObject;
    const pcf = { ...(footprint['pcf'] as JsonObject), pcfExcludingBiogenicUptake: '20.65' };
    const aggregation = { ...(sheet['aggregation'] as JsonObject), verifiedSharePercent: '85.18' };
    const fitting = { ...claim, credentialSubject: { ...subject, aggregation, footprint: { ...footprint, pcf } } };
    const check = (document: unknown, ...more: string[]) =>
      run(['check', 's.json', '--claim', 'c.json', ...more], {
        's.json': JSON.stringify(sheet),
        'c.json': JSON.stringify(document),
      });
    expect(await check(fitting)).toMatchObject({ code: 0 });
    expect(await check({ verifiableCredential: fitting })).toMatchObject({ code: 0 });
    const other = await check(claim, '--json');
    expect(other.code).toBe(1);
    const codes = JSON.parse(other.out).findings.filter(({ outcome }: { outcome: string }) => outcome === 'failed');
    expect(
      codes.map(({ code, pointer }: { code: string; pointer: string }) => `${code} ${pointer.split('/').at(-1)}`),
    ).toEqual([
      'CHAIN_DIGEST_MISMATCH leavesRoot',
      'RULE_FAILED leafCount',
      'RULE_FAILED pcfExcludingBiogenicUptake',
      'RULE_FAILED verifiedSharePercent',
    ]);
  });
});
