import { ServiceError } from '../base/error.ts';

/** Bytes of an answer: metadata, keys or tokens. */
const MAX_BYTES = 1024 * 1024;
const WITHIN_MS = 10_000;

export interface ProviderRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams | Uint8Array<ArrayBuffer> | ArrayBuffer | ReadableStream | null | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type ProviderFetch = (url: string, request: ProviderRequest) => Promise<Response>;

/**
 * Requests to hosts that the operator named, which may well be in the operator's own network: nothing else is reached, no redirect is
 * followed, and nothing that a stranger sends ever leads here. Errors: HOST_BLOCKED for any other origin; LIMIT_EXCEEDED; those of `fetch`.
 */
export function createProviderFetch({ origins }: { readonly origins: readonly string[] }): ProviderFetch {
  const allowed = new Set(origins);
  return async (url, { method, headers, body, signal }) => {
    if (!allowed.has(new URL(url).origin))
      throw new ServiceError('HOST_BLOCKED', 'this host is not among those that were named');
    const late = AbortSignal.timeout(WITHIN_MS);
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: signal === undefined ? late : AbortSignal.any([late, signal]),
      ...(body === undefined || body === null ? {} : { body }),
    });
    const bytes = await collect(response);
    const empty = bytes.length === 0 || response.status === 204 || response.status === 304;
    return new Response(empty ? null : bytes, { status: response.status, headers: response.headers });
  };
}

async function collect(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MAX_BYTES) throw new ServiceError('LIMIT_EXCEEDED', `an answer is at most ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
