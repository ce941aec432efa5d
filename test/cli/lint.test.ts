import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { runCommand } from '../support/command-line.ts';
import { readExample } from '../support/example-credentials.ts';
import { applyPatch } from '../support/json-patch.ts';
import { issueExample, issueUnsigned, policyOfExample } from '../support/worked-examples.ts';

const example = readExample('steel-coil');
const issued = await issueExample(example, issueUnsigned);
const draftOf = (key: string): JsonObject => {
  const { credentialStatus: _s, credentialSchema: _c, ...draft } = issued.credentials.get(key) ?? {};
  return draft;
};
const AT = ['--at', '2027-04-15T00:00:00Z', '--offline'];
const lint = (args: readonly string[], files: Record<string, JsonObject>, language: 'en' | 'ko' = 'en') =>
  runCommand(['lint', ...args], {
    language,
    files: Object.fromEntries(Object.entries(files).map(([name, value]) => [name, JSON.stringify(value)])),
  });

describe('proofprint lint', () => {
  it('finds nothing against a good claim', async () => {
    const claim = draftOf('claim:slab');
    const outcome = await lint(['claim.json', ...AT], { 'claim.json': claim });
    expect(outcome).toMatchObject({ code: 0, err: '' });
    expect(outcome.out).toContain('claim.json: can be issued\neu-cbam: ACCEPT — would meet the checks\n');
  });

  it('says which rule a claim breaks, and where', async () => {
    const claim = applyPatch(draftOf('claim:slab'), [
      { op: 'replace', path: '/credentialSubject/goods/0/functionalUnit', value: 'MWh' },
    ]);
    const outcome = await lint(['claim.json', '--json', ...AT], { 'claim.json': claim });
    expect(outcome.code).toBe(1);
    const [answer] = JSON.parse(outcome.out);
    expect([answer.findings, answer.advice]).not.toEqual([[], {}]);
  });

  it('cannot tell of a statement alone, and says in Korean what is missing', async () => {
    const outcome = await lint(['statement.json', '--lang', 'ko', ...AT], {
      'statement.json': draftOf('statement:coil'),
    });
    expect(outcome.code).toBe(2);
    expect(outcome.out).toContain('아직 알 수 없습니다');
    expect(outcome.out).toMatch(/… claim urn:uuid:.*: 제시되지 않음/);
  });

  it('asks the regimes of a policy', async () => {
    const files = { 'claim.json': draftOf('claim:slab'), 'policy.json': policyOfExample(example) };
    const outcome = await lint(['claim.json', '--policy', 'policy.json', '--regime', 'iso14067-pcf', ...AT], files);
    expect(outcome.code).toBe(1);
    expect(outcome.out).toContain('✗ R2 ');
    const unknown = await lint(['claim.json', '--policy', 'policy.json', '--regime', 'pact-exchange', ...AT], files);
    expect(unknown).toMatchObject({ code: 64, err: expect.stringContaining('no such regime') });
  });

  it('names supporting credentials that it could not use', async () => {
    const files = { 'statement.json': draftOf('statement:coil'), 'claim.json': draftOf('claim:coil') };
    const outcome = await lint(['statement.json', '--supporting', 'claim.json', ...AT], files);
    expect(outcome.code).not.toBe(0);
    expect(outcome.out).toMatch(/! urn:uuid:\S+ could not be used: /);
  });

  it('refuses what has not got the form of its type', async () => {
    const bare = await lint(['x.json'], { 'x.json': { type: ['VerifiableCredential', 'Nothing'] } });
    expect(bare.code).toBe(1);
    const template = JSON.parse(await readFile('docs/examples/footprint-claim.json', 'utf8')) as JsonObject;
    expect((await lint(['x.json'], { 'x.json': template })).code).toBe(1);
  });

  it.each([[[]], [['x.json', '--lang', 'fr']], [['x.json', '--at', 'soon']]])('takes no %j', async (args) => {
    expect((await lint(args, { 'x.json': {} })).code).toBe(64);
  });
});
