/**
 * The internet of the corpus: hosts that exist only in this process, and a watch over every connection that is tried. What is not a
 * stub host goes through the real way out (src/net/safe-fetch.ts) with a name lookup of our own, so its rules are what is tested.
 */
import { Socket } from 'node:net';
import type { JsonValue } from '../../src/base/json.ts';
import { createGuard, type FetchLimits } from '../../src/net/guarded-request.ts';
import { createSafeExchange, type SafeExchange } from '../../src/net/safe-exchange.ts';
import { createSafeFetch, type FetchJson, type FetchOutcome } from '../../src/net/safe-fetch.ts';

export interface StubHosts {
  readonly fetchJson: FetchJson;
  /** The real way out with the same lookup; no document that was put is served through it. */
  readonly exchange: SafeExchange;
  /** Serve a document at an address, from now on. */
  put(url: string, document: JsonValue): void;
  /** Answer an address in another way. */
  answer(url: string, outcome: FetchOutcome): void;
  /** Hand everything below a prefix on, such as to the node under test. */
  forward(prefix: string, to: (path: string) => Promise<FetchOutcome>): void;
  /** Names that the real way out may look up, with the addresses it finds; every other name has none. */
  name(host: string, addresses: readonly string[]): void;
  /** Names that were looked up. */
  readonly lookedUp: string[];
}

/** Short, so that a host that never answers is given up within the time an answer may take. */
const LIMITS: Partial<FetchLimits> = { connectMs: 300, totalMs: 600 };

export function createStubHosts(options: { readonly allowedHosts: readonly string[]; readonly ca: string }): StubHosts {
  const answers = new Map<string, FetchOutcome>();
  const prefixes = new Map<string, (path: string) => Promise<FetchOutcome>>();
  const names = new Map<string, readonly string[]>();
  const lookedUp: string[] = [];
  const guard = createGuard({
    ...options,
    limits: LIMITS,
    lookup: async (host) => {
      lookedUp.push(host);
      const addresses = names.get(host);
      if (addresses === undefined) throw new Error('ENOTFOUND');
      return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
  });
  const out = createSafeFetch(guard);
  const fetchJson: FetchJson = async (url, more) => {
    const known = answers.get(url) ?? answers.get(url.split('?')[0] ?? '');
    if (known !== undefined) return capped(known, more?.maxBytes);
    for (const [prefix, to] of prefixes) if (url.startsWith(prefix)) return to(url.slice(prefix.length));
    return out(url, more);
  };
  return {
    fetchJson,
    exchange: createSafeExchange(guard),
    put: (url, document) => answers.set(url, jsonOutcome(url, document)),
    answer: (url, outcome) => answers.set(url, outcome),
    forward: (prefix, to) => prefixes.set(prefix, to),
    name: (host, addresses) => names.set(host, addresses),
    lookedUp,
  };
}

export function jsonOutcome(url: string, document: JsonValue | string, mediaType = 'application/json'): FetchOutcome {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  return { status: 'ok', url, bytes: new TextEncoder().encode(text), mediaType };
}

function capped(outcome: FetchOutcome, maxBytes = Number.POSITIVE_INFINITY): FetchOutcome {
  return outcome.status === 'ok' && outcome.bytes.length > maxBytes ? { status: 'too-large', maxBytes } : outcome;
}

/** The canary: every TCP connection that this process tries, wherever it was asked for. */
export interface ConnectionWatch {
  /** Addresses `host:port` that were tried and that nobody here listens on. */
  readonly strange: string[];
  /** A port of the loopback address on which something of ours listens. */
  expect(port: number): void;
  stop(): void;
}

export function watchConnections(): ConnectionWatch {
  const expected = new Set<string>();
  const strange: string[] = [];
  const original = Socket.prototype.connect;
  Socket.prototype.connect = function connect(this: Socket, ...args: unknown[]) {
    const { host, port } = targetOf(args);
    if (port !== undefined && !(isLoopback(host) && expected.has(String(port)))) strange.push(`${host}:${port}`);
    return (original as (...all: unknown[]) => Socket).apply(this, args);
  } as typeof original;
  return {
    strange,
    expect: (port) => expected.add(String(port)),
    stop: () => {
      Socket.prototype.connect = original;
    },
  };
}

/** `connect(options)`, `connect(port, host)`, and the normalised array that node's own modules hand over. */
function targetOf(args: readonly unknown[]): { readonly host: string; readonly port: unknown } {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as readonly unknown[]) : args;
  if (typeof first === 'object' && first !== null) {
    const { host, port } = first as { readonly host?: string; readonly port?: unknown };
    return { host: host ?? 'localhost', port };
  }
  return { host: typeof second === 'string' ? second : 'localhost', port: first };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '127.0.0.1' || host === '::1' || host.endsWith('.example');
}
