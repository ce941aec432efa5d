import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type NodeLog, silentLog } from '../../src/app.ts';
import { bareCredential, startNode } from '../support/node.ts';

it('says at the start whose key is gone; the others go on', async () => {
  const alarms: string[] = [];
  const log: NodeLog = {
    ...silentLog,
    event: (name, more) => {
      if (name === 'alarm') alarms.push(String(more?.['what']));
    },
  };
  await using node = await startNode({ log });
  const lost = await node.createParty('lost');
  const keys = join(node.directory, 'keystore', 'keys');
  const files = await readdir(keys);
  const well = await node.createParty('well');
  await node.restart();
  expect(alarms).toEqual([]);
  for (const file of files) await rm(join(keys, file));
  await node.restart();
  expect(alarms).toEqual([expect.stringMatching(/^the key store has no key [0-9a-f]{32}, with which lost signs/)]);
  const issue = ({ slug, did, token }: typeof lost) =>
    node.post(`/issuers/${slug}/credentials/issue`, { credential: bareCredential(did) }, token);
  expect((await issue(lost)).body).toMatchObject({ code: 'KEY_STORE' });
  expect((await issue(well)).status).toBe(201);
});
