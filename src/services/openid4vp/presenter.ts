import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { refuse, ServiceError } from '../../base/error.ts';
import { excerpt } from '../../base/finding.ts';
import { type JsonLimits, type JsonObject, type JsonValue, REQUEST_LIMITS, readJsonObject } from '../../base/json.ts';
import type { Contexts } from '../../credentials/contexts.ts';
import { issuerOf, withoutProof } from '../../credentials/credential.ts';
import { checkAgainstQuery, isSatisfied, selectClaims } from '../../credentials/dcql/match.ts';
import { pointersOf } from '../../credentials/dcql/pointers.ts';
import type { CredentialQuery } from '../../credentials/dcql/query.ts';
import { isSdEnvelope, readableOf } from '../../credentials/envelope.ts';
import type { Signer } from '../../crypto/signer.ts';
import type { SealedKeyStore } from '../../crypto/signers/sealed-file.ts';
import type { DidResolver } from '../../dids/resolver.ts';
import { formatDateTime } from '../../formats/date-time.ts';
import type { Exchange, ExchangeOutcome, SafeExchange } from '../../net/safe-exchange.ts';
import { findCryptosuiteFor } from '../../proofs/cryptosuites.ts';
import { isForHolderOnly } from '../../proofs/data-integrity.ts';
import { encryptResponse } from '../../proofs/encrypted-response.ts';
import { VP_JWT } from '../../proofs/mechanisms.ts';
import { checkRequestObject, openRequestObject, REQUEST_OBJECT_TYPE } from '../../proofs/request-object.ts';
import type { HeldCredential, InstanceRecord, Store } from '../../store/store.ts';
import { findFormat } from './formats.ts';
import { type IncomingRequest, invalid, type Link, readLink, readParameters, unreadable } from './incoming-request.ts';
import type { Occasion } from './judge-response.ts';
import { plain } from './request-view.ts';

/** Held credentials that are looked through for one request, newest first; of those that fit, so many are shown for each query. */
const MOST_LOOKED_AT = 1000;
const MOST_SHOWN = 20;
/** A person has so long to decide, milliseconds, and no longer than the request lives. */
const DECIDED_WITHIN_MS = 600_000;
const ANSWER_LIMITS: JsonLimits = { ...REQUEST_LIMITS, maxBytes: 16_384 };

/** The holder's part, which derives and signs as it does for everybody else. */
export interface PresenterHolder {
  readonly derive: (
    instance: InstanceRecord,
    document: JsonObject,
    shown: { readonly selectivePointers: readonly string[] },
    presentedTo?: Occasion,
  ) => Promise<JsonObject>;
  readonly prove: (
    instance: InstanceRecord,
    request: Occasion & {
      readonly credentials: readonly JsonObject[];
      readonly areHeld: true;
      readonly mechanism: string;
    },
  ) => Promise<JsonObject>;
}

interface PresenterDeps {
  readonly store: Pick<Store, 'listHeld' | 'findHeld'>;
  readonly keys: Pick<SealedKeyStore, 'seal' | 'unseal'>;
  readonly clock: Clock;
  readonly contexts: Contexts;
  readonly resolver: DidResolver;
  readonly exchange: SafeExchange;
  readonly holder: PresenterHolder;
  readonly signerOf: (instance: InstanceRecord) => Promise<{ signer: Signer; cryptosuite: string }>;
}

/** What a person is shown and answers to, sealed on its way through the browser. */
interface Ticket {
  readonly request: IncomingRequest;
  readonly until: number;
}

/**
 * The wallet's side of OpenID4VP 1.0 for organisations without a wallet: what a link asks for and who asks, what would be shown, and, once a
 * person has chosen, the response (docs/openid4vp.md).
 */
export class Presenter {
  readonly #deps: PresenterDeps;

  constructor(deps: PresenterDeps) {
    this.#deps = deps;
  }

