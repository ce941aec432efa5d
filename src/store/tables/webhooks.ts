import type { WebhookProgress, WebhookRecord } from '../reevaluation-records.ts';
import { Table } from '../table.ts';
import type { Transaction, View } from '../transaction.ts';
import { endOfChanges } from './evaluations.ts';

/** Verifier. */
const webhooks = new Table<WebhookRecord>('webhook');

/** Set or replace. A new one begins with what changes from now on; one that replaces another goes on where that one was. */
export async function saveWebhook(tx: Transaction, record: Omit<WebhookRecord, 'progress'>): Promise<WebhookRecord> {
  const before = await webhooks.find(tx, record.verifier);
  const saved: WebhookRecord = {
    ...record,
    progress: {
      delivered: 0,
      givenUp: 0,
      ...before?.progress,
      state: 'active',
      cursor: before?.progress.cursor ?? (await endOfChanges(tx, record.verifier)),
      failures: 0,
      nextAttemptAt: 0,
    },
  };
  webhooks.put(tx, [record.verifier], saved);
  return saved;
}

/** How far delivery has come; nothing is written when the webhook was replaced or removed meanwhile. */
export async function saveWebhookProgress(
  tx: Transaction,
  { verifier, id }: Pick<WebhookRecord, 'verifier' | 'id'>,
  progress: WebhookProgress,
): Promise<void> {
  const current = await webhooks.find(tx, verifier);
  if (current?.id === id) webhooks.put(tx, [verifier], { ...current, progress });
}

export function findWebhook(view: View, verifier: string): Promise<WebhookRecord | undefined> {
  return webhooks.find(view, verifier);
}

export async function listWebhooks(view: View): Promise<readonly WebhookRecord[]> {
  return (await webhooks.list(view, [])).map(({ value }) => value);
}

export async function removeWebhook(tx: Transaction, verifier: string): Promise<boolean> {
  const found = await webhooks.has(tx, verifier);
  if (found) webhooks.del(tx, verifier);
  return found;
}
