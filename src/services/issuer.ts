import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { refuse, ServiceError } from '../base/error.ts';
import { type Finding, failed, verdictOf } from '../base/finding.ts';
import { asArray, deepFreeze, type JsonObject } from '../base/json.ts';
import { completerOf, standInEntries } from '../credentials/completion.ts';
import type { Contexts, Intake } from '../credentials/contexts.ts';
import { profileToIssue } from '../credentials/issue-request.ts';
import { checkDraft, isAdviceError, isOfMeaning, refuseAdvised } from '../credentials/lint.ts';
import { readAnyPointers, readMandatoryPointers } from '../credentials/mandatory-disclosure.ts';
import type { StatusListReference } from '../credentials/opened-envelope.ts';
import type { Profile } from '../credentials/profiles/profile-table.ts';
import type { Schemas } from '../credentials/schemas.ts';
import type { Signer } from '../crypto/signer.ts';
import type { DidResolver } from '../dids/resolver.ts';
import { formatDateTime } from '../formats/date-time.ts';
import type { DataIntegrity } from '../proofs/data-integrity.ts';
import { readHolderKey } from '../proofs/holder-key.ts';
import { findMechanism } from '../proofs/mechanisms.ts';
import type {
  IdempotencyClaim,
  InstanceRecord,
  IntentOutcome,
  IntentRequest,
  IssuanceRecord,
  Page,
  StatusEntry,
  Store,
} from '../store/store.ts';

export interface IssueRequest {
  readonly credential: JsonObject;
  readonly credentialId?: string | undefined;
  readonly mandatoryPointers?: readonly string[] | undefined;
  /** Public JWK of whoever alone may present it; for a mechanism that can say so. */
  readonly holderKey?: JsonObject | undefined;
  /** The regimes it is meant for: an error under one of them refuses the issue. */
  readonly regimes?: readonly string[] | undefined;
  /** Credentials that the advice may build on, beside those of the organisation on this node. */
  readonly supporting?: readonly JsonObject[] | undefined;
  /** Of the details of advice. */
  readonly language?: 'en' | 'ko' | undefined;
}

/** A complete draft on which advice is asked before it is signed. */
export interface AdviceOnIssue extends Pick<IssueRequest, 'regimes' | 'supporting'> {
  readonly draft: JsonObject;
  readonly language: 'en' | 'ko';
}

export interface IssueAnswer {
  readonly verifiableCredential: JsonObject;
  /** Advice that did not stop the issue; kept with the record. */
  readonly warnings: readonly Finding[];
}

/** What a door may show of an issuance. */
export type IssuedRecord = IssuanceRecord;

/** With what an instance signs. */
interface SigningMeans {
  readonly signer: Signer;
  readonly cryptosuite: string;
  /** What every derived proof will show; absent where the whole is signed. Errors: LINT_FAILED. */
  readonly pointersFor?: ((document: JsonObject) => readonly string[]) | undefined;
  readonly holderKey?: JsonObject | undefined;
}

/** The signer of an instance, and as whom it signs. */
type Signing = Pick<SigningMeans, 'signer' | 'cryptosuite'> & { readonly did: string };

/** A credential on its way: looked at, and nothing written yet. */
export interface PreparedIssue {
  readonly instance: InstanceRecord;
  readonly type: string;
  readonly credentialId: string;
  readonly purposes: readonly string[];
  readonly complete: (entries: readonly StatusEntry[]) => JsonObject;
  readonly means: SigningMeans;
  /** About the draft; none where it was not looked at again. */
  readonly warnings: readonly Finding[];
  /** What the rules make of it. An error among them stops the issue. */
  readonly advised: readonly Finding[];
}

/** Signed, and not on disk yet: nobody may be handed it. */
export interface SecuredIssue {
  readonly record: IssuanceRecord;
  readonly answer: IssueAnswer;
}

