import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { isPassing, ServiceError } from '../base/error.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { FourEyesAct } from '../base/scope.ts';
import { formatDateTime, readDateTime } from '../formats/date-time.ts';
import { digestOfJson } from '../formats/digest.ts';
import type { ApprovalRecord } from '../store/access-records.ts';
import type { IdempotencyClaim, InstanceRecord, Page, Store } from '../store/store.ts';

/** A request that nobody decided by then has expired. Not longer than idempotency keys are kept: they bind it to its outcome. */
const LASTS_MS = 7 * 24 * 60 * 60 * 1000;

export interface Asked {
  readonly act: FourEyesAct;
  readonly request: JsonObject;
  readonly credentialId: string;
  /** As the journal has it. */
  readonly by: string;
}

export interface Decided {
  readonly approve: boolean;
  /** Of the request that was looked at. */
  readonly digest: string;
  readonly by: string;
  readonly reason?: string | undefined;
  readonly language: 'en' | 'ko';
}

export type ApprovalView = Omit<ApprovalRecord, 'organisation' | 'state'> & {
  readonly state: ApprovalRecord['state'] | 'expired';
};

interface ApprovalsDeps {
  readonly store: Pick<
    Store,
    'addApproval' | 'decideApproval' | 'closeApproval' | 'findApproval' | 'listApprovals' | 'findIssuance'
  >;
  readonly clock: Clock;
  /** Refuses what could not be issued as it stands. Signs nothing, stores nothing. */
  readonly assertIssuable: (instance: InstanceRecord, request: JsonObject) => Promise<void>;
  readonly issue: (
    instance: InstanceRecord,
    request: JsonObject,
    how: { readonly language: 'en' | 'ko'; readonly claim: IdempotencyClaim },
  ) => Promise<void>;
  readonly changeStatus: (instance: InstanceRecord, request: JsonObject) => Promise<void>;
}

/**
 * Four eyes: what one caller of an organisation asks for is kept, and done when another one approves it. The approver names the digest of
 * what they saw; what is done is the request that was kept, and that has this digest.
 */
export class Approvals {
  readonly #deps: ApprovalsDeps;

  constructor(deps: ApprovalsDeps) {
    this.#deps = deps;
  }

  /** Keep a request. Errors: those of issuing that can be told now; CONFLICT, NOT_FOUND for the credential; IDEMPOTENCY_KEY_REUSED. */
  async ask(instance: InstanceRecord, asked: Asked, claim?: IdempotencyClaim): Promise<ApprovalView> {
    await this.#assertPossible(instance, asked);
    const now = this.#deps.clock.now();
    const { act, request, credentialId, by } = asked;
    const outcome = await this.#deps.store.addApproval(
      {
        id: randomUUID(),
        issuer: instance.id,
        organisation: instance.organisation,
        act,
        request,
        digest: digestOf(instance, act, request),
        credentialId,
        requestedBy: by,
        requestedAt: formatDateTime(now),
        expiresAt: formatDateTime(now + LASTS_MS),
        state: 'pending',
      },
      claim,
    );
    if (outcome.kind === 'kept') return this.#view(outcome.record);
    if (outcome.kind === 'reused')
      throw new ServiceError('IDEMPOTENCY_KEY_REUSED', 'choose a new key for a new request');
    throw new ServiceError('IDEMPOTENCY_IN_FLIGHT', 'ask again in a moment', { retryAfter: 1 });
  }

  async #assertPossible(instance: InstanceRecord, { act, request, credentialId }: Asked): Promise<void> {
    const known = await this.#deps.store.findIssuance(credentialId);
    if (act === 'issue') {
      if (known !== undefined) throw new ServiceError('CONFLICT', 'a credential with this id exists');
      return this.#deps.assertIssuable(instance, request);
    }
    const has = known?.statusEntries.some(({ purpose }) => purpose === request['purpose']);
    if (known?.issuer !== instance.id || known.state !== 'issued' || has !== true)
      throw new ServiceError('NOT_FOUND', 'no such credential or purpose');
  }

  /**
   * Approve and do, or refuse. Asked for again, it changes nothing and goes on where it ended.
   * Errors: NOT_FOUND; FORBIDDEN for whoever asked; CONFLICT for another digest, an expired request, another decision; those of the act.
   */
  async decide(instance: InstanceRecord, id: string, { language, ...decided }: Decided): Promise<ApprovalView> {
    const { store, clock } = this.#deps;
    const record = await store.decideApproval({
      ...decided,
      id,
      issuer: instance.id,
      at: formatDateTime(clock.now()),
    });
    return this.#view(record.state === 'approved' ? await this.#carryOut(instance, record, language) : record);
  }

  async #carryOut(instance: InstanceRecord, record: ApprovalRecord, language: 'en' | 'ko'): Promise<ApprovalRecord> {
    const { id, act, request, digest } = record;
    if (digestOf(instance, act, request) !== digest)
      throw new ServiceError('STORE_INTEGRITY', 'the request is not the one that was approved');
    const { store } = this.#deps;
    try {
      if (act === 'revoke') await this.#deps.changeStatus(instance, request);
      else {
        const claim = { scope: `approval ${instance.id}`, key: id, requestDigest: digest };
        await this.#deps.issue(instance, request, { language, claim });
      }
    } catch (error) {
      if (error instanceof ServiceError && !isPassing(error))
        await store.closeApproval(instance.id, id, { state: 'failed', code: error.code });
      throw error;
    }
    return store.closeApproval(instance.id, id, { state: 'done' });
  }

  /** Errors: NOT_FOUND. */
  async require(instance: InstanceRecord, id: string): Promise<ApprovalView> {
    const record = await this.#deps.store.findApproval(instance.id, id);
    if (record === undefined) throw new ServiceError('NOT_FOUND', 'no such request');
    return this.#view(record);
  }

  async list(instance: InstanceRecord, page: { cursor?: string; limit: number }): Promise<Page<ApprovalView>> {
    const { items, next } = await this.#deps.store.listApprovals(instance.id, page);
    return { items: items.map((record) => this.#view(record)), next };
  }

  #view({ organisation: _, state, ...record }: ApprovalRecord): ApprovalView {
    const open = state === 'pending' || state === 'approved';
    const over = (readDateTime(record.expiresAt) ?? 0) <= this.#deps.clock.now();
    return { ...record, state: open && over ? 'expired' : state };
  }
}

function digestOf({ id }: InstanceRecord, act: FourEyesAct, request: JsonObject): string {
  return digestOfJson({ act, issuer: id, request } as JsonValue);
}
