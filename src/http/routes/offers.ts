import { z } from 'zod';
import type { Identity } from '../../services/identity/identity.ts';
import type { Offers } from '../../services/openid4vci/offers.ts';
import { pageOf } from '../paging.ts';
import { qrCodeOf } from '../qr-code.ts';
import { type Call, type Route, route } from '../route.ts';
import { IssueOptions, JsonDocument, keptRequestOf } from './issuers.ts';

const Offer = z
  .strictObject({
    /** A draft, issued when a wallet asks for it, and how. */
    credential: JsonDocument.optional(),
    options: IssueOptions.optional(),
    /** Instead of a draft: a credential that this instance issued. */
    credentialId: z.string().max(100).optional(),
    /** Whoever fetches it has to know a code that reaches them another way. */
    txCode: z.boolean().optional(),
    /** Somebody looks at it again before it is issued. */
    deferred: z.boolean().optional(),
    /** The DID that alone may fetch it. */
    holder: z.string().max(512).optional(),
    /** The link as a QR code too, an SVG. */
    qrCode: z.boolean().optional(),
  })
  .refine((body) => (body.credential === undefined) !== (body.credentialId === undefined), {
    message: 'give either a credential or the credentialId of one',
    path: ['credential'],
  })
  .refine((body) => body.credential !== undefined || (body.options === undefined && body.deferred !== true), {
    message: 'only of a draft: what exists is neither issued nor looked at again',
    path: ['credentialId'],
  });
const Decide = z.strictObject({
  decision: z.enum(['approve', 'refuse']),
  /** Of the offer that was looked at, as the offer shows it. */
  digest: z.string().min(1).max(200),
  reason: z.string().min(1).max(500).optional(),
});

interface OfferRouteDeps {
  readonly identity: Identity;
  readonly offers: Offers;
}

/** How an issuer hands credentials to wallets. */
export function offerRoutes({ identity, offers }: OfferRouteDeps): readonly Route[] {
  const tag = 'Offers';
  const instanceOf = (call: Call) => identity.requireInstance('issuer', call.params['id'] ?? '', call.organisation);
  const idOf = (call: Call): string => call.params['offerId'] ?? '';
  return [
    route({
      method: 'POST',
      path: '/issuers/{id}/offers',
      access: 'organisation',
      scope: 'issue',
      tag,
      summary: 'Offer a credential to a wallet (OpenID4VCI 1.0): links to show or send, and the transaction code, once',
      request: Offer,
      underFourEyes: 'asks',
      answers: {
        201: 'the offer, and its links; under four eyes it waits for another caller',
        400: 'wrong form',
        404: 'no such credential',
      },
      handle: async (call) => {
        const made = await offers.make(await instanceOf(call), newOfferOf(call));
        const qrCode = call.body.qrCode === true ? { qrCode: qrCodeOf(made.deepLink) } : {};
        return { status: 201, body: { ...made, ...qrCode } };
      },
    }),
    {
      method: 'GET',
      path: '/issuers/{id}/offers',
      access: 'organisation',
      scope: 'read',
      tag,
      summary: 'What was offered, newest first, and how far each has come',
      query: { limit: '1 to 200, 50 unless given', cursor: 'where the page before ended' },
      answers: { 200: 'a page of offers and the cursor of the next' },
      handle: async (call) => {
        const { items, next } = await offers.list(await instanceOf(call), pageOf(call.query));
        const shown = items.map(({ request: _, ...offer }) => offer);
        return { status: 200, body: { offers: shown, ...(next === undefined ? {} : { next }) } };
      },
    },
    {
      method: 'GET',
      path: '/issuers/{id}/offers/{offerId}',
      access: 'organisation',
      scope: 'read',
      tag,
      summary: 'One offer with the draft that would be issued, and its digest',
      answers: { 200: 'the offer', 404: 'no such offer' },
      handle: async (call) => ({
        status: 200,
        body: { offer: await offers.require(await instanceOf(call), idOf(call)) },
      }),
    },
    route({
      method: 'POST',
      path: '/issuers/{id}/offers/{offerId}',
      access: 'organisation',
      scope: 'approve',
      tag,
      summary:
        'Approve what was offered deferred, so that the wallet gets it, or refuse it; asked again, the same answer',
      request: Decide,
      // The decision itself is what happens once.
      keepsNothing: true,
      answers: {
        200: 'the offer as it stands now',
        403: 'under four eyes, whoever made it does not decide it',
        404: 'no such offer',
        409: 'another digest, ended, decided otherwise, or nothing to decide',
      },
      handle: async (call) => {
        const { decision, digest, reason } = call.body;
        const decided = {
          approve: decision === 'approve',
          digest,
          by: call.actor ?? '',
          ...(reason === undefined ? {} : { reason }),
        };
        return { status: 200, body: { offer: await offers.decide(await instanceOf(call), idOf(call), decided) } };
      },
    }),
    {
      method: 'DELETE',
      path: '/issuers/{id}/offers/{offerId}',
      access: 'organisation',
      scope: 'issue',
      tag,
      summary: 'Withdraw an offer whose credential no wallet has',
      underFourEyes: 'signs nothing',
      answers: { 200: 'the offer, withdrawn', 404: 'no such offer', 409: 'the wallet has the credential' },
      handle: async (call) => ({
        status: 200,
        body: { offer: await offers.withdraw(await instanceOf(call), idOf(call)) },
      }),
    },
  ];
}

/** Under four eyes a draft waits for another caller, whether that was asked for or not. */
function newOfferOf({ body, fourEyes, actor }: Call<z.infer<typeof Offer>>): Parameters<Offers['make']>[1] {
  const { credential, options, credentialId, txCode = false, deferred = false, holder } = body;
  if (credential === undefined) return { credentialId, txCode, holder, by: actor ?? '' };
  const review = fourEyes.includes('issue') ? 'others' : deferred ? 'anybody' : undefined;
  return { request: keptRequestOf({ credential, options }), txCode, review, holder, by: actor ?? '' };
}
