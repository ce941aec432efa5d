import type { Clock } from '../base/clock.ts';
import { ServiceError } from '../base/error.ts';
import { asArray, isObject, type JsonObject, type JsonValue } from '../base/json.ts';
import type { Signer } from '../crypto/signer.ts';
import { Bitstring } from '../formats/bitstring.ts';
import { formatDate, formatDateTime, readDate, readDateTime } from '../formats/date-time.ts';
import type { DataIntegrity } from '../proofs/data-integrity.ts';
import { findMechanism, VC_JWT } from '../proofs/mechanisms.ts';
import { createStatusListCredential, TTL_MS } from '../status/status-list.ts';
import type { BatchLine } from '../store/batch-records.ts';
import type { ArchivedList, InstanceRecord, StatusEntry, StatusListState, Store } from '../store/store.ts';

/** A signed list is good for a week and made anew after a day, so that a verifier is never handed one about to end. */
const LIST_LIFE_MS = 7 * 86_400_000;
const LIST_RENEWAL_MS = 86_400_000;

/** How long a reader may keep a list before it asks again, milliseconds. */
export const LIST_TTL_MS = TTL_MS;

export interface StatusChange {
  readonly credentialId: string;
  readonly purpose: string;
  readonly set: boolean;
  readonly reason: string | undefined;
  /** `YYYY-MM-DD`; today unless given. */
  readonly effectiveDate: string | undefined;
}

interface CredentialStatusDeps {
  readonly store: Store;
  readonly proofs: DataIntegrity;
  readonly clock: Clock;
  readonly publicUrl: () => string;
  readonly signerOf: (instance: InstanceRecord) => Promise<{ signer: Signer; did: string; cryptosuite: string }>;
  /** Told after a status changed. */
  readonly onChange: () => void;
}

/** Changes the status of issued credentials and publishes the signed lists, past ones included. */
export class CredentialStatus {
  readonly #deps: CredentialStatusDeps;
  /** One signing at a time per list; whoever asks meanwhile shares its outcome. */
  readonly #signing = new Map<string, Promise<ArchivedList>>();

  constructor(deps: CredentialStatusDeps) {
    this.#deps = deps;
  }

  /**
   * Set or clear a status. The new list is signed before this returns, so that its validity starts when the change was made.
   * Errors: NOT_FOUND, CONFLICT (a revocation is final), MALFORMED_VALUE_ERROR (effective date, reason).
   */
  async change(
    issuer: InstanceRecord,
    change: StatusChange,
  ): Promise<{ changed: boolean; statusListCredential: string }> {
    assertReadable(change);
    // The list as it stood is signed up to this moment first: the past stays answerable.
    const listId = await this.#findListOf(issuer, change);
    if (listId !== undefined) await this.#signed(listId, { closing: true });
    const outcome = await this.#set(issuer, change);
    // Also when it was so before: the list may not have been signed then.
    await this.#signed(outcome.entry.listId);
    if (outcome.changed) this.#deps.onChange();
    return { changed: outcome.changed, statusListCredential: this.urlOf(outcome.entry.listId) };
  }

  /**
   * Many changes for one issuer: each list is signed once before its first change and once when all is done, instead of twice for each
   * change. A change counts from its act on; whoever asks for the list meanwhile is shown it.
   */
  changesOf(issuer: InstanceRecord): {
    change(
      changes: readonly (StatusChange & { readonly batch?: BatchLine })[],
    ): Promise<readonly ({ readonly changed: boolean } | { readonly error: unknown })[]>;
    publish(): Promise<void>;
  } {
    const touched = new Set<string>();
    return {
      change: async (changes) => {
        const lists = await Promise.all(changes.map((change) => this.#findListOf(issuer, change)));
        for (const listId of new Set(lists)) {
          if (listId === undefined || touched.has(listId)) continue;
          await this.#signed(listId, { closing: true });
          touched.add(listId);
        }
        return Promise.all(
          changes.map((change) =>
            this.#set(issuer, change).then(
              ({ changed }) => ({ changed }),
              (error: unknown) => ({ error }),
            ),
          ),
        );
      },
      publish: async () => {
        for (const listId of touched) await this.#signed(listId);
        if (touched.size > 0) this.#deps.onChange();
      },
    };
  }

  async #findListOf(issuer: InstanceRecord, { credentialId, purpose }: StatusChange): Promise<string | undefined> {
    const found = await this.#deps.store.findIssuance(credentialId);
    if (found?.issuer !== issuer.id) return undefined;
    return found.statusEntries.find((entry) => entry.purpose === purpose)?.listId;
  }

