import { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import { ServiceError } from '../../base/error.ts';
import { formatDate, formatDateTime } from '../../formats/date-time.ts';
import type { Batches, BatchRecord, IssueResult, ReceivedBatch, StatusResult } from '../../services/batches/batches.ts';
import type { Identity } from '../../services/identity/identity.ts';
import { requireBody } from '../body.ts';
import { pageOf } from '../paging.ts';
import { type Language, problemOf, problemsOf } from '../problem-details.ts';
import { type Answer, type Call, type Route, route } from '../route.ts';
import { ChangeStatus, changeOf, JsonDocument } from './issuers.ts';

const Replacement = z.strictObject({ supersedes: z.string(), credential: JsonDocument });
const Undo = z.strictObject({ reason: z.string().min(1).max(200), effectiveDate: z.string().max(10).optional() });

const QUERY = {
  mode: 'all: nothing is done unless every line is good (unless given); each: every line stands for itself',
  dryRun: 'true: say what would come of each line, and do nothing',
};
const ISSUE_QUERY = {
  ...QUERY,
  answer: 'credential: each issued credential is in the answer (unless given); id: only its id',
  regimes: 'ids, comma-separated: a line that fails under one of them is refused',
};

interface BatchRouteDeps {
  readonly identity: Identity;
  readonly batches: Batches;
  readonly clock: Clock;
}

/** Many at once: lines in, lines out. Stands before the routes that take any credential id in the same place. */
export function batchRoutes(deps: BatchRouteDeps): readonly Route[] {
  return [issueRoute(deps), supersedeRoute(deps), statusRoute(deps), undoRoute(deps), ...recordRoutes(deps)];
}

const instanceOf = ({ identity }: BatchRouteDeps, call: Call) =>
  identity.requireInstance('issuer', call.params['id'] ?? '', call.organisation);

const LINES_ANSWERS = {
  200: 'one result for each line that holds something, in order; Location: the record of the batch',
  400: 'the request as a whole is malformed, or did not arrive',
  409: 'this batch is under way, or was undone',
  413: 'too many lines or bytes',
  429: 'two batches of this organisation are under way',
};

function issueRoute(deps: BatchRouteDeps): Route {
  return {
    method: 'POST',
    path: '/issuers/{id}/credentials/batch',
    access: 'organisation',
    scope: 'issue',
    tag: 'Batches',
    summary: 'Issue many credentials, one a line; sent again with its Idempotency-Key, a batch goes on where it ended',
    requestLines: JsonDocument,
    answersLines: true,
    query: ISSUE_QUERY,
    answers: LINES_ANSWERS,
    handle: (call) => issueLines(deps, call, undefined),
  };
}

function supersedeRoute(deps: BatchRouteDeps): Route {
  return {
    method: 'POST',
    path: '/issuers/{id}/credentials/supersede',
    access: 'organisation',
    scope: 'issue',
    tag: 'Batches',
    summary: 'Issue successors, one a line, each linked to the credential it replaces, which is revoked',
    requestLines: Replacement,
    answersLines: true,
    query: {
      ...ISSUE_QUERY,
      reason: 'of the revocations: annulled unless given',
      effectiveDate: 'of the revocations: YYYY-MM-DD, today unless given',
    },
    answers: LINES_ANSWERS,
    handle: async (call) => {
      call.assertMay('status');
      return issueLines(deps, call, {
        reason: call.query.get('reason') ?? undefined,
        effectiveDate: call.query.get('effectiveDate') ?? undefined,
      });
    },
  };
}

async function issueLines(
  deps: BatchRouteDeps,
  call: Call,
  superseding: { reason: string | undefined; effectiveDate: string | undefined } | undefined,
): Promise<Answer> {
  const { language, query } = call;
  const regimes = query.get('regimes')?.split(',');
  const whole = choiceOf(query, 'answer', ['credential', 'id']) === 'credential';
  const received = await deps.batches.issue({
    ...(await askedOf(deps, call)),
    regimes,
    language,
    superseding,
  });
  return linesOf(call, received, (result: IssueResult) => issueView(result, language, whole));
}

function statusRoute(deps: BatchRouteDeps): Route {
  return {
    method: 'POST',
    path: '/issuers/{id}/credentials/status/batch',
    access: 'organisation',
    scope: 'status',
    tag: 'Batches',
    summary: 'Revoke, suspend or reinstate many credentials, one change a line, in the order of the lines',
    requestLines: ChangeStatus,
    answersLines: true,
    query: QUERY,
    answers: LINES_ANSWERS,
    handle: async (call) => {
      const received = await deps.batches.changeStatus({
        ...(await askedOf(deps, call)),
        read: (line) => changeOf(requireBody(ChangeStatus, line)),
      });
      return linesOf(call, received, (result: StatusResult) => statusView(result, call.language));
    },
  };
}

function undoRoute(deps: BatchRouteDeps): Route {
  return {
    ...route({
      method: 'POST',
      path: '/issuers/{id}/batches/{batchId}/undo',
      access: 'organisation',
      scope: 'status',
      tag: 'Batches',
      summary: 'Revoke everything that this batch issued; asked for again, it goes on where it ended',
      request: Undo,
      answers: {
        200: 'one result for each credential, in the order of the lines',
        404: 'no such batch',
        409: 'it is under way, issued nothing, or is being undone for another reason',
      },
      handle: async (call) => {
        const { reason, effectiveDate } = call.body;
        const now = deps.clock.now();
        const received = await deps.batches.undo(await instanceOf(deps, call), call.params['batchId'] ?? '', {
          reason,
          effectiveDate: effectiveDate ?? formatDate(now),
          startedAt: formatDateTime(now),
          signal: streamedOf(call).signal,
        });
        return linesOf(call, received, (result: StatusResult) => statusView(result, call.language));
      },
    }),
    answersLines: true,
  };
}

function recordRoutes(deps: BatchRouteDeps): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/issuers/{id}/batches',
      access: 'organisation',
      scope: 'read',
      tag: 'Batches',
      summary: 'The batches of this instance, newest first',
      query: { limit: '1 to 200, 50 unless given', cursor: 'where the page before ended' },
      answers: { 200: 'a page of records and the cursor of the next' },
      handle: async (call) => {
        const page = await deps.batches.list(await instanceOf(deps, call), pageOf(call.query));
        return {
          status: 200,
          body: { batches: page.items.map(recordView), ...(page.next === undefined ? {} : { next: page.next }) },
        };
      },
    },
    {
      method: 'GET',
      path: '/issuers/{id}/batches/{batchId}',
      access: 'organisation',
      scope: 'read',
      tag: 'Batches',
      summary: 'How far a batch has come',
      answers: { 200: 'its state and counts', 404: 'no such batch' },
      handle: async (call) => ({
        status: 200,
        body: recordView(await deps.batches.require(await instanceOf(deps, call), call.params['batchId'] ?? '')),
      }),
    },
  ];
}

