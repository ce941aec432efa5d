/** A node for several organisations, one of which keeps its keys in its own network. */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSigner } from '../../scripts/reference-signer.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { SealedKeyStore } from '../../src/crypto/signers/sealed-file.ts';
import { runCommand } from '../support/command-line.ts';
import { ADMIN_TOKEN, bareCredential, type Party, type Reply, startNode, type TestNode } from '../support/node.ts';
import { createTemporaryDirectory } from '../support/temporary-directory.ts';
import { createTestCertificate } from '../support/tls.ts';

const TOKEN = 'the node of the test';
const signatures: JsonObject[] = [];
let node: TestNode;
let acme: Party;
let signer: Awaited<ReturnType<typeof startSigner>>;
let startAgain: () => ReturnType<typeof startSigner>;

beforeAll(async () => {
  const directory = await createTemporaryDirectory();
  const tls = await createTestCertificate(['localhost']);
  const keys = await SealedKeyStore.open({ directory: join(directory, 'keystore'), secret: { key: randomBytes(32) } });
  const tell = (line: JsonObject): number => signatures.push(line);
  signer = await startSigner({ keys, tls, token: TOKEN, tell });
  const port = Number(new URL(signer.url).port);
  startAgain = () => startSigner({ keys, tls, token: TOKEN, tell, port });
  const file = (name: string): string => join(directory, name);
  await writeFile(file('ca.pem'), tls.cert);
  await writeFile(file('token'), TOKEN);
  const entry = { url: signer.url, caFile: file('ca.pem'), tokenFile: file('token') };
  await writeFile(file('signers.json'), JSON.stringify({ acme: entry }));
  // Away when the node starts: that is its owner's affair.
  await signer.close();
  node = await startNode({ environment: { PUBLIC_URL: 'https://node.example', SIGNERS_FILE: file('signers.json') } });
});
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await signer.close();
});

const create = (slug: string, more: object): Promise<Reply> =>
  node.post('/admin/organizations', { slug, name: { en: slug, ko: slug }, role: 'company', ...more }, ADMIN_TOKEN);
const issue = (who: Party, headers: Record<string, string> = {}) =>
  node.post(`/issuers/${who.slug}/credentials/issue`, { credential: bareCredential(who.did) }, who.token, headers);
const verify = async ({ body }: Reply): Promise<boolean> => {
  const verifier = '/verifiers/neighbour/credentials/verify';
  return (await node.post(verifier, { verifiableCredential: body.verifiableCredential })).body.verified;
};

it('signs credentials, status lists and the log of the DID with keys that the node never sees', async () => {
  const asked = { did: { method: 'webvh' }, keyHolder: 'acme' };
  expect(await create('acme', asked)).toMatchObject({ status: 503, body: { code: 'KEY_STORE' } });
  signer = await startAgain();
  await rest(550);
  const created = await create('acme', asked);
  expect(created.status).toBe(201);
  acme = created.body;
  const neighbour: Party = (await create('neighbour', {})).body;
  const issued = await issue(acme);
  expect(await verify(issued)).toBe(true);
  expect(await verify(await issue(neighbour))).toBe(true);
  const rotated = await node.post('/admin/organizations/acme/keys', {}, ADMIN_TOKEN);
  expect(rotated.body.keys).toMatchObject([
    { state: 'retired', holder: 'acme' },
    { state: 'active', holder: 'acme' },
  ]);
  expect(await verify(issued)).toBe(true);
  expect(await verify(await issue(acme))).toBe(true);
  expect((await node.get('/acme/did.jsonl')).text.trimEnd().split('\n')).toHaveLength(2);
  expect(new Set(signatures.map(({ tenant }) => tenant))).toEqual(new Set(['acme']));

  const keyFolder = join(node.directory, 'keystore', 'keys');
  const files = await Promise.all(
    (await readdir(keyFolder)).map(async (name) => JSON.parse(await readFile(join(keyFolder, name), 'utf8'))),
  );
  // Nothing, sealed: nonce and tag. A key of the neighbour's is longer.
  const sizes = (tenant: string): number[] =>
    files.filter((file) => file.tenant === tenant).map((file) => Buffer.from(file.sealed, 'base64url').length);
  expect(new Set(sizes('acme'))).toEqual(new Set([28]));
  expect(sizes('neighbour').every((size) => size > 28 + 32)).toBe(true);
});

it('does not start where keys are to be made by a signer that nobody named', async () => {
  const file = join(await createTemporaryDirectory(), 'signers.json');
  await writeFile(file, '{}');
  const environment = { DATA_DIR: join(file, '..', 'data'), ADMIN_TOKEN, SIGNERS_FILE: file, KEYS: 'acme' };
  const outcome = await runCommand(['keys', 'list'], { environment });
  expect(outcome).toMatchObject({ code: 64, err: expect.stringContaining('KEYS: SIGNERS_FILE names no acme') });
});

it('refuses while the signer is away, for its owner alone, and goes on when it is back', async () => {
  const before = await issue(acme);
  expect(await verify(before)).toBe(true);
  await signer.close();
  await rest(550);
  const key = { 'idempotency-key': 'while-it-was-away' };
  const refused = await issue(acme, key);
  expect(refused).toMatchObject({ status: 503, body: { code: 'KEY_STORE' } });
  expect(refused.headers.get('retry-after')).toBe('5');
  expect(await verify(before)).toBe(true);
  signer = await startAgain();
  await rest(550);
  const issued = await issue(acme, key);
  expect(issued.status).toBe(201);
  expect(await verify(issued)).toBe(true);
});
