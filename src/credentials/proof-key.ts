/** A key by which a proof was made that holds. */
export interface ProofKey {
  /** The verification method, an absolute DID URL. */
  readonly method: string;
  readonly publicKeyMultibase: string;
  /** What the proof says of its own making, milliseconds since the epoch; whoever has the key can say anything. */
  readonly created: number | undefined;
}
