/** AES-256-GCM under one key, and how that key comes from a passphrase. Key bytes are kept outside the JavaScript heap. */
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  scrypt as nodeScrypt,
  randomBytes,
} from 'node:crypto';
import type { JsonObject } from '../../base/json.ts';
import { jcs } from '../../formats/jcs.ts';
import { decodeBase64url, encodeBase64url } from '../../formats/multibase.ts';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Longest sealed text opened, characters: keys and small secrets, no documents. */
const LONGEST_SEALED = 1024 * 1024;

/** Cost of deriving the key from a passphrase, RFC 7914. */
export interface ScryptCost {
  /** A power of two. */
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** 128 MiB and a good third of a second per guess. */
export const SCRYPT_COST: ScryptCost = { N: 2 ** 17, r: 8, p: 1 };
/** A damaged header must not be able to ask for more memory than this, bytes. */
const MOST_SCRYPT_MEMORY = 2 ** 30;

/** Whether a cost read from a file is one that may be paid at all. */
export function isAffordable({ N, r, p }: ScryptCost): boolean {
  if (![N, r, p].every((part) => Number.isSafeInteger(part) && part > 0)) return false;
  return N > 1 && Number.isInteger(Math.log2(N)) && 128 * N * r <= MOST_SCRYPT_MEMORY && p <= 16;
}

export class SealingKey {
  readonly #key: KeyObject;

  private constructor(key: KeyObject) {
    this.#key = key;
  }

  /** Errors: RangeError unless it is 32 bytes. The bytes are copied. */
  static fromBytes(bytes: Uint8Array): SealingKey {
    if (bytes.length !== KEY_BYTES) throw new RangeError('the key is not 32 bytes long');
    return new SealingKey(createSecretKey(bytes));
  }

  /** The passphrase is taken in Unicode NFC, so that another keyboard types the same one. */
  static async fromPassphrase(passphrase: string, salt: Uint8Array, cost: ScryptCost): Promise<SealingKey> {
    const derived = await new Promise<Buffer>((resolve, reject) => {
      const options = { ...cost, maxmem: 2 * MOST_SCRYPT_MEMORY };
      nodeScrypt(passphrase.normalize('NFC'), salt, KEY_BYTES, options, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
    try {
      return SealingKey.fromBytes(derived);
    } finally {
      derived.fill(0);
    }
  }

  /** Nonce, ciphertext and tag in base64url. `bound` is not in it: the same object must be shown to open it. */
  seal(plain: Uint8Array, bound: JsonObject): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(jcs(bound)));
    return encodeBase64url(Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
  }

  /** The plain bytes, or nothing when a bit of the text or of `bound` differs or the key is another. The caller wipes them. */
  open(sealed: unknown, bound: JsonObject): Buffer | undefined {
    const bytes = decodeBase64url(sealed, LONGEST_SEALED);
    if (bytes === undefined || bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(jcs(bound)));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const plain = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    try {
      decipher.final();
      return plain;
    } catch {
      plain.fill(0);
      return undefined;
    }
  }
}
