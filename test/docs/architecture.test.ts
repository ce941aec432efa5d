import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const { ROOMS } = createRequire(import.meta.url)('../../scripts/floorplan.cjs') as { ROOMS: Record<string, string[]> };
const page = readFileSync('docs/architecture.md', 'utf8');

describe('docs/architecture.md', () => {
  it('draws the floor plan that the gate enforces', async () => {
    await expect(run('node', ['scripts/floorplan-drawing.mjs', '--check'])).resolves.toMatchObject({ stderr: '' });
  });

  it('has a section for every room', () => {
    const headings = page.split('\n').filter((line) => line.startsWith('### '));
    expect(headings).toEqual(Object.keys(ROOMS).map((room) => `### ${room}`));
  });
});
