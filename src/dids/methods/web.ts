/** did:web (method specification of the W3C CCG), over the one guarded way out and with the rules of docs/threats.md 5.7. */
import { ServiceError } from '../../base/error.ts';
import { failed, type Read, readFailed } from '../../base/finding.ts';
import { readJson } from '../../base/json.ts';
import { readDid } from '../../formats/did-url.ts';
import { isHostName } from '../../net/request-url.ts';
import type { FetchJson } from '../../net/safe-fetch.ts';
import { DID_DOCUMENT_LIMITS, type DidDocument, MAX_DID_DOCUMENT_BYTES, readDidDocument } from '../did-document.ts';
import { readFetchFailure } from './fetch-failure.ts';

const CHECK = 'did.web';

/**
 * The URL at which a did:web publishes its document, or nothing when it is not one.
 * Escapes are undone once and only to be judged: what is requested is spelled as the DID is, and the parsed URL must agree.
 */
export function didWebUrl(text: string): string | undefined {
  const did = readDid(text);
  if (did?.method !== 'web') return undefined;
  const [first = '', ...segments] = did.id.split(':');
  const [, host = '', port] = /^([^%]+)(?:%3[Aa]([1-9]\d{0,4}))?$/.exec(first) ?? [];
  if (!isHostName(host) || Number(port ?? 0) > 65_535 || !segments.every(isPlainSegment)) return undefined;
  const authority = port === undefined ? host : `${host}:${port}`;
  const path = `/${(segments.length === 0 ? ['.well-known'] : segments).join('/')}/did.json`;
  const url = new URL(`https://${authority}${path}`);
  return url.hostname === host && url.pathname === path && url.search === '' && url.hash === '' ? url.href : undefined;
}

/** A path segment that, escapes undone, stays one segment and names no other place. */
function isPlainSegment(segment: string): boolean {
  let plain: string;
  try {
    plain = decodeURIComponent(segment);
  } catch {
    return false;
  }
  return plain !== '' && plain !== '.' && plain !== '..' && !/[/\\?#@%\p{Cc}]/u.test(plain);
}

/**
 * The did:web of an organisation on a node: `did:web:host[%3Aport][:path…][:slug]`.
 * Errors: `CONFIG_REFUSED` when the public URL has no DNS name (the method forbids IP addresses) or a path a did:web cannot spell;
 * `BAD_REQUEST` for a slug other than letters, digits, `-`, `_` and inner dots.
 */
export function createDidWeb(publicUrl: string, slug?: string): string {
  if (slug !== undefined && !/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(slug)) {
    throw new ServiceError('BAD_REQUEST', 'The name cannot stand in a did:web');
  }
  const url = URL.canParse(publicUrl) ? new URL(publicUrl) : undefined;
  const segments = url?.pathname.split('/').filter((segment) => segment !== '') ?? [];
  const host = url?.port ? `${url.hostname}%3A${url.port}` : (url?.hostname ?? '');
  const did = ['did:web', host, ...segments, ...(slug === undefined ? [] : [slug])].join(':');
  if (didWebUrl(did) === undefined) throw new ServiceError('CONFIG_REFUSED', 'The public URL cannot be a did:web');
  return did;
}

/**
 * Fetch and read the document of a did:web.
 * Errors: `INVALID_DID`, `NOT_FOUND_DID` (404, redirect), `DID_DEACTIVATED` (410), `HOST_BLOCKED`, `LIMIT_EXCEEDED`, those of
 * `readDidDocument`; *undetermined* `DID_RESOLUTION_ERROR` for whatever the network did.
 */
export async function resolveDidWeb(did: string, fetchJson: FetchJson): Promise<Read<DidDocument>> {
  const url = didWebUrl(did);
  if (url === undefined) return readFailed(failed(CHECK, 'INVALID_DID', 'not a did:web'));
  const outcome = await fetchJson(url, {
    maxBytes: MAX_DID_DOCUMENT_BYTES,
    accept: 'application/did, application/did+ld+json, application/did+json, application/json;q=0.9',
  });
  return outcome.status === 'ok' ? readBody(outcome.bytes, did) : readFetchFailure(CHECK, outcome, 'the document');
}

function readBody(bytes: Uint8Array, did: string): Read<DidDocument> {
  const read = readJson(bytes, DID_DOCUMENT_LIMITS);
  if (read.ok) return readDidDocument(read.value, did);
  const [finding] = read.findings;
  const code = finding?.code === 'LIMIT_EXCEEDED' ? 'LIMIT_EXCEEDED' : 'INVALID_CONTROLLED_IDENTIFIER_DOCUMENT';
  return readFailed(failed(CHECK, code, finding?.detail ?? 'not well-formed JSON'));
}
