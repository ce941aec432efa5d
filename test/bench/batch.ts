/**
 * Many credentials at once beside one after the other, on both stores in one run: the synced writes alone, whole issues, and a batch of
 * 10,000 with what it takes of memory and how long it holds others up.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createNode, type ProofprintNode } from '../../src/app.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { readConfig } from '../../src/config.ts';
import type { InstanceRecord, Store } from '../../src/store/store.ts';
import { exampleCredentials } from '../support/example-credentials.ts';
import { startPostgres } from '../support/postgres.ts';
import { machine } from './interleaved.ts';

/** As many as a batch works on together. */
const TOGETHER = 128;
const ROUNDS = 5;
const BATCH = 10_000;

type StoreName = 'level' | 'PostgreSQL';

interface Rates {
  readonly store: StoreName;
  readonly what: 'synced writes alone' | 'whole issues';
  /** A second. */
  readonly oneByOne: number;
  readonly together: number;
}

interface Run {
  readonly store: StoreName;
  readonly lines: number;
  readonly seconds: number;
  /** Of processor time of the node, which does not depend on what else the machine does. */
  readonly cpuSeconds: number;
  readonly residentMiB: number;
  readonly grownMiB: number;
  /** Milliseconds in which nothing else ran. */
  readonly heldUp99: number;
  readonly heldUpMost: number;
}

export interface BatchFigures {
  readonly rates: readonly Rates[];
  readonly runs: readonly Run[];
}

export async function measureBatches(): Promise<BatchFigures> {
  const server = await startPostgres();
  const directory = await mkdtemp(join(tmpdir(), 'proofprint-bench-batch-'));
  try {
    const rates: Rates[] = [];
    const runs: Run[] = [];
    for (const store of ['level', 'PostgreSQL'] as const) {
      const url = store === 'level' ? 'level' : await server.createDatabase();
      const node = await openNode(join(directory, store), url);
      try {
        const bench = await Bench.prepare(node, store);
        rates.push(await bench.writes(), await bench.issues());
        runs.push(await bench.batch());
      } finally {
        await node.close();
      }
    }
    return { rates, runs };
  } finally {
    await server[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  }
}

function openNode(directory: string, store: string): Promise<ProofprintNode> {
  const environment = { DATA_DIR: directory, STORE: store, POLICY_FILE: 'none', PUBLIC_URL: 'https://bench.example' };
  return createNode(readConfig(environment));
}

class Bench {
  readonly #node: ProofprintNode;
  readonly #name: StoreName;
  readonly #instance: InstanceRecord;
  readonly #credential: JsonObject;

  private constructor(node: ProofprintNode, name: StoreName, instance: InstanceRecord, credential: JsonObject) {
    this.#node = node;
    this.#name = name;
    this.#instance = instance;
    this.#credential = credential;
  }

  static async prepare(node: ProofprintNode, name: StoreName): Promise<Bench> {
    const { organisation } = await node.identity.createOrganisation({
      slug: 'maker',
      name: { en: 'Maker', ko: '제조사' },
      role: 'company',
      did: { method: 'key' },
    });
    const instance = await node.identity.requireInstance('issuer', 'maker', undefined);
    const {
      id: _,
      credentialStatus: __,
      proof: ___,
      ...claim
    } = exampleCredentials('steel-coil').get('claim:coil-pcf') as JsonObject;
    const bench = new Bench(node, name, instance, { ...claim, issuer: organisation.did });
    await bench.#lines(200);
    return bench;
  }

  /** Intent and result of an issue, each synced before the next one is asked for, and of as many issues asked for at once as a batch works on. */
  async writes(): Promise<Rates> {
    const { store } = this.#node;
    const one = (): Promise<void> => write(store, this.#instance, this.#credential);
    return this.#rates('synced writes alone', one, async () => {
      await Promise.all(Array.from({ length: TOGETHER }, one));
    });
  }

  async issues(): Promise<Rates> {
    const one = async (): Promise<void> => {
      await this.#node.issuer.issue(this.#instance, { credential: this.#credential });
    };
    return this.#rates('whole issues', one, () => this.#lines(TOGETHER));
  }

  async #rates(what: Rates['what'], one: () => Promise<void>, many: () => Promise<void>): Promise<Rates> {
    const single: number[] = [];
    const grouped: number[] = [];
    // Interleaved, so that a machine that slows down slows both.
    for (let round = 0; round < ROUNDS; round += 1) {
      single.push(
        await perSecond(TOGETHER, async () => {
          for (let index = 0; index < TOGETHER; index += 1) await one();
        }),
      );
      grouped.push(
        await perSecond(4 * TOGETHER, async () => {
          for (let index = 0; index < 4; index += 1) await many();
        }),
      );
    }
    return { store: this.#name, what, oneByOne: median(single), together: median(grouped) };
  }

  /** Looked at whole, then issued, as a request would be. */
  async batch(): Promise<Run> {
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 100);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const begun = performance.now();
    const used = process.cpuUsage();
    await this.#lines(BATCH);
    const seconds = (performance.now() - begun) / 1000;
    const { user, system } = process.cpuUsage(used);
    delay.disable();
    clearInterval(watch);
    const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
    return {
      store: this.#name,
      lines: BATCH,
      seconds,
      cpuSeconds: (user + system) / 1e6,
      residentMiB: mebibytes(most),
      grownMiB: mebibytes(most - before),
      heldUp99: delay.percentile(99) / 1e6,
      heldUpMost: delay.max / 1e6,
    };
  }

  async #lines(count: number): Promise<void> {
    const line = new TextEncoder().encode(`${JSON.stringify(this.#credential)}\n`);
    const input = async function* (): AsyncGenerator<Uint8Array> {
      for (let index = 0; index < count; index += 1) yield line;
    };
    const { run } = await this.#node.batches.issue({
      instance: this.#instance,
      mode: 'all',
      key: undefined,
      dryRun: false,
      regimes: undefined,
      language: 'en',
      superseding: undefined,
      signal: new AbortController().signal,
      input: input(),
    });
    let issued = 0;
    await run(async (result) => {
      if (result.status === 'issued') issued += 1;
      else throw new Error(`line ${result.line} is ${result.status}`, { cause: result });
    });
    if (issued !== count) throw new Error(`${issued} of ${count} were issued`);
  }
}

