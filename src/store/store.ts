/**
 * What a store can do, as acts with their atomicity: each method is one atomic act, acknowledged only after it is on disk and in the
 * journal. Every implementation (level, memory, PostgreSQL) runs the same contract suite, test/suite/store.ts.
 */
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { FourEyesAct } from '../base/scope.ts';
import type { AccessStore, TokenRecord } from './access-records.ts';
import type { BatchHold, BatchLine, BatchRecord } from './batch-records.ts';
import type { OfferStore } from './offer-records.ts';
import type { PresentationStore } from './presentation-records.ts';
import type {
  ChangeRecord,
  ReevaluationJob,
  WatchRecord,
  WebhookProgress,
  WebhookRecord,
} from './reevaluation-records.ts';
import type { WorkflowStore } from './workflow-records.ts';

export interface OrganisationRecord {
  readonly slug: string;
  readonly name: { readonly ko: string; readonly en: string };
  readonly role: string;
  readonly did: string;
  readonly createdAt: string;
  readonly keys: readonly KeyRecord[];
  /** Where its keys are made; absent where that is as the node has it. */
  readonly keyHolder?: string;
  /** Of a did:webvh. */
  readonly webvh?: WebvhRecord;
  /** Acts that two callers are wanted for. */
  readonly fourEyes?: readonly FourEyesAct[];
}

/** What makes up a did:webvh: its log, oldest entry first, and the key in waiting that will write the next one. */
export interface WebvhRecord {
  readonly log: readonly JsonObject[];
  readonly next: { readonly keyId: string; readonly publicKeyMultibase: string };
}

export interface KeyRecord {
  readonly keyId: string;
  readonly keyType: string;
  readonly publicKeyMultibase: string;
  readonly verificationMethod: string;
  readonly state: 'active' | 'retired' | 'compromised';
  readonly since: string;
  readonly until?: string;
  /** Who keeps the private half; absent where the node does, sealed. */
  readonly holder?: string;
}

export interface InstanceRecord {
  readonly kind: 'issuer' | 'verifier' | 'holder';
  readonly id: string;
  /** Slug of the organisation it belongs to. */
  readonly organisation: string;
  readonly settings: JsonObject;
}

export interface StatusEntry {
  readonly purpose: string;
  readonly listId: string;
  /** Position in the list, `0 … length-1`. */
  readonly index: number;
}

export interface IssuanceRecord {
  readonly credentialId: string;
  readonly issuer: string;
  readonly organisation: string;
  readonly type: string;
  readonly state: 'intended' | 'issued' | 'abandoned';
  readonly statusEntries: readonly StatusEntry[];
  /** The unsecured document while intended or abandoned, the secured one once issued. */
  readonly document: JsonObject;
  /** Pre-issuance warnings kept with the record. */
  readonly warnings: readonly JsonObject[];
  readonly intendedAt: string;
  readonly issuedAt?: string;
  /** Why it was abandoned. */
  readonly reason?: string;
  /** Entries of earlier tries under this id that were abandoned: spent, with their bits set. */
  readonly spentEntries?: readonly StatusEntry[];
}

/** What became of a line that was done. */
export interface BatchLineRecord {
  readonly line: number;
  readonly digest: string;
  readonly credentialId: string;
  /** Of a change of status: whether anything changed. */
  readonly changed?: boolean;
  /** Absent where the store knows no such credential. */
  readonly issuance?: IssuanceRecord;
}

export interface StatusListRecord {
  readonly listId: string;
  readonly issuer: string;
  readonly organisation: string;
  readonly purpose: string;
  readonly length: number;
  /** How many entries have been allotted; the next index is the permutation of this number. */
  readonly allotted: number;
  /** Rises with every change of a bit, and with every restoration. */
  readonly revision: number;
  /** How often an older copy of the list was put back. */
  readonly restorations?: number;
  readonly openedAt: string;
}

export interface StatusListState {
  readonly list: StatusListRecord;
  readonly setIndices: readonly number[];
  readonly notices: readonly {
    readonly index: string;
    readonly statusPurpose: string;
    readonly reason: string;
    readonly effectiveDate: string;
  }[];
}

export interface ArchivedList {
  readonly listId: string;
  readonly validFrom: number;
  readonly validUntil: number;
  readonly revision: number;
  readonly document: JsonObject;
}

