/**
 * `npm run signer`: a signer to keep keys apart from the node that issues with them, by the interface of docs/remote-signer.md. It is the
 * reference for those who write their own, and is run by the tests. Keys are sealed files, or in a PKCS#11 module with the same settings as
 * a node's (`KEYS`, `PKCS11_…`). Every signature is told in one line: for whom, by which key, over what digest.
 *
 * `HOST` `PORT` `DATA_DIR` `TLS_CERT` `TLS_KEY` `KEY_PASSPHRASE` or `KEY_FILE`, and by what it knows the node: `SIGNER_TOKEN_FILE`,
 * `SIGNER_CLIENT_CA` (PEM), or both.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ServiceError } from '../src/base/error.ts';
import { type JsonObject, readJsonObject } from '../src/base/json.ts';
import { readConfig } from '../src/config.ts';
import { isKeyType } from '../src/crypto/algorithms.ts';
import { KEY_ID } from '../src/crypto/signers/key-file.ts';
import type { SealedKeyStore } from '../src/crypto/signers/sealed-file.ts';
import { decodeBase64url, encodeBase64url } from '../src/formats/multibase.ts';
import { openKeys } from '../src/kept.ts';

export interface SignerOptions {
  readonly keys: SealedKeyStore;
  readonly tls: { readonly cert: string; readonly key: string };
  readonly token?: string | undefined;
  /** PEM: whose client certificates are let in. */
  readonly clientCa?: string | undefined;
  readonly host?: string;
  readonly port?: number;
  readonly tell: (line: JsonObject) => void;
}

interface Reply {
  readonly status: number;
  readonly body?: JsonObject;
}

/** Characters of what is to be signed; bytes of a request. */
const LONGEST_DATA = 4 * 1024 * 1024;
const TENANT = /^[a-z][a-z0-9-]{1,62}$/;

export async function startSigner(options: SignerOptions): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { tls, token, clientCa, host = '127.0.0.1', port = 0 } = options;
  if (token === undefined && clientCa === undefined) throw new Error('neither SIGNER_TOKEN_FILE nor SIGNER_CLIENT_CA');
  const admission = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true };
  const server = createServer({ ...tls, ...admission, minVersion: 'TLSv1.2' }, (request, response) => {
    void answer(options, request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(options: SignerOptions, request: IncomingMessage): Promise<Reply> {
  if (options.token !== undefined && !isToken(request.headers.authorization, options.token)) return { status: 401 };
  const bytes = await readBody(request);
  const read = readJsonObject(bytes.length === 0 ? '{}' : bytes);
  if (!read.ok) return { status: 400 };
  try {
    return await act(options, `${request.method} ${request.url}`, read.value);
  } catch (error) {
    const code = error instanceof ServiceError ? error.code : 'INTERNAL';
    return { status: code === 'CONFLICT' ? 422 : 503, body: { code } };
  }
}

async function act({ keys, tell }: SignerOptions, what: string, body: JsonObject): Promise<Reply> {
  if (what === 'POST /keys') return create(keys, body);
  const [, keyId = ''] = /^\w+ \/keys\/([0-9a-f]{32})(?:\/signatures)?$/.exec(what) ?? [];
  const key = keys.list().find((known) => known.keyId === keyId);
  if (key === undefined) return { status: 404 };
  if (what === `DELETE /keys/${keyId}`) {
    await keys.destroyKey(keyId);
    return { status: 204 };
  }
  const data = decodeBase64url(body['data'], LONGEST_DATA);
  if (what !== `POST /keys/${keyId}/signatures` || data === undefined) return { status: 400 };
  if (body['publicKeyMultibase'] !== key.publicKeyMultibase) return { status: 409 };
  const signature = await (await keys.signer(keyId, `#${keyId}`)).sign({ data });
  tell({ signed: createHash('sha256').update(data).digest('hex'), key: keyId, tenant: key.tenant, bytes: data.length });
  return { status: 200, body: { signature: encodeBase64url(signature) } };
}

async function create(keys: SealedKeyStore, { keyId, tenant, keyType }: JsonObject): Promise<Reply> {
  if (typeof keyId !== 'string' || !KEY_ID.test(keyId)) return { status: 400 };
  if (typeof tenant !== 'string' || !TENANT.test(tenant)) return { status: 400 };
  if (!isKeyType(keyType) || keyType === 'Bls12381G2') return { status: 422 };
  const known = keys.list().find((key) => key.keyId === keyId);
  if (known !== undefined && (known.tenant !== tenant || known.keyType !== keyType)) return { status: 409 };
  const key = known ?? (await keys.createKey({ keyId, tenant, keyType }));
  return { status: known === undefined ? 201 : 200, body: { publicKeyMultibase: key.publicKeyMultibase } };
}

function isToken(given: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given ?? ''), digest(`Bearer ${token}`));
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > LONGEST_DATA) return Buffer.from('too long');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function main(): Promise<void> {
  const { SIGNER_TOKEN_FILE, SIGNER_CLIENT_CA, ...environment } = process.env;
  const config = readConfig(environment);
  if (config.tls === undefined) throw new Error('TLS_CERT and TLS_KEY are needed');
  const read = (file: string): string => readFileSync(file, 'utf8');
  const say = (line: JsonObject): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
  const signer = await startSigner({
    keys: await openKeys(config, (alarm) => say({ alarm })),
    tls: { cert: read(config.tls.certificateFile), key: read(config.tls.keyFile) },
    token: SIGNER_TOKEN_FILE === undefined ? undefined : read(SIGNER_TOKEN_FILE).trimEnd(),
    clientCa: SIGNER_CLIENT_CA === undefined ? undefined : read(SIGNER_CLIENT_CA),
    host: config.host,
    port: config.port,
    tell: say,
  });
  say({ ready: signer.url, keys: join(config.dataDirectory, 'keystore') });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
