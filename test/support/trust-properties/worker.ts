/** A process of its own that runs properties as it is told: no test runner stands between the trust room and its compiler. */
import { createSetting } from './property.ts';
import { TRUST_PROPERTIES } from './table.ts';

export interface PropertyTask {
  /** Place in `TRUST_PROPERTIES`. */
  readonly index: number;
  readonly numRuns: number;
  readonly seed?: number;
}

export interface PropertyAnswer {
  /** What fast-check said: seed, path, counterexample. Absent when the property held. */
  readonly error?: string;
  readonly cpuSeconds: number;
}

if (process.send !== undefined) {
  const setting = await createSetting();
  process.on('message', ({ index, ...parameters }: PropertyTask) => {
    const begun = process.cpuUsage();
    const error = attempt(() => TRUST_PROPERTIES[index]?.assert(setting, parameters));
    const { user, system } = process.cpuUsage(begun);
    const answer: PropertyAnswer = { cpuSeconds: (user + system) / 1e6, ...(error === undefined ? {} : { error }) };
    process.send?.(answer);
  });
  process.send('ready');
}

function attempt(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
