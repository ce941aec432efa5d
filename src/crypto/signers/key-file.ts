/**
 * One private key as a file: sealed in it, or kept by a holder that the file names. Everything beside `sealed` is bound to it, so nothing
 * in the file can be changed unseen.
 */
import { createPrivateKey, createSecretKey, type KeyObject } from 'node:crypto';
import { type JsonObject, readJsonObject } from '../../base/json.ts';
import { jcs } from '../../formats/jcs.ts';
import { ALGORITHMS, isKeyType } from '../algorithms.ts';
import { encodeMultikey, readMultikey } from '../multikey.ts';
import type { KeyType } from '../signer.ts';
import { HOLDER_NAME } from './key-holder.ts';
import type { SealingKey } from './sealing-key.ts';

const FORMAT = 'proofprint-key-1';
export const KEY_ID = /^[0-9a-f]{32}$/;

/** `active` signs; `retired` and `compromised` do not, and are kept so that the past can be told. */
export type KeyState = 'active' | 'retired' | 'compromised';
const KEY_STATES: readonly KeyState[] = ['active', 'retired', 'compromised'];

export interface StoredKey {
  readonly keyId: string;
  /** Whose key it is. */
  readonly tenant: string;
  readonly keyType: KeyType;
  readonly publicKeyMultibase: string;
  readonly state: KeyState;
  /** Who keeps the private half; absent where it is in the file itself. */
  readonly holder?: string;
}

export interface OpenKey {
  readonly stored: StoredKey;
  /** Absent where a holder has it. */
  readonly privateKey?: KeyObject;
}

export function writeKeyFile({ stored, privateKey }: OpenKey, sealingKey: SealingKey): string {
  const bound: JsonObject = { format: FORMAT, ...stored };
  // Nothing, sealed, binds all the rest just as well.
  const plain = privateKey === undefined ? Buffer.alloc(0) : plainOf(privateKey);
  try {
    return `${jcs({ ...bound, sealed: sealingKey.seal(plain, bound) })}\n`;
  } finally {
    plain.fill(0);
  }
}

/** The key, or nothing when anything about the file is not as `writeKeyFile` left it. */
export function readKeyFile(bytes: Uint8Array, sealingKey: SealingKey): OpenKey | undefined {
  const read = readJsonObject(bytes);
  // Byte for byte our own spelling, so that even a change that JSON does not mind is seen.
  if (!read.ok || !Buffer.from(`${jcs(read.value)}\n`).equals(bytes)) return undefined;
  const { sealed, ...bound } = read.value;
  const stored = readStoredKey(bound);
  const plain = stored && sealingKey.open(sealed, bound);
  if (stored === undefined || plain === undefined) return undefined;
  if (stored.holder !== undefined) {
    const isWhole = plain.length === 0 && readMultikey(stored.publicKeyMultibase)?.keyType === stored.keyType;
    return isWhole ? { stored } : undefined;
  }
  try {
    const privateKey =
      stored.keyType === 'Bls12381G2'
        ? createSecretKey(plain)
        : createPrivateKey({ key: plain, format: 'der', type: 'pkcs8' });
    const publicKey = ALGORITHMS[stored.keyType].publicKeyOf(privateKey);
    return encodeMultikey(stored.keyType, publicKey) === stored.publicKeyMultibase ? { stored, privateKey } : undefined;
  } catch {
    return undefined;
  } finally {
    plain.fill(0);
  }
}

/** PKCS 8, or the bytes of a key that has no such form. */
function plainOf(privateKey: KeyObject): Buffer {
  return privateKey.type === 'secret' ? privateKey.export() : privateKey.export({ format: 'der', type: 'pkcs8' });
}

function readStoredKey(value: JsonObject): StoredKey | undefined {
  const { format, keyId, tenant, keyType, publicKeyMultibase, state, holder } = value;
  if (format !== FORMAT || typeof keyId !== 'string' || !KEY_ID.test(keyId)) return undefined;
  if (typeof tenant !== 'string' || typeof publicKeyMultibase !== 'string' || !isKeyType(keyType)) return undefined;
  const known = KEY_STATES.find((name) => name === state);
  if (known === undefined) return undefined;
  const stored = { keyId, tenant, keyType, publicKeyMultibase, state: known };
  if (holder === undefined) return stored;
  return typeof holder === 'string' && HOLDER_NAME.test(holder) ? { ...stored, holder } : undefined;
}
