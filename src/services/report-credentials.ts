import type { Clock } from '../base/clock.ts';
import { ServiceError } from '../base/error.ts';
import type { Finding } from '../base/finding.ts';
import { asArray, isObject, type JsonObject } from '../base/json.ts';
import { formatDateTime, readDateTime } from '../formats/date-time.ts';
import { sha256Hex } from '../formats/digest.ts';
import type { EvaluationRecord, IdempotencyClaim, InstanceRecord, IssuanceRecord, Store } from '../store/store.ts';
import { createReportCredential } from '../trust/report-credential.ts';

/** How long a signed report is good for unless the request says. What it says is about one instant, which does not age. */
const LIFE_MS = 365 * 86_400_000;

export interface SignedReport {
  readonly verifiableCredential: JsonObject;
  readonly warnings: readonly Finding[];
  /** The document whose digest was signed. */
  readonly report: JsonObject;
}

interface ReportCredentialsDeps {
  readonly store: Pick<Store, 'findEvaluation' | 'findIssuance'>;
  readonly clock: Clock;
  /** The issuer instance that signs for whoever owns this verifier instance. Errors: FORBIDDEN when there is none. */
  readonly issuerOf: (verifier: InstanceRecord) => Promise<{ instance: InstanceRecord; did: string }>;
  readonly issue: (
    instance: InstanceRecord,
    request: { readonly credential: JsonObject; readonly credentialId: string },
    idempotency?: IdempotencyClaim,
  ) => Promise<{ readonly verifiableCredential: JsonObject; readonly warnings: readonly Finding[] }>;
}

/** Signs, for a relying party, what an evaluation of its own found (docs/trust.md, section 6). */
export class ReportCredentials {
  readonly #deps: ReportCredentialsDeps;

  constructor(deps: ReportCredentialsDeps) {
    this.#deps = deps;
  }

  /**
   * Issue a VerificationReport about an evaluation. A later one about the same evaluation, or about one that judged it again,
   * supersedes it.
   * Errors: NOT_FOUND; CONFLICT when no claim was judged, or two are asked for at once; MALFORMED_VALUE_ERROR (validUntil); those of issuing.
   */
  async sign(
    verifier: InstanceRecord,
    evaluationId: string,
    options: { readonly validUntil?: string | undefined } = {},
    idempotency?: IdempotencyClaim,
  ): Promise<SignedReport> {
    const evaluation = await this.#deps.store.findEvaluation(verifier.id, evaluationId);
    if (evaluation === undefined) throw new ServiceError('NOT_FOUND', 'no such evaluation');
    const report = evaluation.answer['report'] as JsonObject;
    const { instance, did } = await this.#deps.issuerOf(verifier);
    const now = this.#deps.clock.now();
    const { credentialId, before } = await this.#place(evaluation);
    const credential = createReportCredential({
      id: evaluation.id,
      evaluatedAt: evaluation.evaluatedAt,
      report,
      credentials: asArray(evaluation.request['credentials']).filter(isObject),
      issuer: did,
      validFrom: formatDateTime(now),
      validUntil: endOf(options.validUntil, now),
      ...(before === undefined ? {} : { supersedes: before.document }),
    });
    if (credential === undefined)
      throw new ServiceError('CONFLICT', 'no claim was judged, so there is nothing to sign a report about');
    const issued = await this.#deps.issue(instance, { credential, credentialId }, idempotency);
    return { ...issued, report };
  }

  /** The id of the next report credential on an evaluation, and the last one that was issued on it or on what it judged again. */
  async #place(evaluation: EvaluationRecord): Promise<{ credentialId: string; before: IssuanceRecord | undefined }> {
    const { free, last } = await this.#issuedOn(evaluation);
    let before = last;
    for (let one: EvaluationRecord | undefined = evaluation; before === undefined && one !== undefined; ) {
      if (one.reevaluationOf === undefined) break;
      one = await this.#deps.store.findEvaluation(one.verifier, one.reevaluationOf);
      if (one !== undefined) before = (await this.#issuedOn(one)).last;
    }
    return { credentialId: free, before };
  }

  async #issuedOn(evaluation: EvaluationRecord): Promise<{ free: string; last: IssuanceRecord | undefined }> {
    let last: IssuanceRecord | undefined;
    for (let count = 0; ; count += 1) {
      const free = reportId(evaluation, count);
      const found = await this.#deps.store.findIssuance(free);
      if (found === undefined) return { free, last };
      if (found.state === 'issued') last = found;
    }
  }
}

/**
 * The id that the report credential number `count` on an evaluation gets. Computed, so that what was issued is found again without a
 * list of its own, and two requests at once cannot both be the next. A UUID of version 8 (RFC 9562, section 5.8).
 */
function reportId({ verifier, id }: EvaluationRecord, count: number): string {
  const hex = sha256Hex(JSON.stringify(['report-credential', verifier, id, count]));
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ];
  return `urn:uuid:${parts.join('-')}`;
}

function endOf(asked: string | undefined, now: number): string {
  if (asked === undefined) return formatDateTime(now + LIFE_MS);
  const end = readDateTime(asked);
  if (end === undefined || end <= now)
    throw new ServiceError('MALFORMED_VALUE_ERROR', 'an instant to come, such as 2027-04-15T00:00:00Z', {
      pointer: '/validUntil',
    });
  return formatDateTime(end);
}
