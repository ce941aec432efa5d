/**
 * A backup is taken while clients issue and revoke, the node is killed and everything it kept destroyed, the backup is restored in another
 * place, and the node that stands up there is held to what had been acknowledged before the backup began. Restores are killed too, and
 * begun anew. Throws at the first breach. Run once in CI (the corpus), many times by `npm run torture -- backup`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { PUBLIC_URL, placeOf } from './issued-places.ts';
import { ADMIN_TOKEN, bareCredential } from './node.ts';
import { type NodeProcess, startProcess } from './process.ts';

export interface DrillReport {
  drills: number;
  /** Acknowledged before a backup began, and looked at after its restore. */
  issued: number;
  revoked: number;
  /** Acknowledged while a backup was taken or after it: lost with the node, and their entries given to nobody. */
  forgotten: number;
  /** Restores that were killed before they ended. */
  killedRestores: number;
  /** Of the last backup. */
  bytes: number;
}

interface Issued {
  readonly id: string;
  readonly text: string;
  readonly place: string;
  revoked: boolean;
}

/** The processes have the time of the machine. */
const ALWAYS = { validFrom: '2020-01-01T00:00:00Z', validUntil: '2099-01-01T00:00:00Z' };
const CLIENTS = 4;
const built = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export async function runBackupDrills(options: {
  readonly directory: string;
  readonly drills: number;
  readonly random: () => number;
  /** Credentials to wait for before a backup is begun, and as many again at most. */
  readonly least?: number;
  /** `STORE` of an empty store. */
  readonly newStore: () => Promise<Record<string, string>>;
  readonly onNode?: (node: NodeProcess) => void;
  readonly onDrill?: (report: Readonly<DrillReport>) => void;
}): Promise<DrillReport> {
  const { directory, random, least = 50 } = options;
  const report: DrillReport = { drills: 0, issued: 0, revoked: 0, forgotten: 0, killedRestores: 0, bytes: 0 };
  await mkdir(directory, { recursive: true });
  const keyFile = join(directory, 'node.key');
  await writeFile(keyFile, `${'5a'.repeat(32)}\n`, { mode: 0o600 });
  const places = new Set<string>();
  let known = new Map<string, Issued>();
  let place = { DATA_DIR: join(directory, 'data-0'), ...(await options.newStore()) };
  let party: Party | undefined;
  const start = async (): Promise<NodeProcess> => {
    const node = await startProcess({ ...place, KEY_FILE: keyFile, PUBLIC_URL });
    options.onNode?.(node);
    return node;
  };
  let node = await start();
  for (let drill = 1; drill <= options.drills; drill += 1) {
    party ??= await createParty(node);
    const life = new Life(node, party, known, places);
    const clients = Array.from({ length: CLIENTS }, () => life.client());
    const enough = known.size + least + Math.floor(random() * least);
    while (known.size < enough) await wait(5);
    const before = new Map([...known].map(([id, issued]) => [id, { ...issued }]));
    const file = join(directory, `${drill}.tar`);
    await program(['backup', file], { ...place, KEY_FILE: keyFile });
    await wait(random() * 300);
    await node.stop('SIGKILL');
    await Promise.all(clients);
    report.bytes = (await stat(file)).size;
    report.forgotten += known.size - before.size;
    await rm(place.DATA_DIR, { recursive: true });

    place = { DATA_DIR: join(directory, `data-${drill}`), ...(await options.newStore()) };
    const environment = { ...place, KEY_FILE: keyFile, PUBLIC_URL };
    if (drill % 2 === 0 && (await isKilled(['restore', file], environment, 400 + random() * 800))) {
      report.killedRestores += 1;
    }
    // The same command again; where the kill came too late, everything is there already.
    const done = await program(['restore', file], environment, drill % 2 === 0 ? [0, 1] : [0]);
    if (done.code === 1 && !done.err.startsWith('CONFLICT')) throw new Error(done.err);
    await program(['fsck'], environment);
    node = await start();
    // What the node has forgotten may have been issued: known now is what was known then.
    known = before;
    await new Life(node, party, known, places).check(before);
    report.issued += before.size;
    report.revoked += [...before.values()].filter(({ revoked }) => revoked).length;
    report.drills += 1;
    await rm(file);
    options.onDrill?.(report);
  }
  await node.stop('SIGTERM');
  return report;
}

interface Party {
  readonly did: string;
  readonly token: string;
}

async function createParty(node: NodeProcess): Promise<Party> {
  const body = { slug: 'maker', name: { en: 'M', ko: '엠' }, role: 'company' };
  return JSON.parse((await send(node, '/admin/organizations', ADMIN_TOKEN, body)).text) as Party;
}

