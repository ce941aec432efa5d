import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { ServiceError } from '../../base/error.ts';
import type { FourEyesAct, Scope } from '../../base/scope.ts';
import { formatDateTime } from '../../formats/date-time.ts';
import { sha256Hex } from '../../formats/digest.ts';
import type { SignInRecord } from '../../store/access-records.ts';
import type { Store } from '../../store/store.ts';
import { accessOf, knownValues, type Mapping } from './mapping.ts';
import type { Begun, IdentityProvider } from './provider.ts';

/** A sign-in ends after this long, and after this long without a request. Seconds. */
export const LIFETIME_S = 8 * 60 * 60;
const IDLE_S = 30 * 60;
/** Time to come back from the provider. Seconds. */
export const COMING_BACK_S = 600;
/** Use is noted at most so often. Milliseconds. */
const NOTED_EVERY_MS = 60_000;

const CONTEXT = 'sign-in under way';

/** What the browser carries to the provider and back, sealed. */
interface UnderWay extends Begun {
  readonly until: number;
  readonly organisation?: string | undefined;
  readonly returnTo?: string | undefined;
}

export interface Person {
  readonly organisation: string;
  /** `person:subject@issuer`, as the journal has it. */
  readonly actor: string;
  readonly scopes: readonly Scope[];
  readonly fourEyes: readonly FourEyesAct[];
  readonly expiresAt: string;
}

interface SignInDeps {
  readonly store: Pick<Store, 'findOrganisation' | 'saveSignIn' | 'findSignIn' | 'removeSignIn'>;
  readonly clock: Clock;
  readonly provider: Pick<IdentityProvider, 'begin' | 'finish'>;
  readonly issuer: string;
  readonly mapping: Mapping;
  readonly publicUrl: () => string;
  readonly seal: {
    seal(plain: Uint8Array, context: string): string;
    unseal(sealed: string, context: string): Uint8Array;
  };
}

/** People: who they are is the identity provider's word, what they may do the operator's mapping, and how long the session's. */
export class SignIn {
  readonly #deps: SignInDeps;

  constructor(deps: SignInDeps) {
    this.#deps = deps;
  }

  get redirectUri(): string {
    return `${this.#deps.publicUrl()}/auth/callback`;
  }

  /** Where to send the browser, and what it has to bring back. Errors: BAD_REQUEST, UNAVAILABLE, SIGN_IN_REFUSED. */
  async begin(asked: {
    organisation?: string | undefined;
    returnTo?: string | undefined;
  }): Promise<{ url: string; carry: string }> {
    if (asked.returnTo !== undefined && !/^\/(?!\/)[\w\-./~%?=&]{0,300}$/.test(asked.returnTo))
      throw new ServiceError('BAD_REQUEST', 'returnTo is a path of this node');
    const { url, begun } = await this.#deps.provider.begin(this.redirectUri);
    const underWay: UnderWay = { ...begun, ...asked, until: this.#deps.clock.now() + COMING_BACK_S * 1000 };
    return { url, carry: this.#deps.seal.seal(new TextEncoder().encode(JSON.stringify(underWay)), CONTEXT) };
  }

  /**
   * The person came back: a session of their own, under a new secret. Errors: SIGN_IN_REFUSED for an answer that does not hold or was not
   * asked for by this browser, FORBIDDEN for a person whom the mapping opens nothing, UNAVAILABLE.
   */
  async finish(query: URLSearchParams, carry: string | undefined): Promise<{ session: string; returnTo: string }> {
    const underWay = this.#opened(carry);
    const callback = new URL(this.redirectUri);
    callback.search = query.toString();
    const { subject, claims } = await this.#deps.provider.finish(callback, underWay);
    if (!/^[\x21-\x7e]{1,255}$/.test(subject)) throw new ServiceError('SIGN_IN_REFUSED', 'the subject is not readable');
    const values = knownValues(this.#deps.mapping, claims);
    const organisation = await this.#organisationOf(values, underWay.organisation);
    const session = randomBytes(32).toString('base64url');
    const now = this.#deps.clock.now();
    const actor = `person:${subject}@${this.#deps.issuer.replace(/^https?:\/\//, '').replace(/\/$/, '')}`;
    const endsAt = now + LIFETIME_S * 1000;
    await this.#deps.store.saveSignIn(sha256Hex(session), {
      actor,
      organisation,
      values,
      startedAt: now,
      seenAt: now,
      endsAt,
    });
    return { session, returnTo: underWay.returnTo ?? '/auth/session' };
  }

  #opened(carry: string | undefined): UnderWay {
    const refused = new ServiceError('SIGN_IN_REFUSED', 'this browser asked for no sign-in; begin at /auth/login');
    if (carry === undefined) throw refused;
    let underWay: UnderWay;
    try {
      underWay = JSON.parse(new TextDecoder().decode(this.#deps.seal.unseal(carry, CONTEXT))) as UnderWay;
    } catch {
      throw refused;
    }
    if (underWay.until <= this.#deps.clock.now())
      throw new ServiceError('SIGN_IN_REFUSED', 'it took too long; begin again at /auth/login');
    return underWay;
  }

  async #organisationOf(values: readonly string[], asked: string | undefined): Promise<string> {
    const open = [...accessOf(this.#deps.mapping, values).keys()];
    const [only, ...more] = open;
    if (asked === undefined && more.length > 0)
      throw new ServiceError(
        'FORBIDDEN',
        'several organisations are open to you: name one, /auth/login?organisation=…',
      );
    const organisation = asked ?? only;
    const isOpen = organisation !== undefined && open.includes(organisation);
    if (!isOpen || (await this.#deps.store.findOrganisation(organisation)) === undefined)
      throw new ServiceError('FORBIDDEN', 'no organisation is open to you here');
    return organisation;
  }

  /** The person of a session that has not ended, with what the mapping opens to them now. */
  async find(session: string): Promise<Person | undefined> {
    const digest = sha256Hex(session);
    const record = await this.#deps.store.findSignIn(digest);
    if (record === undefined) return undefined;
    const now = this.#deps.clock.now();
    if (now >= record.endsAt || now >= record.seenAt + IDLE_S * 1000) {
      await this.#deps.store.removeSignIn(digest);
      return undefined;
    }
    const { actor, organisation, values, endsAt } = record;
    const scopes = accessOf(this.#deps.mapping, values).get(organisation);
    const found = await this.#deps.store.findOrganisation(organisation);
    if (scopes === undefined || found === undefined) return undefined;
    await this.#note(digest, record, now);
    return { organisation, actor, scopes, fourEyes: found.fourEyes ?? [], expiresAt: formatDateTime(endsAt) };
  }

  async #note(digest: string, record: SignInRecord, now: number): Promise<void> {
    if (now - record.seenAt >= NOTED_EVERY_MS)
      await this.#deps.store.saveSignIn(digest, { ...record, seenAt: now }, true);
  }

  async end(session: string): Promise<void> {
    await this.#deps.store.removeSignIn(sha256Hex(session));
  }

  /** What a page of this node has to send with every change, and nobody else can know. Derived, so that it is kept nowhere. */
  csrfTokenOf(session: string): string {
    return sha256Hex(`csrf ${session}`);
  }
}
