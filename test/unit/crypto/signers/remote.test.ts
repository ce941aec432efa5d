/** Over real https: our own reference signer, and a host that answers as it is told. */
import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSigner } from '../../../../scripts/reference-signer.ts';
import { ServiceError } from '../../../../src/base/error.ts';
import type { JsonObject } from '../../../../src/base/json.ts';
import { ALGORITHMS } from '../../../../src/crypto/algorithms.ts';
import { encodeMultikey } from '../../../../src/crypto/multikey.ts';
import type { HeldKey } from '../../../../src/crypto/signers/key-holder.ts';
import { OutsideKeys } from '../../../../src/crypto/signers/outside-keys.ts';
import { RemoteHolder } from '../../../../src/crypto/signers/remote.ts';
import { SealedKeyStore } from '../../../../src/crypto/signers/sealed-file.ts';
import { readSigners } from '../../../../src/crypto/signers/signers-file.ts';
import { encodeBase64url } from '../../../../src/formats/multibase.ts';
import { createPeer, type PeerSettings } from '../../../../src/net/peer-request.ts';
import { createTemporaryDirectory } from '../../../support/temporary-directory.ts';
import { createTestCertificate, startTlsHost, type TestCertificate, type TlsHost } from '../../../support/tls.ts';

const data = new TextEncoder().encode('what is signed');
const TOKEN = 'a token of the test';
let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await createTestCertificate(['localhost']);
});

const wanted = (keyType: HeldKey['keyType']) => ({ keyId: randomBytes(16).toString('hex'), tenant: 'acme', keyType });

async function refusal(act: Promise<unknown>): Promise<ServiceError> {
  const error = await act.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ServiceError)) throw new Error('not refused', { cause: error });
  return error;
}

describe('the reference signer', () => {
  const told: JsonObject[] = [];
  let client: TestCertificate;
  let signer: Awaited<ReturnType<typeof startSigner>>;
  beforeAll(async () => {
    client = await createTestCertificate(['node.example']);
    const directory = join(await createTemporaryDirectory(), 'keystore');
    const keys = await SealedKeyStore.open({ directory, secret: { key: randomBytes(32) } });
    const tell = (line: JsonObject): number => told.push(line);
    signer = await startSigner({ keys, tls: certificate, token: TOKEN, clientCa: client.cert, tell });
  });
  afterAll(() => signer.close());

  const settings = (more: Partial<PeerSettings> = {}): PeerSettings => ({
    url: signer.url,
    ca: certificate.cert,
    token: TOKEN,
    client: { certificate: client.cert, key: client.key },
    ...more,
  });
  const holderWith = (more: Partial<PeerSettings> = {}): RemoteHolder =>
    new RemoteHolder('acme', createPeer(settings(more)), () => undefined);

  it.each(['Ed25519', 'P-256', 'P-384'] as const)(
    'makes %s keys and signs with them, for this node',
    async (keyType) => {
      const holder = holderWith();
      const asked = wanted(keyType);
      const key = { ...asked, publicKey: await holder.create(asked) };
      expect(await holder.create(asked)).toEqual(key.publicKey);
      expect(ALGORITHMS[keyType].verify(key.publicKey, data, await holder.sign(key, data))).toBe(true);
      expect(told.at(-1)).toMatchObject({ key: key.keyId, tenant: 'acme', bytes: data.length });
      // The same id for another owner, and the id under another public key.
      expect((await refusal(holder.create({ ...asked, tenant: 'another' }))).message).toContain('answers 409');
      const { publicKey } = ALGORITHMS[keyType].generate();
      expect((await refusal(holder.sign({ ...key, publicKey }, data))).message).toContain('answers 409');
      await holder.destroy(key.keyId);
      await holder.destroy(key.keyId);
      expect((await refusal(holder.sign(key, data))).message).toContain('no such key');
    },
  );

  it('takes no key for BBS', async () => {
    expect(await refusal(holderWith().create(wanted('Bls12381G2')))).toMatchObject({ code: 'CONFLICT' });
  });

  it('is asked by nobody else, and believed for its own certificate alone', async () => {
    const create = (more: Partial<PeerSettings>): Promise<unknown> => holderWith(more).create(wanted('Ed25519'));
    expect((await refusal(create({ token: 'another token' }))).message).toContain('refuses this node');
    expect((await refusal(create({ client: undefined }))).code).toBe('KEY_STORE');
    const foreign = await createTestCertificate(['localhost']);
    expect((await refusal(create({ ca: foreign.cert }))).message).toContain('out of reach: tls');
    await expect(create({})).resolves.toHaveLength(32);
  });
});

