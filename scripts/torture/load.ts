/** A node that issues and verifies for half an hour at half of what it can do, and is then asked for five times that. */
import type { JsonObject } from '../../src/base/json.ts';
import { bareCredential } from '../../test/support/node.ts';
import { type NodeProcess, startProcess } from '../../test/support/process.ts';
import {
  type Client,
  createClient,
  createMaker,
  credentialIn,
  issue,
  type Maker,
  type Reply,
  spread,
} from './client.ts';
import { inDirectory, residentMiB } from './temporary.ts';

/** Verifications for each issue. */
const VERIFIED_PER_ISSUE = 2.5;
const CLOSED_LOOP = 32;
const TRIAL_SECONDS = 20;
const OVERLOAD = 5;
const OVERLOAD_SECONDS = 20;
const RECOVERED_MS = 2000;
/** What a request takes at most where a node is well. */
const WELL_MS = 250;
const ANSWERS = new Set([200, 201, 429, 503]);

/** Whether nothing failed and memory did not grow, and overload was answered with 2xx, 429 and 503 alone and was over within two seconds. */
export function tortureLoad(minutes: number, seed: number): Promise<boolean> {
  return inDirectory('load', async (directory) => {
    const node = await startProcess({ DATA_DIR: directory });
    // A client that queued by itself would keep the overload from the node.
    const client = createClient(node.url, Number.POSITIVE_INFINITY);
    try {
      const work = await Work.begin(client);
      const most = await work.closedLoop(TRIAL_SECONDS);
      console.log(
        `load: ${most.toFixed(0)} requests a second at most, ${VERIFIED_PER_ISSUE} verifications for each issue`,
      );
      const steady = await holdSteady(node, work, most / 2, minutes);
      const over = await overload(work, most * OVERLOAD);
      console.log(`load: ${steady && over ? 'held' : 'FAILED'} (seed ${seed})`);
      return steady && over;
    } finally {
      client.close();
      await node.stop('SIGTERM');
    }
  });
}

async function holdSteady(node: NodeProcess, work: Work, rate: number, minutes: number): Promise<boolean> {
  const memory: number[] = [];
  const sample = setInterval(() => memory.push(residentMiB(node.child)), 10_000);
  const replies = await (await work.openLoop(rate, minutes * 60)).answered;
  clearInterval(sample);
  const failed = replies.filter(({ status }) => status !== 200 && status !== 201);
  // The first third is warming up: code is compiled, caches fill to their limits.
  const settled = memory.slice(Math.floor(memory.length / 3));
  const growth = slopeOf(settled) * 6 * 60;
  console.log(
    `load: ${replies.length} requests in ${minutes} min at ${rate.toFixed(0)} a second, ${failed.length} failed; ${spread(replies.map(({ milliseconds }) => milliseconds))}; memory ${settled[0]?.toFixed(0)} MiB after a third, ${settled.at(-1)?.toFixed(0)} MiB at the end, highest ${Math.max(...memory).toFixed(0)} MiB, trend ${growth.toFixed(1)} MiB an hour`,
  );
  for (const { status, text } of failed.slice(0, 5)) console.log(`  ${status} ${text.slice(0, 200)}`);
  return failed.length === 0;
}

async function overload(work: Work, rate: number): Promise<boolean> {
  const { answered } = await work.openLoop(rate, OVERLOAD_SECONDS);
  // From the last request that was too much, answered or not: what still waits is part of the overload.
  const ended = performance.now();
  let recovered = Number.NaN;
  while (performance.now() - ended < RECOVERED_MS * 5) {
    const { status, milliseconds } = await work.one();
    if ((status === 200 || status === 201) && milliseconds < WELL_MS) {
      recovered = performance.now() - ended;
      break;
    }
  }
  const replies = await answered;
  const counts = new Map<number, number>();
  for (const { status } of replies) counts.set(status, (counts.get(status) ?? 0) + 1);
  const said = [...counts].map(([status, count]) => `${count} × ${status === 0 ? 'connection broken' : status}`);
  const served = replies.filter(({ status }) => status < 300 && status > 0).map(({ milliseconds }) => milliseconds);
  console.log(
    `load: ${OVERLOAD} times as much for ${OVERLOAD_SECONDS} s: ${said.join(', ')}; served ${spread(served)}; well again ${recovered.toFixed(0)} ms after`,
  );
  for (const text of new Set(replies.filter(({ status }) => !ANSWERS.has(status)).map((reply) => reply.text)))
    console.log(`  ${text.slice(0, 200)}`);
  return recovered <= RECOVERED_MS && [...counts.keys()].every((status) => ANSWERS.has(status));
}

class Work {
  readonly #client: Client;
  readonly #maker: Maker;
  readonly #credential: JsonObject;
  #count = 0;

  constructor(client: Client, maker: Maker, credential: JsonObject) {
    this.#client = client;
    this.#maker = maker;
    this.#credential = credential;
  }

  static async begin(client: Client): Promise<Work> {
    const maker = await createMaker(client);
    const credential = credentialIn((await issue(client, maker, bareCredential(maker.did))).text);
    return new Work(client, maker, credential);
  }

  /** The next request; the answer counts as failed when it is 200 and does not verify. */
  async one(): Promise<Reply> {
    this.#count += 1;
    if (this.#count % (1 + VERIFIED_PER_ISSUE) < 1)
      return issue(this.#client, this.#maker, bareCredential(this.#maker.did));
    const body = { verifiableCredential: this.#credential };
    const reply = await this.#client.send('POST', '/verifiers/maker/credentials/verify', body);
    return reply.status === 200 && !reply.text.includes('"verified":true') ? { ...reply, status: -1 } : reply;
  }

  /** Requests a second that are answered when so many clients ask one after another. */
  async closedLoop(seconds: number): Promise<number> {
    const end = performance.now() + seconds * 1000;
    let done = 0;
    const client = async (): Promise<void> => {
      while (performance.now() < end) {
        const { status } = await this.one();
        if (status === 200 || status === 201) done += 1;
      }
    };
    await Promise.all(Array.from({ length: CLOSED_LOOP }, client));
    return done / seconds;
  }

  /** Requests at this rate whether or not earlier ones were answered; settles when the last one is sent. */
  async openLoop(rate: number, seconds: number): Promise<{ readonly answered: Promise<Reply[]> }> {
    const replies: Reply[] = [];
    const open = new Set<Promise<void>>();
    const started = performance.now();
    for (let sent = 0; ; ) {
      const elapsed = (performance.now() - started) / 1000;
      if (elapsed >= seconds) break;
      for (; sent < elapsed * rate; sent += 1) {
        const call = this.one().then(({ status, text, milliseconds }) => {
          replies.push({ status, text: status === 200 || status === 201 ? '' : text, milliseconds });
          open.delete(call);
        });
        open.add(call);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return { answered: Promise.all(open).then(() => replies) };
  }
}

/** Of the best straight line through values at equal distances, for one step. */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const up = values.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0);
  const across = values.reduce((sum, _, index) => sum + (index - middle) ** 2, 0);
  return across === 0 ? 0 : up / across;
}
