import { z } from 'zod';
import { ServiceError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import { formatDateTime, readDateTime } from '../../formats/date-time.ts';
import { PresentationRequest } from '../../services/workflows/presentation-query.ts';
import {
  type ExchangeMessage,
  type ExchangeRecord,
  MOST_STEPS,
  type WorkflowRecord,
  type Workflows,
} from '../../services/workflows/workflows.ts';
import { interactionPage } from '../interaction-page.ts';
import { pageOf } from '../paging.ts';
import { type Answer, type Call, type Route, route } from '../route.ts';
import { JsonDocument } from './issuers.ts';

const Slug = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
const StepName = z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,39}$/);

const NewWorkflow = z.strictObject({
  id: Slug,
  /** Instances; named by the slug of the organisation unless given. */
  issuer: Slug.optional(),
  verifier: Slug.optional(),
  initialStep: StepName,
  steps: z
    .record(
      StepName,
      z.strictObject({
        createChallenge: z.literal(true).optional(),
        verifiablePresentationRequest: PresentationRequest.optional(),
        issueRequests: z
          .array(z.strictObject({ variables: StepName }))
          .min(1)
          .max(16)
          .optional(),
        nextStep: StepName.optional(),
        redirectUrl: z
          .url({ protocol: /^https$/ })
          .max(500)
          .optional(),
      }),
    )
    .refine((steps) => Object.keys(steps).length <= MOST_STEPS, { message: `at most ${MOST_STEPS} steps` }),
});
const NewExchange = z.strictObject({
  expires: z.string().max(40).optional(),
  variables: z
    .record(StepName, z.strictObject({ credential: JsonDocument, subject: z.literal('holder').optional() }))
    .optional(),
});
const Message = z.strictObject({
  verifiablePresentation: JsonDocument.optional(),
  referenceId: z.string().max(200).optional(),
});

const tag = 'Workflows';

export function workflowRoutes({ workflows }: { readonly workflows: Workflows }): readonly Route[] {
  return [...ownerRoutes(workflows), ...participantRoutes(workflows)];
}

const workflowOf = (workflows: Workflows, call: Call): Promise<WorkflowRecord> =>
  workflows.require(call.params['workflowId'] ?? '', call.organisation);

function ownerRoutes(workflows: Workflows): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/workflows',
      access: 'organisation',
      scope: 'issue',
      underFourEyes: 'signs nothing',
      tag,
      summary: 'Set up steps in which somebody is asked for credentials, is handed some, or both (VCALM 1.0)',
      request: NewWorkflow,
      answers: { 201: 'the workflow; Location', 409: 'the id is taken' },
      handle: async ({ body, organisation = '' }) => {
        const { issuer = organisation, verifier = organisation, ...rest } = body;
        const record = await workflows.create({ ...rest, organisation, issuer, verifier } as never);
        return { status: 201, body: record, headers: { location: `/workflows/${record.id}` } };
      },
    }),
    {
      method: 'GET',
      path: '/workflows',
      access: 'organisation',
      scope: 'read',
      tag,
      summary: 'The workflows of this organisation',
      answers: { 200: 'all of them' },
      handle: async ({ organisation = '' }) => ({
        status: 200,
        body: { workflows: await workflows.list(organisation) },
      }),
    },
    {
      method: 'GET',
      path: '/workflows/{workflowId}',
      access: 'organisation',
      scope: 'read',
      tag,
      summary: 'One workflow',
      answers: { 200: 'as it was set up', 404: 'not one of yours' },
      handle: async (call) => ({ status: 200, body: await workflowOf(workflows, call) }),
    },
    route({
      method: 'POST',
      path: '/workflows/{workflowId}/exchanges',
      access: 'organisation',
      scope: 'issue',
      tag,
      summary: 'Make a link by which one other side takes part, once; what will be issued is handed in here',
      request: NewExchange,
      answers: {
        201: 'the exchange, its URL and its interaction URL; Location',
        400: 'a step wants a credential that is not there',
      },
      handle: async (call) => {
        const { variables = {}, expires } = call.body;
        const record = await workflows.begin(await workflowOf(workflows, call), {
          variables: variables as JsonObject,
          expires: expires === undefined ? undefined : instantOf(expires),
        });
        return { status: 201, body: exchangeOf(workflows, record), headers: { location: workflows.urlOf(record) } };
      },
    }),
    {
      method: 'GET',
      path: '/workflows/{workflowId}/exchanges',
      access: 'organisation',
      scope: 'read',
      tag,
      summary: 'The exchanges of a workflow, newest first',
      query: { limit: '1 to 200, 50 unless given', cursor: 'where the page before ended' },
      answers: { 200: 'a page, without what was presented' },
      handle: async (call) => {
        const { items, next } = await workflows.listExchanges(await workflowOf(workflows, call), pageOf(call.query));
        const exchanges = items.map(({ variables: _, results: __, ...rest }) => exchangeOf(workflows, rest));
        return { status: 200, body: { exchanges, ...(next === undefined ? {} : { next }) } };
      },
    },
    {
      method: 'GET',
      path: '/workflows/{workflowId}/exchanges/{exchangeId}',
      access: 'organisation',
      scope: 'read',
      tag,
      summary: 'How far an exchange has come, and what was presented in it',
      answers: { 200: 'its state', 404: 'no such exchange' },
      handle: async (call) => {
        const record = await workflows.requireExchange(
          await workflowOf(workflows, call),
          call.params['exchangeId'] ?? '',
        );
        return { status: 200, body: { exchange: exchangeOf(workflows, record) } };
      },
    },
    {
      method: 'DELETE',
      path: '/workflows/{workflowId}/exchanges/{exchangeId}',
      access: 'organisation',
      scope: 'issue',
      underFourEyes: 'signs nothing',
      tag,
      summary: 'Take a link back',
      answers: { 200: 'nobody can use it any more', 409: 'it is over already' },
      handle: async (call) => {
        const record = await workflows.withdraw(await workflowOf(workflows, call), call.params['exchangeId'] ?? '');
        return { status: 200, body: { exchange: exchangeOf(workflows, record) } };
      },
    },
  ];
}

