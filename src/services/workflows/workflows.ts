import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { refuse, ServiceError } from '../../base/error.ts';
import type { Finding } from '../../base/finding.ts';
import { isObject, type JsonObject } from '../../base/json.ts';
import { V2_CONTEXT } from '../../credentials/contexts.ts';
import { readableOf } from '../../credentials/envelope.ts';
import { readablePresentation } from '../../credentials/enveloped-presentation.ts';
import { credentialsOf, holderOf } from '../../credentials/presentation.ts';
import { idOf } from '../../credentials/token.ts';
import { formatDateTime } from '../../formats/date-time.ts';
import { digestOfJson } from '../../formats/digest.ts';
import type { IdempotencyClaim, InstanceRecord, Page, Store } from '../../store/store.ts';
import type { ExchangeRecord, WorkflowRecord, WorkflowStep } from '../../store/workflow-records.ts';
import { unanswered, wantsCredentials } from './presentation-query.ts';

export type { ExchangeRecord, WorkflowRecord } from '../../store/workflow-records.ts';

/** Presentations that are refused in one exchange before it ends. */
const MOST_REFUSED = 10;
/** Steps of one workflow. */
export const MOST_STEPS = 20;
const DEFAULT_LIFE_MS = 24 * 60 * 60 * 1000;
const LONGEST_LIFE_MS = 30 * 24 * 60 * 60 * 1000;
/** An answer that was begun so long ago was never given; whoever asks again gets it. Milliseconds. */
const BUSY_MS = 60_000;
/** A challenge is renewed when it has no longer than this to live. Milliseconds. */
const LEAST_CHALLENGE_MS = 60_000;

/** What either side says (VCALM 1.0, section 3.6): what it asks for, what it hands over, where to go on. */
export interface ExchangeMessage {
  readonly verifiablePresentationRequest?: JsonObject;
  readonly verifiablePresentation?: JsonObject;
  readonly redirectUrl?: string;
}

interface Verified {
  readonly verified: boolean;
  readonly findings: readonly Finding[];
  readonly document?: JsonObject;
}

interface WorkflowsDeps {
  readonly store: Pick<
    Store,
    | 'addWorkflow'
    | 'findWorkflow'
    | 'listWorkflows'
    | 'addExchange'
    | 'findExchange'
    | 'findInteraction'
    | 'saveExchange'
    | 'listExchanges'
  >;
  readonly clock: Clock;
  readonly publicUrl: () => string;
  readonly requireInstance: (kind: 'issuer' | 'verifier', id: string, organisation: string) => Promise<InstanceRecord>;
  readonly createChallenge: (instance: InstanceRecord) => Promise<{ challenge: string; expires: number }>;
  /** For this challenge, which is spent by it. */
  readonly verify: (
    instance: InstanceRecord,
    presentation: JsonObject,
    options: { readonly challenge: string; readonly mayBeEmpty: boolean },
  ) => Promise<Verified>;
  readonly domainOf: (instance: InstanceRecord) => string;
  /** Refuses what could not be issued as it stands. Signs nothing, stores nothing. */
  readonly assertIssuable: (instance: InstanceRecord, credential: JsonObject) => Promise<void>;
  readonly issue: (
    instance: InstanceRecord,
    credential: JsonObject,
    claim: IdempotencyClaim,
  ) => Promise<{ readonly verifiableCredential: JsonObject }>;
}

export interface NewExchange {
  readonly variables: JsonObject;
  /** RFC 3339. */
  readonly expires?: number | undefined;
}

/**
 * Workflows and their exchanges (VCALM 1.0, section 3.6): an organisation asks somebody for credentials, hands some out, or both, over one
 * link that is good once. Whoever has the link takes part; what they present is verified like anything else that is presented here.
 */
export class Workflows {
  readonly #deps: WorkflowsDeps;

  constructor(deps: WorkflowsDeps) {
    this.#deps = deps;
  }

