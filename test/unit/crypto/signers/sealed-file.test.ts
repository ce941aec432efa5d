import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base58 } from '@scure/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../../../../src/base/error.ts';
import { ALGORITHMS } from '../../../../src/crypto/algorithms.ts';
import { readMultikey } from '../../../../src/crypto/multikey.ts';
import { SealedKeyStore } from '../../../../src/crypto/signers/sealed-file.ts';

const scrypt = { N: 2 ** 4, r: 8, p: 1 };
const secret = { passphrase: 'a passphrase of the test' };
const data = new TextEncoder().encode('what is signed');

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'key-store-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const open = (more: Partial<Parameters<typeof SealedKeyStore.open>[0]> = {}) =>
  SealedKeyStore.open({ directory, secret, scrypt, ...more });

async function refusal(act: Promise<unknown> | (() => unknown)): Promise<ServiceError> {
  const error = await (async () => (typeof act === 'function' ? act() : act))().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ServiceError)) throw new Error('not refused', { cause: error });
  return error;
}

describe('a key', () => {
  it.each(['Ed25519', 'P-256'] as const)(
    '%s signs, and signs again after the store is opened anew',
    async (keyType) => {
      const first = await open();
      const created = await first.createKey({ tenant: 'hanbit-steel', keyType });
      expect(created).toEqual({
        keyId: expect.stringMatching(/^[0-9a-f]{32}$/),
        tenant: 'hanbit-steel',
        keyType,
        publicKeyMultibase: expect.stringMatching(/^z/),
        state: 'active',
      });
      for (const store of [first, await open()]) {
        expect(store.list()).toEqual([created]);
        const signer = await store.signer(created.keyId, 'did:web:steel.example#key-1');
        expect(signer).toMatchObject({
          id: 'did:web:steel.example#key-1',
          keyType,
          publicKeyMultibase: created.publicKeyMultibase,
        });
        const publicKey = readMultikey(created.publicKeyMultibase)?.bytes ?? new Uint8Array();
        const signature = await signer.sign({ data });
        expect(ALGORITHMS[keyType].verify(publicKey, data, signature)).toBe(true);
      }
    },
  );

  it('unknown, retired or compromised does not sign, not even through a signer that was there before', async () => {
    const store = await open();
    expect((await refusal(() => store.signer('0'.repeat(32), 'did:web:steel.example#key-1'))).code).toBe('KEY_STORE');
    for (const state of ['retired', 'compromised'] as const) {
      const { keyId } = await store.createKey({ tenant: 'a', keyType: 'Ed25519' });
      const signer = await store.signer(keyId, 'did:web:steel.example#key-1');
      await expect(signer.sign({ data })).resolves.toHaveLength(64);
      await store.setState(keyId, state);
      expect((await refusal(signer.sign({ data }))).code).toBe('KEY_STORE');
      expect((await refusal(() => store.signer(keyId, signer.id))).code).toBe('KEY_STORE');
      expect((await refusal(store.setState(keyId, 'active'))).code).toBe('CONFLICT');
      expect((await open()).list().find((key) => key.keyId === keyId)?.state).toBe(state);
    }
  });

  it('made, retired or destroyed by one process is so for the other ones that share the folder', async () => {
    const [one, two] = [await open(), await open()];
    const { keyId } = await one.createKey({ tenant: 'a', keyType: 'Ed25519' });
    const signer = await two.signer(keyId, 'did:web:steel.example#key-1');
    await expect(signer.sign({ data })).resolves.toHaveLength(64);
    await one.setState(keyId, 'compromised');
    expect((await refusal(signer.sign({ data }))).code).toBe('KEY_STORE');
    expect((await refusal(two.setState(keyId, 'retired'))).code).toBe('CONFLICT');
    await two.destroyKey(keyId);
    expect((await refusal(one.signer(keyId, signer.id))).message).toBe('The key store has no such key');
  });

  it('retired or destroyed is so for a process that has the folder to itself', async () => {
    const secret = { key: new Uint8Array(32) };
    const alone = await SealedKeyStore.open({ directory: join(directory, 'alone'), secret, isAlone: true });
    const { keyId } = await alone.createKey({ tenant: 'a', keyType: 'Ed25519' });
    const signer = await alone.signer(keyId, 'did:web:steel.example#key-1');
    await expect(signer.sign({ data })).resolves.toHaveLength(64);
    await alone.setState(keyId, 'retired');
    expect((await refusal(signer.sign({ data }))).code).toBe('KEY_STORE');
    await alone.destroyKey(keyId);
    expect((await refusal(alone.signer(keyId, signer.id))).message).toBe('The key store has no such key');
  });

  it('that is destroyed is gone from the disk', async () => {
    const store = await open();
    const { keyId } = await store.createKey({ tenant: 'a', keyType: 'P-256' });
    await store.destroyKey(keyId);
    expect(store.list()).toEqual([]);
    expect(await readdir(join(directory, 'keys'))).toEqual([]);
    expect((await refusal(store.destroyKey(keyId))).code).toBe('KEY_STORE');
  });
});

