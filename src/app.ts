/** Wires one node together from its configuration. Decides nothing: what a node can do is in `services`. */
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Express } from 'express';
import { type Clock, type createManualClock, systemClock } from './base/clock.ts';
import { ServiceError } from './base/error.ts';
import type { Config } from './config.ts';
import { clockOf, createSignIn, loadPolicy } from './configured.ts';
import { type Contexts, type Intake, loadContexts } from './credentials/contexts.ts';
import { loadSchemas, type Schemas } from './credentials/schemas.ts';
import { createDidResolver, type DidResolver } from './dids/resolver.ts';
import { createRoutes } from './doors.ts';
import { createHttpApplication, type RequestLog } from './http/application.ts';
import { createMetrics, type Metrics } from './http/metrics.ts';
import type { Route } from './http/route.ts';
import { makeDataDirectory, openKept } from './kept.ts';
import { createGuard } from './net/guarded-request.ts';
import { createSafeExchange, type SafeExchange } from './net/safe-exchange.ts';
import { createSafeFetch, type FetchJson } from './net/safe-fetch.ts';
import { createSafePost, type SafePost } from './net/safe-post.ts';
import { createTraceExporter, type TraceExporter } from './net/trace-exporter.ts';
import { createDataIntegrity, type DataIntegrity } from './proofs/data-integrity.ts';
import { tracedProofs } from './proofs/traced-proofs.ts';
import { AdminTokens } from './services/admin-tokens.ts';
import { Adviser } from './services/adviser/adviser.ts';
import { findOnFile } from './services/adviser/on-file.ts';
import { Approvals } from './services/approvals.ts';
import { leaseOf } from './services/background-lease.ts';
import { assertNotRestoring } from './services/backups/unfinished-restore.ts';
import { Batches } from './services/batches/batches.ts';
import { Callers } from './services/callers.ts';
import { ChangesWebhook } from './services/changes-webhook.ts';
import { assertReadable, CredentialStatus, type StatusChange } from './services/credential-status.ts';
import { DidResolution } from './services/did-resolution.ts';
import { Evaluations } from './services/evaluations.ts';
import { Holder } from './services/holder.ts';
import { Identity } from './services/identity/identity.ts';
import { PublishedDids } from './services/identity/published-dids.ts';
import { Tokens } from './services/identity/tokens.ts';
import { type AdviceOnIssue, type IssueRequest, Issuer } from './services/issuer.ts';
import { JournalAudit } from './services/journal/journal-audit.ts';
import { LeftBehind } from './services/left-behind.ts';
import { Once } from './services/once.ts';
import { CredentialIssuing } from './services/openid4vci/credential-issuing.ts';
import { Offers } from './services/openid4vci/offers.ts';
import { PresentationRequests } from './services/openid4vp/presentation-requests.ts';
import { Presenter } from './services/openid4vp/presenter.ts';
import { Reevaluations } from './services/reevaluations.ts';
import { Renderings } from './services/renderings.ts';
import { ReportCredentials } from './services/report-credentials.ts';
import { TokenStatusLists } from './services/token-status-lists.ts';
import { TrustRegistry } from './services/trust-registry.ts';
import type { EvaluationRequest } from './services/verifier/evaluation.ts';
import { createSchemaLoader } from './services/verifier/load-schema.ts';
import { policyOf } from './services/verifier/policy-source.ts';
import { Verifier } from './services/verifier/verifier.ts';
import { Workflows } from './services/workflows/workflows.ts';
import { createStatusListLoader, type LoadStatusList } from './status/load-status-list.ts';
import { createStatusListToken } from './status/token-status-list.ts';
import type { InstanceRecord, StatusEntry, Store } from './store/store.ts';
import type { Policy } from './trust/policy.ts';
import { VERSION } from './version.ts';

