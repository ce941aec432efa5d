/**
 * Fetching a JSON document that somebody named: GET, through the guard (guarded-request.ts). 200 with a JSON media type is an answer,
 * 404 and 410 are *not found*; everything else is a doubt about the network, not a statement about the resource.
 */
import type { IncomingMessage } from 'node:http';
import { createGuard, type Guard, type GuardFailure, type GuardOptions, unreachable } from './guarded-request.ts';

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
  | { readonly status: 'too-large'; readonly maxBytes: number }
  | GuardFailure;

export type FetchJson = (
  url: string,
  options?: {
    readonly maxBytes?: number;
    readonly accept?: string;
    /** JSON Lines is wanted, which hosts serve under many names: the media type is not judged, only the bytes are. */
    readonly lines?: boolean;
    /** The one media type that is an answer, in place of JSON. */
    readonly mediaType?: string;
  },
) => Promise<FetchOutcome>;

/** With a guard of its own, or one that is shared with others and whose caps then count for all of them. */
export function createSafeFetch(options: GuardOptions | Guard): FetchJson {
  const guard = 'send' in options ? options : createGuard(options);
  return (url, { maxBytes = guard.limits.maxBytes, accept = 'application/json', lines = false, mediaType } = {}) =>
    guard.send<FetchOutcome>(url, {
      method: 'GET',
      headers: { accept },
      read: (response, finish) => readAnswer(response, url, { maxBytes, lines, mediaType }, finish),
    });
}

interface Wanted {
  readonly maxBytes: number;
  readonly lines: boolean;
  readonly mediaType: string | undefined;
}

function readAnswer(
  response: IncomingMessage,
  url: string,
  wanted: Wanted,
  finish: (outcome: FetchOutcome) => void,
): void {
  const { maxBytes } = wanted;
  const refusal = judgeHead(response, wanted);
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
function judgeHead(response: IncomingMessage, { maxBytes, lines, mediaType }: Wanted): FetchOutcome | undefined {
  const status = response.statusCode ?? 0;
  if (status === 404 || status === 410) return { status: 'not-found', gone: status === 410 };
  if (status >= 300 && status < 400) return unreachable('redirect');
  if (status !== 200) return unreachable('status');
  const coding = response.headers['content-encoding']?.trim().toLowerCase();
  if (coding !== undefined && coding !== '' && coding !== 'identity') return unreachable('content-coding');
  const sent = mediaTypeOf(response);
  const isWanted = lines || (mediaType === undefined ? isJsonType(sent) : sent === mediaType);
  if (!isWanted) return unreachable('media-type');
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
