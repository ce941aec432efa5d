import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ServiceError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import { isAdviceError } from '../../credentials/lint.ts';
import { readDateTime } from '../../formats/date-time.ts';
import { type Adviser, MOST_SUPPORTING } from '../../services/adviser/adviser.ts';
import { wordAdvice } from '../../services/adviser/wording.ts';
import type { Approvals, ApprovalView } from '../../services/approvals.ts';
import type { CredentialStatus } from '../../services/credential-status.ts';
import type { Identity, InstanceRecord } from '../../services/identity/identity.ts';
import type { IssuedRecord, IssueRequest, Issuer } from '../../services/issuer.ts';
import { readPolicyObject } from '../../services/verifier/policy-source.ts';
import { claimOf, pageOf } from '../paging.ts';
import { problemsOf } from '../problem-details.ts';
import { profileOf } from '../profile-notice.ts';
import { type Answer, type Call, type Route, route } from '../route.ts';

export const JsonDocument = z.looseObject({});

/** How a draft is to be issued. */
export const IssueOptions = z.strictObject({
  credentialId: z.string().max(100).optional(),
  mandatoryPointers: z.array(z.string().max(200)).max(100).optional(),
  /** The regimes it is meant for: a rule that it fails under one of them refuses the issue. */
  regimes: z.array(z.string().max(100)).min(1).max(16).optional(),
  supporting: z.array(JsonDocument).max(MOST_SUPPORTING).optional(),
});
const Issue = z.strictObject({
  credential: JsonDocument,
  options: IssueOptions.extend({
    /** A public JWK (Ed25519, P-256 or P-384) that the credential is bound to; only for `dc+sd-jwt`. */
    holderKey: JsonDocument.optional(),
  }).optional(),
});
const Check = z.strictObject({
  credential: JsonDocument,
  supporting: z.array(JsonDocument).max(MOST_SUPPORTING).optional(),
  worksheets: z
    .array(z.looseObject({ leaves: z.array(JsonDocument).max(1000) }))
    .max(16)
    .optional(),
  regimes: z.array(z.string().max(100)).min(1).max(16).optional(),
  at: z.string().max(40).optional(),
  /** The relying party's policy; the node's own unless given. */
  policy: JsonDocument.optional(),
});
/** A change of status as it is asked for. */
export const ChangeStatus = z
  .strictObject({
    credentialId: z.string().max(100),
    credentialStatus: z
      .looseObject({ type: z.string().max(60).optional(), statusPurpose: z.string().max(40) })
      .optional(),
    statusPurpose: z.enum(['revocation', 'suspension']).optional(),
    status: z.boolean(),
    reason: z.string().min(1).max(200).optional(),
    effectiveDate: z.string().max(10).optional(),
    indexAllocator: z.string().max(300).optional(),
  })
  .refine((body) => (body.credentialStatus === undefined) !== (body.statusPurpose === undefined), {
    message: 'give either statusPurpose or credentialStatus',
    path: ['statusPurpose'],
  });

interface IssuerRouteDeps {
  readonly identity: Identity;
  readonly issuerFor: (instance: InstanceRecord) => Issuer;
  readonly adviser: Adviser;
  readonly credentialStatus: CredentialStatus;
  readonly approvals: Approvals;
}

export function issuerRoutes({
  identity,
  issuerFor,
  adviser,
  credentialStatus,
  approvals,
}: IssuerRouteDeps): readonly Route[] {
  const instanceOf = (call: { params: Readonly<Record<string, string>>; organisation: string | undefined }) =>
    identity.requireInstance('issuer', call.params['id'] ?? '', call.organisation);
  return [
    route({
      method: 'POST',
      path: '/issuers/{id}/credentials/issue',
      access: 'organisation',
      scope: 'issue',
      tag: 'Issuer',
      summary: 'Issue a credential: checked, linted, signed, and its own proof checked before it is handed out',
      request: Issue,
      underFourEyes: 'asks',
      answers: {
        201: 'the credential',
        202: 'kept until another caller approves it: its id and digest',
        400: 'wrong form',
        422: 'it would not be accepted anywhere',
      },
      handle: async (call) => {
        const instance = await instanceOf(call);
        if (call.fourEyes.includes('issue')) return askToIssue(approvals, instance, call);
        const request = requestOf(call.body);
        const answer = await issuerFor(instance).issue(
          instance,
          { ...request, language: call.language },
          claimOf(call, `issue/${call.params['id']}`),
        );
        const warnings = problemsOf(answer.warnings, call.language);
        return {
          status: 201,
          body: {
            verifiableCredential: answer.verifiableCredential,
            ...(warnings.length === 0 ? {} : { warnings }),
            ...profileOf(instance),
          },
        };
      },
    }),
    route({
      method: 'POST',
      path: '/issuers/{id}/credentials/check',
      access: 'organisation',
      scope: 'issue',
      tag: 'Issuer',
      summary:
        'What would come of this credential if it were issued, and under which regime; nothing is signed, stored or spent',
      request: Check,
      underFourEyes: 'signs nothing',
      answers: { 200: 'whether it could be issued, the findings, and advice per regime', 400: 'malformed request' },
      handle: async (call) => {
        const instance = await instanceOf(call);
        return { status: 200, body: await checkBefore(issuerFor(instance), adviser, instance, call) };
      },
    }),
    route({
      method: 'POST',
      path: '/issuers/{id}/credentials/status',
      access: 'organisation',
      scope: 'status',
      tag: 'Issuer',
      summary: 'Revoke, suspend or reinstate; reason and effective date become a notice in the signed list',
      request: ChangeStatus,
      underFourEyes: 'asks',
      answers: {
        200: 'changed, or already so',
        202: 'kept until another caller approves it: its id and digest',
        404: 'no such credential or purpose',
        409: 'a revocation is final',
      },
      handle: async (call) => {
        const instance = await instanceOf(call);
        const change = changeOf(call.body);
        if (call.fourEyes.includes('revoke') && !isSuspension(change))
          return askToChange(approvals, instance, call, change);
        const outcome = await credentialStatus.change(instance, change);
        return { status: 200, body: outcome };
      },
    }),
    {
      method: 'GET',
      path: '/issuers/{id}/credentials',
      access: 'organisation',
      scope: 'read',
      tag: 'Issuer',
      summary: 'List what this instance issued, newest first',
      query: { limit: '1 to 200, 50 unless given', cursor: 'where the page before ended' },
      answers: { 200: 'a page of records and the cursor of the next' },
      handle: async (call) => {
        const instance = await instanceOf(call);
        const page = await issuerFor(instance).list(instance, pageOf(call.query));
        return {
          status: 200,
          body: { credentials: page.items.map(summaryOf), ...(page.next === undefined ? {} : { next: page.next }) },
        };
      },
    },
    {
      method: 'GET',
      path: '/issuers/{id}/credentials/{credentialId}',
      access: 'organisation',
      scope: 'read',
      tag: 'Issuer',
      summary: 'One issued credential',
      answers: { 200: 'the credential', 404: 'no such credential' },
      handle: async (call) => {
        const instance = await instanceOf(call);
        const record = await issuerFor(instance).requireIssued(instance, call.params['credentialId'] ?? '');
        const { document: verifiableCredential, warnings } = record;
        return {
          status: 200,
          body: { verifiableCredential, ...(warnings.length === 0 ? {} : { warnings }), ...profileOf(instance) },
        };
      },
    },
  ];
}

