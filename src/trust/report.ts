/**
 * The report of an evaluation: one JSON document that says what was asked, what was looked at, by digest, and what came of it. The same
 * inputs give the same bytes through RFC 8785, so that anybody can run it again and compare (docs/trust.md, section 6).
 */
import type { Finding } from '../base/finding.ts';
import { verdictOf } from '../base/finding.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { EvaluationInput, RegimeResult } from './evaluation.ts';
import type { Evidence } from './evidence.ts';
import { instantText } from './in-force.ts';
import { byText, sortedSet } from './order.ts';
import { CBAM_GOODS_VERSION } from './reference/cbam-goods.ts';
import { DEFAULT_VALUES_VERSION } from './reference/default-values.ts';
import { digestOfWorksheet } from './worksheets.ts';

export const REPORT_TYPE = 'EvaluationReport';
/** Raised whenever the same inputs would give other bytes. */
export const REPORT_VERSION = '1';

export function createReport(
  input: EvaluationInput,
  evidence: Evidence,
  regimes: readonly string[],
  results: Readonly<Record<string, RegimeResult>>,
  findings: readonly Finding[],
): JsonObject {
  return {
    type: REPORT_TYPE,
    version: REPORT_VERSION,
    at: instantText(input.at),
    policy: input.policy.digest,
    ...(input.claim === undefined ? {} : { claim: input.claim }),
    regimes,
    ...(input.import === undefined ? {} : { import: plain(input.import) }),
    reference: { cbamGoods: CBAM_GOODS_VERSION, defaultValues: DEFAULT_VALUES_VERSION },
    lookedAt: lookedAt(input, evidence),
    // Made here from texts alone, so they are JSON as they stand.
    results: results as unknown as JsonObject,
    findings: findings.map(plain),
  };
}

function lookedAt(input: EvaluationInput, evidence: Evidence) {
  const { admitted, refused } = evidence;
  const documents = admitted.flatMap((credential) => credential.didDocuments);
  const lists = admitted.flatMap(({ status }) => status.flatMap((entry) => entry.observations.map(({ list }) => list)));
  return {
    credentials: [
      ...admitted.map((credential) => ({
        digest: credential.digest,
        linkDigest: evidence.linkDigestOf(credential),
        id: credential.id,
        type: credential.type,
        issuer: credential.issuer,
        verdict: 'accepted',
      })),
      ...refused.map((credential) => ({ digest: credential.digest, verdict: verdictOf(credential.findings) })),
    ].sort((a, b) => byText(a.digest, b.digest)),
    didDocuments: distinct(documents.map(({ did, digest, source }) => ({ did, digest, source }))),
    statusLists: distinct(lists.map(({ url, digest }) => ({ url, digest }))),
    worksheets: sortedSet((input.worksheets ?? []).map(digestOfWorksheet)),
  };
}

function distinct(entries: readonly Readonly<Record<string, string>>[]): readonly JsonValue[] {
  return sortedSet(entries.map((entry) => JSON.stringify(entry))).map((json) => JSON.parse(json) as JsonValue);
}

/** For what came from outside: members that are absent are left out, as JSON has it. */
function plain(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
