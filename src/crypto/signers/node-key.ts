import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ServiceError } from '../../base/error.ts';
import { createPrivateFile } from './private-file.ts';

/**
 * The 32 bytes that seal a node's key store, from a file of 64 hexadecimal characters. `create` makes the file where there is none
 * (mode 0600): good for trying things out; in earnest the file lies elsewhere than the data, or a passphrase is used.
 * Errors: KEY_STORE when the file is missing, unreadable or of another form. The message never holds what the file holds.
 */
export async function readNodeKey(path: string, create: boolean): Promise<Uint8Array> {
  if (create) await createPrivateFile(path, `${randomBytes(32).toString('hex')}\n`);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ServiceError('KEY_STORE', `the key file ${path} cannot be read`, { cause });
  });
  if (!/^[0-9a-f]{64}\s*$/.test(text))
    throw new ServiceError('KEY_STORE', `the key file ${path} does not hold 64 hexadecimal characters`);
  return Buffer.from(text.trim(), 'hex');
}