/** One node from its start to its end. */
class Life {
  readonly #node: NodeProcess;
  readonly #party: Party;
  readonly #known: Map<string, Issued>;
  readonly #places: Set<string>;
  readonly #lists = new Map<string, Buffer>();

  constructor(node: NodeProcess, party: Party, known: Map<string, Issued>, places: Set<string>) {
    this.#node = node;
    this.#party = party;
    this.#known = known;
    this.#places = places;
  }

  /** Issues, and revokes every fourth, until the node is gone. */
  async client(): Promise<void> {
    try {
      for (let count = 1; ; count += 1) {
        const issued = await this.issue();
        if (count % 4 !== 0) continue;
        const change = { credentialId: issued.id, statusPurpose: 'revocation', status: true };
        const answer = await send(this.#node, '/issuers/maker/credentials/status', this.#party.token, change);
        if (answer.status !== 200) throw new Error(`revoke answered ${answer.status}: ${answer.text}`);
        issued.revoked = true;
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // fetch failed: the node was killed
    }
  }

  async issue(): Promise<Issued> {
    const body = { credential: bareCredential(this.#party.did, ALWAYS) };
    const answer = await send(this.#node, '/issuers/maker/credentials/issue', this.#party.token, body);
    if (answer.status !== 201) throw new Error(`issue answered ${answer.status}: ${answer.text}`);
    const { verifiableCredential: credential } = JSON.parse(answer.text);
    const issued = { id: credential.id, text: JSON.stringify(credential), place: placeOf(credential), revoked: false };
    if (this.#places.has(issued.place)) throw new Error(`${issued.place} was given out twice`);
    this.#places.add(issued.place);
    this.#known.set(issued.id, issued);
    return issued;
  }

  /** Everything is there as it was, the newest verifies, and what is issued now stands in no place that was ever given out. */
  async check(acknowledged: ReadonlyMap<string, Issued>): Promise<void> {
    for (const { id, text, place, revoked } of acknowledged.values()) {
      const found = await get(this.#node, `/issuers/maker/credentials/${id}`, this.#party.token);
      if (found.status !== 200 || JSON.stringify(JSON.parse(found.text).verifiableCredential) !== text)
        throw new Error(`${id}, acknowledged before the backup, is lost or changed`);
      if (revoked && !(await this.#isSet(place))) throw new Error(`the revocation of ${id} is lost`);
    }
    const newest = [...acknowledged.values()].findLast(({ revoked }) => !revoked);
    if (newest !== undefined) {
      const body = { verifiableCredential: JSON.parse(newest.text) };
      const { text } = await send(this.#node, '/verifiers/maker/credentials/verify', undefined, body);
      if (JSON.parse(text).verified !== true && !(await this.#isSet(newest.place))) throw new Error(text);
    }
    for (let count = 0; count < CLIENTS; count += 1) await this.issue();
  }

  async #isSet(place: string): Promise<boolean> {
    const [url = '', index] = place.split('#');
    if (!this.#lists.has(url)) {
      const list = await get(this.#node, new URL(url).pathname, undefined);
      const { encodedList } = JSON.parse(list.text).credentialSubject as { encodedList: string };
      this.#lists.set(url, gunzipSync(Buffer.from(encodedList.slice(1), 'base64url')));
    }
    const byte = this.#lists.get(url)?.[Math.floor(Number(index) / 8)] ?? 0;
    return (byte & (0x80 >> (Number(index) % 8))) !== 0;
  }
}

function run(argv: readonly string[], environment: Record<string, string>) {
  const env = { PATH: process.env['PATH'] ?? '', ...environment };
  const child = spawn(process.execPath, [built, ...argv], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let err = '';
  child.stderr.on('data', (part: Buffer) => {
    err += part.toString();
  });
  return { child, ended: once(child, 'close'), said: () => err };
}

async function program(argv: readonly string[], environment: Record<string, string>, good: readonly number[] = [0]) {
  const { ended, said } = run(argv, environment);
  const [code] = (await ended) as [number | null];
  if (code === null || !good.includes(code)) throw new Error(`${argv[0]} ended with ${code}: ${said()}`);
  return { code, err: said() };
}

/** False when it ended before the kill came. */
async function isKilled(argv: readonly string[], environment: Record<string, string>, after: number): Promise<boolean> {
  const { child, ended } = run(argv, environment);
  await Promise.race([wait(after), ended]);
  child.kill('SIGKILL');
  await ended;
  return child.signalCode === 'SIGKILL';
}

async function send(node: NodeProcess, path: string, token: string | undefined, body: unknown) {
  const response = await fetch(node.url + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

async function get(node: NodeProcess, path: string, token: string | undefined) {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(node.url + path, { headers });
  return { status: response.status, text: await response.text() };
}
