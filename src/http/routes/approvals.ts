import { z } from 'zod';
import type { Approvals, ApprovalView } from '../../services/approvals.ts';
import type { Identity, InstanceRecord } from '../../services/identity/identity.ts';
import type { Issuer } from '../../services/issuer.ts';
import { pageOf } from '../paging.ts';
import { type Call, type Route, route } from '../route.ts';

const Decide = z.strictObject({
  decision: z.enum(['approve', 'refuse']),
  /** Of the request that was looked at, as the request shows it. */
  digest: z.string().min(1).max(200),
  reason: z.string().min(1).max(500).optional(),
});

interface ApprovalRouteDeps {
  readonly identity: Identity;
  readonly approvals: Approvals;
  readonly issuerFor: (instance: InstanceRecord) => Issuer;
}

/** What waits for the second pair of eyes. */
export function approvalRoutes({ identity, approvals, issuerFor }: ApprovalRouteDeps): readonly Route[] {
  const tag = 'Approvals';
  const instanceOf = (call: Call) => identity.requireInstance('issuer', call.params['id'] ?? '', call.organisation);
  const idOf = (call: Call): string => call.params['approvalId'] ?? '';
  return [
    {
      method: 'GET',
      path: '/issuers/{id}/approvals',
      access: 'organisation',
      scope: 'read',
      tag,
      summary: 'What was asked for under four eyes, newest first; each request whole at its own address',
      query: { limit: '1 to 200, 50 unless given', cursor: 'where the page before ended' },
      answers: { 200: 'a page of requests and the cursor of the next' },
      handle: async (call) => {
        const { items, next } = await approvals.list(await instanceOf(call), pageOf(call.query));
        return { status: 200, body: { approvals: items.map(summaryOf), ...(next === undefined ? {} : { next }) } };
      },
    },
    {
      method: 'GET',
      path: '/issuers/{id}/approvals/{approvalId}',
      access: 'organisation',
      scope: 'read',
      tag,
      summary: 'One request with everything that would be done, and its digest',
      answers: { 200: 'the request', 404: 'no such request' },
      handle: async (call) => ({
        status: 200,
        body: { approval: await approvals.require(await instanceOf(call), idOf(call)) },
      }),
    },
    route({
      method: 'POST',
      path: '/issuers/{id}/approvals/{approvalId}',
      access: 'organisation',
      scope: 'approve',
      tag,
      summary: 'Approve a request of another caller, which is then done, or refuse it; asked again, the same answer',
      request: Decide,
      // The decision itself is what happens once.
      keepsNothing: true,
      answers: {
        200: 'the request as it stands now; with the credential if one was issued',
        403: 'whoever asked for it does not decide it',
        404: 'no such request',
        409: 'another digest, expired, or decided otherwise',
      },
      handle: async (call) => {
        const instance = await instanceOf(call);
        const { decision, digest, reason } = call.body;
        const approval = await approvals.decide(instance, idOf(call), {
          approve: decision === 'approve',
          digest,
          reason,
          by: call.actor ?? '',
          language: call.language,
        });
        const issued = approval.act === 'issue' && approval.state === 'done';
        const body = { approval: summaryOf(approval) };
        if (!issued) return { status: 200, body };
        const { document } = await issuerFor(instance).requireIssued(instance, approval.credentialId);
        return { status: 200, body: { ...body, verifiableCredential: document } };
      },
    }),
  ];
}

function summaryOf({ request: _, ...rest }: ApprovalView): object {
  return rest;
}
