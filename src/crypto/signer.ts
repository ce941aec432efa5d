export type KeyType = 'Ed25519' | 'P-256' | 'P-384' | 'Bls12381G2';

/** Whatever can sign with one key: a sealed file, a hardware module, a remote service. The private key never leaves it. */
export interface Signer {
  /** The verification method: an absolute DID URL with a fragment. */
  readonly id: string;
  readonly keyType: KeyType;
  /** Multikey form (multicodec header, base58btc) of the public key. */
  readonly publicKeyMultibase: string;
  /** Raw signature bytes: 64 for Ed25519 (RFC 8032), r‖s for P-256 (64, over the SHA-256 of `data`) and P-384 (96, over its SHA-384). */
  sign(input: { readonly data: Uint8Array }): Promise<Uint8Array>;
  /** Only of a key that is kept elsewhere: refuses while `sign` would, so that nothing is begun that cannot be signed. */
  readonly assertReady?: () => Promise<void>;
  /** Only of a `Bls12381G2` key, which signs nothing else: a BBS signature of 80 bytes, over a header and a list of messages. */
  readonly signMessages?: (input: {
    readonly header: Uint8Array;
    readonly messages: readonly Uint8Array[];
  }) => Promise<Uint8Array>;
}
