import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { ServiceError } from '../../base/error.ts';
import { type Finding, failed } from '../../base/finding.ts';
import type { JsonObject } from '../../base/json.ts';
import type { ProtocolError } from '../../base/protocol-error.ts';
import { readDcqlQuery } from '../../credentials/dcql/query.ts';
import type { Signer } from '../../crypto/signer.ts';
import type { SealedKeyStore } from '../../crypto/signers/sealed-file.ts';
import { formatDateTime } from '../../formats/date-time.ts';
import { sha256, sha256Hex } from '../../formats/digest.ts';
import { createResponseKey } from '../../proofs/encrypted-response.ts';
import { signRequestObject, writeRequestObject } from '../../proofs/request-object.ts';
import type { PresentationRequestRecord, PresentationStore } from '../../store/presentation-records.ts';
import type { InstanceRecord } from '../../store/store.ts';
import { type AskedPresentation, askedQuery } from './asked-query.ts';
import { type JudgeDeps, type Judged, judgeResponse, type Occasion } from './judge-response.ts';
import { refusal } from './refusal.ts';
import {
  addressesOf,
  linkByReference,
  linkByValue,
  parametersOf,
  type RequestSecrets,
  type Variant,
} from './request-parameters.ts';
import { plain, viewOf } from './request-view.ts';
import { assertOneKind, type ResponseForm, readResponse } from './response-form.ts';

/** Seconds a request waits for its response, unless asked for otherwise, and at most. */
const USUAL_LIFE_S = 300;
export const LONGEST_LIFE_S = 86_400;
/** How long the outcome can be fetched after the request has ended, milliseconds. */
const OUTCOME_KEPT_MS = 86_400_000;

/** Beside what was sealed, the name by which the wallet came. */
interface OpenSecrets extends RequestSecrets {
  readonly handle: string;
}

interface PresentationRequestsDeps extends Omit<JudgeDeps, 'verifyPresentation'> {
  readonly store: PresentationStore;
  readonly keys: Pick<SealedKeyStore, 'seal' | 'unseal'>;
  readonly clock: Clock;
  readonly publicUrl: () => string;
  readonly signerOf: (instance: InstanceRecord) => Promise<{ signer: Signer; did: string }>;
  readonly findVerifier: (id: string) => Promise<InstanceRecord | undefined>;
  /** The challenge of the occasion was spent with the request. */
  readonly verifyPresentation: (
    instance: InstanceRecord,
    document: JsonObject,
    occasion: Occasion,
  ) => ReturnType<JudgeDeps['verifyPresentation']>;
  /** Errors: CONFIG_REFUSED for an instance without a policy. */
  readonly assertEvaluates: (instance: InstanceRecord) => void;
  /** Evaluates what was presented and keeps the evaluation. */
  readonly evaluate: (
    instance: InstanceRecord,
    asked: { readonly credentials: readonly JsonObject[]; readonly regimes: readonly string[] },
  ) => Promise<JsonObject>;
  /** Told of every response that was judged. */
  readonly onVerdict?: ((verdict: Judged['verdict']) => void) | undefined;
}

/**
 * The verifier of OpenID4VP 1.0: asks wallets for presentations, takes each request's one response, and keeps what came of it for whoever
 * asked (docs/openid4vp.md).
 */
export class PresentationRequests {
  readonly #deps: PresentationRequestsDeps;

  constructor(deps: PresentationRequestsDeps) {
    this.#deps = deps;
  }

