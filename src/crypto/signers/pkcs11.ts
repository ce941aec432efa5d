import { Buffer } from 'node:buffer';
import { ServiceError } from '../../base/error.ts';
import type { KeyType } from '../signer.ts';
import { type HeldKey, type KeyHolder, notTaken, outOfReach, PKCS11 } from './key-holder.ts';
import { Pkcs11Child } from './pkcs11-child.ts';
import { type Pkcs11Act, Pkcs11Fault, type Pkcs11Settings } from './pkcs11-messages.ts';
import { Reach } from './reach.ts';

/**
 * Keys in a hardware module, or whatever else speaks PKCS#11 (2.40 or later): made in it, never to be had out of it. The module runs in a process
 * of its own: there it may block, hang and crash, and the node starts it again (docs/decisions, "Keys that live elsewhere").
 */
export class Pkcs11Holder implements KeyHolder {
  readonly #settings: Pkcs11Settings;
  readonly #reach: Reach;
  #child: Pkcs11Child | undefined;
  #starting: Promise<Pkcs11Child> | undefined;
  /** Why nothing is tried before somebody changed something and started the node again. */
  #refused: string | undefined;
  #closed = false;

  /** `tell` is called when the module goes away and when it is back. */
  constructor(settings: Pkcs11Settings, tell: (what: string) => void) {
    this.#settings = settings;
    this.#reach = new Reach(PKCS11, tell);
  }

  /** For a test that takes the module away. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Errors: CONFIG_REFUSED where a setting is wrong, KEY_STORE where the token or a key is not there. */
  async start(keys: readonly HeldKey[]): Promise<void> {
    try {
      this.#child = await Pkcs11Child.open(this.#settings);
      for (const { keyId, keyType, publicKey } of keys) {
        const found = await this.#child.ask({ act: 'find', keyId, keyType });
        if (found === undefined || !Buffer.from(found).equals(publicKey))
          throw new Pkcs11Fault('missing', `the token has another key under ${keyId}`);
      }
    } catch (error) {
      await this.close();
      if (!(error instanceof Pkcs11Fault)) throw error;
      if (error.kind === 'pin') throw new ServiceError('CONFIG_REFUSED', `PKCS11_PIN: ${error.message}`);
      if (error.kind === 'settings') throw new ServiceError('CONFIG_REFUSED', `PKCS11_MODULE: ${error.message}`);
      throw new ServiceError('KEY_STORE', `pkcs11: ${error.message}`);
    }
  }

  async create({ keyId, tenant, keyType }: Omit<HeldKey, 'publicKey'>): Promise<Uint8Array> {
    return (await this.#ask({ act: 'create', keyId, tenant, keyType }, keyType)) ?? new Uint8Array();
  }

  async sign({ keyId, keyType }: HeldKey, data: Uint8Array): Promise<Uint8Array> {
    return (await this.#ask({ act: 'sign', keyId, keyType, data }, keyType)) ?? new Uint8Array();
  }

  async destroy(keyId: string): Promise<void> {
    await this.#ask({ act: 'destroy', keyId });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#child?.kill();
  }

  /** Once more where that may help: after a second failure, with another process, it is away. */
  async #ask(act: Pkcs11Act, keyType?: KeyType): Promise<Uint8Array | undefined> {
    for (let tries = 1; ; tries += 1) {
      const child = await this.#connect();
      try {
        const value = await child.ask(act);
        this.#reach.found();
        return value;
      } catch (error) {
        if (!(error instanceof Pkcs11Fault)) throw error;
        if (error.kind === 'type' && keyType !== undefined) throw notTaken(PKCS11, keyType);
        const helps = error.kind === 'failed' || (error.kind === 'missing' && !child.isYoung);
        // Others that are under way on it fail with it, and try again by themselves.
        if (helps) child.kill();
        if (!helps || tries > 1) throw this.#goesAway(error);
      }
    }
  }

  /** The process that there is, or a new one. Errors: KEY_STORE. */
  async #connect(): Promise<Pkcs11Child> {
    if (this.#refused !== undefined) throw outOfReach(PKCS11, this.#refused);
    if (this.#closed) throw outOfReach(PKCS11, 'the node is stopping');
    this.#reach.assertMayTry();
    if (this.#child?.isAlive === true) return this.#child;
    this.#starting ??= this.#restart().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #restart(): Promise<Pkcs11Child> {
    try {
      this.#child = await Pkcs11Child.open(this.#settings);
      if (this.#closed) this.#child.kill();
      return this.#child;
    } catch (error) {
      if (!(error instanceof Pkcs11Fault)) throw error;
      // A PIN that was refused once is not tried again: the token would lock itself.
      if (error.kind === 'pin') this.#refused = `${error.message}; the node has to be started again`;
      throw this.#goesAway(error);
    }
  }

  #goesAway(fault: Pkcs11Fault): ServiceError {
    const isAway = fault.kind === 'failed' || fault.kind === 'pin';
    return isAway ? this.#reach.lost(fault.message, fault) : outOfReach(PKCS11, fault.message, fault);
  }
}
