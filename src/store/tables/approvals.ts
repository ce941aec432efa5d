import { ServiceError } from '../../base/error.ts';
import type { ApprovalOutcome, ApprovalRecord, Decision } from '../access-records.ts';
import type { IdempotencyClaim, Page } from '../store.ts';
import { pageOf, Table } from '../table.ts';
import type { Transaction, View } from '../transaction.ts';
import { claimDigest, settleClaim } from './idempotency.ts';
import { claimKey } from './issuances.ts';

/** Requests of one issuer instance that may wait at once. */
const MOST_PENDING = 1000;
/** Each new request takes so many expired ones out of those that wait. */
const SWEPT_AT_ONCE = 4;

/** Issuer, id. */
const approvals = new Table<ApprovalRecord>('approval');
/** Issuer, sequence → id. */
const byIssuer = new Table<string>('approval-by-issuer');
/** Issuer, end, id: those that nobody has decided, soonest end first. */
const pending = new Table<1>('approval-pending');

const endOf = ({ expiresAt }: ApprovalRecord): number => Date.parse(expiresAt);

export async function addApproval(
  tx: Transaction,
  record: ApprovalRecord,
  claim?: IdempotencyClaim,
): Promise<ApprovalOutcome> {
  const { issuer, id } = record;
  if (claim !== undefined) {
    const outcome = await claimKey(tx, claim);
    if (outcome.kind === 'replay') {
      const known = await approvals.find(tx, issuer, String(outcome.answer));
      return known === undefined ? { kind: 'reused' } : { kind: 'kept', record: known };
    }
    if (outcome.kind !== 'new') return outcome;
    await settleClaim(tx, claimDigest(claim), { value: id });
  }
  await sweep(tx, issuer);
  if ((await pending.list(tx, [issuer], { limit: MOST_PENDING })).length === MOST_PENDING)
    throw new ServiceError('LIMIT_EXCEEDED', `${MOST_PENDING} requests are waiting for a decision`);
  approvals.put(tx, [issuer, id], record);
  byIssuer.put(tx, [issuer, tx.sequence], id);
  pending.put(tx, [issuer, endOf(record), id], 1);
  return { kind: 'kept', record };
}

async function sweep(tx: Transaction, issuer: string): Promise<void> {
  for (const { path, last } of await pending.list(tx, [issuer], { limit: SWEPT_AT_ONCE })) {
    if (Number(path[0]) > tx.now) break;
    pending.del(tx, issuer, Number(path[0]), last);
  }
}

export async function decideApproval(tx: Transaction, decision: Decision): Promise<ApprovalRecord> {
  const { issuer, id, approve, by, at, reason } = decision;
  const record = await requireApproval(tx, issuer, id);
  if (record.requestedBy === by) throw new ServiceError('FORBIDDEN', 'whoever asked for it does not decide it');
  if (record.digest !== decision.digest) {
    throw new ServiceError('CONFLICT', 'this is the digest of another request', { pointer: '/digest' });
  }
  const wasApproved = record.state !== 'pending' && record.state !== 'refused';
  if (record.state !== 'pending' && approve !== wasApproved) {
    throw new ServiceError('CONFLICT', `it is ${record.state} already`);
  }
  if ((record.state === 'pending' || record.state === 'approved') && endOf(record) <= tx.now) {
    throw new ServiceError('CONFLICT', 'the request has expired; ask again');
  }
  if (record.state !== 'pending') return record;
  const decided: ApprovalRecord = {
    ...record,
    state: approve ? 'approved' : 'refused',
    decidedBy: by,
    decidedAt: at,
    ...(reason === undefined ? {} : { reason }),
  };
  approvals.put(tx, [issuer, id], decided);
  pending.del(tx, issuer, endOf(record), id);
  return decided;
}

/** How an approved request ended. An end that is there stays. */
export async function closeApproval(
  tx: Transaction,
  issuer: string,
  id: string,
  end: Pick<ApprovalRecord, 'state' | 'code'>,
): Promise<ApprovalRecord> {
  const record = await requireApproval(tx, issuer, id);
  if (record.state !== 'approved') return record;
  const closed = { ...record, ...end };
  approvals.put(tx, [issuer, id], closed);
  return closed;
}

async function requireApproval(tx: Transaction, issuer: string, id: string): Promise<ApprovalRecord> {
  const record = await approvals.find(tx, issuer, id);
  if (record === undefined) throw new ServiceError('NOT_FOUND', 'no such request');
  return record;
}

export function findApproval(view: View, issuer: string, id: string): Promise<ApprovalRecord | undefined> {
  return approvals.find(view, issuer, id);
}

export function listApprovals(
  view: View,
  issuer: string,
  page: { cursor?: string; limit: number },
): Promise<Page<ApprovalRecord>> {
  return pageOf(view, byIssuer, [issuer], page, (id) => approvals.find(view, issuer, id));
}