  /**
   * A new request. Its links are shown this once: whoever has one may answer.
   * Errors: BAD_REQUEST, MALFORMED_VALUE_ERROR, LIMIT_EXCEEDED for what is asked; CONFIG_REFUSED for a conformance instance, and for
   * regimes without a policy; whatever sealing throws.
   */
  async create(instance: InstanceRecord, asked: AskedPresentation): Promise<JsonObject> {
    const { keys, store, signerOf, publicUrl, clock } = this.#deps;
    if (instance.settings['conformance'] === true)
      throw new ServiceError('CONFIG_REFUSED', 'a conformance instance asks no wallet for anything');
    const query = askedQuery(asked, this.#deps.contexts);
    if (asked.regimes !== undefined) this.#deps.assertEvaluates(instance);
    const { did } = await signerOf(instance);
    const id = randomUUID();
    const handle = newSecret();
    const responseMode = asked.responseMode ?? 'direct_post.jwt';
    const secrets: RequestSecrets = {
      nonce: newSecret(),
      state: newSecret(),
      ...(responseMode === 'direct_post.jwt' ? { responseKey: createResponseKey().privateJwk } : {}),
    };
    const now = clock.now();
    const expiresAt = now + (asked.expiresIn ?? USUAL_LIFE_S) * 1000;
    const record: PresentationRequestRecord = {
      id,
      verifier: instance.id,
      handle: sha256Hex(handle),
      state: 'pending',
      query,
      ...(asked.regimes === undefined ? {} : { regimes: asked.regimes }),
      responseMode,
      clientId: `decentralized_identifier:${did}`,
      ...(asked.returnTo === undefined ? {} : { returnTo: asked.returnTo }),
      sealed: keys.seal(new TextEncoder().encode(JSON.stringify(secrets)), contextOf(id)),
      createdAt: formatDateTime(now),
      expiresAt,
      forgottenAt: expiresAt + OUTCOME_KEPT_MS,
    };
    await store.addPresentationRequest(record);
    const at = { publicUrl: publicUrl(), handle, clientId: record.clientId };
    const [signed, unsigned] = [addressesOf('signed', at), addressesOf('unsigned', at)];
    return {
      ...viewOf(record, now),
      clientId: signed.clientId,
      requestUri: signed.requestUri,
      links: {
        decentralized_identifier: linkByReference(signed, asked.requestUriMethod),
        redirect_uri: linkByReference(unsigned, undefined),
        redirect_uri_by_value: linkByValue(parametersOf(record, secrets, unsigned)),
      },
    };
  }

  /**
   * Where a request stands. Of one that sends browsers back, the outcome is only for whoever brings the code that the browser came with.
   * Errors: NOT_FOUND, FORBIDDEN for another code.
   */
  async require(instance: InstanceRecord, id: string, responseCode: string | undefined): Promise<JsonObject> {
    const record = await this.#deps.store.findPresentationRequest(instance.id, id);
    if (record === undefined) throw new ServiceError('NOT_FOUND', 'no such presentation request');
    const { outcome, responseCode: expected } = record;
    const view = viewOf(record, this.#deps.clock.now());
    if (outcome === undefined) return view;
    if (expected !== undefined && responseCode === undefined) return { ...view, responseCodeNeeded: true };
    if (expected !== undefined && !isSame(sha256Hex(responseCode ?? ''), expected))
      throw new ServiceError('FORBIDDEN', 'not the code that this response was answered with');
    return { ...view, outcome };
  }

  /**
   * The request object under a handle. Fetching it spends nothing: wallets fetch twice, and others look ahead.
   * Errors: ProtocolError invalid_request (404) for a request that is unknown, answered or over, and (400) for a nonce that is none.
   */
  async requestObject(handle: string, variant: Variant, walletNonce: string | undefined): Promise<string> {
    const { record, secrets } = await this.#requireOpen(handle, 404);
    if (walletNonce !== undefined && !/^[\x21-\x7e]{1,512}$/.test(walletNonce))
      throw refusal('a wallet_nonce is 1 to 512 visible ASCII characters');
    const { publicUrl, signerOf, findVerifier, clock } = this.#deps;
    const addresses = addressesOf(variant, { publicUrl: publicUrl(), handle, clientId: record.clientId });
    const parameters: JsonObject = {
      ...parametersOf(record, secrets, addresses),
      ...(walletNonce === undefined ? {} : { wallet_nonce: walletNonce }),
      iat: Math.floor(clock.now() / 1000),
      exp: Math.floor(record.expiresAt / 1000),
    };
    if (variant === 'unsigned') return writeRequestObject(parameters);
    const instance = await findVerifier(record.verifier);
    if (instance === undefined) throw gone(404);
    return signRequestObject(parameters, (await signerOf(instance)).signer);
  }

  /**
   * The one response of a request. It is spent before anything in it is looked at, so that of many at once one is judged.
   * Result: what the wallet is answered. Errors: ProtocolError invalid_request, with the code of what did not hold.
   */
  async receive(handle: string, variant: Variant, form: ResponseForm): Promise<JsonObject> {
    assertOneKind(form);
    const { record, secrets } = await this.#requireOpen(handle, 400);
    assertState(form.state, secrets.state, isStateNeeded(record.query) && form.response === undefined);
    const { store } = this.#deps;
    const spent = await store.spendPresentationRequest(record.handle);
    const instance = spent && (await this.#deps.findVerifier(record.verifier));
    if (instance === undefined) throw gone(400);
    if (form.error !== undefined) {
      const outcome = { verdict: 'refused', error: form.error, ...described(form.error_description) };
      return this.#answer(record, outcome);
    }
    const judged = await this.#judge({ record, secrets, variant, instance }, form);
    this.#deps.onVerdict?.(judged.verdict);
    if (judged.verdict !== 'accepted') {
      const { verdict, findings } = judged;
      await store.settlePresentationRequest(record.handle, { outcome: plain({ verdict, findings }) });
      throw notAccepted(findings);
    }
    const evaluation = await this.#evaluate(instance, record, judged);
    const { verdict, findings } = judged;
    const presented = judged.accepted.map(({ query, holder, presentation, content: credential }) => ({
      query,
      holder,
      presentation,
      credential,
    }));
    return this.#answer(record, plain({ verdict, findings, presented, evaluation }));
  }

  async #judge(
    {
      record,
      secrets,
      variant,
      instance,
    }: {
      readonly record: PresentationRequestRecord;
      readonly secrets: OpenSecrets;
      readonly variant: Variant;
      readonly instance: InstanceRecord;
    },
    form: ResponseForm,
  ): Promise<Judged> {
    const query = readDcqlQuery(record.query);
    const response = await readResponse(form, { mode: record.responseMode, responseKey: secrets.responseKey });
    if (!response.ok || !query.ok) {
      const findings = [response, query].flatMap((one) => (one.ok ? [] : one.findings));
      return { verdict: 'rejected', findings, accepted: [] };
    }
    const { state, vpToken } = response.value;
    const needed = isStateNeeded(record.query);
    if ((state === undefined && needed) || (state !== undefined && !isSame(state, secrets.state))) {
      const finding = failed('response.state', 'BAD_REQUEST', 'not the state of this request', { pointer: '/state' });
      return { verdict: 'rejected', findings: [finding], accepted: [] };
    }
    const at = { publicUrl: this.#deps.publicUrl(), handle: secrets.handle, clientId: record.clientId };
    const occasion = { challenge: secrets.nonce, domain: addressesOf(variant, at).clientId };
    return judgeResponse(
      vpToken,
      { query: query.value, occasion },
      {
        ...this.#deps,
        verifyPresentation: (document, made) => this.#deps.verifyPresentation(instance, document, made),
      },
    );
  }

  /** A relying party that cannot judge still has what was presented: what went wrong stands in the place of the evaluation. */
  async #evaluate(
    instance: InstanceRecord,
    { regimes }: PresentationRequestRecord,
    { accepted }: Judged,
  ): Promise<JsonObject | undefined> {
    if (regimes === undefined) return undefined;
    try {
      return await this.#deps.evaluate(instance, {
        credentials: accepted.map(({ credential }) => credential),
        regimes,
      });
    } catch (error) {
      if (error instanceof ServiceError) return { code: error.code, detail: error.message };
      throw error;
    }
  }

