import { Buffer } from 'node:buffer';
import { timingSafeEqual } from 'node:crypto';
import { ServiceError } from '../base/error.ts';
import { sha256Hex } from '../formats/digest.ts';
import type { OrganisationRecord } from '../store/store.ts';

interface CallersDeps {
  /** SHA-256 of the administrator's token, hex. */
  readonly adminTokenDigest: string;
  readonly findByToken: (token: string) => Promise<OrganisationRecord | undefined>;
}

const TOKEN = /^Bearer ([\x21-\x7e]{16,200})$/;
/** Wrong tokens one address may send a minute. */
const MAX_WRONG = 60;

/** Who is calling: told from the bearer token and nothing else. */
export class Callers {
  readonly #deps: CallersDeps;
  #wrong = new Map<string, number>();
  #window = 0;

  constructor(deps: CallersDeps) {
    this.#deps = deps;
  }

  /**
   * The organisation slug of the caller; undefined for the administrator and where nobody need be known.
   * Errors: UNAUTHORIZED, the same for a missing, a malformed and a wrong token; RATE_LIMITED for an address that keeps guessing.
   */
  async identify(
    access: 'public' | 'admin' | 'organisation',
    authorization: string | undefined,
    address: string,
  ): Promise<string | undefined> {
    if (access === 'public') return undefined;
    this.#assertNotGuessing(address);
    const token = TOKEN.exec(authorization ?? '')?.[1] ?? '';
    if (access === 'admin') {
      if (sameDigest(sha256Hex(token), this.#deps.adminTokenDigest)) return undefined;
    } else {
      const organisation = await this.#deps.findByToken(token);
      if (organisation !== undefined) return organisation.slug;
    }
    this.#wrong.set(address, (this.#wrong.get(address) ?? 0) + 1);
    throw new ServiceError('UNAUTHORIZED', 'send Authorization: Bearer with a valid token');
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

function sameDigest(left: string, right: string): boolean {
  return left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));
}
