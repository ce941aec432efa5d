import type { Clock } from '../base/clock.ts';
import { ServiceError } from '../base/error.ts';
import type { JsonValue } from '../base/json.ts';
import type { SealedKeyStore } from '../crypto/signers/sealed-file.ts';
import { formatDateTime } from '../formats/date-time.ts';
import type { IdempotencyClaim, Store } from '../store/store.ts';

interface OnceDeps {
  readonly store: Store;
  readonly keys: Pick<SealedKeyStore, 'seal' | 'unseal'>;
  readonly clock: Clock;
}

/** Makes a request with an `Idempotency-Key` happen once. Kept answers are sealed, since some carry a token that is shown once. */
export class Once {
  readonly #deps: OnceDeps;

  constructor(deps: OnceDeps) {
    this.#deps = deps;
  }

  /** Errors: IDEMPOTENCY_IN_FLIGHT, IDEMPOTENCY_KEY_REUSED, and whatever `work` throws (the key is then free again). */
  async run<Answer>(claim: IdempotencyClaim | undefined, work: () => Promise<Answer>): Promise<Answer> {
    if (claim === undefined) return work();
    const context = `idempotency ${claim.scope} ${claim.key}`;
    const outcome = await this.#deps.store.claimIdempotency(claim, formatDateTime(this.#deps.clock.now()));
    switch (outcome.kind) {
      case 'in-flight':
        throw new ServiceError('IDEMPOTENCY_IN_FLIGHT', 'ask again in a moment', { retryAfter: 1 });
      case 'reused':
        throw new ServiceError('IDEMPOTENCY_KEY_REUSED', 'choose a new key for a new request');
      case 'replay':
        return JSON.parse(
          new TextDecoder().decode(this.#deps.keys.unseal(sealedText(outcome.answer), context)),
        ) as Answer;
      case 'new':
        return this.#first(claim, context, work);
    }
  }

  async #first<Answer>(claim: IdempotencyClaim, context: string, work: () => Promise<Answer>): Promise<Answer> {
    let answer: Answer;
    try {
      answer = await work();
    } catch (error) {
      await this.#deps.store.releaseIdempotency(claim).catch(() => undefined);
      throw error;
    }
    await this.#deps.store.settleIdempotency(
      claim,
      this.#deps.keys.seal(new TextEncoder().encode(JSON.stringify(answer)), context),
    );
    return answer;
  }
}

function sealedText(answer: JsonValue): string {
  if (typeof answer !== 'string') throw new ServiceError('STORE_INTEGRITY', 'a kept answer has the wrong form');
  return answer;
}
