/** kill -9 a node in the middle of a batch, send the batch again, kill it again: every line once, and whatever was answered stays as it was. */
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../src/base/clock.ts';
import { ADMIN_TOKEN, bareCredential } from '../../test/support/node.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { type NodeProcess, startProcess } from '../../test/support/process.ts';
import { createRandom } from '../../test/support/random.ts';
import { inDirectory } from './temporary.ts';

const LINES = 400;
/** Milliseconds from the moment a batch is taken to the kill. */
const SHORTEST_LIFE = 50;
const LONGEST_LIFE = 1500;
/** Each life begins so much later, in milliseconds: a store that is shared holds a batch for whoever is not heard of for half a minute. */
const BETWEEN_LIVES_MS = 60_000;

interface Report {
  kills: number;
  batches: number;
  /** Results that were read, each counted once. */
  answered: number;
}

/** So many kills, half of them on each store. */
export async function tortureBatch(kills: number, seed: number): Promise<boolean> {
  const each = Math.ceil(kills / 2);
  const level = await inDirectory('batch', (directory) => killIn('level', { DATA_DIR: directory }, each, seed));
  const shared = await inDirectory('batch-postgres', async (directory) => {
    await using server = await startPostgres();
    return await killIn('postgres', { DATA_DIR: directory, STORE: await server.createDatabase() }, each, seed);
  });
  return level && shared;
}

async function killIn(
  name: string,
  environment: Record<string, string>,
  kills: number,
  seed: number,
): Promise<boolean> {
  const random = createRandom(seed);
  const report: Report = { kills: 0, batches: 0, answered: 0 };
  let party: { did: string; token: string } | undefined;
  const places = new Set<string>();
  let lives = 0;
  while (report.kills < kills) {
    const key = randomUUID();
    const known = new Map<number, string>();
    for (let done = false; !done; ) {
      lives += 1;
      const clock = new Date(systemClock.now() + lives * BETWEEN_LIVES_MS).toISOString();
      const node = await startProcess({ ...environment, CLOCK: clock });
      party ??= await createParty(node);
      const last = report.kills >= kills;
      const life = last ? undefined : SHORTEST_LIFE + random() * (LONGEST_LIFE - SHORTEST_LIFE);
      done = await live(node, { party, key, known, life, report });
      if (done) {
        await check(node, party, known, places);
        report.batches += 1;
        await node.stop('SIGTERM');
      }
    }
    if (report.batches % 10 === 0) console.log(`batch, ${name}: ${JSON.stringify(report)}`);
  }
  console.log(
    `batch, ${name}: ${report.kills} kills in ${report.batches} batches of ${LINES}, ${report.answered} results answered: 0 lost, 0 issued twice (seed ${seed})`,
  );
  return true;
}

/** One life of a node: the batch is sent, and the node killed in the middle. True when the batch was done before. */
async function live(
  node: NodeProcess,
  {
    party,
    key,
    known,
    life,
    report,
  }: {
    party: { did: string; token: string };
    key: string;
    known: Map<number, string>;
    life: number | undefined;
    report: Report;
  },
): Promise<boolean> {
  let kill: NodeJS.Timeout | undefined;
  const taken = (): void => {
    if (life !== undefined) kill = setTimeout(() => node.child.kill('SIGKILL'), life);
  };
  try {
    const { status, lines } = await sendBatch(node, { party, key, taken, take: (line) => hold(line, known, report) });
    if (status === 200 && lines === LINES) return true;
    throw new Error(`${status}, ${lines} lines`);
  } catch (error) {
    // fetch failed, or the answer broke off: the node was killed.
    if (!(error instanceof TypeError)) throw error;
    report.kills += 1;
    await node.stop('SIGKILL').catch(() => undefined);
    return false;
  } finally {
    clearTimeout(kill);
  }
}

/** Whatever was answered once is answered so again. */
function hold(text: string, known: Map<number, string>, report: Report): void {
  const { line, status } = JSON.parse(text) as { line: number; status: string };
  if (status !== 'issued') throw new Error(`line ${line} is ${status}: ${text}`);
  const before = known.get(line);
  if (before !== undefined && before !== text) throw new Error(`line ${line} was answered otherwise before`);
  if (before === undefined) report.answered += 1;
  known.set(line, text);
}

async function sendBatch(
  node: NodeProcess,
  {
    party,
    key,
    taken,
    take,
  }: { party: { did: string; token: string }; key: string; taken: () => void; take: (line: string) => void },
): Promise<{ status: number; lines: number }> {
  const line = `${JSON.stringify(bareCredential(party.did))}\n`;
  const response = await fetch(`${node.url}/issuers/maker/credentials/batch?mode=each`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-ndjson',
      authorization: `Bearer ${party.token}`,
      'idempotency-key': key,
    },
    body: line.repeat(LINES),
  });
  if (response.status === 200) taken();
  let [rest, lines] = ['', 0];
  const decoder = new TextDecoder();
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    const parts = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    if (response.status !== 200) continue;
    for (const part of parts) take(part);
    lines += parts.length;
  }
  return { status: response.status, lines };
}

/** Each line has a credential of its own, a place of its own, and nothing was issued beside them. */
async function check(
  node: NodeProcess,
  party: { token: string },
  known: ReadonlyMap<number, string>,
  places: Set<string>,
): Promise<void> {
  const issued = [...known.values()].map((text) => JSON.parse(text));
  if (new Set(issued.map(({ credentialId }) => credentialId)).size !== LINES)
    throw new Error('a line was lost, or two are one');
  for (const { verifiableCredential } of issued) {
    const { statusListCredential, statusListIndex } = verifiableCredential.credentialStatus;
    const place = `${new URL(statusListCredential).pathname}#${statusListIndex}`;
    if (places.has(place)) throw new Error(`the place ${place} was given out twice`);
    places.add(place);
  }
  let [count, cursor] = [0, ''];
  do {
    const response = await fetch(`${node.url}/issuers/maker/credentials?limit=200${cursor}`, {
      headers: { authorization: `Bearer ${party.token}` },
    });
    const page = (await response.json()) as { credentials: { state: string }[]; next?: string };
    count += page.credentials.filter(({ state }) => state === 'issued').length;
    cursor = page.next === undefined ? '' : `&cursor=${page.next}`;
  } while (cursor !== '');
  if (count !== places.size) throw new Error(`${count} credentials are issued, ${places.size} were answered`);
}

async function createParty(node: NodeProcess): Promise<{ did: string; token: string }> {
  const response = await fetch(`${node.url}/admin/organizations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
    body: JSON.stringify({ slug: 'maker', name: { en: 'M', ko: '엠' }, role: 'company', did: { method: 'key' } }),
  });
  return (await response.json()) as { did: string; token: string };
}
