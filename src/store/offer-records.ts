/** Records of credentials that are offered to wallets, and what a store does with them (docs/wallets.md). */
import type { JsonObject } from '../base/json.ts';

/**
 * - `offered`: nobody has redeemed the code
 * - `redeemed`: a wallet has an access token
 * - `requested`: it has shown whose key it has, and the credential is to be issued, or waits for a decision
 * - `issued`: the wallet has been handed the credential
 * - `void`: too many wrong transaction codes
 */
export type OfferState = 'offered' | 'redeemed' | 'requested' | 'issued' | 'void' | 'withdrawn' | 'refused';

/** One credential for one wallet. Neither the code nor the token nor the transaction code is ever stored. */
export interface OfferRecord {
  readonly id: string;
  /** Instance. */
  readonly issuer: string;
  readonly organisation: string;
  /** As the journal has it. */
  readonly offeredBy: string;
  readonly createdAt: string;
  /** Milliseconds since the epoch: until then the code can be redeemed. */
  readonly expiresAt: number;
  readonly state: OfferState;
  /** `credential_configuration_id` and format of the wallet protocol. */
  readonly configuration: string;
  readonly format: string;
  readonly credentialId: string;
  /** What is to be issued; absent where it was issued before and is only handed over. */
  readonly request?: JsonObject;
  /** Over instance and request, or over the credential that is handed over: what is approved is this and nothing else. */
  readonly digest: string;
  /** Who alone may fetch it, a DID. */
  readonly holder?: string;
  /** Whether the credential will name the wallet's DID as its subject. */
  readonly binds: boolean;
  /** SHA-256 of the pre-authorized code, hex. */
  readonly code: string;
  /** SHA-256 over code and transaction code, hex: useless to whoever has not the code. */
  readonly txCode?: string;
  readonly wrongTxCodes: number;
  /** Somebody looks at it before it is issued; `others`: not whoever offered it. */
  readonly review?: 'anybody' | 'others';
  readonly decision?: OfferDecision;
  /** SHA-256 of the access token, hex. */
  readonly token?: string;
  /** Milliseconds since the epoch. */
  readonly tokenEndsAt?: number;
  /** How the wallet called itself, unchecked; and whether it was given credential identifiers. */
  readonly client?: string;
  readonly identified?: boolean;
  /** DID of the key that the wallet proved it has. */
  readonly provedBy?: string;
  readonly transactionId: string;
  /** The wallet was handed it where it had to wait; the transaction is used up. */
  readonly collectedAt?: string;
  readonly notificationId: string;
  readonly issuedAt?: string;
  /** What the wallet last told. */
  readonly event?: OfferEvent;
}

export interface OfferDecision {
  readonly approve: boolean;
  readonly by: string;
  readonly at: string;
  readonly reason?: string;
}

export interface OfferEvent {
  readonly event: string;
  readonly at: string;
  readonly description?: string;
}

/** What a wallet brings to the token endpoint, and what it will get if all is well. */
export interface Redemption {
  readonly issuer: string;
  /** Digest of the code. */
  readonly code: string;
  /** Digest over code and transaction code; undefined when it sent none. */
  readonly txCode: string | undefined;
  readonly token: string;
  /** Milliseconds. */
  readonly tokenLife: number;
  readonly client?: string | undefined;
  readonly identified: boolean;
}

export type Redeemed =
  | { readonly kind: 'redeemed'; readonly offer: OfferRecord }
  | { readonly kind: 'unknown' | 'spent' | 'expired' | 'tx-code-missing' | 'tx-code-unexpected' }
  | { readonly kind: 'tx-code-wrong' | 'void' };

export type Requested =
  | { readonly kind: 'go' | 'wait'; readonly offer: OfferRecord }
  | { readonly kind: 'ended' | 'other-holder' };

/** Which offer; ids of one issuer mean nothing to another. */
export interface OfferPlace {
  readonly issuer: string;
  readonly id: string;
}

/** The acts of a store on offers. */
export interface OfferStore {
  /** LIMIT_EXCEEDED when too many of the issuer are open. Each takes some out that have ended. */
  addOffer(record: OfferRecord): Promise<void>;
  /** One atomic act: a code is redeemed once, however many ask; wrong transaction codes are counted and end it. */
  redeemOffer(redemption: Redemption): Promise<Redeemed>;
  /** A wallet that proved whose key it has asks for the credential. */
  requestOffer(request: OfferPlace & { readonly provedBy: string }): Promise<Requested>;
  /**
   * NOT_FOUND; FORBIDDEN where another caller has to; CONFLICT where nothing is to be decided, for another digest and for the other decision.
   * The same again changes nothing.
   */
  decideOffer(decision: OfferPlace & OfferDecision & { readonly digest: string }): Promise<OfferRecord>;
  /** NOT_FOUND; CONFLICT for one that was issued. */
  withdrawOffer(place: OfferPlace): Promise<OfferRecord>;
  /** The credential exists and the wallet is being handed it. The first time stays. */
  noteOfferIssued(place: OfferPlace & { readonly at: string }): Promise<void>;
  /** True exactly once. */
  collectOffer(place: OfferPlace & { readonly at: string }): Promise<boolean>;
  noteOfferEvent(place: OfferPlace & OfferEvent): Promise<void>;
  findOffer(issuer: string, id: string): Promise<OfferRecord | undefined>;
  /** By the digest of its code, of its token; nothing once it has ended and was swept. */
  findOfferByCode(code: string): Promise<OfferRecord | undefined>;
  findOfferByToken(token: string): Promise<OfferRecord | undefined>;
  /** Newest first. */
  listOffers(
    issuer: string,
    page: { cursor?: string; limit: number },
  ): Promise<{ readonly items: readonly OfferRecord[]; readonly next: string | undefined }>;
}
