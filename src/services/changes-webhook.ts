import { randomUUID } from 'node:crypto';
import { Background } from '../base/background.ts';
import type { Clock } from '../base/clock.ts';
import { ServiceError } from '../base/error.ts';
import type { SealedKeyStore } from '../crypto/signers/sealed-file.ts';
import { newWebhookSecret, webhookHeaders } from '../crypto/webhook-signature.ts';
import { formatDateTime, readDateTime } from '../formats/date-time.ts';
import { readRequestUrl } from '../net/request-url.ts';
import type { PostOutcome, SafePost } from '../net/safe-post.ts';
import type { ChangeRecord, WebhookProgress, WebhookRecord } from '../store/reevaluation-records.ts';
import type { InstanceRecord, Store } from '../store/store.ts';

/** The kind of event, as CloudEvents 1.0 names kinds. */
const EVENT_TYPE = 'org.w3id.proofprint.evaluation.changed.v1';
/** An entry that could not be delivered is tried until it is this old, milliseconds, and at least once. */
const GIVE_UP_MS = 72 * 3_600_000;
/** The first wait after a failure; each further one is twice as long. */
const FIRST_WAIT_MS = 10_000;
const LONGEST_WAIT_MS = 6 * 3_600_000;
/** How long a secret that was replaced signs too. */
const OVERLAP_MS = 86_400_000;
/** Entries sent to one receiver before the next round; receivers served at once. */
const PER_ROUND = 20;
const AT_ONCE = 8;

interface ChangesWebhookDeps {
  readonly store: Pick<
    Store,
    'saveWebhook' | 'saveWebhookProgress' | 'findWebhook' | 'listWebhooks' | 'removeWebhook' | 'listChanges'
  >;
  readonly keys: Pick<SealedKeyStore, 'seal' | 'unseal'>;
  readonly clock: Clock;
  /** Whether it falls to this process, where several share the store; always unless given. */
  readonly mayWork?: (() => Promise<boolean>) | undefined;
  readonly post: SafePost;
  readonly publicUrl: () => string;
  readonly alarm: (what: string) => void;
}

type Sending = PostOutcome | { readonly status: 'secret' };

/** What may be shown of a webhook: everything but its secrets. */
export type WebhookView = Omit<WebhookRecord, 'secret' | 'previous' | 'verifier' | 'id'>;

/**
 * Sends the feed of changes to whoever a relying party names: in order, at least once, from a cursor that is on disk. A receiver that
 * is down holds up nobody else.
 */
export class ChangesWebhook {
  readonly #deps: ChangesWebhookDeps;
  readonly #background: Background;

