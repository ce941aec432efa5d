/** Wires one node together from its configuration. Decides nothing: what a node can do is in `services`. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Express } from 'express';
import { type Clock, createManualClock, createShiftedClock, systemClock } from './base/clock.ts';
import { ServiceError } from './base/error.ts';
import { readJson } from './base/json.ts';
import type { Config } from './config.ts';
import { type Contexts, type Intake, loadContexts } from './credentials/contexts.ts';
import { loadSchemas, type Schemas } from './credentials/schemas.ts';
import { type KeyHolder, PKCS11, SEALED } from './crypto/signers/key-holder.ts';
import type { KeyStoreSecret } from './crypto/signers/key-store-header.ts';
import { readNodeKey } from './crypto/signers/node-key.ts';
import { Pkcs11Holder } from './crypto/signers/pkcs11.ts';
import { type AskSigner, RemoteHolder } from './crypto/signers/remote.ts';
import { SealedKeyStore } from './crypto/signers/sealed-file.ts';
import { readSecretLine, readSigners } from './crypto/signers/signers-file.ts';
import { createDidResolver, type DidResolver } from './dids/resolver.ts';
import { readDateTime } from './formats/date-time.ts';
import { createHttpApplication, type RequestLog } from './http/application.ts';
import { createMetrics, type Metrics } from './http/metrics.ts';
import type { Route } from './http/route.ts';
import { administrationRoutes } from './http/routes/administration.ts';
import { approvalRoutes } from './http/routes/approvals.ts';
import { batchRoutes } from './http/routes/batches.ts';
import { changesWebhookRoutes } from './http/routes/changes-webhook.ts';
import { didResolutionRoutes } from './http/routes/did-resolution.ts';
import { evaluationRoutes } from './http/routes/evaluations.ts';
import { holderRoutes } from './http/routes/holders.ts';
import { issuerRoutes } from './http/routes/issuers.ts';
import { journalRoutes } from './http/routes/journal.ts';
import { publicDocumentRoutes } from './http/routes/public-documents.ts';
import { renderingRoutes } from './http/routes/renderings.ts';
import { serviceRoutes } from './http/routes/service.ts';
import { signInRoutes } from './http/routes/sign-in.ts';
import { tokenRoutes } from './http/routes/tokens.ts';
import { trustRegistryRoutes } from './http/routes/trust-registry.ts';
import { verifierRoutes } from './http/routes/verifiers.ts';
import { worksheetRoutes } from './http/routes/worksheets.ts';
import { createGuard } from './net/guarded-request.ts';
import { createPeer, type PeerSettings } from './net/peer-request.ts';
import { createProviderFetch } from './net/provider-fetch.ts';
import { createSafeFetch, type FetchJson } from './net/safe-fetch.ts';
import { createSafePost, type SafePost } from './net/safe-post.ts';
import { createTraceExporter, type TraceExporter } from './net/trace-exporter.ts';
import { createDataIntegrity, type DataIntegrity } from './proofs/data-integrity.ts';
import { tracedProofs } from './proofs/traced-proofs.ts';
import { AdminTokens } from './services/admin-tokens.ts';
import { Adviser } from './services/adviser/adviser.ts';
import { findOnFile } from './services/adviser/on-file.ts';
import { Approvals } from './services/approvals.ts';
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
import { compareWithOthers } from './services/in-common.ts';
import { type AdviceOnIssue, type IssueRequest, Issuer } from './services/issuer.ts';
import { JournalAudit } from './services/journal/journal-audit.ts';
import { LeftBehind } from './services/left-behind.ts';
import { Once } from './services/once.ts';
import { Reevaluations } from './services/reevaluations.ts';
import { Renderings } from './services/renderings.ts';
import { ReportCredentials } from './services/report-credentials.ts';
import { readMapping } from './services/sign-in/mapping.ts';
import { IdentityProvider } from './services/sign-in/provider.ts';
import { SignIn } from './services/sign-in/sign-in.ts';
import { TrustRegistry } from './services/trust-registry.ts';
import type { EvaluationRequest } from './services/verifier/evaluation.ts';
import { createSchemaLoader } from './services/verifier/load-schema.ts';
import { policyOf, readPolicyObject, readPolicyText } from './services/verifier/policy-source.ts';
import { Verifier } from './services/verifier/verifier.ts';
import { createStatusListLoader, type LoadStatusList } from './status/load-status-list.ts';
import { createLevelStore } from './store/level/level-store.ts';
import { createPostgresStore } from './store/postgres/postgres-store.ts';
import type { InstanceRecord, Store } from './store/store.ts';
import type { Policy } from './trust/policy.ts';
import { VERSION } from './version.ts';

/** What can be handed in instead of the real thing: tests hold time still and bring their own hosts. */
export interface NodeOptions {
  readonly clock?: Clock;
  readonly fetchJson?: FetchJson;
  readonly post?: SafePost;
  readonly log?: NodeLog;
  /** Called when the store can no longer promise what it acknowledged; the process must end. */
  readonly onFault?: (error: unknown) => void;
  /** Keep room on the disk for bad times: for a node that stays, not for a command. */
  readonly holdReserve?: boolean;
}

