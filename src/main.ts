#!/usr/bin/env node
/** The program: `proofprint COMMAND`. Hands the commands their parts; `serve` runs the node until it is told to stop. */
import { existsSync, realpathSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import pino from 'pino';
import { createNode, createWorkshop, type NodeLog, type Workshop } from './app.ts';
import { systemClock } from './base/clock.ts';
import { ServiceError } from './base/error.ts';
import type { JsonObject } from './base/json.ts';
import type { CommandKit, DocumentChecker, Terminal } from './cli/command.ts';
import { runCommandLine } from './cli/command-line.ts';
import { type Config, readConfig } from './config.ts';
import { completerOf, standInEntries } from './credentials/completion.ts';
import { checkDraft, isOfMeaning } from './credentials/lint.ts';
import { findProfile } from './credentials/profiles/profile-table.ts';
import { createDidResolver } from './dids/resolver.ts';
import { readDateTime } from './formats/date-time.ts';
import { listen } from './http/listener.ts';
import { openKeyCopies } from './kept.ts';
import { createSafeFetch, type FetchJson } from './net/safe-fetch.ts';
import { Adviser } from './services/adviser/adviser.ts';
import { backUp } from './services/backups/back-up.ts';
import { checkBackup } from './services/backups/check-backup.ts';
import { placeOf, sourceOf } from './services/backups/places.ts';
import { restoreBackup } from './services/backups/restore-backup.ts';
import { assertNotRestoring } from './services/backups/unfinished-restore.ts';
import { checkCheckpoint } from './services/journal/check-checkpoint.ts';
import { Renderings } from './services/renderings.ts';
import { readPolicyObject } from './services/verifier/policy-source.ts';
import { Verifier } from './services/verifier/verifier.ts';
import { createStatusListLoader, type LoadStatusList } from './status/load-status-list.ts';
import { inspectStore } from './store/level/inspect.ts';
import { WHOLE_LIST } from './store/level/rebuild.ts';
import { inspectPostgres } from './store/postgres/inspect.ts';
import { VERSION } from './version.ts';

const OFFLINE: FetchJson = async () => ({ status: 'unreachable', reason: 'connect' });

/** What tests hand in instead of the machine's own. */
export interface ProgramOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly fetchJson?: FetchJson;
  readonly now?: () => number;
}

export function createCommandKit(options: ProgramOptions): CommandKit {
  let workshop: Workshop | undefined;
  const parts = (): Workshop => (workshop ??= createWorkshop());
  return {
    contexts: () => parts().contexts,
    createChecker: ({ offline, evidence }) => createChecker(options, parts(), offline, evidence),
    openNode: async () => createNode(readConfig(options.environment)),
    inspectStore: async () => {
      const { store, dataDirectory } = readConfig(options.environment);
      await assertNotRestoring(dataDirectory);
      return store.kind === 'postgres' ? inspectPostgres(store.url) : inspectStore(join(dataDirectory, 'store'));
    },
    checkCheckpoint: async (text, verifier) => {
      const config = readConfig(options.environment);
      await assertNotRestoring(config.dataDirectory);
      return sourceOf(config)((source) => checkCheckpoint({ text, verifier }, source));
    },
    ...createBackupKit(options),
    serve: () => serve(options.environment),
  };
}

/** Backups are of the place that the environment names, as every command is, whether a node is at work there or not. */
function createBackupKit({ environment, now }: ProgramOptions): Pick<CommandKit, 'backUp' | 'checkBackup' | 'restore'> {
  const clock = now === undefined ? systemClock : { now };
  return {
    backUp: async (target, onProgress) => {
      const config = readConfig(environment);
      await assertNotRestoring(config.dataDirectory);
      return backUp(target, {
        withSource: sourceOf(config),
        keyStore: join(config.dataDirectory, 'keystore'),
        openKeys: (directory) => openKeyCopies(config, directory),
        clock,
        version: VERSION,
        onProgress,
      });
    },
    checkBackup: async (source, onProgress) => {
      const config = readConfig(environment);
      const { manifest, keyFiles } = await checkBackup(
        source,
        (directory) => openKeyCopies(config, directory),
        (done) => onProgress('check', done),
      );
      return { createdAt: manifest.createdAt, head: manifest.head, keys: keyFiles.size - 1 };
    },
    restore: async (source, gap = WHOLE_LIST, onProgress) => {
      const config = readConfig(environment);
      return restoreBackup(source, {
        dataDirectory: config.dataDirectory,
        place: placeOf(config, clock),
        openKeys: (directory) => openKeyCopies(config, directory),
        gap,
        onProgress,
      });
    },
  };
}

