import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readBlocks, typeIn } from '../support/documented-commands.ts';
import { type Script, startScript } from '../support/script.ts';
import { createTemporaryDirectory } from '../support/temporary-directory.ts';

const run = promisify(execFile);
const READY = /^proofprint listening on (\S+)$/m;

const start = (directory: string, more: Record<string, string> = {}): Script =>
  startScript(['scripts/start.mjs'], { DATA_DIR: directory, PORT: '0', ...more });

const readyUrl = async (script: Script): Promise<string> => (await script.waitFor(READY))[1] ?? '';

async function get(url: string, token: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function terminate(script: Script): Promise<number | null> {
  script.signal('SIGTERM');
  return script.exited;
}

describe('npm start without any configuration', () => {
  it('shows a demonstration network, begun anew after an interruption and kept over a restart', async () => {
    const directory = await createTemporaryDirectory();
    const marker = join(directory, 'demonstration.json');

    const interrupted = start(directory);
    await readyUrl(interrupted);
    expect(await terminate(interrupted)).toBe(0);
    expect(JSON.parse(await readFile(marker, 'utf8'))).toMatchObject({ state: 'filling' });

    const first = start(directory);
    const url = await readyUrl(first);
    const [, adminToken = ''] = await first.waitFor(/^ADMIN_TOKEN .*: (\S+)$/m);
    // What README asks a visitor to type holds at once, while the network is still being filled.
    const blocks = (await readBlocks('README.md')).map((block) => ({
      ...block,
      variables: { URL: url, ADMIN_TOKEN: adminToken },
    }));
    const said = await typeIn(blocks, Date.UTC(2026, 10, 1));
    expect(said.get('verify')).toBe('verified: true');
    expect(said.get('verify-again')).toBe('verified: false, code REVOKED');

    await first.waitFor(/10 of 10 answers as they must be/);
    const [, token = '', path = ''] = await first.waitFor(
      /BUYER=(\S+)[\s\S]*(\/verifiers\/buyer-desk\/evaluations\/\S+)\n/,
    );
    const asked = await get(url + path, token);
    expect(asked).toMatchObject({ status: 200, body: { results: { 'iso14067-pcf': { result: 'ACCEPT' } } } });

    // Every line it prints to look around with does what it says.
    const lines = first
      .output()
      .split('\n')
      .filter((line) => /^ {2}(BUYER=|curl )/.test(line));
    const { stdout } = await run('bash', ['-euc', lines.map((line) => `${line}; echo`).join('\n')]);
    const answers = stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
    expect(answers).toHaveLength(6);
    expect(answers.filter(({ status }) => status !== undefined)).toEqual([]);
    expect(answers[4]).toMatchObject({ changed: true });
    expect(answers[5].evaluations.length).toBeGreaterThan(0);

    expect(await terminate(first)).toBe(0);
    expect((await stat(marker)).mode & 0o777).toBe(0o600);
    expect(await readFile(marker, 'utf8')).not.toContain(adminToken);

    const second = start(directory);
    const again = await readyUrl(second);
    expect(second.output()).not.toMatch(/ADMIN_TOKEN|filling/);
    expect(await get(again + path, token)).toEqual(asked);
    const { headers } = await fetch(`${again}/health/ready`);
    expect(headers.get('proofprint-clock')).toBe('demonstration clock; now 2027-04-15T00:00:00Z');
    expect((await get(`${again}/admin/organizations`, adminToken)).status).toBe(200);
    expect(await terminate(second)).toBe(0);
  }, 120_000);
});

describe('npm start with a configuration', () => {
  it('is exactly the node that was configured', async () => {
    const directory = await createTemporaryDirectory();
    const adminToken = 'admin-token-for-tests-only';
    const script = start(directory, { ADMIN_TOKEN: adminToken, POLICY_FILE: 'none', LOG_LEVEL: 'error' });
    const url = await readyUrl(script);
    const { body } = await get(`${url}/admin/organizations`, adminToken);
    expect(body).toEqual({ organizations: [] });
    expect((await fetch(`${url}/health/ready`)).headers.get('proofprint-clock')).toBeNull();
    expect(await terminate(script)).toBe(0);
    await expect(stat(join(directory, 'demonstration.json'))).rejects.toThrow('ENOENT');
  }, 60_000);

  it('leaves a folder alone that is not its own demonstration', async () => {
    const directory = await createTemporaryDirectory();
    await writeFile(join(directory, 'notes.txt'), 'mine');
    const script = start(directory, { LOG_LEVEL: 'error' });
    const url = await readyUrl(script);
    expect((await fetch(`${url}/health/ready`)).headers.get('proofprint-clock')).toBeNull();
    expect(await terminate(script)).toBe(0);
    expect(await readFile(join(directory, 'notes.txt'), 'utf8')).toBe('mine');
  }, 60_000);
});
