import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatDateTime } from '../../src/formats/date-time.ts';
import type { FetchJson } from '../../src/net/safe-fetch.ts';
import { runCommand } from '../support/command-line.ts';
import { bareCredential, type Party, START, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let party: Party;
// biome-ignore lint/suspicious/noExplicitAny: credentials are read by path
let credential: any;
beforeAll(async () => {
  node = await startNode({ environment: { PUBLIC_URL: 'https://maker.example' } });
  party = (
    await node.post(
      '/admin/organizations',
      { slug: 'maker', name: { en: 'M', ko: '엠' }, role: 'company', did: { method: 'key' } },
      'admin-token-for-tests-only',
    )
  ).body;
  credential = (
    await node.post('/issuers/maker/credentials/issue', { credential: bareCredential(party.did) }, party.token)
  ).body.verifiableCredential;
});
afterAll(() => node[Symbol.asyncDispose]());

/** The node's public documents, as a stranger's machine would fetch them. */
const fetchJson: FetchJson = async (url) => {
  const { pathname, search } = new URL(url);
  const response = await fetch(node.url + pathname + search);
  return response.status === 200
    ? { status: 'ok', url, bytes: new Uint8Array(await response.arrayBuffer()), mediaType: 'application/vc' }
    : { status: 'not-found', gone: false };
};
const now = () => START;
const verify = (document: unknown, more: readonly string[] = []) =>
  runCommand(['verify', 'c.json', ...more], { files: { 'c.json': JSON.stringify(document) }, fetchJson, now });

describe('proofprint verify', () => {
  it('exits 0 for a good credential', async () => {
    expect(await verify(credential)).toEqual({ code: 0, out: `${credential.id}: verified\n`, err: '' });
  });

  it('lets no text of a stranger act on the terminal', async () => {
    const hostile = { ...credential, id: 'urn:x:\u001b[2J\u202e\r\nurn:x: verified' };
    for (const argv of [
      ['verify', 'c.json'],
      ['inspect', 'c.json'],
    ]) {
      const { out, err } = await runCommand(argv, { files: { 'c.json': JSON.stringify(hostile) }, fetchJson, now });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(out + err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]|^urn:x: verified/m);
    }
  });

  it('names what was refused without repeating it at any length', async () => {
    const long = `urn:x:${'a'.repeat(5000)}`;
    for (const more of [[], ['--json']]) {
      const { code, out } = await verify({ ...credential, id: long }, more);
      expect(code).toBe(1);
      expect(out).not.toContain('a'.repeat(200));
      expect(out).toContain('urn:x:aaa');
    }
  });

  it('exits 64 for a policy that is none, since the document is not at fault', async () => {
    const policies = ['{"anchors":[', '', '[]', '{}', '{"anchors":[],"regimes":[{"id":"eu-cbam"}]}'];
    for (const policy of policies) {
      const files = { 'c.json': JSON.stringify(credential), 'p.json': policy };
      const outcome = await runCommand(['verify', 'c.json', '--policy', 'p.json'], { files, fetchJson, now });
      expect(outcome).toMatchObject({ code: 64, err: expect.stringMatching(/^CONFIG_REFUSED/) });
    }
  });

  it('exits 1 for a changed one and says why, in both languages', async () => {
    const changed = { ...credential, validUntil: '2030-01-01T00:00:00Z' };
    const outcome = await verify(changed);
    expect(outcome.code).toBe(1);
    expect(outcome.out).toContain('PROOF_VERIFICATION_ERROR A proof does not verify');
    const korean = await runCommand(['verify', 'c.json'], {
      files: { 'c.json': JSON.stringify(changed) },
      fetchJson,
      now,
      language: 'ko',
    });
    expect(korean.out).toContain('증명 검증에 실패했습니다');
  });

  it('lets no forgery pass for a file of another kind, and calls nothing good when there was nothing', async () => {
    const forged = { ...credential, validUntil: '2030-01-01T00:00:00Z' };
    for (const member of [{ leaves: [] }, { format: 'proofprint-evidence-bundle/1' }]) {
      const outcome = await verify({ ...forged, ...member });
      expect(outcome).toMatchObject({ code: 1, out: expect.stringContaining('MALFORMED_VALUE_ERROR') });
    }
    const empty = { format: 'proofprint-evidence-bundle/1', credentials: [] };
    for (const document of [empty, { leaves: [] }]) {
      expect(await verify(document)).toMatchObject({ code: 1, err: expect.stringMatching(/^NOTHING_PRESENTED/) });
    }
    expect(await verify({ ...empty, credentials: [credential] })).toMatchObject({ code: 0 });
  });

  it('exits 2 where the status list cannot be had, offline or not', async () => {
    for (const more of [{ fetchJson: (async () => ({ status: 'unreachable', reason: 'connect' })) as FetchJson }, {}]) {
      const argv = ['verify', 'c.json', '--json', ...('fetchJson' in more ? [] : ['--offline'])];
      const outcome = await runCommand(argv, { files: { 'c.json': JSON.stringify(credential) }, now, ...more });
      expect(outcome.code).toBe(2);
      expect(JSON.parse(outcome.out)).toMatchObject({ verified: false, verdict: 'undetermined' });
    }
  });

  it('reads standard input and prints only JSON with --json', async () => {
    const outcome = await runCommand(['verify', '-', '--json'], {
      files: { '-': JSON.stringify(credential) },
      fetchJson,
      now,
    });
    expect(JSON.parse(outcome.out)).toMatchObject({ id: credential.id, verified: true, verdict: 'accepted' });
  });

  it('exits 1 after revocation', async () => {
    const issued = (
      await node.post('/issuers/maker/credentials/issue', { credential: bareCredential(party.did) }, party.token)
    ).body.verifiableCredential;
    expect((await verify(issued)).code).toBe(0);
    await node.post(
      '/issuers/maker/credentials/status',
      { credentialId: issued.id, statusPurpose: 'revocation', status: true },
      party.token,
    );
    const outcome = await verify(issued);
    expect(outcome.code).toBe(1);
    expect(outcome.out).toContain('REVOKED');
  });

  it('judges a presentation for the challenge and domain it is given', async () => {
    const options = { challenge: 'c'.repeat(32), domain: 'https://buyer.example' };
    const body = { presentation: { verifiableCredential: [credential] }, options };
    const presentation = (await node.post('/holders/maker/presentations/prove', body, party.token)).body
      .verifiablePresentation;
    expect((await verify(presentation, ['--challenge', options.challenge, '--domain', options.domain])).code).toBe(0);
    const wrong = await verify(presentation, ['--challenge', 'd'.repeat(32), '--domain', options.domain]);
    expect(wrong).toMatchObject({ code: 1, out: expect.stringContaining('INVALID_CHALLENGE_ERROR') });
    expect((await verify(presentation)).code).toBe(64);
    const asked = [
      'verify',
      'p.json',
      'p.json',
      '--challenge',
      options.challenge,
      '--domain',
      options.domain,
      '--json',
    ];
    const files = { 'p.json': JSON.stringify(presentation) };
    const twice = await runCommand(asked, { files, fetchJson, now });
    expect(twice.code).toBe(1);
    expect(JSON.parse(twice.out).map(({ verified }: { verified: boolean }) => verified)).toEqual([true, false]);
  });

  it.each([
    ['{"a":1,"a":2}', 1, 'PARSING_ERROR'],
    ['[]', 1, 'PARSING_ERROR'],
    ['{}', 1, 'MALFORMED_VALUE_ERROR'],
  ])('refuses %s', async (text, code, said) => {
    const outcome = await runCommand(['verify', 'c.json'], { files: { 'c.json': text }, now });
    expect(outcome.code).toBe(code);
    expect(outcome.out + outcome.err).toContain(said);
  });
});