/** A verifier without a store: one run, one use of the challenge it is given. */
function createChecker(
  options: ProgramOptions,
  workshop: Workshop,
  offline: boolean,
  evidence: readonly JsonObject[],
): DocumentChecker {
  const clock = options.now === undefined ? systemClock : { now: options.now };
  const online = options.fetchJson ?? createSafeFetch({ allowedHosts: readConfig(options.environment).allowedHosts });
  const fetchJson = offline ? OFFLINE : online;
  const spent = new Set<string>();
  const resolver = createDidResolver({ fetchJson, clock });
  const renderings = new Renderings({ ...workshop, resolver, clock });
  const verifier = new Verifier({
    store: {
      addChallenge: async () => undefined,
      spendChallenge: async ({ id }) => !spent.has(id) && spent.add(id).has(id),
      rememberSeenList: async () => undefined,
    },
    ...workshop,
    resolver,
    loadStatusList: offline ? listsFrom(evidence) : createStatusListLoader({ fetchJson, clock }),
    clock,
    domain: () => '',
  });
  const adviser = new Adviser({
    clock,
    gather: (draft, credentials, how) => verifier.gatherFor(draft, credentials, how),
    onFile: async () => [],
    policy: () => undefined,
  });
  const instance = { kind: 'verifier', id: 'command-line', organisation: '', settings: {} } as const;
  return {
    verifyCredential: (document) => verifier.verifyCredential(document),
    verifyPresentation: (document, { challenge, domain }) =>
      verifier.verifyPresentation(instance, document, { challenge, domain }),
    evaluate: (request, policy) => verifier.evaluate(request, readPolicyObject(policy)),
    lint: async ({ draft, ...request }, policy) => {
      const complete = completeStandIn(draft);
      const findings = checkDraft(complete, workshop);
      // Rules read nothing from what has not got the form of its type.
      if (!findings.every(isOfMeaning)) return { findings, advice: {}, unusable: [] };
      const read = policy === undefined ? undefined : readPolicyObject(policy);
      return { findings, ...(await adviser.advise('', { ...request, draft: complete, policy: read })) };
    },
    render: (form, credentials, language) => renderings.render(form, credentials, language),
  };
}

/** A draft from a file, with stand-ins for what an issuing node will add; what has no profile is left as it is. */
function completeStandIn(credential: JsonObject): JsonObject {
  const profile = findProfile(credential);
  if (profile === undefined) return credential;
  const { proof: _, credentialStatus: __, ...unsigned } = credential;
  const id = typeof credential['id'] === 'string' ? credential['id'] : 'urn:uuid:00000000-0000-4000-8000-000000000000';
  const statusListUrl = (list: string): string => `https://status.invalid/${list}`;
  const complete = completerOf({ credential: unsigned, id, profile, random: new Uint8Array(16), statusListUrl });
  return complete(standInEntries(profile.statusPurposes));
}

/** Offline, the lists at hand are all there are: the newest of a URL, or the newest that covers the instant. */
function listsFrom(evidence: readonly JsonObject[]): LoadStatusList {
  const startOf = (list: JsonObject): number => readDateTime(list['validFrom']) ?? 0;
  const newestFirst = [...evidence].sort((a, b) => startOf(b) - startOf(a));
  return async (url, at) => {
    const found = newestFirst.find((list) => list['id'] === url && (at === undefined || startOf(list) <= at));
    return found === undefined
      ? { ok: false, code: 'STATUS_RETRIEVAL_ERROR', detail: 'the list is not in the bundle' }
      : { ok: true, document: found };
  };
}

