/** Our side of the comparison: issue and check with src/proofs, with all bundled contexts and no network. */
import { createManualClock } from '../../src/base/clock.ts';
import { verdictOf } from '../../src/base/finding.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { loadContexts } from '../../src/credentials/contexts.ts';
import { createDidResolver } from '../../src/dids/resolver.ts';
import { readDateTime } from '../../src/formats/date-time.ts';
import { createDataIntegrity } from '../../src/proofs/data-integrity.ts';
import { type Case, seedOf, signerOf } from './cases.ts';

/** The instant of the worked examples. */
const NOW = Date.UTC(2027, 3, 15);

export interface Ours {
  /** Every bundled context, by its URL. */
  readonly contexts: Readonly<Record<string, JsonObject>>;
  issue(one: Case): Promise<JsonObject>;
  /** `passed`, or the code of the first finding that is not. */
  verify(document: JsonObject): Promise<string>;
}

export function createOurs(release: string): Ours {
  const bundled = loadContexts();
  const dataIntegrity = createDataIntegrity({ contexts: bundled });
  const resolver = createDidResolver({
    clock: createManualClock(NOW),
    fetchJson: async () => ({ status: 'unreachable', reason: 'connect' }),
  });
  return {
    contexts: Object.fromEntries(bundled.urls.map((url) => [url, bundled.document(url) ?? {}])),
    issue: async (one) => {
      const created = readDateTime(one.created);
      if (created === undefined) throw new TypeError(`${one.name}: no instant`);
      return dataIntegrity.secureCredential(one.unsigned, {
        signer: signerOf(seedOf(release, one.issuer)),
        created,
      });
    },
    verify: async (document) => {
      const { findings } = await dataIntegrity.checkCredentialProofs(document, { resolver, now: NOW });
      if (verdictOf(findings) === 'accepted') return 'passed';
      return findings.find(({ outcome }) => outcome !== 'passed')?.code ?? 'undetermined';
    },
  };
}
