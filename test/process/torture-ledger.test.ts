/** A run of hours that is broken off goes on where it stopped, and never counts what other code did. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestOfCode, Ledger } from '../../scripts/torture/ledger.ts';

const RUN = { digest: 'code-a', runs: 20, seed: 1, rows: 2 };
const TALLY = { runs: 10, cpuSeconds: 1.5, error: undefined };

function file(): string {
  return join(mkdtempSync(join(tmpdir(), 'proofprint-ledger-')), 'deep', 'ledger.json');
}

describe('the ledger of a long run', () => {
  it('begins with nothing, and goes on with what was done', () => {
    const at = file();
    const first = Ledger.open(at, RUN);
    expect([first.begun, first.minutes, first.has(0)]).toEqual([false, 0, false]);
    first.add(0, 1, TALLY, 3);
    first.add(2, 1, TALLY, 4);
    const again = Ledger.open(at, RUN);
    expect([again.begun, again.minutes, [0, 1, 2].map((part) => again.has(part))]).toEqual([
      true,
      4,
      [true, false, true],
    ]);
    expect(again.tallies.map(({ runs, cpuSeconds }) => [runs, cpuSeconds])).toEqual([
      [0, 0],
      [20, 3],
    ]);
  });

  it.each([
    ['other code', { digest: 'code-b' }],
    ['another count', { runs: 21 }],
    ['another seed', { seed: 2 }],
  ])('begins anew for %s', (_, change) => {
    const at = file();
    Ledger.open(at, RUN).add(0, 0, TALLY, 3);
    expect(Ledger.open(at, { ...RUN, ...change }).begun).toBe(false);
  });

  it('begins anew after a fault, so that a fault is never passed over', () => {
    const at = file();
    Ledger.open(at, RUN).add(0, 0, { ...TALLY, error: 'a counterexample' }, 3);
    expect(Ledger.open(at, RUN).begun).toBe(false);
  });

  it('begins anew when the file cannot be read', () => {
    const at = join(mkdtempSync(join(tmpdir(), 'proofprint-ledger-')), 'ledger.json');
    writeFileSync(at, '{"digest": "code-a", ');
    expect(Ledger.open(at, RUN).begun).toBe(false);
  });

  it('tells code from code by names and contents, and passes over what is no code', () => {
    const root = mkdtempSync(join(tmpdir(), 'proofprint-code-'));
    const digest = () => digestOfCode(root, ['.']);
    writeFileSync(join(root, 'a.ts'), 'one');
    const one = digest();
    writeFileSync(join(root, 'notes.md'), 'two');
    expect(digest()).toBe(one);
    writeFileSync(join(root, 'a.ts'), 'two');
    expect(digest()).not.toBe(one);
  });
});
