/** How long a node that was killed at work takes until it answers again, with 100,000 credentials in its store. */
import { bareCredential } from '../../test/support/node.ts';
import { startProcess } from '../../test/support/process.ts';
import { createRandom } from '../../test/support/random.ts';
import { createClient, createMaker, credentialIn, issue } from './client.ts';
import { fill } from './fill.ts';
import { inDirectory } from './temporary.ts';

const STORED = 100_000;
const CLIENTS = 16;
const LONGEST_LIFE_MS = 1500;
const LIMIT_MS = 2000;

/** Whether a node was ready within two seconds after each of so many kills, and had everything that it had acknowledged. */
export function tortureRecovery(kills: number, seed: number): Promise<boolean> {
  return inDirectory('recovery', async (directory) => {
    const random = createRandom(seed);
    let node = await startProcess({ DATA_DIR: directory });
    let client = createClient(node.url);
    const maker = await createMaker(client);
    const template = credentialIn((await issue(client, maker, bareCredential(maker.did))).text);
    client.close();
    await node.stop('SIGTERM');
    await fill(directory, 0, STORED, template);
    node = await startProcess({ DATA_DIR: directory });
    const times: number[] = [];
    const acknowledged: string[] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      client = createClient(node.url);
      let alive = true;
      const clients = Array.from({ length: CLIENTS }, async () => {
        while (alive) {
          const { status, text } = await issue(client, maker, bareCredential(maker.did));
          if (status === 201) acknowledged.push(String(credentialIn(text)['id']));
        }
      });
      await new Promise((resolve) => setTimeout(resolve, 100 + random() * LONGEST_LIFE_MS));
      alive = false;
      await node.stop('SIGKILL');
      await Promise.all(clients);
      client.close();
      const started = performance.now();
      node = await startProcess({ DATA_DIR: directory });
      times.push(performance.now() - started);
    }
    client = createClient(node.url);
    let lost = 0;
    for (const id of acknowledged) {
      const { status } = await client.send('GET', `/issuers/maker/credentials/${id}`, undefined, maker.token);
      if (status !== 200) lost += 1;
    }
    client.close();
    await node.stop('SIGTERM');
    times.sort((a, b) => a - b);
    const [median = 0, slowest = 0] = [times[Math.floor(times.length / 2)], times.at(-1)];
    const held = slowest <= LIMIT_MS && lost === 0 && acknowledged.length > 0;
    console.log(
      `recovery: ${held ? 'held' : 'FAILED'}; ${kills} kills at work with ${STORED} stored: from the start of the process to ready, median ${median.toFixed(0)} ms, slowest ${slowest.toFixed(0)} ms; ${acknowledged.length} acknowledged meanwhile, ${lost} lost (seed ${seed})`,
    );
    return held;
  });
}
