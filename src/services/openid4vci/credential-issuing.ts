import type { Clock } from '../../base/clock.ts';
import { isPassing, ServiceError } from '../../base/error.ts';
import { isObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import { ProtocolError } from '../../base/protocol-error.ts';
import { formatDateTime } from '../../formats/date-time.ts';
import { digestOfJson } from '../../formats/digest.ts';
import type { OfferRecord, OfferStore, Redeemed } from '../../store/offer-records.ts';
import type { IdempotencyClaim, InstanceRecord, Store } from '../../store/store.ts';
import { writeCredential } from './formats.ts';
import { type KeyProofDeps, readProof } from './key-proofs.ts';
import { credentialOffer, DETAILS_TYPE, issuerIdOf, issuerMetadata, serverMetadata } from './metadata.ts';
import {
  badDetails,
  type CredentialRequest,
  readCredentialRequest,
  readDeferredRequest,
  readNotification,
  readTokenRequest,
} from './requests.ts';
import { codeOf, digestOf, newSecret, TX_CODE_DIGITS, txCodeDigest } from './secrets.ts';

/** How long a nonce waits for its proof. */
export const NONCE_LIFE_MS = 300_000;
/** How long an access token is good; where somebody looks at the credential first, so long. */
export const TOKEN_LIFE_MS = 600_000;
export const REVIEW_LIFE_MS = 7 * 24 * 60 * 60 * 1000;
/** Seconds after which a wallet that has to wait asks again. */
const INTERVAL_SECONDS = 5;
/** Characters of a handle or a token; ours are shorter. */
const LONGEST_SECRET = 128;

interface CredentialIssuingDeps extends KeyProofDeps {
  readonly store: OfferStore &
    Pick<Store, 'addChallenge' | 'spendChallenge' | 'findInstance' | 'findOrganisation' | 'findIssuance'>;
  readonly clock: Clock;
  readonly publicUrl: () => string;
  /** Sign and keep a credential, or hand out again what was signed under this claim. */
  readonly issue: (instance: InstanceRecord, request: JsonObject, claim: IdempotencyClaim) => Promise<JsonObject>;
}

/** What the credential endpoints answer. */
export interface CredentialAnswer {
  readonly status: 200 | 202;
  readonly body: JsonObject;
}

/** The wallet's side of an issuer: OpenID4VCI 1.0 with the pre-authorized code flow (docs/wallets.md). */
export class CredentialIssuing {
  readonly #deps: CredentialIssuingDeps;

  constructor(deps: CredentialIssuingDeps) {
    this.#deps = deps;
  }

  /** Errors: NOT_FOUND. */
  async issuerMetadata(id: string): Promise<JsonObject> {
    const instance = await this.#requireInstance(id);
    const organisation = await this.#deps.store.findOrganisation(instance.organisation);
    return issuerMetadata(this.#issuerId(instance), instance, organisation);
  }

  /** Errors: NOT_FOUND. */
  async serverMetadata(id: string): Promise<JsonObject> {
    return serverMetadata(this.#issuerId(await this.#requireInstance(id)));
  }

  /** The offer at its own address; reading it spends nothing. Errors: NOT_FOUND. */
  async readOffer(id: string, handle: string): Promise<JsonObject> {
    const instance = await this.#requireInstance(id);
    const code = handle.length <= LONGEST_SECRET ? codeOf(handle) : '';
    const offer = await this.#deps.store.findOfferByCode(digestOf(code));
    const open = offer !== undefined && !['void', 'withdrawn', 'refused'].includes(offer.state);
    if (!open || offer.issuer !== instance.id || offer.expiresAt <= this.#deps.clock.now())
      throw new ServiceError('NOT_FOUND', 'no such offer');
    const txCodeLength = offer.txCode === undefined ? undefined : TX_CODE_DIGITS;
    return credentialOffer(this.#issuerId(instance), { configuration: offer.configuration, code, txCodeLength });
  }

  /** Section 6. Errors: ProtocolError; NOT_FOUND for the instance. */
  async token(id: string, form: Readonly<Record<string, unknown>>): Promise<JsonObject> {
    const instance = await this.#requireInstance(id);
    const { code, txCode, client, configurations } = readTokenRequest(form);
    const known = await this.#deps.store.findOfferByCode(digestOf(code));
    if (known !== undefined && configurations?.every((one) => one === known.configuration) === false)
      throw badDetails();
    const token = newSecret();
    const life = known?.review === undefined ? TOKEN_LIFE_MS : REVIEW_LIFE_MS;
    const redeemed = await this.#deps.store.redeemOffer({
      issuer: instance.id,
      code: digestOf(code),
      txCode: txCode === undefined ? undefined : txCodeDigest(code, txCode),
      token: digestOf(token),
      tokenLife: life,
      client,
      identified: configurations !== undefined,
    });
    if (redeemed.kind !== 'redeemed') throw refusedCode(redeemed.kind);
    const { configuration, credentialId } = redeemed.offer;
    const details = {
      type: DETAILS_TYPE,
      credential_configuration_id: configuration,
      credential_identifiers: [credentialId],
    };
    return {
      access_token: token,
      token_type: 'bearer',
      expires_in: life / 1000,
      ...(configurations === undefined ? {} : { authorization_details: [details] }),
    };
  }

  /** Section 7. Errors: NOT_FOUND. */
  async nonce(id: string): Promise<JsonObject> {
    return { c_nonce: await this.#newNonce(await this.#requireInstance(id)) };
  }

  /** Section 8. Errors: ProtocolError; those of issuing that pass by themselves. */
  async credential(id: string, authorization: string | undefined, body: JsonObject): Promise<CredentialAnswer> {
    const { instance, offer } = await this.#authorised(id, authorization);
    const request = readCredentialRequest(body);
    assertOffered(request, offer);
    const provedBy = await this.#proved(instance, offer, request);
    const asked = await this.#deps.store.requestOffer({ issuer: offer.issuer, id: offer.id, provedBy });
    switch (asked.kind) {
      case 'ended':
        throw denied('the offer was withdrawn or refused');
      case 'other-holder':
        throw denied('the credential was asked for with another key before');
      case 'wait':
        return waiting(asked.offer);
      case 'go':
        return this.#handOver(instance, asked.offer);
    }
  }

  /** Section 9. Errors: ProtocolError; those of issuing that pass by themselves. */
  async deferred(id: string, authorization: string | undefined, body: JsonObject): Promise<CredentialAnswer> {
    const { instance, offer } = await this.#authorised(id, authorization);
    const transaction = readDeferredRequest(body);
    const begun = offer.review !== undefined && offer.provedBy !== undefined;
    if (!begun || transaction !== offer.transactionId || offer.collectedAt !== undefined) throw usedUp();
    if (offer.state === 'withdrawn' || offer.state === 'refused') throw denied('the offer was withdrawn or refused');
    if (offer.decision?.approve !== true) return waiting(offer);
    const answer = await this.#handOver(instance, offer);
    const place = { issuer: offer.issuer, id: offer.id, at: this.#now() };
    if (!(await this.#deps.store.collectOffer(place))) throw usedUp();
    return answer;
  }

  /** Section 11. Errors: ProtocolError. */
  async notification(id: string, authorization: string | undefined, body: JsonObject): Promise<void> {
    const { offer } = await this.#authorised(id, authorization);
    const told = readNotification(body);
    if (told.id !== offer.notificationId || offer.issuedAt === undefined)
      throw new ProtocolError('invalid_notification_id', 'no credential was handed out under this notification_id');
    const { event, description } = told;
    await this.#deps.store.noteOfferEvent({
      issuer: offer.issuer,
      id: offer.id,
      at: this.#now(),
      event,
      ...(description === undefined ? {} : { description }),
    });
  }

  /** Whose key it is. The nonce is spent before anything costly is done, so that of equal requests sent at once one is looked at. */
  async #proved(instance: InstanceRecord, offer: OfferRecord, { proof }: CredentialRequest): Promise<string> {
    try {
      const read = readProof(proof, { issuer: this.#issuerId(instance), client: offer.client }, this.#deps);
      const spent = await this.#spendNonce(instance, read.nonce);
      if (!spent) throw new ProtocolError('invalid_nonce', 'not a nonce of this issuer, or used, or expired');
      const provedBy = await read.check();
      if (offer.holder === undefined || offer.holder === provedBy) return provedBy;
      throw new ProtocolError('invalid_proof', 'the credential is for another holder');
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      // Some wallets try again only with a nonce that comes beside the error.
      const more = { c_nonce: await this.#newNonce(instance) };
      throw new ProtocolError(error.error, error.message, { more, cause: error });
    }
  }

  async #handOver(instance: InstanceRecord, offer: OfferRecord): Promise<CredentialAnswer> {
    const document = await this.#documentOf(instance, offer);
    await this.#deps.store.noteOfferIssued({ issuer: offer.issuer, id: offer.id, at: this.#now() });
    const credential: JsonValue = writeCredential(document, offer.format);
    return { status: 200, body: { credentials: [{ credential }], notification_id: offer.notificationId } };
  }

  /** The same credential however often it is asked for: it is issued under a claim that belongs to the offer. */
  async #documentOf(instance: InstanceRecord, offer: OfferRecord): Promise<JsonObject> {
    // What somebody else issued under the id of a draft is not what was offered.
    if (offer.request === undefined || offer.issuedAt !== undefined) {
      const known = await this.#deps.store.findIssuance(offer.credentialId);
      if (known?.state === 'issued' && known.issuer === instance.id) return known.document;
    }
    if (offer.request === undefined) throw denied('the credential is gone');
    const request = boundTo(offer);
    const claim = { scope: `offer ${instance.id}`, key: offer.id, requestDigest: digestOfJson(request) };
    try {
      return await this.#deps.issue(instance, request, claim);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      if (error.code === 'IDEMPOTENCY_IN_FLIGHT')
        throw new ServiceError('UNAVAILABLE', 'it is being issued', { retryAfter: 1, cause: error });
      if (isPassing(error)) throw error;
      throw new ProtocolError('credential_request_denied', `it cannot be issued: ${error.code}`, { cause: error });
    }
  }

  /** By the access token alone. Errors: ProtocolError `invalid_token`. */
  async #authorised(
    id: string,
    authorization: string | undefined,
  ): Promise<{ readonly instance: InstanceRecord; readonly offer: OfferRecord }> {
    const instance = await this.#requireInstance(id);
    const token = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1] ?? '';
    const short = token !== '' && token.length <= LONGEST_SECRET;
    const offer = short ? await this.#deps.store.findOfferByToken(digestOf(token)) : undefined;
    const good = offer?.issuer === instance.id && (offer.tokenEndsAt ?? 0) > this.#deps.clock.now();
    if (offer !== undefined && good) return { instance, offer };
    throw new ProtocolError('invalid_token', 'send Authorization: Bearer with the access token', { status: 401 });
  }

  /** Of instances for the public suites wallets learn nothing. Errors: NOT_FOUND. */
  async #requireInstance(id: string): Promise<InstanceRecord> {
    const instance = await this.#deps.store.findInstance('issuer', id);
    if (instance !== undefined && instance.settings['conformance'] !== true) return instance;
    throw new ServiceError('NOT_FOUND', 'no such issuer');
  }

  async #newNonce({ id }: InstanceRecord): Promise<string> {
    const nonce = newSecret();
    const expiresAt = this.#deps.clock.now() + NONCE_LIFE_MS;
    await this.#deps.store.addChallenge({ id: nonce, verifier: nonceScope(id), expiresAt });
    return nonce;
  }

  async #spendNonce({ id }: InstanceRecord, nonce: string): Promise<boolean> {
    if (nonce.length > LONGEST_SECRET) return false;
    return this.#deps.store.spendChallenge({ id: nonce, verifier: nonceScope(id), now: this.#deps.clock.now() });
  }

  #issuerId({ id }: InstanceRecord): string {
    return issuerIdOf(this.#deps.publicUrl(), id);
  }

  #now(): string {
    return formatDateTime(this.#deps.clock.now());
  }
}

