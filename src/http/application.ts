import { randomUUID } from 'node:crypto';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import helmet from 'helmet';
import { type Caller, workFor } from '../base/caller.ts';
import type { Clock } from '../base/clock.ts';
import { ServiceError } from '../base/error.ts';
import { excerpt } from '../base/finding.ts';
import type { JsonValue } from '../base/json.ts';
import { ProtocolError } from '../base/protocol-error.ts';
import { type RecordSpan, readTraceParent, startTrace } from '../base/trace.ts';
import { formatDateTime } from '../formats/date-time.ts';
import { digestOfJson } from '../formats/digest.ts';
import { assertAlone, assertScope, type Callers, type Demand, type Known } from '../services/callers.ts';
import type { Once } from '../services/once.ts';
import type { SignIn } from '../services/sign-in/sign-in.ts';
import { Admission } from './admission.ts';
import { readBody, readForm, readLines, requireBody } from './body.ts';
import { assertFromHere, cookieOf, SESSION_COOKIE } from './cookies.ts';
import type { Metrics } from './metrics.ts';
import { claimOf } from './paging.ts';
import { languageOf, problemOf } from './problem-details.ts';
import { protocolAnswer } from './protocol-answer.ts';
import { RateLimit } from './rate-limit.ts';
import type { Answer, Call, Route } from './route.ts';

export interface RequestLog {
  /** One line per request: ids, route and outcome, never a value from a body. */
  request(line: {
    requestId: string;
    method: string;
    route: string;
    status: number;
    milliseconds: number;
    code?: string;
    organisation?: string;
    /** As the journal has it. */
    caller?: string;
    /** Under which the request is found where traces are kept. */
    traceId?: string;
  }): void;
  /** A fault of ours, with its causes, logged once. */
  fault(requestId: string, error: unknown): void;
  /** What a request needs is away for now, and the caller was told to come again; with its causes. Nobody is woken for it. */
  unavailable(requestId: string, error: unknown): void;
}

export interface ApplicationDeps {
  readonly routes: readonly Route[];
  readonly callers: Callers;
  readonly once: Once;
  readonly clock: Clock;
  readonly log: RequestLog;
  readonly metrics: Metrics;
  readonly publicUrl: () => string;
  /** Where people may sign in. */
  readonly signIn?: SignIn | undefined;
  /** Where spans go; undefined for most requests where only some are wanted, and for all where none are. */
  readonly traced?: (() => RecordSpan | undefined) | undefined;
  readonly publicRateLimit: number;
  readonly callerRateLimit: number;
  /** Set in demonstrations and tests: every answer then says that the clock is not the machine's. */
  readonly clockNotice: string | undefined;
  /** Said in every answer's header where a node is not for production. */
  readonly profile?: string | undefined;
}

/** Characters of an `Authorization` header with one of our tokens (services/callers.ts). */
const LONGEST_AUTHORIZATION = 220;

/** How long a body that nobody reads may take to arrive before its connection is closed with the answer. */
const UNREAD_MS = 1_000;

/** Routes that settle an `Idempotency-Key` in the same act as their work; all others go through `Once`. */
const SETTLES_ITSELF = new Set([
  '/issuers/{id}/credentials/issue',
  '/verifiers/{id}/evaluations/{evaluationId}/report-credential',
]);