describe('opening', () => {
  it('needs the right secret of the right kind', async () => {
    await open();
    const key = randomBytes(32);
    for (const wrong of [{ passphrase: 'another' }, { passphrase: '' }, { key }]) {
      const error = await refusal(open({ secret: wrong }));
      expect(error.code).toBe('KEY_STORE');
      expect(error.message).toContain('key-store.json');
    }
    await expect(open()).resolves.toBeInstanceOf(SealedKeyStore);
  });

  it('works with a key instead of a passphrase', async () => {
    const key = randomBytes(32);
    const { keyId } = await (await open({ secret: { key } })).createKey({ tenant: 'a', keyType: 'Ed25519' });
    expect((await open({ secret: { key } })).list().map((stored) => stored.keyId)).toEqual([keyId]);
    for (const wrong of [{ key: randomBytes(32) }, { key: key.subarray(1) }, secret]) {
      expect((await refusal(open({ secret: wrong }))).code).toBe('KEY_STORE');
    }
  });

  it('keeps the cost that the store was made with', async () => {
    await open();
    await expect(open({ scrypt: { N: 2 ** 5, r: 8, p: 1 } })).resolves.toBeInstanceOf(SealedKeyStore);
    await expect(SealedKeyStore.open({ directory, secret })).resolves.toBeInstanceOf(SealedKeyStore);
    expect(JSON.parse(await readFile(join(directory, 'key-store.json'), 'utf8')).kdf).toMatchObject({ ...scrypt });
  });

  it('takes 2^17 rounds for a new store unless told otherwise', async () => {
    await SealedKeyStore.open({ directory, secret });
    const { kdf } = JSON.parse(await readFile(join(directory, 'key-store.json'), 'utf8'));
    expect(kdf).toMatchObject({ name: 'scrypt', N: 131_072, r: 8, p: 1 });
  });

  it('does not pay any cost that a damaged header asks for', async () => {
    await open();
    const path = join(directory, 'key-store.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"N":16', '"N":1073741824'));
    expect((await refusal(open())).code).toBe('KEY_STORE');
    await writeFile(path, text);
    await expect(open()).resolves.toBeInstanceOf(SealedKeyStore);
  });

  it('makes no new header beside keys that only the lost one opens', async () => {
    const { keyId } = await (await open()).createKey({ tenant: 'a', keyType: 'Ed25519' });
    const header = await readFile(join(directory, 'key-store.json'));
    await rm(join(directory, 'key-store.json'));
    expect((await refusal(open())).code).toBe('KEY_STORE');
    expect(await readdir(directory)).toEqual(['keys']);
    await writeFile(join(directory, 'key-store.json'), header);
    expect((await open()).list().map((key) => key.keyId)).toEqual([keyId]);
  });

  it('by several at once makes one header that all of them use', async () => {
    const stores = await Promise.all(Array.from({ length: 5 }, () => open()));
    for (const store of stores) await store.createKey({ tenant: 'a', keyType: 'Ed25519' });
    expect((await open()).list()).toHaveLength(5);
  });

  it('clears away what an interrupted write left', async () => {
    await open();
    await writeFile(join(directory, 'keys', 'x.json.0011.unfinished'), '{');
    await open();
    expect(await readdir(join(directory, 'keys'))).toEqual([]);
  });
});

describe('a changed file stops the opening', () => {
  it('at every single byte of the header and of a key, naming the file and no secret', async () => {
    const key = randomBytes(32);
    const store = await open({ secret: { key } });
    const { keyId } = await store.createKey({ tenant: 'a tenant', keyType: 'Ed25519' });
    for (const file of ['key-store.json', `keys/${keyId}.json`]) {
      const path = join(directory, file);
      const good = await readFile(path);
      for (let at = 0; at < good.length; at += 1) {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8));
        await writeFile(path, bad);
        const error = await refusal(open({ secret: { key } }));
        expect(error.code).toBe('KEY_STORE');
        expect(error.message).toContain(file);
        expect(error.cause).toBeUndefined();
      }
      for (const bad of [Buffer.alloc(0), good.subarray(0, -1), Buffer.concat([good, Buffer.from(' ')])]) {
        await writeFile(path, bad);
        expect((await refusal(open({ secret: { key } }))).code).toBe('KEY_STORE');
      }
      await writeFile(path, good);
    }
    await expect(open({ secret: { key } })).resolves.toBeInstanceOf(SealedKeyStore);
  });

  it('when a key is given to another tenant, id, type or state', async () => {
    const { keyId } = await (await open()).createKey({ tenant: 'own', keyType: 'Ed25519' });
    const path = join(directory, 'keys', `${keyId}.json`);
    const good = await readFile(path, 'utf8');
    for (const [from, to] of [
      ['"tenant":"own"', '"tenant":"foe"'],
      ['"state":"active"', '"state":"retired"'],
      ['"keyType":"Ed25519"', '"keyType":"P-256"'],
      [keyId, '0'.repeat(32)],
    ] as const) {
      expect(good).toContain(from);
      await writeFile(path, good.replace(from, to));
      expect((await refusal(open())).code).toBe('KEY_STORE');
    }
    await writeFile(path, good);
    await expect(open()).resolves.toBeInstanceOf(SealedKeyStore);
  });

  it('when a whole key file stands under another name or comes from another store', async () => {
    const { keyId } = await (await open()).createKey({ tenant: 'own', keyType: 'Ed25519' });
    const text = await readFile(join(directory, 'keys', `${keyId}.json`));
    const copy = join(directory, 'keys', `${'0'.repeat(32)}.json`);
    await writeFile(copy, text);
    expect((await refusal(open())).message).toContain('0'.repeat(32));
    await rm(copy);
    const elsewhere = await mkdtemp(join(tmpdir(), 'key-store-'));
    try {
      const other = await open({ directory: elsewhere });
      await other.createKey({ tenant: 'own', keyType: 'Ed25519' });
      await writeFile(join(elsewhere, 'keys', `${keyId}.json`), text);
      expect((await refusal(open({ directory: elsewhere }))).message).toContain(keyId);
    } finally {
      await rm(elsewhere, { recursive: true });
    }
    await expect(open()).resolves.toBeInstanceOf(SealedKeyStore);
  });
});

