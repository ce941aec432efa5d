import { Buffer } from 'node:buffer';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { ServiceError } from '../base/error.ts';
import { isObject, type JsonValue } from '../base/json.ts';
import { formatDateTime, readDateTime } from '../formats/date-time.ts';
import { sha256Hex } from '../formats/digest.ts';
import type { Store } from '../store/store.ts';

/** Before the token could be changed, its digest was kept bare. */
const SETTING = 'adminTokenDigest';

interface Kept {
  readonly digest: string;
  readonly previous?: { readonly digest: string; readonly until: string };
}

interface AdminTokensDeps {
  readonly store: Pick<Store, 'readSetting' | 'writeSetting' | 'settleSetting'>;
  readonly clock: Clock;
  /** `ADMIN_TOKEN` and `ADMIN_TOKEN_NEXT`, where the environment says. */
  readonly given: readonly string[];
}

/** The administrator's token: from the environment, or generated once and changed over HTTP. Only digests are kept. */
export class AdminTokens {
  readonly #deps: AdminTokensDeps;

  constructor(deps: AdminTokensDeps) {
    this.#deps = deps;
  }

  /** At start: the token, where this start made it. Of several nodes that start at once over one database, one has made it. */
  async settle(): Promise<string | undefined> {
    const { store, given } = this.#deps;
    if (given.length > 0 || (await store.readSetting(SETTING)) !== undefined) return undefined;
    const token = newToken();
    const kept = await store.settleSetting(SETTING, sha256Hex(token));
    return kept === sha256Hex(token) ? token : undefined;
  }

  async isGood(token: string): Promise<boolean> {
    const digest = sha256Hex(token);
    const { given, clock } = this.#deps;
    if (given.length > 0) return given.map((one) => sameDigest(sha256Hex(one), digest)).includes(true);
    const kept = formOf(await this.#kept());
    if (sameDigest(kept.digest, digest)) return true;
    const { previous } = kept;
    return (
      previous !== undefined && sameDigest(previous.digest, digest) && clock.now() < (readDateTime(previous.until) ?? 0)
    );
  }

  /** A new token; the old one stays good for `graceSeconds`. Errors: CONFLICT where the environment says what it is, and for one of two at once. */
  async rotate(graceSeconds: number): Promise<string> {
    const { store, clock, given } = this.#deps;
    if (given.length > 0) {
      throw new ServiceError(
        'CONFLICT',
        'ADMIN_TOKEN is set: change it there, with ADMIN_TOKEN_NEXT beside it meanwhile',
      );
    }
    const read = await this.#kept();
    const { digest } = formOf(read);
    const token = newToken();
    const until = formatDateTime(clock.now() + graceSeconds * 1000);
    const next = { digest: sha256Hex(token), ...(graceSeconds === 0 ? {} : { previous: { digest, until } }) };
    await store.writeSetting(SETTING, next, read);
    return token;
  }

  async #kept(): Promise<JsonValue> {
    return (await this.#deps.store.readSetting(SETTING)) ?? null;
  }
}

function formOf(kept: JsonValue): Kept {
  if (typeof kept === 'string') return { digest: kept };
  if (isObject(kept) && typeof kept['digest'] === 'string') return kept as unknown as Kept;
  throw new ServiceError('STORE_INTEGRITY', 'the record of the administrator token has the wrong form');
}

function newToken(): string {
  return `ppa_${randomBytes(32).toString('base64url')}`;
}

function sameDigest(left: string, right: string): boolean {
  return left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));
}
