import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGuard } from '../../src/net/guarded-request.ts';
import { createSafePost } from '../../src/net/safe-post.ts';
import { startNode, type TestNode } from '../support/node.ts';
import { EXAMPLE_NODE, type RelyingParty, settleRelyingParty } from '../support/relying-party.ts';
import { createLookup, createTestCertificate, startTlsHost, type TlsHost } from '../support/tls.ts';

const HOST = 'hooks.example';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let receiver: TlsHost;
let received: Received[];
let answer: number;
let node: TestNode;
let party: RelyingParty;
let url: string;
const logged: string[] = [];

beforeEach(async () => {
  received = [];
  answer = 204;
  receiver = await startTlsHost(await createTestCertificate([HOST]), (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      response.writeHead(answer).end();
    });
  });
  url = `https://${HOST}:${receiver.port}/changes`;
  const guard = createGuard({
    allowedHosts: [`${HOST}:${receiver.port}`],
    lookup: createLookup({ [HOST]: ['127.0.0.1'], 'inside.example': ['10.0.0.1'] }),
    ca: receiver.ca,
  });
  const log = (line: unknown) => logged.push(JSON.stringify(line));
  node = await startNode({
    ...EXAMPLE_NODE,
    post: createSafePost(guard),
    log: {
      request: log,
      event: (name, more) => log([name, more]),
      fault: (id, error) => log([id, String(error)]),
      unavailable: () => undefined,
    },
  });
  party = await settleRelyingParty(node);
});
afterEach(async () => {
  await node[Symbol.asyncDispose]();
  await receiver.close();
});

const forward = (seconds: number) => {
  node.clock.set(node.clock.now() + seconds * 1000);
  node.node.wake();
};
const state = async () => (await party.get('/changes-webhook')).body;
const arrived = (count: number) =>
  vi.waitFor(() => expect(received).toHaveLength(count), { timeout: 20_000, interval: 20 });
const reached = (expected: object) =>
  vi.waitFor(async () => expect(await state()).toMatchObject(expected), { timeout: 20_000, interval: 20 });

/** As a receiver does it who has the secret and the clock of the node (docs/trust.md, section 6). */
function isGenuine({ headers, body }: Received, secret: string): boolean {
  const [id, timestamp] = [String(headers['webhook-id']), String(headers['webhook-timestamp'])];
  if (Math.abs(Number(timestamp) * 1000 - node.clock.now()) > 300_000) return false;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .map((one) => Buffer.from(one.replace(/^v1,/, ''), 'base64'))
    .some((one) => one.length === expected.length && timingSafeEqual(one, expected));
}

/** From here on what is judged again comes out as REJECT. */
async function fall(): Promise<void> {
  await party.changeStatus('statement:coil-pcf', { reason: 'withdrawn' });
}

