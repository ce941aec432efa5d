import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { refuse, ServiceError } from '../base/error.ts';
import { asArray, isObject, type JsonObject } from '../base/json.ts';
import { presentationIn } from '../credentials/enveloped-presentation.ts';
import { credentialsOf } from '../credentials/presentation.ts';
import { formatDateTime, readDateTime } from '../formats/date-time.ts';
import type { ChangeRecord } from '../store/reevaluation-records.ts';
import type { EvaluationRecord, InstanceRecord, Page, Store } from '../store/store.ts';
import { compareResults, isOnlyDoubt } from '../trust/changes.ts';
import type { RegimeResult } from '../trust/evaluation.ts';

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
  /** Told after the feed got an entry. */
  readonly onChange: () => void;
}

export interface EvaluationResult {
  readonly results: unknown;
  readonly findings: unknown;
  readonly report: unknown;
  readonly evidence: unknown;
  readonly dependsOn: readonly string[];
}

type Changes = ReturnType<typeof compareResults>;
type Listed = Pick<EvaluationRecord, 'id' | 'evaluatedAt' | 'dependsOn' | 'reevaluationOf'>;

/** Keeps the evaluations of a relying party, so that those resting on a credential can be found and judged again when it falls. */
export class Evaluations {
  readonly #deps: EvaluationsDeps;

  constructor(deps: EvaluationsDeps) {
    this.#deps = deps;
  }

  async evaluate(instance: InstanceRecord, asked: AskedEvaluation): Promise<JsonObject> {
    const credentials = asked.credentials ?? presentedIn(asked.presentation ?? {});
    const { dependsOn, ...judged } = await this.#deps.judge(instance, { ...asked, credentials });
    const answer = this.#answer(judged);
    const { at, presentation: _envelope, ...rest } = asked;
    const request = plain({ ...rest, credentials, ...(at === undefined ? {} : { at: formatDateTime(at) }) });
    await this.#deps.store.saveEvaluation({ ...this.#record(instance, answer), dependsOn, request });
    return answer;
  }

  /**
   * Judge the newest evaluation of a chain again: the same question, at the present instant unless it named one, under the present
   * policy. What comes out is kept as an evaluation of its own, also when nothing changed.
   * Errors: NOT_FOUND, CONFLICT (judged again meanwhile), and those of an evaluation.
   */
  async reevaluate(instance: InstanceRecord, id: string): Promise<JsonObject> {
    return this.#again(instance, id, () => true);
  }

  /**
   * The same for many: what came out as before is not kept again. A patient one does not keep an answer that only became
   * undetermined, which a host that is down for a moment is enough for.
   */
  async refresh(
    instance: InstanceRecord,
    id: string,
    { patient }: { readonly patient: boolean },
  ): Promise<{ changed: boolean; doubtful: boolean }> {
    const outcome = { changed: false, doubtful: false };
    await this.#again(instance, id, (before, dependsOn, changes) => {
      outcome.doubtful = patient && isOnlyDoubt(changes);
      outcome.changed = Object.keys(changes).length > 0 && !outcome.doubtful;
      const restsAsBefore = JSON.stringify(before.dependsOn) === JSON.stringify(dependsOn);
      return outcome.changed || !(outcome.doubtful || restsAsBefore);
    });
    return outcome;
  }

  async #again(
    instance: InstanceRecord,
    id: string,
    isKept: (before: EvaluationRecord, dependsOn: readonly string[], changes: Changes) => boolean,
  ): Promise<JsonObject> {
    const before = await this.#deps.store.findNewestEvaluation(instance.id, id);
    if (before === undefined) throw new ServiceError('NOT_FOUND', 'no such evaluation');
    const { dependsOn, ...judged } = await this.#deps.judge(instance, questionOf(before.request));
    const changes = compareResults(resultsOf(before.answer), judged.results as Readonly<Record<string, RegimeResult>>);
    const answer = this.#answer({ ...judged, more: { reevaluationOf: before.id, changes } });
    if (isKept(before, dependsOn, changes)) {
      const record = {
        ...this.#record(instance, answer),
        dependsOn,
        request: before.request,
        reevaluationOf: before.id,
      };
      const change = changeOf(record);
      await this.#deps.store.saveReevaluation(record, change);
      if (change !== undefined) this.#deps.onChange();
    }
    return answer;
  }

  #answer({ results, findings, report, more }: Omit<EvaluationResult, 'dependsOn'> & { more?: object }): JsonObject {
    const evaluatedAt = formatDateTime(this.#deps.clock.now());
    return plain({ id: `urn:uuid:${randomUUID()}`, evaluatedAt, ...more, results, findings, report });
  }

  #record(instance: InstanceRecord, answer: JsonObject) {
    return { id: String(answer['id']), verifier: instance.id, answer, evaluatedAt: String(answer['evaluatedAt']) };
  }

  async require(instance: InstanceRecord, id: string): Promise<JsonObject> {
    const record = await this.#deps.store.findEvaluation(instance.id, id);
    if (record === undefined) throw new ServiceError('NOT_FOUND', 'no such evaluation');
    return record.answer;
  }

  async list(
    instance: InstanceRecord,
    filter: { dependsOn?: string; limit: number; cursor?: string },
  ): Promise<Page<Listed>> {
    const page = await this.#deps.store.listEvaluations(instance.id, filter);
    return {
      items: page.items.map(({ id, evaluatedAt, dependsOn, reevaluationOf }) => ({
        id,
        evaluatedAt,
        dependsOn,
        ...(reevaluationOf === undefined ? {} : { reevaluationOf }),
      })),
      next: page.next,
    };
  }

  /** What changed since a cursor, oldest first; the cursor of the answer goes on from there. */
  async changes(
    instance: InstanceRecord,
    page: { after?: string; limit: number },
  ): Promise<{ changes: readonly object[]; cursor: string; more: boolean }> {
    const { items, cursor, more } = await this.#deps.store.listChanges(instance.id, page);
    return { changes: items.map(({ verifier: _ours, ...entry }) => entry), cursor, more };
  }
}

/** The question as it was asked; an instant that was not named stays unnamed. */
function questionOf({ at, credentials, ...rest }: JsonObject) {
  const instant = readDateTime(at);
  return {
    ...rest,
    credentials: asArray(credentials).filter(isObject),
    ...(instant === undefined ? {} : { at: instant }),
  };
}

function resultsOf(answer: JsonObject): Readonly<Record<string, RegimeResult>> {
  return (answer['results'] ?? {}) as unknown as Readonly<Record<string, RegimeResult>>;
}

/** The entry of the feed, or nothing when nothing changed that matters. */
function changeOf({
  answer,
  verifier,
  id,
  reevaluationOf,
}: Omit<EvaluationRecord, 'reevaluationOf'> & { reevaluationOf: string }) {
  const changes = answer['changes'] as JsonObject;
  if (Object.keys(changes).length === 0) return undefined;
  const claim = Object.values(resultsOf(answer)).find((result) => result.claim !== undefined)?.claim;
  const entry: ChangeRecord = {
    id: `urn:uuid:${randomUUID()}`,
    verifier,
    time: String(answer['evaluatedAt']),
    ...(claim === undefined ? {} : { claim }),
    evaluation: id,
    reevaluationOf,
    changes,
  };
  return entry;
}

/** As it will be read back: absent members left out. */
function plain(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

/** Errors: those of an envelope that does not open. */
function presentedIn(presentation: JsonObject): readonly JsonObject[] {
  const content = presentationIn(presentation);
  return content.ok ? credentialsOf(content.value) : refuse(content.findings);
}
