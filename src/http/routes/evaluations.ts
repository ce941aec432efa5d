import { z } from 'zod';
import { formatDateTime } from '../../formats/date-time.ts';
import type { Evaluations } from '../../services/evaluations.ts';
import type { Identity } from '../../services/identity/identity.ts';
import { MAX_WATCH_SECONDS, MIN_WATCH_SECONDS, type Reevaluations } from '../../services/reevaluations.ts';
import type { ReportCredentials, SignedReport } from '../../services/report-credentials.ts';
import { claimOf, pageOf } from '../paging.ts';
import { type Language, problemsOf } from '../problem-details.ts';
import { type Call, type Route, route } from '../route.ts';

const Bulk = z
  .strictObject({ dependsOn: z.string().min(1).max(300).optional(), all: z.literal(true).optional() })
  .refine((body) => (body.dependsOn === undefined) !== (body.all === undefined), {
    message: 'give either dependsOn or all',
    path: ['dependsOn'],
  });
/** How often a watch judges again. */
export const WatchSeconds = z.int().min(MIN_WATCH_SECONDS).max(MAX_WATCH_SECONDS);
const Watch = z.strictObject({
  watch: z.boolean(),
  reevaluateEverySeconds: WatchSeconds.optional(),
});
const SignReport = z.strictObject({ validUntil: z.string().max(40).optional() }).optional();

interface EvaluationRouteDeps {
  readonly identity: Identity;
  readonly evaluations: Evaluations;
  readonly reevaluations: Reevaluations;
  readonly reportCredentials: ReportCredentials;
}

/**
 * What a relying party does with evaluations it has: judge them again, hear what changed, sign what was found. Stands before the routes
 * of single evaluations in the table: `reevaluate` and `changes` are no ids.
 */
export function evaluationRoutes(deps: EvaluationRouteDeps): readonly Route[] {
  return [...againRoutes(deps), ...watchRoutes(deps), signRoute(deps)];
}

const instanceOf = ({ identity }: EvaluationRouteDeps, call: Call) =>
  identity.requireInstance('verifier', call.params['id'] ?? '', call.organisation);

function againRoutes(deps: EvaluationRouteDeps): readonly Route[] {
  const { evaluations, reevaluations } = deps;
  return [
    route({
      method: 'POST',
      path: '/verifiers/{id}/evaluations/reevaluate',
      access: 'organisation',
      scope: 'evaluate',
      tag: 'Evaluation',
      summary:
        'Judge again all evaluations, or those that rested on one credential; goes on in the background and over a restart',
      request: Bulk,
      answers: { 202: 'the job, to be asked after at its Location', 413: '20 jobs are not done yet' },
      handle: async (call) => {
        const job = await reevaluations.request(await instanceOf(deps, call), call.body.dependsOn);
        const location = `/verifiers/${call.params['id']}/evaluations/reevaluations/${job.id}`;
        return { status: 202, body: jobView(job), headers: { location } };
      },
    }),
    {
      method: 'GET',
      path: '/verifiers/{id}/evaluations/reevaluations/{jobId}',
      access: 'organisation',
      scope: 'read',
      tag: 'Evaluation',
      summary: 'How far a job has come',
      answers: { 200: 'the job with its counts', 404: 'no such job, or it was done long ago' },
      handle: async (call) => ({
        status: 200,
        body: jobView(await reevaluations.requireJob(await instanceOf(deps, call), call.params['jobId'] ?? '')),
      }),
    },
    {
      method: 'GET',
      path: '/verifiers/{id}/evaluations/changes',
      access: 'organisation',
      scope: 'read',
      tag: 'Evaluation',
      summary: 'What came out otherwise than before, oldest first; ask again with the cursor to hear what is new',
      query: { after: 'the cursor of an earlier answer', limit: '1 to 200, 50 unless given' },
      answers: { 200: 'entries, the cursor to go on from, and whether there are more already' },
      handle: async (call) => {
        const after = call.query.get('after');
        const { limit } = pageOf(call.query);
        const page = { limit, ...(after === null ? {} : { after }) };
        return { status: 200, body: await evaluations.changes(await instanceOf(deps, call), page) };
      },
    },
    route({
      method: 'POST',
      path: '/verifiers/{id}/evaluations/{evaluationId}/reevaluate',
      access: 'organisation',
      scope: 'evaluate',
      tag: 'Evaluation',
      summary: 'Judge the newest evaluation of this question again, now and under the present policy',
      request: z.strictObject({}).optional(),
      answers: { 201: 'the new evaluation, with what changed', 404: 'no such evaluation' },
      handle: async (call) => ({
        status: 201,
        body: await evaluations.reevaluate(await instanceOf(deps, call), call.params['evaluationId'] ?? ''),
      }),
    }),
  ];
}