  /**
   * Who asks for what, and what is held that would answer it. Nothing is sent but the question for the request.
   * Errors: BAD_REQUEST, HOST_BLOCKED, UNAVAILABLE, LIMIT_EXCEEDED; PROOF_VERIFICATION_ERROR and the codes of key retrieval for a signature
   * that does not hold.
   */
  async resolve(instance: InstanceRecord, link: string): Promise<JsonObject> {
    const read = readLink(link);
    const request = readParameters(read.client, await this.#parametersOf(read), this.#deps.clock.now());
    const { client, responseUri, query } = request;
    const held = await this.#heldBy(instance);
    const candidates = await Promise.all(
      query.credentials.map(async (one) => ({
        query: one.id,
        credentials: await this.#candidates(instance, held, one, request),
      })),
    );
    const answerable = new Set(candidates.filter(({ credentials }) => credentials.length > 0).map((one) => one.query));
    const now = this.#deps.clock.now();
    const until = Math.min(now + DECIDED_WITHIN_MS, request.expiresAt ?? Number.MAX_SAFE_INTEGER);
    const ticket: Ticket = { request, until };
    return plain({
      request: this.#deps.keys.seal(new TextEncoder().encode(JSON.stringify(ticket)), contextOf(instance)),
      expiresAt: formatDateTime(until),
      verifier: {
        clientId: client.clientId,
        did: client.prefix === 'decentralized_identifier' ? client.did : undefined,
        // Who asks without a signature is known by the address of the answer alone.
        verified: client.prefix === 'decentralized_identifier',
        responseHost: new URL(responseUri).host,
      },
      dcql_query: query,
      satisfiable: answerable.size > 0 && isSatisfied(query, answerable),
      candidates,
    });
  }

  /**
   * Send what was chosen, or that nothing will be shown.
   * Errors: BAD_REQUEST for a request that was not resolved here or is over; QUERY_NOT_MET for a choice that does not answer it; NOT_FOUND for
   * what is not held; UNAVAILABLE, HOST_BLOCKED when the verifier cannot be reached; those of deriving and signing.
   */
  async respond(
    instance: InstanceRecord,
    sealed: string,
    chosen: Readonly<Record<string, readonly string[]>> | undefined,
  ): Promise<JsonObject> {
    const request = this.#opened(instance, sealed);
    const state: Record<string, string> = request.state === undefined ? {} : { state: request.state };
    if (chosen === undefined) return this.#send(request, { error: 'access_denied', ...state });
    const vpToken = await this.#vpToken(instance, request, chosen);
    if (request.responseMode === 'direct_post')
      return this.#send(request, { vp_token: JSON.stringify(vpToken), ...state });
    const { jwks, encryptions } = request;
    return this.#send(request, {
      response: await encryptResponse({ vp_token: vpToken, ...state }, { jwks, encryptions }),
    });
  }

  async #parametersOf({ client, requestUri, request, parameters }: Link): Promise<JsonObject> {
    if (parameters !== undefined) {
      if (client.prefix !== 'redirect_uri') throw invalid('whoever asks by this kind of client id has to sign');
      return parameters;
    }
    const walletNonce = randomBytes(16).toString('base64url');
    const isPost = requestUri?.method === 'post';
    const text = request ?? (await this.#fetch(requestUri?.url ?? '', isPost ? walletNonce : undefined));
    const opened = openRequestObject(text);
    if (!opened.ok) throw unreadable('request object', opened.findings);
    if (opened.value.signed === (client.prefix === 'redirect_uri'))
      throw invalid('signed where it cannot be, or not signed where it has to be');
    if (client.prefix === 'decentralized_identifier') {
      const { resolver, clock } = this.#deps;
      const finding = await checkRequestObject(opened.value, { did: client.did, resolver, now: clock.now() });
      if (finding.outcome !== 'passed') refuse([{ ...finding, pointer: '/link' }]);
    }
    if (isPost && opened.value.payload['wallet_nonce'] !== walletNonce) throw invalid('not made for this wallet');
    return opened.value.payload;
  }

  async #fetch(url: string, walletNonce: string | undefined): Promise<string> {
    const form = walletNonce === undefined ? {} : { form: { wallet_nonce: walletNonce } };
    const answer = await this.#ask(url, { accept: REQUEST_OBJECT_TYPE, ...form });
    if (answer.httpStatus !== 200) throw invalid('there is no request at its address');
    if (answer.mediaType !== REQUEST_OBJECT_TYPE) throw invalid('what is at its address is no request object');
    return new TextDecoder().decode(answer.bytes);
  }

  async #ask(url: string, exchange: Exchange): Promise<Extract<ExchangeOutcome, { status: 'answered' }>> {
    const outcome = await this.#deps.exchange(url, exchange);
    if (outcome.status === 'answered') return outcome;
    const at = { pointer: '/link' };
    if (outcome.status === 'blocked') throw new ServiceError('HOST_BLOCKED', 'not a public address', at);
    if (outcome.status === 'invalid-url') throw invalid(outcome.reason);
    if (outcome.status === 'too-large') throw new ServiceError('LIMIT_EXCEEDED', 'too large to be sent or read', at);
    if (outcome.reason === 'redirect') throw invalid('a redirect, which is not followed');
    throw new ServiceError('UNAVAILABLE', `the verifier cannot be reached: ${outcome.reason}`, at);
  }

  async #heldBy(instance: InstanceRecord): Promise<readonly HeldCredential[]> {
    const held: HeldCredential[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#deps.store.listHeld(instance.id, {
        limit: 200,
        ...(cursor === undefined ? {} : { cursor }),
      });
      held.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined && held.length < MOST_LOOKED_AT);
    return held;
  }

  async #candidates(
    instance: InstanceRecord,
    held: readonly HeldCredential[],
    query: CredentialQuery,
    request: IncomingRequest,
  ): Promise<readonly JsonObject[]> {
    const fitting = held.filter(({ document }) => this.#fits(document, query, request)).slice(0, MOST_SHOWN);
    return Promise.all(
      fitting.map(async ({ id, types, document }) => {
        const shown = withoutProof(readableOf(await this.#shownOf(instance, document, query)));
        return plain({ id, types, issuer: issuerOf(shown), shown });
      }),
    );
  }

  #fits(document: JsonObject, query: CredentialQuery, { formats }: IncomingRequest): boolean {
    const format = findFormat(query.format);
    if (format === undefined || !format.isOfFormat(document)) return false;
    // Verifiers that say what they take are not sent what they do not.
    if (formats.length > 0 && !formats.includes(query.format)) return false;
    return checkAgainstQuery(readableOf(document), query, this.#deps.contexts).outcome === 'passed';
  }

  /** Of what can be shown in part, exactly what was asked for and what its type always shows; of the rest, all. */
  async #shownOf(
    instance: InstanceRecord,
    document: JsonObject,
    query: CredentialQuery,
    presentedTo?: Occasion,
  ): Promise<JsonObject> {
    if (!isForHolderOnly(document) && !isSdEnvelope(document)) return document;
    const claims = selectClaims(readableOf(document), query) ?? [];
    const selectivePointers = pointersOf(readableOf(document), claims);
    return this.#deps.holder.derive(instance, document, { selectivePointers }, presentedTo);
  }

  async #vpToken(
    instance: InstanceRecord,
    request: IncomingRequest,
    chosen: Readonly<Record<string, readonly string[]>>,
  ): Promise<JsonObject> {
    const answered = new Set(Object.entries(chosen).flatMap(([id, held]) => (held.length > 0 ? [id] : [])));
    if (answered.size === 0 || !isSatisfied(request.query, answered))
      throw new ServiceError('QUERY_NOT_MET', 'the choice is not all that is asked for', { pointer: '/credentials' });
    const vpToken: Record<string, JsonValue> = {};
    for (const id of answered) {
      const at = { pointer: `/credentials/${excerpt(id, 40)}` };
      const query = request.query.credentials.find((one) => one.id === id);
      const ids = chosen[id] ?? [];
      if (query === undefined || (ids.length > 1 && query.multiple !== true))
        throw new ServiceError('QUERY_NOT_MET', 'nobody asked for this, or for one alone', at);
      const presentations: JsonValue[] = [];
      for (const one of ids) presentations.push(await this.#presentation(instance, request, query, one));
      vpToken[id] = presentations;
    }
    return vpToken;
  }

  async #presentation(
    instance: InstanceRecord,
    request: IncomingRequest,
    query: CredentialQuery,
    id: string,
  ): Promise<JsonValue> {
    const at = { pointer: `/credentials/${query.id}` };
    const document = (await this.#deps.store.findHeld(instance.id, id))?.document;
    if (document === undefined) throw new ServiceError('NOT_FOUND', 'no such credential', at);
    const format = findFormat(query.format);
    if (format === undefined || !this.#fits(document, query, request))
      throw new ServiceError('QUERY_NOT_MET', 'does not answer the query', at);
    const occasion = { challenge: request.nonce, domain: request.client.clientId };
    if (query.require_cryptographic_holder_binding === false)
      return format.write(await this.#shownOf(instance, document, query));
    const shown = await this.#shownOf(instance, document, query, occasion);
    const mechanism = await this.#mechanismFor(instance, query.format);
    return format.write(
      await this.#deps.holder.prove(instance, { ...occasion, credentials: [shown], areHeld: true, mechanism }),
    );
  }

  /** The format says whether a presentation is a token; which proof it has otherwise is the instance's choice, where it made one. */
  async #mechanismFor(instance: InstanceRecord, format: string): Promise<string> {
    const { signer, cryptosuite } = await this.#deps.signerOf(instance);
    if (format === 'jwt_vc_json') return VP_JWT;
    return cryptosuite === VP_JWT ? (findCryptosuiteFor(signer.keyType)?.name ?? cryptosuite) : cryptosuite;
  }

  /** What the verifier said; its words are shown in short, and its address for the browser as it is. */
  async #send({ responseUri }: IncomingRequest, form: Readonly<Record<string, string>>): Promise<JsonObject> {
    const { httpStatus, bytes } = await this.#ask(responseUri, { accept: 'application/json', form });
    const read = readJsonObject(bytes, ANSWER_LIMITS);
    const said: JsonObject = read.ok ? read.value : {};
    const { redirect_uri: redirectUri, error, error_description: description } = said;
    if (httpStatus === 200) {
      const isLink = typeof redirectUri === 'string' && URL.canParse(redirectUri) && redirectUri.length <= 2048;
      return { accepted: true, ...(isLink ? { redirectUri } : {}) };
    }
    return plain({
      accepted: false,
      status: httpStatus,
      error: typeof error === 'string' ? excerpt(error, 60) : undefined,
      errorDescription: typeof description === 'string' ? excerpt(description, 200) : undefined,
    });
  }

  #opened(instance: InstanceRecord, sealed: string): IncomingRequest {
    try {
      const plainText = this.#deps.keys.unseal(sealed, contextOf(instance));
      const { request, until } = JSON.parse(new TextDecoder().decode(plainText)) as Ticket;
      if (until > this.#deps.clock.now()) return request;
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
    }
    throw new ServiceError('BAD_REQUEST', 'not a request that was resolved here, or it is over', {
      pointer: '/request',
    });
  }
}

const contextOf = ({ id }: InstanceRecord): string => `openid4vp presenting ${id}`;