describe('wrong use', () => {
  it.each([
    [[]],
    [['nonsense']],
    [['verify']],
    [['verify', 'c.json', '--nonsense']],
    [['issue', 'c.json']],
    [['keys', 'burn']],
    [['serve', 'now']],
    [['bundle', 'c.json']],
  ])('%j exits 64 and shows how it is used', async (argv) => {
    const outcome = await runCommand(argv);
    expect(outcome.code).toBe(64);
    expect(outcome.err).toContain('proofprint');
  });

  it('exits 64 for a file that is not there', async () => {
    expect(await runCommand(['inspect', '/no/such/file'])).toMatchObject({
      code: 64,
      err: expect.stringContaining('/no/such/file'),
    });
  });

  it('explains itself when asked', async () => {
    expect(await runCommand(['--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('proofprint verify FILE'),
    });
    expect(await runCommand(['verify', '--help'])).toMatchObject({ code: 0 });
  });
});

describe('proofprint inspect', () => {
  it('shows what a document says of itself', async () => {
    const outcome = await runCommand(['inspect', 'c.json', '--json'], {
      files: { 'c.json': JSON.stringify(credential) },
    });
    expect(outcome.code).toBe(0);
    expect(JSON.parse(outcome.out)).toMatchObject([
      { id: credential.id, issuer: party.did, proofs: expect.stringContaining('eddsa-rdfc-2022') },
    ]);
  });
});

describe('on the data directory of a node', () => {
  let directory: string;
  const environment = () => ({ DATA_DIR: directory, PUBLIC_URL: 'https://maker.example', POLICY_FILE: 'none' });
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'proofprint-cli-'));
    await using local = await startNode({
      directory,
      start: Date.UTC(2026, 10, 1),
      environment: { PUBLIC_URL: 'https://maker.example' },
    });
    await local.post(
      '/admin/organizations',
      { slug: 'maker', name: { en: 'M', ko: '엠' }, role: 'company', did: { method: 'key' } },
      'admin-token-for-tests-only',
    );
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('lists keys without secrets, issues, and presents', async () => {
    const listed = await runCommand(['keys', 'list'], { environment: environment() });
    expect(listed).toMatchObject({ code: 0, out: expect.stringMatching(/maker {2}did:key:z6Mk/) });
    const did = /did:key:\w+/.exec(listed.out)?.[0] ?? '';
    const file = join(directory, 'issued.json');
    const year = 365 * 86_400_000;
    const unsigned = bareCredential(did, {
      validFrom: formatDateTime(START - year),
      validUntil: formatDateTime(START + 20 * year),
    });
    const issued = await runCommand(['issue', 'u.json', '--issuer', 'maker', '--out', file], {
      environment: environment(),
      files: { 'u.json': JSON.stringify(unsigned) },
    });
    expect(issued).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(await readFile(file, 'utf8')).proof.cryptosuite).toBe('eddsa-rdfc-2022');
    const presented = await runCommand(
      ['present', file, '--holder', 'maker', '--challenge', 'c'.repeat(32), '--domain', 'https://buyer.example'],
      { environment: environment() },
    );
    expect(JSON.parse(presented.out)).toMatchObject({ holder: did, proof: { domain: 'https://buyer.example' } });
    expect(
      await runCommand(['issue', 'u.json', '--issuer', 'nobody'], {
        environment: environment(),
        files: { 'u.json': '{}' },
      }),
    ).toMatchObject({ code: 1, err: expect.stringContaining('FORBIDDEN') });
    expect(await runCommand(['keys', 'rotate', 'maker'], { environment: environment() })).toMatchObject({
      code: 1,
      err: expect.stringContaining('CONFLICT'),
    });
  });

  it('says that a running node holds the store', async () => {
    await using _running = await startNode({ directory });
    expect(await runCommand(['keys', 'list'], { environment: environment() })).toMatchObject({
      code: 2,
      err: expect.stringContaining('STORE_LOCKED'),
    });
  });
});