  /** Errors: BAD_REQUEST for steps that do not fit together, FORBIDDEN for instances of others, CONFLICT, LIMIT_EXCEEDED. */
  async create(workflow: Omit<WorkflowRecord, 'createdAt'>): Promise<WorkflowRecord> {
    assertSteps(workflow);
    const { organisation, issuer, verifier } = workflow;
    await this.#deps.requireInstance('issuer', issuer, organisation);
    await this.#deps.requireInstance('verifier', verifier, organisation);
    const record = { ...workflow, createdAt: this.#now() };
    await this.#deps.store.addWorkflow(record);
    return record;
  }

  /** Errors: NOT_FOUND, also for one of somebody else. */
  async require(id: string, organisation: string | undefined): Promise<WorkflowRecord> {
    const found = await this.#deps.store.findWorkflow(id);
    if (found === undefined || found.organisation !== organisation)
      throw new ServiceError('NOT_FOUND', 'not one of your workflows');
    return found;
  }

  list(organisation: string): Promise<readonly WorkflowRecord[]> {
    return this.#deps.store.listWorkflows(organisation);
  }

  /** Errors: BAD_REQUEST for a variable that a step wants and that is not there, RANGE_ERROR for the end; those of issuing that can be told now. */
  async begin(workflow: WorkflowRecord, { variables, expires }: NewExchange): Promise<ExchangeRecord> {
    const now = this.#deps.clock.now();
    const expiresAt = expires ?? now + DEFAULT_LIFE_MS;
    if (expiresAt <= now || expiresAt > now + LONGEST_LIFE_MS)
      throw new ServiceError('RANGE_ERROR', 'an exchange ends within thirty days from now', { pointer: '/expires' });
    for (const name of variablesOf(workflow)) {
      const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
      if (!isObject(variable) || !isObject(variable['credential']))
        throw new ServiceError('BAD_REQUEST', 'a step issues this credential', { pointer: `/variables/${name}` });
      await this.#assertIssuable(workflow, name, variable);
    }
    const record: ExchangeRecord = {
      id: randomBytes(16).toString('base64url'),
      workflow: workflow.id,
      organisation: workflow.organisation,
      state: 'pending',
      step: workflow.initialStep,
      variables,
      results: {},
      issued: [],
      refused: 0,
      createdAt: this.#now(),
      expiresAt,
      version: 1,
    };
    await this.#deps.store.addExchange(record);
    return record;
  }

  /** Told now, and not to whoever has presented by then. About a holder who is not known yet, the issuer stands in for them. */
  async #assertIssuable({ issuer, organisation }: WorkflowRecord, name: string, variable: JsonObject): Promise<void> {
    const credential = variable['credential'] as JsonObject;
    const standIn = { stand: { holder: idOf(credential['issuer']) ?? '' } };
    const draft = variable['subject'] === 'holder' ? aboutHolder(credential, standIn, 'stand') : credential;
    const instance = await this.#deps.requireInstance('issuer', issuer, organisation);
    await this.#deps.assertIssuable(instance, draft).catch((error: unknown) => {
      if (!(error instanceof ServiceError)) throw error;
      const pointer = `/variables/${name}${error.pointer ?? '/credential'}`;
      throw new ServiceError(error.code, error.message, { pointer, findings: error.findings, cause: error });
    });
  }

  /** For the organisation. Errors: NOT_FOUND. */
  async requireExchange(workflow: WorkflowRecord, id: string): Promise<ExchangeRecord> {
    const found = await this.#deps.store.findExchange(workflow.id, id);
    if (found === undefined) throw noSuchExchange();
    return found;
  }

  listExchanges(workflow: WorkflowRecord, page: { cursor?: string; limit: number }): Promise<Page<ExchangeRecord>> {
    return this.#deps.store.listExchanges(workflow.id, page);
  }

  /** The organisation takes the link back. Errors: NOT_FOUND, CONFLICT when it is over already. */
  async withdraw(workflow: WorkflowRecord, id: string): Promise<ExchangeRecord> {
    const record = await this.requireExchange(workflow, id);
    if (record.state === 'complete' || record.state === 'invalid')
      throw new ServiceError('CONFLICT', `the exchange is ${record.state}`);
    return this.#save(record, { state: 'invalid' }, 'withdrawn');
  }

  urlOf({ workflow, id }: Pick<ExchangeRecord, 'workflow' | 'id'>): string {
    return `${this.#deps.publicUrl()}/workflows/${workflow}/exchanges/${id}`;
  }

  interactionUrlOf({ id }: Pick<ExchangeRecord, 'id'>): string {
    return `${this.#deps.publicUrl()}/interactions/${id}?iuv=1`;
  }

  /** The protocols by which an exchange can be taken part in; asking spends nothing. Errors: NOT_FOUND, also once it is over. */
  async protocolsOf(id: string): Promise<{ readonly vcapi: string; readonly interact: string }> {
    const record = await this.#requireOpen(await this.#deps.store.findInteraction(id));
    return { vcapi: this.urlOf(record), interact: this.interactionUrlOf(record) };
  }

  /** What is asked for now, without a step being taken. Errors: NOT_FOUND, also where nothing is asked for, or not yet. */
  async currentRequest(workflowId: string, id: string): Promise<JsonObject> {
    const { workflow, record } = await this.#open(workflowId, id);
    const request = stepOf(workflow, record).verifiablePresentationRequest;
    const { challenge } = record;
    if (request === undefined || challenge === undefined || challenge.expiresAt <= this.#deps.clock.now())
      throw new ServiceError('NOT_FOUND', 'nothing is asked for yet; begin with a POST of an empty object');
    return this.#asked(workflow, record, request, challenge.value);
  }

  /**
   * Take part: an empty message begins or asks again, a presentation answers. Of many that answer at once one goes on.
   * Errors: NOT_FOUND for a link that is no good or no longer; CONFLICT while somebody else is being answered; those of a presentation that
   * does not verify, or is not what was asked for; those of issuing.
   */
  async participate(workflowId: string, id: string, message: ExchangeMessage): Promise<ExchangeMessage> {
    const { workflow, record } = await this.#open(workflowId, id);
    const step = stepOf(workflow, record);
    if (step.verifiablePresentationRequest === undefined || Object.hasOwn(record.results, record.step))
      return this.#handOut(workflow, record);
    const { verifiablePresentation } = message;
    if (verifiablePresentation === undefined) return this.#ask(workflow, record);
    return this.#handOut(workflow, await this.#take(workflow, record, verifiablePresentation));
  }

  async #ask(workflow: WorkflowRecord, record: ExchangeRecord): Promise<ExchangeMessage> {
    const request = stepOf(workflow, record).verifiablePresentationRequest ?? {};
    const now = this.#deps.clock.now();
    if (record.challenge !== undefined && record.challenge.expiresAt - now >= LEAST_CHALLENGE_MS)
      return { verifiablePresentationRequest: await this.#asked(workflow, record, request, record.challenge.value) };
    const { challenge: value, expires: expiresAt } = await this.#deps.createChallenge(await this.#verifierOf(workflow));
    const asked = await this.#save(record, { state: 'active', challenge: { value, expiresAt } }, 'asked');
    return { verifiablePresentationRequest: await this.#asked(workflow, asked, request, value) };
  }

  async #asked(
    workflow: WorkflowRecord,
    record: ExchangeRecord,
    request: JsonObject,
    challenge: string,
  ): Promise<JsonObject> {
    const domain = this.#deps.domainOf(await this.#verifierOf(workflow));
    const service = [{ type: 'VerifiableCredentialApiExchangeService', serviceEndpoint: this.urlOf(record) }];
    return { ...request, challenge, domain, interact: { service } };
  }

  /** The challenge is spent by whoever is verified first, good or not. */
  async #take(workflow: WorkflowRecord, record: ExchangeRecord, received: JsonObject): Promise<ExchangeRecord> {
    const { challenge, step, results } = record;
    if (challenge === undefined)
      throw new ServiceError('INVALID_CHALLENGE_ERROR', 'begin with an empty object, which gets a challenge', {
        pointer: '/verifiablePresentation',
      });
    const request = stepOf(workflow, record).verifiablePresentationRequest ?? {};
    const options = { challenge: challenge.value, mayBeEmpty: !wantsCredentials(request) };
    const verification = await this.#deps.verify(await this.#verifierOf(workflow), received, options);
    const { document } = verification;
    // The first word on the challenge is whether it could be spent. Whoever came second changes nothing for the first.
    const lost = verification.findings.find(({ check }) => check === CHALLENGE)?.outcome === 'failed';
    if (lost) refuse(under(verification.findings));
    const presentation = document === undefined ? undefined : readablePresentation(document);
    const missing =
      presentation === undefined
        ? verification.findings
        : unanswered(request, {
            holder: holderOf(presentation),
            credentials: credentialsOf(presentation).map(readableOf),
          });
    const { challenge: _, ...rest } = record;
    if (presentation === undefined || missing.length > 0) {
      const refused = record.refused + 1;
      const state = refused >= MOST_REFUSED ? 'invalid' : record.state;
      await this.#save(rest, { refused, state }, 'refused').catch(() => undefined);
      refuse(under(missing));
    }
    const holder = holderOf(presentation);
    const result = {
      ...(holder === undefined ? {} : { holder }),
      verifiedAt: this.#now(),
      verifiablePresentation: document ?? {},
    };
    return this.#save(rest, { state: 'active', results: { ...results, [step]: result } }, 'presented');
  }

  /** What this step hands out, once; then the next one asks, or the exchange is over. */
  async #handOut(workflow: WorkflowRecord, record: ExchangeRecord): Promise<ExchangeMessage> {
    const now = this.#deps.clock.now();
    if (record.busySince !== undefined && now - record.busySince < BUSY_MS)
      throw new ServiceError('CONFLICT', 'somebody is being answered');
    const taken = await this.#save(record, { state: 'active', busySince: now }, 'answering');
    const step = stepOf(workflow, taken);
    const credentials = await this.#issueAll(workflow, taken, step).catch(async (error: unknown) => {
      await this.#save(freed(taken), {}, 'not issued').catch(() => undefined);
      throw error;
    });
    const ids = credentials.map((credential) => String(readableOf(credential)['id'] ?? ''));
    const more = { issued: [...taken.issued, ...ids] };
    const handed = credentials.length === 0 ? {} : { verifiablePresentation: presentationOf(credentials) };
    if (step.nextStep === undefined) {
      await this.#save(freed(taken), { ...more, state: 'complete' }, 'complete');
      return { ...handed, ...(step.redirectUrl === undefined ? {} : { redirectUrl: step.redirectUrl }) };
    }
    const next = await this.#save(freed(taken), { ...more, step: step.nextStep }, step.nextStep);
    const asks = stepOf(workflow, next).verifiablePresentationRequest !== undefined;
    if (asks) return { ...handed, ...(await this.#ask(workflow, next)) };
    const then = await this.#handOut(workflow, next);
    return merged(credentials, then);
  }

  async #issueAll(
    workflow: WorkflowRecord,
    { id, step: name, variables, results }: ExchangeRecord,
    step: WorkflowStep,
  ): Promise<readonly JsonObject[]> {
    const issued: JsonObject[] = [];
    const requests = step.issueRequests ?? [];
    if (requests.length === 0) return issued;
    const { organisation, issuer } = workflow;
    const instance = await this.#deps.requireInstance('issuer', issuer, organisation);
    for (const { variables: variable } of requests) {
      const { credential, subject } = variables[variable] as { credential: JsonObject; subject?: string };
      const draft = subject === 'holder' ? aboutHolder(credential, results, name) : credential;
      const claim = { scope: `exchange ${id}`, key: `${name} ${variable}`, requestDigest: digestOfJson(draft) };
      issued.push((await this.#deps.issue(instance, draft, claim)).verifiableCredential);
    }
    return issued;
  }

  async #open(workflowId: string, id: string): Promise<{ workflow: WorkflowRecord; record: ExchangeRecord }> {
    const record = await this.#requireOpen(await this.#deps.store.findExchange(workflowId, id));
    const workflow = await this.#deps.store.findWorkflow(workflowId);
    if (workflow === undefined) throw noSuchExchange();
    return { workflow, record };
  }

  /** One answer for a link that never was, has expired or was used. */
  async #requireOpen(record: ExchangeRecord | undefined): Promise<ExchangeRecord> {
    const good =
      record !== undefined &&
      (record.state === 'pending' || record.state === 'active') &&
      record.expiresAt > this.#deps.clock.now();
    if (!good) throw noSuchExchange();
    return record;
  }

  async #save(record: ExchangeRecord, change: Partial<ExchangeRecord>, why: string): Promise<ExchangeRecord> {
    const next = { ...record, ...change, version: record.version + 1 };
    await this.#deps.store.saveExchange(next, why);
    return next;
  }

  #verifierOf({ verifier, organisation }: WorkflowRecord): Promise<InstanceRecord> {
    return this.#deps.requireInstance('verifier', verifier, organisation);
  }

  #now(): string {
    return formatDateTime(this.#deps.clock.now());
  }
}

