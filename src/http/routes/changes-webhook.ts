import { z } from 'zod';
import { formatDateTime } from '../../formats/date-time.ts';
import type { ChangesWebhook, WebhookView } from '../../services/changes-webhook.ts';
import type { Identity } from '../../services/identity/identity.ts';
import { type Call, type Route, route } from '../route.ts';

const path = '/verifiers/{id}/changes-webhook';

/** Where the feed of changes of a verifier instance is sent. */
export function changesWebhookRoutes(deps: {
  readonly identity: Identity;
  readonly webhook: ChangesWebhook;
}): readonly Route[] {
  const { identity, webhook } = deps;
  const instanceOf = (call: Call) => identity.requireInstance('verifier', call.params['id'] ?? '', call.organisation);
  return [
    route({
      method: 'POST',
      path,
      access: 'organisation',
      scope: 'evaluate',
      tag: 'Evaluation',
      summary:
        'Send every new entry of the feed of changes to an https address; the secret that signs them is shown once',
      request: z.strictObject({ url: z.string().min(1).max(2048) }),
      answers: { 201: 'the webhook with its secret', 400: 'not an https address that may be reached from here' },
      handle: async (call) => {
        const { secret, ...view } = await webhook.set(await instanceOf(call), call.body.url);
        return { status: 201, body: { ...shown(view), secret } };
      },
    }),
    {
      method: 'GET',
      path,
      access: 'organisation',
      scope: 'read',
      tag: 'Evaluation',
      summary: 'Where the feed is sent and how that goes',
      answers: { 200: 'the webhook, without its secret', 404: 'there is none' },
      handle: async (call) => ({ status: 200, body: shown(await webhook.require(await instanceOf(call))) }),
    },
    {
      method: 'DELETE',
      path,
      access: 'organisation',
      scope: 'evaluate',
      tag: 'Evaluation',
      summary: 'Send nothing more; the feed itself stays',
      answers: { 204: 'removed', 404: 'there is none' },
      handle: async (call) => {
        await webhook.remove(await instanceOf(call));
        return { status: 204 };
      },
    },
  ];
}

function shown({ url, createdAt, progress }: WebhookView): object {
  const { nextAttemptAt, cursor, ...rest } = progress;
  return {
    url,
    createdAt,
    ...rest,
    cursor,
    ...(nextAttemptAt === 0 ? {} : { nextAttemptAt: formatDateTime(nextAttemptAt) }),
  };
}
