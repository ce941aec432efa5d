/**
 * One question to an address that somebody named, and its answer: what wallets and verifiers say to each other. GET, or POST of a form,
 * through the same guard as everything else that leaves. Whatever the status is, the answer is read up to a cap: in these protocols a refusal
 * has words of its own. A redirect is no answer.
 */
import type { IncomingMessage } from 'node:http';
import { type Guard, type GuardFailure, unreachable } from './guarded-request.ts';

/** Bytes of an answer, and of a form. */
export const MAX_EXCHANGE_BYTES = 1024 * 1024;

export interface Exchange {
  readonly accept: string;
  /** Sent by POST; without it the question is a GET. */
  readonly form?: Readonly<Record<string, string>>;
}

export type ExchangeOutcome =
  | {
      readonly status: 'answered';
      readonly httpStatus: number;
      /** Lower case, without parameters. */
      readonly mediaType: string;
      readonly bytes: Uint8Array;
    }
  | { readonly status: 'too-large'; readonly maxBytes: number }
  | GuardFailure;

export type SafeExchange = (url: string, exchange: Exchange) => Promise<ExchangeOutcome>;

export function createSafeExchange(guard: Guard): SafeExchange {
  return async (url, { accept, form }) => {
    if (form === undefined) return guard.send<ExchangeOutcome>(url, { method: 'GET', headers: { accept }, read });
    const body = new TextEncoder().encode(new URLSearchParams(form).toString());
    if (body.length > MAX_EXCHANGE_BYTES) return { status: 'too-large', maxBytes: MAX_EXCHANGE_BYTES };
    const headers = {
      accept,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(body.length),
    };
    return guard.send<ExchangeOutcome>(url, { method: 'POST', headers, body, read });
  };
}

function read(response: IncomingMessage, finish: (outcome: ExchangeOutcome) => void): void {
  const { statusCode: httpStatus = 0, headers } = response;
  const coding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  const isRedirect = httpStatus >= 300 && httpStatus < 400;
  if (isRedirect || (coding !== '' && coding !== 'identity')) {
    finish(unreachable(isRedirect ? 'redirect' : 'content-coding'));
    return;
  }
  const mediaType = (headers['content-type'] ?? '').split(';', 1).join('').trim().toLowerCase();
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_EXCHANGE_BYTES) finish({ status: 'too-large', maxBytes: MAX_EXCHANGE_BYTES });
    else chunks.push(chunk);
  });
  response.on('end', () =>
    finish({ status: 'answered', httpStatus, mediaType, bytes: new Uint8Array(Buffer.concat(chunks)) }),
  );
}