  constructor(deps: ChangesWebhookDeps) {
    this.#deps = deps;
    this.#background = new Background(
      (stop) => this.deliver(stop),
      (error) => deps.alarm(`webhooks stopped: ${error instanceof ServiceError ? error.code : 'fault'}`),
    );
  }

  /**
   * Set or replace the address. The secret is told this once; the one before signs too for a day.
   * Errors: MALFORMED_VALUE_ERROR, HOST_BLOCKED for an IP address.
   */
  async set(instance: InstanceRecord, url: string): Promise<WebhookView & { readonly secret: string }> {
    assertUrl(url);
    const before = await this.#deps.store.findWebhook(instance.id);
    const now = this.#deps.clock.now();
    const secret = newWebhookSecret();
    const saved = await this.#deps.store.saveWebhook({
      verifier: instance.id,
      id: randomUUID(),
      url,
      secret: this.#seal(instance.id, secret),
      createdAt: formatDateTime(now),
      // An address that was changed is somebody else's until proven otherwise: it gets no signature that others can check.
      ...(before?.url === url ? { previous: { secret: before.secret, until: now + OVERLAP_MS } } : {}),
    });
    this.#background.wake();
    return { ...viewOf(saved), secret };
  }

  async require(instance: InstanceRecord): Promise<WebhookView> {
    const found = await this.#deps.store.findWebhook(instance.id);
    if (found === undefined) throw new ServiceError('NOT_FOUND', 'this instance has no webhook');
    return viewOf(found);
  }

  async remove(instance: InstanceRecord): Promise<void> {
    if (!(await this.#deps.store.removeWebhook(instance.id)))
      throw new ServiceError('NOT_FOUND', 'this instance has no webhook');
  }

  wake(): void {
    this.#background.wake();
  }

  start(): void {
    this.#background.start();
  }

  stop(): Promise<void> {
    return this.#background.stop();
  }

  /** One round: whoever is due gets some entries. Result: whether something was sent. */
  async deliver(stop?: AbortSignal): Promise<boolean> {
    if ((await this.#deps.mayWork?.()) === false) return false;
    const now = this.#deps.clock.now();
    const due = (await this.#deps.store.listWebhooks()).filter(
      ({ progress }) => progress.state === 'active' && progress.nextAttemptAt <= now,
    );
    let sent = false;
    for (let first = 0; first < due.length; first += AT_ONCE) {
      const outcomes = await Promise.all(
        due.slice(first, first + AT_ONCE).map((webhook) => this.#serve(webhook, stop)),
      );
      sent ||= outcomes.some(Boolean);
    }
    return sent;
  }

  async #serve(webhook: WebhookRecord, stop: AbortSignal | undefined): Promise<boolean> {
    let { progress } = webhook;
    for (let count = 0; count < PER_ROUND && !stop?.aborted; count += 1) {
      const page = await this.#deps.store.listChanges(webhook.verifier, { after: progress.cursor, limit: 1 });
      const [entry] = page.items;
      if (entry === undefined) return count > 0;
      const outcome = await this.#send(webhook, entry);
      progress = this.#after(progress, outcome, entry, page.cursor);
      await this.#deps.store.saveWebhookProgress(webhook, progress);
      if (outcome.status !== 'delivered') return true;
    }
    return true;
  }

  async #send(webhook: WebhookRecord, entry: ChangeRecord): Promise<Sending> {
    const now = this.#deps.clock.now();
    const secrets = this.#secretsOf(webhook, now);
    if (secrets === undefined) return { status: 'secret' };
    const body = JSON.stringify(eventOf(entry, this.#deps.publicUrl()));
    const headers = webhookHeaders({ id: entry.id, timestamp: Math.floor(now / 1000), body }, secrets);
    return this.#deps.post(webhook.url, {
      body,
      headers: { ...headers, 'content-type': 'application/cloudevents+json; charset=utf-8' },
    });
  }

  #after(before: WebhookProgress, outcome: Sending, entry: ChangeRecord, cursor: string): WebhookProgress {
    const now = this.#deps.clock.now();
    const { lastFailure: _over, ...rest } = before;
    if (outcome.status === 'delivered') {
      const lastDeliveredAt = formatDateTime(now);
      return { ...rest, cursor, failures: 0, nextAttemptAt: 0, delivered: before.delivered + 1, lastDeliveredAt };
    }
    const lastFailure = outcome.status === 'unreachable' ? outcome.reason : outcome.status;
    if (outcome.status === 'gone') return { ...rest, state: 'gone', lastFailure };
    const failures = before.failures + 1;
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
    const failed = { ...rest, failures, nextAttemptAt: now + wait, lastFailure };
    const tooOld = now - (readDateTime(entry.time) ?? now) >= GIVE_UP_MS;
    return tooOld ? { ...failed, cursor, givenUp: before.givenUp + 1 } : failed;
  }

  #seal(verifier: string, secret: string): string {
    return this.#deps.keys.seal(new TextEncoder().encode(secret), contextOf(verifier));
  }

  /** Nothing when a secret does not open, as after a change of the sealing key: it has to be set again. */
  #secretsOf({ verifier, secret, previous }: WebhookRecord, now: number): readonly string[] | undefined {
    const sealed = [secret, ...(previous !== undefined && previous.until > now ? [previous.secret] : [])];
    try {
      return sealed.map((one) => new TextDecoder().decode(this.#deps.keys.unseal(one, contextOf(verifier))));
    } catch (error) {
      if (error instanceof ServiceError && error.code === 'KEY_STORE') return undefined;
      throw error;
    }
  }
}

/** What a secret was sealed for; it opens as nothing else. */
const contextOf = (verifier: string): string => `changes-webhook ${verifier}`;

/** One entry of the feed as a CloudEvent (1.0, JSON event format, structured mode). */
function eventOf({ verifier, ...entry }: ChangeRecord, publicUrl: string): object {
  return {
    specversion: '1.0',
    id: entry.id,
    source: `${publicUrl}/verifiers/${verifier}`,
    type: EVENT_TYPE,
    subject: entry.evaluation,
    time: entry.time,
    datacontenttype: 'application/json',
    data: entry,
  };
}

function assertUrl(url: string): void {
  const read = readRequestUrl(url);
  if (read.ok) return;
  throw new ServiceError(read.blocked ? 'HOST_BLOCKED' : 'MALFORMED_VALUE_ERROR', read.reason, { pointer: '/url' });
}

function viewOf({ secret: _secret, previous: _old, verifier: _ours, id: _own, ...view }: WebhookRecord): WebhookView {
  return view;
}