/** The one door: each route of the table, and an explained refusal for everything else. */
export function createHttpApplication(deps: ApplicationDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.use(
    helmet({
      contentSecurityPolicy: {
        // Only what is named here: the defaults would allow scripts of our own, and there are none.
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          styleSrc: ["'self'"],
          frameAncestors: ["'none'"],
          baseUri: ["'none'"],
          formAction: ["'none'"],
        },
      },
    }),
  );
  const admission = new Admission();
  const publicLimit = new RateLimit({ perMinute: deps.publicRateLimit });
  const callerLimit = new RateLimit({ perMinute: deps.callerRateLimit });
  const opaque = deps.routes.filter(({ opaquePath }) => opaquePath).map(({ path }) => path.split('{', 1)[0] ?? path);
  app.use((request, response, next) => {
    response.locals['requestId'] = randomUUID();
    response.locals['started'] = performance.now();
    response.setHeader('x-request-id', String(response.locals['requestId']));
    if (deps.clockNotice !== undefined)
      response.setHeader('proofprint-clock', `${deps.clockNotice}; now ${formatDateTime(deps.clock.now())}`);
    if (deps.profile !== undefined) response.setHeader('proofprint-profile', deps.profile);
    response.on('finish', () => finish(deps, request, response));
    const shut =
      request.method === 'GET' || request.method === 'HEAD' ? undefined : admission.refusalOf(senderOf(request));
    if (shut !== undefined) {
      // Answered at once: the way to the error handler leads past every route.
      whenRead(request, () => refuse(deps, shut, request, response));
      return;
    }
    if (!opaque.some((prefix) => request.url.startsWith(prefix))) assertPlainPath(request.url);
    const record = deps.traced?.();
    if (record === undefined) next();
    else traceRequest(record, request, response, next);
  });
  const paths = new Map<string, Route[]>();
  for (const route of deps.routes) paths.set(route.path, [...(paths.get(route.path) ?? []), route]);
  for (const [path, routes] of paths) {
    const pattern = path.replace(/\{(\w+)\}/g, ':$1');
    app.all(pattern, (request, response) =>
      dispatch(deps, { publicLimit, callerLimit, admission }, routes, request, response),
    );
  }
  app.use(() => {
    throw new ServiceError('NOT_FOUND', 'nothing is served here; see /openapi.json');
  });
  app.use(errorHandler(deps));
  return app;
}

/** The name is taken over from whoever sent the request; whether it is traced is not for them to say. */
function traceRequest(record: RecordSpan, request: Request, response: Response, next: () => void): void {
  startTrace(record, readTraceParent(request.headers['traceparent']), (end, traceId) => {
    response.locals['traceId'] = traceId;
    response.on('close', () => {
      const { requestId, route = '-', code, organisation } = response.locals as Record<string, string | undefined>;
      const attributes = {
        'http.request.method': request.method,
        'http.route': route,
        'http.response.status_code': response.statusCode,
        'proofprint.request_id': requestId,
        'proofprint.code': code,
        'proofprint.organisation': organisation,
      };
      end(`${request.method} ${route}`, attributes, response.statusCode >= 500 || !response.writableFinished);
    });
    next();
  });
}

async function dispatch(
  deps: ApplicationDeps,
  {
    publicLimit,
    callerLimit,
    admission,
  }: { readonly publicLimit: RateLimit; readonly callerLimit: RateLimit; readonly admission: Admission },
  routes: readonly Route[],
  request: Request,
  response: Response,
): Promise<void> {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const route = routes.find((candidate) => candidate.method === method);
  response.locals['route'] = (route ?? routes[0])?.path;
  response.locals['speaks'] = (route ?? routes[0])?.speaks;
  if (route === undefined) {
    response.setHeader('allow', routes.map((candidate) => candidate.method).join(', '));
    throw new ServiceError('METHOD_NOT_ALLOWED', `${excerpt(request.method, 20)} is not offered here`);
  }
  if (route.access === 'public') publicLimit.take(request.socket.remoteAddress ?? '');
  const known = await identify(deps, route, request);
  response.locals['organisation'] = known.organisation;
  response.locals['caller'] = known.actor;
  if (known.actor !== undefined) callerLimit.take(known.actor);
  if (route.scope !== undefined && route.method !== 'GET' && route.underFourEyes === undefined)
    assertAlone(known, route.scope);
  const call = await readCall(deps, route, request, response, known);
  // Strangers have no name to keep their keys apart by, and nothing of theirs needs to happen once.
  const once =
    route.method !== 'GET' &&
    route.access !== 'public' &&
    route.keepsNothing !== true &&
    route.answersLines !== true &&
    !SETTLES_ITSELF.has(route.path);
  const claim = once ? claimOf(call, `${route.method} ${request.path}`) : undefined;
  // Lines are work until the last one is written.
  const work = async (): Promise<void> => {
    const answer = await deps.once.run(claim, () => route.handle(call));
    if (answer.lines === undefined) send(response, answer);
    else await sendLines(response, answer, answer.lines);
  };
  const caller = callerOf(route, request, known);
  const asked = { access: route.access, caller: caller.name, sender: senderOf(request) };
  await workFor(caller, () => (route.method === 'GET' ? work() : admission.run(asked, work)));
}

/** Lets a short body arrive, so that the connection can be kept for the next request. */
function whenRead(request: Request, answer: () => void): void {
  const late = setTimeout(done, UNREAD_MS);
  function done(): void {
    clearTimeout(late);
    request.off('end', done).off('close', done);
    answer();
  }
  request.on('end', done).on('close', done).resume();
}

