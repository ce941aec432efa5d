import type { Clock } from '../../base/clock.ts';
import { ServiceError } from '../../base/error.ts';
import type { Finding } from '../../base/finding.ts';
import type { JsonObject } from '../../base/json.ts';
import { subjectOf, typeOf } from '../../credentials/credential.ts';
import { readDateTime } from '../../formats/date-time.ts';
import type { Admitted } from '../../trust/admitted.ts';
import type { Advice } from '../../trust/advice.ts';
import { advise, regimesFor } from '../../trust/advise.ts';
import type { RefusedCredential, Worksheet } from '../../trust/evaluation.ts';
import type { Policy } from '../../trust/policy.ts';
import { findingsOf } from './wording.ts';

export interface AdviceRequest {
  /** The complete unsecured credential. */
  readonly draft: JsonObject;
  readonly supporting?: readonly JsonObject[] | undefined;
  readonly worksheets?: readonly Worksheet[] | undefined;
  readonly regimes?: readonly string[] | undefined;
  /** The instant asked about, milliseconds; now, or when the draft begins if that is later, unless given. */
  readonly at?: number | undefined;
  readonly policy?: Policy | undefined;
}

export interface AdviceAnswer {
  readonly advice: Advice;
  /** Supporting credentials that could not be used, and why. */
  readonly unusable: readonly RefusedCredential[];
}

interface AdviserDeps {
  readonly clock: Clock;
  /** Checks and admits supporting credentials; handed in by the composition root. */
  readonly gather: (
    draft: JsonObject,
    credentials: readonly JsonObject[],
    options: { readonly at: number; readonly lookups?: number },
  ) => Promise<{ readonly admitted: readonly Admitted[]; readonly refused: readonly RefusedCredential[] }>;
  /** What the organisation has on this node; nothing where there is no node. */
  readonly onFile: (
    organisation: string,
    draft: JsonObject,
    given: readonly JsonObject[],
  ) => Promise<readonly JsonObject[]>;
  /** The node's own policy, where it has one. */
  readonly policy: () => Policy | undefined;
}

/** Credentials that may come with a draft. */
export const MOST_SUPPORTING = 63;
/** Look-ups that issuing without named regimes may cost. */
const LOOKUPS_ON_ISSUE = 16;

/** Tells an issuer, before it signs, what the rules will say (docs/issuing.md). */
export class Adviser {
  readonly #deps: AdviserDeps;

  constructor(deps: AdviserDeps) {
    this.#deps = deps;
  }

  /** Errors: BAD_REQUEST for a regime that the policy does not have, LIMIT_EXCEEDED for too many supporting credentials. */
  async advise(organisation: string, request: AdviceRequest): Promise<AdviceAnswer> {
    const policy = request.policy ?? this.#deps.policy();
    assertRegimes(request.regimes, policy);
    const given = request.supporting ?? [];
    if (given.length > MOST_SUPPORTING) {
      throw new ServiceError('LIMIT_EXCEEDED', `more than ${MOST_SUPPORTING} credentials`, { pointer: '/supporting' });
    }
    const found = await this.#deps.onFile(organisation, request.draft, given);
    return this.#answer({ ...request, policy }, [...given, ...found].slice(0, MOST_SUPPORTING));
  }

  /**
   * Advice on a draft that is about to be issued, as findings. Where the issuer names regimes, what fails under them is an error.
   * Otherwise only a statement on a claim that is on file is looked at, with few look-ups, and nothing is more than a warning.
   */
  async adviseOnIssue(
    organisation: string,
    request: Pick<AdviceRequest, 'draft' | 'regimes' | 'supporting'> & { readonly language: 'en' | 'ko' },
  ): Promise<readonly Finding[]> {
    const { draft, regimes, supporting, language } = request;
    if (regimes !== undefined) {
      const { advice } = await this.advise(organisation, { draft, regimes, supporting });
      return findingsOf(advice, { language, refusing: true });
    }
    if (typeOf(draft) !== 'VerificationStatement') return [];
    const found = await this.#deps.onFile(organisation, draft, supporting ?? []);
    const linked = subjectOf(draft)?.['claim'];
    const all = [...(supporting ?? []), ...found];
    if (!all.some((one) => JSON.stringify(linked ?? null).includes(JSON.stringify(one['id'] ?? null)))) return [];
    const { advice } = await this.#answer({ draft, policy: this.#deps.policy() }, all, LOOKUPS_ON_ISSUE);
    return findingsOf(advice, { language, refusing: false });
  }

  async #answer(request: AdviceRequest, supporting: readonly JsonObject[], lookups?: number): Promise<AdviceAnswer> {
    const { draft, policy, regimes, worksheets } = request;
    const at = request.at ?? Math.max(this.#deps.clock.now(), readDateTime(draft['validFrom']) ?? 0);
    const options = { at, ...(lookups === undefined ? {} : { lookups }) };
    const { admitted, refused } = await this.#deps.gather(draft, supporting, options);
    return { advice: advise({ draft, admitted, refused, at, policy, regimes, worksheets }), unusable: refused };
  }
}

function assertRegimes(asked: readonly string[] | undefined, policy: Policy | undefined): void {
  const known = regimesFor(policy);
  for (const [place, regime] of (asked ?? []).entries()) {
    if (known.includes(regime)) continue;
    throw new ServiceError('BAD_REQUEST', 'no such regime here', { pointer: `/regimes/${place}` });
  }
}
