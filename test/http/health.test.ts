import { expect, it } from 'vitest';
import { startNode } from '../support/node.ts';

it('a node whose store does not answer is alive and not ready', async () => {
  const told: string[] = [];
  const log = { request: () => undefined, event: () => undefined };
  const fault = () => void told.push('fault');
  const unavailable = () => void told.push('unavailable');
  await using node = await startNode({ log: { ...log, fault, unavailable } });
  expect(await node.get('/health/ready')).toMatchObject({ status: 200, body: { status: 'ready' } });
  await node.node.store[Symbol.asyncDispose]();
  expect(await node.get('/health/ready')).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
  expect((await node.get('/health/live')).status).toBe(200);
  // What comes back by itself wakes nobody: it is told in the answer, and in the metrics of refusals.
  expect(told).not.toContain('fault');
  expect((await node.get('/metrics')).text).toContain('proofprint_log_events_total{event="fault"} 0');
});
