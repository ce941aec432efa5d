import { expect, it } from 'vitest';
import { startNode } from '../support/node.ts';

it('a node whose store does not answer is alive and not ready', async () => {
  await using node = await startNode();
  expect(await node.get('/health/ready')).toMatchObject({ status: 200, body: { status: 'ready' } });
  await node.node.store[Symbol.asyncDispose]();
  expect(await node.get('/health/ready')).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
  expect((await node.get('/health/live')).status).toBe(200);
});
