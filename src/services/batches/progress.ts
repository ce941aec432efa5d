import { ServiceError } from '../../base/error.ts';
import type { BatchRecord } from '../../store/batch-records.ts';
import type { BatchesDeps } from './ports.ts';

/** A run that was not heard of for so long is gone; while it works it is heard of every few seconds. Milliseconds. */
export const HOLD_MS = 30_000;
const SAVE_EVERY_MS = 2000;

/** How far the run of one batch has come: counted as it goes, written every few seconds and at the end. */
export class Progress {
  readonly #store: BatchesDeps['store'];
  #record: BatchRecord;
  #savedAt = performance.now();

  constructor(store: BatchesDeps['store'], record: BatchRecord) {
    this.#store = store;
    this.#record = record;
  }

  get record(): BatchRecord {
    return this.#record;
  }

  update(change: Partial<BatchRecord>): void {
    this.#record = { ...this.#record, ...change };
  }

  /** Errors: CONFLICT when the batch was taken over, because this run was not heard of for too long. */
  async saveNowAndThen(): Promise<void> {
    if (performance.now() - this.#savedAt < SAVE_EVERY_MS) return;
    await this.save();
  }

  async save(): Promise<void> {
    this.#savedAt = performance.now();
    await this.#store.saveBatch(this.#record, HOLD_MS);
  }

  /** The run has ended. */
  async end(change: Partial<BatchRecord>): Promise<void> {
    this.update(change);
    await this.#store.saveBatch(this.#record);
  }
}

/** What makes it senseless to go on with the next line. */
export function isEndOfRun(error: unknown): boolean {
  return error instanceof ServiceError && END_OF_RUN.has(error.code);
}

/** `IDEMPOTENCY_IN_FLIGHT`: another run has taken the batch over. */
const END_OF_RUN: ReadonlySet<string> = new Set([
  'UNAVAILABLE',
  'STORE_INTEGRITY',
  'KEY_STORE',
  'IDEMPOTENCY_IN_FLIGHT',
]);

/** What somebody else ended: another run that took the batch over, or a node that closes what is left behind. */
export function isEndedElsewhere(error: unknown): boolean {
  return error instanceof ServiceError && error.code === 'CONFLICT';
}

/** Errors: BAD_REQUEST once the caller is gone, or the node is about to stop. */
export function assertGoingOn(signal: AbortSignal): void {
  if (signal.aborted) throw new ServiceError('BAD_REQUEST', 'the batch was interrupted; send it again with its key');
}
