/** The properties of docs/trust.md, section 7, a million runs each, on every core at once. */
import { cpus } from 'node:os';
import { PropertyProcess } from '../../test/support/trust-properties/process.ts';
import { TRUST_PROPERTIES } from '../../test/support/trust-properties/table.ts';

/** Runs under one seed; what is told of a fault repeats no more than these. */
const RUNS_A_SEED = 5000;
const PROGRESS_MS = 60_000;

interface Tally {
  runs: number;
  cpuSeconds: number;
  error: string | undefined;
}

interface Part {
  readonly index: number;
  readonly numRuns: number;
  readonly seed: number;
}

/** Whether every property held in all its runs. A property that failed is not asked again; the others go on. */
export async function tortureTrust(runs: number, seed: number): Promise<boolean> {
  const tallies: Tally[] = TRUST_PROPERTIES.map(() => ({ runs: 0, cpuSeconds: 0, error: undefined }));
  const parts = partsOf(runs, seed);
  const begun = performance.now();
  const progress = setInterval(() => console.log(progressOf(tallies, runs, begun)), PROGRESS_MS);
  try {
    await Promise.all(cpus().map(() => work(parts, tallies)));
  } finally {
    clearInterval(progress);
  }
  for (const [index, { number, name }] of TRUST_PROPERTIES.entries()) {
    const tally = tallies[index] as Tally;
    const outcome = tally.error === undefined ? 'held' : 'FAILED';
    console.log(`trust ${number}: ${outcome} in ${tally.runs} runs, ${tally.cpuSeconds.toFixed(0)} s CPU: ${name}`);
    if (tally.error !== undefined) console.error(tally.error);
  }
  const failed = tallies.filter(({ error }) => error !== undefined).length;
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
  console.log(`trust: ${failed} of ${tallies.length} properties failed, ${minutes} min (seed ${seed})`);
  return failed === 0;
}

/** All properties turn by turn, so that a run that is broken off has tried each about as often. */
function* partsOf(runs: number, seed: number): Generator<Part> {
  for (let done = 0; done < runs; done += RUNS_A_SEED) {
    const numRuns = Math.min(RUNS_A_SEED, runs - done);
    for (const index of TRUST_PROPERTIES.keys()) yield { index, numRuns, seed: seed + done };
  }
}

async function work(parts: Iterator<Part>, tallies: readonly Tally[]): Promise<void> {
  const properties = await PropertyProcess.start();
  try {
    for (let next = parts.next(); !next.done; next = parts.next()) {
      const tally = tallies[next.value.index] as Tally;
      if (tally.error !== undefined) continue;
      const { error, cpuSeconds } = await properties.run(next.value);
      tally.runs += next.value.numRuns;
      tally.cpuSeconds += cpuSeconds;
      tally.error ??= error;
    }
  } finally {
    properties.end();
  }
}

function progressOf(tallies: readonly Tally[], runs: number, begun: number): string {
  const done = tallies.reduce((sum, tally) => sum + tally.runs, 0);
  const percent = ((100 * done) / (runs * tallies.length)).toFixed(1);
  const failed = tallies.filter(({ error }) => error !== undefined).length;
  return `trust: ${percent} % after ${((performance.now() - begun) / 60_000).toFixed(0)} min, ${failed} failed`;
}
