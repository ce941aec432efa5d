/** The environment, read once at start. A bad value stops the start with one clear line (`CONFIG_REFUSED`). */
import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { HOLDER_NAME, PKCS11, SEALED } from './crypto/signers/key-holder.ts';
import { readDateTime } from './formats/date-time.ts';
import { createSettings, type Environment, type Given, refused } from './settings.ts';

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDirectory: string;
  /** In files of this node alone, or in a database that nodes share. The URL may hold a password: it is in no message. */
  readonly store: { readonly kind: 'level' } | { readonly kind: 'postgres'; readonly url: string };
  /** Without a trailing slash; undefined until the port is known, when PUBLIC_URL is unset and PORT is 0. */
  readonly publicUrl: string | undefined;
  readonly adminToken: string | undefined;
  /** Good beside the other one, while it is being changed. */
  readonly nextAdminToken: string | undefined;
  /** Where people sign in: an OpenID provider, and what opens what to whom. */
  readonly oidc:
    | {
        readonly issuer: string;
        readonly clientId: string;
        readonly clientSecretFile: string;
        readonly mappingFile: string;
      }
    | undefined;
  readonly policyFile: string | undefined;
  readonly typesDirectory: string | undefined;
  readonly logLevel: LogLevel;
  readonly tls: { readonly certificateFile: string; readonly keyFile: string } | undefined;
  readonly allowedHosts: readonly string[];
  readonly clock:
    | { readonly kind: 'system' }
    | { readonly kind: 'manual'; readonly start: number | undefined }
    | { readonly kind: 'from'; readonly start: number };
  readonly keys: { readonly passphrase: string } | { readonly keyFile: string | undefined };
  /** Where signing keys are made unless an organisation was created with another choice. */
  readonly newKeys: string;
  readonly pkcs11: Pkcs11Config | undefined;
  /** Bytes of the volume of an embedded store to keep free, and in a file besides. */
  readonly diskReserve: number;
  /** A file that names signers in other networks; what it says is checked when it is read. */
  readonly signersFile: string | undefined;
  /** Requests a minute one address may send to the public routes. */
  readonly publicRateLimit: number;
  /** Requests a minute one token or person may send. */
  readonly callerRateLimit: number;
  /** Where traces are sent; undefined unless wanted. The headers may hold a secret: they are in no message. */
  readonly traces: TracesConfig | undefined;
  /** Milliseconds between the order to stop and the first connection that is refused: time for a load balancer to look away. */
  readonly stopDelay: number;
  /** No variable that shapes the node was given: the first run then shows the demonstration network. */
  readonly unconfigured: boolean;
  /** Whether this node may have conformance instances, and then nothing else worth keeping (docs/conformance.md). */
  readonly conformance: boolean;
}

/** A collector of traces, in the words of OpenTelemetry. */
export interface TracesConfig {
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  /** Of the requests, 0 to 1. */
  readonly share: number;
}

/** A hardware module, and how its token is opened. The PIN is in no message. */
export interface Pkcs11Config {
  readonly module: string;
  readonly token: string | undefined;
  readonly slot: number | undefined;
  readonly pin: { readonly file: string } | { readonly text: string };
  readonly sessions: number;
}

const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Variables whose presence means that an operator has made up their mind about what this node is. */
const SHAPING = [
  'ADMIN_TOKEN',
  'POLICY_FILE',
  'PUBLIC_URL',
  'STORE',
  'TLS_CERT',
  'TLS_KEY',
  'CLOCK',
  'KEY_PASSPHRASE',
  'KEY_FILE',
  'KEYS',
  'PKCS11_MODULE',
  'SIGNERS_FILE',
  'TYPES_DIR',
  'PROFILE',
];

