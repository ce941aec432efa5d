import { ServiceError } from '../../base/error.ts';
import type {
  OfferDecision,
  OfferEvent,
  OfferPlace,
  OfferRecord,
  Redeemed,
  Redemption,
  Requested,
} from '../offer-records.ts';
import { decide, redeem, request, type Step, withdraw } from '../offer-steps.ts';
import type { Page } from '../store.ts';
import { pageOf, Table } from '../table.ts';
import type { Transaction, View } from '../transaction.ts';

/** Offers of one issuer instance whose code or token is good, or was when it was last looked. */
export const MOST_OPEN_OFFERS = 10_000;
/** Each new offer takes so many ended ones out: there come to be fewer faster than there can come to be more. */
const SWEPT_AT_ONCE = 4;

/** Issuer, id. What has ended stays as history; only nothing leads from a code or a token to it any more. */
const offers = new Table<OfferRecord>('offer');
/** Issuer, sequence → id. */
const byIssuer = new Table<string>('offer-by-issuer');
/** Digest of the code, of the token. */
const byCode = new Table<OfferPlace>('offer-by-code');
const byToken = new Table<OfferPlace>('offer-by-token');
/** Issuer, end of the last of its secrets, id. */
const open = new Table<1>('offer-open');
/** Issuer → how many of them are open. */
const counts = new Table<number>('offer-count');

const endOf = ({ expiresAt, tokenEndsAt = 0 }: OfferRecord): number => Math.max(expiresAt, tokenEndsAt);

export async function addOffer(tx: Transaction, record: OfferRecord): Promise<void> {
  const { issuer, id } = record;
  const count = ((await counts.find(tx, issuer)) ?? 0) - (await sweep(tx, issuer));
  if (count >= MOST_OPEN_OFFERS) throw new ServiceError('LIMIT_EXCEEDED', `${MOST_OPEN_OFFERS} offers are open`);
  counts.put(tx, [issuer], count + 1);
  offers.put(tx, [issuer, id], record);
  byIssuer.put(tx, [issuer, tx.sequence], id);
  byCode.put(tx, [record.code], { issuer, id });
  open.put(tx, [issuer, endOf(record), id], 1);
}

async function sweep(tx: Transaction, issuer: string): Promise<number> {
  let swept = 0;
  for (const { path, last } of await open.list(tx, [issuer], { limit: SWEPT_AT_ONCE })) {
    if (Number(path[0]) > tx.now) break;
    open.del(tx, issuer, Number(path[0]), last);
    swept += 1;
    const offer = await offers.find(tx, issuer, last);
    if (offer === undefined) continue;
    byCode.del(tx, offer.code);
    if (offer.token !== undefined) byToken.del(tx, offer.token);
  }
  return swept;
}

export async function redeemOffer(tx: Transaction, asked: Redemption): Promise<Redeemed> {
  const before = await findOfferByCode(tx, asked.code);
  const { outcome, next } = redeem(before, asked, tx.now);
  if (before === undefined || next === undefined) return outcome;
  offers.put(tx, [next.issuer, next.id], next);
  if (outcome.kind !== 'redeemed') return outcome;
  byToken.put(tx, [asked.token], { issuer: next.issuer, id: next.id });
  open.del(tx, next.issuer, endOf(before), next.id);
  open.put(tx, [next.issuer, endOf(next), next.id], 1);
  return outcome;
}

export async function requestOffer(
  tx: Transaction,
  { issuer, id, provedBy }: OfferPlace & { readonly provedBy: string },
): Promise<Requested> {
  return take(tx, request(await offers.find(tx, issuer, id), provedBy));
}

export async function decideOffer(
  tx: Transaction,
  { issuer, id, ...decision }: OfferPlace & OfferDecision & { readonly digest: string },
): Promise<OfferRecord> {
  return take(tx, decide(await requireOffer(tx, issuer, id), decision, tx.now));
}

export async function withdrawOffer(tx: Transaction, { issuer, id }: OfferPlace): Promise<OfferRecord> {
  return take(tx, withdraw(await requireOffer(tx, issuer, id)));
}

export async function noteOfferIssued(
  tx: Transaction,
  { issuer, id, at }: OfferPlace & { readonly at: string },
): Promise<void> {
  const offer = await requireOffer(tx, issuer, id);
  if (offer.issuedAt === undefined) offers.put(tx, [issuer, id], { ...offer, state: 'issued', issuedAt: at });
}

export async function collectOffer(
  tx: Transaction,
  { issuer, id, at }: OfferPlace & { readonly at: string },
): Promise<boolean> {
  const offer = await requireOffer(tx, issuer, id);
  if (offer.collectedAt !== undefined) return false;
  offers.put(tx, [issuer, id], { ...offer, collectedAt: at });
  return true;
}

export async function noteOfferEvent(
  tx: Transaction,
  { issuer, id, ...event }: OfferPlace & OfferEvent,
): Promise<void> {
  const offer = await requireOffer(tx, issuer, id);
  const { event: name, description } = offer.event ?? {};
  // The same told again changes nothing.
  if (name === event.event && description === event.description) return;
  offers.put(tx, [issuer, id], { ...offer, event });
}

function take<Outcome>(tx: Transaction, { outcome, next }: Step<Outcome>): Outcome {
  if (next !== undefined) offers.put(tx, [next.issuer, next.id], next);
  return outcome;
}

async function requireOffer(tx: Transaction, issuer: string, id: string): Promise<OfferRecord> {
  const offer = await offers.find(tx, issuer, id);
  if (offer === undefined) throw new ServiceError('NOT_FOUND', 'no such offer');
  return offer;
}

export function findOffer(view: View, issuer: string, id: string): Promise<OfferRecord | undefined> {
  return offers.find(view, issuer, id);
}

export async function findOfferByCode(view: View, code: string): Promise<OfferRecord | undefined> {
  const place = await byCode.find(view, code);
  return place && offers.find(view, place.issuer, place.id);
}

export async function findOfferByToken(view: View, token: string): Promise<OfferRecord | undefined> {
  const place = await byToken.find(view, token);
  return place && offers.find(view, place.issuer, place.id);
}

export function listOffers(
  view: View,
  issuer: string,
  page: { cursor?: string; limit: number },
): Promise<Page<OfferRecord>> {
  return pageOf(view, byIssuer, [issuer], page, (id) => offers.find(view, issuer, id));
}
