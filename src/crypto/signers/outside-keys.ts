import { Buffer } from 'node:buffer';
import { ServiceError } from '../../base/error.ts';
import { ALGORITHMS } from '../algorithms.ts';
import type { HeldKey, KeyHolder } from './key-holder.ts';

/** Milliseconds for which a key that signed is taken to be there still. */
const FRESH = 500;

/** The holders of a key store, by name, and how far they are believed. */
export class OutsideKeys {
  readonly #holders: ReadonlyMap<string, KeyHolder>;
  readonly #alarm: (what: string) => void;
  /** When each key signed last, as long as nothing failed since. */
  readonly #signed = new Map<string, number>();

  constructor(holders: Readonly<Record<string, KeyHolder>>, alarm: (what: string) => void) {
    this.#holders = new Map(Object.entries(holders));
    this.#alarm = alarm;
  }

  has(name: string): boolean {
    return this.#holders.has(name);
  }

  /**
   * Start them all, each with the keys that it must have: one that is missing would leave its owner without a voice, and nobody would
   * know before the first signature. Errors: KEY_STORE for keys of a holder that there is not; whatever a holder throws.
   */
  async start(keys: readonly { readonly holder: string; readonly key: HeldKey }[]): Promise<void> {
    for (const { holder } of keys) this.#require(holder);
    try {
      for (const [name, holder] of this.#holders)
        await holder.start(keys.filter((one) => one.holder === name).map(({ key }) => key));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#holders.values()].map((holder) => holder.close()));
  }

  /**
   * Refuses what `sign` would refuse, so that nothing is begun that cannot be ended: by a signature over a word that means nothing, unless
   * there was one a moment ago.
   */
  async assertReady(name: string, key: HeldKey): Promise<void> {
    const last = this.#signed.get(key.keyId);
    if (last === undefined || performance.now() - last > FRESH) await this.sign(name, key, Buffer.from('ready?'));
  }

  /** A new key, which nobody gets to publish that was not seen to sign. Errors: those of a holder, SELF_VERIFY_FAILED. */
  async create(name: string, wanted: Omit<HeldKey, 'publicKey'>): Promise<HeldKey> {
    const publicKey = await this.#require(name).create(wanted);
    const key = { ...wanted, publicKey };
    await this.sign(name, key, Buffer.from(`new key ${wanted.keyId}`));
    return key;
  }

  /** Errors: those of a holder, SELF_VERIFY_FAILED for a signature that is not by this key. */
  async sign(name: string, key: HeldKey, data: Uint8Array): Promise<Uint8Array> {
    const signature = await this.#ask(name, key, data);
    if (ALGORITHMS[key.keyType].verify(key.publicKey, data, signature)) {
      this.#signed.set(key.keyId, performance.now());
      return signature;
    }
    this.#alarm(`${name} answered a signature that is not by the key ${key.keyId}`);
    throw new ServiceError('SELF_VERIFY_FAILED', `${name} answered a signature that is not by this key`);
  }

  async #ask(name: string, key: HeldKey, data: Uint8Array): Promise<Uint8Array> {
    try {
      return await this.#require(name).sign(key, data);
    } catch (error) {
      this.#signed.delete(key.keyId);
      throw error;
    }
  }

  /** Never an error: the key is out of use by now, and what a holder could not do is told of in an alarm. */
  async destroy(name: string, keyId: string): Promise<void> {
    this.#signed.delete(keyId);
    try {
      await this.#require(name).destroy(keyId);
    } catch {
      this.#alarm(`the key ${keyId} is out of use and was not removed from ${name}`);
    }
  }

  #require(name: string): KeyHolder {
    const holder = this.#holders.get(name);
    if (holder === undefined) throw new ServiceError('KEY_STORE', `there are keys in ${name}, which is not configured`);
    return holder;
  }
}
