import { ServiceError } from '../../base/error.ts';
import { formatDateTime } from '../../formats/date-time.ts';
import type { BatchHold, BatchLine, BatchRecord } from '../batch-records.ts';
import type { BatchLineRecord, Page } from '../store.ts';
import { pageOf, Table } from '../table.ts';
import type { Transaction, View } from '../transaction.ts';

type StoredLine = Omit<BatchLineRecord, 'line' | 'issuance'>;
export type NewBatch = Pick<BatchRecord, 'id' | 'issuer' | 'organisation' | 'kind' | 'mode' | 'lines'>;

/** Issuer, id. */
const batches = new Table<BatchRecord>('batch');
/** Issuer, sequence → id. */
const byIssuer = new Table<string>('batch-by-issuer');
/** Issuer, batch, line. Kept for good: a line that was done is never done again, however late the batch is sent anew. */
const lines = new Table<StoredLine>('batch-line');

/**
 * Begin a batch, or go on with one that was begun before.
 * Errors: IDEMPOTENCY_IN_FLIGHT while another run is at work on it, IDEMPOTENCY_KEY_REUSED for a batch of another kind, CONFLICT for one
 * that was undone.
 */
export async function beginBatch(
  tx: Transaction,
  batch: NewBatch,
  hold: BatchHold,
): Promise<{ record: BatchRecord; known: boolean }> {
  const known = await batches.find(tx, batch.issuer, batch.id);
  if (known !== undefined) assertFree(tx, known, hold);
  if (known !== undefined && known.kind !== batch.kind)
    throw new ServiceError('IDEMPOTENCY_KEY_REUSED', 'choose a new key for a new request');
  if (known?.undo !== undefined) throw new ServiceError('CONFLICT', 'This batch was undone; choose a new key');
  const now = formatDateTime(tx.now);
  const record: BatchRecord = {
    ...batch,
    state: batch.mode === 'all' ? 'validating' : 'working',
    createdAt: known?.createdAt ?? now,
    updatedAt: now,
    checked: 0,
    done: 0,
    refused: 0,
    hold: heldBy(tx, hold),
  };
  batches.put(tx, [batch.issuer, batch.id], record);
  if (known === undefined) byIssuer.put(tx, [batch.issuer, tx.sequence], batch.id);
  return { record, known: known !== undefined };
}

/** Take a batch that is there, to work on what it did. Errors: NOT_FOUND, IDEMPOTENCY_IN_FLIGHT. */
export async function holdBatch(tx: Transaction, issuer: string, id: string, hold: BatchHold): Promise<BatchRecord> {
  const known = await batches.find(tx, issuer, id);
  if (known === undefined) throw new ServiceError('NOT_FOUND', 'No such batch');
  assertFree(tx, known, hold);
  const record = { ...known, updatedAt: formatDateTime(tx.now), hold: heldBy(tx, hold) };
  batches.put(tx, [issuer, id], record);
  return record;
}

/** Write how far a run has come; without `ms` the run has ended. Errors: CONFLICT when another run has taken the batch over. */
export async function saveBatch(tx: Transaction, record: BatchRecord, ms: number | undefined): Promise<void> {
  const known = await batches.find(tx, record.issuer, record.id);
  const holder = record.hold?.holder;
  if (holder === undefined || known?.hold?.holder !== holder)
    throw new ServiceError('CONFLICT', 'Another run has taken this batch over');
  const { hold: _, ...rest } = record;
  const kept = { ...rest, updatedAt: formatDateTime(tx.now) };
  const hold = ms === undefined ? {} : { hold: { holder, until: tx.now + ms } };
  batches.put(tx, [record.issuer, record.id], { ...kept, ...hold });
}

/** Errors: IDEMPOTENCY_IN_FLIGHT when the run that asks for this line has the batch no more. */
export async function assertHeld(tx: Transaction, issuer: string, { batch, holder }: BatchLine): Promise<void> {
  if (holder === undefined) return;
  const known = await batches.find(tx, issuer, batch);
  if (known?.hold?.holder !== holder)
    throw new ServiceError('IDEMPOTENCY_IN_FLIGHT', 'another run has taken this batch over', { retryAfter: 5 });
}

function assertFree(tx: Transaction, { hold: held }: BatchRecord, { holder, alone }: BatchHold): void {
  if (alone || held === undefined || held.holder === holder || held.until <= tx.now) return;
  const retryAfter = Math.max(1, Math.ceil((held.until - tx.now) / 1000));
  throw new ServiceError('IDEMPOTENCY_IN_FLIGHT', 'this batch is under way', { retryAfter });
}

const heldBy = (tx: Transaction, { holder, ms }: BatchHold) => ({ holder, until: tx.now + ms });

export function findBatch(view: View, issuer: string, id: string): Promise<BatchRecord | undefined> {
  return batches.find(view, issuer, id);
}

/** Newest first. */
export function listBatches(
  view: View,
  issuer: string,
  page: { cursor?: string; limit: number },
): Promise<Page<BatchRecord>> {
  return pageOf(view, byIssuer, [issuer], page, (id) => findBatch(view, issuer, id));
}

/** What is kept of a line. */
export function findLine(view: View, issuer: string, { batch, line }: BatchLine): Promise<StoredLine | undefined> {
  return lines.find(view, issuer, batch, line);
}

export function keyOfBatch(issuer: string, { batch }: BatchLine): string {
  return batches.key([issuer, batch]);
}

export function keyOfLine(issuer: string, { batch, line }: BatchLine): string {
  return lines.key([issuer, batch, line]);
}

export function putLine(tx: Transaction, issuer: string, { batch, line }: BatchLine, kept: StoredLine): void {
  lines.put(tx, [issuer, batch, line], kept);
}

/** Lines after a number, in order. */
export async function listLines(
  view: View,
  issuer: string,
  batch: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<readonly Omit<BatchLineRecord, 'issuance'>[]> {
  const found = await lines.list(view, [issuer, batch], { after: [after], limit });
  return found.map(({ last, value }) => ({ line: Number(last), ...value }));
}