/** What a request can be told by before it is looked at. What is longer than any token of ours would only fill the memory. */
function senderOf({ headers: { authorization }, socket }: Request): string {
  const told = authorization !== undefined && authorization.length <= LONGEST_AUTHORIZATION;
  return told ? authorization : (socket.remoteAddress ?? '');
}

/** By the token that is sent; a cookie counts where there is none, and changes something only for a page of this node. */
async function identify(
  { callers, signIn, publicUrl }: ApplicationDeps,
  route: Route,
  request: Request,
): Promise<Known> {
  const address = request.socket.remoteAddress ?? '';
  const { authorization } = request.headers;
  const session =
    signIn === undefined || authorization !== undefined || route.access !== 'organisation'
      ? undefined
      : cookieOf(request, SESSION_COOKIE, publicUrl());
  if (signIn === undefined || session === undefined || route.access !== 'organisation')
    return callers.identify(demandOf(route, request), authorization, address);
  const known = await callers.identifyPerson(route.scope, await signIn.find(session), address);
  if (route.method !== 'GET') assertFromHere(request, publicUrl(), signIn.csrfTokenOf(session));
  return known;
}

function demandOf(route: Route, request: Request): Demand {
  const { tellsOrganisations: scope } = route;
  if (scope !== undefined && request.headers.authorization !== undefined) return { access: 'organisation', scope };
  return route;
}

function callerOf({ access }: Route, request: Request, { organisation, actor }: Known): Caller {
  if (organisation !== undefined) return { line: 'organisation', name: organisation, actor };
  return { line: access === 'admin' ? 'admin' : 'public', name: request.socket.remoteAddress ?? '', actor };
}

async function readCall(
  deps: ApplicationDeps,
  route: Route,
  request: Request,
  response: Response,
  known: Known,
): Promise<Call> {
  const key = request.headers['idempotency-key'];
  if (key !== undefined && (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key))) {
    throw new ServiceError('BAD_REQUEST', 'an Idempotency-Key is 1 to 200 visible ASCII characters');
  }
  const schema = route.requestForm ?? route.request;
  const body = schema === undefined ? undefined : await readBodyOf(route, request);
  return {
    params: request.params as Record<string, string>,
    path: request.url.split('?', 1)[0] ?? '',
    accept: request.headers.accept,
    query: requireQuery(route, request.url),
    body: schema === undefined ? undefined : requireBody(schema, body),
    authorization: request.headers.authorization,
    organisation: known.organisation,
    actor: known.actor,
    cookie: (name) => cookieOf(request, name, deps.publicUrl()),
    assertFromHere: (csrfToken) => assertFromHere(request, deps.publicUrl(), csrfToken),
    fourEyes: known.fourEyes ?? [],
    assertMay: (scope) => {
      assertScope(known, scope);
      assertAlone(known, scope);
    },
    language: languageOf(request.headers['accept-language']),
    idempotencyKey: key,
    bodyDigest: digestOfJson(body ?? null),
    ...(route.answersLines === true ? { streamed: streamOf(route, request, response) } : {}),
  };
}

function streamOf(route: Route, request: Request, response: Response): NonNullable<Call['streamed']> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  return { input: route.requestLines === undefined ? NOTHING : readLines(request), signal: gone.signal };
}

const NOTHING: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: async function* () {} };

/** A path means what it says: no escapes that hide separators or steps, nothing that another program would read differently. */
function assertPlainPath(url: string): void {
  const path = url.split('?')[0] ?? '';
  let decoded = '';
  try {
    decoded = decodeURIComponent(path);
  } catch {
    throw new ServiceError('BAD_REQUEST', 'the path is malformed');
  }
  if (/%(?:2f|5c|00)/i.test(path) || /\/\/|\\|\/\.\.?(?:\/|$)/.test(decoded)) {
    throw new ServiceError('BAD_REQUEST', 'the path is malformed');
  }
}

/** Only the parameters the route knows, each once. */
function requireQuery(route: Route, url: string): URLSearchParams {
  const at = url.indexOf('?');
  const query = new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
  for (const name of query.keys()) {
    if (!Object.hasOwn(route.query ?? {}, name))
      throw new ServiceError('BAD_REQUEST', `the query parameter ${excerpt(name, 40)} is not known here`);
    if (query.getAll(name).length > 1)
      throw new ServiceError('BAD_REQUEST', `the query parameter ${name} stands twice`);
  }
  return query;
}