/** The record of one `Idempotency-Key`: a key means one request, whatever happens in between. */
export interface IdempotencyClaim {
  /** Who is asking and on which route: keys of different callers never meet. */
  readonly scope: string;
  readonly key: string;
  /** Digest of the request body. */
  readonly requestDigest: string;
}
export type IdempotencyOutcome =
  | { readonly kind: 'new' }
  | { readonly kind: 'replay'; readonly answer: JsonValue }
  | { readonly kind: 'in-flight' }
  | { readonly kind: 'reused' };

export interface IntentRequest {
  readonly issuer: string;
  readonly organisation: string;
  readonly credentialId: string;
  readonly type: string;
  readonly statusPurposes: readonly string[];
  /** Builds the unsecured document once the status entries are known. Pure and synchronous. */
  readonly draft: (entries: readonly StatusEntry[]) => JsonObject;
  readonly at: string;
  readonly idempotency?: IdempotencyClaim;
  /** The line of a batch that asks for it: a line that was intended or issued before is *known*, and nothing is written. */
  readonly batch?: BatchLine;
}
export type IntentOutcome =
  | { readonly kind: 'intended'; readonly record: IssuanceRecord }
  | { readonly kind: 'known'; readonly record: IssuanceRecord }
  | Exclude<IdempotencyOutcome, { kind: 'new' }>;

export interface HeldCredential {
  readonly holder: string;
  /** Digest of the document: the same credential is held once. */
  readonly id: string;
  readonly credentialId: string | undefined;
  readonly types: readonly string[];
  readonly document: JsonObject;
  readonly storedAt: string;
}

export interface EvaluationRecord {
  readonly id: string;
  readonly verifier: string;
  /** Ids of the credentials the evaluation rested on. */
  readonly dependsOn: readonly string[];
  readonly request: JsonObject;
  readonly answer: JsonObject;
  readonly evaluatedAt: string;
  /** The evaluation that this one judged again. */
  readonly reevaluationOf?: string;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | undefined;
}

/** What came after a cursor, oldest first, and the cursor from which to go on; there is always one, also when nothing came yet. */
export interface Feed<Item> {
  readonly items: readonly Item[];
  readonly cursor: string;
  readonly more: boolean;
}

/** The newest version of a did:webvh log that was seen. */
export interface DidLogHead {
  readonly versionNumber: number;
  readonly versionId: string;
}

export interface Store extends AccessStore, OfferStore, PresentationStore, WorkflowStore, AsyncDisposable {
  // Organisations and their instances
  createOrganisation(
    record: OrganisationRecord,
    instances: readonly InstanceRecord[],
    token?: TokenRecord,
  ): Promise<void>; // CONFLICT
  /** Written on top of `read`. NOT_FOUND; CONFLICT when somebody else wrote since. */
  updateOrganisation(record: OrganisationRecord, why: string, read: OrganisationRecord): Promise<void>;
  /** Instances go, issued credentials and lists stay, and so does what is to be left as a setting, in the same act. NOT_FOUND. */
  deleteOrganisation(slug: string, left?: { readonly setting: string; readonly value: JsonValue }): Promise<void>;
  findOrganisation(slug: string): Promise<OrganisationRecord | undefined>;
  /** By the digest of a token or of the one before; whether either is still good is not looked at. */
  findToken(digest: string): Promise<{ organisation: OrganisationRecord; token: TokenRecord } | undefined>;
  listOrganisations(): Promise<readonly OrganisationRecord[]>;
  createInstance(record: InstanceRecord): Promise<void>; // CONFLICT
  findInstance(kind: InstanceRecord['kind'], id: string): Promise<InstanceRecord | undefined>;
  listInstances(organisation: string): Promise<readonly InstanceRecord[]>;

