import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runNodeKillCycles } from '../support/node-kill-cycles.ts';
import { createRandom } from '../support/random.ts';

it('a node killed at work loses nothing it acknowledged and gives no place out twice', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'proofprint-kill-'));
  const report = await runNodeKillCycles({ directory, cycles: 4, random: createRandom(42), mostActs: 60 });
  expect(report.cycles).toBe(4);
  expect(report.issued).toBeGreaterThan(10);
  expect(report.revoked).toBeGreaterThan(0);
  await rm(directory, { recursive: true, force: true });
}, 180_000);
