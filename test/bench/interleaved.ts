import { cpus, totalmem } from 'node:os';

export interface Contestant {
  readonly name: string;
  /** One operation; must do the whole work, result checked by the caller beforehand. */
  readonly run: (input?: unknown) => unknown | Promise<unknown>;
  /** Makes the input of one operation; not counted. */
  readonly fresh?: () => unknown;
}

export interface Measurement {
  readonly name: string;
  /** Median microseconds of one operation. */
  readonly microseconds: number;
}

/**
 * Measure contestants in interleaved rounds within one process, so that a machine that slows down slows all of them.
 * Each round runs every contestant for about `roundMs`; the median of the rounds counts.
 */
export async function measure(
  contestants: readonly Contestant[],
  { rounds = 15, roundMs = 60 } = {},
): Promise<readonly Measurement[]> {
  const batches = new Map<string, number>();
  for (const contestant of contestants) batches.set(contestant.name, await batchSize(contestant, roundMs));
  const samples = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const contestant of contestants) {
      samples.get(contestant.name)?.push(await time(contestant, batches.get(contestant.name) ?? 1));
    }
  }
  return contestants.map(({ name }) => ({ name, microseconds: median(samples.get(name) ?? []) }));
}

export function machine(): string {
  const [first] = cpus();
  return `${first?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, OpenSSL ${process.versions.openssl}`;
}

async function batchSize(contestant: Contestant, roundMs: number): Promise<number> {
  // Warm up until the optimiser has had its say, then size the batch by the last pace.
  let microseconds = 0;
  for (const warmth of [5, 20, 50]) microseconds = await time(contestant, warmth);
  return Math.max(3, Math.round((roundMs * 1000) / microseconds));
}

async function time({ run, fresh }: Contestant, count: number): Promise<number> {
  const inputs = Array.from({ length: count }, () => fresh?.());
  const begun = process.hrtime.bigint();
  for (const input of inputs) await run(input);
  return Number(process.hrtime.bigint() - begun) / 1000 / count;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
