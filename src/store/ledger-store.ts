import type { Clock } from '../base/clock.ts';
import { ServiceError } from '../base/error.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { ApprovalRecord, Decision, SignInRecord, TokenRecord, TokenRotation } from './access-records.ts';
import type { Restoration } from './backup/source.ts';
import type { BatchHold, BatchRecord } from './batch-records.ts';
import { byCaller } from './by-caller.ts';
import type { OfferDecision, OfferEvent, OfferPlace, OfferRecord, Redeemed, Redemption } from './offer-records.ts';
import type { PresentationRequestRecord, PresentationStore } from './presentation-records.ts';
import type { ChangeRecord, ReevaluationJob, WebhookProgress, WebhookRecord } from './reevaluation-records.ts';
import type {
  ArchivedList,
  DidLogHead,
  EvaluationRecord,
  HeldCredential,
  IdempotencyClaim,
  InstanceRecord,
  IntentRequest,
  OrganisationRecord,
  Store,
} from './store.ts';
import * as approvals from './tables/approvals.ts';
import { archiveList, findArchivedList } from './tables/archived-lists.ts';
import * as batches from './tables/batches.ts';
import { addChallenge, spendChallenge } from './tables/challenges.ts';
import { findDidLogHead, rememberDidLogHead } from './tables/did-log-heads.ts';
import * as evaluations from './tables/evaluations.ts';
import { findHeld, holdCredential, listHeld, removeHeld } from './tables/held-credentials.ts';
import { claimDigest, releaseClaim, settleClaim, tidyClaims } from './tables/idempotency.ts';
import * as issuances from './tables/issuances.ts';
import { takeLease } from './tables/leases.ts';
import * as offers from './tables/offers.ts';
import * as organisations from './tables/organisations.ts';
import * as presentationRequests from './tables/presentation-requests.ts';
import * as reevaluations from './tables/reevaluations.ts';
import { rememberSeenList } from './tables/seen-lists.ts';
import { takeOver } from './tables/sessions.ts';
import { settings } from './tables/settings.ts';
import * as signIns from './tables/sign-ins.ts';
import { findStatusList, skipAhead } from './tables/status-lists.ts';
import { noteTokenUse } from './tables/tokens.ts';
import * as webhooks from './tables/webhooks.ts';
import * as workflows from './tables/workflows.ts';
import type { Acts } from './transaction.ts';
import { type ActWatch, watchedActs } from './watched-acts.ts';
import type { ExchangeRecord, WorkflowRecord } from './workflow-records.ts';

interface LedgerStoreDeps {
  readonly acts: Acts;
  /**
   * Where several processes work at once: the time after which what is half done counts as left behind. A store that one process has to
   * itself needs none: whatever it finds, nobody is at work on.
   */
  readonly leftBehind?: { readonly clock: Clock; readonly afterMs: number };
  readonly watch?: ActWatch | undefined;
}

/** The store's acts over anything that runs acts: what each is called in the journal, and whether it runs in turn or only reads. */
export class LedgerStore implements Store {
  readonly #acts: Acts;
  readonly #leftBehind: LedgerStoreDeps['leftBehind'];

  constructor({ acts, leftBehind, watch }: LedgerStoreDeps) {
    this.#acts = byCaller(watchedActs(acts, watch));
    this.#leftBehind = leftBehind;
  }

  /** The first act of every process: a new session begins, and what the last one left half done is ended. */
  async open(restoration?: Restoration): Promise<void> {
    const name =
      restoration === undefined
        ? { act: 'open', urgent: true }
        : { act: 'restore', why: restoration.why, urgent: true };
    await this.#acts.transact(name, (tx) => takeOver(tx, this.#leftBehind?.afterMs ?? 0, restoration));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#acts[Symbol.asyncDispose]();
  }

  createOrganisation(
    record: OrganisationRecord,
    instances: readonly InstanceRecord[],
    token?: TokenRecord,
  ): Promise<void> {
    const name = { act: 'create-organisation', organisation: record.slug };
    return this.#acts.transact(name, (tx) => organisations.createOrganisation(tx, record, instances, token));
  }

