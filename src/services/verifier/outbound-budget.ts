import { undetermined } from '../../base/finding.ts';
import type { DidResolver } from '../../dids/resolver.ts';
import type { LoadStatusList } from './check-deps.ts';
import type { LoadSchema } from './load-schema.ts';

/** What one request may cause to be looked up elsewhere, however many credentials, lists and instants it names. */
const MOST_LOOKUPS = 4096;
const LONGEST_MS = 30_000;

/**
 * Bounds the look-ups of one request. Beyond the budget a list or a DID document is simply not had: *undetermined*, worth another try
 * with less, and nobody else waits for it meanwhile.
 */
export class OutboundBudget {
  readonly #now: () => number;
  readonly #ends: number;
  #left: number;

  constructor(now: () => number = () => performance.now(), lookups: number = MOST_LOOKUPS) {
    this.#left = lookups;
    this.#now = now;
    this.#ends = now() + LONGEST_MS;
  }

  lists(load: LoadStatusList): LoadStatusList {
    return (url, at, form) =>
      this.#take()
        ? load(url, at, form)
        : Promise.resolve({ ok: false, code: 'STATUS_RETRIEVAL_ERROR', detail: 'too many look-ups for one request' });
  }

  schemas(load: LoadSchema): LoadSchema {
    return (url) => {
      if (this.#take()) return load(url);
      const detail = 'too many look-ups for one request';
      return Promise.resolve({
        ok: false,
        finding: undetermined('credential-schema', 'SCHEMA_RETRIEVAL_ERROR', detail),
      });
    };
  }

  resolver(resolver: DidResolver): DidResolver {
    return {
      resolve: (did, query) =>
        this.#take()
          ? resolver.resolve(did, query)
          : Promise.resolve({
              outcome: 'undetermined',
              code: 'DID_RESOLUTION_ERROR',
              detail: 'too many look-ups for one request',
            }),
    };
  }

  #take(): boolean {
    this.#left -= 1;
    return this.#left >= 0 && this.#now() < this.#ends;
  }
}
