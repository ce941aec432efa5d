/** Signatures on webhook messages as Standard Webhooks 1.0 has them (its sections on signature scheme and headers). */
import { createHmac, randomBytes } from 'node:crypto';

/** Bytes of a secret; the specification asks for 24 to 64. */
const SECRET_BYTES = 32;
const PREFIX = 'whsec_';

/** A new secret, in the form in which it is handed over. */
export function newWebhookSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64');
}

export interface WebhookMessage {
  /** The same for every attempt, so that a receiver knows one that it has had. */
  readonly id: string;
  /** Of this attempt, seconds since the epoch. */
  readonly timestamp: number;
  readonly body: string;
}

/** The headers of a message, with one signature (HMAC-SHA256, `v1`) for each secret. */
export function webhookHeaders(message: WebhookMessage, secrets: readonly string[]): Readonly<Record<string, string>> {
  const { id, timestamp, body } = message;
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`, 'utf8').digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}