  updateOrganisation(record: OrganisationRecord, why: string, read: OrganisationRecord): Promise<void> {
    const name = { act: 'update-organisation', organisation: record.slug, why };
    return this.#acts.transact(name, (tx) => organisations.updateOrganisation(tx, record, read));
  }

  deleteOrganisation(slug: string, left?: { readonly setting: string; readonly value: JsonValue }): Promise<void> {
    const name = { act: 'delete-organisation', organisation: slug };
    return this.#acts.transact(name, async (tx) => {
      await organisations.deleteOrganisation(tx, slug);
      if (left !== undefined) settings.put(tx, [left.setting], left.value);
    });
  }

  findOrganisation(slug: string) {
    return this.#acts.readOne((view) => organisations.findOrganisation(view, slug));
  }

  createToken(record: TokenRecord): Promise<void> {
    const name = { act: 'create-token', organisation: record.organisation, why: record.name };
    return this.#acts.transact(name, (tx) => organisations.createToken(tx, record));
  }

  rotateToken(organisation: string, token: string, rotation: TokenRotation): Promise<TokenRecord> {
    const name = { act: 'rotate-token', organisation, why: token };
    return this.#acts.transact(name, (tx) => organisations.rotateToken(tx, organisation, token, rotation));
  }

  removeToken(organisation: string, token: string): Promise<boolean> {
    const name = { act: 'remove-token', organisation, why: token, urgent: true };
    return this.#acts.transact(name, (tx) => organisations.removeToken(tx, organisation, token));
  }

  listTokens(organisation: string) {
    return this.#acts.read((view) => organisations.listTokens(view, organisation));
  }

  findToken(digest: string) {
    return this.#acts.read((view) => organisations.findToken(view, digest));
  }

  saveSignIn(digest: string, record: SignInRecord, known = false): Promise<void> {
    return this.#acts.transact({ act: 'save-sign-in' }, (tx) => signIns.saveSignIn(tx, digest, record, known));
  }

  findSignIn(digest: string) {
    return this.#acts.readOne((view) => signIns.findSignIn(view, digest));
  }

  removeSignIn(digest: string): Promise<void> {
    return this.#acts.transact({ act: 'remove-sign-in', urgent: true }, (tx) => signIns.removeSignIn(tx, digest));
  }

  addApproval(record: ApprovalRecord, claim?: IdempotencyClaim) {
    const name = { act: 'add-approval', organisation: record.organisation, why: record.act };
    return this.#acts.transact(name, (tx) => approvals.addApproval(tx, record, claim));
  }

  decideApproval(decision: Decision): Promise<ApprovalRecord> {
    const name = { act: 'decide-approval', why: `${decision.approve ? 'approve' : 'refuse'} ${decision.id}` };
    return this.#acts.transact(name, (tx) => approvals.decideApproval(tx, decision));
  }

  closeApproval(issuer: string, id: string, end: Pick<ApprovalRecord, 'state' | 'code'>): Promise<ApprovalRecord> {
    const name = { act: 'close-approval', why: `${end.state} ${id}`, finishing: true };
    return this.#acts.transact(name, (tx) => approvals.closeApproval(tx, issuer, id, end));
  }

  findApproval(issuer: string, id: string) {
    return this.#acts.readOne((view) => approvals.findApproval(view, issuer, id));
  }

  listApprovals(issuer: string, page: { cursor?: string; limit: number }) {
    return this.#acts.read((view) => approvals.listApprovals(view, issuer, page));
  }

  addWorkflow(record: WorkflowRecord): Promise<void> {
    const name = { act: 'add-workflow', organisation: record.organisation };
    return this.#acts.transact(name, (tx) => workflows.addWorkflow(tx, record));
  }

  findWorkflow(id: string) {
    return this.#acts.readOne((view) => workflows.findWorkflow(view, id));
  }

  listWorkflows(organisation: string) {
    return this.#acts.read((view) => workflows.listWorkflows(view, organisation));
  }

  addExchange(record: ExchangeRecord): Promise<void> {
    const name = { act: 'add-exchange', organisation: record.organisation };
    return this.#acts.transact(name, (tx) => workflows.addExchange(tx, record));
  }

  async findExchange(workflow: string, id: string) {
    const found = await this.findInteraction(id);
    return found?.workflow === workflow ? found : undefined;
  }

  findInteraction(id: string) {
    return this.#acts.readOne((view) => workflows.findExchange(view, id));
  }

  saveExchange(record: ExchangeRecord, why: string): Promise<void> {
    const name = { act: 'save-exchange', organisation: record.organisation, why };
    return this.#acts.transact(name, (tx) => workflows.saveExchange(tx, record));
  }

  listExchanges(workflow: string, page: { cursor?: string; limit: number }) {
    return this.#acts.read((view) => workflows.listExchanges(view, workflow, page));
  }

  noteTokenUse(organisation: string, token: string, day: string): Promise<void> {
    return this.#acts.transact({ act: 'note-token-use' }, (tx) => noteTokenUse(tx, organisation, token, day));
  }

  listOrganisations() {
    return this.#acts.read(organisations.listOrganisations);
  }

  createInstance(record: InstanceRecord): Promise<void> {
    const name = { act: 'create-instance', organisation: record.organisation };
    return this.#acts.transact(name, (tx) => organisations.createInstance(tx, record));
  }

  findInstance(kind: InstanceRecord['kind'], id: string) {
    return this.#acts.readOne((view) => organisations.findInstance(view, kind, id));
  }

  listInstances(organisation: string) {
    return this.#acts.read((view) => organisations.listInstances(view, organisation));
  }

  recordIntent(request: IntentRequest) {
    const reads = issuances.readsOfIntent(request);
    const name = { act: 'record-intent', organisation: request.organisation, reads };
    return this.#acts.transact(name, (tx) => issuances.recordIntent(tx, request));
  }

  markIssued(credentialId: string, secured: JsonObject, more: Parameters<Store['markIssued']>[2]): Promise<void> {
    const name = { act: 'mark-issued', finishing: true, reads: issuances.readsOfIssued(credentialId) };
    return this.#acts.transact(name, (tx) => issuances.markIssued(tx, credentialId, secured, more));
  }

  abandonIntent(credentialId: string, why: Parameters<Store['abandonIntent']>[1]): Promise<void> {
    const name = { act: 'abandon-intent', why: why.reason, finishing: true };
    return this.#acts.transact(name, (tx) => issuances.abandonIntent(tx, credentialId, why));
  }

  listOpenIntents() {
    const { clock, afterMs = 0 } = this.#leftBehind ?? {};
    const until = clock === undefined ? undefined : clock.now() - afterMs;
    return this.#acts.read((view) => issuances.listOpenIntents(view, until));
  }

  findIssuance(credentialId: string) {
    return this.#acts.readOne((view) => issuances.findIssuance(view, credentialId));
  }

  listIssuances(issuer: string, page: { cursor?: string; limit: number }) {
    return this.#acts.read((view) => issuances.listIssuances(view, issuer, page));
  }

  beginBatch(batch: batches.NewBatch, hold: BatchHold) {
    const name = { act: 'begin-batch', organisation: batch.organisation };
    return this.#acts.transact(name, (tx) => batches.beginBatch(tx, batch, hold));
  }

  holdBatch(issuer: string, id: string, hold: BatchHold): Promise<BatchRecord> {
    return this.#acts.transact({ act: 'hold-batch' }, (tx) => batches.holdBatch(tx, issuer, id, hold));
  }

  saveBatch(record: BatchRecord, ms?: number): Promise<void> {
    const name = { act: 'save-batch', organisation: record.organisation, finishing: true };
    return this.#acts.transact(name, (tx) => batches.saveBatch(tx, record, ms));
  }

  findBatch(issuer: string, id: string) {
    return this.#acts.readOne((view) => batches.findBatch(view, issuer, id));
  }

  listBatches(issuer: string, page: { cursor?: string; limit: number }) {
    return this.#acts.read((view) => batches.listBatches(view, issuer, page));
  }

  listBatchLines(issuer: string, batch: string, page: { after: number; limit: number }) {
    return this.#acts.read((view) => issuances.listBatchLines(view, issuer, batch, page));
  }

  setStatus(request: Parameters<Store['setStatus']>[0]) {
    const name = { act: 'set-status', why: request.reason, urgent: true };
    return this.#acts.transact(name, (tx) => issuances.setStatus(tx, request));
  }

  findStatusList(listId: string) {
    return this.#acts.read((view) => findStatusList(view, listId));
  }

  archiveList(list: ArchivedList): Promise<void> {
    return this.#acts.transact({ act: 'archive-list', urgent: true }, (tx) => archiveList(tx, list));
  }

  findArchivedList(listId: string, at?: number) {
    return this.#acts.read((view) => findArchivedList(view, listId, at));
  }

  rememberSeenList(url: string, seen: { validFrom: number; digest: string }) {
    return this.#acts.transact({ act: 'remember-seen-list', urgent: true }, (tx) => rememberSeenList(tx, url, seen));
  }

  findDidLogHead(did: string) {
    return this.#acts.readOne((view) => findDidLogHead(view, did));
  }

  rememberDidLogHead(did: string, head: DidLogHead): Promise<void> {
    const name = { act: 'remember-did-log-head', urgent: true };
    return this.#acts.transact(name, (tx) => rememberDidLogHead(tx, did, head));
  }

  claimIdempotency(claim: IdempotencyClaim, _at: string) {
    return this.#acts.transact({ act: 'claim-idempotency' }, (tx) => issuances.claimKey(tx, claim));
  }

  settleIdempotency(claim: IdempotencyClaim, answer: JsonValue): Promise<void> {
    const name = { act: 'settle-idempotency', finishing: true };
    return this.#acts.transact(name, (tx) => settleClaim(tx, claimDigest(claim), { value: answer }));
  }

  releaseIdempotency(claim: IdempotencyClaim): Promise<void> {
    const name = { act: 'release-idempotency', finishing: true };
    return this.#acts.transact(name, (tx) => releaseClaim(tx, claimDigest(claim)));
  }

  addChallenge(challenge: { id: string; verifier: string; expiresAt: number }): Promise<void> {
    return this.#acts.transact({ act: 'add-challenge', urgent: true }, (tx) => addChallenge(tx, challenge));
  }

  spendChallenge(challenge: { id: string; verifier: string; now: number }): Promise<boolean> {
    return this.#acts.transact({ act: 'spend-challenge', urgent: true }, (tx) => spendChallenge(tx, challenge));
  }

  addPresentationRequest(record: PresentationRequestRecord): Promise<void> {
    const name = { act: 'add-presentation-request' };
    return this.#acts.transact(name, (tx) => presentationRequests.addPresentationRequest(tx, record));
  }

  findPresentationRequest(verifier: string, id: string) {
    return this.#acts.read((view) => presentationRequests.findPresentationRequest(view, verifier, id));
  }

  findPresentationRequestFor(handle: string) {
    return this.#acts.readOne((view) => presentationRequests.findPresentationRequestFor(view, handle));
  }

  spendPresentationRequest(handle: string) {
    const name = { act: 'spend-presentation-request', urgent: true };
    return this.#acts.transact(name, (tx) => presentationRequests.spendPresentationRequest(tx, handle));
  }

  settlePresentationRequest(
    handle: string,
    settled: Parameters<PresentationStore['settlePresentationRequest']>[1],
  ): Promise<void> {
    const name = { act: 'settle-presentation-request', finishing: true };
    return this.#acts.transact(name, (tx) => presentationRequests.settlePresentationRequest(tx, handle, settled));
  }

  addOffer(record: OfferRecord): Promise<void> {
    const name = { act: 'add-offer', organisation: record.organisation };
    return this.#acts.transact(name, (tx) => offers.addOffer(tx, record));
  }

  redeemOffer(redemption: Redemption): Promise<Redeemed> {
    return this.#acts.transact({ act: 'redeem-offer' }, (tx) => offers.redeemOffer(tx, redemption));
  }

  requestOffer(asked: OfferPlace & { readonly provedBy: string }) {
    return this.#acts.transact({ act: 'request-offer' }, (tx) => offers.requestOffer(tx, asked));
  }

  decideOffer(decision: OfferPlace & OfferDecision & { readonly digest: string }): Promise<OfferRecord> {
    const name = { act: 'decide-offer', why: `${decision.approve ? 'approve' : 'refuse'} ${decision.id}` };
    return this.#acts.transact(name, (tx) => offers.decideOffer(tx, decision));
  }

  withdrawOffer(place: OfferPlace): Promise<OfferRecord> {
    const name = { act: 'withdraw-offer', why: place.id, urgent: true };
    return this.#acts.transact(name, (tx) => offers.withdrawOffer(tx, place));
  }

  noteOfferIssued(place: OfferPlace & { readonly at: string }): Promise<void> {
    const name = { act: 'note-offer-issued', finishing: true };
    return this.#acts.transact(name, (tx) => offers.noteOfferIssued(tx, place));
  }

  collectOffer(place: OfferPlace & { readonly at: string }): Promise<boolean> {
    return this.#acts.transact({ act: 'collect-offer', finishing: true }, (tx) => offers.collectOffer(tx, place));
  }

  noteOfferEvent(told: OfferPlace & OfferEvent): Promise<void> {
    return this.#acts.transact({ act: 'note-offer-event' }, (tx) => offers.noteOfferEvent(tx, told));
  }

  findOffer(issuer: string, id: string) {
    return this.#acts.readOne((view) => offers.findOffer(view, issuer, id));
  }

  findOfferByCode(code: string) {
    return this.#acts.read((view) => offers.findOfferByCode(view, code));
  }

  findOfferByToken(token: string) {
    return this.#acts.read((view) => offers.findOfferByToken(view, token));
  }

  listOffers(issuer: string, page: { cursor?: string; limit: number }) {
    return this.#acts.read((view) => offers.listOffers(view, issuer, page));
  }

  holdCredential(record: HeldCredential): Promise<void> {
    return this.#acts.transact({ act: 'hold-credential' }, (tx) => holdCredential(tx, record));
  }

  findHeld(holder: string, id: string) {
    return this.#acts.read((view) => findHeld(view, holder, id));
  }

  listHeld(holder: string, page: { cursor?: string; limit: number }) {
    return this.#acts.read((view) => listHeld(view, holder, page));
  }

  removeHeld(holder: string, id: string): Promise<boolean> {
    return this.#acts.transact({ act: 'remove-held' }, (tx) => removeHeld(tx, holder, id));
  }

  saveEvaluation(record: EvaluationRecord): Promise<void> {
    return this.#acts.transact({ act: 'save-evaluation' }, (tx) => evaluations.saveEvaluation(tx, record));
  }

  findEvaluation(verifier: string, id: string) {
    return this.#acts.read((view) => evaluations.findEvaluation(view, verifier, id));
  }

  listEvaluations(verifier: string, filter: { dependsOn?: string; limit: number; cursor?: string }) {
    return this.#acts.read((view) => evaluations.listEvaluations(view, verifier, filter));
  }

  saveReevaluation(record: EvaluationRecord, change: ChangeRecord | undefined): Promise<void> {
    const name = { act: 'save-reevaluation' };
    return this.#acts.transact(name, (tx) => evaluations.saveReevaluation(tx, record, change));
  }

  findNewestEvaluation(verifier: string, id: string) {
    return this.#acts.read((view) => evaluations.findNewestEvaluation(view, verifier, id));
  }

  listChains(verifier: string, filter: Parameters<Store['listChains']>[1]) {
    return this.#acts.read((view) => evaluations.listChains(view, verifier, filter));
  }

  listChanges(verifier: string, page: { after?: string; limit: number }) {
    return this.#acts.read((view) => evaluations.listChanges(view, verifier, page));
  }

  addJob(job: Parameters<Store['addJob']>[0]): Promise<ReevaluationJob> {
    return this.#acts.transact({ act: 'add-job' }, (tx) => reevaluations.addJob(tx, job));
  }

  findJob(verifier: string, id: string) {
    return this.#acts.read((view) => reevaluations.findJob(view, verifier, id));
  }

  findNextJob(now: number) {
    return this.#acts.read((view) => reevaluations.findNextJob(view, now));
  }

  saveProgress(job: ReevaluationJob): Promise<void> {
    return this.#acts.transact({ act: 'save-progress' }, (tx) => reevaluations.saveProgress(tx, job));
  }

  saveWatch(verifier: string, everySeconds: number | undefined): Promise<void> {
    return this.#acts.transact({ act: 'save-watch' }, (tx) => reevaluations.saveWatch(tx, verifier, everySeconds));
  }

  findWatch(verifier: string) {
    return this.#acts.readOne((view) => reevaluations.findWatch(view, verifier));
  }

  beginPasses(): Promise<number> {
    return this.#acts.transact({ act: 'begin-passes' }, reevaluations.beginPasses);
  }

  saveWebhook(record: Omit<WebhookRecord, 'progress'>): Promise<WebhookRecord> {
    return this.#acts.transact({ act: 'save-webhook' }, (tx) => webhooks.saveWebhook(tx, record));
  }

  saveWebhookProgress(webhook: Pick<WebhookRecord, 'verifier' | 'id'>, progress: WebhookProgress): Promise<void> {
    return this.#acts.transact({ act: 'webhook-progress' }, (tx) =>
      webhooks.saveWebhookProgress(tx, webhook, progress),
    );
  }

  findWebhook(verifier: string) {
    return this.#acts.readOne((view) => webhooks.findWebhook(view, verifier));
  }

  listWebhooks() {
    return this.#acts.read(webhooks.listWebhooks);
  }

  removeWebhook(verifier: string): Promise<boolean> {
    return this.#acts.transact({ act: 'remove-webhook' }, (tx) => webhooks.removeWebhook(tx, verifier));
  }

  takeLease(lease: Parameters<Store['takeLease']>[0]): Promise<boolean> {
    return this.#acts.transact({ act: 'take-lease', urgent: true }, (tx) => takeLease(tx, lease));
  }

  releaseLeftBehind(): Promise<void> {
    const name = { act: 'release-left-behind', urgent: true };
    return this.#acts.transact(name, (tx) => tidyClaims(tx, this.#leftBehind?.afterMs ?? 0));
  }

  readSetting(key: string): Promise<JsonValue | undefined> {
    return this.#acts.readOne((view) => settings.find(view, key));
  }

  writeSetting(key: string, value: JsonValue, read?: JsonValue): Promise<void> {
    return this.#acts.transact({ act: 'write-setting' }, async (tx) => {
      if (read !== undefined && JSON.stringify(await settings.find(tx, key)) !== JSON.stringify(read))
        throw new ServiceError('CONFLICT', 'somebody else wrote it since it was read');
      settings.put(tx, [key], value);
    });
  }

  settleSetting(key: string, value: JsonValue): Promise<JsonValue> {
    return this.#acts.transact({ act: 'settle-setting', urgent: true }, async (tx) => {
      const kept = await settings.find(tx, key);
      if (kept === undefined) settings.put(tx, [key], value);
      return kept ?? value;
    });
  }

  journalHead(): Promise<{ sequence: number; hash: string }> {
    return this.#acts.head();
  }

  journalLeaves(span: { after: number; upTo: number }, onLeaf: (leaf: Uint8Array) => void): Promise<void> {
    return this.#acts.journal.leaves(span, onLeaf);
  }

  journalLine(sequence: number): Promise<string | undefined> {
    return this.#acts.journal.line(sequence);
  }

  skipAhead(gap: number): Promise<void> {
    return this.#acts.transact({ act: 'skip-ahead', why: String(gap) }, (tx) => skipAhead(tx, gap));
  }
}