export function changeOf(body: z.infer<typeof ChangeStatus>): Parameters<CredentialStatus['change']>[1] {
  return {
    credentialId: body.credentialId,
    purpose: body.statusPurpose ?? body.credentialStatus?.statusPurpose ?? '',
    set: body.status,
    reason: body.reason,
    effectiveDate: body.effectiveDate,
  };
}

/** What a request to issue says, without what it leaves out: the form in which it may be kept. */
function requestOf({ credential, options = {} }: z.infer<typeof Issue>): IssueRequest {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { credential: credential as JsonObject, ...Object.fromEntries(given) };
}

/** A request as it is kept: the id of the credential is settled now, so that it can be named, and only one can ever come of the request. */
export function keptRequestOf(body: z.infer<typeof Issue>): JsonObject & { readonly credentialId: string } {
  const request = requestOf(body);
  const { credentialId = request.credential['id'] ?? `urn:uuid:${randomUUID()}` } = request;
  return { ...(request as unknown as JsonObject), credentialId: String(credentialId) };
}

async function askToIssue(
  approvals: Approvals,
  instance: InstanceRecord,
  call: Call<z.infer<typeof Issue>>,
): Promise<Answer> {
  const request = keptRequestOf(call.body);
  const { credentialId } = request;
  const asked = { act: 'issue', request, credentialId, by: call.actor ?? '' } as const;
  return waiting(await approvals.ask(instance, asked, claimOf(call, `approval/issue/${instance.id}`)));
}

async function askToChange(
  approvals: Approvals,
  instance: InstanceRecord,
  call: Call,
  change: ReturnType<typeof changeOf>,
): Promise<Answer> {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  const request = Object.fromEntries(given) as JsonObject;
  const { credentialId } = change;
  return waiting(await approvals.ask(instance, { act: 'revoke', request, credentialId, by: call.actor ?? '' }));
}

function waiting({ id, issuer, act, digest, credentialId, state, expiresAt }: ApprovalView): Answer {
  return {
    status: 202,
    body: { approval: { id, act, digest, credentialId, state, expiresAt } },
    headers: { location: `/issuers/${issuer}/approvals/${id}` },
  };
}

/** The brake that one caller may pull alone: it can be taken back, by two. */
function isSuspension({ purpose, set }: ReturnType<typeof changeOf>): boolean {
  return purpose === 'suspension' && set;
}

async function checkBefore(
  issuer: Issuer,
  adviser: Adviser,
  instance: Parameters<Issuer['check']>[0],
  { body, language }: Call<z.infer<typeof Check>>,
): Promise<object> {
  const at = body.at === undefined ? undefined : readDateTime(body.at);
  if (body.at !== undefined && at === undefined) {
    throw new ServiceError('MALFORMED_VALUE_ERROR', 'an instant such as 2027-04-15T00:00:00Z', { pointer: '/at' });
  }
  const policy = body.policy === undefined ? undefined : readPolicyObject(body.policy as JsonObject, '/policy');
  const { findings, draft } = await issuer.check(instance, { credential: body.credential as JsonObject });
  const { advice, unusable } =
    draft === undefined
      ? { advice: {}, unusable: [] }
      : await adviser.advise(instance.organisation, {
          draft,
          supporting: body.supporting as readonly JsonObject[] | undefined,
          worksheets: body.worksheets as never,
          regimes: body.regimes,
          at,
          policy,
        });
  return {
    issuable: !findings.some(isAdviceError),
    findings,
    problemDetails: problemsOf(findings, language),
    advice: wordAdvice(advice, language),
    ...(unusable.length === 0 ? {} : { unusable: unusable.map((one) => ({ id: one.id, findings: one.findings })) }),
    ...profileOf(instance),
  };
}

function summaryOf(record: IssuedRecord): object {
  const { document: _document, ...rest } = record;
  return rest;
}
