/**
 * The first file of a key store, `key-store.json`: how the sealing key is made, and a sealed check value that tells a wrong secret
 * before any key is touched.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ServiceError } from '../../base/error.ts';
import { isObject, type JsonObject, readJsonObject } from '../../base/json.ts';
import { jcs } from '../../formats/jcs.ts';
import { decodeBase64url, encodeBase64url } from '../../formats/multibase.ts';
import { createPrivateFile } from './private-file.ts';
import { isAffordable, SCRYPT_COST, type ScryptCost, SealingKey } from './sealing-key.ts';

export const HEADER_FILE = 'key-store.json';
const FORMAT = 'proofprint-key-store-1';
const SALT_BYTES = 32;
const CHECK_TEXT = 'proofprint key store';

/** Where the sealing key comes from: a passphrase, or 32 random bytes that another system keeps. */
export type KeyStoreSecret = { readonly passphrase: string } | { readonly key: Uint8Array };

/**
 * The sealing key of the store whose header is at `path`; the header is made when `mayCreate` and there is none.
 * Errors: KEY_STORE.
 */
export async function openSealingKey(
  path: string,
  options: { secret: KeyStoreSecret; cost?: ScryptCost | undefined; mayCreate: boolean },
): Promise<SealingKey> {
  const bytes = await readIfThere(path);
  if (bytes === undefined) {
    if (!options.mayCreate) throw refused('is missing beside the keys that it opens');
    await create(path, options.secret, options.cost ?? SCRYPT_COST);
    // Read back: another process may have been first, and then its header counts.
    return openSealingKey(path, { ...options, mayCreate: false });
  }
  const { check, ...bound } = readHeader(bytes);
  const key = await deriveKey(bound, options.secret);
  const plain = key.open(check, bound);
  if (plain?.toString() !== CHECK_TEXT) throw refused('does not open: the secret is wrong or the file is damaged');
  return key;
}

async function create(path: string, secret: KeyStoreSecret, cost: ScryptCost): Promise<void> {
  const kdf =
    'key' in secret
      ? { name: 'none' }
      : { name: 'scrypt', N: cost.N, r: cost.r, p: cost.p, salt: encodeBase64url(randomBytes(SALT_BYTES)) };
  const bound: JsonObject = { format: FORMAT, kdf };
  const key = await deriveKey(bound, secret);
  await createPrivateFile(path, `${jcs({ ...bound, check: key.seal(Buffer.from(CHECK_TEXT), bound) })}\n`);
}

async function deriveKey(bound: JsonObject, secret: KeyStoreSecret): Promise<SealingKey> {
  const kdf = isObject(bound['kdf']) ? bound['kdf'] : {};
  if ('key' in secret) {
    if (kdf['name'] !== 'none') throw refused('was made with a passphrase, not with a key');
    if (secret.key.length !== 32) throw refused('needs a key of 32 bytes');
    return SealingKey.fromBytes(secret.key);
  }
  if (kdf['name'] !== 'scrypt') throw refused('was made with a key, not with a passphrase');
  if (secret.passphrase === '') throw refused('needs a passphrase that is not empty');
  const cost = { N: Number(kdf['N']), r: Number(kdf['r']), p: Number(kdf['p']) };
  const salt = decodeBase64url(kdf['salt'], 64);
  if (salt?.length !== SALT_BYTES || !isAffordable(cost)) throw refused('is damaged');
  return SealingKey.fromPassphrase(secret.passphrase, salt, cost);
}

function readHeader(bytes: Uint8Array): JsonObject {
  const read = readJsonObject(bytes);
  if (!read.ok || read.value['format'] !== FORMAT) throw refused('is damaged');
  if (!Buffer.from(`${jcs(read.value)}\n`).equals(bytes)) throw refused('is damaged');
  return read.value;
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function refused(what: string): ServiceError {
  return new ServiceError('KEY_STORE', `${HEADER_FILE} ${what}`);
}