  async #set(
    issuer: InstanceRecord,
    change: StatusChange & { readonly batch?: BatchLine },
  ): Promise<{ changed: boolean; entry: StatusEntry }> {
    const now = this.#deps.clock.now();
    const { credentialId, purpose, set, batch } = change;
    return this.#deps.store.setStatus({
      issuer: issuer.id,
      credentialId,
      purpose,
      set,
      reason: change.reason ?? defaultReason(change),
      effectiveDate: change.effectiveDate ?? formatDate(now),
      at: formatDateTime(now),
      ...(batch === undefined ? {} : { batch }),
    });
  }

  urlOf(listId: string): string {
    return `${this.#deps.publicUrl()}/status-lists/${listId}`;
  }

  /** The list id in one of our own status list URLs. */
  findListId(url: string): string | undefined {
    const base = `${this.#deps.publicUrl()}/status-lists/`;
    const rest = url.startsWith(base) ? url.slice(base.length) : '';
    return /^[A-Za-z0-9_-]{1,64}$/.test(rest) ? rest : undefined;
  }

  /**
   * The signed list credential as it is now, or as it was at a past instant (Bitstring Status List 1.0, `?timestamp=`).
   * Errors: NOT_FOUND when there is no such list, or none whose own validity covers the instant.
   */
  async publish(listId: string, at?: number): Promise<JsonObject> {
    const current = await this.#signed(listId);
    if (at === undefined || at >= current.validFrom) {
      if (at !== undefined && at > current.validUntil)
        throw new ServiceError('NOT_FOUND', 'no list covers that instant');
      return current.document;
    }
    const archived = await this.#deps.store.findArchivedList(listId, at);
    if (archived === undefined) throw new ServiceError('NOT_FOUND', 'no list covers that instant');
    return archived.document;
  }

  /** The lists of a credential that this issuer may staple: each as it is at `at`. */
  async listsOf(credential: JsonObject, at?: number): Promise<readonly JsonObject[]> {
    const lists: JsonObject[] = [];
    for (const entry of asArray(credential['credentialStatus'])) {
      const url = isObject(entry) ? entry['statusListCredential'] : undefined;
      const listId = typeof url === 'string' ? this.findListId(url) : undefined;
      if (listId !== undefined) lists.push(await this.publish(listId, at));
    }
    return lists;
  }

  async #signed(listId: string, options: { closing?: boolean } = {}): Promise<ArchivedList> {
    for (;;) {
      const under = this.#signing.get(listId);
      if (under === undefined) break;
      await under.catch(() => undefined);
    }
    const work = this.#signNewest(listId, options.closing ?? false);
    this.#signing.set(listId, work);
    try {
      return await work;
    } finally {
      this.#signing.delete(listId);
    }
  }

  /** Another node over the same store may change the list while this one signs it: then what was signed is of no use. */
  async #signNewest(listId: string, closing: boolean): Promise<ArchivedList> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#ensureSigned(listId, closing);
      } catch (error) {
        const overtaken = error instanceof ServiceError && error.code === 'CONFLICT';
        if (!overtaken || attempt === MOST_SIGNINGS) throw error;
      }
    }
  }

  async #ensureSigned(listId: string, closing: boolean): Promise<ArchivedList> {
    const state = await this.#deps.store.findStatusList(listId);
    if (state === undefined) throw new ServiceError('NOT_FOUND', 'no such status list');
    const now = wholeSecond(this.#deps.clock.now());
    const newest = await this.#deps.store.findArchivedList(listId);
    const sameBits = newest?.revision === state.list.revision;
    // A list by a key that is no longer the issuer's may be believed by nobody; the same bits are signed anew, for the same time.
    const ours = newest === undefined || closing || (await this.#isByActiveKey(state, newest));
    if (newest !== undefined && sameBits && !ours) return this.#sign(state, newest.validFrom, now);
    if (newest !== undefined && sameBits && newest.validUntil > now) {
      // Judged by when it was signed: a list may reach back much further than that.
      const signedAt = newest.validUntil - LIST_LIFE_MS;
      if (closing || signedAt + LIST_RENEWAL_MS > now) return newest;
    }
    // Nothing may lie between two lists: when no bit changed, the new list reaches back to where the old one ended.
    const openedAt = readDateTime(state.list.openedAt) ?? now;
    const continuous = newest === undefined ? openedAt : Math.min(newest.validUntil, now);
    // A clock that was set back must not make the new list look older than the one it replaces.
    // Nor may one that follows a restoration look older than what was published before and is forgotten.
    const first = newest === undefined && state.list.restorations === undefined;
    const validFrom = sameBits || first ? Math.min(continuous, now) : Math.max(now, newest?.validFrom ?? 0);
    return this.#sign(state, wholeSecond(validFrom), now);
  }

  /** Whether the issuer's active key signed it; that of an issuer who is gone cannot be replaced. */
  async #isByActiveKey(state: StatusListState, { document }: ArchivedList): Promise<boolean> {
    const issuer = await this.#deps.store.findInstance('issuer', state.list.issuer);
    if (issuer === undefined) return true;
    const { signer } = await this.#deps.signerOf(issuer);
    return asArray(document['proof'] as JsonValue).some(
      (proof) => isObject(proof) && proof['verificationMethod'] === signer.id,
    );
  }

  async #sign(state: StatusListState, validFrom: number, now: number): Promise<ArchivedList> {
    const issuer = await this.#deps.store.findInstance('issuer', state.list.issuer);
    if (issuer === undefined) {
      // The organisation was deleted: its last word stays published, nobody can sign a newer one.
      const last = await this.#deps.store.findArchivedList(state.list.listId);
      if (last !== undefined) return last;
      throw new ServiceError('NOT_FOUND', 'the issuer of this list is gone');
    }
    const { signer, did, cryptosuite } = await this.#deps.signerOf(issuer);
    const validUntil = Math.max(now, validFrom) + LIST_LIFE_MS;
    const bits = new Bitstring(state.list.length);
    for (const index of state.setIndices) bits.set(index, true);
    const unsigned = createStatusListCredential({
      url: this.urlOf(state.list.listId),
      issuer: did,
      purposes: [state.list.purpose],
      bits,
      notices: state.notices,
      validFrom,
      validUntil,
    });
    const document = await this.#deps.proofs.secureCredential(unsigned, {
      signer,
      // A list is shown whole: an instance that discloses selectively signs it with the plain suite of its key.
      ...(findMechanism(cryptosuite)?.selective === true || cryptosuite === VC_JWT ? {} : { cryptosuite }),
      created: now,
    });
    const archived: ArchivedList = {
      listId: state.list.listId,
      validFrom,
      validUntil,
      revision: state.list.revision,
      document,
    };
    await this.#deps.store.archiveList(archived);
    return archived;
  }
}

