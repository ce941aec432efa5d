import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceError } from '../../base/error.ts';
import { sha256Hex } from '../../formats/digest.ts';
import { ALGORITHMS } from '../algorithms.ts';
import { bbsDesk } from '../bbs-desk.ts';
import { encodeMultikey, readMultikey } from '../multikey.ts';
import type { KeyType, Signer } from '../signer.ts';
import { KEY_ID, type KeyState, type OpenKey, readKeyFile, type StoredKey, writeKeyFile } from './key-file.ts';
import { type HeldKey, type KeyHolder, SEALED } from './key-holder.ts';
import { HEADER_FILE, type KeyStoreSecret, openSealingKey } from './key-store-header.ts';
import { OutsideKeys } from './outside-keys.ts';
import { createPrivateDirectory, syncDirectory, UNFINISHED, writePrivateFile } from './private-file.ts';
import type { ScryptCost, SealingKey } from './sealing-key.ts';

export interface NewKey {
  /** Whose key it is to be. */
  readonly tenant: string;
  readonly keyType: KeyType;
  /** Where it is made, unless wherever keys are made here. */
  readonly holder?: string | undefined;
  /** 32 hexadecimal characters; drawn unless given. */
  readonly keyId?: string;
}

/** A key as it was read, and which state of its file that was. */
interface LoadedKey extends OpenKey {
  readonly stamp: string;
}

const KEY_FOLDER = 'keys';
const KEY_FILE_ENDING = '.json';

export interface KeyStoreOptions {
  /** A folder of its own; made with mode 0700 when it is not there. */
  readonly directory: string;
  readonly secret: KeyStoreSecret;
  /** Cost of the passphrase for a store made now; one that exists keeps its own. Cheaper than the default only in tests. */
  readonly scrypt?: ScryptCost;
  /** Who keeps private keys outside these files, by name. They are started here, and closed with the store. */
  readonly holders?: Readonly<Record<string, KeyHolder>>;
  /** No other process changes the files while this one runs, so they need not be looked at before each use. */
  readonly isAlone?: boolean;
  /** A copy that is only looked at: its keys may be with holders that it does not know. */
  readonly isCopy?: boolean;
  /** Where keys are made unless their owner chose: `sealed`, as unless given, or a holder. */
  readonly newKeys?: string;
  /** Raised when a holder did what has to be looked at. */
  readonly alarm?: (what: string) => void;
}

/**
 * Private keys in sealed files, one each, under one sealing key (docs/threats.md, section 7): the default key store. Never a record
 * of a database, whose compaction leaves old copies. While open, keys are handles of node:crypto; their bytes are in no error, log
 * or answer. Several processes may share the folder: what one of them changed, the others see before they use a key again.
 *
 * Where a holder keeps the private half, the file says so and which key it is; owner, state and public key are as well kept here as ever,
 * so a holder cannot bring another key into play, nor a retired one back.
 */
export class SealedKeyStore {
  readonly #fingerprint: string;
  readonly #folder: string;
  readonly #sealingKey: SealingKey;
  readonly #outside: OutsideKeys;
  readonly #newKeys: string;
  readonly #isAlone: boolean;
  readonly #keys = new Map<string, LoadedKey>();

  private constructor(folder: string, sealingKey: SealingKey, fingerprint: string, options: KeyStoreOptions) {
    this.#fingerprint = fingerprint;
    this.#folder = folder;
    this.#sealingKey = sealingKey;
    this.#outside = new OutsideKeys(options.holders ?? {}, options.alarm ?? (() => undefined));
    this.#newKeys = options.newKeys ?? SEALED;
    this.#isAlone = options.isAlone === true;
  }