export function readConfig(environment: Environment): Config {
  const given = createSettings(environment);
  const host = given('HOST') ?? '127.0.0.1';
  const port = readPort(given('PORT'));
  const tls = readTls(given('TLS_CERT'), given('TLS_KEY'));
  const publicUrl = readPublicUrl(given('PUBLIC_URL')) ?? defaultPublicUrl(host, port, tls !== undefined);
  const allowedHosts = readAllowedHosts(given('ALLOWED_HOSTS'), publicUrl, host);
  const passphrase = given('KEY_PASSPHRASE');
  if (passphrase !== undefined && given('KEY_FILE') !== undefined) {
    throw refused('KEY_PASSPHRASE', 'give either KEY_PASSPHRASE or KEY_FILE, not both');
  }
  if (passphrase !== undefined && passphrase.length < 12) throw refused('KEY_PASSPHRASE', 'at least 12 characters');
  const pkcs11 = readPkcs11(given);
  const adminToken = readAdminToken('ADMIN_TOKEN', given('ADMIN_TOKEN'));
  const nextAdminToken = readAdminToken('ADMIN_TOKEN_NEXT', given('ADMIN_TOKEN_NEXT'));
  if (nextAdminToken !== undefined && adminToken === undefined)
    throw refused('ADMIN_TOKEN_NEXT', 'only beside ADMIN_TOKEN');
  return {
    port,
    host,
    dataDirectory: given('DATA_DIR') ?? './data',
    store: readStore(given('STORE')),
    publicUrl,
    adminToken,
    nextAdminToken,
    oidc: readOidc(given),
    policyFile: given('POLICY_FILE'),
    typesDirectory: readTypesDirectory(given('TYPES_DIR')),
    logLevel: readLogLevel(given('LOG_LEVEL')),
    tls,
    allowedHosts,
    clock: readClock(given('CLOCK'), host),
    keys: passphrase === undefined ? { keyFile: given('KEY_FILE') } : { passphrase },
    newKeys: readNewKeys(given('KEYS'), pkcs11 !== undefined, given('SIGNERS_FILE') !== undefined),
    pkcs11,
    signersFile: given('SIGNERS_FILE'),
    publicRateLimit: readPositive('RATE_LIMIT', given('RATE_LIMIT'), 600),
    callerRateLimit: readPositive('CALLER_RATE_LIMIT', given('CALLER_RATE_LIMIT'), 60_000),
    diskReserve: readPositive('DISK_RESERVE', given('DISK_RESERVE'), 64) * 1024 * 1024,
    traces: readTraces(given),
    stopDelay: readStopDelay(given('STOP_DELAY')),
    conformance: readProfile(given('PROFILE'), { host, publicUrl, policyFile: given('POLICY_FILE') }),
    unconfigured: SHAPING.every((name) => given(name) === undefined),
  };
}

function readOidc(given: (name: string) => string | undefined): Config['oidc'] {
  const [issuer, clientId, clientSecretFile, mappingFile] = OIDC.map(given);
  if (OIDC.every((name) => given(name) === undefined)) return undefined;
  if (issuer === undefined || clientId === undefined || clientSecretFile === undefined || mappingFile === undefined)
    throw refused('OIDC_ISSUER', `${OIDC.join(', ')} go together`);
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  const local = url?.protocol === 'http:' && isLoopback(url.hostname);
  if (url === undefined || (url.protocol !== 'https:' && !local) || url.username + url.search + url.hash !== '')
    throw refused('OIDC_ISSUER', 'an https address, as the provider writes itself; http only for this machine itself');
  return { issuer, clientId, clientSecretFile, mappingFile };
}

const OIDC = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET_FILE', 'OIDC_MAPPING_FILE'];

