import { ServiceError } from '../../base/error.ts';
import { isObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import type { BatchLine } from '../batch-records.ts';
import type {
  BatchLineRecord,
  IdempotencyClaim,
  IdempotencyOutcome,
  IntentOutcome,
  IntentRequest,
  IssuanceRecord,
  Page,
  StatusEntry,
  Store,
} from '../store.ts';
import { pageOf, scan, Table } from '../table.ts';
import type { Transaction, View } from '../transaction.ts';
import { assertHeld, findLine, keyOfBatch, keyOfLine, listLines, putLine } from './batches.ts';
import { type Answer, claimDigest, releaseClaim, settleClaim, takeClaim } from './idempotency.ts';
import { judgeDependentsAgain } from './reevaluations.ts';
import { allotEntry, changeBit, isSet } from './status-lists.ts';

/** As kept: the claim is found again after a crash, when nobody remembers who asked. */
interface StoredIssuance extends IssuanceRecord {
  readonly claim?: string;
}

const issuances = new Table<StoredIssuance>('issuance');
/** Issuer, sequence → credential id. */
const byIssuer = new Table<string>('issuance-by-issuer');
const openIntents = new Table<1>('issuance-open');

/** The purpose whose bit, once set, is never cleared. */
const FINAL_PURPOSE = 'revocation';
/** The reason word for a credential that never was: it works back to the start. */
const ANNULLED = 'annulled';

/** Take a key, or say what became of it; an answer that holds an issued document gets it back. */
export async function claimKey(
  tx: Transaction,
  claim: IdempotencyClaim,
  forCredential?: string,
): Promise<IdempotencyOutcome> {
  const outcome = await takeClaim(tx, claim, forCredential);
  if (outcome.kind !== 'replay') return outcome;
  const { answer, credentialId } = outcome;
  if (answer.document === undefined || credentialId === undefined) return { kind: 'replay', answer: answer.value };
  const record = await issuances.find(tx, credentialId);
  const document = record?.document ?? null;
  return { kind: 'replay', answer: { ...(answer.value as JsonObject), [answer.document]: document } };
}

/** An answer usually repeats the whole document: keep a place for it instead. */
function withoutDocument(answer: JsonValue, secured: JsonObject): Answer {
  if (!isObject(answer)) return { value: answer };
  const text = JSON.stringify(secured);
  const member = Object.keys(answer).find((name) => isObject(answer[name]) && JSON.stringify(answer[name]) === text);
  return member === undefined ? { value: answer } : { value: { ...answer, [member]: null }, document: member };
}

/** What `recordIntent` is going to read of its own. */
export function readsOfIntent({ issuer, credentialId, batch }: IntentRequest): readonly string[] {
  return [
    issuances.key([credentialId]),
    ...(batch === undefined ? [] : [keyOfBatch(issuer, batch), keyOfLine(issuer, batch)]),
  ];
}

/** What `markIssued` is going to read of its own. */
export function readsOfIssued(credentialId: string): readonly string[] {
  return [issuances.key([credentialId])];
}

export async function recordIntent(tx: Transaction, request: IntentRequest): Promise<IntentOutcome> {
  const { issuer, organisation, credentialId, type, at, idempotency, batch } = request;
  if (idempotency) {
    const outcome = await claimKey(tx, idempotency, credentialId);
    if (outcome.kind !== 'new') return outcome;
  }
  if (batch) await assertHeld(tx, issuer, batch);
  const known = batch && (await findIssuanceOfLine(tx, issuer, batch));
  if (known) return known;
  const before = await issuances.find(tx, credentialId);
  // What was abandoned never became a credential: the same request may be made once more under its id.
  if (before && !(before.state === 'abandoned' && before.issuer === issuer)) {
    throw new ServiceError('CONFLICT', 'A credential with this id exists', { pointer: '/credential/id' });
  }
  const statusEntries: StatusEntry[] = [];
  for (const purpose of request.statusPurposes) {
    statusEntries.push(await allotEntry(tx, { issuer, organisation, purpose, at }));
  }
  const record: IssuanceRecord = {
    credentialId,
    issuer,
    organisation,
    type,
    state: 'intended',
    statusEntries,
    document: request.draft(statusEntries),
    warnings: [],
    intendedAt: at,
    ...(before ? { spentEntries: [...(before.spentEntries ?? []), ...before.statusEntries] } : {}),
  };
  issuances.put(tx, [credentialId], idempotency ? { ...record, claim: claimDigest(idempotency) } : record);
  if (!before) byIssuer.put(tx, [issuer, tx.sequence], credentialId);
  openIntents.put(tx, [credentialId], 1);
  if (batch) putLine(tx, issuer, batch, { digest: batch.digest, credentialId });
  return { kind: 'intended', record };
}

/** What a line of a batch led to before; nothing when that was abandoned. */
async function findIssuanceOfLine(
  tx: Transaction,
  issuer: string,
  batch: BatchLine,
): Promise<IntentOutcome | undefined> {
  const line = await findLine(tx, issuer, batch);
  const record = line && (await findIssuance(tx, line.credentialId));
  if (!record || record.state === 'abandoned') return undefined;
  return line.digest === batch.digest ? { kind: 'known', record } : { kind: 'reused' };
}

/** Lines of a batch that were begun, each with what became of it. */
export async function listBatchLines(
  view: View,
  issuer: string,
  batch: string,
  page: { readonly after: number; readonly limit: number },
): Promise<readonly BatchLineRecord[]> {
  const found: BatchLineRecord[] = [];
  for (const line of await listLines(view, issuer, batch, page)) {
    const issuance = await findIssuance(view, line.credentialId);
    found.push(issuance === undefined ? line : { ...line, issuance });
  }
  return found;
}

/**
 * An id may be intended again once it was abandoned, then with other places in the lists: whoever began it before must not end what
 * somebody else began since. Errors: NOT_FOUND, CONFLICT.
 */
async function requireOpen(
  tx: Transaction,
  credentialId: string,
  intended: JsonObject | undefined,
): Promise<StoredIssuance> {
  const record = await issuances.find(tx, credentialId);
  if (!record) throw new ServiceError('NOT_FOUND', 'No such credential');
  if (record.state !== 'intended') throw new ServiceError('CONFLICT', `The credential is already ${record.state}`);
  if (intended !== undefined && JSON.stringify(intended) !== JSON.stringify(record.document))
    throw new ServiceError('CONFLICT', 'The credential was given up and begun again');
  return record;
}

/** The claims to end with an intent: the one that began with it and the one named now, usually the same. */
function claimsOf(record: StoredIssuance, claim: IdempotencyClaim | undefined): Set<string> {
  return new Set([...(record.claim ? [record.claim] : []), ...(claim ? [claimDigest(claim)] : [])]);
}

export async function markIssued(
  tx: Transaction,
  credentialId: string,
  secured: JsonObject,
  more: Parameters<Store['markIssued']>[2],
): Promise<void> {
  const record = await requireOpen(tx, credentialId, more.intended);
  issuances.put(tx, [credentialId], {
    ...record,
    state: 'issued',
    document: secured,
    warnings: more.warnings,
    issuedAt: more.at,
  });
  openIntents.del(tx, credentialId);
  // Only the claim that began with the intent knows where the document is.
  if (record.claim) await settleClaim(tx, record.claim, withoutDocument(more.answer, secured));
  if (more.idempotency) await settleClaim(tx, claimDigest(more.idempotency), { value: more.answer });
}

export async function abandonIntent(
  tx: Transaction,
  credentialId: string,
  why: Parameters<Store['abandonIntent']>[1],
): Promise<void> {
  const record = await requireOpen(tx, credentialId, why.intended);
  issuances.put(tx, [credentialId], { ...record, state: 'abandoned', reason: why.reason });
  openIntents.del(tx, credentialId);
  const effectiveDate = why.at.slice(0, 'YYYY-MM-DD'.length);
  for (const entry of record.statusEntries) {
    await changeBit(tx, entry, { set: true, reason: ANNULLED, effectiveDate });
  }
  for (const claim of claimsOf(record, why.idempotency)) await releaseClaim(tx, claim);
}

interface StatusChange {
  readonly issuer: string;
  readonly credentialId: string;
  readonly purpose: string;
  readonly set: boolean;
  readonly reason: string;
  readonly effectiveDate: string;
  readonly batch?: BatchLine;
}

/** `changed: false` when the bit already was so. Errors: `NOT_FOUND`, `CONFLICT` (not issued yet, or final), `IDEMPOTENCY_KEY_REUSED`. */
export async function setStatus(
  tx: Transaction,
  { issuer, credentialId, purpose, batch, ...change }: StatusChange,
): Promise<{ changed: boolean; entry: StatusEntry }> {
  const record = await issuances.find(tx, credentialId);
  const entry = record?.statusEntries.find((candidate) => candidate.purpose === purpose);
  if (!record || record.issuer !== issuer || !entry) {
    throw new ServiceError('NOT_FOUND', 'This issuer has no credential with this id and status purpose');
  }
  const done = batch && (await findLine(tx, issuer, batch));
  if (done) {
    if (done.digest === batch.digest) return { changed: done.changed ?? false, entry };
    throw new ServiceError('IDEMPOTENCY_KEY_REUSED', 'this line of the batch was another one before');
  }
  if (record.state === 'intended') throw new ServiceError('CONFLICT', 'The credential is not issued yet');
  const final = purpose === FINAL_PURPOSE || record.state === 'abandoned';
  if (!change.set && final && (await isSet(tx, entry))) {
    throw new ServiceError('CONFLICT', 'A revocation is final');
  }
  const changed = await changeBit(tx, entry, change);
  if (changed) await judgeDependentsAgain(tx, credentialId);
  if (batch) putLine(tx, issuer, batch, { digest: batch.digest, credentialId, changed });
  return { changed, entry };
}

function withoutClaim({ claim: _, ...record }: StoredIssuance): IssuanceRecord {
  return record;
}

export async function findIssuance(view: View, credentialId: string): Promise<IssuanceRecord | undefined> {
  const stored = await issuances.find(view, credentialId);
  return stored && withoutClaim(stored);
}

/** All of them, or those that were recorded at this instant or before. */
export async function listOpenIntents(view: View, until?: number): Promise<readonly IssuanceRecord[]> {
  const records: IssuanceRecord[] = [];
  for (const { last } of await openIntents.list(view, [])) {
    const record = await findIssuance(view, last);
    if (record && (until === undefined || Date.parse(record.intendedAt) <= until)) records.push(record);
  }
  return records;
}

export function listIssuances(
  view: View,
  issuer: string,
  page: { cursor?: string; limit: number },
): Promise<Page<IssuanceRecord>> {
  return pageOf(view, byIssuer, [issuer], page, (credentialId) => findIssuance(view, credentialId));
}

/** Every status entry that was ever given out, with its credential. For inspection. */
export async function* listSpentEntries(
  view: View,
): AsyncGenerator<{ readonly record: IssuanceRecord; readonly entry: StatusEntry }, void, void> {
  for await (const stored of scan(view, issuances)) {
    const record = withoutClaim(stored);
    for (const entry of stored.statusEntries) yield { record, entry };
    const abandoned = { ...record, state: 'abandoned' as const };
    for (const entry of stored.spentEntries ?? []) yield { record: abandoned, entry };
  }
}
