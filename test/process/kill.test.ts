import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runNodeKillCycles } from '../support/node-kill-cycles.ts';

it('a node killed at work loses nothing it acknowledged and gives no place out twice', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'proofprint-kill-'));
  let state = 42;
  // A small generator with a fixed seed: the moments of the kills differ, but not from run to run.
  const random = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  const report = await runNodeKillCycles({ directory, cycles: 4, random, mostActs: 60 });
  expect(report.cycles).toBe(4);
  expect(report.issued).toBeGreaterThan(10);
  expect(report.revoked).toBeGreaterThan(0);
  await rm(directory, { recursive: true, force: true });
}, 180_000);
