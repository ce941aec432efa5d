import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readKeyFile } from '../../src/crypto/signers/key-file.ts';
import { openSealingKey } from '../../src/crypto/signers/key-store-header.ts';
import { readNodeKey } from '../../src/crypto/signers/node-key.ts';
import { encodeBase58btc } from '../../src/formats/multibase.ts';
import { bareCredential, type Party, startNode, type TestNode } from '../support/node.ts';

let node: TestNode;
let party: Party;
const log: string[] = [];
const answers: string[] = [];
const write = (...parts: unknown[]): void => {
  log.push(
    JSON.stringify(parts, (_name, value) => (value instanceof Error ? `${value.stack} ${String(value.cause)}` : value)),
  );
};
beforeAll(async () => {
  node = await startNode({
    log: {
      request: (line) => write(line),
      fault: (where, error) => write(where, error),
      unavailable: (where, error) => write(where, error),
      event: (name, more) => write(name, more),
    },
  });
  party = await node.createParty('maker');
  for (const body of [
    { credential: bareCredential(party.did) },
    { credential: bareCredential('did:web:other.example') },
    { credential: {} },
    {},
  ]) {
    answers.push((await node.post('/issuers/maker/credentials/issue', body, party.token)).text);
  }
  answers.push((await node.post('/issuers/maker/credentials/issue', {}, `${party.token}x`)).text);
  answers.push((await node.get('/metrics')).text);
  await node.restart();
});
afterAll(() => node[Symbol.asyncDispose]());

/** Everything under the data folder, the keys' own sealed files included. */
async function filesOf(directory: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(path, await readFile(path));
  }
  return files;
}

function encodings(bytes: Uint8Array): readonly Buffer[] {
  const buffer = Buffer.from(bytes);
  return [
    buffer,
    ...(['hex', 'base64', 'base64url'] as const).map((form) => Buffer.from(buffer.toString(form).replace(/=+$/, ''))),
    Buffer.from(encodeBase58btc(bytes).slice(1)),
  ];
}

describe('what must stay secret', () => {
  it('private keys are nowhere in the data folder, the log or an answer, in any of five encodings', async () => {
    const files = await filesOf(node.directory);
    const secret = { key: await readNodeKey(join(node.directory, 'node.key'), false) };
    const sealingKey = await openSealingKey(join(node.directory, 'keystore', 'key-store.json'), {
      secret,
      cost: undefined,
      mayCreate: false,
    });
    const keyFiles = [...files].filter(([path]) => path.includes(join('keystore', 'keys')));
    expect(keyFiles.length).toBe(1);
    for (const [, bytes] of keyFiles) {
      const seed = readKeyFile(bytes, sealingKey)?.privateKey?.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
      if (seed === undefined) throw new Error('the key file does not open');
      // A control: the search finds what is there.
      expect(Buffer.concat([Buffer.from('x'), seed]).includes(seed)).toBe(true);
      const places: [string, Buffer][] = [
        ...files,
        ['log', Buffer.from(log.join('\n'))],
        ['answers', Buffer.from(answers.join('\n'))],
      ];
      for (const [place, content] of places) {
        for (const form of encodings(seed)) expect(content.includes(form), place).toBe(false);
      }
    }
  });

  it('tokens are nowhere but in the answer that showed them', async () => {
    const everything = Buffer.concat([
      ...(await filesOf(node.directory)).values(),
      Buffer.from([...log, ...answers].join('\n')),
    ]);
    expect(everything.includes(party.token)).toBe(false);
    expect(everything.includes('admin-token-for-tests-only')).toBe(false);
  });

  it('what a claim says is in no log line', () => {
    expect(log.length).toBeGreaterThan(5);
    expect(log.join('\n')).not.toContain('A product');
  });
});
