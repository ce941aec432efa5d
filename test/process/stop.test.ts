import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bareCredential } from '../support/node.ts';
import { startProcess } from '../support/process.ts';
import { createTemporaryDirectory } from '../support/temporary-directory.ts';

const ADMIN = 'a-token-that-lies-in-a-file-alone';
const PASSPHRASE = 'a passphrase that lies in a file alone';

type Answer = { status: number; id: string | null; body: Record<string, string> };

describe('a node as a platform runs it', () => {
  it('has a program that a link can start', async () => {
    expect((await stat('dist/main.js')).mode & 0o111).toBe(0o111);
  });

  it('takes its secrets from files, logs none of them, and stops being ready before it stops', async () => {
    const directory = await createTemporaryDirectory();
    const file = async (name: string, text: string): Promise<string> => {
      await writeFile(join(directory, name), `${text}\n`);
      return join(directory, name);
    };
    const node = await startProcess({
      DATA_DIR: join(directory, 'data'),
      ADMIN_TOKEN: '',
      ADMIN_TOKEN_FILE: await file('admin-token', ADMIN),
      KEY_PASSPHRASE_FILE: await file('key-passphrase', PASSPHRASE),
      LOG_LEVEL: 'trace',
      STOP_DELAY: '1',
    });
    const call = async (path: string, body?: unknown, token = ADMIN): Promise<Answer> => {
      const response = await fetch(node.url + path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const id = response.headers.get('x-request-id');
      return { status: response.status, id, body: (await response.json()) as Record<string, string> };
    };
    const made = await call('/admin/organizations', { slug: 'maker', name: { en: 'Mm', ko: '엠' }, role: 'company' });
    expect(made.status).toBe(201);
    const { did = '', token = '' } = made.body;
    const credential = { ...bareCredential(did), credentialSubject: { name: 'a name that nobody else is told' } };
    const issued = await call('/issuers/maker/credentials/issue', { credential }, token);
    expect(issued.status).toBe(201);
    const refused = await call('/issuers/maker/credentials/issue', { credential }, `${token}-with-more`);
    expect(refused).toMatchObject({ status: 401, body: { requestId: refused.id } });

    expect((await call('/health/ready')).status).toBe(200);
    const stopped = node.stop('SIGTERM');
    const seen: number[] = [];
    for (let tries = 0; tries < 100 && seen.at(-1) !== 503; tries += 1) seen.push((await call('/health/ready')).status);
    // Not ready, and all the same at work: who is sent here until others have noticed is answered.
    expect(seen.at(-1)).toBe(503);
    expect((await call('/issuers/maker/credentials/issue', { credential }, token)).status).toBe(201);
    expect(await stopped).toBe(0);

    const log = node.errors();
    expect(log).toContain(`"requestId":"${refused.id}"`);
    expect(log).toContain('"organisation":"maker"');
    const proof = (issued.body as unknown as { verifiableCredential: { proof: { proofValue: string } } })
      .verifiableCredential.proof.proofValue;
    for (const secret of [ADMIN, PASSPHRASE, token, 'Bearer', 'a name that nobody else is told', proof])
      expect(log).not.toContain(secret);
  }, 60_000);
});
