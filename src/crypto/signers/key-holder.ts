import { ServiceError } from '../../base/error.ts';
import type { KeyType } from '../signer.ts';

/** One key that a holder keeps, as the node knows it. */
export interface HeldKey {
  readonly keyId: string;
  /** Whose key it is. */
  readonly tenant: string;
  readonly keyType: KeyType;
  /** Of the form that `ALGORITHMS` takes. */
  readonly publicKey: Uint8Array;
}

/**
 * Whoever keeps private keys that this process can use and never read: a hardware module, a service in a company's own network. What it
 * answers is believed by nobody before it was checked against the public key (`SealedKeyStore`).
 *
 * Errors of every question: ServiceError `KEY_STORE` while it is out of reach, `CONFLICT` for a kind of key that it does not take.
 */
export interface KeyHolder {
  /** Called once, before anything else, with the keys that it must have. Errors: CONFIG_REFUSED, KEY_STORE. */
  start(keys: readonly HeldKey[]): Promise<void>;
  /** Make a key under this id, or find the one made under it before. Answers its public key. */
  create(wanted: Omit<HeldKey, 'publicKey'>): Promise<Uint8Array>;
  /** As `Signer.sign`. */
  sign(key: HeldKey, data: Uint8Array): Promise<Uint8Array>;
  /** Remove it for good. Not an error where there is none. */
  destroy(keyId: string): Promise<void>;
  close(): Promise<void>;
}

/** The word for keys that stay here, in sealed files. */
export const SEALED = 'sealed';
export const PKCS11 = 'pkcs11';
export const HOLDER_NAME = /^[a-z][a-z0-9-]{0,62}$/;

/** Seconds after which a client should try again. */
const RETRY_AFTER = 5;

export function outOfReach(holder: string, why: string, cause?: unknown): ServiceError {
  return new ServiceError('KEY_STORE', `the keys in ${holder} are out of reach: ${why}`, {
    retryAfter: RETRY_AFTER,
    ...(cause === undefined ? {} : { cause }),
  });
}

export function notTaken(holder: string, keyType: KeyType): ServiceError {
  return new ServiceError('CONFLICT', `${holder} holds no ${keyType} keys`, { pointer: '/keyType' });
}
