/**
 * The properties of docs/trust.md, section 7, a million runs each, on every core at once. A run that is broken off goes on where it
 * stopped, as long as the trust room and the properties are the same: hours need not be had in one piece.
 */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PropertyProcess } from '../../test/support/trust-properties/process.ts';
import { TRUST_PROPERTIES } from '../../test/support/trust-properties/table.ts';
import { digestOfCode, Ledger } from './ledger.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LEDGER = join(ROOT, 'reports', 'torture', 'trust.json');
const CODE = ['src/trust', 'test/support/trust-properties', 'test/support/trust-worlds.ts'];
/** Runs under one seed; what is told of a fault repeats no more than these. */
const RUNS_A_SEED = 5000;
const PROGRESS_MS = 60_000;

interface Part {
  readonly number: number;
  readonly index: number;
  readonly numRuns: number;
  readonly seed: number;
}

/** Whether every property held in all its runs. A property that failed is not asked again; the others go on. */
export async function tortureTrust(runs: number, seed: number): Promise<boolean> {
  const digest = digestOfCode(ROOT, CODE);
  const ledger = Ledger.open(LEDGER, { digest, runs, seed, rows: TRUST_PROPERTIES.length });
  if (ledger.begun) console.log(`trust: going on with ${LEDGER}`);
  const before = ledger.minutes;
  const begun = performance.now();
  const minutes = () => before + (performance.now() - begun) / 60_000;
  const parts = partsOf(runs, seed, ledger);
  const progress = setInterval(() => console.log(progressOf(ledger, runs, minutes())), PROGRESS_MS);
  try {
    await Promise.all(cpus().map(() => work(parts, ledger, minutes)));
  } finally {
    clearInterval(progress);
  }
  for (const [index, { number, name }] of TRUST_PROPERTIES.entries()) {
    const { runs: done, cpuSeconds, error } = ledger.tallies[index] ?? { runs: 0, cpuSeconds: 0 };
    const outcome = error === undefined ? 'held' : 'FAILED';
    console.log(`trust ${number}: ${outcome} in ${done} runs, ${cpuSeconds.toFixed(0)} s CPU: ${name}`);
    if (error !== undefined) console.error(error);
  }
  const failed = ledger.tallies.filter(({ error }) => error !== undefined).length;
  const summary = `${failed} of ${TRUST_PROPERTIES.length} properties failed, ${minutes().toFixed(1)} min`;
  console.log(`trust: ${summary} (seed ${seed}, code ${digest.slice(0, 12)})`);
  return failed === 0;
}

/** All properties turn by turn, so that a run that is broken off has tried each about as often. */
function* partsOf(runs: number, seed: number, ledger: Ledger): Generator<Part> {
  let number = 0;
  for (let done = 0; done < runs; done += RUNS_A_SEED) {
    const numRuns = Math.min(RUNS_A_SEED, runs - done);
    for (const index of TRUST_PROPERTIES.keys()) {
      if (!ledger.has(number)) yield { number, index, numRuns, seed: seed + done };
      number += 1;
    }
  }
}

async function work(parts: Iterator<Part>, ledger: Ledger, minutes: () => number): Promise<void> {
  const properties = await PropertyProcess.start();
  try {
    for (let next = parts.next(); !next.done; next = parts.next()) {
      const { number, index, numRuns } = next.value;
      if (ledger.tallies[index]?.error !== undefined) continue;
      const { error, cpuSeconds } = await properties.run(next.value);
      ledger.add(number, index, { runs: numRuns, cpuSeconds, error }, minutes());
    }
  } finally {
    properties.end();
  }
}

function progressOf({ tallies }: Ledger, runs: number, minutes: number): string {
  const done = tallies.reduce((sum, tally) => sum + tally.runs, 0);
  const percent = ((100 * done) / (runs * tallies.length)).toFixed(1);
  const failed = tallies.filter(({ error }) => error !== undefined).length;
  return `trust: ${percent} % after ${minutes.toFixed(0)} min, ${failed} failed`;
}