function participantRoutes(workflows: Workflows): readonly Route[] {
  const idOf = (call: Call): string => call.params['exchangeId'] ?? '';
  return [
    route({
      method: 'POST',
      path: '/workflows/{workflowId}/exchanges/{exchangeId}',
      access: 'public',
      tag,
      summary: 'Take part: an empty object begins, a presentation answers what was asked for',
      request: Message,
      answers: {
        200: 'what is asked for next, or handed out; neither when it is over',
        404: 'no such link, or it was used',
        409: 'somebody else is being answered',
      },
      handle: async (call) => {
        const message = call.body as ExchangeMessage;
        const answer = await workflows.participate(call.params['workflowId'] ?? '', idOf(call), message);
        return { status: 200, body: answer, headers: { 'cache-control': 'no-store' } };
      },
    }),
    {
      method: 'GET',
      path: '/workflows/{workflowId}/exchanges/{exchangeId}/protocols',
      access: 'public',
      tag,
      summary: 'By which protocols one can take part',
      answers: { 200: 'protocols and their addresses', 404: 'no such link, or it was used' },
      handle: async (call) => ({ status: 200, body: { protocols: await workflows.protocolsOf(idOf(call)) } }),
    },
    {
      method: 'GET',
      path: '/workflows/{workflowId}/exchanges/{exchangeId}/request',
      access: 'public',
      tag,
      summary: 'What is asked for now; no step is taken',
      answers: { 200: 'the verifiable presentation request', 404: 'nothing is asked for, or not yet' },
      handle: async (call) => ({
        status: 200,
        body: {
          verifiablePresentationRequest: await workflows.currentRequest(call.params['workflowId'] ?? '', idOf(call)),
        },
      }),
    },
    {
      method: 'GET',
      path: '/interactions/{exchangeId}',
      access: 'public',
      tag,
      summary: 'What an interaction URL leads to: protocols for a program, a page for people',
      query: { iuv: '1' },
      answers: { 200: 'protocols and their addresses, or a page', 404: 'no such link, or it was used' },
      handle: (call) => interaction(workflows, call),
    },
  ];
}

async function interaction(workflows: Workflows, call: Call): Promise<Answer> {
  const protocols = await workflows.protocolsOf(call.params['exchangeId'] ?? '');
  const headers = { vary: 'accept, accept-language', 'referrer-policy': 'no-referrer' };
  if (call.accept?.includes('application/json') === true) return { status: 200, body: { protocols }, headers };
  return {
    status: 200,
    body: interactionPage(protocols, call.language),
    mediaType: 'text/html; charset=utf-8',
    headers,
  };
}

function exchangeOf(
  workflows: Workflows,
  { expiresAt, busySince: _, challenge: __, ...rest }: Omit<ExchangeRecord, 'variables' | 'results'>,
): object {
  const { id, workflow } = rest;
  return {
    ...rest,
    expires: formatDateTime(expiresAt),
    url: workflows.urlOf({ workflow, id }),
    interactionUrl: workflows.interactionUrlOf({ id }),
  };
}

function instantOf(text: string): number {
  const instant = readDateTime(text);
  if (instant !== undefined) return instant;
  throw new ServiceError('MALFORMED_VALUE_ERROR', 'an instant such as 2027-04-15T00:00:00Z', { pointer: '/expires' });
}
