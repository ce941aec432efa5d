/** What may follow what in the life of an offer: pure, so that each step is either wholly taken or refused (docs/wallets.md). */
import { ServiceError } from '../base/error.ts';
import type { OfferDecision, OfferRecord, Redeemed, Redemption, Requested } from './offer-records.ts';

/** Wrong transaction codes that end an offer (OpenID4VCI 1.0, section 13.6). */
export const MOST_WRONG_TX_CODES = 5;

/** A step, and the record as it is to be written; without one nothing changes. */
export interface Step<Outcome> {
  readonly outcome: Outcome;
  readonly next?: OfferRecord;
}

/** `now`: milliseconds since the epoch. */
export function redeem(offer: OfferRecord | undefined, asked: Redemption, now: number): Step<Redeemed> {
  if (offer === undefined || offer.issuer !== asked.issuer) return { outcome: { kind: 'unknown' } };
  if (offer.state === 'void') return { outcome: { kind: 'void' } };
  if (offer.state !== 'offered') return { outcome: { kind: 'spent' } };
  if (offer.expiresAt <= now) return { outcome: { kind: 'expired' } };
  if (offer.txCode !== undefined && asked.txCode === undefined) return { outcome: { kind: 'tx-code-missing' } };
  if (offer.txCode === undefined && asked.txCode !== undefined) return { outcome: { kind: 'tx-code-unexpected' } };
  // Both are digests under a code of 256 bits: how long the comparison takes tells nobody anything.
  if (offer.txCode !== asked.txCode) return wrongTxCode(offer);
  const { token, tokenLife, client, identified } = asked;
  const next: OfferRecord = {
    ...offer,
    state: 'redeemed',
    token,
    tokenEndsAt: now + tokenLife,
    identified,
    ...(client === undefined ? {} : { client }),
  };
  return { outcome: { kind: 'redeemed', offer: next }, next };
}

function wrongTxCode(offer: OfferRecord): Step<Redeemed> {
  const wrongTxCodes = offer.wrongTxCodes + 1;
  const ended = wrongTxCodes >= MOST_WRONG_TX_CODES;
  const next: OfferRecord = { ...offer, wrongTxCodes, state: ended ? 'void' : 'offered' };
  return { outcome: { kind: ended ? 'void' : 'tx-code-wrong' }, next };
}

export function request(offer: OfferRecord | undefined, provedBy: string): Step<Requested> {
  if (offer === undefined) return { outcome: { kind: 'ended' } };
  if (!['redeemed', 'requested', 'issued'].includes(offer.state)) return { outcome: { kind: 'ended' } };
  // A credential that names its holder was made, or is being looked at, for that one.
  const other = offer.provedBy !== undefined && offer.provedBy !== provedBy;
  if (other && offer.binds) return { outcome: { kind: 'other-holder' } };
  const next: OfferRecord = offer.state === 'redeemed' ? { ...offer, state: 'requested', provedBy } : offer;
  const kind = next.review !== undefined && next.decision?.approve !== true ? 'wait' : 'go';
  return { outcome: { kind, offer: next }, ...(next === offer ? {} : { next }) };
}

/** Errors: FORBIDDEN, CONFLICT. */
export function decide(
  offer: OfferRecord,
  { digest, ...decision }: OfferDecision & { readonly digest: string },
  now: number,
): Step<OfferRecord> {
  if (offer.review === undefined) throw new ServiceError('CONFLICT', 'nobody has to decide about this offer');
  if (offer.review === 'others' && offer.offeredBy === decision.by)
    throw new ServiceError('FORBIDDEN', 'whoever made the offer does not decide it');
  if (offer.digest !== digest)
    throw new ServiceError('CONFLICT', 'this is the digest of another offer', { pointer: '/digest' });
  if (offer.decision !== undefined) {
    if (offer.decision.approve === decision.approve) return { outcome: offer };
    throw new ServiceError('CONFLICT', `it is ${offer.decision.approve ? 'approved' : 'refused'} already`);
  }
  if (!isOpen(offer, now)) throw new ServiceError('CONFLICT', 'the offer has ended');
  const next: OfferRecord = { ...offer, decision, ...(decision.approve ? {} : { state: 'refused' as const }) };
  return { outcome: next, next };
}

/** Errors: CONFLICT. */
export function withdraw(offer: OfferRecord): Step<OfferRecord> {
  if (offer.state === 'withdrawn') return { outcome: offer };
  if (offer.state === 'issued') throw new ServiceError('CONFLICT', 'the wallet has the credential; revoke it instead');
  const next: OfferRecord = { ...offer, state: 'withdrawn' };
  return { outcome: next, next };
}

/** Whether a wallet can still get something by it. */
export function isOpen(offer: OfferRecord, now: number): boolean {
  if (offer.state === 'offered') return offer.expiresAt > now;
  return (offer.state === 'redeemed' || offer.state === 'requested') && (offer.tokenEndsAt ?? 0) > now;
}