export interface NodeLog extends RequestLog {
  event(name: string, more?: Readonly<Record<string, string | number>>): void;
}

export const silentLog: NodeLog = { request: () => undefined, fault: () => undefined, event: () => undefined };

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
  await mkdir(config.dataDirectory, { recursive: true, mode: 0o700 });
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
  const holding = { store, resolver, clock, signerOf };
  const holder = new Holder({ ...holding, ...workshop });
  const loadStatusList = ownListsFirst(credentialStatus, createStatusListLoader({ fetchJson, clock }));
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
  const routes: Route[] = [
    ...(signIn === undefined ? [] : signInRoutes({ signIn, publicUrl })),
    ...administrationRoutes({
      identity,
      publicUrl,
      watch: (instance, everySeconds) => reevaluations.watch(instance, everySeconds),
      setClock: manual === undefined ? undefined : (now) => setClock(manual, now),
      conformance: config.conformance,
    }),
    ...tokenRoutes({ tokens, adminTokens }),
    ...journalRoutes({ journal: new JournalAudit({ store, keys, publicUrl }) }),
    // Before the paths that take any credential id in its place.
    ...renderingRoutes({ identity, holder, renderings }),
    ...batchRoutes({ identity, batches, clock }),
    ...approvalRoutes({ identity, approvals, issuerFor }),
    ...issuerRoutes({ identity, issuerFor, adviser, credentialStatus, approvals }),
    ...evaluationRoutes({ identity, evaluations, reevaluations, reportCredentials }),
    ...changesWebhookRoutes({ identity, webhook }),
    ...verifierRoutes({ identity, verifierFor, evaluations, reportCredentials, onVerdict: metrics.verified }),
    ...trustRegistryRoutes({ identity, registry }),
    ...holderRoutes({ identity, holderFor }),
    ...worksheetRoutes({ identity }),
    ...didResolutionRoutes({ resolution }),
    ...publicDocumentRoutes({ published, credentialStatus, contexts, schemas }),
    ...serviceRoutes({
      metrics,
      version: VERSION,
      isReady: () => state.ready,
      askStore: () => store.readSetting('profile'),
      routes: () => routes,
    }),
  ];
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

/**
 * A store made for the public suites is never opened as anything else, nor any other store for them.
 * Errors: CONFIG_REFUSED.
 */
async function assertSameProfile({ conformance }: Config, store: Store): Promise<void> {
  const kept = (await store.readSetting('profile')) === 'conformance';
  if (kept === conformance) return;
  if (kept) {
    throw new ServiceError(
      'CONFIG_REFUSED',
      'PROFILE: this DATA_DIR was made for conformance tests; choose another one',
    );
  }
  if ((await store.listOrganisations()).length > 0)
    throw new ServiceError('CONFIG_REFUSED', 'PROFILE: conformance tests need an empty DATA_DIR of their own');
  await store.writeSetting('profile', 'conformance');
}