/** What could never stand in an Authorization header would lock the operator out. */
function readAdminToken(name: string, text: string | undefined): string | undefined {
  if (text !== undefined && !/^[\x21-\x7e]{16,200}$/.test(text))
    throw refused(name, '16 to 200 visible ASCII characters');
  return text;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Instances for the public suites answer to this machine alone, and stand beside no policy that somebody could rely on. */
function readProfile(
  text: string | undefined,
  { host, publicUrl, policyFile }: Pick<Config, 'host' | 'publicUrl' | 'policyFile'>,
): boolean {
  if (text === undefined) return false;
  if (text !== 'conformance') throw refused('PROFILE', '"conformance" is the only one there is');
  if (!isLoopback(host)) throw refused('PROFILE', 'only on a loopback HOST');
  if (publicUrl !== undefined && !isLoopback(new URL(publicUrl).hostname.replace(/^\[(.*)\]$/, '$1')))
    throw refused('PROFILE', 'not together with a public PUBLIC_URL');
  if (policyFile !== undefined && policyFile !== 'none') throw refused('PROFILE', 'not together with a POLICY_FILE');
  return true;
}

function readStore(text = 'level'): Config['store'] {
  if (text === 'level') return { kind: 'level' };
  if (/^postgres(?:ql)?:\/\/[^/]/.test(text) && URL.canParse(text)) {
    const { hostname, searchParams } = new URL(text);
    if (!isLoopback(hostname) && !searchParams.has('sslmode'))
      throw refused(
        'STORE',
        'say how the connection is protected: sslmode=verify-full, or sslmode=disable in a network of your own',
      );
    return { kind: 'postgres', url: text };
  }
  throw refused('STORE', '"level", or the URL of a database: postgres://user:password@host:5432/name');
}

/** Which names there are in a SIGNERS_FILE is known when it is read. */
function readNewKeys(text = SEALED, hasModule: boolean, hasSigners: boolean): string {
  if (text === SEALED || (text === PKCS11 && hasModule)) return text;
  if (text === PKCS11) throw refused('KEYS', 'pkcs11 needs PKCS11_MODULE');
  if (hasSigners && HOLDER_NAME.test(text)) return text;
  throw refused('KEYS', 'sealed, pkcs11, or the name of a signer in SIGNERS_FILE');
}

function readPkcs11(given: Given): Pkcs11Config | undefined {
  const module = given('PKCS11_MODULE');
  if (module === undefined) {
    const stray = ['TOKEN', 'SLOT', 'PIN', 'PIN_FILE', 'SESSIONS'].find(
      (name) => given(`PKCS11_${name}`) !== undefined,
    );
    if (stray !== undefined) throw refused(`PKCS11_${stray}`, 'goes with PKCS11_MODULE, which is not given');
    return undefined;
  }
  // A bare name would be looked for wherever the system looks for libraries.
  if (!isAbsolute(module)) throw refused('PKCS11_MODULE', 'the absolute path of the library of the module');
  const token = given('PKCS11_TOKEN');
  const slot = given('PKCS11_SLOT');
  if (token === undefined && slot === undefined)
    throw refused('PKCS11_TOKEN', 'the label of the token, or its slot as PKCS11_SLOT');
  if (slot !== undefined && !/^\d{1,15}$/.test(slot)) throw refused('PKCS11_SLOT', 'the number of a slot');
  const sessions = readPositive('PKCS11_SESSIONS', given('PKCS11_SESSIONS'), 4);
  if (sessions > 64) throw refused('PKCS11_SESSIONS', '64 at most');
  return {
    module,
    token,
    slot: slot === undefined ? undefined : Number(slot),
    pin: readPin(given('PKCS11_PIN'), given('PKCS11_PIN_FILE')),
    sessions,
  };
}

function readPin(text: string | undefined, file: string | undefined): Pkcs11Config['pin'] {
  if (text !== undefined && file !== undefined)
    throw refused('PKCS11_PIN', 'give either PKCS11_PIN or PKCS11_PIN_FILE, not both');
  if (file !== undefined) return { file };
  if (text === undefined) throw refused('PKCS11_PIN_FILE', 'a file with the PIN of the token, or PKCS11_PIN');
  return { text };
}

function readTraces(given: Given): TracesConfig | undefined {
  const endpoint = given('OTEL_EXPORTER_OTLP_ENDPOINT');
  const headers = given('OTEL_EXPORTER_OTLP_HEADERS');
  const share = given('OTEL_TRACES_SAMPLER_ARG') ?? '1';
  const serviceName = given('OTEL_SERVICE_NAME') ?? 'proofprint';
  if (!/^(?:0(?:\.\d{1,9})?|1(?:\.0)?)$/.test(share)) throw refused('OTEL_TRACES_SAMPLER_ARG', 'a share from 0 to 1');
  if (endpoint === undefined) {
    if (headers === undefined) return undefined;
    throw refused('OTEL_EXPORTER_OTLP_HEADERS', 'goes with OTEL_EXPORTER_OTLP_ENDPOINT, which is not given');
  }
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.username + url.password + url.search + url.hash !== ''
  )
    throw refused(
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'an http or https address without user or query, such as http://127.0.0.1:4318',
    );
  if (headers !== undefined && url.protocol === 'http:' && !isLoopback(url.hostname))
    throw refused('OTEL_EXPORTER_OTLP_HEADERS', 'only to an https address, or to this machine itself');
  return { endpoint: url.href.replace(/\/$/, ''), headers: readHeaders(headers), serviceName, share: Number(share) };
}

