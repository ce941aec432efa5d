/** What holds on every route of the table, those that somebody adds tomorrow included. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { startNode } from '../support/node.ts';

describe('every route', () => {
  it('answers with the security headers, refused or not', async () => {
    await using node = await startNode();
    for (const { method, path } of node.node.routes) {
      const { headers } = await node.request(method, path.replace(/\{\w+\}/g, 'nothing'));
      const told = Object.fromEntries(headers);
      expect(told, `${method} ${path}`).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'strict-transport-security': expect.stringContaining('max-age='),
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'cache-control': expect.any(String),
      });
      expect(told['x-powered-by']).toBeUndefined();
    }
  });

  it('is limited for each token, with a time to come back', async () => {
    await using node = await startNode({ environment: { CALLER_RATE_LIMIT: '3' } });
    const party = await node.createParty('maker');
    const ask = () => node.get('/issuers/maker/credentials', party.token);
    const answers = [await ask(), await ask(), await ask(), await ask()];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers[3]?.body.code).toBe('RATE_LIMITED');
    expect(Number(answers[3]?.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('no secret', () => {
  it('has a default: what nobody set is made anew on every node, or is not there', async () => {
    const { adminToken, nextAdminToken, oidc, keys } = readConfig({});
    expect({ adminToken, nextAdminToken, oidc, keys }).toEqual({ keys: { keyFile: undefined } });
    const environment = { ADMIN_TOKEN: '' };
    await using one = await startNode({ environment });
    await using other = await startNode({ environment });
    const secrets = [one.node.newAdminToken, other.node.newAdminToken];
    for (const { directory } of [one, other]) secrets.push(await readFile(join(directory, 'node.key'), 'utf8'));
    expect(secrets.every((secret) => (secret ?? '').length > 40)).toBe(true);
    expect(new Set(secrets).size).toBe(4);
    for (const guess of ['admin', 'admin-token-for-tests-only', 'changeme-changeme', 'proofprint-admin-token'])
      expect((await one.get('/admin/organizations', guess)).status).toBe(401);
  });
});
