/**
 * The one place from which requests leave. Every URL that reaches this file was written by somebody else, so it answers with values and
 * never throws, and it follows docs/threats.md 5.7: https only, no redirect, no cookie, no proxy, public addresses only (all of a host's
 * addresses are checked, and the connection goes to a checked one), caps on bytes, time and concurrency. What is asked and what counts
 * as an answer is the business of `safe-fetch.ts` and `safe-post.ts`, who share one guard and its caps.
 */
import { lookup as systemLookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { LookupFunction } from 'node:net';
import { inSpan } from '../base/trace.ts';
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
export type UnreachableReason =
  | 'busy' // no turn in time
  | 'lookup' // the name has no address
  | 'connect'
  | 'tls'
  | 'response' // broken off, or not HTTP
  | 'timeout'
  | 'redirect' // 3xx; never followed
  | 'status' // any other answer than those that are wanted
  | 'content-coding' // compressed although not asked for
  | 'media-type'; // not JSON

/** Why there is no answer to judge. */
export type GuardFailure =
  /** No byte was sent. `ip-literal`: the URL names an address; `address`: the name has an address that is not public. */
  | { readonly status: 'blocked'; readonly rule: 'ip-literal' | 'address' }
  | { readonly status: 'invalid-url'; readonly reason: string }
  | { readonly status: 'unreachable'; readonly reason: UnreachableReason };

/** What is asked, and what is made of the answer. `read` is told the answer once its head is there and ends the request with `finish`. */
export interface GuardedCall<Outcome> {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly read: (response: IncomingMessage, finish: (outcome: Outcome | GuardFailure) => void) => void;
}

export interface Guard {
  readonly limits: FetchLimits;
  send<Outcome>(url: string, call: GuardedCall<Outcome>): Promise<Outcome | GuardFailure>;
}

interface Address {
  readonly address: string;
  readonly family: number;
}

export interface GuardOptions {
  /** `host:port` entries that may have addresses that are not public. Demonstrations and tests only. */
  readonly allowedHosts: readonly string[];
  /** All addresses of a name. */
  readonly lookup?: (host: string) => Promise<readonly Address[]>;
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string | string[];
  readonly limits?: Partial<FetchLimits>;
}

export const unreachable = (reason: UnreachableReason): GuardFailure => ({ status: 'unreachable', reason });

export function createGuard(options: GuardOptions): Guard {
  const limits = { ...FETCH_LIMITS, ...options.limits };
  const allowed = new Set(options.allowedHosts);
  const lookup = options.lookup ?? ((host: string) => systemLookup(host, { all: true, verbatim: true }));
  const turnstile = new Turnstile(limits);
  // A connection is used once: nothing to keep a process alive, and no answer for one host on another's connection.
  const agent = new Agent({ keepAlive: false, maxCachedSessions: 0 });

  const findAddresses = async (url: RequestUrl, signal: AbortSignal): Promise<readonly Address[] | GuardFailure> => {
    const addresses = await unlessAborted(() => lookup(url.host), signal).catch(() => undefined);
    if (addresses === undefined || addresses.length === 0) return unreachable(signal.aborted ? 'timeout' : 'lookup');
    const exempt = allowed.has(`${url.host}:${url.port}`);
    if (!exempt && !addresses.every(({ address }) => isPublicAddress(address))) {
      return { status: 'blocked', rule: 'address' };
    }
    return addresses;
  };

  const sendInTurn = async <Outcome>(url: RequestUrl, call: GuardedCall<Outcome>, signal: AbortSignal) => {
    const addresses = await findAddresses(url, signal);
    if ('status' in addresses) return addresses;
    return exchange(url, addresses, call, { agent, ca: options.ca, connectMs: limits.connectMs, signal });
  };

  return {
    limits,
    send: async (text, call) => {
      const read = readRequestUrl(text);
      if (!read.ok) {
        return read.blocked
          ? { status: 'blocked', rule: 'ip-literal' }
          : { status: 'invalid-url', reason: read.reason };
      }
      const { host } = read.url;
      return inSpan(`${call.method} outbound`, { kind: 'client', 'server.address': host }, async () => {
        const deadline = new AbortController();
        const timer = setTimeout(() => deadline.abort(), limits.totalMs);
        try {
          if (!(await turnstile.enter(host, deadline.signal))) return unreachable('busy');
          try {
            return await sendInTurn(read.url, call, deadline.signal);
          } finally {
            turnstile.leave(host);
          }
        } finally {
          clearTimeout(timer);
        }
      });
    },
  };
}

interface ExchangeOptions {
  readonly agent: Agent;
  readonly ca: string | string[] | undefined;
  readonly connectMs: number;
  readonly signal: AbortSignal;
}

/** One request on one fresh connection to one of the checked addresses. */
function exchange<Outcome>(
  url: RequestUrl,
  addresses: readonly Address[],
  call: GuardedCall<Outcome>,
  options: ExchangeOptions,
): Promise<Outcome | GuardFailure> {
  return new Promise((resolve) => {
    let phase: UnreachableReason = 'connect';
    const outgoing = request({
      agent: options.agent,
      host: url.host,
      port: url.port,
      path: url.target,
      method: call.method,
      servername: url.host,
      lookup: pinned(addresses),
      // Said here so that NODE_TLS_REJECT_UNAUTHORIZED cannot switch it off.
      rejectUnauthorized: true,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
      headers: { ...call.headers, 'accept-encoding': 'identity', 'user-agent': 'proofprint' },
    });
    const connecting = setTimeout(() => finish(unreachable('timeout')), options.connectMs);
    const onAbort = (): void => finish(unreachable('timeout'));
    const finish = (outcome: Outcome | GuardFailure): void => {
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
    outgoing.on('response', (response) => {
      response.on('error', () => finish(unreachable('response')));
      call.read(response, finish);
    });
    outgoing.end(call.body);
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