describe('a webhook', () => {
  it('tells of a change, signed, as a CloudEvent; and goes on from its cursor after a restart', async () => {
    const set = await party.post('/changes-webhook', { url });
    expect(set).toMatchObject({ status: 201, body: { url, state: 'active', delivered: 0, failures: 0 } });
    const { secret } = set.body;
    expect(secret).toMatch(/^whsec_/);
    const [first, second] = [(await party.ask()).body.id, (await party.ask()).body.id];
    await fall();
    expect((await party.post(`/evaluations/${first}/reevaluate`, {})).status).toBe(201);
    await arrived(1);
    const [message] = received as [Received];
    expect(isGenuine(message, secret)).toBe(true);
    expect(isGenuine({ ...message, body: message.body.replace('ACCEPT', 'REJECT') }, secret)).toBe(false);
    expect(message.headers['content-type']).toMatch(/^application\/cloudevents\+json/);
    const [entry] = (await party.get('/evaluations/changes')).body.changes;
    expect(message.headers['webhook-id']).toBe(entry.id);
    expect(JSON.parse(message.body)).toEqual({
      specversion: '1.0',
      id: entry.id,
      source: 'https://node.example/verifiers/desk',
      type: 'org.w3id.proofprint.evaluation.changed.v1',
      subject: entry.evaluation,
      time: entry.time,
      datacontenttype: 'application/json',
      data: entry,
    });
    await reached({ delivered: 1, lastDeliveredAt: '2027-04-15T00:00:00Z' });

    answer = 503;
    expect((await party.post(`/evaluations/${second}/reevaluate`, {})).status).toBe(201);
    await reached({ delivered: 1, failures: 1, lastFailure: 'refused', nextAttemptAt: '2027-04-15T00:00:10Z' });
    await node.restart();
    answer = 200;
    expect(await state()).toMatchObject({ delivered: 1, failures: 1 });
    forward(10);
    await reached({ delivered: 2, failures: 0 });
    const ids = received.map(({ headers }) => headers['webhook-id']);
    // The second entry came twice under one id, the first did not come again.
    expect(ids).toEqual([entry.id, ids[1], ids[1]]);
    expect(received.every((one) => isGenuine(one, secret))).toBe(true);
    expect((await state()).cursor).toBe((await party.get('/evaluations/changes')).body.cursor);
    expect(logged.join('\n')).not.toContain(secret.slice(6, 20));
  });

  it('signs with the old and the new secret for a day after a change', async () => {
    const old = (await party.post('/changes-webhook', { url })).body.secret;
    const evaluations = [];
    for (let count = 0; count < 2; count += 1) evaluations.push((await party.ask()).body.id);
    const fresh = (await party.post('/changes-webhook', { url })).body.secret;
    expect(fresh).not.toBe(old);
    expect(JSON.stringify(await state())).not.toMatch(/whsec|secret/);
    await fall();
    await party.post(`/evaluations/${evaluations[0]}/reevaluate`, {});
    await arrived(1);
    expect([old, fresh].map((secret) => isGenuine(received[0] as Received, secret))).toEqual([true, true]);
    forward(86_400);
    await party.post(`/evaluations/${evaluations[1]}/reevaluate`, {});
    await arrived(2);
    expect([old, fresh].map((secret) => isGenuine(received[1] as Received, secret))).toEqual([false, true]);
  });

  it('tries for three days, twice as far apart each time, and then passes over what nobody takes', async () => {
    await party.post('/changes-webhook', { url });
    const evaluations = [];
    for (let count = 0; count < 2; count += 1) evaluations.push((await party.ask()).body.id);
    await fall();
    answer = 500;
    await party.post(`/evaluations/${evaluations[0]}/reevaluate`, {});
    await reached({ failures: 1, nextAttemptAt: '2027-04-15T00:00:10Z' });
    forward(10);
    await reached({ failures: 2, nextAttemptAt: '2027-04-15T00:00:30Z' });
    forward(19);
    node.node.wake();
    expect(await state()).toMatchObject({ failures: 2 });
    forward(71 * 3600);
    await reached({ failures: 3, givenUp: 0 });
    await party.post(`/evaluations/${evaluations[1]}/reevaluate`, {});
    forward(3600);
    await reached({ failures: 4, givenUp: 1, delivered: 0 });
    answer = 200;
    forward(3600);
    await reached({ failures: 0, givenUp: 1, delivered: 1 });
    // What was passed over still stands in the feed.
    expect((await party.get('/evaluations/changes')).body.changes).toHaveLength(2);
  });

  it('ends when the receiver says that it is gone, and begins again when it is set again', async () => {
    await party.post('/changes-webhook', { url });
    const id = (await party.ask()).body.id;
    await fall();
    answer = 410;
    await party.post(`/evaluations/${id}/reevaluate`, {});
    await reached({ state: 'gone', lastFailure: 'gone' });
    answer = 200;
    forward(86_400);
    expect(received).toHaveLength(1);
    expect((await party.post('/changes-webhook', { url })).body).toMatchObject({ state: 'active' });
    await reached({ delivered: 1 });
  });

  it('tells nothing of before it was set, and nothing after it was removed', async () => {
    const ids = [(await party.ask()).body.id, (await party.ask()).body.id];
    await fall();
    await party.post(`/evaluations/${ids[0]}/reevaluate`, {});
    const { cursor } = (await party.post('/changes-webhook', { url })).body;
    expect(cursor).toBe((await party.get('/evaluations/changes')).body.cursor);
    expect((await node.request('DELETE', '/verifiers/desk/changes-webhook', { token: party.buyer.token })).status).toBe(
      204,
    );
    await party.post(`/evaluations/${ids[1]}/reevaluate`, {});
    forward(60);
    expect(await party.get('/changes-webhook')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect(received).toEqual([]);
  });

  it('never reaches inside, whatever it is called', async () => {
    for (const [address, code] of [
      ['http://hooks.example/', 'MALFORMED_VALUE_ERROR'],
      ['https://user:pass@hooks.example/', 'MALFORMED_VALUE_ERROR'],
      ['not a url', 'MALFORMED_VALUE_ERROR'],
      ['https://127.0.0.1/', 'HOST_BLOCKED'],
      ['https://[::1]/', 'HOST_BLOCKED'],
      ['https://169.254.169.254/latest', 'HOST_BLOCKED'],
    ]) {
      expect(await party.post('/changes-webhook', { url: address })).toMatchObject({
        body: { code, pointer: '/url' },
      });
    }
    await party.post('/changes-webhook', { url: 'https://inside.example/' });
    const id = (await party.ask()).body.id;
    await fall();
    await party.post(`/evaluations/${id}/reevaluate`, {});
    await reached({ failures: 1, lastFailure: 'blocked' });
  });

  it('belongs to its organisation and ends with it', async () => {
    await party.post('/changes-webhook', { url });
    const other = await node.createParty('other-party');
    const path = '/verifiers/desk/changes-webhook';
    expect((await node.get(path, other.token)).status).toBe(404);
    expect((await node.post(path, { url }, other.token)).status).toBe(404);
    expect((await node.request('DELETE', path, { token: other.token })).status).toBe(404);
    await node.request('DELETE', '/admin/organizations/the-buyer?confirm=the-buyer', {
      token: 'admin-token-for-tests-only',
    });
    expect(await node.node.store.listWebhooks()).toEqual([]);
  });
});
