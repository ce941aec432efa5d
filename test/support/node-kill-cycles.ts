import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { ADMIN_TOKEN, bareCredential } from './node.ts';
import { type NodeProcess, startProcess } from './process.ts';

export interface KillReport {
  cycles: number;
  issued: number;
  revoked: number;
  /** Requests cut off by a kill and repeated with the same Idempotency-Key. */
  repeated: number;
}

interface Issued {
  readonly id: string;
  readonly text: string;
  readonly place: string;
  readonly revoked: boolean;
}

const CLIENTS = 8;

/**
 * Kill a whole node with SIGKILL while clients issue and revoke over HTTP, start it again, and hold it to what it answered: every
 * acknowledged credential is there as it was, every acknowledged revocation shows in the published list, a repeated request gives one
 * credential, and no place in a status list is given out twice. Throws at the first breach.
 */
export async function runNodeKillCycles(options: {
  readonly directory: string;
  readonly cycles: number;
  readonly random: () => number;
  /** A life ends after at most this many acknowledged acts, in the middle of others. */
  readonly mostActs: number;
  readonly onCycle?: (report: Readonly<KillReport>) => void;
}): Promise<KillReport> {
  const report: KillReport = { cycles: 0, issued: 0, revoked: 0, repeated: 0 };
  const acknowledged = new Map<string, Issued>();
  const open = new Map<string, string>();
  let party: { did: string; token: string } | undefined;
  for (let cycle = 0; cycle <= options.cycles; cycle += 1) {
    const node = await startProcess({ DATA_DIR: options.directory });
    party ??= await createParty(node);
    const work = new Work(node, party, acknowledged, open, report);
    await work.repeatOpen();
    // Everything at the end; in between what the last life acknowledged, and a sample of the rest.
    await work.check(cycle === options.cycles ? undefined : { newest: 200, sampled: 50, random: options.random });
    if (cycle === options.cycles) {
      await node.stop('SIGTERM');
      break;
    }
    const clients = Array.from({ length: CLIENTS }, () => work.client());
    const target = report.issued + report.revoked + 1 + Math.floor(options.random() * options.mostActs);
    while (report.issued + report.revoked < target) await new Promise((resolve) => setTimeout(resolve, 2));
    await node.stop('SIGKILL');
    await Promise.all(clients);
    report.cycles += 1;
    options.onCycle?.(report);
  }
  return report;
}

async function createParty(node: NodeProcess): Promise<{ did: string; token: string }> {
  const answer = await send(node, '/admin/organizations', ADMIN_TOKEN, {
    slug: 'maker',
    name: { en: 'M', ko: '엠' },
    role: 'company',
  });
  return JSON.parse(answer.text) as { did: string; token: string };
}

/** What several clients do to one life of the node, and what they may hold it to afterwards. */
class Work {
  readonly #node: NodeProcess;
  readonly #party: { did: string; token: string };
  readonly #acknowledged: Map<string, Issued>;
  readonly #open: Map<string, string>;
  readonly #report: KillReport;

  constructor(
    node: NodeProcess,
    party: { did: string; token: string },
    acknowledged: Map<string, Issued>,
    open: Map<string, string>,
    report: KillReport,
  ) {
    this.#node = node;
    this.#party = party;
    this.#acknowledged = acknowledged;
    this.#open = open;
    this.#report = report;
  }

