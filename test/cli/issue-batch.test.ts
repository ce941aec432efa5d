import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandOutcome, runCommand } from '../support/command-line.ts';
import { bareCredential, type Party, startNode, type TestNode } from '../support/node.ts';
import { workbookOf } from '../support/workbook.ts';

const PUBLIC_URL = 'https://maker.example';
let folder: string;
let node: TestNode;
let party: Party;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proofprint-issue-batch-'));
  node = await startNode({ environment: { PUBLIC_URL } });
  party = (
    await node.post(
      '/admin/organizations',
      { slug: 'maker', name: { en: 'M', ko: '엠' }, role: 'company', did: { method: 'key' } },
      'admin-token-for-tests-only',
    )
  ).body;
  await writeFile(join(folder, 'token'), `${party.token}\n`);
  const template = bareCredential(party.did, {
    credentialSubject: { id: party.did, name: '', description: 'a default' },
  });
  await writeFile(join(folder, 'template.json'), JSON.stringify(template));
});
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const put = async (name: string, content: string | Uint8Array): Promise<string> => {
  await writeFile(join(folder, name), content);
  return join(folder, name);
};
const overHttp = (file: string, more: readonly string[] = []): Promise<CommandOutcome> =>
  runCommand([
    ...['issue', '--batch', file, '--issuer', 'maker', '--node', node.url, '--token-file', join(folder, 'token')],
    ...more,
  ]);
const template = () => ['--template', join(folder, 'template.json')];
// biome-ignore lint/suspicious/noExplicitAny: results are read by path; a wrong path fails the assertion
const resultsOf = async (file: string): Promise<any[]> =>
  (await readFile(`${file}.results.ndjson`, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('proofprint issue --batch', () => {
  it('issues the rows of a CSV on a running node, numbered as in the table, and a rerun issues nothing again', async () => {
    const file = await put(
      'a.csv',
      '\ufeffcredentialSubject.name,/credentialSubject/description,# note\r\n=1+1,007.10,never read\r\n,,\r\n@x,,\r\n',
    );
    const first = await overHttp(file, template());
    expect(first).toEqual({ code: 0, out: `issued 2, valid 0, refused 0, lines 2\n${file}.results.ndjson\n`, err: '' });
    const results = await resultsOf(file);
    expect(results.map(({ line, verifiableCredential }) => [line, verifiableCredential.credentialSubject])).toEqual([
      [2, { id: party.did, name: '=1+1', description: '007.10' }],
      [4, { id: party.did, name: '@x' }],
    ]);
    expect(await overHttp(file, template())).toEqual(first);
    expect(await resultsOf(file)).toEqual(results);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('issues nothing when a row is bad, tells which, and goes on once it is put right', async () => {
    const rows = (name: string): string => `credentialSubject.name,validFrom\na,2026-11-01T00:00:00Z\nb,${name}\n`;
    const file = await put('b.csv', rows('1 November'));
    const bad = await overHttp(file, [...template(), '--json']);
    expect(JSON.parse(bad.out)).toMatchObject({ lines: 2, issued: 0, valid: 1, refused: 1 });
    expect(bad).toMatchObject({ code: 1, err: expect.stringContaining('line 3: MALFORMED_VALUE_ERROR') });
    const partly = await overHttp(file, [...template(), '--each']);
    expect(partly).toMatchObject({ code: 1, out: expect.stringContaining('issued 1, valid 0, refused 1') });
    const [issued] = await resultsOf(file);
    await put('b.csv', rows('2026-11-01T00:00:00Z'));
    expect(await overHttp(file, template())).toMatchObject({ code: 0 });
    expect((await resultsOf(file))[0]).toEqual(issued);
  });

  it('takes a workbook cell by cell as it was typed, and names the one it cannot take', async () => {
    const header = ['name', 'description'].map(
      (name, place) => `<c r="${'AB'[place]}1" t="inlineStr"><is><t>credentialSubject.${name}</t></is></c>`,
    );
    const sheet = (cell: string): Uint8Array =>
      workbookOf(`<row r="1">${header.join('')}</row><row r="3"><c r="A3" t="str"><v>n</v></c>${cell}</row>`);
    const file = await put('c.xlsx', sheet('<c r="B3"><v>0.10000000000000001</v></c>'));
    expect(await overHttp(file, [...template(), '--sheet', 'Batch'])).toMatchObject({ code: 0 });
    expect((await resultsOf(file))[0]).toMatchObject({
      line: 3,
      verifiableCredential: { credentialSubject: { description: '0.1' } },
    });
    await put('c.xlsx', sheet('<c r="B3"><f>A1</f><v>1</v></c>'));
    expect(await overHttp(file, template())).toMatchObject({
      code: 1,
      err: expect.stringContaining('cell B3 is a formula'),
    });
    expect(await overHttp(file, [...template(), '--sheet', 'Other'])).toMatchObject({ code: 1 });
  });

  it('tries a batch without issuing it, and keeps no key for that', async () => {
    const file = await put('d.ndjson', `${JSON.stringify(bareCredential(party.did))}\n`);
    expect(await overHttp(file, ['--dry-run'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('issued 0, valid 1'),
    });
    expect((await readdir(folder)).filter((name) => name.startsWith('d.')).sort()).toEqual([
      'd.ndjson',
      'd.ndjson.dry-run.ndjson',
    ]);
  });

  it.each([
    ['an unknown kind of file', ['e.txt'], 64],
    ['a table without a template', ['e.csv'], 64],
    ['a template with lines', ['e.ndjson', '--template', 'template.json'], 64],
    ['a file that is not there', ['nowhere.ndjson'], 64],
    ['half of an address', ['e.ndjson', '--node', 'http://127.0.0.1:9'], 64],
    ['a node that is not there', ['e.ndjson', '--node', 'http://127.0.0.1:9', '--token-file', 'token'], 2],
    ['a wrong token', ['e.ndjson', '--node', 'NODE', '--token-file', 'template.json'], 1],
  ])('says what is wrong with %s', async (_what, [file = '', ...more], code) => {
    await put('e.ndjson', '{}\n');
    await put('e.csv', 'a\n1\n');
    const args = more.map((one) =>
      one === 'NODE' ? node.url : /^[a-z]+(\.json)?$/.test(one) ? join(folder, one) : one,
    );
    const outcome = await runCommand(['issue', '--batch', join(folder, file), '--issuer', 'maker', ...args], {
      environment: { DATA_DIR: join(folder, 'data'), POLICY_FILE: 'none', PUBLIC_URL },
    });
    expect(outcome).toMatchObject({ code, out: '' });
  });

  it('issues on the node of DATA_DIR while none runs on it', async () => {
    await using other = await startNode({ environment: { PUBLIC_URL } });
    const { did } = (await other.createParty('maker')) as Party;
    await other.node.close();
    const credential = JSON.stringify(bareCredential(did));
    const lines = await put('g.ndjson', `${credential}\n{"a":\n`);
    const local = await runCommand(['issue', '--batch', lines, '--issuer', 'maker', '--each'], {
      environment: { DATA_DIR: other.directory, POLICY_FILE: 'none', PUBLIC_URL },
      language: 'ko',
    });
    expect(local).toMatchObject({
      code: 1,
      out: expect.stringContaining('2행 가운데 발급 1'),
      err: expect.stringContaining('2행: PARSING_ERROR'),
    });
    expect((await resultsOf(lines))[0]).toMatchObject({ line: 1, status: 'issued' });
  });
});
