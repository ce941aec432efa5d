import type { JsonObject } from '../base/json.ts';

/** What a verifier has asked a wallet for, and what came of it. Whatever is secret in it is a digest, or sealed. */
export interface PresentationRequestRecord {
  readonly id: string;
  /** The verifier instance. */
  readonly verifier: string;
  /** Digest of the name under which wallets find it: that name stands in links, and whoever has it may answer. */
  readonly handle: string;
  /** `received`: the one response is there and has not been judged yet. */
  readonly state: 'pending' | 'received' | 'settled';
  /** In DCQL. */
  readonly query: JsonObject;
  /** Under which the answer is to be evaluated. */
  readonly regimes?: readonly string[];
  readonly responseMode: 'direct_post' | 'direct_post.jwt';
  /** The client id of the signed request. */
  readonly clientId: string;
  /** Where the wallet's browser goes afterwards; the outcome is then only for whoever comes from there. */
  readonly returnTo?: string;
  /** Nonce, state and the private half of the response key, sealed; gone as soon as the response is there. */
  readonly sealed?: string;
  readonly createdAt: string;
  /** Milliseconds since the epoch; a response at that time or later is too late. */
  readonly expiresAt: number;
  /** From then on nothing of it is kept. */
  readonly forgottenAt: number;
  readonly receivedAt?: number;
  readonly outcome?: JsonObject;
  /** Digest of the code that the browser was sent back with. */
  readonly responseCode?: string;
}

/** The acts of a store on presentation requests. None is journalled: what is presented passes through and leaves nothing behind. */
export interface PresentationStore {
  addPresentationRequest(record: PresentationRequestRecord): Promise<void>;
  findPresentationRequest(verifier: string, id: string): Promise<PresentationRequestRecord | undefined>;
  /** By the digest of its name for wallets. */
  findPresentationRequestFor(handle: string): Promise<PresentationRequestRecord | undefined>;
  /** The request as it was, exactly once, while it is pending and has not expired; what is sealed in it is gone with this act. */
  spendPresentationRequest(handle: string): Promise<PresentationRequestRecord | undefined>;
  /** What became of the one response. NOT_FOUND for a request that is not waiting for that. */
  settlePresentationRequest(
    handle: string,
    settled: { readonly outcome: JsonObject; readonly responseCode?: string | undefined },
  ): Promise<void>;
}
