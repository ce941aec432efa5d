import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, bareCredential } from '../support/node.ts';
import { type NodeProcess, startProcess } from '../support/process.ts';

let directory: string;
let node: NodeProcess;
const agent = new Agent({ keepAlive: true, maxSockets: 1000 });
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'proofprint-load-'));
  node = await startProcess({ DATA_DIR: directory });
});
afterAll(async () => {
  agent.destroy();
  await node.stop('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

function post(path: string, body: unknown, token: string): Promise<{ status: number; body: Record<string, never> }> {
  const payload = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const call = httpRequest(
      node.url + path,
      {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(payload),
          authorization: `Bearer ${token}`,
        },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(parts).toString()) }),
        );
      },
    );
    call.on('error', reject);
    call.end(payload);
  });
}

describe('a node under load', () => {
  it('gives a thousand concurrent issues a thousand distinct status indexes, and stops cleanly with requests in flight', async () => {
    const { body: party } = await post(
      '/admin/organizations',
      { slug: 'maker', name: { en: 'M', ko: '엠' }, role: 'company' },
      ADMIN_TOKEN,
    );
    const credential = bareCredential(party['did'] ?? '');
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () =>
        post('/issuers/maker/credentials/issue', { credential }, party['token'] ?? ''),
      ),
    );
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    const places = answers.map(({ body }) => {
      const { statusListCredential, statusListIndex } =
        (body as Record<string, Record<string, Record<string, string>>>)['verifiableCredential']?.[
          'credentialStatus'
        ] ?? {};
      return `${statusListCredential}#${statusListIndex}`;
    });
    expect(new Set(places).size).toBe(1000);

    const inFlight = Promise.allSettled(
      Array.from({ length: 20 }, () => post('/issuers/maker/credentials/issue', { credential }, party['token'] ?? '')),
    );
    const code = await node.stop('SIGTERM');
    expect(code).toBe(0);
    for (const outcome of await inFlight) {
      // Answered, or cleanly refused before it was taken.
      if (outcome.status === 'fulfilled') expect(outcome.value.status).toBe(201);
    }
  }, 120_000);
});
