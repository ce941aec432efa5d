import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { ServiceError } from '../base/error.ts';
import { asArray, isObject, type JsonObject } from '../base/json.ts';
import { formatDateTime } from '../formats/date-time.ts';
import type { EvaluationRecord, InstanceRecord, Page, Store } from '../store/store.ts';

/** An evaluation as a client asks for it; a presentation here is only the envelope its credentials came in. */
export interface AskedEvaluation {
  readonly presentation?: JsonObject;
  readonly credentials?: readonly JsonObject[];
  readonly at?: number | undefined;
  readonly [more: string]: unknown;
}

interface EvaluationsDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** Judges the credentials under the policy of the instance; handed in by the composition root. */
  readonly judge: (
    instance: InstanceRecord,
    request: AskedEvaluation & { readonly credentials: readonly JsonObject[] },
  ) => Promise<EvaluationResult>;
}

export interface EvaluationResult {
  readonly results: unknown;
  readonly findings: unknown;
  readonly report: unknown;
  readonly evidence: unknown;
  readonly dependsOn: readonly string[];
}

/** Keeps the evaluations of a relying party, so that those resting on a credential can be found when it falls. */
export class Evaluations {
  readonly #deps: EvaluationsDeps;

  constructor(deps: EvaluationsDeps) {
    this.#deps = deps;
  }

  async evaluate(instance: InstanceRecord, asked: AskedEvaluation): Promise<JsonObject> {
    const credentials = asked.credentials ?? asArray(asked.presentation?.['verifiableCredential']).filter(isObject);
    const { dependsOn, results, findings, report } = await this.#deps.judge(instance, { ...asked, credentials });
    const now = formatDateTime(this.#deps.clock.now());
    const id = `urn:uuid:${randomUUID()}`;
    const answer = JSON.parse(JSON.stringify({ id, evaluatedAt: now, results, findings, report })) as JsonObject;
    const { at, presentation: _envelope, ...rest } = asked;
    const request = JSON.parse(
      JSON.stringify({ ...rest, credentials, ...(at === undefined ? {} : { at: formatDateTime(at) }) }),
    ) as JsonObject;
    await this.#deps.store.saveEvaluation({ id, verifier: instance.id, dependsOn, request, answer, evaluatedAt: now });
    return answer;
  }

  async require(instance: InstanceRecord, id: string): Promise<JsonObject> {
    const record = await this.#deps.store.findEvaluation(instance.id, id);
    if (record === undefined) throw new ServiceError('NOT_FOUND', 'no such evaluation');
    return record.answer;
  }

  async list(
    instance: InstanceRecord,
    filter: { dependsOn?: string; limit: number; cursor?: string },
  ): Promise<Page<Pick<EvaluationRecord, 'id' | 'evaluatedAt' | 'dependsOn'>>> {
    const page = await this.#deps.store.listEvaluations(instance.id, filter);
    return {
      items: page.items.map(({ id, evaluatedAt, dependsOn }) => ({ id, evaluatedAt, dependsOn })),
      next: page.next,
    };
  }
}
