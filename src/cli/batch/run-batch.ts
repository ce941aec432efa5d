/** A batch of the command line: on the node of DATA_DIR, or sent to one that runs. */
import { ServiceError } from '../../base/error.ts';
import { isObject, type JsonObject, readJsonObject } from '../../base/json.ts';
import { PROBLEMS, type ProblemCode } from '../../base/problem.ts';
import { LineCutter } from '../../formats/lines.ts';
import type { IssueResult } from '../../services/batches/batches.ts';
import type { LocalNode } from '../command.ts';

export interface BatchOptions {
  readonly issuer: string;
  readonly key: string;
  readonly mode: 'all' | 'each';
  readonly dryRun: boolean;
  readonly regimes: readonly string[] | undefined;
  readonly language: 'en' | 'ko';
}

/** One result as it is written: the same members from either node. */
export type ResultLine = JsonObject;

/** How far it has come. */
export interface BatchState {
  readonly state: string;
  readonly lines: number;
  readonly checked: number;
}

export interface RunningBatch {
  readonly id: string | undefined;
  /** Errors: whatever ends it before its last line. */
  run(take: (line: ResultLine) => Promise<void>): Promise<void>;
  state(): Promise<BatchState | undefined>;
}

export async function beginOnNode(
  node: LocalNode,
  input: AsyncIterable<Uint8Array>,
  options: BatchOptions,
): Promise<RunningBatch> {
  const { issuer, ...asked } = options;
  const instance = await node.identity.requireInstance('issuer', issuer, undefined);
  await node.identity.assertOneMay(instance.organisation, 'issue');
  const signal = new AbortController().signal;
  const { id, run } = await node.batches.issue({ ...asked, instance, input, signal, superseding: undefined });
  return {
    id,
    run: (take) => run((result) => take(lineOf(result, options.language))),
    state: async () => (id === undefined ? undefined : node.batches.require(instance, id)),
  };
}

function lineOf(result: IssueResult, language: 'en' | 'ko'): ResultLine {
  const { line, status } = result;
  if (result.status === 'refused') return { line, status, problem: problemOf(result.error, language) };
  if (result.status === 'valid') return { line, status };
  const { credentialId, answer } = result;
  return {
    line,
    status,
    credentialId,
    ...(answer === undefined ? {} : { verifiableCredential: answer.verifiableCredential }),
  };
}

function problemOf(error: unknown, language: 'en' | 'ko'): JsonObject {
  const code: ProblemCode = error instanceof ServiceError ? error.code : 'INTERNAL';
  const { type, title } = PROBLEMS[code];
  const told = error instanceof ServiceError ? error : undefined;
  return {
    type,
    title: title[language],
    code,
    ...(told === undefined ? {} : { detail: told.message }),
    ...(told?.pointer === undefined ? {} : { pointer: told.pointer }),
  };
}

/** Errors: whatever the node answers; UNAVAILABLE when it cannot be reached, or breaks off. */
export async function beginOverHttp(
  { url, token }: { readonly url: string; readonly token: string },
  input: AsyncIterable<Uint8Array>,
  options: BatchOptions,
): Promise<RunningBatch> {
  const { issuer, key, mode, dryRun, regimes, language } = options;
  const base = url.replace(/\/+$/, '');
  const headers = { authorization: `Bearer ${token}`, 'accept-language': language };
  const query = new URLSearchParams({ mode, dryRun: String(dryRun) });
  if (regimes !== undefined) query.set('regimes', regimes.join(','));
  const path = `/issuers/${encodeURIComponent(issuer)}`;
  const sending = { ...headers, 'content-type': 'application/x-ndjson' };
  const target = `${base}${path}/credentials/batch`;
  // Asked first, and with nothing: a wrong token or a wrong name is told before the file is sent.
  const nothing = await ask(`${target}?dryRun=true`, { method: 'POST', headers: sending, body: '\n' });
  if (nothing.status !== 400) await accepted(nothing);
  const response = await accepted(
    await ask(`${target}?${query}`, {
      method: 'POST',
      headers: { ...sending, 'idempotency-key': key },
      body: input as unknown as ReadableStream,
      duplex: 'half',
    } as RequestInit),
  );
  const location = response.headers.get('location');
  return {
    id: location?.split('/').at(-1),
    run: (take) => readResults(response, take),
    state: async () => {
      if (location === null) return undefined;
      const record = (await (await ask(base + location, { headers })).json()) as BatchState;
      return record;
    },
  };
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { redirect: 'error', ...init });
  } catch (cause) {
    // What went wrong with the file is told as that.
    if (cause instanceof Error && cause.cause instanceof ServiceError) throw cause.cause;
    throw new ServiceError('UNAVAILABLE', 'the node cannot be reached', { cause });
  }
}

async function accepted(response: Response): Promise<Response> {
  if (response.ok) return response;
  const problem: unknown = await response.json().catch(() => undefined);
  const { code, detail, pointer } = isObject(problem) ? problem : {};
  const known = typeof code === 'string' && Object.hasOwn(PROBLEMS, code) ? (code as ProblemCode) : 'UNAVAILABLE';
  throw new ServiceError(known, typeof detail === 'string' ? detail : `the node answered ${response.status}`, {
    ...(typeof pointer === 'string' ? { pointer } : {}),
  });
}

/** An issued credential and what stands around it. */
const LONGEST_RESULT = 4 * 1024 * 1024;

async function readResults(response: Response, take: (line: ResultLine) => Promise<void>): Promise<void> {
  const cutter = new LineCutter(LONGEST_RESULT);
  try {
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>)
      for (const { bytes } of cutter.push(piece)) await take(resultOf(bytes));
  } catch (cause) {
    if (cause instanceof ServiceError) throw cause;
    throw new ServiceError('UNAVAILABLE', 'the node broke off; run the same again, and it goes on', { cause });
  }
}

function resultOf(bytes: Uint8Array | undefined): ResultLine {
  const read = bytes === undefined ? undefined : readJsonObject(bytes, RESULT_LIMITS);
  if (read?.ok !== true) throw new ServiceError('UNAVAILABLE', 'the node answered something else than results');
  return read.value;
}

const RESULT_LIMITS = {
  maxBytes: LONGEST_RESULT,
  maxDepth: 40,
  maxNodes: 100_000,
  maxArray: 10_000,
  maxString: LONGEST_RESULT,
};
