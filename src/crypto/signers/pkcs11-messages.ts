/** What is said between the node and the process that speaks to a PKCS#11 module. */
import type { KeyType } from '../signer.ts';

/** Where the token is, and how it is opened. */
export interface Pkcs11Settings {
  /** Path of the shared library of the module. */
  readonly module: string;
  /** Label of the token. At least one of the two is given; where both are, both must fit. */
  readonly token: string | undefined;
  /** Number of the slot. */
  readonly slot: number | undefined;
  readonly pin: string;
  /** Sessions at most, each of which does one thing at a time. */
  readonly sessions: number;
}

export type Pkcs11Act =
  | { readonly act: 'open'; readonly settings: Pkcs11Settings }
  | { readonly act: 'create'; readonly keyId: string; readonly tenant: string; readonly keyType: KeyType }
  /** The public key of a pair that is there whole and cannot be had out. */
  | { readonly act: 'find'; readonly keyId: string; readonly keyType: KeyType }
  | { readonly act: 'sign'; readonly keyId: string; readonly keyType: KeyType; readonly data: Uint8Array }
  | { readonly act: 'destroy'; readonly keyId: string };

export type Pkcs11Request = Pkcs11Act & { readonly id: number };

/**
 * `settings`: no try will change it before somebody does. `pin`: neither, and every try may bring the token nearer to locking itself.
 * `type`: a kind of key that the module has not. `missing`: no such key, or not one that was made here. `failed`: anything else.
 */
type Pkcs11FaultKind = 'settings' | 'pin' | 'type' | 'missing' | 'failed';

/** Why the other process did not do something; the message holds no secret. */
export class Pkcs11Fault extends Error {
  readonly kind: Pkcs11FaultKind;

  constructor(kind: Pkcs11FaultKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Bytes of a signature or a public key; nothing where there is nothing to say. */
export type Pkcs11Reply = { readonly id: number } & (
  | { readonly value: Uint8Array | undefined }
  | { readonly fault: Pkcs11FaultKind; readonly why: string }
);
