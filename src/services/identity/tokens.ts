import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { ServiceError } from '../../base/error.ts';
import { type FourEyesAct, SCOPES, type Scope } from '../../base/scope.ts';
import { formatDate, formatDateTime, readDateTime } from '../../formats/date-time.ts';
import { sha256Hex } from '../../formats/digest.ts';
import type { TokenRecord } from '../../store/access-records.ts';
import type { Store } from '../../store/store.ts';

/** The token that an organisation is created with: it may do everything. */
const MAIN = 'main';
/** How long an old token may stay good beside the new one, seconds. */
export const MOST_GRACE = 30 * 24 * 60 * 60;

export interface NewToken {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt?: string | undefined;
}

/** A token as it may be shown: without anything that helps to find it. */
export type TokenView = Omit<TokenRecord, 'digest' | 'previous' | 'organisation'> & {
  readonly lastUsed?: string;
  /** Until when the token before is still good. */
  readonly previousUntil?: string;
};

/** Whose a good token is. */
export interface TokenOwner {
  readonly organisation: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly fourEyes: readonly FourEyesAct[];
}

interface TokensDeps {
  readonly store: Store;
  readonly clock: Clock;
}

/** The tokens of organisations: several each, with names and scopes. Only their digests are kept. */
export class Tokens {
  readonly #deps: TokensDeps;
  /** Token → the day on which its use was last noted by this process. */
  readonly #noted = new Map<string, string>();

  constructor(deps: TokensDeps) {
    this.#deps = deps;
  }

  /** The answer is the only place where the token is ever shown. Errors: NOT_FOUND, CONFLICT for a taken name, RANGE_ERROR. */
  async create(organisation: string, request: NewToken): Promise<{ token: string; view: TokenView }> {
    const token = newToken();
    const record = recordOf(organisation, { ...request, token, createdAt: this.#now() });
    if (record.expiresAt !== undefined) this.#assertFuture(record.expiresAt);
    await this.#deps.store.createToken(record);
    return { token, view: viewOf(record, undefined) };
  }

  /** The old token stays good for `graceSeconds`, one that was replaced before it ends now. Errors: NOT_FOUND. */
  async rotate(organisation: string, name: string, graceSeconds: number): Promise<{ token: string; view: TokenView }> {
    const token = newToken();
    const now = this.#deps.clock.now();
    const keepUntil = graceSeconds === 0 ? undefined : formatDateTime(now + graceSeconds * 1000);
    const rotation = { digest: sha256Hex(token), at: formatDateTime(now), keepUntil };
    return { token, view: viewOf(await this.#deps.store.rotateToken(organisation, name, rotation), undefined) };
  }

  /** A new token for everything in place of the first one, which ends at once. */
  async replaceMain(organisation: string): Promise<string> {
    try {
      return (await this.rotate(organisation, MAIN, 0)).token;
    } catch (error) {
      const revoked = error instanceof ServiceError && error.code === 'NOT_FOUND';
      if (!revoked) throw error;
      return (await this.create(organisation, { name: MAIN, scopes: SCOPES })).token;
    }
  }

  /** Ends it at once, and the one before it. Errors: NOT_FOUND. */
  async revoke(organisation: string, name: string): Promise<void> {
    if (!(await this.#deps.store.removeToken(organisation, name))) throw new ServiceError('NOT_FOUND', 'no such token');
  }

  /** Errors: NOT_FOUND. */
  async list(organisation: string): Promise<readonly TokenView[]> {
    if ((await this.#deps.store.findOrganisation(organisation)) === undefined)
      throw new ServiceError('NOT_FOUND', 'no such organisation');
    return (await this.#deps.store.listTokens(organisation)).map(({ token, lastUsed }) => viewOf(token, lastUsed));
  }

  /**
   * Whose token this is, if it is good now. Looked for by digest: how long that takes tells nothing about the tokens there are, and a
   * digest of 256 random bits needs no salt.
   */
  async find(token: string): Promise<TokenOwner | undefined> {
    const digest = sha256Hex(token);
    const found = await this.#deps.store.findToken(digest);
    if (found === undefined || !this.#isGood(found.token, digest)) return undefined;
    this.#note(found.token);
    const { organisation, name, scopes } = found.token;
    return { organisation, name, scopes, fourEyes: found.organisation.fourEyes ?? [] };
  }

  #isGood({ digest, previous, expiresAt }: TokenRecord, shown: string): boolean {
    const now = this.#deps.clock.now();
    if (!isBefore(now, expiresAt)) return false;
    if (digest === shown) return true;
    return previous?.digest === shown && isBefore(now, previous.until);
  }

  /** Once a day, beside the request: a note that could not be written is worth no refusal. */
  #note({ organisation, name }: TokenRecord): void {
    const day = formatDate(this.#deps.clock.now());
    const key = `${organisation} ${name}`;
    if (this.#noted.get(key) === day) return;
    this.#noted.set(key, day);
    this.#deps.store.noteTokenUse(organisation, name, day).catch(() => this.#noted.delete(key));
  }

  #assertFuture(expiresAt: string): void {
    if (isBefore(this.#deps.clock.now(), expiresAt)) return;
    throw new ServiceError('RANGE_ERROR', 'a later instant, such as 2027-04-15T00:00:00Z', { pointer: '/expiresAt' });
  }

  #now(): string {
    return formatDateTime(this.#deps.clock.now());
  }
}

/** The first token of a new organisation, and what is kept of it. */
export function firstToken(organisation: string, createdAt: string): { token: string; record: TokenRecord } {
  const token = newToken();
  return { token, record: recordOf(organisation, { name: MAIN, scopes: SCOPES, token, createdAt }) };
}

/** 256 random bits; the prefix lets secret scanners recognise it. */
function newToken(): string {
  return `ppt_${randomBytes(32).toString('base64url')}`;
}

function recordOf(
  organisation: string,
  { token, name, scopes, createdAt, expiresAt }: NewToken & { readonly token: string; readonly createdAt: string },
): TokenRecord {
  return {
    organisation,
    name,
    digest: sha256Hex(token),
    scopes: SCOPES.filter((scope) => scopes.includes(scope)),
    createdAt,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

function viewOf({ organisation: _, digest: __, previous, ...rest }: TokenRecord, lastUsed?: string): TokenView {
  return {
    ...rest,
    ...(previous === undefined ? {} : { previousUntil: previous.until }),
    ...(lastUsed === undefined ? {} : { lastUsed }),
  };
}

/** What cannot be read as an instant has passed. */
function isBefore(now: number, instant: string | undefined): boolean {
  return instant === undefined || now < (readDateTime(instant) ?? 0);
}
