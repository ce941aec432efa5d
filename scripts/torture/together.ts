/** Four nodes over one PostgreSQL that issue at once: nothing acknowledged is lost, nothing is given out twice, nothing fails in silence. */
import { inspectPostgres } from '../../src/store/postgres/inspect.ts';
import { bareCredential } from '../../test/support/node.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { startProcess } from '../../test/support/process.ts';
import { createClient, createMaker, credentialIn, issue, placeIn } from './client.ts';
import { inDirectory } from './temporary.ts';

const NODES = 4;
const CLIENTS_PER_NODE = 8;

export function tortureTogether(count: number, seed: number): Promise<boolean> {
  return inDirectory('together', async (directory) => {
    await using server = await startPostgres();
    const store = await server.createDatabase();
    const environment = { STORE: store, DATA_DIR: directory, PUBLIC_URL: 'http://localhost:8080' };
    const first = await startProcess(environment);
    const more = await Promise.all(Array.from({ length: NODES - 1 }, () => startProcess(environment)));
    const nodes = [first, ...more];
    const clients = nodes.map(({ url }) => createClient(url));
    const [front] = clients as [(typeof clients)[number]];
    const maker = await createMaker(front);
    const issued = new Map<string, string>();
    let [next, refused, failed] = [0, 0, false];
    const started = performance.now();
    const work = async (client: (typeof clients)[number]): Promise<void> => {
      while (next < count && !failed) {
        const key = `request-${seed}-${next}`;
        next += 1;
        // As a client does that was told to come back, with the same key.
        while (!failed) {
          const { status, text } = await issue(client, maker, bareCredential(maker.did), key);
          if (status === 201) {
            issued.set(String(credentialIn(text)['id']), placeIn(text));
            break;
          }
          if (status !== 503 && status !== 409) {
            failed = true;
            throw new Error(`${status} ${text}`);
          }
          refused += 1;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    };
    const working = clients.flatMap((client) => Array.from({ length: CLIENTS_PER_NODE }, () => work(client)));
    const outcomes = await Promise.allSettled(working);
    if (failed) for (const node of nodes) await node.stop('SIGKILL');
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    const seconds = (performance.now() - started) / 1000;
    let lost = 0;
    for (const [index, id] of [...issued.keys()].entries()) {
      const client = clients[index % NODES] ?? front;
      const { status } = await client.send('GET', `/issuers/maker/credentials/${id}`, undefined, maker.token);
      if (status !== 200) lost += 1;
    }
    for (const client of clients) client.close();
    for (const node of nodes) await node.stop('SIGTERM');
    const doubled = issued.size - new Set(issued.values()).size;
    const bad = (await inspectPostgres(store)).filter(({ outcome }) => outcome !== 'passed');
    const held = issued.size === count && lost === 0 && doubled === 0 && bad.length === 0;
    console.log(
      `together: ${held ? 'held' : 'FAILED'}; ${NODES} processes over one PostgreSQL issued ${issued.size} of ${count} in ${seconds.toFixed(0)} s (${(count / seconds).toFixed(0)} a second): ${lost} lost, ${doubled} places twice, ${refused} times told to come back; inspection found ${bad.length} faults`,
    );
    for (const { check, detail } of bad) console.log(`  ${check}: ${detail}`);
    return held;
  });
}