function watchRoutes(deps: EvaluationRouteDeps): readonly Route[] {
  const { reevaluations } = deps;
  return [
    route({
      method: 'POST',
      path: '/verifiers/{id}/watch',
      access: 'organisation',
      scope: 'evaluate',
      tag: 'Evaluation',
      summary: 'Have the node judge the evaluations of this instance again by itself, or end that',
      request: Watch,
      answers: { 200: 'the watch' },
      handle: async (call) => {
        const { watch, reevaluateEverySeconds } = call.body;
        const instance = await instanceOf(deps, call);
        return {
          status: 200,
          body: watchView(
            await (watch ? reevaluations.watch(instance, reevaluateEverySeconds) : reevaluations.unwatch(instance)),
          ),
        };
      },
    }),
    {
      method: 'GET',
      path: '/verifiers/{id}/watch',
      access: 'organisation',
      scope: 'read',
      tag: 'Evaluation',
      summary: 'Whether the node watches, how often, and how the last pass went',
      answers: { 200: 'the watch' },
      handle: async (call) => ({
        status: 200,
        body: watchView(await reevaluations.findWatch(await instanceOf(deps, call))),
      }),
    },
  ];
}

function signRoute(deps: EvaluationRouteDeps): Route {
  const { reportCredentials } = deps;
  return route({
    method: 'POST',
    path: '/verifiers/{id}/evaluations/{evaluationId}/report-credential',
    access: 'organisation',
    scope: 'issue',
    tag: 'Evaluation',
    summary:
      'Sign what this evaluation found: a VerificationReport issued by the default issuer instance of the organisation',
    request: SignReport,
    answers: {
      201: 'the credential, and the report whose digest it carries',
      404: 'no such evaluation',
      409: 'no claim was judged',
    },
    handle: async (call) => {
      const [id, evaluationId] = [call.params['id'] ?? '', call.params['evaluationId'] ?? ''];
      const signed = await reportCredentials.sign(
        await instanceOf(deps, call),
        evaluationId,
        { validUntil: call.body?.validUntil },
        claimOf(call, `report-credential/${id}/${evaluationId}`),
      );
      return { status: 201, body: signedView(signed, call.language) };
    },
  });
}

function jobView({
  verifier: _ours,
  position: _place,
  waited: _times,
  notBefore,
  ...job
}: Awaited<ReturnType<Reevaluations['requireJob']>>): object {
  return { ...job, ...(notBefore === undefined ? {} : { notBefore: formatDateTime(notBefore) }) };
}

function watchView(watch: Awaited<ReturnType<Reevaluations['findWatch']>>): object {
  if (watch === undefined) return { watch: false };
  const { verifier: _ours, everySeconds, nextPassAt, ...rest } = watch;
  return { watch: true, reevaluateEverySeconds: everySeconds, nextPassAt: formatDateTime(nextPassAt), ...rest };
}

function signedView({ verifiableCredential, warnings, report }: SignedReport, language: Language): object {
  const problems = problemsOf(warnings, language);
  return { verifiableCredential, report, ...(problems.length === 0 ? {} : { warnings: problems }) };
}