/** Keys and store, or neither. */
async function openKept(
  config: Config,
  clock: Clock,
  options: NodeOptions & { readonly log: NodeLog },
  metrics: Metrics,
): Promise<{ keys: SealedKeyStore; store: Store }> {
  const alarm = (what: string): void => options.log.event('alarm', { what });
  const keys = await openKeys(config, alarm);
  let store: Store | undefined;
  try {
    store = await openStore(config, clock, options, metrics);
    await assertSameProfile(config, store);
    const mine = { keyStore: keys.fingerprint, publicUrl: config.publicUrl };
    if (config.store.kind === 'postgres') await compareWithOthers(store, mine, alarm);
    return { keys, store };
  } catch (error) {
    await store?.[Symbol.asyncDispose]();
    await keys.close();
    throw error;
  }
}

/** Errors: CONFIG_REFUSED when a file cannot be used. The provider itself is first asked when somebody signs in. */
async function createSignIn(
  { oidc }: Config,
  deps: Omit<ConstructorParameters<typeof SignIn>[0], 'provider' | 'issuer' | 'mapping'>,
): Promise<SignIn | undefined> {
  if (oidc === undefined) return undefined;
  const { issuer, clientId, clientSecretFile, mappingFile } = oidc;
  const [secret, text] = await Promise.all(
    [clientSecretFile, mappingFile].map((file) =>
      readFile(file, 'utf8').catch((cause: unknown) => {
        throw new ServiceError('CONFIG_REFUSED', `OIDC: ${file} cannot be read`, { cause });
      }),
    ),
  );
  const clientSecret = (secret ?? '').trim();
  if (clientSecret.length < 16)
    throw new ServiceError('CONFIG_REFUSED', 'OIDC_CLIENT_SECRET_FILE: at least 16 characters');
  const read = readJson(new TextEncoder().encode(text));
  if (!read.ok) throw new ServiceError('CONFIG_REFUSED', 'OIDC_MAPPING_FILE: not a JSON object');
  const mapping = readMapping(read.value);
  const origins = [new URL(issuer).origin, ...(mapping.origins ?? [])];
  const provider = new IdentityProvider({ issuer, clientId, clientSecret }, createProviderFetch({ origins }));
  return new SignIn({ ...deps, provider, issuer, mapping });
}

function openStore(
  { store, dataDirectory, diskReserve }: Config,
  clock: Clock,
  { onFault, holdReserve = false, log }: NodeOptions,
  { acts: watch }: Metrics,
): Promise<Store> {
  if (store.kind === 'postgres') return createPostgresStore({ url: store.url, clock, watch });
  return createLevelStore({
    directory: join(dataDirectory, 'store'),
    clock,
    watch,
    reserveBytes: diskReserve,
    holdReserve,
    onShortage: (short) => log?.event(short ? 'disk nearly full: nothing is issued' : 'disk has room again'),
    ...(onFault === undefined ? {} : { onFault }),
  });
}

interface Lease {
  readonly take: () => Promise<boolean>;
  /** What the last try said. */
  readonly isOurs: () => boolean;
  readonly giveUp: () => Promise<unknown>;
}

/** One process among those that share the store does what a node does by itself, until it has not been heard of for a while. */
function leaseOf(store: Store): Lease {
  const lease = { name: 'background', holder: randomUUID() };
  let ours = false;
  return {
    take: async () => {
      ours = await store.takeLease({ ...lease, ms: LEASE_MS });
      return ours;
    },
    isOurs: () => ours,
    // Whoever cannot say so any more is found out by time.
    giveUp: () => store.takeLease({ ...lease, ms: 0 }).catch(() => undefined),
  };
}

/** Longer than one piece of background work takes. */
const LEASE_MS = 120_000;

function clockOf(config: Config): Clock {
  switch (config.clock.kind) {
    case 'system':
      return systemClock;
    case 'manual':
      return createManualClock(config.clock.start ?? systemClock.now());
    case 'from':
      return createShiftedClock(config.clock.start);
  }
}