  // The issuance cycle
  /** One atomic act: idempotency record in flight, one index per purpose taken, the record written as *intended*. */
  recordIntent(request: IntentRequest): Promise<IntentOutcome>; // CONFLICT when the credential id is taken, unless by what was abandoned
  /** One atomic act: record *issued* with the secured document, idempotency answer kept. */
  markIssued(
    credentialId: string,
    secured: JsonObject,
    more: {
      at: string;
      answer: JsonValue;
      warnings: readonly JsonObject[];
      idempotency?: IdempotencyClaim;
      /** What was intended and has been signed. CONFLICT when that was abandoned, and begun again, meanwhile. */
      intended?: JsonObject;
    },
  ): Promise<void>;
  /** The index stays spent and its bits are set. The idempotency key is released, so that a corrected request may use it. */
  abandonIntent(
    credentialId: string,
    why: { at: string; reason: string; idempotency?: IdempotencyClaim; intended?: JsonObject },
  ): Promise<void>;
  /** Those that nobody is at work on any more: all of them when a store that one process has to itself was opened. */
  listOpenIntents(): Promise<readonly IssuanceRecord[]>;
  findIssuance(credentialId: string): Promise<IssuanceRecord | undefined>;
  /** Newest first. */
  listIssuances(issuer: string, page: { cursor?: string; limit: number }): Promise<Page<IssuanceRecord>>;

  // Many at once
  /** Begin a batch or go on with one. IDEMPOTENCY_IN_FLIGHT, IDEMPOTENCY_KEY_REUSED; CONFLICT: it was undone. */
  beginBatch(
    batch: Pick<BatchRecord, 'id' | 'issuer' | 'organisation' | 'kind' | 'mode' | 'lines'>,
    hold: BatchHold,
  ): Promise<{ record: BatchRecord; known: boolean }>;
  /** Take a batch that is there. NOT_FOUND, IDEMPOTENCY_IN_FLIGHT. */
  holdBatch(issuer: string, id: string, hold: BatchHold): Promise<BatchRecord>;
  /** How far a run has come; without `ms`, that it has ended. CONFLICT when another run took over. */
  saveBatch(record: BatchRecord, ms?: number): Promise<void>;
  findBatch(issuer: string, id: string): Promise<BatchRecord | undefined>;
  /** Newest first. */
  listBatches(issuer: string, page: { cursor?: string; limit: number }): Promise<Page<BatchRecord>>;
  /** Lines that were begun, after a number, in order. */
  listBatchLines(
    issuer: string,
    batch: string,
    page: { after: number; limit: number },
  ): Promise<readonly BatchLineRecord[]>;

  // Status
  /** One atomic act: bit, notice, revision. `changed: false` when it already was so. CONFLICT: undoing a revocation. NOT_FOUND. */
  setStatus(request: {
    issuer: string;
    credentialId: string;
    purpose: string;
    set: boolean;
    reason: string;
    effectiveDate: string;
    at: string;
    /** The line of a batch that asks for it: one that was done before is answered as it was then. IDEMPOTENCY_KEY_REUSED. */
    batch?: BatchLine;
  }): Promise<{ changed: boolean; entry: StatusEntry }>;
  findStatusList(listId: string): Promise<StatusListState | undefined>;
  /** CONFLICT when the list was changed since it was read. */
  archiveList(list: ArchivedList): Promise<void>;
  /** The newest archived list whose interval covers `at`; without `at`, the newest of all. */
  findArchivedList(listId: string, at?: number): Promise<ArchivedList | undefined>;
  /** How far a foreign DID log had come when it was last seen, for rollback detection. Not journalled. */
  findDidLogHead(did: string): Promise<DidLogHead | undefined>;
  /** Keeps whichever is further on. */
  rememberDidLogHead(did: string, head: DidLogHead): Promise<void>;
  /** Highest list seen per foreign URL, for rollback detection. Not journalled. */
  rememberSeenList(
    url: string,
    seen: { validFrom: number; digest: string },
  ): Promise<{ validFrom: number; digest: string } | undefined>;

  // Requests that must not happen twice
  claimIdempotency(claim: IdempotencyClaim, at: string): Promise<IdempotencyOutcome>;
  settleIdempotency(claim: IdempotencyClaim, answer: JsonValue): Promise<void>;
  releaseIdempotency(claim: IdempotencyClaim): Promise<void>;
  addChallenge(challenge: { id: string; verifier: string; expiresAt: number }): Promise<void>;
  /** True exactly once for a challenge that is known, of this verifier and not expired. */
  spendChallenge(challenge: { id: string; verifier: string; now: number }): Promise<boolean>;