interface IssuerDeps {
  readonly store: Store;
  readonly proofs: DataIntegrity;
  readonly contexts: Contexts;
  readonly schemas: Schemas;
  readonly resolver: DidResolver;
  readonly clock: Clock;
  readonly signerOf: (instance: InstanceRecord) => Promise<Signing>;
  readonly statusListUrl: (listId: string) => string;
  /** Where the status of these entries stands in a Token Status List as well. */
  readonly tokenStatusOf: (entries: readonly StatusEntry[]) => StatusListReference | undefined;
  /**
   * What the rules of the regimes make of a draft, pointers into the draft; handed in by the composition root. Without `regimes` none of
   * the findings is an error.
   */
  readonly adviseOnIssue: (instance: InstanceRecord, request: AdviceOnIssue) => Promise<readonly Finding[]>;
  /** Raised when a signature that we just made does not verify: somebody has to look at the key or the signer. */
  readonly alarm: (what: string) => void;
}

const CREDENTIAL_ID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Issues credentials: intent, lint, sign, check our own proof, done (docs/issuing.md). */
export class Issuer {
  readonly #deps: IssuerDeps;

  constructor(deps: IssuerDeps) {
    this.#deps = deps;
  }

  /**
   * Issue one credential.
   * Errors: 400 codes for the form, LINT_FAILED for the meaning, FORBIDDEN for a foreign issuer DID, CONFLICT for a taken id,
   * IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_FLIGHT, SELF_VERIFY_FAILED, KEY_STORE while the holder of the key is out of reach.
   */
  async issue(instance: InstanceRecord, request: IssueRequest, idempotency?: IdempotencyClaim): Promise<IssueAnswer> {
    const prepared = await this.prepare(instance, request);
    if (prepared.advised.some(isAdviceError)) {
      const answered = idempotency === undefined ? undefined : await this.#findAnswer(idempotency);
      return answered ?? refuseAdvised(prepared.advised);
    }
    const claim = idempotency === undefined ? {} : { idempotency };
    const answered = await this.#unlessReady(prepared.means.signer, idempotency);
    if (answered !== undefined) return answered;
    const intent = await this.intend(prepared, claim);
    switch (intent.kind) {
      case 'replay':
        return intent.answer as unknown as IssueAnswer;
      case 'in-flight':
        throw new ServiceError('IDEMPOTENCY_IN_FLIGHT', 'ask again in a moment', { retryAfter: 1 });
      case 'reused':
      case 'known':
        throw new ServiceError('IDEMPOTENCY_KEY_REUSED', 'choose a new key for a new request');
      case 'intended':
        return this.keep(await this.secure(intent.record, prepared, claim), claim);
    }
  }

