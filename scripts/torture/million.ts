/** What a look-up, a revocation and a start cost, and what memory a node takes, with few credentials and with a million. */

import { ADMIN_TOKEN, bareCredential } from '../../test/support/node.ts';
import { startProcess } from '../../test/support/process.ts';
import { createRandom } from '../../test/support/random.ts';
import { createClient, createMaker, credentialIn, issue, type Maker, quantile } from './client.ts';
import { fill, idOf } from './fill.ts';
import { inDirectory, residentMiB } from './temporary.ts';

const SMALL = 1000;
const LOOK_UPS = 2000;
const REVOCATIONS = 500;
const MOST_MIB = 512;
/** Above this the cost is not flat. Medians of two runs of one machine differ by some tens of percent by themselves. */
const FLAT = 2;

interface Figures {
  readonly stored: number;
  readonly startMs: number;
  readonly lookUpMs: number;
  readonly revokeMs: number;
  readonly issueMs: number;
  readonly restMiB: number;
  readonly workedMiB: number;
}

/** Whether memory stayed below 512 MiB, and look-up and revocation cost about the same, from 1,000 credentials to this many. */
export function tortureMillion(count: number, seed: number): Promise<boolean> {
  return inDirectory('million', async (directory) => {
    const first = await startProcess({ DATA_DIR: directory });
    const client = createClient(first.url);
    const maker = await createMaker(client);
    const template = credentialIn((await issue(client, maker, bareCredential(maker.did))).text);
    client.close();
    await first.stop('SIGTERM');
    const rows: Figures[] = [];
    let stored = 0;
    for (const size of [SMALL, count]) {
      await fill(directory, stored, size, template);
      stored = size;
      rows.push(await measure(directory, size, maker, seed));
      console.log(show(rows.at(-1) as Figures));
    }
    const [small, large] = rows as [Figures, Figures];
    const held =
      Math.max(large.restMiB, large.workedMiB) < MOST_MIB &&
      large.lookUpMs / small.lookUpMs < FLAT &&
      large.revokeMs / small.revokeMs < FLAT;
    console.log(
      `million: ${held ? 'held' : 'FAILED'}; look-up × ${(large.lookUpMs / small.lookUpMs).toFixed(2)}, revocation × ${(large.revokeMs / small.revokeMs).toFixed(2)} (seed ${seed})`,
    );
    return held;
  });
}

async function measure(directory: string, stored: number, { token, did }: Maker, seed: number): Promise<Figures> {
  const random = createRandom(seed);
  const started = performance.now();
  const node = await startProcess({ DATA_DIR: directory });
  const startMs = performance.now() - started;
  const restMiB = residentMiB(node.child);
  const client = createClient(node.url);
  const one = async (act: (id: string) => ReturnType<typeof client.send>, wanted: number): Promise<number> => {
    const { status, text, milliseconds } = await act(idOf(Math.floor(random() * stored)));
    if (status !== wanted) throw new Error(`${status} ${text}`);
    return milliseconds;
  };
  const many = async (count: number, act: Parameters<typeof one>[0], wanted = 200): Promise<number> => {
    const times: number[] = [];
    for (let n = 0; n < count; n += 1) times.push(await one(act, wanted));
    return quantile(
      times.sort((a, b) => a - b),
      0.5,
    );
  };
  try {
    const lookUp = (id: string) => client.send('GET', `/issuers/maker/credentials/${id}`, undefined, token);
    await many(LOOK_UPS / 4, lookUp);
    const lookUpMs = await many(LOOK_UPS, lookUp);
    const revokeMs = await many(REVOCATIONS, (credentialId) => {
      const body = { credentialId, statusPurpose: 'revocation', status: true };
      return client.send('POST', '/issuers/maker/credentials/status', body, token);
    });
    const issueMs = await many(REVOCATIONS, () => issue(client, { did, token }, bareCredential(did)), 201);
    await many(20, () => client.send('GET', '/metrics', undefined, ADMIN_TOKEN));
    return { stored, startMs, lookUpMs, revokeMs, issueMs, restMiB, workedMiB: residentMiB(node.child) };
  } finally {
    client.close();
    await node.stop('SIGTERM');
  }
}

const show = (one: Figures): string =>
  [
    `${one.stored} stored: ready after ${(one.startMs / 1000).toFixed(2)} s`,
    `look-up ${one.lookUpMs.toFixed(2)} ms, revocation ${one.revokeMs.toFixed(2)} ms, issue ${one.issueMs.toFixed(2)} ms (medians)`,
    `${one.restMiB.toFixed(0)} MiB at rest, ${one.workedMiB.toFixed(0)} MiB after work`,
  ].join('; ');