describe('a signer that answers otherwise', () => {
  let host: TlsHost;
  const told: string[] = [];
  const answers: { status: number; body: string }[] = [];
  const { publicKey, privateKey } = ALGORITHMS.Ed25519.generate();
  const key: HeldKey = { ...wanted('Ed25519'), publicKey };
  const good = encodeBase64url(ALGORITHMS.Ed25519.sign(privateKey, data));
  const foreign = encodeBase64url(ALGORITHMS.Ed25519.sign(ALGORITHMS.Ed25519.generate().privateKey, data));

  beforeAll(async () => {
    host = await startTlsHost(certificate, (_, response) => {
      const { status, body } = answers.shift() ?? { status: 0, body: '' };
      if (status === 0) return;
      response.writeHead(status, { location: `https://localhost:${host.port}/elsewhere` });
      response.end(body);
    });
  });
  afterAll(() => host.close());
  afterEach(() => {
    answers.length = 0;
    told.length = 0;
  });

  const sign = (timeoutMs = 5_000): Promise<Uint8Array> => {
    const peer = createPeer({ url: `https://localhost:${host.port}`, ca: host.ca, token: TOKEN, timeoutMs });
    const holder = new RemoteHolder('acme', peer, (what) => told.push(what));
    return new OutsideKeys({ acme: holder }, (what) => told.push(what)).sign('acme', key, data);
  };
  const signature = (text: string): { status: number; body: string } => ({
    status: 200,
    body: JSON.stringify({ signature: text }),
  });

  it('is believed only for a signature by the key', async () => {
    answers.push(signature(good));
    expect(encodeBase64url(await sign())).toBe(good);
    answers.push(signature(foreign));
    expect((await refusal(sign())).code).toBe('SELF_VERIFY_FAILED');
    expect(told).toEqual([`acme answered a signature that is not by the key ${key.keyId}`]);
  });

  it('is asked once more after a failure, and no third time', async () => {
    answers.push({ status: 503, body: '' }, signature(good));
    expect(encodeBase64url(await sign())).toBe(good);
    answers.push({ status: 500, body: '' }, { status: 429, body: '' }, signature(good));
    expect(await refusal(sign())).toMatchObject({ code: 'KEY_STORE', retryAfter: 5 });
    expect(told).toEqual(['the keys in acme are out of reach: the signer answers 429']);
  });

  it.each([
    ['no JSON', { status: 200, body: 'good' }, 'what is no answer'],
    ['another member', { status: 200, body: JSON.stringify({ signatures: good }) }, 'what is no answer'],
    ['a signature too short', signature(good.slice(0, 40)), 'what is no answer'],
    ['a place elsewhere', { status: 302, body: '' }, 'answers 302'],
    ['more than fits', { status: 200, body: `"${'x'.repeat(20_000)}"` }, 'too-large'],
  ])('by %s is refused', async (_, answer, why) => {
    answers.push(answer, answer);
    expect(await refusal(sign())).toMatchObject({ code: 'KEY_STORE', message: expect.stringContaining(why) });
  });

  it('that says nothing is not waited for', async () => {
    expect(await refusal(sign(300))).toMatchObject({ code: 'KEY_STORE', message: expect.stringContaining('timeout') });
  });

  it('with a key of another kind than was asked for is refused', async () => {
    const peer = createPeer({ url: `https://localhost:${host.port}`, ca: host.ca, token: TOKEN });
    const publicKeyMultibase = encodeMultikey('Ed25519', publicKey);
    answers.push({ status: 201, body: JSON.stringify({ publicKeyMultibase }) });
    const create = new RemoteHolder('acme', peer, () => undefined).create(wanted('P-256'));
    expect((await refusal(create)).code).toBe('KEY_STORE');
  });
});

describe('a file of signers', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await createTemporaryDirectory();
    await writeFile(join(directory, 'ca.pem'), certificate.cert);
    await writeFile(join(directory, 'key.pem'), certificate.key);
    await writeFile(join(directory, 'token'), `${TOKEN}\n`);
    await writeFile(join(directory, 'two-lines'), 'a\nb\n');
  });
  const url = 'https://signer.acme.internal:8443/keys-of-acme';
  const read = async (content: unknown) => {
    const file = join(directory, 'signers.json');
    await writeFile(file, JSON.stringify(content));
    return readSigners(file);
  };
  const at = (name: string): string => join(directory, name);

  it('names them with what the files hold', async () => {
    const acme = { url, caFile: at('ca.pem'), tokenFile: at('token') };
    const other = { url, caFile: at('ca.pem'), certificateFile: at('ca.pem'), keyFile: at('key.pem') };
    expect(await read({ acme, other })).toEqual([
      ['acme', { url, ca: certificate.cert, token: TOKEN, client: undefined }],
      [
        'other',
        {
          url,
          ca: certificate.cert,
          token: undefined,
          client: { certificate: certificate.cert, key: certificate.key },
        },
      ],
    ]);
    expect(await readSigners(undefined)).toEqual([]);
  });

  it.each([
    ['a name that is taken', () => ({ pkcs11: { url, caFile: at('ca.pem'), tokenFile: at('token') } })],
    ['nobody whom it is to trust', () => ({ acme: { url, tokenFile: at('token') } })],
    ['nothing by which it knows this node', () => ({ acme: { url, caFile: at('ca.pem') } })],
    ['half a certificate', () => ({ acme: { url, caFile: at('ca.pem'), certificateFile: at('ca.pem') } })],
    ['a token of two lines', () => ({ acme: { url, caFile: at('ca.pem'), tokenFile: at('two-lines') } })],
    ['a file that is not there', () => ({ acme: { url, caFile: at('nowhere'), tokenFile: at('token') } })],
    ['a token in the file itself', () => ({ acme: { url, caFile: at('ca.pem'), token: TOKEN } })],
  ])('is refused with %s', async (_, content) => {
    const error = await refusal(read(content()));
    expect(error).toMatchObject({ code: 'CONFIG_REFUSED', message: expect.stringMatching(/^SIGNERS_FILE: /) });
    expect(error.message).not.toContain(TOKEN);
  });

  it('leads to settings that are looked at before anything is asked', () => {
    const peer = { url, ca: certificate.cert, token: TOKEN };
    expect(() => createPeer(peer)).not.toThrow();
    for (const wrong of [
      { url: 'http://signer.acme.internal' },
      { url: 'https://user:secret@signer.acme.internal' },
      { ca: 'no certificate' },
      { client: { certificate: certificate.cert, key: 'no key' } },
    ])
      expect(() => createPeer({ ...peer, ...wrong })).toThrow(RangeError);
    expect(Buffer.from(certificate.cert).length).toBeGreaterThan(0);
  });
});
