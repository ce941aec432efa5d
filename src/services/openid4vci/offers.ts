import { randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { ServiceError } from '../../base/error.ts';
import type { JsonObject } from '../../base/json.ts';
import { subjectOf } from '../../credentials/credential.ts';
import { typeOf } from '../../credentials/credential-members.ts';
import { readableOf } from '../../credentials/envelope.ts';
import { formatDateTime } from '../../formats/date-time.ts';
import { readDid } from '../../formats/did-url.ts';
import { digestOfJson } from '../../formats/digest.ts';
import type { OfferDecision, OfferRecord, OfferStore } from '../../store/offer-records.ts';
import { isOpen } from '../../store/offer-steps.ts';
import type { InstanceRecord, Page, Store } from '../../store/store.ts';
import { configurationOf, formatOf, formatOfDocument } from './formats.ts';
import { credentialOffer, issuerIdOf } from './metadata.ts';
import { codeOf, digestOf, newSecret, newTxCode, TX_CODE_DIGITS, txCodeDigest } from './secrets.ts';

/** How long a code can be redeemed (docs/threats.md, section 6). */
export const CODE_LIFE_MS = 600_000;

/** What is to be offered: a draft to issue, or a credential that exists. */
export interface NewOffer {
  /** As for issuing, with the id that the credential will have. */
  readonly request?: JsonObject | undefined;
  readonly credentialId?: string | undefined;
  readonly txCode: boolean;
  /** Somebody looks at it before it is issued; `others`: not whoever offers it. */
  readonly review?: OfferRecord['review'] | undefined;
  /** The DID that alone may fetch it. */
  readonly holder?: string | undefined;
  /** As the journal has it. */
  readonly by: string;
}

/** What a door may show of an offer: nothing of its secrets. */
export type OfferView = Omit<
  OfferRecord,
  | 'state'
  | 'organisation'
  | 'code'
  | 'txCode'
  | 'token'
  | 'expiresAt'
  | 'tokenEndsAt'
  | 'transactionId'
  | 'notificationId'
  | 'identified'
  | 'binds'
> & {
  readonly state: OfferRecord['state'] | 'expired';
  readonly txCode: boolean;
  readonly expiresAt: string;
};

/** Told once, to whoever made the offer. */
export interface MadeOffer {
  readonly offer: OfferView;
  /** Where a wallet reads the offer. */
  readonly offerUri: string;
  /** The offer itself. */
  readonly credentialOffer: JsonObject;
  /** Links for wallets, by reference and by value. */
  readonly deepLink: string;
  readonly deepLinkByValue: string;
  readonly txCode?: string;
}

interface OffersDeps {
  readonly store: OfferStore & Pick<Store, 'findIssuance'>;
  readonly clock: Clock;
  readonly publicUrl: () => string;
  /** Refuses what could not be issued as it stands. Signs nothing, stores nothing. */
  readonly assertIssuable: (instance: InstanceRecord, request: JsonObject) => Promise<void>;
}

/** The issuer's side of handing credentials to wallets: make an offer, look, decide, withdraw (docs/wallets.md). */
export class Offers {
  readonly #deps: OffersDeps;

  constructor(deps: OffersDeps) {
    this.#deps = deps;
  }

  /**
   * Offer one credential to whoever gets the answer.
   * Errors: those of issuing that can be told now; NOT_FOUND for the credential, CONFLICT for an id that is taken; BAD_REQUEST for what no
   * wallet protocol has a form for and for a holder that is no DID; LIMIT_EXCEEDED.
   */
  async make(instance: InstanceRecord, asked: NewOffer): Promise<MadeOffer> {
    const what = await this.#whatIsOffered(instance, asked);
    if (asked.holder !== undefined && readDid(asked.holder) === undefined)
      throw new ServiceError('BAD_REQUEST', 'not a DID', { pointer: '/holder' });
    const now = this.#deps.clock.now();
    const handle = newSecret();
    const code = codeOf(handle);
    const txCode = asked.txCode ? newTxCode() : undefined;
    const holder = asked.holder ?? what.subject;
    const record: OfferRecord = {
      id: randomUUID(),
      issuer: instance.id,
      organisation: instance.organisation,
      offeredBy: asked.by,
      createdAt: formatDateTime(now),
      expiresAt: now + CODE_LIFE_MS,
      state: 'offered',
      configuration: what.configuration,
      format: what.format,
      credentialId: what.credentialId,
      ...(asked.request === undefined ? {} : { request: asked.request }),
      digest: what.digest,
      ...(holder === undefined ? {} : { holder }),
      binds: what.binds,
      code: digestOf(code),
      ...(txCode === undefined ? {} : { txCode: txCodeDigest(code, txCode) }),
      wrongTxCodes: 0,
      ...(asked.review === undefined ? {} : { review: asked.review }),
      transactionId: randomUUID(),
      notificationId: randomUUID(),
    };
    await this.#deps.store.addOffer(record);
    return this.#told(record, { handle, code, txCode });
  }

  async #whatIsOffered(instance: InstanceRecord, { request, credentialId }: NewOffer): Promise<Offered> {
    if (instance.settings['conformance'] === true)
      throw new ServiceError('BAD_REQUEST', 'a conformance instance offers nothing to wallets');
    if (request !== undefined) return this.#draft(instance, request);
    const record = await this.#deps.store.findIssuance(credentialId ?? '');
    if (record === undefined || record.issuer !== instance.id || record.state !== 'issued')
      throw new ServiceError('NOT_FOUND', 'no such credential');
    const { document } = record;
    const digest = digestOfJson(document);
    return {
      ...offeredAs(document, formatOfDocument(document)),
      binds: false,
      credentialId: record.credentialId,
      digest,
    };
  }

  async #draft(instance: InstanceRecord, request: JsonObject): Promise<Offered> {
    await this.#deps.assertIssuable(instance, request);
    const credentialId = String(request['credentialId']);
    const known = await this.#deps.store.findIssuance(credentialId);
    if (known !== undefined && !(known.state === 'abandoned' && known.issuer === instance.id))
      throw new ServiceError('CONFLICT', 'A credential with this id exists', { pointer: '/credential/id' });
    const draft = request['credential'] as JsonObject;
    const digest = digestOfJson({ issuer: instance.id, request });
    return { ...offeredAs(draft, formatOf(instance)), binds: isUnbound(draft), credentialId, digest };
  }

  #told(
    record: OfferRecord,
    { handle, code, txCode }: { handle: string; code: string; txCode: string | undefined },
  ): MadeOffer {
    const issuer = issuerIdOf(this.#deps.publicUrl(), record.issuer);
    const offerUri = `${issuer}/openid4vci/offers/${handle}`;
    const txCodeLength = txCode === undefined ? undefined : TX_CODE_DIGITS;
    const offer = credentialOffer(issuer, { configuration: record.configuration, code, txCodeLength });
    const link = (name: string, value: string) => `openid-credential-offer://?${name}=${encodeURIComponent(value)}`;
    return {
      offer: this.#view(record),
      offerUri,
      credentialOffer: offer,
      deepLink: link('credential_offer_uri', offerUri),
      deepLinkByValue: link('credential_offer', JSON.stringify(offer)),
      ...(txCode === undefined ? {} : { txCode }),
    };
  }

  /** Errors: NOT_FOUND. */
  async require(instance: InstanceRecord, id: string): Promise<OfferView> {
    const record = await this.#deps.store.findOffer(instance.id, id);
    if (record === undefined) throw new ServiceError('NOT_FOUND', 'no such offer');
    return this.#view(record);
  }

  async list(instance: InstanceRecord, page: { cursor?: string; limit: number }): Promise<Page<OfferView>> {
    const { items, next } = await this.#deps.store.listOffers(instance.id, page);
    return { items: items.map((record) => this.#view(record)), next };
  }

  /** Approve, so that the wallet gets it, or refuse. Errors: NOT_FOUND, FORBIDDEN, CONFLICT. */
  async decide(
    instance: InstanceRecord,
    id: string,
    decision: Omit<OfferDecision, 'at'> & { readonly digest: string },
  ): Promise<OfferView> {
    const at = formatDateTime(this.#deps.clock.now());
    return this.#view(await this.#deps.store.decideOffer({ issuer: instance.id, id, at, ...decision }));
  }

  /** Errors: NOT_FOUND; CONFLICT once the wallet has it. */
  async withdraw(instance: InstanceRecord, id: string): Promise<OfferView> {
    return this.#view(await this.#deps.store.withdrawOffer({ issuer: instance.id, id }));
  }

  #view(record: OfferRecord): OfferView {
    const {
      organisation: _organisation,
      code: _code,
      token: _token,
      transactionId: _transaction,
      notificationId: _notification,
      identified: _identified,
      binds: _binds,
      tokenEndsAt,
      txCode,
      state,
      ...shown
    } = record;
    const waits = state === 'offered' || state === 'redeemed' || state === 'requested';
    return {
      ...shown,
      state: waits && !isOpen(record, this.#deps.clock.now()) ? 'expired' : state,
      txCode: txCode !== undefined,
      expiresAt: formatDateTime(tokenEndsAt ?? record.expiresAt),
    };
  }
}

interface Offered {
  readonly configuration: string;
  readonly format: string;
  readonly credentialId: string;
  readonly digest: string;
  readonly binds: boolean;
  /** Whom it is about, where that is who has to present it. */
  readonly subject: string | undefined;
}

/** Errors: BAD_REQUEST. */
function offeredAs(
  document: JsonObject,
  format: string | undefined,
): Pick<Offered, 'configuration' | 'format' | 'subject'> {
  const configuration = format === undefined ? undefined : configurationOf(document, format);
  if (format !== undefined && configuration !== undefined)
    return { configuration, format, subject: boundSubjectOf(readableOf(document)) };
  throw new ServiceError('BAD_REQUEST', 'wallets have no name for credentials of this type in this form');
}

/** The bare type is about its subject, and only its subject may present it; nobody else is given it. */
function boundSubjectOf(content: JsonObject): string | undefined {
  const id = typeOf(content) === 'VerifiableCredential' ? subjectOf(content)?.['id'] : undefined;
  return readDid(id)?.did;
}

/** A bare draft that is about nobody yet will be about the wallet that fetches it. */
function isUnbound(draft: JsonObject): boolean {
  return typeOf(draft) === 'VerifiableCredential' && subjectOf(draft)?.['id'] === undefined;
}
