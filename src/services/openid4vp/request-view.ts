import type { JsonObject } from '../../base/json.ts';
import { formatDateTime } from '../../formats/date-time.ts';
import type { PresentationRequestRecord } from '../../store/presentation-records.ts';

/** A response that was not judged after this long never will be: its process is gone. Milliseconds. */
const JUDGED_WITHIN_MS = 120_000;

/** What whoever asked is shown of a request; nothing that is secret, and not yet what came of it. */
export function viewOf(record: PresentationRequestRecord, now: number): JsonObject {
  const { id, query, regimes, responseMode, createdAt, expiresAt, receivedAt } = record;
  return plain({
    id,
    state: stateOf(record, now),
    createdAt,
    expiresAt: formatDateTime(expiresAt),
    receivedAt: receivedAt === undefined ? undefined : formatDateTime(receivedAt),
    responseMode,
    dcql_query: query,
    regimes,
  });
}

function stateOf({ state, expiresAt, receivedAt = 0, outcome }: PresentationRequestRecord, now: number): string {
  if (state === 'pending') return expiresAt <= now ? 'expired' : 'pending';
  if (state === 'settled') return String(outcome?.['verdict']);
  return receivedAt + JUDGED_WITHIN_MS <= now ? 'interrupted' : 'received';
}

/** As it will be read back: absent members left out. */
export function plain(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
