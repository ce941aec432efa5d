import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { isAlive, type Script, startScript } from '../support/script.ts';
import { createTemporaryDirectory } from '../support/temporary-directory.ts';

const DEMO = 'scripts/demo/main.ts';

const processesOf = (script: Script): number[] =>
  [...script.output().matchAll(/process (\d+):/g)].map((match) => Number(match[1]));

/** What the nodes kept; the loader of TypeScript leaves a cache of its own. */
const leftIn = async (directory: string): Promise<string[]> =>
  (await readdir(directory)).filter((name) => name.startsWith('proofprint'));

describe('npm run demo', () => {
  it('tells the story on seven nodes in both languages, with every answer as it must be', async () => {
    const directory = await createTemporaryDirectory();
    const script = startScript(['scripts/run.mjs', DEMO, '--lang', 'en', '--lang', 'ko'], { TMPDIR: directory });
    expect(await script.exited, script.errors()).toBe(0);
    const output = script.output();
    expect(output).toMatch(/\b(\d+) of \1 answers are as they must be\. 7 nodes/);
    expect(output).toMatch(/답 (\d+)개 가운데 \1개가 예상대로입니다\. 노드 7개/);
    expect(output).not.toMatch(/NOT AS IT MUST BE|예상과 다름|undefined|\[object/);
    for (const line of [
      /steel coil for the CBAM declarant +eu-cbam +2027-04-15 +ACCEPT +yes/,
      /battery cell, for everybody +iso14067-pcf +2027-04-15 +ACCEPT +yes/,
      /battery cell, for everybody +scheme-mra +2027-04-15 +ACCEPT +yes/,
      /battery cell with the private sheet +iso14067-pcf +2027-04-15 +REJECT +A6 A7 +yes/,
      /steel coil for the CBAM declarant +eu-cbam +2027-05-10 +ACCEPT +yes/,
      /footprint of the coil for a customer +iso14067-pcf +2027-05-20 +REJECT +C2 +yes/,
      /steel coil for the CBAM declarant +eu-cbam +2027-06-01 +REJECT +time\.statement +yes/,
      /the import carries 4155\.28 t CO2e/,
      /refused \(INVALID_CHALLENGE_ERROR\)/,
      /CBAM 신고인용 열연코일 +eu-cbam +2027-04-15 +ACCEPT +예/,
    ]) {
      expect(output).toMatch(line);
    }
    const processes = processesOf(script);
    expect(new Set(processes).size).toBe(7);
    expect(processes.filter(isAlive)).toEqual([]);
    expect(await leftIn(directory)).toEqual([]);
  }, 180_000);

  it('stops its nodes and removes what they kept when it is interrupted', async () => {
    const directory = await createTemporaryDirectory();
    const script = startScript(['--import', 'tsx', DEMO], { TMPDIR: directory });
    await script.waitFor(/^2\. /m);
    const processes = processesOf(script);
    expect(processes.length).toBe(7);
    script.signal('SIGINT');
    expect(await script.exited).toBe(130);
    expect(processes.filter(isAlive)).toEqual([]);
    expect(await leftIn(directory)).toEqual([]);
  }, 120_000);

  it('refuses a language it does not speak', async () => {
    const script = startScript(['--import', 'tsx', DEMO, '--lang', 'tlh']);
    expect(await script.exited).toBe(64);
    expect(script.errors()).toMatch(/--lang en\|ko/);
  });
});