function setClock(clock: { set(now: number): void }, text: string): void {
  const now = readDateTime(text);
  if (now === undefined)
    throw new ServiceError('MALFORMED_VALUE_ERROR', 'an instant such as 2027-04-15T00:00:00Z', { pointer: '/now' });
  clock.set(now);
}

/** The key store of `DATA_DIR` with all its holders. Errors: KEY_STORE, CONFIG_REFUSED. */
export async function openKeys(config: Config, alarm: (what: string) => void): Promise<SealedKeyStore> {
  const secret = await readSecret(config, config.keys);
  return SealedKeyStore.open({
    directory: join(config.dataDirectory, 'keystore'),
    secret,
    holders: await holdersOf(config, alarm),
    newKeys: config.newKeys,
    // The lock of the embedded store keeps every other process out of the folder too.
    isAlone: config.store.kind === 'level',
    alarm,
  });
}

async function holdersOf(config: Config, alarm: (what: string) => void): Promise<Record<string, KeyHolder>> {
  const { pkcs11, signersFile, newKeys } = config;
  const holders: Record<string, KeyHolder> = {};
  for (const [name, peer] of await readSigners(signersFile))
    holders[name] = new RemoteHolder(name, createSignerPeer(name, peer), alarm);
  if (pkcs11 !== undefined) {
    const pin = 'text' in pkcs11.pin ? pkcs11.pin.text : await readSecretLine('PKCS11_PIN_FILE', pkcs11.pin.file);
    holders[PKCS11] = new Pkcs11Holder({ ...pkcs11, pin }, alarm);
  }
  if (newKeys !== SEALED && !Object.hasOwn(holders, newKeys))
    throw new ServiceError('CONFIG_REFUSED', `KEYS: SIGNERS_FILE names no ${newKeys}`);
  return holders;
}

/** Errors: CONFIG_REFUSED. */
function createSignerPeer(name: string, settings: PeerSettings): AskSigner {
  try {
    return createPeer(settings);
  } catch (error) {
    const why = error instanceof RangeError ? error.message : 'cannot be used';
    throw new ServiceError('CONFIG_REFUSED', `SIGNERS_FILE: ${name}: ${why}`);
  }
}

/** Open a copy of a key store with the secret of this node; neither is made. Errors: KEY_STORE. */
export async function openKeyCopies(config: Config, directory: string): Promise<SealedKeyStore> {
  const secret = await readSecret(config, { ...config.keys, mayCreate: false });
  return SealedKeyStore.open({ directory, secret, isCopy: true });
}

async function readSecret(
  { dataDirectory }: Config,
  keys: Config['keys'] & { readonly mayCreate?: boolean },
): Promise<KeyStoreSecret> {
  if ('passphrase' in keys) return keys;
  const mayCreate = keys.keyFile === undefined && keys.mayCreate !== false;
  return { key: await readNodeKey(keys.keyFile ?? join(dataDirectory, 'node.key'), mayCreate) };
}

/** Errors: CONFIG_REFUSED when the file is there but cannot be used; a node told `none` evaluates nothing. */
export async function loadPolicy(file: string | undefined): Promise<Policy | undefined> {
  if (file === undefined || file === 'none') return undefined;
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new ServiceError('CONFIG_REFUSED', `POLICY_FILE: ${file} cannot be read`, { cause });
  });
  try {
    return readPolicyObject(readPolicyText(bytes));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new ServiceError('CONFIG_REFUSED', `POLICY_FILE: ${error.pointer ?? ''} ${error.message}`.trim(), {
      findings: error.findings,
    });
  }
}

/** Lists of this node are asked of this node itself: no request leaves for what is here. */
function ownListsFirst(credentialStatus: CredentialStatus, load: LoadStatusList): LoadStatusList {
  return async (url, at) => {
    const listId = credentialStatus.findListId(url);
    if (listId === undefined) return load(url, at);
    try {
      return { ok: true, document: await credentialStatus.publish(listId, at) };
    } catch (error) {
      if (error instanceof ServiceError) return { ok: false, code: 'STATUS_RETRIEVAL_ERROR', detail: error.message };
      throw error;
    }
  };
}
