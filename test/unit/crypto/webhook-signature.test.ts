import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { newWebhookSecret, webhookHeaders } from '../../../src/crypto/webhook-signature.ts';

describe('a webhook signature', () => {
  test('is what Standard Webhooks computes', () => {
    const message = {
      id: 'msg_loFOjxBNrRLzqYUf',
      timestamp: 1731705121,
      body: '{"event_type":"ping","data":{"success":true}}',
    };
    expect(webhookHeaders(message, ['whsec_plJ3nmyCDGBKInavdOK15jsl'])).toEqual({
      'webhook-id': 'msg_loFOjxBNrRLzqYUf',
      'webhook-timestamp': '1731705121',
      'webhook-signature': 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
    });
  });

  test('covers the bytes of the body in UTF-8, once for each secret', () => {
    const secrets = [newWebhookSecret(), newWebhookSecret()];
    const message = { id: 'urn:uuid:1', timestamp: 1, body: '{"이름":"코일"}' };
    const expected = secrets.map((secret) => {
      const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
      return `v1,${createHmac('sha256', key).update(Buffer.from('urn:uuid:1.1.{"이름":"코일"}')).digest('base64')}`;
    });
    expect(webhookHeaders(message, secrets)['webhook-signature']).toBe(expected.join(' '));
  });

  test('is made with 256 random bits', () => {
    const secret = newWebhookSecret();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(newWebhookSecret()).not.toBe(secret);
  });
});