/** What can be handed in instead of the real thing: tests hold time still and bring their own hosts. */
export interface NodeOptions {
  readonly clock?: Clock;
  readonly fetchJson?: FetchJson;
  readonly post?: SafePost;
  readonly exchange?: SafeExchange;
  readonly log?: NodeLog;
  /** Called when the store can no longer promise what it acknowledged; the process must end. */
  readonly onFault?: (error: unknown) => void;
  /** Keep room on the disk for bad times: for a node that stays, not for a command. */
  readonly holdReserve?: boolean;
}

export interface NodeLog extends RequestLog {
  event(name: string, more?: Readonly<Record<string, string | number>>): void;
}

export const silentLog: NodeLog = {
  request: () => undefined,
  fault: () => undefined,
  unavailable: () => undefined,
  event: () => undefined,
};

/** The parts that check documents, without a store or a door: enough for the command line's `verify`. */
export interface Workshop {
  readonly contexts: Contexts;
  readonly schemas: Schemas;
  readonly proofs: DataIntegrity;
}

export interface ProofprintNode {
  readonly application: Express;
  readonly identity: Identity;
  readonly issuer: Issuer;
  readonly batches: Batches;
  readonly holder: Holder;
  readonly verifier: Verifier;
  readonly credentialStatus: CredentialStatus;
  readonly evaluations: Evaluations;
  readonly store: Store;
  readonly resolver: DidResolver;
  readonly clock: Clock;
  /** Present once, when it was generated by this start. */
  readonly newAdminToken: string | undefined;
  readonly routes: readonly Route[];
  setPublicUrl(url: string): void;
  setPolicy(policy: Policy): void;
  setReady(ready: boolean): void;
  /** Begin what a node does by itself; a command that only opens the data does not. */
  start(): void;
  /** Look for work now instead of after the next rest. */
  wake(): void;
  close(): Promise<void>;
}

export function createWorkshop(intake: Intake = 'product'): Workshop {
  const contexts = loadContexts(intake);
  return { contexts, schemas: loadSchemas(), proofs: tracedProofs(createDataIntegrity({ contexts })) };
}