async function serve(environment: ProgramOptions['environment']): Promise<number> {
  const config = readConfig(environment);
  const log = createLog(config);
  const stop = new AbortController();
  const onFault = (error: unknown): void => {
    log.fault('store', error);
    stop.abort(70);
  };
  if (config.policyFile === undefined && !config.unconfigured) {
    log.event('no POLICY_FILE: this node evaluates only where a verifier instance has a policy of its own');
  }
  const node = await createNode(config, { log, onFault, holdReserve: true });
  const listener = await listen(node.application, config);
  if (config.publicUrl === undefined) node.setPublicUrl(listener.url);
  node.setReady(true);
  node.start();
  if (node.newAdminToken !== undefined) {
    process.stdout.write(`ADMIN_TOKEN (shown once, only its digest is kept): ${node.newAdminToken}\n`);
  }
  process.stdout.write(`proofprint listening on ${listener.url}\n`);
  const code = await stopped(stop, log);
  node.setReady(false);
  // What fails cannot go on; what was told to stop answers for as long as others take to notice.
  if (code === 0 && config.stopDelay > 0) await stillAnswering(config.stopDelay);
  // Batches last longer than a drain; whoever sent one sends it again.
  await Promise.all([node.batches.stop(), listener.close()]);
  await node.close();
  return code;
}

/** Resolves with the exit code: 0 when asked to stop, 70 when something failed that cannot be trusted to go on. */
function stopped(stop: AbortController, log: NodeLog): Promise<number> {
  return new Promise((resolve) => {
    stop.signal.addEventListener('abort', () =>
      resolve(typeof stop.signal.reason === 'number' ? stop.signal.reason : 0),
    );
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort(0));
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      process.on(event, (error: unknown) => {
        log.fault(event, error);
        stop.abort(70);
      });
    }
    if (stop.signal.aborted) resolve(Number(stop.signal.reason));
  });
}

/** Waits; a second order to stop ends it. */
async function stillAnswering(milliseconds: number): Promise<void> {
  const again = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => again.abort());
  await setTimeout(milliseconds, undefined, { signal: again.signal }).catch(() => undefined);
}

/** JSON lines on standard error; standard output is for the ready line and results. */
function createLog(config: Config): NodeLog {
  const logger = pino(
    { level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
  return {
    request: (line) => logger.info(line, 'request'),
    event: (name, more) => logger.warn({ ...more }, name),
    unavailable: (where, error) => logger.warn({ where, causes: causesOf(error) }, 'unavailable'),
    fault: (where, error) => logger.error({ where, causes: causesOf(error) }, 'fault'),
  };
}

/** Names, codes and places; the messages of foreign errors may hold values and stay out. */
function causesOf(error: unknown): readonly object[] {
  const causes: object[] = [];
  for (let cause: unknown = error; cause instanceof Error && causes.length < 8; cause = cause.cause) {
    const places = (cause.stack ?? '')
      .split('\n')
      .filter((line) => line.trimStart().startsWith('at '))
      .slice(0, 6)
      .map((line) => line.trim());
    causes.push({
      name: cause.name,
      ...(cause instanceof ServiceError ? { code: cause.code, detail: cause.message } : {}),
      places,
    });
  }
  return causes.length === 0 ? [{ name: typeof error }] : causes;
}

async function readAll(stream: NodeJS.ReadableStream): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part as Buffer));
  return Buffer.concat(parts);
}

const terminal: Terminal = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  ...(process.stderr.isTTY ? { progress: (line: string) => process.stderr.write(`\r\u001b[2K${line}`) } : {}),
  readFile: (path) => (path === '-' ? readAll(process.stdin) : readFile(path)),
  writeFile: (path, text) => writeFile(path, text),
  language: (process.env['LC_ALL'] ?? process.env['LANG'] ?? '').startsWith('ko') ? 'ko' : 'en',
};

/** Whether this file is the program, also when started through the link that npm makes for `proofprint`. */
function isProgram(): boolean {
  const started = process.argv[1];
  return started !== undefined && existsSync(started) && pathToFileURL(realpathSync(started)).href === import.meta.url;
}

if (isProgram()) {
  process.exitCode = await runCommandLine(
    process.argv.slice(2),
    terminal,
    createCommandKit({ environment: process.env }),
  );
}