  /**
   * Open a key store, or make one where there is none. Every key is unsealed, so damage stops the start and not the first signature.
   * Errors: KEY_STORE for a wrong secret or a changed byte, naming the file; whatever a holder's start throws.
   */
  static async open(options: KeyStoreOptions): Promise<SealedKeyStore> {
    const { directory, secret, scrypt } = options;
    const folder = join(directory, KEY_FOLDER);
    await createPrivateDirectory(folder);
    const names = await readdir(folder);
    const files = names.filter((name) => name.endsWith(KEY_FILE_ENDING)).sort();
    const sealingKey = await openSealingKey(join(directory, HEADER_FILE), {
      secret,
      cost: scrypt,
      mayCreate: files.length === 0,
    });
    const fingerprint = sha256Hex(await readFile(join(directory, HEADER_FILE)));
    const store = new SealedKeyStore(folder, sealingKey, fingerprint, options);
    for (const file of files) await store.#load(file);
    const active = store.list().filter(({ state }) => state === 'active');
    if (options.isCopy !== true) await store.#outside.start(active.flatMap(outsideKeyOf));
    for (const name of names) if (name.endsWith(UNFINISHED)) await rm(join(folder, name), { force: true });
    return store;
  }

  /** SHA-256 of the header, hex: the same for every process that shares the folder. */
  get fingerprint(): string {
    return this.#fingerprint;
  }

  /** Let go of what the holders hold on to. The store is of no use afterwards. */
  async close(): Promise<void> {
    await this.#outside.close();
  }

  /** Whether an owner may choose this: a holder of this node, or `sealed`. */
  isHolder(name: string): boolean {
    return name === SEALED || this.#outside.has(name);
  }

