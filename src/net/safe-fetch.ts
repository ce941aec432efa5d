/**
 * The only way out. Every URL that reaches this file was written by somebody else, so it answers with values and never throws, and
 * it follows docs/threats.md 5.7: https and GET only, no redirect, no cookie, no proxy, public addresses only (all of a host's
 * addresses are checked, and the connection goes to a checked one), caps on bytes, time and concurrency.
 */
import { lookup as systemLookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from './public-address.ts';
import { type RequestUrl, readRequestUrl } from './request-url.ts';
import { Turnstile } from './turnstile.ts';

/** Caps of one outbound request (docs/threats.md 6). Times in milliseconds. */
export interface FetchLimits {
  /** TCP and TLS. */
  readonly connectMs: number;
  /** From the call to the last byte, waiting for a turn included. */
  readonly totalMs: number;
  readonly perHost: number;
  readonly overall: number;
  readonly waiting: number;
  /** Bytes of a body when the caller names no cap of its own. */
  readonly maxBytes: number;
}

export const FETCH_LIMITS: FetchLimits = {
  connectMs: 3000,
  totalMs: 10_000,
  perHost: 4,
  overall: 64,
  waiting: 1024,
  maxBytes: 256 * 1024,
};

/** How far a request came before it failed. All of these are doubts about the network, not statements about the resource. */
type UnreachableReason =
  | 'busy' // no turn in time
  | 'lookup' // the name has no address
  | 'connect'
  | 'tls'
  | 'response' // broken off, or not HTTP
  | 'timeout'
  | 'redirect' // 3xx; never followed
  | 'status' // any other answer than 200, 404, 410
  | 'content-coding' // compressed although not asked for
  | 'media-type'; // not JSON

export type FetchOutcome =
  | {
      readonly status: 'ok';
      readonly url: string;
      readonly bytes: Uint8Array;
      /** Lower case, without parameters. */
      readonly mediaType: string;
      readonly etag?: string;
    }
  /** 404, or 410 when `gone`. */
  | { readonly status: 'not-found'; readonly gone: boolean }
  /** No byte was sent. `ip-literal`: the URL names an address; `address`: the name has an address that is not public. */
  | { readonly status: 'blocked'; readonly rule: 'ip-literal' | 'address' }
  | { readonly status: 'too-large'; readonly maxBytes: number }
  | { readonly status: 'invalid-url'; readonly reason: string }
  | { readonly status: 'unreachable'; readonly reason: UnreachableReason };

export type FetchJson = (
  url: string,
  options?: { readonly maxBytes?: number; readonly accept?: string },
) => Promise<FetchOutcome>;

interface Address {
  readonly address: string;
  readonly family: number;
}

interface SafeFetchOptions {
  /** `host:port` entries that may have addresses that are not public. Demonstrations and tests only. */
  readonly allowedHosts: readonly string[];
  /** All addresses of a name. */
  readonly lookup?: (host: string) => Promise<readonly Address[]>;
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string | string[];
  readonly limits?: Partial<FetchLimits>;
}

const unreachable = (reason: UnreachableReason): FetchOutcome => ({ status: 'unreachable', reason });

export function createSafeFetch(options: SafeFetchOptions): FetchJson {
  const limits = { ...FETCH_LIMITS, ...options.limits };
  const allowed = new Set(options.allowedHosts);
  const lookup = options.lookup ?? ((host: string) => systemLookup(host, { all: true, verbatim: true }));
  const turnstile = new Turnstile(limits);
  // A connection is used once: nothing to keep a process alive, and no answer for one host on another's connection.
  const agent = new Agent({ keepAlive: false, maxCachedSessions: 0 });

  const findAddresses = async (url: RequestUrl, signal: AbortSignal): Promise<readonly Address[] | FetchOutcome> => {
    const addresses = await unlessAborted(() => lookup(url.host), signal).catch(() => undefined);
    if (addresses === undefined || addresses.length === 0) return unreachable(signal.aborted ? 'timeout' : 'lookup');
    const exempt = allowed.has(`${url.host}:${url.port}`);
    if (!exempt && !addresses.every(({ address }) => isPublicAddress(address))) {
      return { status: 'blocked', rule: 'address' };
    }
    return addresses;
  };

  const fetchInTurn = async (text: string, url: RequestUrl, call: CallOptions): Promise<FetchOutcome> => {
    const addresses = await findAddresses(url, call.signal);
    if ('status' in addresses) return addresses;
    return exchange(text, url, addresses, { ...call, agent, ca: options.ca, connectMs: limits.connectMs });
  };

  return async (text, { maxBytes = limits.maxBytes, accept = 'application/json' } = {}) => {
    const read = readRequestUrl(text);
    if (!read.ok) {
      return read.blocked ? { status: 'blocked', rule: 'ip-literal' } : { status: 'invalid-url', reason: read.reason };
    }
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), limits.totalMs);
    try {
      if (!(await turnstile.enter(read.url.host, deadline.signal))) return unreachable('busy');
      try {
        return await fetchInTurn(text, read.url, { maxBytes, accept, signal: deadline.signal });
      } finally {
        turnstile.leave(read.url.host);
      }
    } finally {
      clearTimeout(timer);
    }
  };
}