const CHALLENGE = 'presentation.challenge';

const noSuchExchange = (): ServiceError =>
  new ServiceError('NOT_FOUND', 'no such exchange, or it is over; ask whoever gave you the link for another one');

function freed({ busySince: _, ...record }: ExchangeRecord): ExchangeRecord {
  return record;
}

function stepOf({ steps }: WorkflowRecord, { step }: ExchangeRecord): WorkflowStep {
  const found = Object.hasOwn(steps, step) ? steps[step] : undefined;
  if (found === undefined) throw new ServiceError('STORE_INTEGRITY', 'The workflow has no such step');
  return found;
}

function variablesOf({ steps }: Pick<WorkflowRecord, 'steps'>): readonly string[] {
  return Object.values(steps).flatMap(({ issueRequests = [] }) => issueRequests.map(({ variables }) => variables));
}

/** Every step leads to another one that is there, none comes twice, and each does something. */
function assertSteps({ initialStep, steps }: Pick<WorkflowRecord, 'initialStep' | 'steps'>): void {
  const seen = new Set<string>();
  for (let name: string | undefined = initialStep; name !== undefined; name = steps[name]?.nextStep) {
    const pointer = seen.size === 0 ? '/initialStep' : '/steps';
    if (!Object.hasOwn(steps, name)) throw new ServiceError('BAD_REQUEST', `there is no step ${name}`, { pointer });
    if (seen.has(name)) throw new ServiceError('BAD_REQUEST', `the step ${name} comes twice`, { pointer });
    seen.add(name);
  }
  for (const [name, step] of Object.entries(steps)) {
    const pointer = `/steps/${name}`;
    if (!seen.has(name)) throw new ServiceError('BAD_REQUEST', 'no step leads here', { pointer });
    if (step.verifiablePresentationRequest === undefined && (step.issueRequests ?? []).length === 0)
      throw new ServiceError('BAD_REQUEST', 'a step asks for something or issues something', { pointer });
    if (step.redirectUrl !== undefined && step.nextStep !== undefined)
      throw new ServiceError('BAD_REQUEST', 'the last step alone says where to go on', { pointer });
  }
}

