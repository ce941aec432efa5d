import { ServiceError } from '../../base/error.ts';
import type { PresentationRequestRecord, PresentationStore } from '../presentation-records.ts';
import { Table } from '../table.ts';
import type { Transaction, View } from '../transaction.ts';

/**
 * Digest of the handle → the request. Synced, so that one that was answered stays answered, but not journalled: a rebuilt store knows none
 * of them, and a response to what nobody knows is refused.
 */
const requests = new Table<PresentationRequestRecord>('~presentation-request');
/** Verifier, id → digest of the handle. */
const byId = new Table<string>('~presentation-request-by-id');
/** When it is forgotten, digest of the handle. */
const byEnd = new Table<1>('~presentation-request-by-end');

/** Each new request takes so many away that are over. */
const SWEPT_AT_ONCE = 4;

export async function addPresentationRequest(tx: Transaction, record: PresentationRequestRecord): Promise<void> {
  await sweep(tx);
  requests.put(tx, [record.handle], record);
  byId.put(tx, [record.verifier, record.id], record.handle);
  byEnd.put(tx, [record.forgottenAt, record.handle], 1);
}

async function sweep(tx: Transaction): Promise<void> {
  for (const { path, last } of await byEnd.list(tx, [], { limit: SWEPT_AT_ONCE })) {
    if (Number(path[0]) > tx.now) break;
    byEnd.del(tx, Number(path[0]), last);
    const record = await requests.find(tx, last);
    if (record === undefined) continue;
    requests.del(tx, last);
    byId.del(tx, record.verifier, record.id);
  }
}

export async function findPresentationRequest(
  view: View,
  verifier: string,
  id: string,
): Promise<PresentationRequestRecord | undefined> {
  const handle = await byId.find(view, verifier, id);
  return handle === undefined ? undefined : requests.find(view, handle);
}

export function findPresentationRequestFor(view: View, handle: string): Promise<PresentationRequestRecord | undefined> {
  return requests.find(view, handle);
}

export async function spendPresentationRequest(
  tx: Transaction,
  handle: string,
): Promise<PresentationRequestRecord | undefined> {
  const record = await requests.find(tx, handle);
  if (record === undefined || record.state !== 'pending' || record.expiresAt <= tx.now) return undefined;
  const { sealed: _, ...rest } = record;
  requests.put(tx, [handle], { ...rest, state: 'received', receivedAt: tx.now });
  return record;
}

export async function settlePresentationRequest(
  tx: Transaction,
  handle: string,
  { outcome, responseCode }: Parameters<PresentationStore['settlePresentationRequest']>[1],
): Promise<void> {
  const record = await requests.find(tx, handle);
  if (record?.state !== 'received') throw new ServiceError('NOT_FOUND', 'no such response is waiting');
  const code = responseCode === undefined ? {} : { responseCode };
  requests.put(tx, [handle], { ...record, ...code, state: 'settled', outcome });
}