async function askedOf(deps: BatchRouteDeps, call: Call) {
  const { query, idempotencyKey: key } = call;
  const mode = choiceOf(query, 'mode', ['all', 'each']);
  const dryRun = choiceOf(query, 'dryRun', ['false', 'true']) === 'true';
  return { instance: await instanceOf(deps, call), mode, dryRun, key, ...streamedOf(call) };
}

function streamedOf({ streamed }: Call): NonNullable<Call['streamed']> {
  if (streamed === undefined) throw new ServiceError('INTERNAL', 'a route of lines without any');
  return streamed;
}

/** The first choice is what holds unless another is given. */
function choiceOf<Choice extends string>(
  query: URLSearchParams,
  name: string,
  choices: readonly [Choice, Choice],
): Choice {
  const given = query.get(name);
  if (given === null) return choices[0];
  const choice = choices.find((one) => one === given);
  if (choice === undefined) throw new ServiceError('BAD_REQUEST', `${name} is ${choices.join(' or ')}`);
  return choice;
}

/** The answer begins now and goes on as the batch does. */
function linesOf<Result>(call: Call, { id, run }: ReceivedBatch<Result>, view: (result: Result) => object): Answer {
  const location = `/issuers/${call.params['id']}/batches/${id}`;
  return {
    status: 200,
    ...(id === undefined ? {} : { headers: { location } }),
    lines: (write) => run((result) => write(view(result))),
  };
}

function issueView(result: IssueResult, language: Language, whole: boolean): object {
  const { line, status } = result;
  if (result.status === 'refused') return { line, status, problem: problemAt(result.error, language) };
  const found = result.status === 'valid' ? result.warnings : result.answer?.warnings;
  const problems = problemsOf(found ?? [], language);
  const warnings = problems.length === 0 ? {} : { warnings: problems };
  if (result.status === 'valid') return { line, status, ...warnings };
  const { credentialId, answer, superseded } = result;
  return {
    line,
    status,
    credentialId,
    ...(whole && answer !== undefined ? { verifiableCredential: answer.verifiableCredential } : {}),
    ...warnings,
    ...(superseded === undefined ? {} : { superseded: supersededView(superseded, language) }),
  };
}

function supersededView(
  superseded: NonNullable<Extract<IssueResult, { status: 'issued' }>['superseded']>,
  language: Language,
) {
  return 'error' in superseded ? { problem: problemAt(superseded.error, language) } : superseded;
}

function statusView(result: StatusResult, language: Language): object {
  if (result.status !== 'refused') return result;
  const { error, ...rest } = result;
  return { ...rest, problem: problemAt(error, language) };
}

/** A problem within an answer has no request of its own. */
function problemAt(error: unknown, language: Language): object {
  const { requestId: _, ...problem } = problemOf(error, language, '');
  return problem;
}

function recordView({ issuer: _issuer, organisation: _organisation, hold: _hold, ...record }: BatchRecord): object {
  return record;
}
