import { z } from 'zod';
import { ServiceError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import { formatDateTime, readDateTime } from '../../formats/date-time.ts';
import type { Evaluations } from '../../services/evaluations.ts';
import type { Identity, InstanceRecord } from '../../services/identity/identity.ts';
import type { ReportCredentials } from '../../services/report-credentials.ts';
import type { Verification, Verifier } from '../../services/verifier/verifier.ts';
import { pageOf } from '../paging.ts';
import { type Language, problemsOf } from '../problem-details.ts';
import { profileOf } from '../profile-notice.ts';
import { type Answer, type Call, type Route, route } from '../route.ts';
import { JsonDocument } from './issuers.ts';

/** Options that older clients and the public suites send, and that conformance instances alone put up with. */
const ofSuites = {
  checks: z.array(z.string().max(40)).max(10).optional(),
  challenge: z.unknown().optional(),
  domain: z.unknown().optional(),
};
const VerifyCredential = z.strictObject({
  verifiableCredential: JsonDocument,
  options: z
    .strictObject({
      returnResults: z.boolean().optional(),
      returnProblemDetails: z.boolean().optional(),
      returnCredential: z.boolean().optional(),
      ...ofSuites,
    })
    .optional(),
});
const VerifyPresentation = z.strictObject({
  verifiablePresentation: JsonDocument,
  options: z
    .strictObject({
      // Any value is taken here: a challenge of the wrong kind is a refused presentation, not a malformed request.
      challenge: z.unknown().optional(),
      domain: z.string().min(1).max(300).optional(),
      returnPresentation: z.boolean().optional(),
      returnResults: z.boolean().optional(),
      returnProblemDetails: z.boolean().optional(),
      checks: ofSuites.checks,
    })
    .optional(),
});
const Decimal = z
  .string()
  .regex(/^(0|[1-9]\d*)(\.\d+)?$/)
  .max(40);
const Evaluate = z
  .strictObject({
    presentation: JsonDocument.optional(),
    credentials: z.array(JsonDocument).optional(),
    claim: z.string().max(300).optional(),
    regimes: z.array(z.string().max(100)).min(1).max(16).optional(),
    at: z.string().max(40).optional(),
    import: z
      .strictObject({
        cnCode: z.string().regex(/^\d{8}$/),
        date: z.string().max(10),
        netMass: z.strictObject({ value: Decimal, unit: z.string().max(20) }),
      })
      .optional(),
    worksheets: z
      .array(z.looseObject({ leaves: z.array(JsonDocument).max(1000) }))
      .max(16)
      .optional(),
    evidence: z
      .strictObject({
        didDocuments: z.array(JsonDocument).max(64).optional(),
        statusLists: z.array(JsonDocument).max(128).optional(),
      })
      .optional(),
    options: z.strictObject({ signReport: z.boolean().optional() }).optional(),
  })
  .refine((body) => (body.presentation === undefined) !== (body.credentials === undefined), {
    message: 'give either presentation or credentials',
    path: ['credentials'],
  });

interface VerifierRouteDeps {
  readonly identity: Identity;
  readonly verifierFor: (instance: InstanceRecord) => Verifier;
  readonly evaluations: Evaluations;
  readonly reportCredentials: ReportCredentials;
  /** Told of every verification that was answered. */
  readonly onVerdict?: ((verdict: Verification['verdict']) => void) | undefined;
}

export function verifierRoutes({
  identity,
  verifierFor,
  evaluations,
  reportCredentials,
  onVerdict,
}: VerifierRouteDeps): readonly Route[] {
  const instanceOf = (call: Call) => identity.requireInstance('verifier', call.params['id'] ?? '', call.organisation);
  return [
    route({
      method: 'POST',
      path: '/verifiers/{id}/credentials/verify',
      access: 'public',
      tag: 'Verifier',
      summary: 'Is this credential authentic and good now?',
      request: VerifyCredential,
      answers: {
        200: 'the verification, verified or not',
        400: 'malformed request; or not verified, where the instance says so',
      },
      handle: async (call) => {
        const instance = await instanceOf(call);
        assertKnownOptions(instance, call.body.options, Object.keys(ofSuites));
        const verification = await verifierFor(instance).verifyCredential(
          call.body.verifiableCredential as JsonObject,
          instance,
        );
        onVerdict?.(verification.verdict);
        const returned =
          call.body.options?.returnCredential === true ? { verifiableCredential: verification.document } : {};
        return verificationAnswer(verification, instance, call.language, returned);
      },
    }),
    route({
      method: 'POST',
      path: '/verifiers/{id}/presentations/verify',
      access: 'public',
      tag: 'Verifier',
      summary: 'Is this presentation by its holder, for us, for this challenge, and is everything in it good?',
      request: VerifyPresentation,
      answers: {
        200: 'the verification, verified or not',
        400: 'malformed request; or not verified, where the instance says so',
      },
      handle: async (call) => {
        const instance = await instanceOf(call);
        const { verifiablePresentation, options } = call.body;
        assertKnownOptions(instance, options, ['checks']);
        const verification = await verifierFor(instance).verifyPresentation(
          instance,
          verifiablePresentation as JsonObject,
          {
            challenge: options?.challenge,
            domain: options?.domain,
          },
        );
        onVerdict?.(verification.verdict);
        const returned = options?.returnPresentation === true ? { verifiablePresentation: verification.document } : {};
        return verificationAnswer(verification, instance, call.language, returned);
      },
    }),
    route({
      method: 'POST',
      path: '/verifiers/{id}/challenges',
      access: 'public',
      tag: 'Verifier',
      summary: 'A challenge for one presentation, good for five minutes',
      request: z.strictObject({}).optional(),
      answers: { 200: 'the challenge and when it ends' },
      handle: async (call) => {
        const instance = await instanceOf(call);
        const { challenge, expires } = await verifierFor(instance).createChallenge(instance);
        return {
          status: 200,
          body: { challenge, expires: formatDateTime(expires) },
          headers: { 'cache-control': 'no-store' },
        };
      },
    }),
    route({
      method: 'POST',
      path: '/verifiers/{id}/evaluations',
      access: 'organisation',
      scope: 'evaluate',
      tag: 'Evaluation',
      summary: 'May we rely on this claim, under which regime, and why?',
      request: Evaluate,
      answers: { 200: 'one result per regime, the findings and the report', 400: 'malformed request or no policy' },
      handle: async (call) => {
        const instance = await instanceOf(call);
        if (call.body.options?.signReport === true) call.assertMay('issue');
        const answer = await evaluations.evaluate(instance, requestOf(call.body));
        if (call.body.options?.signReport !== true) return { status: 200, body: answer };
        const { verifiableCredential } = await reportCredentials.sign(instance, String(answer['id']));
        return { status: 200, body: { ...answer, reportCredential: verifiableCredential } };
      },
    }),
    {
      method: 'GET',
      path: '/verifiers/{id}/evaluations',
      access: 'organisation',
      scope: 'read',
      tag: 'Evaluation',
      summary: 'Evaluations made here; with dependsOn, those that rested on one credential',
      query: { dependsOn: 'id of a credential', limit: '1 to 200', cursor: 'where the page before ended' },
      answers: { 200: 'a page of evaluations' },
      handle: async (call) => {
        const dependsOn = call.query.get('dependsOn');
        const page = await evaluations.list(await instanceOf(call), {
          ...pageOf(call.query),
          ...(dependsOn === null ? {} : { dependsOn }),
        });
        return {
          status: 200,
          body: { evaluations: page.items, ...(page.next === undefined ? {} : { next: page.next }) },
        };
      },
    },
    {
      method: 'GET',
      path: '/verifiers/{id}/evaluations/{evaluationId}',
      access: 'organisation',
      scope: 'read',
      tag: 'Evaluation',
      summary: 'One evaluation as it was answered',
      answers: { 200: 'the evaluation', 404: 'no such evaluation' },
      handle: async (call) => ({
        status: 200,
        body: await evaluations.require(await instanceOf(call), call.params['evaluationId'] ?? ''),
      }),
    },
  ];
}

function verificationAnswer(
  verification: Verification,
  instance: InstanceRecord,
  language: Language,
  returned: object,
): Answer {
  const { verified, verdict, findings } = verification;
  return {
    status: verified ? 200 : invalidStatusOf(instance),
    body: {
      verified,
      valid: verified,
      verdict,
      findings,
      problemDetails: problemsOf(findings, language),
      ...(verified ? returned : {}),
      ...profileOf(instance),
    },
  };
}

/** 200 by the draft of VCALM, unless the instance says 400; the public suites know nothing else. */
function invalidStatusOf({ settings }: InstanceRecord): number {
  return Number(settings['invalidStatus'] ?? (settings['conformance'] === true ? 400 : 200));
}

/** The public suites say what to check; a conformance instance checks everything it is set to, whatever they say. */
function assertKnownOptions(instance: InstanceRecord, options: object | undefined, suites: readonly string[]): void {
  const strange = Object.keys(options ?? {}).find((name) => suites.includes(name));
  if (strange === undefined || instance.settings['conformance'] === true) return;
  throw new ServiceError('UNKNOWN_OPTION_PROVIDED', `${strange} is not known here`, { pointer: `/options/${strange}` });
}

function requestOf(body: z.infer<typeof Evaluate>): Parameters<Evaluations['evaluate']>[1] {
  const at = body.at === undefined ? undefined : readDateTime(body.at);
  if (body.at !== undefined && at === undefined) {
    throw new ServiceError('MALFORMED_VALUE_ERROR', 'an instant such as 2027-04-15T00:00:00Z', { pointer: '/at' });
  }
  const { options: _ours, ...question } = body;
  return { ...question, at } as Parameters<Evaluations['evaluate']>[1];
}
