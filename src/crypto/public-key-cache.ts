import type { KeyObject } from 'node:crypto';

/** How many keys of one type are kept ready. Issuers met in one verification are few; the bound is against a stream of new ones. */
export const MOST_CACHED_KEYS = 256;

/**
 * Public keys that have been checked and made ready, by their bytes; the one unused for longest goes first.
 * Keys of which `load` makes nothing are not kept: a stranger could fill the cache with them.
 */
export class PublicKeyCache<Key = KeyObject> {
  readonly #keys = new Map<string, Key>();

  /** The key of these bytes, made by `load` the first time; nothing when `load` makes nothing of them. */
  find(bytes: Uint8Array, load: (bytes: Uint8Array) => Key | undefined): Key | undefined {
    const name = Buffer.from(bytes).toString('latin1');
    const key = this.#keys.get(name) ?? load(bytes);
    if (key === undefined) return undefined;
    this.#keys.delete(name);
    this.#keys.set(name, key);
    if (this.#keys.size > MOST_CACHED_KEYS) {
      const [oldest] = this.#keys.keys();
      if (oldest !== undefined) this.#keys.delete(oldest);
    }
    return key;
  }

  get size(): number {
    return this.#keys.size;
  }
}

/** What came of judging public keys, by their bytes; the good and the bad apart, so that a stranger's bad ones push out no good one. */
export class JudgedKeys {
  readonly #judge: (bytes: Uint8Array) => boolean;
  readonly #good = new PublicKeyCache<true>();
  readonly #bad = new PublicKeyCache<true>();

  constructor(judge: (bytes: Uint8Array) => boolean) {
    this.#judge = judge;
  }

  isGood(bytes: Uint8Array): boolean {
    if (this.#bad.find(bytes, () => undefined) === true) return false;
    if (this.#good.find(bytes, () => this.#judge(bytes) || undefined) === true) return true;
    this.#bad.find(bytes, () => true);
    return false;
  }
}
