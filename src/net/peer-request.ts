/**
 * Requests to one peer that the operator named: a service in a network of their own, at an address that strangers' URLs may never reach
 * (`guarded-request.ts`). Nothing here can be pointed anywhere else: one origin, fixed when it is made, https, no redirect, no proxy, and
 * trusted by the given certificates alone, never by the system's.
 */
import { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { createSecureContext } from 'node:tls';

/** Bytes of an answer. */
export const MAX_PEER_ANSWER = 16 * 1024;
/** Milliseconds from the call to the last byte. */
export const PEER_TIMEOUT_MS = 5_000;
const CONNECTIONS = 16;

export interface PeerSettings {
  /** https; what is asked lies below its path. */
  readonly url: string;
  /** PEM: whose server certificates count. */
  readonly ca: string;
  /** PEM: the certificate and key by which the peer knows this node. */
  readonly client?: { readonly certificate: string; readonly key: string } | undefined;
  /** Bearer token by which the peer knows this node. */
  readonly token?: string | undefined;
  /** Milliseconds from the call to the last byte, where it is not the usual time. */
  readonly timeoutMs?: number;
}

export interface PeerCall {
  readonly method: 'POST' | 'DELETE';
  /** Below the URL of the peer, beginning with a slash. */
  readonly path: string;
  readonly body?: string;
}

/** `failed`: how far it came, never what was sent. */
export type PeerAnswer =
  | { readonly status: number; readonly text: string }
  | { readonly failed: 'connect' | 'tls' | 'timeout' | 'response' | 'too-large' };

export type AskPeer = (call: PeerCall) => Promise<PeerAnswer>;

/** Errors: RangeError for settings that cannot be used; it says which, and nothing of a key or token. */
export function createPeer({ url, ca, client, token, timeoutMs = PEER_TIMEOUT_MS }: PeerSettings): AskPeer {
  const base = readPeerUrl(url);
  assertCertificates(ca, client);
  const agent = new Agent({
    keepAlive: true,
    maxSockets: CONNECTIONS,
    ca,
    minVersion: 'TLSv1.2',
    ...(client === undefined ? {} : { cert: client.certificate, key: client.key }),
  });
  return ({ method, path, body }) =>
    new Promise((resolve) => {
      const signal = AbortSignal.timeout(timeoutMs);
      const headers = {
        accept: 'application/json',
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      };
      const sent = request(`${base}${path}`, { method, agent, headers, signal }, (response) => {
        void readAnswer(response).then(resolve);
      });
      sent.on('error', (error) => resolve({ failed: signal.aborted ? 'timeout' : reasonOf(error) }));
      sent.end(body);
    });
}

function readPeerUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new RangeError('url: an https address without user, query or fragment');
  return url.href.replace(/\/$/, '');
}

function assertCertificates(ca: string, client: PeerSettings['client']): void {
  try {
    new X509Certificate(ca);
  } catch {
    throw new RangeError('caFile: no certificate in PEM');
  }
  if (client === undefined) return;
  try {
    createSecureContext({ cert: client.certificate, key: client.key });
  } catch {
    throw new RangeError('certificateFile, keyFile: not a certificate in PEM and the key that belongs to it');
  }
}

async function readAnswer(response: IncomingMessage): Promise<PeerAnswer> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > MAX_PEER_ANSWER) {
        response.destroy();
        return { failed: 'too-large' };
      }
      parts.push(part);
    }
  } catch {
    return { failed: 'response' };
  }
  return { status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') };
}

function reasonOf(error: Error): 'connect' | 'tls' | 'response' {
  const code = 'code' in error ? String(error.code) : '';
  if (/^E(CONN(REFUSED|ABORTED)|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH|TIMEDOUT)$/.test(code)) return 'connect';
  return /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO/.test(code) ? 'tls' : 'response';
}