export async function createNode(config: Config, options: NodeOptions = {}): Promise<ProofprintNode> {
  const metrics = createMetrics({ version: VERSION, ofProcess: options.holdReserve === true });
  const log = countedLog(options.log ?? silentLog, metrics);
  const policy = { current: await loadPolicy(config.policyFile) };
  const address = { current: config.publicUrl };
  const publicUrl = (): string => {
    if (address.current === undefined)
      throw new ServiceError('UNAVAILABLE', 'the address of this node is not known yet');
    return address.current;
  };
  const workshop = createWorkshop();
  const { contexts, schemas, proofs } = workshop;
  await makeDataDirectory(config.dataDirectory);
  await assertNotRestoring(config.dataDirectory);
  const clock = options.clock ?? clockOf(config);
  const { keys, store } = await openKept(config, clock, { ...options, log }, metrics);
  if (config.conformance)
    log.event('PROFILE=conformance: instances made for the public suites answer here; rely on nothing they say');

  // One guard and its caps for everything that leaves.
  const guard = createGuard({ allowedHosts: config.allowedHosts });
  const fetchJson = options.fetchJson ?? createSafeFetch(guard);
  const published = new PublishedDids({ store, publicUrl });
  const identity = new Identity({ store, keys, clock, publicUrl, published });
  const resolver = createDidResolver({
    fetchJson,
    clock,
    own: (did) => published.findDocument(did),
    ownLog: (did) => published.findLog(did),
    heads: {
      find: (did) => store.findDidLogHead(did),
      remember: (did, head) => store.rememberDidLogHead(did, head),
    },
  });
  const signerOf: Identity['signerOf'] = (instance) => identity.signerOf(instance);
  const credentialStatus = new CredentialStatus({
    store,
    proofs,
    clock,
    publicUrl,
    signerOf,
    onChange: () => reevaluations.wake(),
  });
  const tokenStatusLists = new TokenStatusLists({
    store,
    proofs,
    publicUrl,
    signerOf,
    publish: (listId, at) => credentialStatus.publish(listId, at),
    urlOf: (listId) => credentialStatus.urlOf(listId),
  });
  const holding = { store, resolver, clock, signerOf };
  const holder = new Holder({ ...holding, ...workshop });
  const loadStatusList = ownListsFirst(
    credentialStatus,
    tokenStatusLists,
    createStatusListLoader({ fetchJson, clock }),
  );
  const verifying = {
    store,
    resolver,
    loadStatusList,
    loadSchema: createSchemaLoader({ fetchJson }),
    clock,
    domain: publicUrl,
  };
  const verifier = new Verifier({ ...verifying, ...workshop });
  const adviser = new Adviser({
    clock,
    gather: (draft, credentials, how) => verifier.gatherFor(draft, credentials, how),
    onFile: (organisation, draft, given) => findOnFile(store, organisation, draft, given),
    policy: () => policy.current,
  });
  const issuing = {
    store,
    resolver,
    clock,
    signerOf,
    statusListUrl: (listId: string) => credentialStatus.urlOf(listId),
    tokenStatusOf: (entries: readonly StatusEntry[]) => tokenStatusLists.referenceOf(entries),
    adviseOnIssue: (instance: InstanceRecord, request: AdviceOnIssue) =>
      adviser.adviseOnIssue(instance.organisation, request),
    alarm: (what: string) => log.event('alarm', { what }),
  };
  const issuer = new Issuer({ ...issuing, ...workshop });
  // The same services once more, over a workshop that takes what the public suites send; no evaluation ever asks them.
  const open = config.conformance ? createWorkshop('conformance') : undefined;
  const issuerFor = chooser(issuer, open && new Issuer({ ...issuing, ...open }));
  const verifierFor = chooser(verifier, open && new Verifier({ ...verifying, ...open }));
  const holderFor = chooser(holder, open && new Holder({ ...holding, ...open }));
  const batches = new Batches({
    store,
    clock,
    issuerFor,
    changesOf: (instance) => credentialStatus.changesOf(instance),
    assertChange: assertReadable,
    directory: join(config.dataDirectory, 'spool'),
    alone: config.store.kind === 'level',
    fault: (error) => log.fault('batch', error),
  });
  const evaluations = new Evaluations({
    store,
    clock,
    judge: (instance, asked) =>
      verifier.evaluate(asked as unknown as EvaluationRequest, policyOf(instance, policy.current)),
    onChange: () => webhook.wake(),
  });

  const presentationRequests = new PresentationRequests({
    store,
    keys,
    clock,
    publicUrl,
    contexts,
    signerOf,
    findVerifier: (id) => store.findInstance('verifier', id),
    verifyPresentation: (instance, document, occasion) =>
      verifier.verifyPresentation(instance, document, { ...occasion, isSpent: true }),
    verifyCredential: (document) => verifier.verifyCredential(document),
    assertEvaluates: (instance) => {
      policyOf(instance, policy.current);
    },
    evaluate: (instance, asked) => evaluations.evaluate(instance, asked),
    onVerdict: metrics.verified,
  });

  const presenter = new Presenter({
    store,
    keys,
    clock,
    contexts,
    resolver,
    exchange: options.exchange ?? createSafeExchange(guard),
    holder: {
      derive: (instance, document, shown, presentedTo) => holder.derive(instance, document, shown, presentedTo),
      prove: (instance, request) => holder.prove(instance, request),
    },
    signerOf,
  });

  const lease = config.store.kind === 'level' ? undefined : leaseOf(store);
  const reevaluations: Reevaluations = new Reevaluations({
    store,
    clock,
    mayWork: lease?.take,
    refresh: (instance, id, how) => evaluations.refresh(instance, id, how),
    alarm: (what) => log.event('alarm', { what }),
  });
  const webhook: ChangesWebhook = new ChangesWebhook({
    store,
    keys,
    clock,
    mayWork: lease?.take,
    post: options.post ?? createSafePost(guard),
    publicUrl,
    alarm: (what) => log.event('alarm', { what }),
  });
  const leftBehind = new LeftBehind({
    store,
    settleIntents: () => issuer.settleOpenIntents(),
    alarm: (what) => log.event('alarm', { what }),
  });
  const reportCredentials = new ReportCredentials({
    store,
    clock,
    // Signed by the default issuer of the organisation, which is named by its slug.
    issuerOf: async ({ organisation }) => {
      const instance = await identity.requireInstance('issuer', organisation, organisation);
      return { instance, did: (await signerOf(instance)).did };
    },
    issue: (instance, request, idempotency) => issuer.issue(instance, request, idempotency),
  });
  const approvals = new Approvals({
    store,
    clock,
    assertIssuable: (instance, request) =>
      issuerFor(instance).assertCouldIssue(instance, request as unknown as IssueRequest),
    issue: async (instance, request, { language, claim }) => {
      await issuerFor(instance).issue(instance, { ...(request as unknown as IssueRequest), language }, claim);
    },
    changeStatus: async (instance, request) => {
      await credentialStatus.change(instance, request as unknown as StatusChange);
    },
  });
  const offers = new Offers({
    store,
    clock,
    publicUrl,
    assertIssuable: (instance, request) => issuer.assertCouldIssue(instance, request as unknown as IssueRequest),
  });
  const credentialIssuing = new CredentialIssuing({
    ...workshop,
    store,
    resolver,
    clock,
    publicUrl,
    issue: async (instance, request, claim) =>
      (await issuer.issue(instance, request as unknown as IssueRequest, claim)).verifiableCredential,
  });
  const workflows = new Workflows({
    store,
    clock,
    publicUrl,
    requireInstance: (kind, id, organisation) => identity.requireInstance(kind, id, organisation),
    createChallenge: (instance) => verifierFor(instance).createChallenge(instance),
    verify: (instance, presentation, options) =>
      verifierFor(instance).verifyPresentation(instance, presentation, options),
    domainOf: (instance) => verifierFor(instance).domainOf(instance),
    assertIssuable: (instance, credential) => issuerFor(instance).assertCouldIssue(instance, { credential }),
    issue: (instance, credential, claim) => issuerFor(instance).issue(instance, { credential }, claim),
  });
  const resolution = new DidResolution({ resolver, clock, locate: (did) => published.locate(did) });
  const renderings = new Renderings({ contexts, schemas, proofs, resolver, clock, signerOf });
  const registry = new TrustRegistry({
    store,
    clock,
    policyOf: (instance) => policyOf(instance, policy.current),
    judge: (question, credentials, own) => verifier.answerAuthority(question, credentials, own),
  });

  const given = [config.adminToken, config.nextAdminToken].filter((token) => token !== undefined);
  const adminTokens = new AdminTokens({ store, clock, given });
  const newAdminToken = await adminTokens.settle();
  const tokens = new Tokens({ store, clock });
  const state = { ready: false, started: false };
  const traces = tracesOf(config, log);
  const manual =
    config.clock.kind === 'manual' && 'set' in clock ? (clock as ReturnType<typeof createManualClock>) : undefined;
  const signIn = await createSignIn(config, { store, clock, publicUrl, seal: keys });
  const routes = createRoutes({
    identity,
    issuerFor,
    verifierFor,
    holder,
    holderFor,
    presentationRequests,
    presenter,
    adviser,
    batches,
    approvals,
    offers,
    credentialIssuing,
    credentialStatus,
    tokenStatusLists,
    evaluations,
    reevaluations,
    reportCredentials,
    webhook,
    registry,
    renderings,
    workflows,
    resolution,
    published,
    tokens,
    adminTokens,
    signIn,
    journal: new JournalAudit({ store, keys, publicUrl }),
    contexts,
    schemas,
    metrics,
    clock,
    publicUrl,
    manualClock: manual,
    conformance: config.conformance,
    isReady: () => state.ready,
    askStore: () => store.readSetting('profile'),
  });
  const application = createHttpApplication({
    routes,
    callers: new Callers({
      isAdmin: (token) => adminTokens.isGood(token),
      findByToken: async (token) => {
        const owner = await tokens.find(token);
        return owner && { ...owner, actor: `token:${owner.organisation}/${owner.name}` };
      },
    }),
    once: new Once({ store, keys, clock }),
    clock,
    log,
    metrics,
    publicUrl,
    signIn,
    traced: traces && (() => (Math.random() < traces.share ? traces.exporter.record : undefined)),
    publicRateLimit: config.publicRateLimit,
    callerRateLimit: config.callerRateLimit,
    clockNotice: config.clock.kind === 'system' && clock === systemClock ? undefined : 'demonstration clock',
    profile: config.conformance ? 'conformance' : undefined,
  });
  metrics.watch({
    ready: () => Number(state.ready),
    journalSequence: async () => (await store.journalHead()).sequence,
    diskFree: async () => {
      const { bavail, bsize } = await statfs(config.dataDirectory);
      return bavail * bsize;
    },
    background: () => Number(lease?.isOurs() ?? state.started),
  });
  const settled = await issuer.settleOpenIntents();
  if (settled > 0) log.event('intents settled', { count: settled });
  return {
    application,
    identity,
    issuer,
    batches,
    holder,
    verifier,
    credentialStatus,
    evaluations,
    store,
    resolver,
    clock,
    newAdminToken,
    routes,
    setPublicUrl: (url) => {
      address.current = url;
    },
    setPolicy: (next) => {
      policy.current = next;
    },
    setReady: (ready) => {
      state.ready = ready;
    },
    start: () => {
      state.started = true;
      reevaluations.start();
      webhook.start();
      if (config.store.kind !== 'level') leftBehind.start();
    },
    wake: () => {
      reevaluations.wake();
      webhook.wake();
    },
    close: async () => {
      await batches.stop();
      await Promise.all([reevaluations.stop(), webhook.stop(), leftBehind.stop()]);
      await lease?.giveUp();
      await store[Symbol.asyncDispose]();
      await keys.close();
      await traces?.exporter.close();
    },
  };
}

