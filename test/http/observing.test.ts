import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bareCredential, type Party, startNode, type TestNode } from '../support/node.ts';

interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, string>> }[];
  readonly status: { readonly code?: number };
}

/** A collector: takes OTLP over HTTP in JSON, as the protocol has it, and keeps the spans. */
function createCollector() {
  const spans: ReceivedSpan[] = [];
  const seen: { path: string | undefined; authorization: string | undefined; resource: unknown; body: string }[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString();
      for (const { resource, scopeSpans } of JSON.parse(body).resourceSpans) {
        seen.push({ path: request.url, authorization: request.headers.authorization, resource, body });
        for (const scope of scopeSpans) spans.push(...scope.spans);
      }
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  return { server, spans, seen };
}

const collector = createCollector();
const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
const SECRET = 'Bearer of-the-collector';
let node: TestNode;
let party: Party;
let text = '';
const traceIds: (string | undefined)[] = [];

beforeAll(async () => {
  await new Promise<void>((resolve) => collector.server.listen(0, '127.0.0.1', resolve));
  const { port } = collector.server.address() as AddressInfo;
  node = await startNode({
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/otlp/`,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=${encodeURIComponent(SECRET)}`,
      OTEL_SERVICE_NAME: 'a-node',
    },
    log: {
      request: ({ traceId }) => traceIds.push(traceId),
      fault: () => undefined,
      unavailable: () => undefined,
      event: () => undefined,
    },
  });
  party = await node.createParty('maker');
  const credential = bareCredential(party.did);
  const issued = await node.post('/issuers/maker/credentials/issue', { credential }, party.token, {
    traceparent: PARENT,
  });
  expect(issued.status).toBe(201);
  const { verifiableCredential } = issued.body;
  const verify = (changes: object) =>
    node.post('/verifiers/maker/credentials/verify', { verifiableCredential: { ...verifiableCredential, ...changes } });
  expect((await verify({})).body.verified).toBe(true);
  expect((await verify({ name: 'another' })).body.verified).toBe(false);
  // Looked for on this machine, and turned back before a byte leaves.
  const proof = { ...verifiableCredential.proof, verificationMethod: 'did:web:localhost%3A1#key' };
  expect((await verify({ issuer: 'did:web:localhost%3A1', proof })).body.verified).toBe(false);
  expect((await node.post('/issuers/maker/credentials/issue', {}, 'no-token-of-anybody')).status).toBe(401);
  text = (await node.get('/metrics')).text;
  await node[Symbol.asyncDispose]();
});
afterAll(() => {
  collector.server.closeAllConnections();
  collector.server.close();
});

const attributesOf = ({ attributes }: ReceivedSpan): Record<string, string | undefined> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value['stringValue'] ?? value['intValue']]));

describe('traces', () => {
  it('tell of one request what it was busy with, under the name that its sender gave it', () => {
    const issue = collector.spans.find(({ parentSpanId }) => parentSpanId === 'b7ad6b7169203331');
    expect(issue).toMatchObject({ name: 'POST /issuers/{id}/credentials/issue', kind: 2, status: {} });
    expect(issue?.traceId).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(issue && attributesOf(issue)).toMatchObject({
      'http.response.status_code': '201',
      'proofprint.organisation': 'maker',
    });
    const parts = collector.spans.filter(
      ({ traceId, spanId }) => traceId === issue?.traceId && spanId !== issue.spanId,
    );
    expect(parts.filter(({ parentSpanId }) => parentSpanId === issue?.spanId).length).toBeGreaterThan(0);
    const acts = parts.filter(({ name }) => name === 'store commit').map((span) => attributesOf(span)['act']);
    expect(acts).toContain('record-intent');
    expect(parts.map(({ name }) => name)).toContain('proof create');
    for (const { startTimeUnixNano, endTimeUnixNano } of parts)
      expect(BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano)).toBe(true);
    expect(traceIds).toContain(issue?.traceId);
  });

  it('tell what was asked of others, and which codes refusals had', () => {
    const asked = collector.spans.find(({ kind }) => kind === 3);
    expect(asked && attributesOf(asked)).toEqual({ 'server.address': 'localhost' });
    expect(collector.spans.map((span) => attributesOf(span)['proofprint.code'])).toContain('UNAUTHORIZED');
    expect(collector.spans.map(({ name }) => name)).toContain('proof check');
  });

  it('go where the operator said, and hold no secret and no claim', () => {
    expect(collector.seen[0]).toMatchObject({
      path: '/otlp/v1/traces',
      authorization: SECRET,
      resource: { attributes: expect.arrayContaining([{ key: 'service.name', value: { stringValue: 'a-node' } }]) },
    });
    const everything = collector.seen.map(({ body }) => body).join('');
    for (const value of [party.token, 'A product', 'no-token-of-anybody', 'of-the-collector'])
      expect(everything).not.toContain(value);
  });

  it('hold up nobody where there is no collector', async () => {
    await using alone = await startNode({ environment: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' } });
    expect((await alone.get('/health/ready')).status).toBe(200);
  });
});

describe('metrics', () => {
  it.each([
    'proofprint_verifications_total{verdict="accepted"} 1',
    'proofprint_verifications_total{verdict="rejected"} 2',
    'proofprint_refusals_total{code="UNAUTHORIZED"} 1',
    'proofprint_store_acts_total{act="record-intent",outcome="done"} 1',
    'proofprint_store_acts_waiting 0',
    'proofprint_log_events_total{event="alarm"} 0',
    'proofprint_background_lease 1',
    'proofprint_ready 1',
  ])('show %s', (line) => {
    expect(text.split('\n')).toContain(line);
  });

  it('show how far the journal is and how much room there is', () => {
    expect(Number(/^proofprint_journal_sequence (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(3);
    expect(Number(/^proofprint_disk_free_bytes (\S+)$/m.exec(text)?.[1])).toBeGreaterThan(0);
  });
});
