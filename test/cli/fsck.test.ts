import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/base/finding.ts';
import { runCommand } from '../support/command-line.ts';
import { bareCredential, startNode } from '../support/node.ts';
import { createTemporaryDirectory } from '../support/temporary-directory.ts';

/** What a node leaves on disk that has issued and revoked. */
async function leave(directory: string, whileItRuns?: () => Promise<void>): Promise<void> {
  await using node = await startNode({ directory });
  const { did, token, slug } = await node.createParty('hanbit-steel');
  const body = { credential: bareCredential(did) };
  const issued = await node.post(`/issuers/${slug}/credentials/issue`, body, token);
  expect(issued.status).toBe(201);
  await whileItRuns?.();
}

const inspect = async (directory: string) => {
  const { code, out } = await runCommand(['fsck', '--json'], { environment: { DATA_DIR: directory } });
  return { code, findings: (JSON.parse(out) as { findings: readonly Finding[] }).findings };
};

describe('proofprint fsck', () => {
  it('finds that everything fits, in words and as JSON, and cannot look while the node runs', async () => {
    const directory = await createTemporaryDirectory();
    await leave(directory, async () => {
      const { code, findings } = await inspect(directory);
      expect(code).toBe(2);
      expect(findings).toMatchObject([{ check: 'store.lock', outcome: 'failed', code: 'STORE_LOCKED' }]);
      const { out } = await runCommand(['fsck'], { environment: { DATA_DIR: directory } });
      expect(out).toMatch(/^unknown store\.lock /);
    });
    const { code, findings } = await inspect(directory);
    expect(findings.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    expect(code).toBe(0);
    expect((await runCommand(['fsck'], { environment: { DATA_DIR: directory } })).out).toMatch(
      /^ok {6}store\.journal /,
    );
  });

  it('names what was changed', async () => {
    const directory = await createTemporaryDirectory();
    await leave(directory);
    const folder = join(directory, 'store', 'journal');
    const [segment = ''] = await readdir(folder);
    const text = await readFile(join(folder, segment), 'utf8');
    await writeFile(join(folder, segment), text.replace('hanbit-steel', 'hanbit-stool'));
    const { code, findings } = await inspect(directory);
    expect(code).toBe(1);
    expect(findings).toContainEqual(expect.objectContaining({ check: 'store.journal', code: 'STORE_INTEGRITY' }));
  });

  it('takes nothing but --json', async () => {
    expect((await runCommand(['fsck', 'everything'])).code).toBe(64);
  });
});