/** The same log, and what an operator wants to be woken for counted besides. */
function countedLog(log: NodeLog, metrics: Metrics): NodeLog {
  return {
    request: (line) => log.request(line),
    event: (name, more) => {
      if (name === 'alarm') metrics.logged('alarm');
      log.event(name, more);
    },
    unavailable: (where, error) => log.unavailable(where, error),
    fault: (where, error) => {
      metrics.logged('fault');
      log.fault(where, error);
    },
  };
}

function tracesOf(
  { traces }: Config,
  log: NodeLog,
): { readonly exporter: TraceExporter; readonly share: number } | undefined {
  if (traces === undefined) return undefined;
  const onChange = (dropping: boolean): void =>
    log.event(dropping ? 'the collector takes no traces: they are dropped' : 'the collector takes traces again');
  return { share: traces.share, exporter: createTraceExporter({ ...traces, version: VERSION, onChange }) };
}

/** Which of two services answers for an instance. Errors: CONFIG_REFUSED for a conformance instance where there are none. */
function chooser<Service>(product: Service, conformance: Service | undefined): (instance: InstanceRecord) => Service {
  return ({ settings }) => {
    if (settings['conformance'] !== true) return product;
    if (conformance !== undefined) return conformance;
    throw new ServiceError('CONFIG_REFUSED', 'conformance instances need a node started with PROFILE=conformance');
  };
}

/** Lists of this node are asked of this node itself: no request leaves for what is here. */
function ownListsFirst(lists: CredentialStatus, tokens: TokenStatusLists, load: LoadStatusList): LoadStatusList {
  return async (url, at, form) => {
    const own = form === 'token' ? tokens.findName(url) : lists.findListId(url);
    if (own === undefined) return load(url, at, form);
    try {
      const document =
        form === 'token' ? createStatusListToken(url, await tokens.publish(own, at)) : await lists.publish(own, at);
      return { ok: true, document };
    } catch (error) {
      if (error instanceof ServiceError) return { ok: false, code: 'STATUS_RETRIEVAL_ERROR', detail: error.message };
      throw error;
    }
  };
}