  /** Keep the outcome; the browser is sent back with a code, where it is to come back. */
  async #answer(record: PresentationRequestRecord, outcome: JsonObject): Promise<JsonObject> {
    const { returnTo, handle } = record;
    const code = returnTo === undefined ? undefined : newSecret();
    const responseCode = code === undefined ? undefined : sha256Hex(code);
    await this.#deps.store.settlePresentationRequest(handle, { outcome, responseCode });
    if (returnTo === undefined || code === undefined) return {};
    const back = new URL(returnTo);
    back.searchParams.set('response_code', code);
    return { redirect_uri: back.href };
  }

  /** A request that can still be answered, under the name that wallets know it by. Errors: ProtocolError. */
  async #requireOpen(
    handle: string,
    status: 400 | 404,
  ): Promise<{ record: PresentationRequestRecord; secrets: OpenSecrets }> {
    const record = await this.#deps.store.findPresentationRequestFor(sha256Hex(handle));
    if (record?.state !== 'pending' || record.sealed === undefined) throw gone(status);
    if (record.expiresAt <= this.#deps.clock.now()) throw gone(status);
    const opened = this.#deps.keys.unseal(record.sealed, contextOf(record.id));
    return { record, secrets: { ...(JSON.parse(new TextDecoder().decode(opened)) as RequestSecrets), handle } };
  }
}

/** 256 bits, in characters that stand in a URL as they are. */
const newSecret = (): string => randomBytes(32).toString('base64url');

/** What the secrets of a request are sealed for; they open as nothing else. */
const contextOf = (id: string): string => `openid4vp ${id}`;

/** One answer for what never was, is answered and is over: nobody learns which. */
const gone = (status: 400 | 404): ProtocolError =>
  refusal(
    'there is no such request, or it was answered, or it is over',
    status === 404 ? 'NOT_FOUND' : 'BAD_REQUEST',
    status,
  );

function notAccepted(findings: readonly Finding[]): ProtocolError {
  const first = findings.find(({ outcome }) => outcome === 'failed' || outcome === 'undetermined');
  const { code = 'QUERY_NOT_MET', detail = 'not accepted', pointer = '' } = first ?? {};
  return refusal(`not accepted: ${pointer} ${detail}`, code);
}

function assertState(state: string | undefined, expected: string, isNeeded: boolean): void {
  // Some wallets leave it out: the path already says which request is answered. One that is sent is held to what was given.
  if (state === undefined ? !isNeeded : isSame(state, expected)) return;
  throw refusal('the state is not that of this request');
}

/** Section 5.3: without a proof that says for which request it was made, the state alone ties the response to it. */
function isStateNeeded({ credentials }: JsonObject): boolean {
  return (credentials as readonly JsonObject[]).some((one) => one['require_cryptographic_holder_binding'] === false);
}

const isSame = (one: string, other: string): boolean => timingSafeEqual(sha256(one), sha256(other));

const described = (text: string | undefined): JsonObject =>
  text === undefined ? {} : { errorDescription: text.slice(0, 200) };