  // Holder and relying party
  holdCredential(record: HeldCredential): Promise<void>;
  findHeld(holder: string, id: string): Promise<HeldCredential | undefined>;
  listHeld(holder: string, page: { cursor?: string; limit: number }): Promise<Page<HeldCredential>>;
  removeHeld(holder: string, id: string): Promise<boolean>;
  saveEvaluation(record: EvaluationRecord): Promise<void>;
  findEvaluation(verifier: string, id: string): Promise<EvaluationRecord | undefined>;
  listEvaluations(
    verifier: string,
    filter: { dependsOn?: string; limit: number; cursor?: string },
  ): Promise<Page<EvaluationRecord>>;

  // Judging again
  /**
   * One atomic act: the evaluation becomes the newest of its chain, and the change, where there is one, enters the feed. Its request is
   * that of the first of the chain. NOT_FOUND; CONFLICT when `reevaluationOf` is no longer the newest.
   */
  saveReevaluation(record: EvaluationRecord, change: ChangeRecord | undefined): Promise<void>;
  /** The newest of the chain that an evaluation belongs to. */
  findNewestEvaluation(verifier: string, id: string): Promise<EvaluationRecord | undefined>;
  /** First evaluations of chains, oldest first, `after` a sequence; the same one may come again. */
  listChains(
    verifier: string,
    filter: { dependsOn?: string | undefined; after: number; limit: number },
  ): Promise<{ roots: readonly string[]; position: number; more: boolean }>;
  listChanges(verifier: string, page: { after?: string; limit: number }): Promise<Feed<ChangeRecord>>;
  addJob(
    job: Pick<ReevaluationJob, 'id' | 'verifier' | 'reason'> & { readonly dependsOn?: string | undefined },
  ): Promise<ReevaluationJob>; // CONFLICT
  findJob(verifier: string, id: string): Promise<ReevaluationJob | undefined>;
  /** The first in line that does not wait for a time after `now`. */
  findNextJob(now: number): Promise<ReevaluationJob | undefined>;
  /** A job that is not done goes to the end of the line. */
  saveProgress(job: ReevaluationJob): Promise<void>;
  /** Without an interval the watch ends. A change of status on this node begins a job for every watching dependent, in the same act. */
  saveWatch(verifier: string, everySeconds: number | undefined): Promise<void>;
  findWatch(verifier: string): Promise<WatchRecord | undefined>;
  /** Begin a job for each watch that is due. */
  beginPasses(): Promise<number>;
  /** Set or replace; delivery begins with what changes from now on, or goes on where it was. */
  saveWebhook(record: Omit<WebhookRecord, 'progress'>): Promise<WebhookRecord>;
  /** Nothing is written when the webhook was replaced or removed meanwhile. */
  saveWebhookProgress(webhook: Pick<WebhookRecord, 'verifier' | 'id'>, progress: WebhookProgress): Promise<void>;
  findWebhook(verifier: string): Promise<WebhookRecord | undefined>;
  listWebhooks(): Promise<readonly WebhookRecord[]>;
  removeWebhook(verifier: string): Promise<boolean>;

  // Several processes over one store
  /** Take a lease for so many milliseconds, or keep one that this holder has. False while another holder has it. Not journalled. */
  takeLease(lease: { name: string; holder: string; ms: number }): Promise<boolean>;
  /** Release the idempotency keys that a process took and left without an answer. */
  releaseLeftBehind(): Promise<void>;

  // The node itself
  readSetting(key: string): Promise<JsonValue | undefined>;
  /** With `read`, on top of that: CONFLICT when somebody else wrote since. */
  writeSetting(key: string, value: JsonValue, read?: JsonValue): Promise<void>;
  /** Write it unless there is one; what is kept now. */
  settleSetting(key: string, value: JsonValue): Promise<JsonValue>;
  journalHead(): Promise<{ sequence: number; hash: string }>;
  /** Records after `after` up to `upTo`, which is not beyond the head, each as a leaf of the tree over the journal (RFC 9162, section 2.1). */
  journalLeaves(span: { after: number; upTo: number }, onLeaf: (leaf: Uint8Array) => void): Promise<void>;
  /** One record, from 1 on, as it stands in the journal. */
  journalLine(sequence: number): Promise<string | undefined>;
  /** After a restore: leave `gap` entries of every status list unused, so that none is given out twice, and have the list signed anew. */
  skipAhead(gap: number): Promise<void>;
}
