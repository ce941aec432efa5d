import { createHash } from 'node:crypto';
import type { JsonValue } from '../../base/json.ts';
import type { IdempotencyClaim, IdempotencyOutcome } from '../store.ts';
import { Table } from '../table.ts';
import type { Transaction } from '../transaction.ts';

/** A key is remembered at least this long (docs/threats.md, limits). */
export const KEPT_FOR = 7 * 24 * 60 * 60 * 1000;
/** Claims forgotten when a store is opened, so that an opening after a long time stays one bounded group. */
const PRUNED_AT_OPENING = 5000;
/** While it runs: at every so many acts, at most twice as many. */
const PRUNED_EVERY = 64;

interface Claimed {
  readonly requestDigest: string;
  readonly claimedAt: number;
  readonly sequence: number;
  /** The credential whose intent took the claim in the same act. */
  readonly credentialId?: string;
  /** Present once settled. */
  readonly answer?: Answer;
}

/** A box, since an answer may be `null`. */
export interface Answer {
  readonly value: JsonValue;
  /** The member whose value is the issued document: that is kept once, with the issuance. */
  readonly document?: string;
}

export type ClaimOutcome =
  | Exclude<IdempotencyOutcome, { kind: 'replay' }>
  | { readonly kind: 'replay'; readonly answer: Answer; readonly credentialId: string | undefined };

/** Digest of scope and key → the claim. */
const claims = new Table<Claimed>('idempotency');
/** Instant, sequence → digest, oldest first. */
const byAge = new Table<string>('idempotency-by-age');
/** Digests of claims without an answer. */
const unsettled = new Table<1>('idempotency-unsettled');

/** What a claim is kept under: callers choose scope and key, so neither becomes part of a key of ours. */
export function claimDigest({ scope, key }: Pick<IdempotencyClaim, 'scope' | 'key'>): string {
  return createHash('sha256')
    .update(JSON.stringify([scope, key]))
    .digest('hex');
}

/** Look a claim up and, when it is new, take it. */
export async function takeClaim(
  tx: Transaction,
  claim: IdempotencyClaim,
  credentialId?: string,
): Promise<ClaimOutcome> {
  const digest = claimDigest(claim);
  const known = await claims.find(tx, digest);
  if (known) {
    if (known.requestDigest !== claim.requestDigest) return { kind: 'reused' };
    if (!known.answer) return { kind: 'in-flight' };
    return { kind: 'replay', answer: known.answer, credentialId: known.credentialId };
  }
  claims.put(tx, [digest], {
    requestDigest: claim.requestDigest,
    claimedAt: tx.now,
    sequence: tx.sequence,
    ...(credentialId === undefined ? {} : { credentialId }),
  });
  byAge.put(tx, [tx.now, tx.sequence], digest);
  unsettled.put(tx, [digest], 1);
  if (tx.sequence % PRUNED_EVERY === 0) await pruneClaims(tx, 2 * PRUNED_EVERY);
  return { kind: 'new' };
}

/** Keep the answer. A claim that is gone (released, or older than a week) is not taken again. */
export async function settleClaim(tx: Transaction, digest: string, answer: Answer): Promise<void> {
  const known = await claims.find(tx, digest);
  if (!known || known.answer) return;
  claims.put(tx, [digest], { ...known, answer });
  unsettled.del(tx, digest);
}

/** Forget a claim that has no answer, so that its key may be used again. An answer that was given stays. */
export async function releaseClaim(tx: Transaction, digest: string): Promise<void> {
  const known = await claims.find(tx, digest);
  if (!known || known.answer) return;
  forget(tx, digest, known);
}

function forget(tx: Transaction, digest: string, { claimedAt, sequence }: Claimed): void {
  claims.del(tx, digest);
  byAge.del(tx, claimedAt, sequence);
  unsettled.del(tx, digest);
}

/**
 * Release what was claimed `halfDoneAfter` milliseconds ago or earlier and never answered: nobody is at work on it any more. Claims that
 * belong to an open intent wait for it to be settled. Answered claims older than a week are forgotten.
 */
export async function tidyClaims(tx: Transaction, halfDoneAfter: number): Promise<void> {
  for (const { last: digest } of await unsettled.list(tx, [])) {
    const known = await claims.find(tx, digest);
    if (known === undefined || known.credentialId !== undefined) continue;
    if (known.claimedAt <= tx.now - halfDoneAfter) forget(tx, digest, known);
  }
  await pruneClaims(tx, PRUNED_AT_OPENING);
}

async function pruneClaims(tx: Transaction, limit: number): Promise<void> {
  for (const { value: digest } of await byAge.list(tx, [], { limit })) {
    const known = await claims.find(tx, digest);
    if (!known) continue;
    if (known.claimedAt > tx.now - KEPT_FOR) break;
    if (known.answer) forget(tx, digest, known);
  }
}