/** `name=value,name=value`, values percent-encoded. Source: OpenTelemetry, SDK environment variables of the OTLP exporter. */
function readHeaders(text: string | undefined): Readonly<Record<string, string>> {
  const wrong = refused('OTEL_EXPORTER_OTLP_HEADERS', 'name=value,name=value, values percent-encoded');
  const pairs = (text?.split(',') ?? []).map((pair) => {
    const [, name, value] = /^\s*([\w-]+)=([\x21-\x7e ]*?)\s*$/.exec(pair) ?? [];
    if (name === undefined || value === undefined) throw wrong;
    try {
      const decoded = decodeURIComponent(value);
      if (!/^[\x20-\x7e]*$/.test(decoded)) throw wrong;
      return [name.toLowerCase(), decoded] as const;
    } catch {
      throw wrong;
    }
  });
  return Object.fromEntries(pairs);
}

function readPort(text: string | undefined): number {
  if (text === undefined) return 8080;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw refused('PORT', 'a number from 0 to 65535');
  return Number(text);
}

function readPositive(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw refused(name, 'a positive whole number');
  return Number(text);
}

/** Seconds; with the eight that a drain may take, within the thirty that most platforms give a process. */
function readStopDelay(text = '0'): number {
  if (!/^\d{1,2}$/.test(text) || Number(text) > 20) throw refused('STOP_DELAY', 'whole seconds, 0 to 20');
  return Number(text) * 1000;
}

function readTls(certificateFile: string | undefined, keyFile: string | undefined): Config['tls'] {
  if (certificateFile === undefined && keyFile === undefined) return undefined;
  if (certificateFile === undefined || keyFile === undefined)
    throw refused('TLS_CERT', 'TLS_CERT and TLS_KEY go together');
  return { certificateFile, keyFile };
}

function readPublicUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.search !== '' ||
    url.hash !== '' ||
    url.pathname !== '/'
  ) {
    throw refused('PUBLIC_URL', 'an http or https address without path, query or user, such as https://node.example');
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    throw refused('PUBLIC_URL', 'http only for this machine itself');
  return url.origin;
}

function defaultPublicUrl(host: string, port: number, tls: boolean): string | undefined {
  if (port === 0) return undefined;
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function readAllowedHosts(text: string | undefined, publicUrl: string | undefined, host: string): readonly string[] {
  if (text === undefined) return [];
  const hosts = text.split(',').map((entry) => entry.trim());
  for (const entry of hosts) {
    if (!/^[a-z0-9.-]+:\d{1,5}$/.test(entry)) throw refused('ALLOWED_HOSTS', 'a comma-separated list of host:port');
  }
  const name = publicUrl === undefined ? host : new URL(publicUrl).hostname;
  if (!isLoopback(name))
    throw refused('ALLOWED_HOSTS', 'private addresses are for demonstrations; not together with a public PUBLIC_URL');
  return hosts;
}

function readTypesDirectory(text: string | undefined): string | undefined {
  if (text !== undefined) throw refused('TYPES_DIR', 'operator types are not available in this version');
  return text;
}

function readLogLevel(text: string | undefined): LogLevel {
  const level = LOG_LEVELS.find((known) => known === (text ?? 'info'));
  if (level === undefined) throw refused('LOG_LEVEL', `one of ${LOG_LEVELS.join(', ')}`);
  return level;
}

function readClock(text: string | undefined, host: string): Config['clock'] {
  if (text === undefined) return { kind: 'system' };
  if (!isLoopback(host)) throw refused('CLOCK', 'only on a loopback HOST');
  if (text === 'manual') return { kind: 'manual', start: undefined };
  const manual = text.startsWith('manual:');
  const start = readDateTime(manual ? text.slice('manual:'.length) : text);
  if (start === undefined)
    throw refused('CLOCK', '"manual", "manual:<instant>" or an instant such as 2027-04-15T00:00:00Z');
  return manual ? { kind: 'manual', start } : { kind: 'from', start };
}
