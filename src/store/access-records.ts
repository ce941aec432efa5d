import type { Scope } from '../base/scope.ts';

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
}
