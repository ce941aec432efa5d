import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCommand } from '../support/command-line.ts';
import { createTemporaryDirectory } from '../support/temporary-directory.ts';
import { createTestCertificate } from '../support/tls.ts';

it('a start that is refused names the setting and what is wrong with it', async () => {
  const directory = await createTemporaryDirectory();
  const [one, other] = await Promise.all([createTestCertificate(['localhost']), createTestCertificate(['localhost'])]);
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(directory, name), text);
    return join(directory, name);
  };
  const cert = await file('cert.pem', one.cert);
  const foreign = await file('key.pem', other.key);
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const starts: readonly (readonly [Record<string, string>, string])[] = [
    [{ TLS_CERT: cert, TLS_KEY: foreign }, 'TLS_CERT, TLS_KEY: not a certificate and its own private key'],
    [{ TLS_CERT: cert, TLS_KEY: `${foreign}x` }, `TLS_KEY: ${foreign}x cannot be read`],
    [{ DATA_DIR: join(cert, 'below') }, `DATA_DIR: ${cert}/below cannot be made`],
    [{ PORT: String(port) }, `PORT: 127.0.0.1:${port} is taken`],
    [{ POLICY_FILE: await file('policy.json', 'x') }, 'POLICY_FILE: not the JSON of a policy'],
  ];
  for (const [at, [setting, words]] of starts.entries()) {
    const environment = { DATA_DIR: join(directory, `data-${at}`), PORT: '0', ...setting };
    const { code, err } = await runCommand(['serve'], { environment });
    expect({ code, err }, words).toEqual({ code: 64, err: expect.stringContaining(`\n  ${words}`) });
  }
  taken.close();
});
