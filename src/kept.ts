/** Opens what a node keeps: its keys and its store. */

import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from './base/clock.ts';
import { ServiceError } from './base/error.ts';
import type { Config } from './config.ts';
import { type KeyHolder, PKCS11, SEALED } from './crypto/signers/key-holder.ts';
import type { KeyStoreSecret } from './crypto/signers/key-store-header.ts';
import { readNodeKey } from './crypto/signers/node-key.ts';
import { Pkcs11Holder } from './crypto/signers/pkcs11.ts';
import { type AskSigner, RemoteHolder } from './crypto/signers/remote.ts';
import { SealedKeyStore } from './crypto/signers/sealed-file.ts';
import { readSecretLine, readSigners } from './crypto/signers/signers-file.ts';
import type { Metrics } from './http/metrics.ts';
import { createPeer, type PeerSettings } from './net/peer-request.ts';
import { assertKnownFormat } from './services/data-format.ts';
import { compareWithOthers } from './services/in-common.ts';
import { reportMissingKeys } from './services/missing-keys.ts';
import { createLevelStore } from './store/level/level-store.ts';
import { createPostgresStore } from './store/postgres/postgres-store.ts';
import type { Store } from './store/store.ts';

interface KeptOptions {
  readonly log: { event(name: string, more?: Readonly<Record<string, string | number>>): void };
  /** Called when the store can no longer promise what it acknowledged. */
  readonly onFault?: (error: unknown) => void;
  /** Keep room on the disk for bad times. */
  readonly holdReserve?: boolean;
}

/** Errors: CONFIG_REFUSED where it cannot be made, or this user may not write to it. */
export async function makeDataDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const what = `${directory} cannot be made, or the user of the node may not write to it`;
    throw new ServiceError('CONFIG_REFUSED', `DATA_DIR: ${what}`, { cause });
  }
}

/** Keys and store, or neither. */
export async function openKept(
  config: Config,
  clock: Clock,
  options: KeptOptions,
  metrics: Metrics,
): Promise<{ keys: SealedKeyStore; store: Store }> {
  const alarm = (what: string): void => options.log.event('alarm', { what });
  const keys = await openKeys(config, alarm);
  let store: Store | undefined;
  try {
    store = await openStore(config, clock, options, metrics);
    await assertSameProfile(config, store);
    await assertKnownFormat(store);
    await reportMissingKeys(store, new Set(keys.list().map(({ keyId }) => keyId)), alarm);
    const mine = { keyStore: keys.fingerprint, publicUrl: config.publicUrl };
    if (config.store.kind === 'postgres') await compareWithOthers(store, mine, alarm);
    return { keys, store };
  } catch (error) {
    await store?.[Symbol.asyncDispose]();
    await keys.close();
    throw error;
  }
}

/**
 * A store made for the public suites is never opened as anything else, nor any other store for them.
 * Errors: CONFIG_REFUSED.
 */
async function assertSameProfile({ conformance }: Config, store: Store): Promise<void> {
  const kept = (await store.readSetting('profile')) === 'conformance';
  if (kept === conformance) return;
  if (kept) {
    throw new ServiceError(
      'CONFIG_REFUSED',
      'PROFILE: this DATA_DIR was made for conformance tests; choose another one',
    );
  }
  if ((await store.listOrganisations()).length > 0)
    throw new ServiceError('CONFIG_REFUSED', 'PROFILE: conformance tests need an empty DATA_DIR of their own');
  await store.writeSetting('profile', 'conformance');
}

function openStore(
  { store, dataDirectory, diskReserve }: Config,
  clock: Clock,
  { onFault, holdReserve = false, log }: KeptOptions,
  { acts: watch }: Metrics,
): Promise<Store> {
  if (store.kind === 'postgres') return createPostgresStore({ url: store.url, clock, watch });
  return createLevelStore({
    directory: join(dataDirectory, 'store'),
    clock,
    watch,
    reserveBytes: diskReserve,
    holdReserve,
    onShortage: (short) => log.event(short ? 'disk nearly full: nothing is issued' : 'disk has room again'),
    ...(onFault === undefined ? {} : { onFault }),
  });
}

/** The key store of `DATA_DIR` with all its holders. Errors: KEY_STORE, CONFIG_REFUSED. */
export async function openKeys(config: Config, alarm: (what: string) => void): Promise<SealedKeyStore> {
  const secret = await readSecret(config, config.keys);
  return SealedKeyStore.open({
    directory: join(config.dataDirectory, 'keystore'),
    secret,
    holders: await holdersOf(config, alarm),
    newKeys: config.newKeys,
    // The lock of the embedded store keeps every other process out of the folder too.
    isAlone: config.store.kind === 'level',
    alarm,
  });
}

async function holdersOf(config: Config, alarm: (what: string) => void): Promise<Record<string, KeyHolder>> {
  const { pkcs11, signersFile, newKeys } = config;
  const holders: Record<string, KeyHolder> = {};
  for (const [name, peer] of await readSigners(signersFile))
    holders[name] = new RemoteHolder(name, createSignerPeer(name, peer), alarm);
  if (pkcs11 !== undefined) {
    const pin = 'text' in pkcs11.pin ? pkcs11.pin.text : await readSecretLine('PKCS11_PIN_FILE', pkcs11.pin.file);
    holders[PKCS11] = new Pkcs11Holder({ ...pkcs11, pin }, alarm);
  }
  if (newKeys !== SEALED && !Object.hasOwn(holders, newKeys))
    throw new ServiceError('CONFIG_REFUSED', `KEYS: SIGNERS_FILE names no ${newKeys}`);
  return holders;
}

/** Errors: CONFIG_REFUSED. */
function createSignerPeer(name: string, settings: PeerSettings): AskSigner {
  try {
    return createPeer(settings);
  } catch (error) {
    const why = error instanceof RangeError ? error.message : 'cannot be used';
    throw new ServiceError('CONFIG_REFUSED', `SIGNERS_FILE: ${name}: ${why}`);
  }
}

/** Open a copy of a key store with the secret of this node; neither is made. Errors: KEY_STORE. */
export async function openKeyCopies(config: Config, directory: string): Promise<SealedKeyStore> {
  const secret = await readSecret(config, { ...config.keys, mayCreate: false });
  return SealedKeyStore.open({ directory, secret, isCopy: true });
}

async function readSecret(
  { dataDirectory }: Config,
  keys: Config['keys'] & { readonly mayCreate?: boolean },
): Promise<KeyStoreSecret> {
  if ('passphrase' in keys) return keys;
  const mayCreate = keys.keyFile === undefined && keys.mayCreate !== false;
  return { key: await readNodeKey(keys.keyFile ?? join(dataDirectory, 'node.key'), mayCreate) };
}