interface CallOptions {
  readonly maxBytes: number;
  readonly accept: string;
  readonly signal: AbortSignal;
}

interface ExchangeOptions extends CallOptions {
  readonly agent: Agent;
  readonly ca: string | string[] | undefined;
  readonly connectMs: number;
}

/** One request on one fresh connection to one of the checked addresses. */
function exchange(
  text: string,
  url: RequestUrl,
  addresses: readonly Address[],
  options: ExchangeOptions,
): Promise<FetchOutcome> {
  return new Promise((resolve) => {
    let phase: UnreachableReason = 'connect';
    const outgoing = request({
      agent: options.agent,
      host: url.host,
      port: url.port,
      path: url.target,
      method: 'GET',
      servername: url.host,
      lookup: pinned(addresses),
      // Said here so that NODE_TLS_REJECT_UNAUTHORIZED cannot switch it off.
      rejectUnauthorized: true,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
      headers: { accept: options.accept, 'accept-encoding': 'identity', 'user-agent': 'proofprint' },
    });
    const connecting = setTimeout(() => finish(unreachable('timeout')), options.connectMs);
    const onAbort = (): void => finish(unreachable('timeout'));
    const finish = (outcome: FetchOutcome): void => {
      clearTimeout(connecting);
      options.signal.removeEventListener('abort', onAbort);
      resolve(outcome);
      outgoing.destroy();
    };
    options.signal.addEventListener('abort', onAbort, { once: true });
    if (options.signal.aborted) return onAbort();
    outgoing.on('socket', (socket) => {
      socket.once('connect', () => {
        phase = 'tls';
      });
      socket.once('secureConnect', () => {
        phase = 'response';
        clearTimeout(connecting);
      });
    });
    // Stays for the life of the request: what comes after `finish` must not become an uncaught error.
    outgoing.on('error', () => finish(unreachable(phase)));
    // A connection that ends without an answer, such as one switched to another protocol, gives no error of its own.
    outgoing.on('close', () => finish(unreachable(phase)));
    outgoing.on('response', (response) => readAnswer(response, text, options.maxBytes, finish));
    outgoing.end();
  });
}

/** A name lookup that answers with what was checked, in both forms in which `net.connect` may ask. */
function pinned(addresses: readonly Address[]): LookupFunction {
  return (_host, options, callback) => {
    const [first] = addresses;
    if (options.all === true) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
}

function readAnswer(
  response: IncomingMessage,
  url: string,
  maxBytes: number,
  finish: (outcome: FetchOutcome) => void,
): void {
  response.on('error', () => finish(unreachable('response')));
  const refusal = judgeHead(response, maxBytes);
  if (refusal !== undefined) {
    finish(refusal);
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) finish({ status: 'too-large', maxBytes });
    else chunks.push(chunk);
  });
  response.on('end', () => {
    const etag = response.headers.etag;
    finish({
      status: 'ok',
      url,
      bytes: new Uint8Array(Buffer.concat(chunks)),
      mediaType: mediaTypeOf(response),
      ...(etag === undefined ? {} : { etag }),
    });
  });
}

/** What status and headers alone already decide; undefined when the body is wanted. */
function judgeHead(response: IncomingMessage, maxBytes: number): FetchOutcome | undefined {
  const status = response.statusCode ?? 0;
  if (status === 404 || status === 410) return { status: 'not-found', gone: status === 410 };
  if (status >= 300 && status < 400) return unreachable('redirect');
  if (status !== 200) return unreachable('status');
  const coding = response.headers['content-encoding']?.trim().toLowerCase();
  if (coding !== undefined && coding !== '' && coding !== 'identity') return unreachable('content-coding');
  if (!isJsonType(mediaTypeOf(response))) return unreachable('media-type');
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) return { status: 'too-large', maxBytes };
  return undefined;
}

function mediaTypeOf(response: IncomingMessage): string {
  return (response.headers['content-type'] ?? '').split(';', 1).join('').trim().toLowerCase();
}

/** `application/did`, `vc` and `vp` are JSON by their registrations; the rest says so by name (RFC 6839 3.1). */
function isJsonType(mediaType: string): boolean {
  return /^application\/(?:json|did|vc|vp|[a-z0-9!#$&^_.+-]+\+json)$/.test(mediaType);
}

/** Wait for work that cannot be cancelled, but no longer than the signal allows. */
function unlessAborted<Value>(work: () => Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new Error('out of time'));
    signal.addEventListener('abort', onAbort, { once: true });
    // Inside the executor a synchronous throw becomes a rejection.
    work()
      .finally(() => signal.removeEventListener('abort', onAbort))
      .then(resolve, reject);
  });
}