async function write(store: Store, instance: InstanceRecord, document: JsonObject): Promise<void> {
  const credentialId = `urn:uuid:${crypto.randomUUID()}`;
  const at = '2027-04-15T00:00:00Z';
  const { id: issuer, organisation } = instance;
  const type = 'CarbonFootprintClaim';
  const draft = () => document;
  const statusPurposes = ['revocation'];
  await store.recordIntent({ issuer, organisation, credentialId, type, statusPurposes, draft, at });
  await store.markIssued(credentialId, document, { at, answer: null, warnings: [] });
}

async function perSecond(count: number, work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return (count * 1000) / (performance.now() - begun);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export function batchTable({ rates, runs }: BatchFigures): string {
  return [
    `Machine: ${machine()}. Medians of ${ROUNDS} interleaved rounds in one process; PostgreSQL on the same machine. Footprint claims, eddsa-rdfc-2022.`,
    '',
    `| store | what | one after the other, a second | ${TOGETHER} at once, a second | times |`,
    '|---|---|---|---|---|',
    ...rates.map(
      ({ store, what, oneByOne, together }) =>
        `| ${store} | ${what} | ${oneByOne.toFixed(0)} | ${together.toFixed(0)} | ${(together / oneByOne).toFixed(1)} × |`,
    ),
    '',
    '| store | lines in one batch | seconds | a second | seconds of processor time of the node | resident, most | of that, grown | others held up, 99 % under | at most |',
    '|---|---|---|---|---|---|---|---|---|',
    ...runs.map(
      ({ store, lines, seconds, cpuSeconds, residentMiB, grownMiB, heldUp99, heldUpMost }) =>
        `| ${store} | ${lines} | ${seconds.toFixed(1)} | ${(lines / seconds).toFixed(0)} | ${cpuSeconds.toFixed(1)} | ${residentMiB} MiB | ${grownMiB} MiB | ${heldUp99.toFixed(0)} ms | ${heldUpMost.toFixed(0)} ms |`,
    ),
  ].join('\n');
}