  /**
   * What can be done before anything is written: the completed credential, held to its form and meaning with stand-in status entries, so
   * that a refused request takes no index and leaves nothing behind. `checked`: that was done on these very bytes a moment ago, and only
   * advice, which may have changed, is asked once more. `signing`: as `signingOf` had it a moment ago. Errors: those of `issue` for form and meaning; what advice says is for the caller.
   */
  async prepare(
    instance: InstanceRecord,
    request: IssueRequest,
    { checked = false, signing: given }: { readonly checked?: boolean; readonly signing?: Signing } = {},
  ): Promise<PreparedIssue> {
    const { did, ...signing } = given ?? (await this.signingOf(instance));
    const profile = profileToIssue(request, this.#asIssuer(instance, did));
    const pointersFor = this.#pointersFor(instance, request, profile, signing);
    const means: SigningMeans = {
      ...signing,
      pointersFor,
      holderKey: readHolderKey(request.holderKey, signing.cryptosuite),
    };
    const purposes = this.#purposesOf(instance, request, profile);
    const credentialId = this.#recordIdOf(request);
    const complete = this.#completer(request, credentialId, profile);
    const draft = complete(standInEntries(purposes));
    const warnings = checked ? [] : await this.#assertIssuable(draft, signing.cryptosuite);
    if (!checked) means.pointersFor?.(draft);
    const advised = await this.#adviseOn(instance, draft, request);
    return { instance, type: profile.type, credentialId, purposes, complete, means, warnings, advised };
  }

  /** With what an instance signs now. Errors: KEY_STORE. */
  signingOf(instance: InstanceRecord): Promise<Signing> {
    return this.#deps.signerOf(instance);
  }

  /** Errors: KEY_STORE while the holder of the key is out of reach, so that no place is taken for what cannot be signed. */
  async assertReady({ means: { signer } }: PreparedIssue): Promise<void> {
    await signer.assertReady?.();
  }

  /** Take the places and record the intent, as one act. Errors: CONFLICT for a taken id. */
  intend(
    { instance, type, credentialId, purposes, complete }: PreparedIssue,
    asked: Pick<IntentRequest, 'idempotency' | 'batch'>,
  ): Promise<IntentOutcome> {
    return this.#deps.store.recordIntent({
      issuer: instance.id,
      organisation: instance.organisation,
      credentialId,
      type,
      statusPurposes: purposes,
      draft: complete,
      at: this.#now(),
      ...asked,
    });
  }

  /** Check once more what will be signed, sign it, check our own proof. What fails leaves an abandoned intent. */
  secure(
    record: IssuanceRecord,
    { means, advised }: PreparedIssue,
    claim: { readonly idempotency?: IdempotencyClaim } = {},
  ): Promise<SecuredIssue> {
    return this.#orAbandon(record, claim, async () => {
      const warnings = [...(await this.#assertIssuable(record.document, means.cryptosuite)), ...advised];
      return { record, answer: { verifiableCredential: await this.#sign(record, means), warnings } };
    });
  }

  /** The last act: what was signed is on disk, and may be handed out. */
  keep(
    { record, answer }: SecuredIssue,
    claim: { readonly idempotency?: IdempotencyClaim } = {},
  ): Promise<IssueAnswer> {
    return this.#orAbandon(record, claim, async () => {
      const { verifiableCredential, warnings } = answer;
      await this.#deps.store.markIssued(record.credentialId, verifiableCredential, {
        at: this.#now(),
        answer: answer as unknown as JsonObject,
        warnings: warnings as unknown as JsonObject[],
        intended: record.document,
        ...claim,
      });
      return answer;
    });
  }

  /** Close an intent that nobody is at work on any more. Errors: CONFLICT when it has an end. */
  async abandon(record: IssuanceRecord, reason: string): Promise<void> {
    const why = { at: this.#now(), reason, intended: record.document };
    await this.#deps.store.abandonIntent(record.credentialId, why);
  }

  async #orAbandon<Result>(
    record: IssuanceRecord,
    claim: { readonly idempotency?: IdempotencyClaim },
    work: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      // A store that cannot write cannot record this either; the open intent is then settled at the next start.
      const reason = error instanceof ServiceError ? error.code : 'fault';
      await this.#deps.store
        .abandonIntent(record.credentialId, { at: this.#now(), reason, intended: record.document, ...claim })
        .catch(() => undefined);
      throw error;
    }
  }

  async #sign({ document: unsecured, statusEntries }: IssuanceRecord, means: SigningMeans): Promise<JsonObject> {
    const now = this.#deps.clock.now();
    const { signer, cryptosuite, pointersFor, holderKey } = means;
    const disclosure = pointersFor === undefined ? {} : { mandatoryPointers: pointersFor(unsecured) };
    const token = { holderKey, statusList: this.#deps.tokenStatusOf(statusEntries) };
    const secured = deepFreeze(
      await this.#deps.proofs.secureCredential(unsecured, { signer, cryptosuite, token, ...disclosure, created: now }),
    );
    const report = await this.#deps.proofs.checkCredentialProofs(secured, {
      resolver: this.#deps.resolver,
      now,
      stage: 'held',
    });
    if (verdictOf(report.findings) !== 'accepted') {
      this.#deps.alarm(`a signature by ${means.signer.id} does not verify`);
      throw new ServiceError('SELF_VERIFY_FAILED', 'the credential was not issued', { findings: report.findings });
    }
    return secured;
  }

  #completer(
    request: IssueRequest,
    recordId: string,
    profile: Profile,
  ): (entries: readonly StatusEntry[]) => JsonObject {
    const { statusListUrl } = this.#deps;
    const { credential } = request;
    // Under a record id of its own, a credential keeps the id it came with.
    const keeps = this.#intake === 'conformance' && Object.hasOwn(credential, 'id');
    const id = keeps ? (credential['id'] as string) : recordId;
    return completerOf({ credential, id, profile, random: randomBytes(16), statusListUrl });
  }

  /**
   * The rules of the regimes that a credential is meant for, as advice. Where the issuer named them, an error is a reason not to sign;
   * elsewhere, and for whatever could not be told, the advice is a warning.
   */
  async #adviseOn(instance: InstanceRecord, draft: JsonObject, request: IssueRequest): Promise<readonly Finding[]> {
    if (this.#intake === 'conformance') return [];
    const { regimes, supporting, language = 'en' } = request;
    return under(await this.#deps.adviseOnIssue(instance, { draft, regimes, supporting, language }));
  }

  /** A key that is out of reach takes no index; a request that was answered before keeps its answer. Errors: KEY_STORE. */
  async #unlessReady({ assertReady }: Signer, idempotency?: IdempotencyClaim): Promise<IssueAnswer | undefined> {
    try {
      await assertReady?.();
      return undefined;
    } catch (error) {
      const answered = idempotency === undefined ? undefined : await this.#findAnswer(idempotency);
      if (answered === undefined) throw error;
      return answered;
    }
  }

  /** Advice changes with time and with what is at hand; a request that was answered before keeps its answer. */
  async #findAnswer(idempotency: IdempotencyClaim): Promise<IssueAnswer | undefined> {
    const known = await this.#deps.store.claimIdempotency(idempotency, this.#now());
    if (known.kind === 'new') await this.#deps.store.releaseIdempotency(idempotency);
    return known.kind === 'replay' ? (known.answer as unknown as IssueAnswer) : undefined;
  }

  /**
   * What would come of issuing this credential: the findings that would refuse it or be kept as warnings, and the complete draft for
   * advice where its form allows one, which never is so at a conformance instance. Stores nothing, signs nothing, takes no status index.
   * Errors: those of `issue` about the request itself: MALFORMED_VALUE_ERROR, FORBIDDEN.
   */
  async check(
    instance: InstanceRecord,
    request: IssueRequest,
  ): Promise<{ readonly findings: readonly Finding[]; readonly draft: JsonObject | undefined }> {
    const { did, cryptosuite } = await this.#deps.signerOf(instance);
    readHolderKey(request.holderKey, cryptosuite);
    const profile = profileToIssue(request, this.#asIssuer(instance, did));
    const complete = this.#completer(request, this.#recordIdOf(request), profile);
    const draft = complete(standInEntries(this.#purposesOf(instance, request, profile)));
    const findings = under(checkDraft(draft, this.#formDeps()));
    // What a form does not allow cannot be signed, and rules read nothing from it.
    const readable = findings.every(isOfMeaning);
    if (!readable) return { findings, draft: undefined };
    // Nor from what has only been held to the looser rules of the public suites.
    const advisable = this.#intake === 'conformance' ? undefined : draft;
    try {
      await this.#deps.proofs.assertCanonicalisable(draft, cryptosuite);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const at = error.pointer === undefined ? {} : { pointer: error.pointer };
      return { findings: [...findings, failed('proof.canonical', error.code, error.message, at)], draft: advisable };
    }
    return { findings, draft: advisable };
  }

  /** What can be told now about a request that is to be issued later. Errors: those of `issue`, but for advice and what is taken. */
  async assertCouldIssue(instance: InstanceRecord, request: IssueRequest): Promise<void> {
    const { findings } = await this.check(instance, request);
    if (findings.some(isAdviceError)) refuse(findings.filter(isAdviceError));
  }

  /** Form, then meaning, then what the signature can cover. Returns the warnings; throws the first failure with all of them. */
  async #assertIssuable(complete: JsonObject, cryptosuite: string): Promise<readonly Finding[]> {
    const found = under(checkDraft(complete, this.#formDeps()));
    const errors = found.filter(isAdviceError);
    if (errors.length > 0) refuse(errors);
    await this.#deps.proofs.assertCanonicalisable(complete, cryptosuite);
    return found;
  }

  /** At start: an intent without an end has no signed bytes, so it is closed; its index stays spent and its bit is set. */
  async settleOpenIntents(): Promise<number> {
    const open = await this.#deps.store.listOpenIntents();
    let settled = 0;
    for (const record of open) {
      const why = { at: this.#now(), reason: 'the node stopped before it was signed', intended: record.document };
      try {
        await this.#deps.store.abandonIntent(record.credentialId, why);
        settled += 1;
      } catch (error) {
        // Another node over the same store was first.
        if (!(error instanceof ServiceError && error.code === 'CONFLICT')) throw error;
      }
    }
    return settled;
  }

  /** NOT_FOUND also for a credential of another issuer instance, and for one that was never issued. */
  async requireIssued(instance: InstanceRecord, credentialId: string): Promise<IssuanceRecord> {
    const record = await this.#deps.store.findIssuance(credentialId);
    if (record === undefined || record.issuer !== instance.id || record.state !== 'issued') {
      throw new ServiceError('NOT_FOUND', 'no such credential');
    }
    return record;
  }

  list(instance: InstanceRecord, page: { cursor?: string; limit: number }): Promise<Page<IssuanceRecord>> {
    return this.#deps.store.listIssuances(instance.id, page);
  }

  get #intake(): Intake {
    return this.#deps.contexts.intake;
  }

  #asIssuer({ settings }: InstanceRecord, did: string): Parameters<typeof profileToIssue>[1] {
    const { vcdm } = settings;
    return { did, intake: this.#intake, versions: Array.isArray(vcdm) ? vcdm.map(String) : undefined };
  }

  /** What the public suites issue again and again has one id each time; every time is a record of its own. */
  #recordIdOf(request: IssueRequest): string {
    return this.#intake === 'conformance' ? `urn:uuid:${randomUUID()}` : idOf(request);
  }

  /** What the type needs, then what the instance adds; none where the client brought a status, as only a conformance instance lets it. */
  #purposesOf(instance: InstanceRecord, { credential }: IssueRequest, profile: Profile): readonly string[] {
    if (credential['credentialStatus'] !== undefined) return [];
    const more = instance.settings['statusPurposes'];
    return [...new Set([...profile.statusPurposes, ...(Array.isArray(more) ? more.map(String) : [])])];
  }

  /** Only a suite that can disclose selectively takes pointers; for it the core of the type is always among them. */
  #pointersFor(
    instance: InstanceRecord,
    { mandatoryPointers: requested }: IssueRequest,
    profile: Profile,
    { cryptosuite }: Pick<SigningMeans, 'cryptosuite'>,
  ): SigningMeans['pointersFor'] {
    if (findMechanism(cryptosuite)?.selective === true) {
      const always = asArray(instance.settings['mandatoryPointers']).map(String);
      return (document) => {
        const read =
          this.#intake === 'conformance'
            ? readAnyPointers(document, requested)
            : readMandatoryPointers(document, profile, { requested, always });
        return read.ok ? read.value : refuse(read.findings);
      };
    }
    if (requested === undefined) return undefined;
    throw new ServiceError(
      'LINT_FAILED',
      `this instance signs the whole ${profile.type}; mandatory pointers belong to a selective-disclosure cryptosuite`,
      { pointer: '/options/mandatoryPointers' },
    );
  }

  #formDeps(): Pick<IssuerDeps, 'contexts' | 'schemas'> {
    const { contexts, schemas } = this.#deps;
    return { contexts, schemas };
  }

  #now(): string {
    return formatDateTime(this.#deps.clock.now());
  }
}

/** Pointers into the credential as pointers into the request that carries it. */
function under(findings: readonly Finding[]): readonly Finding[] {
  return findings.map((finding) =>
    finding.pointer === undefined ? finding : { ...finding, pointer: `/credential${finding.pointer}` },
  );
}

function idOf(request: IssueRequest): string {
  const id = request.credentialId ?? request.credential['id'];
  if (id === undefined) return `urn:uuid:${randomUUID()}`;
  if (typeof id !== 'string' || !CREDENTIAL_ID.test(id)) {
    throw new ServiceError('MALFORMED_VALUE_ERROR', 'a urn:uuid in lower case', { pointer: '/credential/id' });
  }
  return id;
}
