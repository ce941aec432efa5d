/**
 * Sending a message to an address that somebody named: POST, through the same guard as everything else that leaves. Nothing of the
 * answer is read but its status: what stands in it is no business of ours, and must not reach whoever named the address.
 */
import type { Guard, GuardFailure } from './guarded-request.ts';

/** Bytes of a message. */
export const MAX_POST_BYTES = 256 * 1024;

export type PostOutcome =
  /** Any 2xx. */
  | { readonly status: 'delivered' }
  /** 410: nobody wants it there any more. */
  | { readonly status: 'gone' }
  /** Any other answer, redirects included. */
  | { readonly status: 'refused' }
  | { readonly status: 'too-large'; readonly maxBytes: number }
  | GuardFailure;

export type SafePost = (
  url: string,
  message: { readonly body: string; readonly headers: Readonly<Record<string, string>> },
) => Promise<PostOutcome>;

export function createSafePost(guard: Guard): SafePost {
  return async (url, { body, headers }) => {
    const bytes = new TextEncoder().encode(body);
    if (bytes.length > MAX_POST_BYTES) return { status: 'too-large', maxBytes: MAX_POST_BYTES };
    return guard.send<PostOutcome>(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(bytes.length) },
      body: bytes,
      read: ({ statusCode = 0 }, finish) => finish(outcomeOf(statusCode)),
    });
  };
}

function outcomeOf(status: number): PostOutcome {
  if (status >= 200 && status < 300) return { status: 'delivered' };
  return { status: status === 410 ? 'gone' : 'refused' };
}