/** Nonces stand beside the challenges of verifier instances, whose names have no space: neither is ever taken for the other. */
const nonceScope = (issuer: string): string => `nonce of ${issuer}`;

/** Section 8.2: identifiers are used where they were given out, and only there. */
function assertOffered({ identifier, configuration }: CredentialRequest, offer: OfferRecord): void {
  if (identifier !== undefined && (offer.identified !== true || identifier !== offer.credentialId))
    throw new ProtocolError('unknown_credential_identifier', 'not an identifier that came with this access token');
  if (configuration !== undefined && configuration !== offer.configuration)
    throw new ProtocolError('unknown_credential_configuration', 'this access token is not for this configuration');
  if (configuration !== undefined && offer.identified === true)
    throw new ProtocolError('invalid_credential_request', 'use the credential_identifier that came with the token');
}

/** What is to be issued, about the wallet that asks where it is about nobody yet. */
function boundTo({ request = {}, binds, provedBy = '' }: OfferRecord): JsonObject {
  const { credential } = request;
  if (!binds || !isObject(credential)) return request;
  const subjects = credential['credentialSubject'];
  const [subject] = Array.isArray(subjects) ? subjects : [subjects];
  const named = { ...(isObject(subject) ? subject : {}), id: provedBy };
  return { ...request, credential: { ...credential, credentialSubject: named } };
}

const waiting = ({ transactionId }: OfferRecord): CredentialAnswer => ({
  status: 202,
  body: { transaction_id: transactionId, interval: INTERVAL_SECONDS },
});

const denied = (what: string): ProtocolError => new ProtocolError('credential_request_denied', what);
const usedUp = (): ProtocolError =>
  new ProtocolError('invalid_transaction_id', 'no transaction of this access token, or its credential was fetched');

/** Section 6.3. What was wrong with a code is not told apart: whoever guesses learns nothing. */
function refusedCode(kind: Exclude<Redeemed['kind'], 'redeemed'>): ProtocolError {
  if (kind === 'tx-code-missing') return new ProtocolError('invalid_request', 'tx_code is missing');
  if (kind === 'tx-code-unexpected') return new ProtocolError('invalid_request', 'no tx_code belongs to this offer');
  if (kind === 'tx-code-wrong') return new ProtocolError('invalid_grant', 'the tx_code is wrong');
  return new ProtocolError('invalid_grant', 'no code of this issuer, or used, or expired, or too many wrong tx_codes');
}
