import type { JsonObject } from '../base/json.ts';
import type { FourEyesAct, Scope } from '../base/scope.ts';

/** One of an organisation's tokens. The token itself is never stored. */
export interface TokenRecord {
  /** Slug. */
  readonly organisation: string;
  /** What the journal calls it. */
  readonly name: string;
  /** SHA-256 of the token, hex. */
  readonly digest: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: string;
  /** When the present token took the place of the one before. */
  readonly rotatedAt?: string;
  /** Opens nothing from this instant on. */
  readonly expiresAt?: string;
  /** The token before, until it ends. */
  readonly previous?: { readonly digest: string; readonly until: string };
}

export interface TokenUse {
  readonly token: TokenRecord;
  /** The day of its last use, `2026-11-22`. Not journalled. */
  readonly lastUsed: string | undefined;
}

/** What a new token brings; `keepUntil`: the old one stays good until then, at once gone without. */
export interface TokenRotation {
  readonly digest: string;
  readonly at: string;
  readonly keepUntil?: string | undefined;
}

/** What one caller asked for and another has to approve. */
export interface ApprovalRecord {
  readonly id: string;
  /** Instance. */
  readonly issuer: string;
  readonly organisation: string;
  readonly act: FourEyesAct;
  /** What was asked for, as it will be done. */
  readonly request: JsonObject;
  /** Of act, instance and request: what is approved is this and nothing else. */
  readonly digest: string;
  readonly credentialId: string;
  /** As the journal has it. */
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly expiresAt: string;
  /** `approved`: to be done; then `done`, or `failed` with the code of the refusal. */
  readonly state: 'pending' | 'approved' | 'refused' | 'done' | 'failed';
  readonly decidedBy?: string;
  readonly decidedAt?: string;
  readonly reason?: string;
  readonly code?: string;
}

export interface Decision {
  readonly issuer: string;
  readonly id: string;
  readonly approve: boolean;
  readonly digest: string;
  readonly by: string;
  readonly at: string;
  readonly reason?: string | undefined;
}

/** A person who signed in. */
export interface SignInRecord {
  /** As the journal has it. */
  readonly actor: string;
  /** Slug. */
  readonly organisation: string;
  /** Of the claim that the operator's mapping asks about. */
  readonly values: readonly string[];
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly seenAt: number;
  readonly endsAt: number;
}

/** The acts of a store on who may call. */
export interface AccessStore {
  /** NOT_FOUND for the organisation; CONFLICT when the name or the token is taken, or there are too many. */
  createToken(record: TokenRecord): Promise<void>;
  /** NOT_FOUND. What `rotation` replaces is gone, and so is what that had replaced. */
  rotateToken(organisation: string, name: string, rotation: TokenRotation): Promise<TokenRecord>;
  removeToken(organisation: string, name: string): Promise<boolean>;
  listTokens(organisation: string): Promise<readonly TokenUse[]>;
  /** Not journalled. */
  noteTokenUse(organisation: string, name: string, day: string): Promise<void>;

  /** By the digest of its secret; with `known`, only one that is there. Not journalled. */
  saveSignIn(digest: string, record: SignInRecord, known?: boolean): Promise<void>;
  findSignIn(digest: string): Promise<SignInRecord | undefined>;
  removeSignIn(digest: string): Promise<void>;
  /** One atomic act with its idempotency key. LIMIT_EXCEEDED when too many are waiting already. */
  addApproval(record: ApprovalRecord, claim?: ApprovalClaim): Promise<ApprovalOutcome>;
  /**
   * NOT_FOUND; FORBIDDEN for whoever asked; CONFLICT when it is another request, has expired or was decided otherwise. The same decision
   * again changes nothing.
   */
  decideApproval(decision: Decision): Promise<ApprovalRecord>;
  closeApproval(issuer: string, id: string, end: Pick<ApprovalRecord, 'state' | 'code'>): Promise<ApprovalRecord>;
  findApproval(issuer: string, id: string): Promise<ApprovalRecord | undefined>;
  /** Newest first. */
  listApprovals(
    issuer: string,
    page: { cursor?: string; limit: number },
  ): Promise<{ readonly items: readonly ApprovalRecord[]; readonly next: string | undefined }>;
}

/** The `Idempotency-Key` of a request. */
interface ApprovalClaim {
  readonly scope: string;
  readonly key: string;
  readonly requestDigest: string;
}

export type ApprovalOutcome =
  | { readonly kind: 'kept'; readonly record: ApprovalRecord }
  | { readonly kind: 'in-flight' | 'reused' };
