import { ServiceError } from '../base/error.ts';
import type { FourEyesAct, Scope } from '../base/scope.ts';

/** What a route asks of whoever calls it. */
export type Demand =
  | { readonly access: 'public' }
  | { readonly access: 'admin' }
  | { readonly access: 'organisation'; readonly scope: Scope };

/** Who somebody is who may call for an organisation. */
export interface Member {
  /** Slug. */
  readonly organisation: string;
  /** What the journal calls them. */
  readonly actor: string;
  readonly scopes: readonly Scope[];
  /** Acts that the organisation wants two callers for. */
  readonly fourEyes: readonly FourEyesAct[];
}

/** Who is calling; nothing is known of a stranger. */
export type Known = Partial<Member>;

interface CallersDeps {
  readonly isAdmin: (token: string) => Promise<boolean>;
  readonly findByToken: (token: string) => Promise<Member | undefined>;
}

const TOKEN = /^Bearer ([\x21-\x7e]{16,200})$/;
/** Wrong tokens one address may send a minute. */
const MAX_WRONG = 60;
/** Addresses remembered at once; beyond it the oldest is forgotten. */
const MAX_ADDRESSES = 10_000;

/** Who is calling: told from the bearer token and nothing else. */
export class Callers {
  readonly #deps: CallersDeps;
  #wrong = new Map<string, number>();
  #window = 0;

  constructor(deps: CallersDeps) {
    this.#deps = deps;
  }

  /**
   * The caller, if they may do what the route is for.
   * Errors: UNAUTHORIZED, the same for a missing, a malformed, a wrong and an expired token; FORBIDDEN, naming the scope that the token
   * does not have; RATE_LIMITED for an address that keeps guessing.
   */
  async identify(demand: Demand, authorization: string | undefined, address: string): Promise<Known> {
    if (demand.access === 'public') return {};
    this.#assertNotGuessing(address);
    const token = TOKEN.exec(authorization ?? '')?.[1] ?? '';
    if (demand.access === 'admin') {
      if (await this.#deps.isAdmin(token)) return { actor: 'admin' };
    } else {
      const member = await this.#deps.findByToken(token);
      if (member !== undefined) return within(member, demand.scope);
    }
    this.#remember(address);
    throw new ServiceError('UNAUTHORIZED', 'send Authorization: Bearer with a valid token');
  }

  /** The same for a person who signed in, if their session goes on. Errors: UNAUTHORIZED, FORBIDDEN, RATE_LIMITED. */
  async identifyPerson(scope: Scope, person: Member | undefined, address: string): Promise<Known> {
    this.#assertNotGuessing(address);
    if (person !== undefined) return within(person, scope);
    this.#remember(address);
    throw new ServiceError('UNAUTHORIZED', 'the session has ended; begin at /auth/login');
  }

  #remember(address: string): void {
    this.#wrong.set(address, (this.#wrong.get(address) ?? 0) + 1);
    const [oldest] = this.#wrong.keys();
    if (this.#wrong.size > MAX_ADDRESSES && oldest !== undefined) this.#wrong.delete(oldest);
  }

  #assertNotGuessing(address: string): void {
    const window = Math.floor(performance.now() / 60_000);
    if (window !== this.#window) {
      this.#window = window;
      this.#wrong = new Map();
    }
    if ((this.#wrong.get(address) ?? 0) >= MAX_WRONG) {
      throw new ServiceError('RATE_LIMITED', 'too many wrong tokens from this address', { retryAfter: 60 });
    }
  }
}

function within(member: Member, scope: Scope): Known {
  assertScope(member, scope);
  return member;
}

/** Errors: FORBIDDEN, naming the scope that the caller does not have. */
export function assertScope({ scopes = [] }: Known, scope: Scope): void {
  if (!scopes.includes(scope)) throw new ServiceError('FORBIDDEN', `this needs the scope "${scope}"`);
}

const WANTS: Partial<Record<Scope, FourEyesAct>> = { issue: 'issue', status: 'revoke' };

/** Errors: FOUR_EYES_REQUIRED where the organisation wants two callers for what this scope is about. */
export function assertAlone({ fourEyes = [] }: Known, scope: Scope): void {
  const act = WANTS[scope];
  if (act === undefined || !fourEyes.includes(act)) return;
  const detail = `this organisation wants two callers for "${act}": ask one by one, and have another caller approve`;
  throw new ServiceError('FOUR_EYES_REQUIRED', detail);
}
