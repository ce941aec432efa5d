/** Layer `storage`, what an operator lives through: a full disk, and a fire (docs/threats.md, section 8). */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { runBackupDrills } from '../../support/backup-drills.ts';
import { ADMIN_TOKEN, bareCredential } from '../../support/node.ts';
import { type NodeProcess, startProcess } from '../../support/process.ts';
import { createRandom } from '../../support/random.ts';
import { createSmallVolume } from '../../support/small-volume.ts';
import { exchange } from '../raw-http.ts';
import { type Builder, checked } from '../trial.ts';
import type { World } from '../world.ts';
import { newDirectory } from './storage.ts';

const MEBIBYTE = 1024 * 1024;
const VOLUME = 32 * MEBIBYTE;
/** MiB. */
const RESERVE = 4;
/** Attempts, and milliseconds between them, until the node has looked at its disk again. */
const LOOKS = 40;
const BETWEEN_LOOKS = 100;

const diskFull: Builder = async (world) => [
  checked('a small volume filled, and emptied again', 'process', async () => {
    await using volume = await createSmallVolume(VOLUME);
    const environment = { ...volume.environment, DATA_DIR: join(volume.directory, 'data'), DISK_RESERVE: `${RESERVE}` };
    const life = await Client.start(world, environment);
    const wrong: string[] = [];
    const see = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
      for (let look = 0; look < LOOKS; look += 1) {
        if (await holds()) return;
        await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS));
      }
      wrong.push(what);
    };
    const reserve = async (): Promise<number> => (await stat(join(environment.DATA_DIR, 'store', 'reserve'))).size;
    const first = await life.issue();
    const second = await life.issue();
    if (first.status !== 201 || second.status !== 201) return ['nothing was issued'];
    await see('the reserve is not filled', async () => (await reserve()) === RESERVE * MEBIBYTE);

    await volume.leave(2 * MEBIBYTE);
    await see('nearly full, it still issues', async () => (await life.issue()).code === 'UNAVAILABLE');
    if ((await reserve()) !== RESERVE * MEBIBYTE) wrong.push('issuance was refused only after the reserve was touched');
    if (!(await life.verifies(first.body))) wrong.push('nearly full, it does not verify');
    if ((await life.revoke(first.body)) !== 200) wrong.push('nearly full, it does not revoke');

    await volume.leave(0);
    for (let count = 0; count < 20; count += 1) {
      if (!(await life.verifies(second.body))) wrong.push('full, it does not verify');
      if ((await life.challenge()) !== 200) wrong.push('full, it gives no challenge');
    }
    if ((await life.revoke(second.body)) !== 200) wrong.push('full, it does not revoke');
    if ((await life.issue()).code !== 'UNAVAILABLE') wrong.push('full, it issues');
    if ((await reserve()) !== 0) wrong.push('the reserve was not given up');
    const code = await life.stop();
    if (code !== 0) wrong.push(`stopped on a full disk it ended with ${code}`);

    const again = await Client.start(world, environment, life);
    if ((await again.issue()).code !== 'UNAVAILABLE') wrong.push('started on a full disk, it issues');
    if (await again.verifies(first.body)) wrong.push('a revocation on the full disk was lost');
    await volume.leave(VOLUME / 2);
    await see('with room again, it issues nothing', async () => (await again.issue()).status === 201);
    await see('the reserve is not filled again', async () => (await reserve()) === RESERVE * MEBIBYTE);
    if ((await again.stop()) !== 0) wrong.push('at the end it did not stop in order');
    return wrong;
  }),
];

interface Reply {
  readonly status: number;
  readonly code: unknown;
  // biome-ignore lint/suspicious/noExplicitAny: read by path
  readonly body: any;
}

interface Party {
  readonly did: string;
  readonly token: string;
}

/** One party at one process of the node. */
class Client {
  readonly #node: NodeProcess;
  readonly #party: Party;

  private constructor(node: NodeProcess, party: Party) {
    this.#node = node;
    this.#party = party;
  }

  static async start(world: World, environment: Record<string, string>, before?: Client): Promise<Client> {
    const node = await startProcess({ PUBLIC_URL: 'https://maker.example', ...environment });
    world.connections.expect(Number(new URL(node.url).port));
    if (before !== undefined) return new Client(node, before.#party);
    const body = { slug: 'maker', name: { en: 'M', ko: '엠' }, role: 'company' };
    return new Client(node, (await post(node.url, '/admin/organizations', body, ADMIN_TOKEN)).body);
  }

  issue(): Promise<Reply> {
    // The process has the time of the machine.
    const always = { validFrom: '2020-01-01T00:00:00Z', validUntil: '2099-01-01T00:00:00Z' };
    const credential = bareCredential(this.#party.did, always);
    return this.#post('/issuers/maker/credentials/issue', { credential });
  }

  async revoke({ verifiableCredential }: Reply['body']): Promise<number> {
    const change = { credentialId: verifiableCredential.id, statusPurpose: 'revocation', status: true };
    return (await this.#post('/issuers/maker/credentials/status', change)).status;
  }

  async verifies({ verifiableCredential }: Reply['body']): Promise<boolean> {
    return (await this.#post('/verifiers/maker/credentials/verify', { verifiableCredential })).body.verified === true;
  }

  async challenge(): Promise<number> {
    return (await this.#post('/verifiers/maker/challenges', {})).status;
  }

  stop(): Promise<number | null> {
    return this.#node.stop('SIGTERM');
  }

  #post(path: string, body: object): Promise<Reply> {
    return post(this.#node.url, path, body, path.startsWith('/verifiers') ? undefined : this.#party.token);
  }
}

async function post(url: string, path: string, body: object, token: string | undefined): Promise<Reply> {
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const headers = { 'content-type': 'application/json', ...authorization };
  const reply = await exchange(url, { method: 'POST', path, headers, body: JSON.stringify(body) });
  return { status: reply.status, code: reply.body?.['code'], body: reply.body };
}

const backedUp: Builder = async (world) => [
  checked('one drill under load; many more: npm run torture -- backup', 'process', async () => {
    const { issued } = await runBackupDrills({
      directory: await newDirectory(),
      drills: 1,
      least: 10,
      newStore: async () => ({}),
      random: createRandom(1),
      onNode: (node) => world.connections.expect(Number(new URL(node.url).port)),
    });
    return issued > 0 ? [] : ['nothing was issued before the backup'];
  }),
];

export const OPERATION_BUILDERS = { 'DB-002': diskFull, 'DB-005': backedUp } as const;