describe('on the disk', () => {
  it('files are for their owner alone', async () => {
    const nested = join(directory, 'of-its-own');
    const { keyId } = await (await open({ directory: nested })).createKey({ tenant: 'a', keyType: 'P-256' });
    const mode = async (...path: string[]) => (await stat(join(nested, ...path))).mode & 0o777;
    expect(await mode()).toBe(0o700);
    expect(await mode('keys')).toBe(0o700);
    expect(await mode('key-store.json')).toBe(0o600);
    expect(await mode('keys', `${keyId}.json`)).toBe(0o600);
  });

  it('no private key is readable in any spelling, and what is sealed twice looks different', async () => {
    const key = randomBytes(32);
    const store = await open({ secret: { key } });
    const { keyId } = await store.createKey({ tenant: 'a', keyType: 'Ed25519' });
    const before = await readFile(join(directory, 'keys', `${keyId}.json`), 'utf8');
    await store.setState(keyId, 'retired');
    const after = await readFile(join(directory, 'keys', `${keyId}.json`), 'utf8');
    expect(JSON.parse(after).sealed.slice(0, 16)).not.toBe(JSON.parse(before).sealed.slice(0, 16));
    const header = await readFile(join(directory, 'key-store.json'), 'utf8');
    // The marks of every plain PKCS#8 Ed25519 key, and the sealing key itself.
    const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
    for (const text of [before, after, header]) {
      for (const spelling of [prefix.toString('hex'), prefix.toString('base64').slice(0, 20), key.toString('hex')]) {
        expect(text).not.toContain(spelling);
      }
      expect(text).not.toContain(key.toString('base64url'));
      expect(text).not.toContain(base58.encode(key));
      expect(text).not.toContain('PRIVATE');
    }
    expect(JSON.stringify(store)).toBe('{}');
  });

  it('a key that cannot be written is not kept either', async () => {
    const store = await open();
    await rm(join(directory, 'keys'), { recursive: true });
    await expect(store.createKey({ tenant: 'a', keyType: 'Ed25519' })).rejects.toThrow();
    expect(store.list()).toEqual([]);
    await chmod(directory, 0o700);
  });
});

describe('other secrets', () => {
  it('come back for their own context, from the same store alone', async () => {
    const store = await open();
    const plain = Uint8Array.of(1, 2, 3);
    const sealed = store.seal(plain, 'webhook/42');
    expect(store.seal(plain, 'webhook/42')).not.toBe(sealed);
    expect((await open()).unseal(sealed, 'webhook/42')).toEqual(plain);
    expect(store.unseal(store.seal(new Uint8Array(0), ''), '')).toEqual(new Uint8Array(0));
    for (const [text, context] of [
      [sealed, 'webhook/43'],
      [`${sealed.slice(0, -1)}${sealed.endsWith('A') ? 'B' : 'A'}`, 'webhook/42'],
      [sealed.slice(4), 'webhook/42'],
      ['', 'webhook/42'],
    ] as const) {
      expect((await refusal(() => store.unseal(text, context))).code).toBe('KEY_STORE');
    }
  });

  it('cannot be passed off as a key file, nor a key as a secret', async () => {
    const store = await open();
    const { keyId } = await store.createKey({ tenant: 'a', keyType: 'Ed25519' });
    const { sealed } = JSON.parse(await readFile(join(directory, 'keys', `${keyId}.json`), 'utf8'));
    expect((await refusal(() => store.unseal(sealed, keyId))).code).toBe('KEY_STORE');
  });
});