/** Of one list for one reader, while others go on changing it. */
const MOST_SIGNINGS = 5;

const wholeSecond = (instant: number): number => Math.floor(instant / 1000) * 1000;

/** What goes into the signed list must be taken by every reader of it, and mean there what was done. Errors: MALFORMED_VALUE_ERROR. */
export function assertReadable({ purpose, set, reason, effectiveDate }: StatusChange): void {
  if (effectiveDate !== undefined && readDate(effectiveDate) === undefined) {
    throw new ServiceError('MALFORMED_VALUE_ERROR', 'a calendar date YYYY-MM-DD', { pointer: '/effectiveDate' });
  }
  if (reason === undefined) return;
  if (/[\p{Cc}\p{Cs}]/u.test(reason) || reason.normalize('NFC') !== reason) {
    throw new ServiceError('MALFORMED_VALUE_ERROR', 'one line of text in Unicode normalisation form C', {
      pointer: '/reason',
    });
  }
  // A reader takes this word, and no other, for the end of a suspension (docs/trust.md, section 4).
  if (purpose === 'suspension' && (reason === 'reinstated') === set) {
    throw new ServiceError('MALFORMED_VALUE_ERROR', 'a suspension ends, and only ends, with the word reinstated', {
      pointer: '/reason',
    });
  }
}

function defaultReason(change: StatusChange): string {
  if (change.purpose === 'suspension') return change.set ? 'suspended' : 'reinstated';
  // A revocation without a reason reaches back to the start: the careful reading is the default.
  return 'annulled';
}