  /**
   * Make a key; it is on disk before it is named. Errors: KEY_STORE for a holder out of reach, CONFLICT for a key that it does not take,
   * SELF_VERIFY_FAILED for one that does not sign with the key it shows.
   */
  async createKey(wanted: NewKey): Promise<StoredKey> {
    const { tenant, keyType, holder = this.#newKeys, keyId = randomBytes(16).toString('hex') } = wanted;
    if (holder === SEALED) {
      const { publicKey, privateKey } = ALGORITHMS[keyType].generate();
      const publicKeyMultibase = encodeMultikey(keyType, publicKey);
      return this.#save({ stored: { keyId, tenant, keyType, publicKeyMultibase, state: 'active' }, privateKey });
    }
    const { publicKey } = await this.#outside.create(holder, { keyId, tenant, keyType });
    const publicKeyMultibase = encodeMultikey(keyType, publicKey);
    return this.#save({ stored: { keyId, tenant, keyType, publicKeyMultibase, state: 'active', holder } });
  }

  /**
   * Take a key out of use. Signers of it that are already about refuse from then on.
   * Errors: KEY_STORE for an unknown key, CONFLICT for one that is to become active again.
   */
  async setState(keyId: string, state: KeyState): Promise<StoredKey> {
    const { stored, ...key } = await this.#require(keyId);
    if (state === stored.state) return stored;
    if (state === 'active' || stored.state === 'compromised') {
      throw new ServiceError('CONFLICT', `A ${stored.state} key cannot become ${state}`);
    }
    return this.#save({ ...key, stored: { ...stored, state } });
  }

  /**
   * Remove a key for good. Errors: KEY_STORE for an unknown key. A holder that cannot do its part now is told of in an alarm: the key is
   * out of use all the same.
   */
  async destroyKey(keyId: string): Promise<void> {
    const { holder } = (await this.#require(keyId)).stored;
    this.#keys.delete(keyId);
    await rm(this.#pathOf(keyId));
    await syncDirectory(this.#folder);
    if (holder !== undefined) await this.#outside.destroy(holder, keyId);
  }

  /** A signer for one active key under one of its verification methods. Errors: KEY_STORE for an unknown or inactive key. */
  async signer(keyId: string, verificationMethodId: string): Promise<Signer> {
    const { stored } = await this.#requireActive(keyId);
    const { keyType, publicKeyMultibase, holder } = stored;
    const outside =
      holder === undefined ? {} : { assertReady: () => this.#outside.assertReady(holder, heldKeyOf(stored)) };
    return {
      id: verificationMethodId,
      keyType,
      publicKeyMultibase,
      sign: ({ data }) => this.#sign(keyId, data),
      ...outside,
      ...(keyType === 'Bls12381G2' ? { signMessages: this.#messageSigner(keyId) } : {}),
    };
  }

  /** The state is asked for each time: the key may have been taken out of use since. */
  async #sign(keyId: string, data: Uint8Array): Promise<Uint8Array> {
    const { stored, privateKey } = await this.#requireActive(keyId);
    if (privateKey !== undefined) return ALGORITHMS[stored.keyType].sign(privateKey, data);
    return this.#outside.sign(stored.holder ?? '', heldKeyOf(stored), data);
  }

  #messageSigner(keyId: string): Signer['signMessages'] & object {
    return async (input) => {
      const { privateKey, stored } = await this.#requireActive(keyId);
      if (privateKey === undefined) throw new ServiceError('KEY_STORE', 'no holder signs lists of messages');
      return bbsDesk.sign(privateKey, { publicKey: heldKeyOf(stored).publicKey, ...input });
    };
  }

  /** All keys by id, whatever their state; nothing secret in it. */
  list(): readonly StoredKey[] {
    return [...this.#keys.values()].map(({ stored }) => stored).sort((a, b) => (a.keyId < b.keyId ? -1 : 1));
  }

  /** Seal a small secret of another kind (a salt, an HMAC key, a webhook secret). `context` must be given again to unseal it. */
  seal(plain: Uint8Array, context: string): string {
    return this.#sealingKey.seal(plain, { format: 'proofprint-secret-1', context });
  }

  /** Errors: KEY_STORE when the text was changed, or sealed elsewhere or for another context. */
  unseal(sealed: string, context: string): Uint8Array {
    const plain = this.#sealingKey.open(sealed, { format: 'proofprint-secret-1', context });
    if (plain === undefined) throw new ServiceError('KEY_STORE', 'A sealed value does not open');
    const copy = Uint8Array.from(plain);
    plain.fill(0);
    return copy;
  }

  async #load(file: string): Promise<LoadedKey> {
    const path = join(this.#folder, file);
    const stamp = await stampOf(path);
    const key = stamp === undefined ? undefined : readKeyFile(await readFile(path), this.#sealingKey);
    if (stamp === undefined || key === undefined || file !== fileOf(key.stored.keyId)) {
      throw new ServiceError(
        'KEY_STORE',
        `${KEY_FOLDER}/${file} does not open: it is damaged or not of this key store`,
      );
    }
    const loaded = { ...key, stamp };
    this.#keys.set(key.stored.keyId, loaded);
    return loaded;
  }

  async #save(key: OpenKey): Promise<StoredKey> {
    await writePrivateFile(this.#pathOf(key.stored.keyId), writeKeyFile(key, this.#sealingKey));
    return (await this.#load(fileOf(key.stored.keyId))).stored;
  }

  #pathOf(keyId: string): string {
    return join(this.#folder, fileOf(keyId));
  }

  /** As its file says now: another process may have made, changed or removed it. */
  async #require(keyId: string): Promise<OpenKey> {
    const mine = this.#isAlone ? this.#keys.get(keyId) : undefined;
    if (mine !== undefined) return mine;
    const stamp = KEY_ID.test(keyId) ? await stampOf(this.#pathOf(keyId)) : undefined;
    if (stamp === undefined) {
      this.#keys.delete(keyId);
      throw new ServiceError('KEY_STORE', 'The key store has no such key');
    }
    const known = this.#keys.get(keyId);
    return known?.stamp === stamp ? known : this.#load(fileOf(keyId));
  }

  async #requireActive(keyId: string): Promise<OpenKey> {
    const key = await this.#require(keyId);
    if (key.stored.state !== 'active') throw new ServiceError('KEY_STORE', `The key is ${key.stored.state}`);
    return key;
  }
}

function heldKeyOf({ keyId, tenant, keyType, publicKeyMultibase }: StoredKey): HeldKey {
  return { keyId, tenant, keyType, publicKey: readMultikey(publicKeyMultibase)?.bytes ?? new Uint8Array() };
}

function outsideKeyOf(stored: StoredKey): { holder: string; key: HeldKey }[] {
  return stored.holder === undefined ? [] : [{ holder: stored.holder, key: heldKeyOf(stored) }];
}

const fileOf = (keyId: string): string => `${keyId}${KEY_FILE_ENDING}`;

/** Files are replaced whole, never written over: another inode is another state. Nothing where there is no file. */
async function stampOf(path: string): Promise<string | undefined> {
  try {
    const { ino, mtimeNs, size } = await stat(path, { bigint: true });
    return `${ino} ${mtimeNs} ${size}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