/** The same draft about whoever presented last before this step, or in it. Errors: HOLDER_MISMATCH when nobody did. */
function aboutHolder(credential: JsonObject, results: ExchangeRecord['results'], step: string): JsonObject {
  const holder = results[step]?.['holder'] ?? Object.values(results).at(-1)?.['holder'];
  if (typeof holder !== 'string') throw new ServiceError('HOLDER_MISMATCH', 'nobody has said who they are');
  const subject = isObject(credential['credentialSubject']) ? credential['credentialSubject'] : {};
  return { ...credential, credentialSubject: { ...subject, id: holder } };
}

const presentationOf = (credentials: readonly JsonObject[]): JsonObject => ({
  '@context': [V2_CONTEXT],
  type: ['VerifiablePresentation'],
  verifiableCredential: [...credentials],
});

/** What a step and those after it hand out at once. */
function merged(credentials: readonly JsonObject[], then: ExchangeMessage): ExchangeMessage {
  if (credentials.length === 0) return then;
  const after = then.verifiablePresentation === undefined ? [] : credentialsOf(then.verifiablePresentation);
  return { ...then, verifiablePresentation: presentationOf([...credentials, ...after]) };
}

function under(findings: readonly Finding[]): readonly Finding[] {
  return findings.map((finding) => ({ ...finding, pointer: `/verifiablePresentation${finding.pointer ?? ''}` }));
}
