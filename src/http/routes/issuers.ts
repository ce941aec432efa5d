import { z } from 'zod';
import type { JsonObject } from '../../base/json.ts';
import type { CredentialStatus } from '../../services/credential-status.ts';
import type { Identity } from '../../services/identity/identity.ts';
import type { IssuedRecord, Issuer } from '../../services/issuer.ts';
import { claimOf, pageOf } from '../paging.ts';
import { problemsOf } from '../problem-details.ts';
import { type Route, route } from '../route.ts';

export const JsonDocument = z.looseObject({});

const Issue = z.strictObject({
  credential: JsonDocument,
  options: z
    .strictObject({
      credentialId: z.string().max(100).optional(),
      mandatoryPointers: z.array(z.string().max(200)).max(100).optional(),
    })
    .optional(),
});
const ChangeStatus = z
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
  readonly issuer: Issuer;
  readonly credentialStatus: CredentialStatus;
}

export function issuerRoutes({ identity, issuer, credentialStatus }: IssuerRouteDeps): readonly Route[] {
  const instanceOf = (call: { params: Readonly<Record<string, string>>; organisation: string | undefined }) =>
    identity.requireInstance('issuer', call.params['id'] ?? '', call.organisation);
  return [
    route({
      method: 'POST',
      path: '/issuers/{id}/credentials/issue',
      access: 'organisation',
      tag: 'Issuer',
      summary: 'Issue a credential: checked, linted, signed, and its own proof checked before it is handed out',
      request: Issue,
      answers: { 201: 'the credential', 400: 'wrong form', 422: 'it would not be accepted anywhere' },
      handle: async (call) => {
        const answer = await issuer.issue(
          await instanceOf(call),
          {
            credential: call.body.credential as JsonObject,
            credentialId: call.body.options?.credentialId,
            mandatoryPointers: call.body.options?.mandatoryPointers,
          },
          claimOf(call, `issue/${call.params['id']}`),
        );
        const warnings = problemsOf(answer.warnings, call.language);
        return {
          status: 201,
          body: { verifiableCredential: answer.verifiableCredential, ...(warnings.length === 0 ? {} : { warnings }) },
        };
      },
    }),
    route({
      method: 'POST',
      path: '/issuers/{id}/credentials/status',
      access: 'organisation',
      tag: 'Issuer',
      summary: 'Revoke, suspend or reinstate; reason and effective date become a notice in the signed list',
      request: ChangeStatus,
      answers: { 200: 'changed, or already so', 404: 'no such credential or purpose', 409: 'a revocation is final' },
      handle: async (call) => {
        const { body } = call;
        const outcome = await credentialStatus.change(await instanceOf(call), {
          credentialId: body.credentialId,
          purpose: body.statusPurpose ?? body.credentialStatus?.statusPurpose ?? '',
          set: body.status,
          reason: body.reason,
          effectiveDate: body.effectiveDate,
        });
        return { status: 200, body: outcome };
      },
    }),
    {
      method: 'GET',
      path: '/issuers/{id}/credentials',
      access: 'organisation',
      tag: 'Issuer',
      summary: 'List what this instance issued, newest first',
      query: { limit: '1 to 200, 50 unless given', cursor: 'where the page before ended' },
      answers: { 200: 'a page of records and the cursor of the next' },
      handle: async (call) => {
        const page = await issuer.list(await instanceOf(call), pageOf(call.query));
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
      tag: 'Issuer',
      summary: 'One issued credential',
      answers: { 200: 'the credential', 404: 'no such credential' },
      handle: async (call) => {
        const record = await issuer.requireIssued(await instanceOf(call), call.params['credentialId'] ?? '');
        return { status: 200, body: { verifiableCredential: record.document } };
      },
    },
  ];
}

function summaryOf(record: IssuedRecord): object {
  const { document: _document, ...rest } = record;
  return rest;
}