  /** Issues, and revokes every second credential, until the node is gone. */
  async client(): Promise<void> {
    try {
      for (let count = 1; ; count += 1) {
        const id = await this.issue(randomUUID());
        if (count % 2 === 0) await this.#revoke(id);
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // fetch failed: the node was killed
    }
  }

  async issue(key: string): Promise<string> {
    const body = JSON.stringify({ credential: bareCredential(this.#party.did) });
    this.#open.set(key, body);
    const answer = await send(this.#node, '/issuers/maker/credentials/issue', this.#party.token, body, {
      'idempotency-key': key,
    });
    if (answer.status !== 201) throw new Error(`issue answered ${answer.status}: ${answer.text}`);
    this.#open.delete(key);
    const { verifiableCredential: credential } = JSON.parse(answer.text);
    const { statusListCredential, statusListIndex } = credential.credentialStatus;
    const place = `${new URL(statusListCredential).pathname}#${statusListIndex}`;
    for (const one of this.#acknowledged.values()) {
      if (one.place === place && one.id !== credential.id) throw new Error(`the place ${place} was given out twice`);
    }
    const before = this.#acknowledged.get(credential.id);
    if (before !== undefined) throw new Error('an id was given out twice');
    this.#acknowledged.set(credential.id, {
      id: credential.id,
      text: JSON.stringify(credential),
      place,
      revoked: false,
    });
    this.#report.issued += 1;
    return credential.id;
  }

  async #revoke(id: string): Promise<void> {
    const answer = await send(this.#node, '/issuers/maker/credentials/status', this.#party.token, {
      credentialId: id,
      statusPurpose: 'revocation',
      status: true,
    });
    if (answer.status !== 200) throw new Error(`revoke answered ${answer.status}: ${answer.text}`);
    const known = this.#acknowledged.get(id);
    if (known !== undefined) this.#acknowledged.set(id, { ...known, revoked: true });
    this.#report.revoked += 1;
  }

  /** What was cut off is asked again with its key: one credential comes of it, whatever happened to the first try. */
  async repeatOpen(): Promise<void> {
    for (const [key, body] of [...this.#open]) {
      const ask = () =>
        send(this.#node, '/issuers/maker/credentials/issue', this.#party.token, body, { 'idempotency-key': key });
      const [first, second] = [await ask(), await ask()];
      if (first.status !== 201 || first.text !== second.text)
        throw new Error(`a repeated request gave ${first.status} and ${second.status}`);
      this.#open.delete(key);
      this.#report.repeated += 1;
      const { verifiableCredential: credential } = JSON.parse(first.text);
      const { statusListCredential, statusListIndex } = credential.credentialStatus;
      const place = `${new URL(statusListCredential).pathname}#${statusListIndex}`;
      this.#acknowledged.set(credential.id, {
        id: credential.id,
        text: JSON.stringify(credential),
        place,
        revoked: false,
      });
    }
  }

  async check(part: { newest: number; sampled: number; random: () => number } | undefined): Promise<void> {
    const all = [...this.#acknowledged.values()];
    const places = new Set<string>();
    for (const { place } of all) {
      if (places.has(place)) throw new Error(`the place ${place} was given out twice`);
      places.add(place);
    }
    const sample = (): Issued[] => {
      if (part === undefined || all.length === 0) return [];
      return Array.from({ length: part.sampled }, () => all[Math.floor(part.random() * all.length)] as Issued);
    };
    for (const { id, text, place, revoked } of part === undefined ? all : [...all.slice(-part.newest), ...sample()]) {
      const found = await get(this.#node, `/issuers/maker/credentials/${id}`, this.#party.token);
      if (found.status !== 200 || JSON.stringify(JSON.parse(found.text).verifiableCredential) !== text)
        throw new Error(`the acknowledged credential ${id} is lost or changed`);
      if (revoked) await this.#checkRevoked(id, place);
    }
  }

  readonly #lists = new Map<string, Buffer>();
  /** Read with a decoder of its own: the bit decides; a list too long for its notices may have left some out. */
  async #checkRevoked(id: string, place: string): Promise<void> {
    const [path = '', index] = place.split('#');
    if (!this.#lists.has(path)) {
      const list = await get(this.#node, path, undefined);
      const { encodedList } = JSON.parse(list.text).credentialSubject as { encodedList: string };
      this.#lists.set(path, gunzipSync(Buffer.from(encodedList.slice(1), 'base64url')));
    }
    const byte = this.#lists.get(path)?.[Math.floor(Number(index) / 8)] ?? 0;
    if ((byte & (0x80 >> (Number(index) % 8))) === 0) throw new Error(`the acknowledged revocation of ${id} is lost`);
  }
}

async function send(
  node: NodeProcess,
  path: string,
  token: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  const response = await fetch(node.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

async function get(
  node: NodeProcess,
  path: string,
  token: string | undefined,
): Promise<{ status: number; text: string }> {
  const response = await fetch(
    node.url + path,
    token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
  );
  return { status: response.status, text: await response.text() };
}
