/** A node whose organisations keep their keys in SoftHSM 2. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NodeLog, silentLog } from '../../src/app.ts';
import { runCommand } from '../support/command-line.ts';
import { ADMIN_TOKEN, bareCredential, type Party, type Reply, startNode, type TestNode } from '../support/node.ts';
import { createSoftHsm, PIN, type SoftHsm } from '../support/softhsm.ts';
import { createTemporaryDirectory } from '../support/temporary-directory.ts';

let hsm: SoftHsm;
let node: TestNode;
let body: Party;
const told: string[] = [];
const log: NodeLog = {
  ...silentLog,
  event: (name, more) => told.push(`${name} ${String(more?.['what'] ?? '')}`),
};

beforeAll(async () => {
  hsm = await createSoftHsm(await createTemporaryDirectory());
  node = await startNode({ environment: { PUBLIC_URL: 'https://body.example', ...hsm.environment }, log });
  body = (await create('body', { did: { method: 'webvh' } })).body;
});
afterAll(() => node[Symbol.asyncDispose]());

const create = (slug: string, more: object = {}): Promise<Reply> =>
  node.post(
    '/admin/organizations',
    { slug, name: { en: slug, ko: slug }, role: 'verification-body', ...more },
    ADMIN_TOKEN,
  );
const issue = (who: Party, headers: Record<string, string> = {}, issuer = who.slug) =>
  node.post(`/issuers/${issuer}/credentials/issue`, { credential: bareCredential(who.did) }, who.token, headers);
const verify = async (reply: Reply) =>
  (await node.post('/verifiers/body/credentials/verify', { verifiableCredential: reply.body.verifiableCredential }))
    .body;
const keysOf = async (slug: string): Promise<{ state: string; holder?: string; keyType: string }[]> =>
  (await node.get(`/admin/organizations/${slug}`, ADMIN_TOKEN)).body.keys;

describe('an organisation with its keys in an HSM', () => {
  it('issues what verifies, twenty at once, also after a restart', async () => {
    expect(await keysOf('body')).toMatchObject([{ state: 'active', holder: 'pkcs11', keyType: 'Ed25519' }]);
    const issued = await Promise.all(Array.from({ length: 20 }, () => issue(body)));
    await node.restart();
    issued.push(await issue(body));
    for (const one of issued) expect(await verify(one)).toMatchObject({ verified: true });
  });

  it.each(['P-256', 'P-384'] as const)('signs with %s beside it', async (keyType) => {
    const id = `body-${keyType.toLowerCase()}`;
    const instance = { id, cryptosuite: 'ecdsa-rdfc-2019', keyType };
    expect((await node.post('/admin/organizations/body/issuers', instance, ADMIN_TOKEN)).status).toBe(201);
    expect(await verify(await issue(body, {}, id))).toMatchObject({ verified: true });
  });

  it('rotates, retires and replaces a compromised key as every other does', async () => {
    const rotate = (more: object = {}) => node.post('/admin/organizations/body/keys', more, ADMIN_TOKEN);
    const first = await issue(body);
    expect((await rotate()).status).toBe(201);
    const second = await issue(body);
    expect(await verify(first)).toMatchObject({ verified: true });
    expect(await verify(second)).toMatchObject({ verified: true });
    expect((await rotate({ compromised: true })).status).toBe(201);
    const states = (await keysOf('body')).filter(({ keyType }) => keyType === 'Ed25519');
    expect(states.map(({ state }) => state)).toEqual(['retired', 'compromised', 'active']);
    expect(await verify(first)).toMatchObject({ verified: true });
    expect(await verify(second)).toMatchObject({ verified: false });
    expect(await verify(await issue(body))).toMatchObject({ verified: true });
  });

  it('has no BBS keys, which an organisation with sealed keys may have', async () => {
    const bbs = (slug: string) =>
      node.post(
        `/admin/organizations/${slug}/issuers`,
        { id: `${slug}-bbs`, cryptosuite: 'bbs-2023', keyType: 'Bls12381G2' },
        ADMIN_TOKEN,
      );
    expect(await bbs('body')).toMatchObject({ status: 409, body: { code: 'CONFLICT', pointer: '/keyType' } });
    expect((await create('company', { keyHolder: 'sealed' })).status).toBe(201);
    expect((await bbs('company')).status).toBe(201);
    expect((await keysOf('company'))[0]).not.toHaveProperty('holder');
    const stranger = await create('stranger', { keyHolder: 'kms' });
    expect(stranger).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST', pointer: '/keyHolder' } });
  });

  it('is told to come back while the HSM is away, and loses nothing by it', async () => {
    const before = await issue(body);
    expect(await verify(before)).toMatchObject({ verified: true });
    await rest(550);
    await hsm.unplug();
    const retried = { 'idempotency-key': 'while-it-was-away' };
    const refused = await issue(body, retried);
    expect(refused).toMatchObject({ status: 503, body: { code: 'KEY_STORE' } });
    expect(refused.headers.get('retry-after')).toBe('5');
    expect((await issue(body, retried)).status).toBe(503);
    expect(await verify(before)).toMatchObject({ verified: true });
    expect(told.filter((line) => line.includes('out of reach'))).toHaveLength(1);
    await hsm.plugIn();
    await rest(550);
    const issued = await issue(body, retried);
    expect(issued.status).toBe(201);
    expect(await verify(issued)).toMatchObject({ verified: true });
    expect((await issue(body, retried)).body).toEqual(issued.body);
    expect(told.at(-1)).toContain('are back');
  });

  it('stops the start with one line that does not hold the PIN, when it is wrong', async () => {
    const directory = await createTemporaryDirectory();
    const file = join(directory, 'pin');
    await writeFile(file, 'not-the-pin-2\n');
    const { PKCS11_PIN: _, ...right } = hsm.environment;
    const environment = { ...right, DATA_DIR: join(directory, 'data'), ADMIN_TOKEN, PKCS11_PIN_FILE: file };
    const outcome = await runCommand(['keys', 'list'], { environment });
    expect(outcome).toMatchObject({ code: 64, out: '' });
    expect(outcome.err).toMatch(/^CONFIG_REFUSED: .*\n {2}PKCS11_PIN: the token refuses the PIN\n$/);
    // Keys that are there, and a node that is not told where: no start either.
    const blind = { DATA_DIR: node.directory, ADMIN_TOKEN };
    await node.node.close();
    const other = await runCommand(['keys', 'list'], { environment: blind });
    expect(other).toMatchObject({ code: 70, out: '' });
    expect(other.err).toContain('there are keys in pkcs11, which is not configured');
    await node.restart();
  });

  it('leaves no PIN behind', async () => {
    const kept: string[] = [...told];
    for (const name of await readdir(node.directory, { recursive: true })) {
      kept.push(await readFile(join(node.directory, name), 'latin1').catch(() => ''));
    }
    expect(kept.some((text) => text.includes('"holder":"pkcs11"'))).toBe(true);
    expect(kept.some((text) => text.includes(PIN))).toBe(false);
  });
});