/** An empty body is read as *nothing* where the route allows nothing; there no media type is asked for either. */
async function readBodyOf(route: Route, request: Request): Promise<JsonValue | undefined> {
  if (route.requestForm !== undefined) return { ...(await readForm(request)) };
  const empty =
    request.headers['content-length'] === '0' ||
    (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined);
  return empty && route.request?.safeParse(undefined).success === true ? undefined : readBody(request);
}

/** Errors: those of the writer, after which the connection is cut, so that nobody takes half an answer for the whole. */
async function sendLines(
  response: Response,
  { status, headers = {} }: Answer,
  lines: NonNullable<Answer['lines']>,
): Promise<void> {
  response.status(status);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader('cache-control', 'no-store');
  response.setHeader('content-type', 'application/x-ndjson');
  response.flushHeaders();
  await lines(async (line) => {
    if (response.destroyed) throw new ServiceError('BAD_REQUEST', 'the caller is gone');
    if (!response.write(`${JSON.stringify(line)}\n`)) await drained(response);
  });
  response.end();
}

/** Also when nobody will read any more. */
function drained(response: Response): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

function send(response: Response, answer: Answer): void {
  response.status(answer.status);
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  if (!response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-store');
  // A body that is not read to its end would be taken for the next request, and would keep the connection for ever.
  if (!response.req.complete) response.setHeader('connection', 'close');
  if (answer.body === undefined) {
    response.end();
    return;
  }
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  response.setHeader('content-type', answer.mediaType ?? 'application/json');
  response.end(text);
}

function errorHandler(deps: ApplicationDeps): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (error: unknown, request, response, _next) => refuse(deps, error, request, response);
}

function refuse(deps: ApplicationDeps, error: unknown, request: Request, response: Response): void {
  const requestId = String(response.locals['requestId'] ?? '');
  const refusal = asRefusal(error);
  const problem = problemOf(refusal, languageOf(request.headers['accept-language']), requestId);
  if (isFault(refusal, problem.status)) deps.log.fault(requestId, error);
  else if (problem.status >= 500 && error instanceof ServiceError && error.cause !== undefined)
    deps.log.unavailable(requestId, error);
  response.locals['code'] = problem.code;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (response.locals['speaks'] === 'oauth') {
    const answer = protocolAnswer(error, requestId);
    response.locals['code'] = String((answer.body as { error: string }).error);
    send(response, answer);
    return;
  }
  if (refusal instanceof ServiceError && refusal.retryAfter !== undefined)
    response.setHeader('retry-after', String(refusal.retryAfter));
  if (problem.status === 401) response.setHeader('www-authenticate', 'Bearer');
  send(response, { status: problem.status, body: problem, mediaType: 'application/problem+json' });
}

/** Not what is refused in order: a node that stops, a database or a key that is away (come again), what was never offered. */
function isFault(refusal: unknown, status: number): boolean {
  if (refusal instanceof ProtocolError) return false;
  if (!(refusal instanceof ServiceError)) return true;
  return status >= 500 && status !== 501 && refusal.retryAfter === undefined;
}

/** What the framework throws on a malformed path is the client's mistake, not ours. */
function asRefusal(error: unknown): unknown {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  const mistaken = error instanceof URIError || (typeof status === 'number' && status >= 400 && status < 500);
  return mistaken && !(error instanceof ServiceError)
    ? new ServiceError('BAD_REQUEST', 'the path or query is malformed')
    : error;
}

function finish(deps: ApplicationDeps, request: Request, response: Response): void {
  const { requestId, started, route, code, organisation, caller, traceId } = response.locals as Record<string, unknown>;
  const milliseconds = Math.round((performance.now() - Number(started)) * 10) / 10;
  const line = {
    requestId: String(requestId),
    method: request.method,
    route: typeof route === 'string' ? route : '-',
    status: response.statusCode,
    milliseconds,
  };
  deps.metrics.observe({ ...line, ...(typeof code === 'string' ? { code } : {}) });
  deps.log.request({
    ...line,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof traceId === 'string' ? { traceId } : {}),
    ...(typeof organisation === 'string' ? { organisation } : {}),
    ...(typeof caller === 'string' ? { caller } : {}),
  });
}
